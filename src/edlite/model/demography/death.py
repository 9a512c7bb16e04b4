"""What dead plants leave: litter, and the water on their leaves.

Litter as ED2 (Moorcroft et al. 2001): the labile share of leaves, fine roots and sapwood, and the
storage, join the fast pool; the rest and the wood join the structural pool. A debt of the storage
is paid from the plant's own litter, the fast part first.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edlite.kernels.thermodynamics import (
    pool_liquid_fraction,
    pool_temperature,
    water_energy,
)
from edlite.model.columns import Columns
from edlite.model.demography.arrays import select_cohorts
from edlite.model.demography.sizes import recruits, smallest_density
from edlite.model.demography.stocks import committed_carbon, plant_carbon
from edlite.model.state import State
from edlite.model.state_fields import COHORT_FIELDS, FIELDS, GROUND

SMALLEST = 0.1  # of the carbon of the smallest cohort that may establish, below which one is ended
CAPACITY_MIN = 1e-6  # J m-2 K-1, of leaves too few to have a heat capacity of their own


def bury(columns: Columns, state: State, dead: np.ndarray) -> State:
    """The state with the carbon of `dead` plants [m-2 of patch] of every cohort in the litter.

    The densities are the caller's to change.
    """
    labile = columns.of_pft("f_labile")[state.pft]
    alive = state.leaf_carbon + state.root_carbon + state.sapwood_carbon
    fast = labile * alive + state.storage_carbon
    structural = (1.0 - labile) * alive + state.wood_carbon
    debt = np.minimum(fast, 0.0)
    return _add_litter(state, dead * (fast - debt), dead * (structural + debt))


def thin(columns: Columns, state: State, survival: np.ndarray) -> State:
    """The state with the share `survival` of the plants of every cohort alive.

    What belongs to leaves as an amount per ground stays: the next step takes the heat of the leaves
    that are gone, and the film of all on those that remain.
    """
    state = bury(columns, state, state.n * (1.0 - survival))
    return replace(state, n=state.n * survival)


def remove(columns: Columns, state: State, survival: np.ndarray) -> State:
    """The state with the share `survival` of every cohort, without cohorts that have none.

    With the dead goes what belongs to them: respiration still to be emitted joins the fast pool,
    film water with its energy the surface; the heat of leaf matter leaves with the leaves
    (`heat_of_leaves`).
    """
    gone = 1.0 - survival
    state = bury(columns, state, state.n * gone)
    water = gone * state.leaf_water
    energy = water * film_energy(state, np.flatnonzero(gone > 0.0))
    pending = gone * committed_carbon(state)
    top, top_energy = state.snow.copy(), state.snow_energy.copy()
    top[0] += np.bincount(state.patch_index, water, state.n_patch)
    top_energy[0] += np.bincount(state.patch_index, energy, state.n_patch)
    state = _add_litter(state, pending, np.zeros_like(pending))
    ground = {
        name: getattr(state, name) * survival
        for name in COHORT_FIELDS
        if FIELDS[name].merge == GROUND
    }
    state = replace(state, snow=top, snow_energy=top_energy, n=state.n * survival, **ground)
    return state if np.all(survival > 0.0) else select_cohorts(state, survival > 0.0)


def film_energy(state: State, cohorts: np.ndarray) -> np.ndarray:
    """Internal energy of film water [J kg-1] at the temperature of the leaves; 0 but for the
    cohorts asked for that have a film."""
    specific = np.zeros(state.n_cohort)
    for c in cohorts[state.leaf_water[cohorts] != 0.0]:
        pool = (
            state.leaf_energy[c],
            state.leaf_water[c],
            max(state.leaf_capacity[c], CAPACITY_MIN),
        )
        specific[c] = water_energy(pool_temperature(*pool), pool_liquid_fraction(*pool))
    return specific


def heat_of_leaves(state: State) -> np.ndarray:
    """Internal energy of the leaves of every cohort without their film [J m-2 of patch]."""
    return state.leaf_energy - state.leaf_water * film_energy(state, np.arange(state.n_cohort))


def _add_litter(state: State, fast: np.ndarray, structural: np.ndarray) -> State:
    """Litter [kgC m-2 of patch] of every cohort into the soil's pools.

    Plants that owed more than they were leave a debt, which the patch's litter pays.
    """
    fast = state.fast_carbon + np.bincount(state.patch_index, fast, state.n_patch)
    structural = state.structural_carbon + np.bincount(state.patch_index, structural, state.n_patch)
    owed = np.minimum(structural, 0.0)
    structural, fast = structural - owed, fast + owed
    owed = np.minimum(fast, 0.0)
    fast, slow = fast - owed, state.slow_carbon + owed
    return replace(state, fast_carbon=fast, structural_carbon=structural, slow_carbon=slow)


def end_cohorts(columns: Columns, state: State) -> State:
    """The state without cohorts that hold less carbon than a tenth of the smallest that may
    establish, or that owe more than they have."""
    least = SMALLEST * smallest_density(columns) * recruits(columns).carbon[state.pft]
    ended = state.n * plant_carbon(state) < least
    return remove(columns, state, np.where(ended, 0.0, 1.0)) if ended.any() else state
