"""Parameters of the plant functional types: read, overridden by name, then completed.

Each parameter has its unit, source and range as fields of `tables/pft.csv`. Overrides come first,
derived parameters (`qsw`, `dbh_min`, `dbh_crit`, `leaf_carbon_crit`) after, in one function.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from edlite.errors import InputError

PFT_CODES = (
    *("NP", "SP", "LC", "EHW", "MHW", "LHW", "CRC3", "CRC4"),
    *("WHW", "WP", "FR", "DC4", "DC3"),
)
PFT_NAMES = {
    "NP": "northern pine",
    "SP": "southern pine",
    "LC": "late conifer",
    "EHW": "early hardwood",
    "MHW": "mid hardwood",
    "LHW": "late hardwood",
    "CRC3": "C3 crop",
    "CRC4": "C4 crop",
    "WHW": "western hardwood",
    "WP": "western pine",
    "FR": "fir",
    "DC4": "dryland C4 grass",
    "DC3": "dryland C3 grass",
}
COVERS = ("bare", "grassland", "cropland", "forest")
# leaf area of a unit of leaf over sapwood per unit height (Medvigy et al. 2009)
LEAF_TO_SAPWOOD = 3900.0


@cache
def pft_table() -> pd.DataFrame:
    """The table as shipped: index parameter; columns unit, minimum, maximum, source, PFT codes."""
    with files("edlite.tables").joinpath("pft.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream, index_col="parameter", dtype={c: object for c in PFT_CODES})


def pft_index(code: str, source: str = "PFT") -> int:
    """Position of a PFT code in `PFT_CODES`; raises InputError for an unknown code."""
    if code not in PFT_CODES:
        raise InputError(source, "pft", code, f"one of {', '.join(PFT_CODES)}")
    return PFT_CODES.index(code)


def load_pft(
    overrides: Mapping[str, Mapping[str, float]] | None = None, source: str = "parameters"
) -> pd.DataFrame:
    """Parameters by PFT (index: code; columns: parameter), overrides applied, derived ones added.

    `overrides` is {PFT: {parameter: value}}, e.g. {"MHW": {"Vm0_15C": 17.4}}. Raises InputError for
    an unknown PFT or parameter and for a value outside the parameter's range; `source` names
    where the overrides come from. `height_form` becomes the number `loglog` (0 or 1).
    """
    table = pft_table()
    values = {}
    for name in table.index:
        if name == "height_form":
            values["loglog"] = [float(table.at[name, c] == "loglog") for c in PFT_CODES]
        else:
            values[name] = [float(table.at[name, c]) for c in PFT_CODES]
    pft = pd.DataFrame(values, index=list(PFT_CODES))
    for code, changes in (overrides or {}).items():
        pft_index(code, source)
        for name, value in changes.items():
            _check_override(table, source, code, name, value)
            pft.at[code, name] = float(value)
    return _with_derived(pft)


def _check_override(table: pd.DataFrame, source: str, code: str, name: str, value: object) -> None:
    key = f"{code}.{name}"
    if name not in table.index or name == "height_form":
        raise InputError(source, key, value, "a parameter of the PFT table")
    low, high = float(table.at[name, "minimum"]), float(table.at[name, "maximum"])
    number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not number or not low <= float(value) <= high:
        unit = table.at[name, "unit"]
        raise InputError(source, key, value, f"a number from {low:g} to {high:g} [{unit}]")


def _with_derived(pft: pd.DataFrame) -> pd.DataFrame:
    pft = pft.copy()
    pft["qsw"] = pft["SLA"] / LEAF_TO_SAPWOOD
    pft["dbh_min"] = [_inverse_height(row, row["h_min"]) for _, row in pft.iterrows()]
    pft["dbh_crit"] = [_inverse_height(row, row["h_max"]) for _, row in pft.iterrows()]
    pft["leaf_carbon_crit"] = pft["b1_leaf"] / 2.0 * pft["dbh_crit"] ** pft["b2_leaf"]
    return pft


def _inverse_height(row: pd.Series, h: float) -> float:
    """Diameter [cm] at height `h` [m]."""
    if row["loglog"]:
        return math.exp((math.log(h) - row["b1Ht"]) / row["b2Ht"])
    return math.log(1.0 - (h - row["h_ref"]) / row["b1Ht"]) / row["b2Ht"]


def pft_arrays(pft: pd.DataFrame) -> dict[str, np.ndarray]:
    """Each parameter as a float64 array in the order of `PFT_CODES`."""
    return {name: pft.loc[list(PFT_CODES), name].to_numpy(float) for name in pft.columns}
