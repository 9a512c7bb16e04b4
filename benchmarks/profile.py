"""Share of each process in a step: every group of loops timed alone on the state of a real block.

Compiled loops take no arguments from Python, so a caller of each group is compiled here: some
minutes in all. The callers are written from the names of the groups' parameters. What the groups
together lack of the whole step is the price of calling them in turn, or of other code.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable

import numpy as np
from numba import njit

from benchmarks.column_cost import ONE_DAY
from benchmarks.stands import CURVES, STANDS, columns_of, start_state
from benchmarks.weather import WEEKS, week
from edlite.constants import STEP_S
from edlite.model import (
    adjust,
    budgets,
    derivatives,
    driver,
    exchange,
    fast_step,
    implicit_column,
    implicit_exchange,
    implicit_surface,
    implicit_water,
    integrator,
    lane_views,
    photosynthesis,
    radiation,
    records,
    respiration,
    root_water,
    snow,
    soil_column,
    split,
)
from edlite.model.lanes import LANES, Switches
from edlite.model.options import ModelOptions
from edlite.model.records import STEPS_PER_DAY, Output

STEP, STAGE, SUBSTEP = "step", "stage", "substep"
HALF_DAY = 90  # the step after which the block is looked at: 15 UTC, forenoon of the made-up sun
# process -> groups of loops and how often they run: each step (a number of times), in each of the
# six stages of each substep, once in each substep
COMMON = {
    "radiation": [(radiation.radiation, STEP, 1)],
    "turbulence": [(exchange.turbulence, STEP, 1), (exchange.boundary_layers, STEP, 1)],
    "photosynthesis": [(photosynthesis.photosynthesis, STEP, 1)],
    "respiration": [(respiration.respiration, STEP, 1)],
    "leaves": [(derivatives.leaf_temperatures, STEP, 1)],
    "soil": [(root_water.root_water, STEP, 1), (root_water.root_zone, STEP, 1)],
    "snow": [(snow.pool_state, STEP, 2), (snow.snow_pack, STEP, 1)],
    "canopy air, phases": [(derivatives.diagnose, STEP, 1)],
    "weather, foliage": [
        (fast_step.lane_weather, STEP, 1),
        (fast_step.atmosphere, STEP, 1),
        (fast_step.foliage, STEP, 1),
        (fast_step.precipitation, STEP, 1),
    ],
    "output records": [
        (records.record_fluxes, STEP, 1),
        (records.record_soil, STEP, 2),
        (records.record_budget, STEP, 1),
    ],
    "budgets": [(budgets.stocks, STEP, 1), (budgets.close_step, STEP, 1)],
}
RK4 = {
    "turbulence": [(exchange.turbulence, STAGE, 1), (exchange.boundary_layers, STAGE, 1)],
    "leaves": [
        (derivatives.leaf_temperatures, STAGE, 1),
        (derivatives.leaf_fluxes, STAGE, 1),
        (adjust.leaf_water, SUBSTEP, 1),
    ],
    "soil": [
        (root_water.root_water, STAGE, 1),
        (root_water.root_zone, STAGE, 1),
        (derivatives.ground_fluxes, STAGE, 1),
        (soil_column.soil_fluxes, STAGE, 1),
        (adjust.soil_bounds, SUBSTEP, 1),
        (adjust.surface_water, SUBSTEP, 1),
    ],
    "snow": [
        (snow.pool_state, STAGE, 1),
        (snow.snow_fluxes, STAGE, 1),
        (snow.percolate, SUBSTEP, 1),
        (snow.divide, SUBSTEP, 1),
    ],
    "canopy air, phases": [
        (derivatives.diagnose, STAGE, 1),
        (derivatives.canopy_air, STAGE, 1),
    ],
    "stage sums, error": [
        (integrator._stage2, SUBSTEP, 1),
        (integrator._stage3, SUBSTEP, 1),
        (integrator._stage4, SUBSTEP, 1),
        (integrator._stage5, SUBSTEP, 1),
        (integrator._stage6, SUBSTEP, 1),
        (integrator._fifth_order, SUBSTEP, 1),
        (integrator.insane, SUBSTEP, 1),
    ],
}
SPLIT = {
    "turbulence": [(exchange.turbulence, STEP, 1), (exchange.boundary_layers, STEP, 1)],
    "leaves": [
        (implicit_surface.leaf_vapour, STEP, split.SOLUTIONS),
        (implicit_surface.leaf_conductances, STEP, split.SOLUTIONS),
        (implicit_surface.eliminate_leaves, STEP, split.SOLUTIONS),
        (implicit_surface.iterate, STEP, split.SOLUTIONS - 1),
        (implicit_exchange.settle_exchange, STEP, split.SOLUTIONS - 1),
        (implicit_exchange.finish_leaves, STEP, 1),
        (adjust.leaf_water, STEP, 1),
    ],
    "soil": [
        (implicit_column.eliminate_soil, STEP, 1),
        (implicit_surface.eliminate_ground, STEP, split.SOLUTIONS),
        (soil_column.limits_of_flow, STEP, 1),
        (implicit_water.darcy_linear, STEP, 1),
        (implicit_water.solve_moisture, STEP, 1),
        (implicit_water.move_in_soil, STEP, 1),
        (adjust.soil_bounds, STEP, 1),
        (adjust.surface_water, STEP, 1),
    ],
    "snow": [
        (implicit_column.eliminate_snow, STEP, 1),
        (snow.snow_fluxes, STEP, 1),
        (snow.percolate, STEP, 1),
        (snow.divide, STEP, 1),
    ],
    "canopy air, phases": [
        (implicit_surface.solve_air, STEP, split.SOLUTIONS),
        (implicit_exchange.finish_air, STEP, 1),
        (integrator.insane, STEP, 1),
    ],
}
OWN = {"rk4": RK4, "split": SPLIT}


class Snapshot:
    """A block of a stand in the middle of a summer day, ready to be called with."""

    def __init__(self, stand: str, options: ModelOptions) -> None:
        columns, met = columns_of(STANDS[stand]), week("summer", 2)
        start = np.datetime64(WEEKS["summer"].start)
        state = driver.run(
            columns,
            start_state(columns, "summer"),
            met,
            options,
            start,
            start + ONE_DAY,
            phenology=CURVES,
        )
        point, weight = driver.interpolation(columns, met)
        free = np.zeros(columns.n_patch, bool)
        self.block = driver.make_block(columns, driver.pack(columns)[0], point, weight, free)
        driver.load_state(self.block, state)
        self.integrator, self.switches = options.integrator, options.switches()
        self.met_points = met.day(start + ONE_DAY)
        self.target = np.zeros((STEPS_PER_DAY + 1, len(columns.layer_bottom), LANES))
        self.steps(0, HALF_DAY)

    def steps(self, first: int, last: int) -> None:
        """Run steps of the day."""
        b = self.block
        driver.compiled_steps[self.integrator](
            *(self.switches, first, last, self.met_points, self.target, b.output),
            *(b.buffers, b.views, b.floors, b.ground, b.soil, b.stand, b.cohorts, b.plants),
            *(b.met, b.step, b.work, b.implicit, b.book),
        )

    def seconds_of_step(self) -> tuple[float, float]:
        """Processor time of a step and its substeps, on average over two hours.

        From calls of three hours and of one: handing over the arrays costs as much as some steps.
        """
        before = self.block.step.substeps.mean()
        seconds = []
        for steps in (18, 6):
            begin = time.process_time()
            self.steps(HALF_DAY, HALF_DAY + steps)
            seconds.append(time.process_time() - begin)
        substeps = float(self.block.step.substeps.mean() - before) / 24.0
        return (seconds[0] - seconds[1]) / 12.0, substeps


def arguments_of(group: Callable, snapshot: Snapshot) -> list[object]:
    """Value of each parameter of a group of loops, by its name."""
    b, switches = snapshot.block, snapshot.switches
    y, k1, k2, k3, k4, k5, k6, trial = b.buffers
    step, book = b.step, b.book
    values = {
        **{name: getattr(b, name) for name in ("ground", "soil", "stand", "cohorts", "plants")},
        **{name: getattr(b, name) for name in ("met", "step", "work", "book", "output", "floors")},
        **{"implicit": b.implicit, "rows": b.floors.shape[0]},
        **{"fast": b.views[0], "d": b.views[1], "new": b.views[7], "y": y, "trial": trial},
        **{"k1": k1, "k2": k2, "k3": k3, "k4": k4, "k5": k5, "k6": k6},
        **{"size": step.trial_size, "done": step.done, "error": step.error},
        **{"water_before": step.water_before, "met_points": snapshot.met_points[HALF_DAY]},
        **{"water": book.water, "energy": book.energy, "carbon": book.carbon},
        **{"switches": switches, "tolerance": switches.tolerance, "incanopy": switches.incanopy},
        **{"option": switches.water_limitation, "dt": STEP_S, "seconds": 0.0},
        **{"at": 0, "share": 0.1},
    }
    function = getattr(group, "py_func", group)
    return [values[name] for name in inspect.signature(function).parameters]


def caller(group: Callable, arguments: list[object]) -> Callable:
    """Compiled function that calls a group of loops `n` times with its arguments."""
    names = [f"a{i}" for i in range(len(arguments))]
    viewed = [n for n, a in zip(names, arguments, strict=True) if _is_of_lanes(a)]
    source = f"""
