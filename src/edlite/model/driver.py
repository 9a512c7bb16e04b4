"""Run columns through time: days outside, blocks inside, results handed on day by day."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import xarray as xr
from tqdm import tqdm

from edlite.errors import InputError
from edlite.grid.bilinear import bilinear_weights
from edlite.model.block import Block, lanes_of, load_state, make_block, pack, store_state
from edlite.model.column_checks import require_no_seasons, require_room_to_grow
from edlite.model.columns import Columns
from edlite.model.compiled import compiled_daily, compiled_steps
from edlite.model.day_result import DayResult
from edlite.model.demography.events import turn_of_month
from edlite.model.demography.settings import Demography
from edlite.model.foliage import Foliage
from edlite.model.lanes import LANES, Switches
from edlite.model.meteorology import Meteorology
from edlite.model.options import ModelOptions
from edlite.model.prescription import Prescription
from edlite.model.records import BUDGET, COHORT, HOURLY, RECORDS, STEPS_PER_DAY
from edlite.model.seasons import CURVES, calendar_of, day_of_year, month_begun
from edlite.model.state import State

ONE_DAY = np.timedelta64(1, "D")


class IntegrationError(RuntimeError):
    """The integrator's step size fell below its limit, or its state left the sanity bounds."""


Sink = Callable[[DayResult], None]
MonthSink = Callable[[np.datetime64, Columns, State], None]
_BOOK = ("water_max", "water_sum", "energy_max", "carbon_max", "below", "above")
_DAY_BOOK = ("litter_fast", "litter_structural", "activity")
_POOLS = ("fast_carbon", "structural_carbon", "slow_carbon", "growth_export")
_PATCH = ("lai", "leaf_carbon", *_DAY_BOOK, *_POOLS, *_BOOK, "substeps")


def interpolation(columns: Columns, meteorology: Meteorology) -> tuple[np.ndarray, np.ndarray]:
    """Grid points and weights (cell, 4) of the forcing around each cell; all weight on a lone
    point."""
    n = columns.n_cell
    if meteorology.n_point == 1:
        weight = np.zeros((n, 4))
        weight[:, 0] = 1.0
        return np.zeros((n, 4), np.int64), weight
    if meteorology.shape is None:
        raise InputError(
            meteorology.source, "point", meteorology.n_point, "one point or a regular grid"
        )
    n_lat, n_lon = meteorology.shape
    lat = meteorology.lat.reshape(n_lat, n_lon)[:, 0]
    lon = meteorology.lon.reshape(n_lat, n_lon)[0]
    return bilinear_weights(lat, lon, columns.lat, columns.lon, meteorology.source)


