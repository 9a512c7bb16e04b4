"""An ED2 run, given as a folder of its inputs, as a site run of edlite."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from edlite.errors import InputError
from edlite.files import write_table, write_text
from edlite.initial.allometry import Allometry
from edlite.parameters import load_pft, pft_index
from edlite.site.ed2_options import (
    bottom_of,
    colour_of,
    layer_bottoms_of,
    options_of,
    period_of,
)
from edlite.site.ed2_parameters import overrides_of, soil_of
from edlite.site.run_text import relative, run_text
from edlite.site.stand import SOIL_START
from edlite.sources.ed2_folder import Ed2Folder, read_daily_leaves, read_ed2_folder

logger = logging.getLogger(__name__)

ONE_DAY = np.timedelta64(1, "D")


def write_ed2_case(
    folder: str | Path,
    out: str | Path,
    *,
    leaves: str | Path | None = None,
    step: str = "hour",
    level: str = "cell",
) -> Path:
    """Write `run.yaml` and its tables to the folder `out`; returns the YAML.

    folder : inputs of the ED2 run (`edlite.sources.ed2_folder`)
    leaves : daily cohort file of the ED2 run whose leaf and root carbon is to be followed
    step, level : of the output

    Climate, place, layers, soil, options, plant types, canopy air, soil water, temperature and
    carbon at the start are those of the ED2 run. A run whose vegetation is frozen keeps its leaves.
    What edlite cannot take over is logged. Raises InputError for unusable input or a scheme that
    edlite does not have; nothing is written then.
    """
    case = read_ed2_folder(folder)
    out = Path(out)
    start, end = period_of(case)
    bottoms = layer_bottoms_of(case)
    overrides = overrides_of(case)
    patches, cohorts = _patches(case, len(bottoms)), _cohorts(case)
    leaf_table = _leaf_table(case, cohorts, start, end, leaves)
    _log_stand(case, cohorts, overrides, prescribed=leaf_table is not None)
    content = {
        "site": {
            "name": case.path.resolve().name,
            "latitude": case.number("POI_LAT"),
            "longitude": case.number("POI_LON"),
            "reference_height": _attribute(case, "reference_height_m"),
        },
        "time": {"start": start, "end": end},
        "forcing": {
            "path": relative(case.forcing, out / "run.yaml"),
            "format": "edlite",
            "interpolation": "none",
        },
        "co2": _co2(case),
        "stand": {"patches": "patches.csv", "cohorts": "cohorts.csv", "divide": False},
        "soil": soil_of(case) | {"layer_bottoms": bottoms, "bottom": bottom_of(case)},
        "options": options_of(case) | _dynamics(leaf_table is not None),
        "output": {"step": step, "level": level, "budgets": True},
        "synthetic": "synthetic" in str(case.forcing_attributes.get("title", "")).lower(),
    }
    if colour_of(case) is not None:
        content["soil"]["colour"] = colour_of(case)
    # the patch table holds the values at the start; this one is the fallback of the layout
    content["soil"]["temperature"] = patches.filter(like="soil_temperature_").mean().tolist()
    if leaf_table is not None:
        content["stand"]["leaf_area"] = "leaf_area.csv"
    if overrides:
        content["parameters"] = {"pft": "pft_overrides.csv"}
    if case.phenology is not None and len(cohorts):
        content["phenology"] = case.phenology
    return _write(out, content, patches, cohorts, leaf_table, overrides)


def _dynamics(prescribed: bool) -> dict:
    """Slow processes: none where leaves are prescribed; otherwise plants of constant diameter and
    density that never spend their storage, as in an ED2 run without structural growth."""
    if prescribed:
        return {"dynamics": "static"}
    return {"dynamics": "fixed", "demography": {"export": False}}


def _write(
    out: Path,
    content: dict,
    patches: pd.DataFrame,
    cohorts: pd.DataFrame,
    leaf_table: pd.DataFrame | None,
    overrides: dict[str, dict[str, float]],
) -> Path:
    write_table(patches, out / "patches.csv")
    write_table(cohorts, out / "cohorts.csv")
    if leaf_table is not None:
        write_table(leaf_table, out / "leaf_area.csv")
    if overrides:
        rows = [(code, n, v) for code, changes in overrides.items() for n, v in changes.items()]
        table = pd.DataFrame(rows, columns=["pft", "parameter", "value"])
        write_table(table, out / "pft_overrides.csv")
    comment = f"Site run with the inputs of the ED2 run {content['site']['name']}"
    return write_text(run_text(content, comment), out / "run.yaml")


def _attribute(case: Ed2Folder, name: str) -> float:
    value = case.forcing_attributes.get(name)
    if value is None:
        raise InputError(case.forcing, f"attribute {name}", None, "to be set")
    return float(value)


def _co2(case: Ed2Folder) -> float:
    if "co2_umol_mol" in case.forcing_attributes:
        return _attribute(case, "co2_umol_mol")
    return case.number("INITIAL_CO2")


def _patches(case: Ed2Folder, n_layer: int) -> pd.DataFrame:
    table = case.patches.drop(columns="surface_water")
    source = case.path / "initial_patches.csv"
    for name in SOIL_START:
        found = [c for c in table if c.startswith(f"{name}_")]
        if found != [f"{name}_{k + 1}" for k in range(n_layer)]:
            raise InputError(source, name, found, f"a column for each of {n_layer} layers")
    if (case.patches["surface_water"] > 0).any():
        largest = float(case.patches["surface_water"].max())
        logger.warning("surface water at the start (%g kg m-2) is not taken over", largest)
    if not np.allclose(table["structural_lignin"], table["structural_carbon"]):
        logger.warning("structural lignin below structural carbon is not taken over")
    wooded = table["patch"].isin(case.cohorts["patch"])
    table.insert(2, "cover", np.where(wooded, "forest", "bare"))
    return table


def _cohorts(case: Ed2Folder) -> pd.DataFrame:
    c = case.cohorts
    return pd.DataFrame(
        {
            "patch": c["patch"],
            "cohort": np.arange(1, len(c) + 1),
            "pft": c["pft"],
            "dbh": c["dbh_cm"],
            "n": c["nplant_m2"],
        }
    )


def _leaf_table(
    case: Ed2Folder, cohorts: pd.DataFrame, start: str, end: str, leaves: str | Path | None
) -> pd.DataFrame | None:
    """Leaf and root carbon of every day: the ED2 run's, frozen, or None for free leaves."""
    if not len(cohorts):
        if leaves is not None:
            raise InputError(case.path, "initial_cohorts.csv", "missing", "cohorts with leaves")
        return None
    days = np.arange(np.datetime64(start[:10], "D"), np.datetime64(end[:10], "D"))
    first = [case.cohorts[name].to_numpy(float)[None] for name in ("bleaf_kgC", "broot_kgC")]
    if leaves is not None:
        path = Path(leaves)
        path = path if path.exists() else case.path / path
        dates, *ends = read_daily_leaves(path, case.cohorts)
        # a day's leaves are those at the end of the day before
        values = [np.concatenate([a, b[:-1]]) for a, b in zip(first, ends, strict=True)]
        if dates[0] != days[0] or np.any(np.diff(dates) != ONE_DAY) or dates[-1] < days[-1]:
            raise InputError(
                path, "time", f"{dates[0]} to {dates[-1]}", f"every day of {days[0]} to {days[-1]}"
            )
        values = [v[: days.size] for v in values]
    elif case.settings.get("IVEGT_DYNAMICS", "1") == "0":
        values = [np.repeat(v, days.size, axis=0) for v in first]
    else:
        return None
    repeated = {name: np.tile(cohorts[name].to_numpy(), days.size) for name in ("patch", "cohort")}
    return pd.DataFrame(
        {
            "date": np.repeat(days.astype(str), len(cohorts)),
            **repeated,
            "leaf_carbon": values[0].ravel(),
            "root_carbon": values[1].ravel(),
        }
    )


def _log_stand(case: Ed2Folder, cohorts: pd.DataFrame, overrides: dict, prescribed: bool) -> None:
    """Log where sizes of plants at the start differ from edlite's allometry."""
    if not len(cohorts):
        return
    allometry = Allometry(load_pft(overrides))
    pft = np.array([pft_index(code) for code in cohorts["pft"]])
    dbh = cohorts["dbh"].to_numpy(float)
    if "height_m" in case.cohorts:
        difference = np.abs(allometry.height(pft, dbh) - case.cohorts["height_m"].to_numpy(float))
        if difference.max() > 0.01:
            logger.warning("heights differ by up to %.2f m", difference.max())
    full = allometry.leaf_area(pft, dbh) / allometry.parameters["SLA"][pft]
    share = case.cohorts["bleaf_kgC"].to_numpy(float) / full
    if not prescribed and np.abs(share - 1.0).max() > 0.01:
        logger.warning(
            "leaves at the start (%.2f to %.2f of full leaf) are not taken over",
            share.min(),
            share.max(),
        )
    if "bstorage_kgC" in case.cohorts and (case.cohorts["bstorage_kgC"] > 0).any():
        logger.warning("storage carbon at the start is not taken over")
