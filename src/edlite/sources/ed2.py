"""Stand files of the ED2 model: `.pss` (patches) and `.css` (cohorts), read by column position.

As in ED2's inventory mode only diameter, plant type and density of a cohort are used; height and
pools follow from allometry. All structural carbon counts as lignin.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from edlite.errors import InputError, require_file

# ED2 plant type -> code. 1 and 5 are ED2's C4 and C3 grass, whose nearest types here are dryland
PFT_OF_ED2 = {
    1: "DC4",
    5: "DC3",
    6: "NP",
    7: "SP",
    8: "LC",
    9: "EHW",
    10: "MHW",
    11: "LHW",
    13: "CRC3",
    15: "CRC4",
}
PSS_COLUMNS = ("time", "patch", "type", "age", "area", "water", "fsc", "stsc", "stsl", "ssc")
CSS_COLUMNS = ("time", "patch", "cohort", "dbh", "height", "pft", "n")
AGRICULTURE = 0


def read_pss(path: str | Path) -> pd.DataFrame:
    """Patches: patch (text), area (1), cover, age yr, carbon pools kgC m-2.

    Columns by position: year, patch, type (0 agriculture), age, area, water (unused), fast,
    structural, lignin (replaced by structural), slow carbon; the rest is unused. Areas are
    as in the file. Raises InputError for too few columns or impossible values.
    """
    table = _read(path, PSS_COLUMNS)
    for name in ("area", "fsc", "stsc", "ssc"):
        if not (table[name] >= 0).all():
            raise InputError(path, name, table[name][~(table[name] >= 0)].iloc[0], "0 or more")
    if not table["area"].sum() > 0:
        raise InputError(path, "area", float(table["area"].sum()), "a positive total area")
    if table["patch"].duplicated().any():
        raise InputError(path, "patch", table["patch"][table["patch"].duplicated()].iloc[0], "once")
    return pd.DataFrame(
        {
            "patch": table["patch"],
            "area": table["area"],
            "cover": ["cropland" if kind == AGRICULTURE else "forest" for kind in table["type"]],
            "age": table["age"],
            "fast_carbon": table["fsc"],
            "structural_carbon": table["stsc"],
            "structural_lignin": table["stsc"],
            "slow_carbon": table["ssc"],
        }
    )


def read_css(path: str | Path) -> pd.DataFrame:
    """Cohorts: patch and cohort (text), pft (code), dbh cm, n plants m-2 of the patch.

    Columns by position: year, patch, cohort, dbh, height (unused), plant type, density; the rest
    is unused. Raises InputError for plant types without a counterpart (tropical trees).
    """
    table = _read(path, CSS_COLUMNS)
    known = table["pft"].isin(PFT_OF_ED2)
    if not known.all():
        raise InputError(
            path, "pft", int(table["pft"][~known].iloc[0]), f"one of {sorted(PFT_OF_ED2)}"
        )
    for name in ("dbh", "n"):
        if not (table[name] > 0).all():
            raise InputError(path, name, table[name][~(table[name] > 0)].iloc[0], "above 0")
    return pd.DataFrame(
        {
            "patch": table["patch"],
            "cohort": table["cohort"],
            "pft": table["pft"].map(PFT_OF_ED2),
            "dbh": table["dbh"],
            "n": table["n"],
        }
    )


def _read(path: str | Path, names: tuple[str, ...]) -> pd.DataFrame:
    """First columns under our names; separated by blanks or commas, one header line."""
    path = require_file(path)
    try:
        table = pd.read_csv(path, sep=r"[,\s]+", engine="python", dtype=str)
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(path, "content", str(error), "a table with one header line") from error
    if table.shape[1] < len(names):
        raise InputError(path, "columns", table.shape[1], f"at least {len(names)}: {names}")
    table = table.iloc[:, : len(names)].set_axis(list(names), axis=1)
    for name in names:
        if name in ("patch", "cohort"):
            continue
        numbers = pd.to_numeric(table[name], errors="coerce")
        if numbers.isna().any():
            raise InputError(path, name, table[name][numbers.isna()].iloc[0], "a number")
        table[name] = numbers
    return table
