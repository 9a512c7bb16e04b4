"""Random stands with every variable of the state off its resting value."""

from __future__ import annotations

import numpy as np

from edlite.constants import C_ICE, C_LIQ, RHO_W, T3, T_LZ
from edlite.kernels.thermodynamics import air_enthalpy
from edlite.model.columns import SOIL_FIELDS, Columns
from edlite.model.demography.death import heat_of_leaves
from edlite.model.demography.stocks import stand_carbon, stand_energy, stand_plants, stand_water
from edlite.model.state import State
from edlite.model.state_fields import BY_COHORT, FIELDS
from edlite.parameters import COVERS, PFT_CODES, load_pft
from edlite.soil.hydraulics import soil_properties

BARE, GRASSLAND, CROPLAND, FOREST = range(len(COVERS))
TREES = tuple(PFT_CODES.index(p) for p in ("NP", "SP", "LC", "EHW", "MHW", "LHW", "WHW", "WP"))
GRASSES = tuple(PFT_CODES.index(p) for p in ("DC4", "DC3"))
CROPS = tuple(PFT_CODES.index(p) for p in ("CRC3", "CRC4"))
PARAMETERS = load_pft()
REFERENCE_HEIGHT = 60.0


def stand_of(patches, n_cell=1) -> tuple[Columns, State]:
    """Columns and a resting state (full leaf, on allometry) of given stands.

    patches : rows of (cell, area, cover, ((pft, dbh, n), ...)), by cell
    """
    cell = np.array([p[0] for p in patches], int)
    cohorts = [(i, *c) for i, p in enumerate(patches) for c in p[3]]
    soil = soil_properties(np.linspace(0.2, 0.6, n_cell), np.linspace(0.3, 0.1, n_cell))
    n_patch = len(patches)
    columns = Columns(
        lat=np.full(n_cell, 42.5),
        lon=np.full(n_cell, -72.2),
        cell_id=np.arange(n_cell),
        cell_index=cell,
        area=np.array([p[1] for p in patches], float),
        cover=np.array([p[2] for p in patches], int),
        pools={
            "fast_carbon": np.full(n_patch, 0.2),
            "structural_carbon": np.full(n_patch, 3.0),
            "slow_carbon": np.full(n_patch, 0.02),
        },
        soil={name: soil[name][cell] for name in SOIL_FIELDS},
        n_layer=(9 - 4 * (np.arange(n_cell) % 2))[cell],
        free=np.ones(n_patch),
        patch_index=np.array([c[0] for c in cohorts], int),
        pft=np.array([c[1] for c in cohorts], int),
        dbh=np.array([c[2] for c in cohorts], float),
        n=np.array([c[3] for c in cohorts], float),
        parameters=PARAMETERS,
        reference_height=np.full(n_cell, REFERENCE_HEIGHT),
        source="test stand",
    )
    return columns, State.initial(columns, air_temperature=285.0, q=0.006, co2=400.0)


def random_stand(seed: int, n_cell: int = 8) -> tuple[Columns, State]:
    """Cells of 1 to 6 patches of 0 to 15 cohorts of any size and type that goes with the cover."""
    rng = np.random.default_rng(seed)
    patches = []
    for cell in range(n_cell):
        count = rng.integers(1, 7)
        area = rng.dirichlet(np.full(count, 0.7)) + 1e-4
        trees = rng.choice(TREES, 3, replace=False)
        for share in area / area.sum():
            cover = int(rng.choice(4, p=(0.1, 0.15, 0.15, 0.6)))
            types = ((), GRASSES, CROPS, (*trees, *GRASSES))[cover]
            cohorts = [_cohort(rng, types) for _ in range(rng.integers(0, 16))] if types else []
            patches.append((cell, share, cover, cohorts))
    columns, state = stand_of(patches, n_cell)
    return columns, shaken(columns, state, rng)


def _cohort(rng, types) -> tuple[int, float, float]:
    pft = int(rng.choice(types))
    p = PARAMETERS.iloc[pft]
    dbh = p["dbh_min"] + (p["dbh_crit"] - p["dbh_min"]) * rng.uniform() ** 2 * 0.8
    if rng.uniform() < 0.2:
        dbh = p["dbh_crit"] * rng.uniform(1.0, 1.3) if not p["is_grass"] else p["dbh_crit"]
    leaf = p["b1_leaf"] / 2.0 * min(dbh, p["dbh_crit"]) ** p["b2_leaf"]
    return pft, dbh, 10.0 ** rng.uniform(-4.0, 0.5) / (leaf * p["SLA"])


