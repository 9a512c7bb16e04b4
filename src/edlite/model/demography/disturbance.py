"""Gaps: once a year falling trees open a share of every forest patch.

After the size- and age-structured approximation of Moorcroft et al. (2001): what is disturbed in a
year in a cell becomes one patch of age 0. It inherits soil, surface water, canopy air and seeds of
its donors by area, and the few plants that survive.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edlite.model.column_sizes import heights
from edlite.model.columns import Columns
from edlite.model.demography.arrays import append_patches, in_order, merge_patches
from edlite.model.demography.death import remove
from edlite.model.demography.mortality import TALL
from edlite.model.demography.settings import Demography
from edlite.model.state import State
from edlite.parameters import COVERS

MIN_GAP = 1e-6  # share of the cell; a year that would open less opens nothing


def disturb(columns: Columns, state: State, settings: Demography) -> State:
    """The state after a year of disturbance at `disturbance_rate` [yr-1].

    The share 1 - exp(-rate) of every patch of forest joins the gap. Plants below 10 m survive with
    the probability `treefall_surv_short`, others with `treefall_surv_tall`. The dead are litter of
    the gap, the water on their leaves falls on its surface. Patches that donate keep what they have
    per area.
    """
    forest = state.cover == COVERS.index("forest")
    taken = np.where(forest, -np.expm1(-settings.disturbance_rate) * state.area, 0.0)
    gap = np.bincount(state.cell_index, taken, columns.n_cell)
    taken = np.where(gap[state.cell_index] >= MIN_GAP, taken, 0.0)
    donors = np.flatnonzero(taken > 0.0)
    if donors.size == 0:
        return state
    before = state.n_patch
    opened = append_patches(replace(state, area=state.area - taken), donors, taken[donors])
    new = np.arange(opened.n_patch) >= before
    opened = replace(opened, age=np.where(new, 0.0, opened.age))
    low = heights(columns, opened.pft, opened.dbh) < TALL
    short, tall = (
        columns.of_pft(name)[opened.pft] for name in ("treefall_surv_short", "treefall_surv_tall")
    )
    survival = np.where(new[opened.patch_index], np.where(low, short, tall), 1.0)
    opened = remove(columns, opened, survival)
    # one gap a cell, after the patches that it comes from
    label = np.where(new, before, np.arange(opened.n_patch))
    key = opened.cell_index * (before + 1) + label
    group = np.unique(key, return_inverse=True)[1].ravel()
    return in_order(columns, merge_patches(opened, group))