def run(
    columns: Columns,
    state: State,
    meteorology: Meteorology,
    options: ModelOptions,
    start: np.datetime64 | str,
    end: np.datetime64 | str,
    *,
    phenology: xr.Dataset | None = None,
    theta: xr.DataArray | None = None,
    foliage: Foliage | None = None,
    sink: Sink | None = None,
    month_sink: MonthSink | None = None,
    records: int = 24,
    by_cohort: bool = False,
    threads: int = 1,
    progress: bool = False,
    label: str = "days",
) -> State:
    """Run from midnight of `start` to midnight of `end` (excluded), UTC; returns the final state.

    phenology : greenness curves, see `calendar_of`
    theta : prescribed moisture (time, layer, patch) [m3 m-3]; None lets the soil water run free
    foliage : leaf and root carbon to follow; phenology then only sets the ageing of leaves
    sink : called with each day's results, after the midnight that ends it
    month_sink : called with the stand at every midnight that begins a month, after what happens
        then, and at `end`; it must not keep the state, which the run goes on with
    records : means a day, 24 or 144;  by_cohort : also those of every cohort
    threads : blocks run side by side; the results do not depend on it

    Raises InputError for unusable input and IntegrationError if a step cannot be integrated.
    """
    start, end = np.datetime64(start, "D"), np.datetime64(end, "D")
    if not start < end:
        raise InputError("run", "end", str(end), f"a date after the start {start}")
    if records not in RECORDS:
        raise InputError("run", "records", records, f"one of {RECORDS} means a day")
    if foliage is not None:
        foliage.require(start, end, columns.n_cohort)
    slow = options.slow()
    columns = columns.with_structure(state)
    _require_suitable(columns, slow, foliage is not None, by_cohort, theta is not None)
    if phenology is None and slow.reproduction:
        require_no_seasons(columns, slow.recruits)
    state = state.copy()
    prescription = None if theta is None else Prescription(theta, columns)
    switches = options.switches()
    if foliage is not None:  # leaves are given: nothing is left to the carbon balance
        switches = switches._replace(carbon_balance=0.0)

    point, weight = interpolation(columns, meteorology)  # by cell: patches may change

    def blocks_of(columns: Columns, state: State) -> list[Block]:
        prescribed = np.full(columns.n_patch, prescription is not None)
        blocks = []
        for patches in pack(columns):
            block = make_block(columns, patches, point, weight, prescribed, records, by_cohort)
            load_state(block, state)
            blocks.append(block)
        return blocks

    blocks = blocks_of(columns, state)
    if foliage is not None:
        for block in blocks:
            _set_target(block, foliage, start)
            _follow_target(block)
    steps = compiled_steps[options.integrator]
    days = np.arange(start, end, ONE_DAY)
    curves, year = None, None
    unprescribed = np.zeros((STEPS_PER_DAY + 1, len(columns.layer_bottom), LANES))
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        for date in tqdm(days, desc=label, unit="d", disable=not progress):
            tomorrow = date + ONE_DAY
            # curves of the day that ends, so that a year's run does not need those of the next
            this_year = int(str(date)[:4])
            if this_year != year:
                curves = calendar_of(phenology, columns, this_year, needed=foliage is None)
                for block in blocks:
                    _set_calendar(block, columns, curves)
                year = this_year
            met = meteorology.day(date)
            target = None if prescription is None else prescription.day(date)
            result = _empty_result(date, columns, records, by_cohort)
            if foliage is not None:
                for block in blocks:
                    _set_target(block, foliage, tomorrow)
            midnight = day_of_year(tomorrow), month_begun(tomorrow)

            def work(block, met=met, target=target, result=result, midnight=midnight, date=date):
                lane_target = (
                    unprescribed
                    if target is None
                    else np.ascontiguousarray(target[:, :, lanes_of(block.patches)])
                )
                _run_block_day(block, steps, switches, met, lane_target, midnight, date, result)

            list(pool.map(work, blocks))
            if slow.sizes_change and midnight[1]:
                for block in blocks:
                    store_state(block, state)
                columns, state = turn_of_month(columns, state, slow, curves, tomorrow)
                blocks = blocks_of(columns, state)
                for block in blocks:
                    _set_calendar(block, columns, curves)
            if sink is not None:
                sink(result)
            if month_sink is not None and (midnight[1] or tomorrow == end):
                for block in blocks:
                    store_state(block, state)
                month_sink(tomorrow, columns, state)
    for block in blocks:
        store_state(block, state)
    return state


def _require_suitable(
    columns: Columns, slow: Demography, foliage: bool, by_cohort: bool, prescribed: bool
) -> None:
    """Raise InputError where the slow processes do not go with what else is asked for."""
    for asked, what in ((foliage, "prescribed leaves"), (by_cohort, "output by cohort")):
        if asked and slow.sizes_change:
            raise InputError(
                "model options", "dynamics", "a stand that changes", f"static or fixed with {what}"
            )
    if prescribed and slow.patches_change:
        raise InputError(
            "model options",
            "dynamics",
            "patches that change",
            "static, fixed or growth where moisture is prescribed by patch",
        )
    if slow.sizes_change:
        require_room_to_grow(columns, slow.recruits if slow.reproduction else ())


def _set_calendar(block: Block, columns: Columns, curves: dict[str, np.ndarray]) -> None:
    cell = columns.cell_index[lanes_of(block.patches)]
    for name in CURVES:
        getattr(block.calendar, name)[:] = curves[name][cell]