def shaken(columns: Columns, state: State, rng: np.random.Generator) -> State:
    """The state with random values of everything but structure and wood."""
    s = state.copy()
    n_patch, n_cohort = s.n_patch, s.n_cohort

    def patch(low, high):
        return rng.uniform(low, high, n_patch)

    def cohort(low, high):
        return rng.uniform(low, high, n_cohort)

    s.age = patch(0.0, 200.0)
    s.q, s.co2 = patch(0.001, 0.015), patch(380.0, 450.0)
    s.enthalpy = np.array([air_enthalpy(t, q) for t, q in zip(patch(260, 300), s.q, strict=True)])
    s.air_mass, s.step_size, s.coldest = patch(5.0, 30.0), patch(10.0, 600.0), patch(225.0, 290.0)
    s.snow = rng.uniform(0.0, 20.0, s.snow.shape) * (patch(0, 1) < 0.5)
    s.snow_energy = s.snow * C_ICE * rng.uniform(250.0, T3, s.snow.shape)
    s.snow_depth = s.snow.sum(axis=0) * patch(0.001, 0.01)
    s.theta = s.theta * rng.uniform(0.6, 1.2, s.theta.shape)
    warm = rng.uniform(274.0, 300.0, s.theta.shape)
    s.energy = columns.soil["c_dry"].T * warm + RHO_W * s.theta * C_LIQ * (warm - T_LZ)
    s.fast_carbon, s.structural_carbon = patch(0.05, 1.0), patch(0.5, 10.0)
    s.slow_carbon, s.growth_export = patch(0.01, 5.0), patch(-0.5, 0.5)
    s.seed_import = patch(0.0, 0.1)
    here = columns.recruits[s.cell_index].T
    s.seed_carbon = here * rng.uniform(0.0, 0.02, s.seed_carbon.shape)

    s.status = rng.choice((-1, 0, 0, 0, 1, 2), n_cohort)
    bare = s.status == 2
    s.leaf_carbon = np.where(bare, 0.0, s.leaf_carbon * cohort(0.2, 1.0))
    s.root_carbon = s.root_carbon * cohort(0.3, 1.2)
    s.sapwood_carbon = s.sapwood_carbon * cohort(0.3, 1.2)
    s.storage_carbon = columns.leaf_max * cohort(-0.3, 1.5)
    s.elongation, s.wetness = cohort(0.0, 1.0), cohort(0.0, 1.5)
    s.capacity_factor, s.psi_open = cohort(0.3, 1.0), cohort(0.0, 1e-4)
    for name in ("growth_resp", "storage_resp", "virtual_resp"):
        setattr(s, name, s.n * columns.leaf_max * cohort(0.0, 1e-7))
    shed_leaves(columns, s)
    s.leaf_water = np.where(s.leaf_capacity > 0.0, cohort(0.0, 0.1), 0.0)
    warm = np.where(cohort(0, 1) < 0.5, cohort(T3, 300.0), cohort(255.0, T3))
    water = np.where(warm > T3, C_LIQ * (warm - T_LZ), C_ICE * warm)
    s.leaf_energy = s.leaf_capacity * warm + s.leaf_water * water

    s.frost = cohort(0.0, 0.1) * (cohort(0, 1) < 0.3)
    s.months, s.balance_ratio = rng.integers(0, 13, n_cohort), cohort(-0.5, 1.0)
    best = columns.leaf_max * cohort(0.1, 2.0)
    for name, part in (("balance", 0.6), ("balance_light", 1.0), ("balance_water", 0.9)):
        setattr(s, name, part * best * cohort(-0.2, 1.0))
        months = part * best * rng.uniform(-0.2, 1.0, (12, n_cohort))
        setattr(s, f"monthly_{name}", months * (np.arange(12)[:, None] < s.months))
    return s


def shed_leaves(columns: Columns, state: State) -> None:
    """Heat capacities of the leaves there are; sets `leaf_capacity` in place."""
    carbon = state.n * state.leaf_carbon
    resolved = carbon * columns.of_pft("SLA")[state.pft] > 0.005
    state.leaf_capacity = np.where(resolved, carbon * 2.0 * 13683.0, 0.0)


