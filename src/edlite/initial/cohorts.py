"""Trees of a patch to cohorts: diameter classes, merging to a limit, division of thick layers.

Merging conserves the number of plants and the basal area of each PFT exactly: the diameter of
merged plants is the quadratic mean. Basal area is what inventories report, and its exponent (2)
lies between those of leaf mass (1.5 to 1.9) and of structural mass (2.2 to 3.0), so that neither
drifts much; the drift of leaf area is small because only neighbouring diameters are merged.

A cohort is one layer of leaves for radiation. As in ED2, cohorts with a leaf area index above 1 are
divided into equal parts of the same diameter, so that thick crowns are not one sunlit layer.
Division comes last, within the limit of cohorts: divided first, the twins would be the nearest
diameters of all and merge again. Merging therefore makes room for the parts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edlite.initial.allometry import Allometry

LAYER_LAI = 1.0
_ROUNDING = 1e-9


class Cohorts(NamedTuple):
    """Plants of a patch: index of the PFT, diameter [cm] and density [plants m-2 of patch]."""

    pft: NDArray[np.int64]
    dbh: NDArray[np.float64]
    n: NDArray[np.float64]


class TooManyTypes(ValueError):
    """A patch has more PFTs than it may have cohorts."""


def _merge(cohorts: Cohorts, group: NDArray[np.int64]) -> Cohorts:
    """Merge the plants of each group (numbers from 0; plants of a group share their PFT)."""
    size = int(group.max(initial=-1)) + 1
    n = np.bincount(group, cohorts.n, size)
    square = np.bincount(group, cohorts.n * cohorts.dbh**2, size)
    pft = np.zeros(size, dtype=np.int64)
    pft[group] = cohorts.pft
    return Cohorts(pft, np.sqrt(square / n), n)


def merge_classes(cohorts: Cohorts, width: float) -> Cohorts:
    """Merge plants of the same PFT and diameter class [0, width), [width, 2 width), ... (cm)."""
    if cohorts.pft.size == 0:
        return cohorts
    keys = np.stack([cohorts.pft, np.floor(cohorts.dbh / width).astype(np.int64)])
    _, group = np.unique(keys, axis=1, return_inverse=True)
    return _merge(cohorts, group.ravel())


def layers(lai: NDArray[np.float64]) -> NDArray[np.int64]:
    """Parts of leaf area index at most 1 into which cohorts are divided."""
    return np.maximum(1, np.ceil(np.asarray(lai) / LAYER_LAI - _ROUNDING)).astype(np.int64)


def merge_to_limit(cohorts: Cohorts, limit: int, allometry: Allometry) -> Cohorts:
    """Merge neighbouring diameters of a PFT until the cohorts, divided, are at most `limit`.

    Each time the pair with the smallest ratio of diameters is merged, among pairs that save a
    layer if there are any. Ends early when every PFT is one cohort; raises TooManyTypes if there
    are more PFTs than `limit`.
    """
    if np.unique(cohorts.pft).size > limit:
        raise TooManyTypes
    order = np.lexsort((cohorts.dbh, cohorts.pft))
    cohorts = Cohorts(*(a[order] for a in cohorts))
    while True:
        lai = cohorts.n * allometry.leaf_area(cohorts.pft, cohorts.dbh)
        if layers(lai).sum() <= limit:
            return cohorts
        same = np.flatnonzero(cohorts.pft[1:] == cohorts.pft[:-1])
        if same.size == 0:
            return cohorts
        parts = layers(lai)
        saved = parts[same] + parts[same + 1] - layers(lai[same] + lai[same + 1])
        gap = np.log(cohorts.dbh[same + 1] / cohorts.dbh[same])
        first = same[np.lexsort((gap, -np.minimum(saved, 1)))[0]]
        group = np.arange(cohorts.n.size)
        group[first + 1 :] -= 1
        cohorts = _merge(cohorts, group)


def divide_layers(cohorts: Cohorts, limit: int, allometry: Allometry) -> Cohorts:
    """Divide cohorts of leaf area index above 1 into equal parts, at most `limit` in all.

    Where the limit leaves no room for all parts, those that end up thinnest are given up.
    """
    lai = cohorts.n * allometry.leaf_area(cohorts.pft, cohorts.dbh)
    parts = layers(lai)
    while parts.sum() > limit and (parts > 1).any():
        thickness = np.where(parts > 1, lai / np.maximum(parts - 1, 1), np.inf)
        parts[np.argmin(thickness)] -= 1
    return Cohorts(
        np.repeat(cohorts.pft, parts),
        np.repeat(cohorts.dbh, parts),
        np.repeat(cohorts.n / parts, parts),
    )


def reduce_cohorts(cohorts: Cohorts, width: float, limit: int, allometry: Allometry) -> Cohorts:
    """Trees to at most `limit` cohorts: diameter classes, merging, division of thick layers."""
    merged = merge_to_limit(merge_classes(cohorts, width), limit, allometry)
    return divide_layers(merged, limit, allometry)