def call(n, {", ".join(names)}):
    {", ".join(viewed)}, = lane_views(({", ".join(viewed)},))
    for _ in range(n):
        group({", ".join(names)})
"""
    known = {"lane_views": lane_views.lane_views, "group": group}
    exec(source, known)
    return njit(error_model="numpy")(known["call"])


def _is_of_lanes(argument: object) -> bool:
    """Whether the compiled loops see this argument as a lane view: arrays of a block."""
    if isinstance(argument, tuple):
        return not isinstance(argument, (Output, Switches))
    return isinstance(argument, np.ndarray) and argument.shape[-1] == LANES


def seconds_of(group: Callable, snapshot: Snapshot, repeats: int = 300, tries: int = 3) -> float:
    """Processor time of one call of a group of loops [s]."""
    arguments = arguments_of(group, snapshot)
    call = caller(group, arguments)
    call(1, *arguments)
    seconds = []
    for _ in range(tries):
        begin = time.process_time()
        call(repeats, *arguments)
        seconds.append(time.process_time() - begin)
    return min(seconds) / repeats


def measure(stand: str = "forest 30 in 4", options: ModelOptions | None = None) -> list[dict]:
    """A row for each process: time in a step of a patch and its share of the whole step."""
    options = options or ModelOptions()
    snapshot = Snapshot(stand, options)
    whole, substeps = min(snapshot.seconds_of_step() for _ in range(5))
    known: dict[Callable, float] = {}
    rows = []
    own = OWN[options.integrator]
    for process in dict.fromkeys((*COMMON, *own)):
        seconds = 0.0
        for group, kind, times in (*COMMON.get(process, ()), *own.get(process, ())):
            if group not in known:
                known[group] = seconds_of(group, snapshot)
            runs = {STEP: 1.0, SUBSTEP: substeps, STAGE: 6.0 * substeps}[kind]
            seconds += known[group] * runs * times
        rows.append(_row(process, seconds, whole))
    rest = whole - sum(known_row["us_per_patch_step"] for known_row in rows) * LANES * 1e-6
    return [*rows, _row("not in these", rest, whole), _row("whole step", whole, whole)]


def _row(process: str, seconds: float, whole: float) -> dict:
    return {
        "process": process,
        "us_per_patch_step": seconds / LANES * 1e6,
        "share": seconds / whole,
    }
