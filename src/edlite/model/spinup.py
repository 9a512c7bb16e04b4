"""Spin-up: soil water, temperature and plants settle, then slow soil carbon comes into balance.

Fast and structural carbon are measured (inventory), the slow pool is not. The weather of some
years is repeated until it is steady; then fast and structural carbon are the inventory's again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError
from edlite.model.carbon_cycle import CarbonCycle, Pools
from edlite.model.columns import Columns
from edlite.model.driver import Sink, run
from edlite.model.first_leaves import in_season
from edlite.model.meteorology import AIR_TEMPERATURE, CO2, SPECIFIC_HUMIDITY, Meteorology
from edlite.model.options import ModelOptions
from edlite.model.seasons import calendar_of, day_of_year
from edlite.model.state import State

METHODS = ("accelerated", "plain")
RESETS = ("cycle", "end")
LEAST = 1e-3  # kgC m-2; changes of smaller pools are relative to this


@dataclass(frozen=True)
class SpinupSettings:
    """How the slow carbon is found.

    years : passes of the last year before the carbon counts, in which water, heat and plants settle
    method : "accelerated" runs the cycle of years once and solves for the slow pool that it
        reproduces; "plain" runs it until the criterion holds
    reset : fast and structural carbon go back to the inventory at the start of every "cycle", or
        evolve with the slow pool and go back at the "end" only
    steady_tolerance : criterion, the largest change over a cycle and over the patches of the slow
        pool (with reset "end" of the structural one too), relative to the pool
    max_cycles : after which the course ends, steady or not
    """

    years: int = 2
    method: str = "accelerated"
    reset: str = "cycle"
    steady_tolerance: float = 1e-3
    max_cycles: int = 1000

    def __post_init__(self) -> None:
        for name, allowed in (("method", METHODS), ("reset", RESETS)):
            if getattr(self, name) not in allowed:
                raise InputError(
                    "config", f"spinup.{name}", getattr(self, name), f"one of {', '.join(allowed)}"
                )
        for name in ("years", "max_cycles"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise InputError("config", f"spinup.{name}", value, "a whole number, at least 1")
        value = self.steady_tolerance
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0.0:
            raise InputError("config", "spinup.steady_tolerance", value, "a number above 0")

    @classmethod
    def from_mapping(cls, mapping: Mapping) -> SpinupSettings:
        """From the section `spinup`; its `cycle_years` are the files that a caller reads."""
        known = {f.name for f in fields(cls)}
        chosen = {key: value for key, value in mapping.items() if key != "cycle_years"}
        for key in chosen:
            if key not in known:
                raise InputError("config", f"spinup.{key}", chosen[key], f"one of {sorted(known)}")
        return cls(**chosen)

    @property
    def held(self) -> bool:
        """Whether fast and structural carbon are the inventory's at the start of every cycle."""
        return self.reset == "cycle"


@dataclass(frozen=True)
class Year:
    """Weather and greenness curves of a year, its first day and the day after its last."""

    meteorology: Meteorology
    phenology: xr.Dataset | None
    start: np.datetime64
    end: np.datetime64


@dataclass(frozen=True)
class Settled:
    """Pools after the last cycle, whether the criterion held, and a row for each cycle.

    course : cycle, fast_carbon, structural_carbon, slow_carbon (means at the cycle's end, before
        anything is set back) [kgC m-2], largest_relative_change, steady; first the start, cycle 0
    """

    pools: Pools
    steady: bool
    course: pd.DataFrame


@dataclass(frozen=True)
class SpunUp:
    """State at the start of the run, and how the slow carbon came to it."""

    state: State
    settled: Settled


