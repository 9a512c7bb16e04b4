"""A block of lanes: columns and state packed into the arrays of the compiled loops, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edlite.constants import CANOPY_DEPTH_MIN, L_F, YEAR_S
from edlite.kernels.radiation import (
    diffuse_backscatter,
    diffuse_eigenvalue,
    diffuse_rates,
    leaf_angle_coefficients,
    longwave_backscatter,
    thick_reflectance,
)
from edlite.kernels.vegetation import leaf_heat_capacity
from edlite.model.budgets import Book, allocate_book
from edlite.model.columns import SOIL_FIELDS, Columns
from edlite.model.daily import Calendar, DayBook, Target, allocate_day_book
from edlite.model.lanes import (
    LANES,
    N_SNOW,
    Cohorts,
    Fast,
    Ground,
    Implicit,
    Leaves,
    Rows,
    Soil,
    Stand,
    Step,
    Work,
    allocate_implicit,
    allocate_step,
    allocate_work,
    fast_views,
)
from edlite.model.meteorology import N_MET
from edlite.model.records import Output, allocate_output
from edlite.model.state import State

FAST_PATCH = ("enthalpy", "q", "co2")
FAST_ROWS = ("snow", "snow_energy", "theta", "energy")
GROUND_STATE = (
    *("snow_depth", "step_size", "air_mass"),
    *("fast_carbon", "structural_carbon", "slow_carbon", "growth_export"),
)
LEAF_STATE = (
    *("leaf_carbon", "elongation", "wetness", "capacity_factor", "psi_open"),
    *("growth_resp", "virtual_resp"),
)
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
    leaves: Leaves
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


def _fill(values: np.ndarray, index: np.ndarray, empty: float) -> np.ndarray:
    """(cohort row, lane) from values by cohort; rows without a cohort (-1) get `empty`."""
    if values.size == 0:
        return np.full(index.shape, float(empty))
    return np.ascontiguousarray(np.where(index >= 0, values[index], float(empty)))


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
    cohorts = _cohorts(columns, index, soil)
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
        leaves=Leaves(*(np.zeros((n_cohort, LANES)) for _ in Leaves._fields)),
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


def _cohorts(columns: Columns, index: np.ndarray, soil: Soil) -> Cohorts:
    def column(name: str, empty: float = 0.0, scale: float = 1.0) -> np.ndarray:
        return _fill(columns.of_cohort(name) * scale, index, empty)

    clumping = column("clumping", 1.0)
    # rows without a cohort do not widen the range of layers that their row's roots end in
    root_layer = _fill(columns.root_layer, index, -1.0)
    root_last = np.maximum(root_layer.max(axis=1, keepdims=True), 0.0)
    root_layer = np.where(index >= 0, root_layer, root_last)
    root_first = root_layer.min(axis=1, keepdims=True)
    sapwood = columns.of_cohort("qsw") * columns.height * columns.leaf_max
    leaf_matter = zip(
        columns.of_pft("c_leaf_dry"), columns.of_pft("leaf_water_per_dry"), strict=True
    )
    heat = np.array([leaf_heat_capacity(1.0, c, w) for c, w in leaf_matter])[columns.pft]
    c4 = (columns.of_cohort("photosynthetic_pathway") == 4).astype(float)
    decay = column("Vm_decay_e", 0.4)
    cutoffs = {
        "log_q10": np.log(column("Vm_q10", 2.4)),
        "cold": np.exp(decay * column("Vm_T_low", 5.0)),
        "hot": np.exp(-decay * column("Vm_T_high", 45.0)),
        "decay": decay,
    }
    response = {"hor": column("root_resp_hor", 3000.0), **cutoffs}
    kinds, root_kind = _root_kinds(response, index >= 0)
    deepest = root_layer.astype(int)
    root_depth = _rooted_depth(soil, deepest)
    return Cohorts(
        n=_fill(columns.n, index, 0.0),
        height=_fill(columns.height, index, 1.0),
        crown_middle=_fill(columns.crown_middle, index, 0.5),
        crown_fraction=_fill(
            np.minimum(columns.crown_middle / columns.veg_height[columns.patch_index], 1.0),
            index,
            1.0,
        ),
        leaf_max=_fill(columns.leaf_max, index, 0.0),
        root_carbon=_fill(columns.of_cohort("q_root_leaf") * columns.leaf_max, index, 0.0),
        sapwood_carbon=_fill(sapwood, index, 0.0),
        root_layer=root_layer,
        root_first=np.repeat(root_first, LANES, axis=1),
        root_last=np.repeat(root_last, LANES, axis=1),
        habit=column("phenology_habit"),
        sla=column("SLA", 10.0),
        vm0=column("Vm0_15C", 1e-6, 1e-6),
        vm_hor=column("Vm_hor", 3000.0),
        **{f"vm_{name}": values for name, values in cutoffs.items()},
        gamma_rd=column("gamma_Rd", 0.02),
        slope_m=column("stomatal_slope_m", 6.0),
        intercept_b=column("stomatal_intercept_b", 1e-2, 1e-6),
        d0=column("D0", 0.01),
        alpha=column("quantum_yield_alpha", 0.08),
        c4=_fill(c4, index, 0.0),
        kw=column("kw", 0.0, 1.0 / YEAR_S),
        sides=column("transpiring_sides", 1.0),
        leaf_width=column("leaf_width", 0.05),
        clumping=clumping,
        **leaf_optics(
            column("orient_factor"),
            clumping,
            {
                "vis": (column("leaf_refl_vis", 0.1), column("leaf_trans_vis", 0.1)),
                "nir": (column("leaf_refl_nir", 0.5), column("leaf_trans_nir", 0.2)),
            },
            column("leaf_emis", 0.95),
        ),
        c_leaf=_fill(heat, index, 1.0),
        film_capacity=column("leaf_water_max", 0.11),
        growth_fraction=column("growth_resp_frac"),
        leaf_turnover=column("leaf_turnover"),
        root_turnover=column("root_turnover"),
        storage_turnover=column("storage_turnover"),
        f_labile=column("f_labile", 1.0),
        root_resp=column("root_resp_15C") / root_depth,
        root_resp_q10=column("root_resp_15C_q10opt") / root_depth,
        root_entry=root_kind * soil.active.shape[0] + deepest,
        **kinds,
    )


def leaf_optics(
    chi: np.ndarray,
    clumping: np.ndarray,
    bands: dict[str, tuple[np.ndarray, np.ndarray]],
    emissivity: np.ndarray,
) -> dict[str, np.ndarray]:
    """Optical properties of `Cohorts` from leaf orientation factor, clumping, reflectance and
    transmittance of leaves by band, and their emissivity, all (cohort, lane)."""
    kinds, kind = np.unique(chi, return_inverse=True)
    angles = np.array([leaf_angle_coefficients(x) for x in kinds])[kind.ravel()].T
    phi1, phi2, mubar = (np.ascontiguousarray(a).reshape(chi.shape) for a in angles)
    optics = {"phi1": phi1, "phi2": phi2, "mubar": mubar}
    for band, (refl, trans) in bands.items():
        omega = refl + trans
        eta, zeta = diffuse_rates(omega, diffuse_backscatter(refl, trans, chi), clumping, mubar)
        k = diffuse_eigenvalue(eta, zeta)
        properties = (omega, eta, zeta, k, thick_reflectance(eta, zeta, k))
        names = ("omega", "eta", "zeta", "k", "thick")
        optics |= {f"{band}_{n}": p for n, p in zip(names, properties, strict=True)}
    eta, zeta = diffuse_rates(1.0 - emissivity, longwave_backscatter(chi), 1.0, mubar)
    k = diffuse_eigenvalue(eta, zeta)
    return optics | {"thermal_k": k, "thermal_thick": thick_reflectance(eta, zeta, k)}


def _root_kinds(
    response: dict[str, np.ndarray], present: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Kinds of roots of equal response to temperature in a block: their parameters (kind, lane),
    and the kind of every (cohort row, lane); 0 where no cohort is present."""
    own = present if present.any() else np.ones_like(present)
    rows = np.stack([values[own] for values in response.values()], axis=1)
    unique, found = np.unique(rows, axis=0, return_inverse=True)
    kind = np.zeros(present.shape, int)
    kind[own] = found.ravel()
    parameters = {
        f"root_{name}": np.repeat(values[:, None], LANES, axis=1)
        for name, values in zip(response, unique.T, strict=True)
    }
    return parameters, kind


def _rooted_depth(soil: Soil, root_layer: np.ndarray) -> np.ndarray:
    """Thickness [m] of the soil down to layer `root_layer` of every (cohort row, lane)."""
    return np.take_along_axis(np.cumsum(soil.dz[:, None] * soil.active, axis=0), root_layer, axis=0)


def load_state(block: Block, state: State) -> None:
    """Copy the state of the block's patches into its lanes."""
    lanes = lanes_of(block.patches)
    fast, ground, leaves = block.views[0], block.ground, block.leaves
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
        for name in LEAF_STATE:
            getattr(leaves, name)[rows, lane] = getattr(state, name)[own]


def store_state(block: Block, state: State) -> None:
    """Copy the state of the block's lanes back."""
    fast, ground, leaves = block.views[0], block.ground, block.leaves
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
        for name in LEAF_STATE:
            getattr(state, name)[own] = getattr(leaves, name)[rows, lane]
