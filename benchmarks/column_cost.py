"""Microseconds of one core per patch and 600 s step, by stand, weather and integrator."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.stands import CURVES, STANDS, StandKind, columns_of, start_state
from benchmarks.weather import WEEKS, week
from edlite.model.day_result import DayResult
from edlite.model.driver import run
from edlite.model.options import CHOICES, ModelOptions
from edlite.model.records import STEPS_PER_DAY

ONE_DAY = np.timedelta64(1, "D")
STEPS_PER_YEAR = 365.2425 * STEPS_PER_DAY


def integrators() -> dict[str, ModelOptions]:
    """Options by label: Runge-Kutta with a loose and a tight tolerance, and all other schemes."""
    found = {
        f"rk4 {tolerance:g}": ModelOptions(integrator="rk4", tolerance=tolerance)
        for tolerance in (1e-2, 1e-4)
    }
    others = [name for name in CHOICES["integrator"] if name != "rk4"]
    return found | {name: ModelOptions(integrator=name) for name in others}


class DayClock:
    """Sink of a run that notes each day's processor time and mean substeps of a step."""

    def __init__(self, then: Callable[[DayResult], None] | None = None) -> None:
        self.then = then
        self.ends: list[float] = []
        self.substeps: list[float] = []

    def __call__(self, day: DayResult) -> None:
        if self.then:
            self.then(day)
        self.ends.append(time.process_time())
        self.substeps.append(float(day.patch["substeps"].mean()) / STEPS_PER_DAY)


def fastest_days(once: Callable[[DayClock], object], tries: int) -> tuple[np.ndarray, float]:
    """Shortest processor time [s] of each day but the first, and substeps of a step.

    once : runs the days with the given clock as sink. The same days are run `tries` times; each
    day's shortest time counts, as a disturbance seldom meets the same day again. The first day,
    which holds the preparation of the run, is left out.
    """
    durations = []
    for _ in range(tries):
        clock = DayClock()
        once(clock)
        durations.append(np.diff(clock.ends))
    return np.min(durations, axis=0), float(np.mean(clock.substeps[1:]))


def cost(kind: StandKind, weather: str, options: ModelOptions, days: int, tries: int) -> dict:
    """Figures of a stand in one week: `days` counted days after one that is not."""
    columns, met = columns_of(kind), week(weather, days + 1)
    state, start = start_state(columns, weather), np.datetime64(WEEKS[weather].start)

    def once(clock: DayClock) -> None:
        end = start + (days + 1) * ONE_DAY
        run(columns, state, met, options, start, end, phenology=CURVES, sink=clock)

    seconds, substeps = fastest_days(once, tries)
    steps = days * STEPS_PER_DAY * columns.n_patch
    return {"us_per_patch_step": float(seconds.sum()) / steps * 1e6, "substeps": substeps}


def cell_years_per_core_hour(us_per_patch_step: float, patches: int) -> float:
    """Cells of `patches` patches that a core carries through a year in an hour."""
    return 3600.0 / (us_per_patch_step * 1e-6 * STEPS_PER_YEAR * patches)


def measure(units: Mapping[str, float], days: int, tries: int) -> list[dict]:
    """A row for each stand, week and integrator."""
    rows = []
    for name, kind in STANDS.items():
        for weather in kind.weeks:
            for label, options in integrators().items():
                found = cost(kind, weather, options, days, tries)
                us = found["us_per_patch_step"]
                rows.append(
                    {
                        "stand": name,
                        "weather": weather,
                        "integrator": label,
                        **found,
                        "vector_units": us * 1e3 / units["vector_ns"],
                        "scalar_units": us * 1e3 / units["scalar_ns"],
                        "cell_years_per_core_hour": cell_years_per_core_hour(us, len(kind.patches)),
                    }
                )
    return rows
