"""The forest year that ED2 was run for, where the reference runs lie beside the project."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.column_cost import (
    ONE_DAY,
    DayClock,
    cell_years_per_core_hour,
    fastest_days,
    integrators,
)
from edlite.model.driver import run
from edlite.model.lanes import LANES
from edlite.model.records import STEPS_PER_DAY
from edlite.site.config import read_site_run
from edlite.site.ed2_case import write_ed2_case
from edlite.site.setup import build

CASE, LEAVES = "harvard_year", "daily_cohort.nc"
# the first counted day of one week of each season, in the order of the run
WEEKS = ("2001-07-20", "2001-10-20", "2002-01-20", "2002-04-20")


def folder() -> Path | None:
    """Folder of the reference run: in EDLITE_SHARED, or in `shared` beside the project."""
    named = os.environ.get("EDLITE_SHARED")
    shared = Path(named) if named else Path(__file__).resolve().parents[2] / "shared"
    case = shared / "reference" / "ed2" / CASE
    return case if (case / LEAVES).exists() else None


def measure(units: Mapping[str, float], days: int, tries: int, weeks: int = 4) -> list[dict]:
    """A row for each integrator: mean of the first `weeks` weeks, `days` days of each.

    No rows without the case.
    """
    case = folder()
    if case is None:
        return []
    with tempfile.TemporaryDirectory() as temporary:
        site = read_site_run(write_ed2_case(case, Path(temporary), leaves=case / LEAVES))
        random = np.random.default_rng(1)
        textures = [
            (0.6 + 0.05 * sand, 0.09 + 0.02 * clay)
            for sand, clay in random.uniform(-1.0, 1.0, (LANES, 2))
        ]
        model = build(site, textures)
    starts = [np.datetime64(w) - ONE_DAY for w in WEEKS[:weeks]]
    states = _states(model, starts)
    rows = []
    for label, options in integrators().items():
        options = dataclasses.replace(
            model.options, integrator=options.integrator, tolerance=options.tolerance
        )
        found = [
            _week(model, state, options, start, days, tries)
            for start, state in zip(starts, states, strict=True)
        ]
        us, substeps = np.mean(found, axis=0)
        patches = model.columns.n_patch // LANES
        rows.append(
            {
                "case": CASE,
                "integrator": label,
                "us_per_patch_step": float(us),
                "substeps": float(substeps),
                **{w: float(cost) for w, (cost, _) in zip(WEEKS[:weeks], found, strict=True)},
                "vector_units": float(us) * 1e3 / units["vector_ns"],
                "scalar_units": float(us) * 1e3 / units["scalar_ns"],
                "cell_years_per_core_hour": cell_years_per_core_hour(float(us), patches),
            }
        )
    return rows


def _run(model, state, options, start, end, sink=None):
    inputs = {"phenology": model.phenology, "foliage": model.foliage, "sink": sink}
    return run(model.columns, state, model.meteorology, options, start, end, **inputs)


def _states(model, starts: list[np.datetime64]) -> list:
    """States at the given dates, from one run that starts where the reference does."""
    states, at, state = [], np.datetime64(model.meteorology.first, "D"), model.state
    for start in starts:
        state = _run(model, state, model.options, at, start)
        states.append(state)
        at = start
    return states


def _week(model, state, options, start, days: int, tries: int) -> tuple[float, float]:
    """Cost of a patch-step [us] and substeps of `days` days after the day `start`."""

    def once(clock: DayClock) -> None:
        _run(model, state, options, start, start + (days + 1) * ONE_DAY, clock)

    seconds, substeps = fastest_days(once, tries)
    steps = days * STEPS_PER_DAY * model.columns.n_patch
    return float(seconds.sum()) / steps * 1e6, substeps