def _set_target(block: Block, foliage: Foliage, date: np.datetime64) -> None:
    leaf, root = foliage.day(date)
    for lane in range(LANES):
        own = block.cohorts_of[min(lane, len(block.patches) - 1)]
        block.target.leaf[: len(own), lane] = leaf[own]
        if root is not None:
            block.target.root[: len(own), lane] = root[own]


def _follow_target(block: Block) -> None:
    """Start with the prescribed leaves and roots."""
    for value, target in (
        (block.plants.leaf_carbon, block.target.leaf),
        (block.plants.root_carbon, block.target.root),
    ):
        np.copyto(value, target, where=target >= 0.0)


def _empty_result(
    date: np.datetime64, columns: Columns, records: int, by_cohort: bool
) -> DayResult:
    n_patch, n_layer = columns.n_patch, len(columns.layer_bottom)
    return DayResult(
        date,
        columns,
        np.empty((records, len(HOURLY), n_patch)),
        np.empty((records, n_layer, n_patch)),
        np.empty((records, n_layer, n_patch)),
        np.empty((records, len(BUDGET), n_patch)),
        np.empty((records, len(COHORT), columns.n_cohort)) if by_cohort else None,
        {name: np.empty(n_patch) for name in _PATCH},
    )


def _run_block_day(
    block: Block,
    steps: Callable[..., int],
    switches: Switches,
    met: np.ndarray,
    target: np.ndarray,
    midnight: tuple[float, float],
    date: np.datetime64,
    result: DayResult,
) -> None:
    used = len(block.patches)
    for array in block.output:
        array[:] = 0.0
    for name in _BOOK:
        getattr(block.book, name)[:] = 0.0
    block.step.substeps[:] = 0.0
    lai = np.zeros(LANES)
    carbon = np.zeros(LANES)
    leaf = block.cohorts.n * block.plants.leaf_carbon
    np.sum(leaf * block.cohorts.sla, axis=0, out=lai)
    np.sum(leaf, axis=0, out=carbon)
    failed = steps(
        switches,
        0,
        STEPS_PER_DAY,
        met,
        target,
        block.output,
        block.buffers,
        block.views,
        block.floors,
        block.ground,
        block.soil,
        block.stand,
        block.cohorts,
        block.plants,
        block.met,
        block.step,
        block.work,
        block.implicit,
        block.book,
    )
    if failed >= 0:
        lane = int(np.argmin(block.step.size[:used]))
        raise IntegrationError(
            f"patch {block.patches[lane]}: the integrator found no valid state on {date} at"
            f" {failed * 10 // 60:02d}:{failed * 10 % 60:02d} UTC; check forcing and soil there"
        )
    compiled_daily(
        switches,
        *midnight,
        block.calendar,
        block.target,
        block.views[0],
        block.ground,
        block.soil,
        block.cohorts,
        block.plants,
        block.work,
        block.book,
        block.day_book,
    )
    patches = block.patches
    result.fluxes[:, :, patches] = block.output.fluxes[:, :, :used]
    result.theta[:, :, patches] = block.output.theta[:, :, :used]
    result.soil_temperature[:, :, patches] = block.output.soil_temperature[:, :, :used]
    result.budget[:, :, patches] = block.output.budget[:, :, :used]
    if result.cohorts is not None:
        for lane, own in enumerate(block.cohorts_of):
            result.cohorts[:, :, own] = block.output.cohorts[:, :, : len(own), lane]
    result.patch["lai"][patches] = lai[:used]
    result.patch["leaf_carbon"][patches] = carbon[:used]
    for name in _DAY_BOOK:
        result.patch[name][patches] = getattr(block.day_book, name)[:used]
    for name in _POOLS:
        result.patch[name][patches] = getattr(block.ground, name)[:used]
    for name in _BOOK:
        result.patch[name][patches] = getattr(block.book, name)[:used]
    result.patch["substeps"][patches] = block.step.substeps[:used]
