"""Growth of stems, and seeds: once a month plants spend what they have stored.

After ED2 (Moorcroft et al. 2001; Medvigy et al. 2009): plants on allometry spend all their storage,
cold-deciduous ones only in June. Mature plants spend `r_fract` of it on seeds.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edlite.constants import BIOMASS_PER_CARBON
from edlite.kernels.plant_carbon import COMPLETE
from edlite.kernels.vegetation import COLD_DECIDUOUS
from edlite.model.column_sizes import heights
from edlite.model.columns import Columns
from edlite.model.demography.sizes import diameter_of_wood
from edlite.model.plant_day import GROWTH_MONTH
from edlite.model.state import State

FULL_SIZE = 1.0 - 1e-9  # of the diameter at which grass is grown


def spending(columns: Columns, state: State, month: int) -> tuple[np.ndarray, np.ndarray]:
    """Storage that plants spend on wood and on seeds at the start of `month` (1-12) [kgC plant-1].

    Plants of at least `repro_min_h` spend the share `r_fract` on seeds. Grasses and
    crops put on what they lack of their full diameter, and the rest becomes seeds: most have wood
    in name only (5e-6 kgC cm-1), and without that bound a gram of carbon would be a stem of two
    metres.
    """

    def of(name):
        return columns.of_pft(name)[state.pft]

    in_season = (of("phenology_habit") != COLD_DECIDUOUS) | (month == int(GROWTH_MONTH))
    spends = in_season & (state.status == COMPLETE)
    spent = np.where(spends, np.maximum(state.storage_carbon, 0.0), 0.0)
    mature = heights(columns, state.pft, state.dbh) >= of("repro_min_h")
    wood = np.where(mature, 1.0 - of("r_fract"), 1.0) * spent
    full = of("dbh_crit")
    full_wood = of("b1_struct") / BIOMASS_PER_CARBON * full ** of("b2_struct")
    lacking = np.where(state.dbh >= FULL_SIZE * full, 0.0, full_wood - state.wood_carbon)
    wood = np.where(of("is_grass") > 0.5, np.minimum(wood, np.maximum(lacking, 0.0)), wood)
    return wood, spent - wood


def grow(columns: Columns, state: State, month: int) -> tuple[State, np.ndarray]:
    """The state after stems have grown, and seeds (pft, patch) [kgC m-2 of patch].

    The diameter follows from the wood; heights and the leaves that a plant can bear from it.
    """
    wood, seeds = spending(columns, state, month)
    grown = np.flatnonzero(wood > 0.0)
    after = state.wood_carbon + wood
    dbh = state.dbh.copy()
    dbh[grown] = diameter_of_wood(columns, state.pft[grown], after[grown])
    storage = state.storage_carbon.copy()
    spent = wood + seeds > 0.0
    storage[spent] = 0.0  # what is spent is all there is
    n_pft = len(state.seed_carbon)
    at = state.pft * state.n_patch + state.patch_index
    total = np.bincount(at, state.n * seeds, n_pft * state.n_patch)
    state = replace(state, wood_carbon=after, storage_carbon=storage, dbh=dbh)
    return state, total.reshape(n_pft, state.n_patch)
