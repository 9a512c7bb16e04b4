"""The stand of a site run: patches and cohorts from two tables, from ED2's pss and css files, or
seedlings on bare ground."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from edlite.errors import InputError, require_file
from edlite.model.column_checks import require_sizes
from edlite.parameters import COVERS, load_pft, pft_index
from edlite.site.settings import NearBare, Stand
from edlite.sources.ed2 import read_css, read_pss

AREA_TOLERANCE = 0.01
CARBON = ("fast_carbon", "structural_carbon", "structural_lignin", "slow_carbon")
# canopy air of a patch at the start: column -> plausible range, unit
CANOPY_AIR = {
    "canopy_air_temperature": (200.0, 340.0, "K"),
    "canopy_air_humidity": (0.0, 0.06, "kg kg-1"),
    "canopy_air_co2": (150.0, 5000.0, "umol mol-1"),
}
# soil of a patch at the start: column, followed by the number of the layer (1: top)
SOIL_START = {"theta": (0.0, 1.0, "m3 m-3"), "soil_temperature": (220.0, 330.0, "K")}
PATCH_COLUMNS = {"patch", "area", "cover", "age", "source", *CARBON, *CANOPY_AIR}
COHORT_COLUMNS = {"patch", "cohort", "pft", "dbh", "n", "species", "basis", "source"}


def near_bare_ground(
    seedlings: NearBare, parameters: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One patch with a cohort of the smallest plants of each type, as ED2 starts successions.

    parameters : PFT parameters (`edlite.parameters.load_pft`); density is their `init_density`
        [plants m-2], diameter that of `dbh_min` [cm]
    """
    own = parameters.loc[list(seedlings.pfts)]
    patches = pd.DataFrame(
        {
            "patch": ["1"],
            "area": [1.0],
            "cover": ["forest"],
            "age": [0.0],
            "fast_carbon": [seedlings.fast_carbon],
            "structural_carbon": [seedlings.structural_carbon],
            "structural_lignin": [seedlings.structural_carbon],
            "slow_carbon": [seedlings.slow_carbon],
        }
    )
    density = own["init_density"] if seedlings.density is None else seedlings.density
    cohorts = pd.DataFrame(
        {
            "patch": "1",
            "cohort": [str(i + 1) for i in range(len(own))],
            "pft": list(own.index),
            "dbh": own["dbh_min"].to_numpy(float),
            "n": np.broadcast_to(np.asarray(density, float), len(own)),
        }
    )
    return patches, cohorts


