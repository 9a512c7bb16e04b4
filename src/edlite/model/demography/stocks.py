"""What a stand holds: carbon, water, energy and plants, by cell.

What happens to stands at midnight conserves them; `edlite.model.budgets` watches over the steps in
between.
"""

from __future__ import annotations

import numpy as np

from edlite.constants import DAY_S, M_DRY, RHO_W, UMOL_TO_KGC
from edlite.model.columns import Columns
from edlite.model.demography.arrays import sum_by
from edlite.model.state import State

PLANT_POOLS = ("leaf_carbon", "root_carbon", "sapwood_carbon", "wood_carbon", "storage_carbon")
SOIL_POOLS = ("fast_carbon", "structural_carbon", "slow_carbon")
COMMITTED = ("growth_resp", "storage_resp", "virtual_resp")


def plant_carbon(state: State) -> np.ndarray:
    """Carbon of a plant of every cohort, a debt of the storage counted [kgC plant-1]."""
    return sum(getattr(state, name) for name in PLANT_POOLS)


def committed_carbon(state: State) -> np.ndarray:
    """Carbon that every cohort will respire during the day that begins [kgC m-2 of patch]."""
    return DAY_S * sum(getattr(state, name) for name in COMMITTED)


def stand_carbon(columns: Columns, state: State) -> np.ndarray:
    """Carbon of every cell [kgC m-2 of cell] at a midnight.

    Plants, soil, seeds, what is about to be respired, canopy air and what was set aside
    (`growth_export`), less what came in with seed rain (`seed_import`): nothing that happens at the
    turn of a month changes it.
    """
    patch = state.air_mass / M_DRY * state.co2 * UMOL_TO_KGC
    for name in SOIL_POOLS:
        patch = patch + getattr(state, name)
    patch = patch + state.seed_carbon.sum(axis=0) + state.growth_export - state.seed_import
    cohort = state.n * plant_carbon(state) + committed_carbon(state)
    return _of_cell(columns, state, patch, cohort)


def stand_water(columns: Columns, state: State) -> np.ndarray:
    """Water of every cell [kg m-2 of cell]: soil, surface, films on leaves, vapour."""
    dz = columns.layer_thickness[:, None] * _active(columns, state)
    patch = state.air_mass * state.q + state.snow.sum(axis=0)
    patch = patch + (state.theta * RHO_W * dz).sum(axis=0)
    return _of_cell(columns, state, patch, state.leaf_water)


def stand_energy(columns: Columns, state: State) -> np.ndarray:
    """Internal energy of every cell [J m-2 of cell]: soil, surface, leaves with their films, air.

    The heat of leaf matter goes with plants that die; their film water keeps its energy.
    """
    dz = columns.layer_thickness[:, None] * _active(columns, state)
    patch = state.air_mass * state.enthalpy + state.snow_energy.sum(axis=0)
    patch = patch + (state.energy * dz).sum(axis=0)
    return _of_cell(columns, state, patch, state.leaf_energy)


def stand_plants(columns: Columns, state: State) -> np.ndarray:
    """Plants of every cell and type [m-2 of cell], (pft, cell)."""
    n_pft, n_cell = columns.recruits.shape[1], columns.n_cell
    n = state.area[state.patch_index] * state.n
    at = state.pft * n_cell + state.cell_index[state.patch_index]
    return np.bincount(at, n, n_pft * n_cell).reshape(n_pft, n_cell)


def _active(columns: Columns, state: State) -> np.ndarray:
    """Whether a layer exists, (layer, patch)."""
    first = np.searchsorted(columns.cell_index, np.arange(columns.n_cell))
    n_layer = columns.n_layer[first][state.cell_index]
    return np.arange(len(columns.layer_bottom))[:, None] < n_layer


def _of_cell(columns: Columns, state: State, patch: np.ndarray, cohort: np.ndarray) -> np.ndarray:
    """Amounts per m2 of cell from those per m2 of patch, by patch and by cohort."""
    total = patch + np.bincount(state.patch_index, cohort, state.n_patch)
    return sum_by(state.cell_index, state.area * total, columns.n_cell)