def curves_of(columns: Columns) -> dict[str, np.ndarray]:
    """Greenness curves that differ from cell to cell."""
    late = np.asarray(columns.cell_id, float)
    return {
        "spring_a": 1.0 / (130.0 + late),
        "spring_b": np.full(columns.n_cell, -40.0),
        "autumn_a": 1.0 / (280.0 + late),
        "autumn_b": np.full(columns.n_cell, 30.0),
    }


def part_of(columns: Columns, state: State, cells) -> tuple[Columns, State]:
    """Some cells of a tile, in the order given."""
    cells = np.asarray(cells)
    patches = np.concatenate([np.flatnonzero(columns.cell_index == c) for c in cells])
    place = np.full(columns.n_patch, -1)
    place[patches] = np.arange(patches.size)
    cohorts = np.concatenate([np.flatnonzero(columns.patch_index == p) for p in patches])
    position = np.full(columns.n_cell, -1)
    position[cells] = np.arange(cells.size)
    part = State(
        **{
            name: getattr(state, name)[..., cohorts if f.shape in BY_COHORT else patches].copy()
            for name, f in FIELDS.items()
        }
    )
    part.cell_index = position[part.cell_index]
    part.patch_index = place[part.patch_index]
    fewer = Columns(
        lat=columns.lat[cells],
        lon=columns.lon[cells],
        cell_id=columns.cell_id[cells],
        cell_index=part.cell_index,
        area=part.area,
        cover=part.cover,
        pools={name: values[patches] for name, values in columns.pools.items()},
        soil={name: values[patches] for name, values in columns.soil.items()},
        n_layer=columns.n_layer[patches],
        free=columns.free[patches],
        patch_index=part.patch_index,
        pft=part.pft,
        dbh=part.dbh,
        n=part.n,
        parameters=columns.parameters,
        reference_height=columns.reference_height[cells],
        recruits=columns.recruits[cells],
        source=columns.source,
    )
    return fewer, part


def assert_conserved(columns, before, after, *, plants=False, heat=0.0, rtol=2e-13) -> None:
    """Carbon, water, energy and area of every cell are what they were.

    heat : by cell, that the leaves of the dead took; None: energy is not looked at
    """
    old, new = (np.bincount(s.cell_index, s.area, columns.n_cell) for s in (before, after))
    np.testing.assert_allclose(new, old, rtol=0, atol=1e-13)
    carbon = stand_carbon(columns, before)
    np.testing.assert_allclose(stand_carbon(columns, after), carbon, rtol=rtol)
    water = stand_water(columns, before)
    np.testing.assert_allclose(stand_water(columns, after), water, rtol=rtol)
    if heat is not None:
        energy = stand_energy(columns, before)
        np.testing.assert_allclose(stand_energy(columns, after) + heat, energy, rtol=rtol)
    if plants:
        number = stand_plants(columns, before)
        np.testing.assert_allclose(stand_plants(columns, after), number, rtol=rtol)


def leaf_heat(columns, state) -> np.ndarray:
    """Heat of leaf matter of every cell [J m-2 of cell]."""
    heat = state.area[state.patch_index] * heat_of_leaves(state)
    return np.bincount(state.cell_index[state.patch_index], heat, columns.n_cell)


def assert_valid(columns, state) -> None:
    """Structure, order and signs."""
    state.require_valid("state")
    assert columns.has_structure(state)
    assert np.all(np.diff(state.cell_index) >= 0) and np.all(np.diff(state.patch_index) >= 0)
    same = np.diff(state.patch_index) == 0
    assert np.all(np.diff(columns.height)[same] <= 0.0)
    assert set(state.cell_index) == set(range(columns.n_cell))
    for name in ("fast_carbon", "structural_carbon", "slow_carbon", "seed_carbon", "seed_import"):
        assert np.all(getattr(state, name) >= 0.0), name
    for name in ("leaf_carbon", "root_carbon", "sapwood_carbon", "wood_carbon", "leaf_water"):
        assert np.all(getattr(state, name) >= 0.0), name


def assert_same(a: State, b: State, but=()) -> None:
    """Two states agree to the last bit."""
    for name in FIELDS:
        if name not in but:
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
