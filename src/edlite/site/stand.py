"""The stand of a site run: patches and cohorts from two tables or from ED2's pss and css files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from edlite.errors import InputError, require_file
from edlite.parameters import COVERS, pft_index
from edlite.site.settings import Stand
from edlite.sources.ed2 import read_css, read_pss

AREA_TOLERANCE = 0.01
CARBON = ("fast_carbon", "structural_carbon", "structural_lignin", "slow_carbon")
PATCH_COLUMNS = {"patch", "area", "cover", "age", "source", *CARBON}
COHORT_COLUMNS = {"patch", "pft", "dbh", "n", "species", "basis", "source"}


def read_stand(stand: Stand) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Patches and cohorts, checked and in the form that `Columns.from_stand` takes.

    Patches: `patch` (0, 1, ...), `area` (1, sums to 1), `cover` (bare, grassland, cropland or
    forest), `fast_carbon` `structural_carbon` `structural_lignin` `slow_carbon` kgC m-2.
    Cohorts: `patch`, `pft` (code), `dbh` cm, `n` plants m-2 of the patch; by patch, largest
    first. Raises InputError for anything missing, unknown or impossible.
    """
    if stand.kind == "ed2":
        patches, cohorts = read_pss(stand.patches), read_css(stand.cohorts)
    else:
        patches, cohorts = read_patch_table(stand.patches), read_cohort_table(stand.cohorts)
    unknown = sorted(set(cohorts["patch"]) - set(patches["patch"]), key=str)
    if unknown:
        raise InputError(stand.cohorts, "patch", unknown[0], f"a patch of {stand.patches.name}")
    number = {name: i for i, name in enumerate(patches["patch"])}
    patches = patches.assign(
        patch=patches["patch"].map(number), area=patches["area"] / patches["area"].sum()
    )
    cohorts = cohorts.assign(patch=cohorts["patch"].map(number))
    cohorts = cohorts.sort_values(["patch", "dbh"], ascending=[True, False], kind="stable")
    return patches.reset_index(drop=True), cohorts.reset_index(drop=True)


def read_patch_table(path: str | Path) -> pd.DataFrame:
    """Table patch, area, fast_carbon, structural_carbon and, if given, structural_lignin
    (default: all structural carbon), slow_carbon (default 0), cover (default forest)."""
    table = _read(path, PATCH_COLUMNS, ("patch", "area", "fast_carbon", "structural_carbon"))
    table = table.assign(
        structural_lignin=table.get("structural_lignin", table["structural_carbon"]),
        slow_carbon=table.get("slow_carbon", 0.0),
        cover=table.get("cover", "forest"),
    )
    if table["patch"].duplicated().any():
        raise InputError(path, "patch", table["patch"][table["patch"].duplicated()].iloc[0], "once")
    _numbers(path, table, "area", 0.0, 1.0, "1")
    for name in CARBON:
        _numbers(path, table, name, 0.0, 200.0, "kgC m-2")
    if (table["structural_lignin"] > table["structural_carbon"]).any():
        raise InputError(path, "structural_lignin", None, "at most structural_carbon")
    if abs(table["area"].sum() - 1.0) > AREA_TOLERANCE:
        raise InputError(path, "area", float(table["area"].sum()), "areas that sum to 1")
    wrong = ~table["cover"].isin(COVERS)
    if wrong.any():
        raise InputError(path, "cover", table["cover"][wrong].iloc[0], f"one of {COVERS}")
    return table


def read_cohort_table(path: str | Path) -> pd.DataFrame:
    """Table patch, pft (code), dbh [cm], n [plants m-2 of the patch]; may have no rows."""
    table = _read(path, COHORT_COLUMNS, ("patch", "pft", "dbh", "n"))
    for code in table["pft"]:
        pft_index(code, str(path))
    _numbers(path, table, "dbh", 0.01, 500.0, "cm")
    _numbers(path, table, "n", 1e-9, 1000.0, "plants m-2")
    return table


def _read(path: str | Path, known: set[str], required: tuple[str, ...]) -> pd.DataFrame:
    path = require_file(path)
    try:
        table = pd.read_csv(path, comment="#", skipinitialspace=True)
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(path, "content", str(error), "comma-separated text") from error
    for name in required:
        if name not in table:
            raise InputError(path, name, None, f"a column; found {', '.join(map(str, table))}")
    for name in table:
        if name not in known:
            raise InputError(path, name, None, f"a known column: {', '.join(sorted(known))}")
    return table


def _numbers(
    path: str | Path, table: pd.DataFrame, name: str, low: float, high: float, unit: str
) -> None:
    values = pd.to_numeric(table[name], errors="coerce")
    wrong = ~((values >= low) & (values <= high))  # NaN is wrong too
    if wrong.any():
        raise InputError(path, name, table[name][wrong].iloc[0], f"{low:g} to {high:g} {unit}")
    table[name] = values.astype(float)
