"""Inputs of an ED2 run (revision 84) as a folder of tables: settings, soil, stand, plant types.

| file | columns |
|---|---|
| `settings.csv` | name, value: the namelist (ED2IN) |
| `met_600s.nc` | forcing in the `edlite` layout; attributes `reference_height_m`, `co2_umol_mol` |
| `initial_patches.csv` | patch, area, canopy air, carbon pools, soil water, temperature by layer |
| `initial_cohorts.csv` | patch, pft_slot, dbh_cm, nplant_m2, leaf and root carbon (none: bare) |
| `soil.csv` | name, value, unit |
| `pft_parameters_used.csv` | parameter, unit, then a column `CODE (slot N)` for each plant type |
| `phenology.csv` | a_f, b_f, a_c, b_c: spring and autumn greenness |
| daily cohort file (netCDF) | bleaf, broot (time, cohort) kgC plant-1, states at the END of a day |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edlite.errors import InputError, require_file
from edlite.files import read_dataset
from edlite.parameters import PFT_CODES
from edlite.sources.ed2 import PFT_OF_ED2

FORCING = "met_600s.nc"
PATCH_COLUMNS = {
    "patch": "patch",
    "area": "area",
    "t_canopy_air_K": "canopy_air_temperature",
    "q_canopy_air": "canopy_air_humidity",
    "co2_canopy_air": "canopy_air_co2",
    "fast_c": "fast_carbon",
    "structural_c": "structural_carbon",
    "structural_lignin_c": "structural_lignin",
    "slow_c": "slow_carbon",
}
LAYER_COLUMNS = {"soil_water_layer": "theta", "soil_temp_layer": "soil_temperature"}
COHORT_COLUMNS = ("patch", "pft_slot", "dbh_cm", "nplant_m2", "bleaf_kgC", "broot_kgC")


@dataclass(frozen=True)
class Ed2Folder:
    """What the tables of a folder say, in their own words and units.

    settings, soil : text by name;  patches : in edlite's words (`PATCH_COLUMNS`, `theta_1`, ...)
        and `surface_water` [kg m-2]
    cohorts : columns of the file and `pft` (code); no rows for bare soil
    parameters : {PFT code: {name of the file: value}};  phenology : greenness curves, or None
    forcing : netCDF file, with its attributes
    """

    path: Path
    settings: dict[str, str]
    soil: dict[str, str]
    patches: pd.DataFrame
    cohorts: pd.DataFrame
    parameters: dict[str, dict[str, float]]
    phenology: dict[str, float] | None
    forcing: Path
    forcing_attributes: dict

    def setting(self, name: str) -> str:
        """A setting; raises InputError where it is absent."""
        if name not in self.settings:
            raise InputError(self.path / "settings.csv", name, None, "a setting")
        return self.settings[name]

    def number(self, name: str) -> float:
        """A numeric setting."""
        value = self.setting(name)
        try:
            return float(value)
        except ValueError as error:
            raise InputError(self.path / "settings.csv", name, value, "a number") from error


def read_ed2_folder(path: str | Path) -> Ed2Folder:
    """Read a folder; raises InputError for a missing file, column or unreadable value."""
    path = Path(path)
    if not path.is_dir():
        raise InputError(path, "folder", "missing", "a folder with settings.csv and the rest")
    forcing = require_file(path / FORCING)
    parameters, slots = {}, PFT_OF_ED2
    if (path / "pft_parameters_used.csv").is_file():
        parameters, slots = read_parameters(path / "pft_parameters_used.csv")
    phenology = None
    if (path / "phenology.csv").is_file():
        phenology = _phenology(path / "phenology.csv")
    return Ed2Folder(
        path=path,
        settings=_named(path / "settings.csv"),
        soil=_named(path / "soil.csv"),
        patches=_patches(path / "initial_patches.csv"),
        cohorts=_cohorts(path / "initial_cohorts.csv", slots),
        parameters=parameters,
        phenology=phenology,
        forcing=forcing,
        forcing_attributes=dict(read_dataset(forcing, ("time",)).attrs),
    )


def read_parameters(path: Path) -> tuple[dict[str, dict[str, float]], dict[int, str]]:
    """Parameters {code: {name: value}} and codes {slot: code} of the table of plant types."""
    table = _table(path, ("parameter",)).set_index("parameter")
    parameters, slots = {}, {}
    for column in table.columns.drop(["unit"], errors="ignore"):
        match = re.fullmatch(r"\s*(\w+)\s*\(slot (\d+)\)\s*", column)
        if match is None:
            raise InputError(path, "column", column, "a heading such as `MHW (slot 10)`")
        slot = int(match[2])
        code = match[1] if match[1] in PFT_CODES else PFT_OF_ED2.get(slot)
        if code is None:
            raise InputError(path, "column", column, f"a plant type of {', '.join(PFT_CODES)}")
        values = pd.to_numeric(table[column], errors="coerce")
        if values.isna().any():
            raise InputError(path, str(values.index[values.isna()][0]), None, "a number")
        # a remark may follow the name
        parameters[code] = {str(n).split(" (")[0]: float(v) for n, v in values.items()}
        slots[slot] = code
    return parameters, PFT_OF_ED2 | slots


def read_daily_leaves(
    path: str | Path, cohorts: pd.DataFrame
) -> tuple[NDArray[np.datetime64], NDArray[np.float64], NDArray[np.float64]]:
    """Days, and leaf and root carbon (day, cohort) [kgC plant-1] at the END of each day.

    cohorts : the folder's cohorts, whose order the file must have. Raises InputError otherwise.
    """
    ds = read_dataset(path, ("time", "bleaf", "broot"))
    if ds.sizes.get("cohort") != len(cohorts):
        raise InputError(path, "cohort", ds.sizes.get("cohort"), f"{len(cohorts)} cohorts")
    for name in ("patch", "pft_slot", "dbh_cm"):
        if name in ds and not np.allclose(ds[name].values, cohorts[name].to_numpy(float), 1e-4):
            raise InputError(path, name, None, "the cohorts of initial_cohorts.csv, in their order")
    days = ds["time"].values.astype("datetime64[D]")
    leaf, root = (
        ds[n].transpose("time", "cohort").values.astype(float) for n in ("bleaf", "broot")
    )
    for name, values in (("bleaf", leaf), ("broot", root)):
        if not np.all(values >= 0.0):
            raise InputError(path, name, float(np.nanmin(values)), "0 or more kgC plant-1, no gap")
    return days, leaf, root


def _phenology(path: Path) -> dict[str, float]:
    table = _table(path, ("a_f", "b_f", "a_c", "b_c"))
    if len(table) != 1:
        raise InputError(path, "rows", len(table), "one row, the same curves in every year")
    names = {"a_f": "spring_a", "b_f": "spring_b", "a_c": "autumn_a", "b_c": "autumn_b"}
    return {name: float(table[column].iloc[0]) for column, name in names.items()}


def _patches(path: Path) -> pd.DataFrame:
    table = _table(path, tuple(PATCH_COLUMNS))
    result = table[list(PATCH_COLUMNS)].rename(columns=PATCH_COLUMNS)
    for prefix, name in LAYER_COLUMNS.items():
        columns = [c for c in table if re.fullmatch(rf"{prefix}\d+", c)]
        for column in sorted(columns, key=lambda c: int(c.removeprefix(prefix))):
            result[f"{name}_{column.removeprefix(prefix)}"] = table[column]
    return result.assign(surface_water=table.get("sfcwater_kg_m2", 0.0))


def _cohorts(path: Path, slots: dict[int, str]) -> pd.DataFrame:
    if not path.is_file():
        return pd.DataFrame({name: [] for name in (*COHORT_COLUMNS, "pft")})
    table = _table(path, COHORT_COLUMNS)
    unknown = ~table["pft_slot"].isin(list(slots))
    if unknown.any():
        found = int(table["pft_slot"][unknown].iloc[0])
        raise InputError(path, "pft_slot", found, f"one of {sorted(slots)}")
    return table.assign(pft=table["pft_slot"].map(slots))


def _named(path: Path) -> dict[str, str]:
    """Table name, value as text without Fortran's quotes."""
    table = _table(path, ("name", "value"), dtype=str)
    return {
        name: value.strip().strip("'")
        for name, value in zip(table["name"], table["value"].fillna(""), strict=True)
    }


def _table(path: Path, required: tuple[str, ...], **options) -> pd.DataFrame:
    path = require_file(path)
    try:
        table = pd.read_csv(path, **options)
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(path, "content", str(error), "comma-separated text") from error
    for name in required:
        if name not in table:
            raise InputError(path, name, None, f"a column; found {', '.join(map(str, table))}")
    return table