def read_stand(
    stand: Stand, parameters: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Patches and cohorts, checked and in the form that `Columns.from_stand` takes.

    Patches: `patch` (0, 1, ...), `label` (its name in the file), `area` (1, sums to 1), `cover`
    (bare, grassland, cropland or forest), `fast_carbon` `structural_carbon` `structural_lignin`
    `slow_carbon` kgC m-2, and optional columns of the start (`CANOPY_AIR`, `SOIL_START`).
    Cohorts: `patch`, `cohort` (its name), `pft` (code), `dbh` cm, `n` plants m-2 of the patch; by
    patch, largest first. `parameters` : of the PFTs; None: the shipped ones. Raises InputError for
    anything missing, unknown or impossible.
    """
    known = load_pft() if parameters is None else parameters
    if stand.near_bare is not None:
        patches, cohorts = near_bare_ground(stand.near_bare, known)
    elif stand.kind == "ed2":
        patches, cohorts = read_pss(stand.patches), read_css(stand.cohorts)
    else:
        patches, cohorts = read_patch_table(stand.patches), read_cohort_table(stand.cohorts)
    least = known["dbh_min"].reindex(cohorts["pft"]).to_numpy(float)
    require_sizes(stand.cohorts, cohorts["pft"].to_numpy(), cohorts["dbh"].to_numpy(float), least)
    unknown = sorted(set(cohorts["patch"]) - set(patches["patch"]), key=str)
    if unknown:
        raise InputError(stand.cohorts, "patch", unknown[0], f"a patch of {stand.patches.name}")
    empty = patches[~patches["patch"].isin(cohorts["patch"]) & (patches["cover"] != "bare")]
    # a stand without any cohort is bare soil
    if len(cohorts) and len(empty):
        expected = "a patch with cohorts (or, in a table, of cover bare)"
        raise InputError(stand.patches, "patch", empty["patch"].iloc[0], expected)
    number = {name: i for i, name in enumerate(patches["patch"])}
    patches = patches.assign(
        label=patches["patch"],
        patch=patches["patch"].map(number),
        area=patches["area"] / patches["area"].sum(),
    )
    cohorts = cohorts.assign(patch=cohorts["patch"].map(number))
    cohorts = cohorts.sort_values(["patch", "dbh"], ascending=[True, False], kind="stable")
    return patches.reset_index(drop=True), cohorts.reset_index(drop=True)


def read_patch_table(path: str | Path) -> pd.DataFrame:
    """Table patch, area, fast_carbon, structural_carbon and, if given, structural_lignin
    (default: all structural carbon), slow_carbon (default 0), cover (default forest), canopy air
    and soil layers at the start (`CANOPY_AIR`, `SOIL_START`)."""
    table = _read(path, PATCH_COLUMNS, ("patch", "area", "fast_carbon", "structural_carbon"))
    for name in table:
        limits = CANOPY_AIR.get(name) or SOIL_START.get(_layer_column(name))
        if limits is not None:
            _numbers(path, table, name, *limits)
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
    """Table patch, pft (code), dbh [cm], n [plants m-2 of the patch] and, if given, cohort (a
    name, unique in its patch; default: number of the row from 1); may have no rows."""
    table = _read(path, COHORT_COLUMNS, ("patch", "pft", "dbh", "n"))
    if "cohort" not in table:
        table = table.assign(cohort=[str(i + 1) for i in range(len(table))])
    again = table.duplicated(["patch", "cohort"])
    if again.any():
        raise InputError(path, "cohort", table["cohort"][again].iloc[0], "once in its patch")
    for code in table["pft"]:
        pft_index(code, str(path))
    _numbers(path, table, "dbh", 0.01, 500.0, "cm")
    _numbers(path, table, "n", 1e-9, 1000.0, "plants m-2")
    return table


def _read(path: str | Path, known: set[str], required: tuple[str, ...]) -> pd.DataFrame:
    path = require_file(path)
    try:
        names = {"patch": str, "cohort": str}
        table = pd.read_csv(path, comment="#", skipinitialspace=True, dtype=names)
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(path, "content", str(error), "comma-separated text") from error
    for name in required:
        if name not in table:
            raise InputError(path, name, None, f"a column; found {', '.join(map(str, table))}")
    for name in table:
        if name not in known and not (known is PATCH_COLUMNS and _layer_column(name)):
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


def layer_table(patches: pd.DataFrame, name: str, n_layer: int, source: str):
    """Columns `name`_1 ... `name`_n of the patch table as (layer, patch); None without them.

    Raises InputError, naming `source`, unless there is one for each of the `n_layer` layers.
    """
    found = [column for column in patches if _layer_column(column) == name]
    if not found:
        return None
    wanted = [f"{name}_{k + 1}" for k in range(n_layer)]
    if set(found) != set(wanted):
        odd = sorted(set(found) ^ set(wanted))[0]
        raise InputError(source, odd, None, f"the columns {wanted[0]} to {wanted[-1]}")
    return patches[wanted].to_numpy(float).T


def _layer_column(column: str) -> str | None:
    """Name in SOIL_START of a column such as `theta_3`, else None."""
    match = re.fullmatch(rf"({'|'.join(SOIL_START)})_([1-9]\d*)", str(column))
    return match[1] if match else None
