"""Seeds: where they fall, which die, and when seedlings establish.

After ED2 (Moorcroft et al. 2001; Medvigy et al. 2009).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edlite.constants import T_0C
from edlite.model.columns import Columns
from edlite.model.demography.arrays import add_cohorts, sum_by
from edlite.model.demography.settings import Demography
from edlite.model.demography.sizes import Recruit, recruits, smallest_density
from edlite.model.first_leaves import displayed, status_of
from edlite.model.state import State
from edlite.parameters import COVERS, PFT_CODES

HARDENING = 5.0  # K, by which the month may be colder than the frost threshold of a type


def may_recruit(columns: Columns, state: State, settings: Demography) -> np.ndarray:
    """Whether seedlings of a type may establish in a patch, (pft, patch) bool.

    The types of the cell, or those of the settings; nothing where the cover is bare; in cropland
    crops and grasses only.
    """
    allowed = columns.recruits[state.cell_index].T.copy()
    if settings.recruits is not None:
        allowed[:] = np.isin(PFT_CODES, settings.recruits)[:, None]
    low = (columns.of_pft("is_grass") > 0.5) | (columns.of_pft("is_crop") > 0.5)
    allowed &= state.cover != COVERS.index("bare")
    return allowed & ((state.cover != COVERS.index("cropland")) | low[:, None])


def shed_seeds(columns: Columns, state: State, settings: Demography, seeds: np.ndarray) -> State:
    """The state after `seeds` (pft, patch) [kgC m-2 of patch] have fallen.

    Most die at once (`seedling_mort`). Of the survivors the share `nonlocal_disp` spreads evenly
    over the cell. Dead seeds, and those that may not establish where they fall, join the fast pool.
    """
    if not settings.reproduction:
        return _decay(state, seeds)
    dead = columns.of_pft("seedling_mort")[:, None] * seeds
    alive = seeds - dead
    away = columns.of_pft("nonlocal_disp")[:, None] * alive
    cell_area = np.bincount(state.cell_index, state.area, columns.n_cell)
    rain = sum_by(state.cell_index, state.area * away, columns.n_cell) / cell_area
    pool = state.seed_carbon + (alive - away) + rain[:, state.cell_index]
    lost = np.where(may_recruit(columns, state, settings), 0.0, pool)
    return _decay(replace(state, seed_carbon=pool - lost), dead + lost)


def _decay(state: State, seeds: np.ndarray) -> State:
    """Seeds (pft, patch) into the fast pool."""
    total = state.fast_carbon.copy()
    for row in seeds:
        total += row
    return replace(state, fast_carbon=total)


def establish(
    columns: Columns,
    state: State,
    settings: Demography,
    curves: dict[str, np.ndarray],
    day_of_year: float,
) -> State:
    """The state with seedlings, and seed rain from outside, where the month was not too cold.

    The seed rain (`seed_rain`, plants m-2 month-1) is counted in `seed_import`. The pool of a type
    becomes a cohort of the smallest plants once it suffices for `smallest_density`; until then it
    waits. The order of cohorts is for `in_order` to put right.
    """
    new = recruits(columns)
    carbon = new.carbon[:, None]
    hardy = (columns.of_pft("T_min_plant") + T_0C - HARDENING)[:, None]
    able = may_recruit(columns, state, settings) & (state.coldest >= hardy)
    rain = np.where(able, columns.of_pft("seed_rain")[:, None] * carbon, 0.0)
    imported = state.seed_import.copy()
    for row in rain:
        imported += row
    pool = state.seed_carbon + rain
    risen = able & (pool > smallest_density(columns) * carbon)
    patch, pft = np.nonzero(risen.T)
    density = pool[pft, patch] / new.carbon[pft]
    state = replace(state, seed_carbon=np.where(risen, 0.0, pool), seed_import=imported)
    if patch.size == 0:
        return state
    green = displayed(columns, pft, state.cell_index[patch], curves, day_of_year)
    return add_cohorts(state, _seedlings(new, patch, pft, density, green, day_of_year))


def _seedlings(
    new: Recruit,
    patch: np.ndarray,
    pft: np.ndarray,
    density: np.ndarray,
    green: np.ndarray,
    day_of_year: float,
) -> dict[str, np.ndarray]:
    """Variables of cohorts of seedlings; the leaves that the season hides are in store."""
    leaf = green * new.leaf[pft]
    one = np.ones(pft.size)
    return {
        "patch_index": patch,
        "pft": pft,
        "dbh": new.dbh[pft],
        "n": density,
        "leaf_carbon": leaf,
        "root_carbon": new.root[pft],
        "sapwood_carbon": new.sapwood[pft],
        "wood_carbon": new.wood[pft],
        "storage_carbon": new.leaf[pft] - leaf,
        "status": status_of(green, day_of_year),
        "elongation": one,
        "wetness": one,
        "capacity_factor": one,
        "balance_ratio": one,
    }
