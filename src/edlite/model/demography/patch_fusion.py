"""Fusion of patches of one cover that light enters alike.

After ED2 (Medvigy et al. 2009; Longo et al. 2019): patches are compared by the light below the
leaves above fixed heights, exp(-0.5 L), L the leaf area index in full leaf.
"""

from __future__ import annotations

import numpy as np

from edlite.model.column_sizes import full_leaf, heights
from edlite.model.columns import Columns
from edlite.model.demography.arrays import in_order, merge_patches
from edlite.model.demography.settings import Demography
from edlite.model.state import State

# heights [m] at which profiles are compared (those of ED2, and the ground)
PROFILE_HEIGHTS = (0.0, 2.0, 5.0, 9.0, 14.0, 20.0, 26.0, 35.0)
EXTINCTION = 0.5
MIN_AREA = 0.001  # share of the cell below which a patch joins another of its cover


def leaf_area_profiles(columns: Columns, state: State) -> np.ndarray:
    """Leaf area index in full leaf above each of `PROFILE_HEIGHTS`, (patch, height)."""
    leaf = full_leaf(columns, state.pft, state.dbh)
    lai = state.n * leaf * columns.of_pft("SLA")[state.pft]
    height = heights(columns, state.pft, state.dbh)
    above = [
        np.bincount(state.patch_index, np.where(height > level, lai, 0.0), state.n_patch)
        for level in PROFILE_HEIGHTS
    ]
    return np.array(above).T


def _differences(profile: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """Largest difference of light over the heights between any two patches; infinite where covers
    differ and on the diagonal."""
    light = np.exp(-EXTINCTION * profile)
    difference = abs(light[:, None] - light[None]).max(axis=2)
    difference[cover[:, None] != cover[None]] = np.inf
    np.fill_diagonal(difference, np.inf)
    return difference


def fusion_groups(
    area: np.ndarray, cover: np.ndarray, profile: np.ndarray, limit: int, tolerance: float
) -> np.ndarray:
    """Group of each patch of a cell, named by its first member.

    area, cover : (patch,);  profile : (patch, height) leaf area above each height

    First patches smaller than `MIN_AREA` join the most similar of their cover, the smallest first.
    Then the most similar pair of a cover fuses, as long as it differs by less than `tolerance` or
    there are more than `limit` patches. (ED2 raises the tolerance in 25 steps to 2/3 while there
    are too many; the most similar pair first is the limit of small steps. Cells with more covers
    than `limit` keep one patch each.)
    """
    group = np.arange(area.size)
    area, profile = area.copy(), profile.copy()
    alive = np.arange(area.size)
    while alive.size > 1:
        difference = _differences(profile[alive], cover[alive])
        alone = np.isinf(difference.min(axis=1))
        small = np.where(alone | (area[alive] >= MIN_AREA), np.inf, area[alive])
        if np.isfinite(small.min()):
            i = int(np.argmin(small))
            j = int(np.argmin(difference[i]))
        else:
            i, j = (int(x) for x in np.unravel_index(np.argmin(difference), difference.shape))
            if not (difference[i, j] < tolerance or alive.size > limit):
                break
            if np.isinf(difference[i, j]):
                break
        keep, gone = alive[min(i, j)], alive[max(i, j)]
        total = area[keep] + area[gone]
        profile[keep] = (area[keep] * profile[keep] + area[gone] * profile[gone]) / total
        area[keep] = total
        group[group == gone] = keep
        alive = alive[alive != gone]
    return group


def fuse_patches(columns: Columns, state: State, settings: Demography) -> State:
    """The state with similar patches of every cell and cover fused.

    Areas add; amounts per area of patch, densities among them, are means by area, properties of
    canopy air by its mass: the cell holds what it held.
    """
    profile = leaf_area_profiles(columns, state)
    starts = np.searchsorted(state.cell_index, np.arange(columns.n_cell + 1))
    group = np.arange(state.n_patch)
    for cell in np.flatnonzero(np.diff(starts) > 1):
        own = slice(starts[cell], starts[cell + 1])
        group[own] = starts[cell] + fusion_groups(
            state.area[own],
            state.cover[own],
            profile[own],
            settings.max_patches,
            settings.patch_tolerance,
        )
    numbers, group = np.unique(group, return_inverse=True)
    if numbers.size == state.n_patch:
        return state
    return in_order(columns, merge_patches(state, group.ravel()))
