"""Fusion of forest patches: the most similar ones, by their profile of light, become one.

The leaf area above each height, L, gives the light there, exp(-0.5 L) (as ED2). The areas of fused
patches add and densities are weighted by area, so that plants, basal area and leaf area of the cell
do not change.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edlite.initial.allometry import Allometry
from edlite.initial.cohorts import Cohorts

# heights [m] at which profiles are compared (those of ED2, and the ground)
PROFILE_HEIGHTS = np.array([0.0, 2.0, 5.0, 9.0, 14.0, 20.0, 26.0, 35.0])
EXTINCTION = 0.5


def leaf_area_profile(cohorts: Cohorts, allometry: Allometry) -> NDArray[np.float64]:
    """Leaf area index above each of `PROFILE_HEIGHTS`."""
    lai = cohorts.n * allometry.leaf_area(cohorts.pft, cohorts.dbh)
    height = allometry.height(cohorts.pft, cohorts.dbh)
    return (lai * (height > PROFILE_HEIGHTS[:, None])).sum(axis=1)


def fusion_groups(
    area: NDArray[np.float64], profile: NDArray[np.float64], limit: int
) -> NDArray[np.int64]:
    """Group (from 0) of each patch when the most similar pairs are fused down to `limit` patches.

    area : (patch,);  profile : (patch, height) leaf area above each height

    Difference of two patches: the largest difference of light over the heights.
    """
    group = np.arange(area.size)
    area, profile = np.array(area, dtype=float), np.array(profile, dtype=float)
    alive = list(range(area.size))
    while len(alive) > limit:
        light = np.exp(-EXTINCTION * profile[alive])
        difference = np.abs(light[:, None] - light[None]).max(axis=2)
        difference[np.tril_indices(len(alive))] = np.inf
        i, j = np.unravel_index(np.argmin(difference), difference.shape)
        keep, gone = alive[i], alive[j]
        total = area[keep] + area[gone]
        profile[keep] = (area[keep] * profile[keep] + area[gone] * profile[gone]) / total
        area[keep] = total
        group[group == gone] = keep
        alive.remove(gone)
    return np.unique(group, return_inverse=True)[1]


def fuse(
    area: NDArray[np.float64], patches: list[Cohorts], limit: int, allometry: Allometry
) -> tuple[NDArray[np.float64], list[Cohorts]]:
    """Fuse patches down to `limit`: their areas and plants, densities per area of fused patch."""
    profile = np.array([leaf_area_profile(p, allometry) for p in patches])
    group = fusion_groups(area, profile, limit)
    fused_area = np.bincount(group, area)
    fused = []
    for g, total in enumerate(fused_area):
        members = np.flatnonzero(group == g)
        fused.append(
            Cohorts(
                np.concatenate([patches[m].pft for m in members]),
                np.concatenate([patches[m].dbh for m in members]),
                np.concatenate([patches[m].n * (area[m] / total) for m in members]),
            )
        )
    return fused_area, fused
