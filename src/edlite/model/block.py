"""A block of lanes: columns and state packed into the arrays of the compiled loops, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edlite.constants import CANOPY_DEPTH_MIN, L_F
from edlite.model.block_cohorts import block_cohorts
from edlite.model.budgets import Book, allocate_book
from edlite.model.columns import SOIL_FIELDS, Columns
from edlite.model.daily import Calendar, DayBook, Target, allocate_day_book
from edlite.model.lanes import (
    LANES,
    N_SNOW,
    Cohorts,
    Fast,
    Ground,
    Plants,
    Rows,
    Soil,
    Stand,
    Step,
    fast_views,
)
from edlite.model.meteorology import N_MET
from edlite.model.records import Output, allocate_output
from edlite.model.scratch import Implicit, Work, allocate_implicit, allocate_step, allocate_work
from edlite.model.state import State
from edlite.model.state_fields import FIELDS

FAST_PATCH = ("enthalpy", "q", "co2")
FAST_ROWS = ("snow", "snow_energy", "theta", "energy")
GROUND_STATE = tuple(name for name in Ground._fields if name in FIELDS)
PLANT_STATE = tuple(name for name in Plants._fields if name in FIELDS)
# smallest scales of the error control: enthalpy J kg-1, q, CO2; surface water kg m-2, J m-2; theta,
# soil energy J m-3
SCALAR_FLOORS = (1.0, 1e-5, 1.0)
ROW_FLOORS = (0.1, 0.1 * L_F, 0.01, 1e6)


TOPSOIL = 0.2  # m, whose mean moisture and temperature drive decomposition option 2


@dataclass
class Block:
    """LANES patches (the last ones repeated as padding) ready to run."""

    patches: np.ndarray  # (used lanes,) patch numbers
    cohorts_of: list[np.ndarray]  # per used lane: cohort numbers, tallest first
    buffers: tuple[np.ndarray, ...]
    views: tuple[Fast, ...]
    floors: np.ndarray
    ground: Ground
    soil: Soil
    stand: Stand
    cohorts: Cohorts
    plants: Plants
    met: np.ndarray
    step: Step
    work: Work
    implicit: Implicit
    book: Book
    output: Output
    day_book: DayBook
    calendar: Calendar
    target: Target


def pack(columns: Columns) -> list[np.ndarray]:
    """Patch numbers of each block: patches of similar numbers of cohorts side by side."""
    order = np.argsort(-columns.cohort_count, kind="stable")
    return [order[i : i + LANES] for i in range(0, columns.n_patch, LANES)]


def lanes_of(patches: np.ndarray) -> np.ndarray:
    """Patch of every lane; padding repeats the last one."""
    return np.concatenate([patches, np.repeat(patches[-1:], LANES - len(patches))])


def make_block(
    columns: Columns,
    patches: np.ndarray,
    met_point: np.ndarray,
    met_weight: np.ndarray,
    prescribed: np.ndarray,
    records: int = 24,
    by_cohort: bool = False,
) -> Block:
    """Allocate and fill everything that does not belong to the state.

    met_point, met_weight : (cell, 4) bilinear interpolation of the forcing
    prescribed : (patch,) bool
    records : means a day;  by_cohort : also of every cohort
    """
    lanes = lanes_of(patches)
    starts = np.searchsorted(columns.patch_index, np.arange(columns.n_patch + 1))
    cohorts_of = [np.arange(starts[p], starts[p + 1]) for p in patches]
    n_cohort = max(1, max(len(c) for c in cohorts_of))
    index = np.full((n_cohort, LANES), -1)
    for lane in range(LANES):
        own = cohorts_of[min(lane, len(patches) - 1)]
        index[: len(own), lane] = own
    cell = columns.cell_index[lanes]

    soil = _soil(columns, lanes)
    stand = Stand(
        open_fraction=columns.open_fraction[lanes],
        veg_height=columns.veg_height[lanes],
        canopy_depth=np.maximum(columns.veg_height[lanes], CANOPY_DEPTH_MIN),
        reference_height=columns.reference_height[cell],
        prescribed=prescribed[lanes].astype(float),
        **_met_weights(met_point[cell], met_weight[cell]),
    )
    cohorts = block_cohorts(columns, index, soil)
    n_layer = len(columns.layer_bottom)
    rows = Rows(n_layer, n_cohort, n_cohort if by_cohort else 0, len(cohorts.root_hor))
    buffers = tuple(np.zeros((rows.total, LANES)) for _ in range(8))
    floors = np.full((rows.controlled, LANES), 1e-30)
    sizes = (1, 1, 1, N_SNOW, N_SNOW, n_layer, n_layer)
    known = np.repeat((*SCALAR_FLOORS, *ROW_FLOORS), sizes)
    floors[: known.size] = known[:, None]
    return Block(
        patches=patches,
        cohorts_of=cohorts_of,
        buffers=buffers,
        views=tuple(fast_views(b, rows) for b in buffers),
        floors=floors,
        ground=Ground(*(np.zeros(LANES) for _ in Ground._fields)),
        soil=soil,
        stand=stand,
        cohorts=cohorts,
        plants=Plants(*(np.zeros((n_cohort, LANES)) for _ in Plants._fields)),
        met=np.zeros((N_MET, LANES)),
        step=allocate_step(rows),
        work=allocate_work(rows),
        implicit=allocate_implicit(rows),
        book=allocate_book(),
        output=allocate_output(rows, records),
        day_book=allocate_day_book(),
        calendar=Calendar(*(np.ones(LANES) for _ in Calendar._fields)),
        target=Target(*(np.full((n_cohort, LANES), -1.0) for _ in Target._fields)),
    )


def _met_weights(point: np.ndarray, weight: np.ndarray) -> dict[str, np.ndarray]:
    """Grid points that the block needs, in rising order, and each lane's weight of every one.

    A sum over all of them has the same bits as over a lane's own: the others add zeros.
    """
    needed = np.unique(point[weight > 0.0])
    weights = np.zeros((needed.size, LANES))
    for j in range(point.shape[1]):
        row = np.minimum(np.searchsorted(needed, point[:, j]), needed.size - 1)
        np.add.at(weights, (row, np.arange(LANES)), weight[:, j])
    return {
        "met_point": np.repeat(needed[:, None], LANES, axis=1),
        "met_weight": weights,
    }


def _soil(columns: Columns, lanes: np.ndarray) -> Soil:
    n_layer = columns.n_layer[lanes]
    layer = np.arange(len(columns.layer_bottom))[:, None]
    properties = {f: np.ascontiguousarray(columns.soil[f][lanes].T) for f in SOIL_FIELDS}
    saturation = properties["theta_fc"] / properties["theta_s"]
    topsoil = np.clip(TOPSOIL - columns.layer_top, 0.0, columns.layer_thickness)
    return Soil(
        dz=columns.layer_thickness.copy(),
        z=-0.5 * (columns.layer_top + columns.layer_bottom),
        topsoil=topsoil / topsoil.sum(),
        psi_fc=properties["psi_s"] * saturation ** -properties["b"],
        active=(layer < n_layer).astype(float),
        last=(layer == n_layer - 1).astype(float),
        free=columns.free[lanes].astype(float),
        **properties,
    )


def load_state(block: Block, state: State) -> None:
    """Copy the state of the block's patches into its lanes."""
    lanes = lanes_of(block.patches)
    fast, ground, plants = block.views[0], block.ground, block.plants
    for name in FAST_PATCH:
        getattr(fast, name)[:] = getattr(state, name)[lanes]
    for name in GROUND_STATE:
        getattr(ground, name)[:] = getattr(state, name)[lanes]
    for name in FAST_ROWS:
        getattr(fast, name)[:] = getattr(state, name)[:, lanes]
    for lane in range(LANES):
        own = block.cohorts_of[min(lane, len(block.patches) - 1)]
        rows = slice(0, len(own))
        fast.leaf_energy[rows, lane] = state.leaf_energy[own]
        fast.leaf_water[rows, lane] = state.leaf_water[own]
        block.step.capacity[rows, lane] = state.leaf_capacity[own]
        for name in PLANT_STATE:
            getattr(plants, name)[rows, lane] = getattr(state, name)[own]


def store_state(block: Block, state: State) -> None:
    """Copy the state of the block's lanes back."""
    fast, ground, plants = block.views[0], block.ground, block.plants
    used = len(block.patches)
    for name in FAST_PATCH:
        getattr(state, name)[block.patches] = getattr(fast, name)[:used]
    for name in GROUND_STATE:
        getattr(state, name)[block.patches] = getattr(ground, name)[:used]
    for name in FAST_ROWS:
        getattr(state, name)[:, block.patches] = getattr(fast, name)[:, :used]
    for lane, own in enumerate(block.cohorts_of):
        rows = slice(0, len(own))
        state.leaf_energy[own] = fast.leaf_energy[rows, lane]
        state.leaf_water[own] = fast.leaf_water[rows, lane]
        state.leaf_capacity[own] = block.step.capacity[rows, lane]
        for name in PLANT_STATE:
            getattr(state, name)[own] = getattr(plants, name)[rows, lane]
