"""The turn of a month and of a year: what happens to stands, and in which order.

After ED2 (Moorcroft et al. 2001; Medvigy et al. 2009; Longo et al. 2019); every process says where
it differs. Nothing here looks from one cell to another.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edlite.model.columns import Columns
from edlite.model.demography.arrays import in_order
from edlite.model.demography.balances import close_balances
from edlite.model.demography.cohort_fusion import fuse_cohorts, split_cohorts
from edlite.model.demography.death import end_cohorts
from edlite.model.demography.disturbance import disturb
from edlite.model.demography.growth import grow
from edlite.model.demography.mortality import apply_mortality
from edlite.model.demography.patch_fusion import fuse_patches
from edlite.model.demography.recruitment import establish, shed_seeds
from edlite.model.demography.settings import Demography
from edlite.model.seasons import day_of_year, month_of
from edlite.model.state import WARMEST, State

ONE_DAY = np.timedelta64(1, "D")
JANUARY = 1


def turn_of_month(
    columns: Columns,
    state: State,
    settings: Demography,
    curves: dict[str, np.ndarray],
    date: np.datetime64,
) -> tuple[Columns, State]:
    """Columns and state at the midnight that begins a month, after what happens once a month or
    year.

    state : after the daily update of that midnight; it stays as it is
    curves : greenness curves by cell, as `edlite.model.seasons.calendar_of` returns them
    date : first day of the month that begins; a year begins with January

    The columns returned are those given if patches and cohorts are the same. Carbon, water and area
    of every cell are conserved (`edlite.model.demography.stocks`), energy but for the heat of the
    leaves of the dead.
    """
    date = np.datetime64(date, "D")
    last = (date - ONE_DAY).astype("datetime64[M]")
    days = float((date - last.astype("datetime64[D]")) / ONE_DAY)
    month = month_of(date)

    state = close_balances(columns, state.copy(), month_of(last))
    state = apply_mortality(columns, state, settings, days)
    if settings.structural_growth:
        state, seeds = grow(columns, state, month)
        state = shed_seeds(columns, state, settings, seeds)
    if settings.reproduction:
        state = establish(columns, state, settings, curves, day_of_year(date))
    state = replace(state, coldest=np.full(state.n_patch, WARMEST))
    if settings.structural_growth or settings.mortality:
        state = end_cohorts(columns, state)
    if month == JANUARY:
        state = replace(state, age=state.age + 1.0)
        if settings.disturbance:
            state = disturb(columns, state, settings)
    state = _rearrange(columns, in_order(columns, state), settings, month == JANUARY)
    return columns.with_structure(state), state


def _rearrange(columns: Columns, state: State, settings: Demography, new_year: bool) -> State:
    """Cohorts and patches fused and divided; division comes last, where there is room."""
    if settings.cohort_fusion:
        state = fuse_cohorts(columns, state, settings)
    if new_year and settings.patch_fusion:
        state = fuse_patches(columns, state, settings)
        if settings.cohort_fusion:
            state = fuse_cohorts(columns, state, settings)
    if settings.cohort_splitting:
        state = split_cohorts(columns, state, settings)
    return state