def spin_up(
    columns: Columns,
    years: Sequence[Year],
    options: ModelOptions,
    settings: SpinupSettings,
    cell_area: np.ndarray | None = None,
    *,
    progress: bool = False,
) -> SpunUp:
    """Spin up; the years are run in the order given, the last is followed by the run.

    cell_area : (cell,) weights of the means of the course; equal if absent

    Stands keep their structure: dynamics that would change it are replaced by `fixed`.
    """
    options = keeping_structure(options)
    last = years[-1]
    days = int((last.end - last.start).astype(int))
    state = first_state(columns, last.meteorology, last.start, days, last.phenology)
    for n in range(settings.years):
        label = f"settling {n + 1} of {settings.years}"
        state = _pass(columns, state, [last], options, label=label, progress=progress)
    start = Pools(*(columns.pools[f"{name}_carbon"] for name in Pools._fields))
    area = np.ones(columns.n_cell) if cell_area is None else np.asarray(cell_area, float)
    weight = columns.area * (area / area.sum())[columns.cell_index]
    _put(state, start)

    if settings.method == "accelerated":
        cycle = CarbonCycle(columns.n_patch, options.decomposition)
        state = _pass(columns, state, years, options, sink=cycle, label="cycle", progress=progress)
        settled = settle(cycle.after, start, settings, weight)
        found = cycle.steady(start, settings.held)
        course = settled.course.assign(slow_carbon_solved=float(weight @ found.slow))
        settled = replace(settled, pools=found, course=course)
    else:

        def advance(pools: Pools) -> Pools:
            nonlocal state
            _put(state, pools)
            state = _pass(columns, state, years, options, label="cycle", progress=progress)
            return Pools(*(getattr(state, f"{name}_carbon") for name in Pools._fields))

        settled = settle(advance, start, settings, weight)
        found = settled.pools
    settled.course.insert(1, "year", settled.course["cycle"] * len(years))
    _put(state, start._replace(slow=found.slow))
    state.growth_export[:] = 0.0
    state.seed_import[:] = 0.0
    return SpunUp(state, settled)


def settle(
    advance: Callable[[Pools], Pools], start: Pools, settings: SpinupSettings, weight: np.ndarray
) -> Settled:
    """Repeat a cycle until the criterion holds, at most `settings.max_cycles` times.

    advance : pools at the end of a cycle from those at its start;  weight : (patch,), sum 1
    """
    rows = [(0, *(float(weight @ pool) for pool in start), np.nan, False)]
    pools, steady = start, False
    for cycle in range(1, settings.max_cycles + 1):
        after = advance(pools)
        change = relative_change(pools.slow, after.slow)
        if not settings.held:
            change = max(change, relative_change(pools.structural, after.structural))
        steady = change < settings.steady_tolerance
        rows.append((cycle, *(float(weight @ pool) for pool in after), change, steady))
        pools = start._replace(slow=after.slow) if settings.held else after
        if steady:
            break
    names = ("cycle", *(f"{n}_carbon" for n in Pools._fields), "largest_relative_change", "steady")
    return Settled(pools, steady, pd.DataFrame(rows, columns=list(names)))


def relative_change(before: np.ndarray, after: np.ndarray) -> float:
    """Largest change over the patches, relative to the pool or to 1e-3 kgC m-2 if that is more."""
    return float(np.max(np.abs(after - before) / np.maximum(after, LEAST), initial=0.0))


def keeping_structure(options: ModelOptions) -> ModelOptions:
    """Options under which stands keep their sizes and numbers: `fixed`, where they would change."""
    if not options.slow().sizes_change:
        return options
    return replace(options, dynamics="fixed", demography=None)


def first_state(
    columns: Columns,
    meteorology: Meteorology,
    date: np.datetime64,
    days: int,
    phenology: xr.Dataset | None = None,
) -> State:
    """A start from weather: soil at the mean air temperature of `days` days, air of the first.

    Leaves are those of the season, by the greenness curves `phenology` of the year.
    """
    sample = range(0, days, max(1, days // 24))
    day = np.timedelta64(1, "D")
    mean = np.mean([meteorology.day(date + i * day)[:, AIR_TEMPERATURE].mean() for i in sample])
    first = meteorology.day(date)[0].mean(axis=-1)
    state = State.initial(
        columns,
        air_temperature=first[AIR_TEMPERATURE],
        q=first[SPECIFIC_HUMIDITY],
        co2=first[CO2],
        soil_temperature=float(mean),
    )
    curves = calendar_of(phenology, columns, int(str(date)[:4]))
    return in_season(state, columns, curves, day_of_year(date))


def _pass(
    columns: Columns,
    state: State,
    years: Sequence[Year],
    options: ModelOptions,
    *,
    sink: Sink | None = None,
    label: str,
    progress: bool,
) -> State:
    """The state after the years, one after the other."""
    for year in years:
        state = run(
            columns,
            state,
            year.meteorology,
            options,
            year.start,
            year.end,
            phenology=year.phenology,
            sink=sink,
            progress=progress,
            label=f"{label}, {str(year.start)[:4]}",
        )
    return state


def _put(state: State, pools: Pools) -> None:
    for name, values in pools._asdict().items():
        getattr(state, f"{name}_carbon")[:] = values
