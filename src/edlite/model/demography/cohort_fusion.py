"""Fusion of similar cohorts, and division of those that are optically thick.

After ED2 (Medvigy et al. 2009; Longo et al. 2019). ED2 relaxes the tolerances of fusion in steps of
1 % and fuses whatever then passes; here the pair that needs the least relaxation goes first, which
is the limit of small steps and depends on no order of cohorts.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edlite.model.column_sizes import full_leaf, heights
from edlite.model.columns import Columns
from edlite.model.demography.arrays import add_cohorts, in_order, merge_cohorts
from edlite.model.demography.settings import Demography
from edlite.model.demography.sizes import diameter_of_wood
from edlite.model.state import State
from edlite.model.state_fields import COHORT_FIELDS, FIELDS, GROUND

HEIGHT = 0.5  # m, difference of height that still fuses
DIAMETER = 0.4  # relative difference of diameter that still fuses
FUSED_LAI = 0.8  # leaf area index, in full leaf, that fused cohorts may have
RELAXED = 10.0  # by which tolerances may be relaxed to reach the wanted number
LAYER_LAI = 1.0  # leaf area index above which cohorts are divided
APART = 1e-3  # relative difference of the wood of halves from that of the whole


class _Stand:
    """The cohorts of a patch while they fuse; `height` and `lai` of all cohorts of the tile."""

    def __init__(
        self, columns: Columns, state: State, own: slice, height: np.ndarray, lai: np.ndarray
    ) -> None:
        self.columns = columns
        self.pft, self.n = state.pft[own], state.n[own].copy()
        self.wood, self.dbh = state.wood_carbon[own].copy(), state.dbh[own].copy()
        self.height, self.lai = height[own].copy(), lai[own].copy()
        self.kind = 2 * self.pft + _with_leaves(state.status[own])
        self.group = np.arange(self.n.size)
        self.need = self._relaxation(self.group[:, None])
        np.fill_diagonal(self.need, np.inf)

    def _relaxation(self, i: np.ndarray | int) -> np.ndarray:
        """Relaxation of the tolerances that fusion of cohort(s) i with every other would need."""
        wide = abs(self.dbh - self.dbh[i]) / (DIAMETER * 0.5 * (self.dbh + self.dbh[i]))
        size = np.maximum(wide, abs(self.height - self.height[i]) / HEIGHT)
        need = np.maximum(size, (self.lai + self.lai[i]) / FUSED_LAI)
        return np.where(self.kind == self.kind[i], need, np.inf)

    def _join(self, i: int, j: int) -> None:
        """Cohort j becomes part of i."""
        total = self.n[i] + self.n[j]
        self.wood[i] = (self.n[i] * self.wood[i] + self.n[j] * self.wood[j]) / total
        self.n[i] = total
        at = np.array([i])
        self.dbh[at] = diameter_of_wood(self.columns, self.pft[at], self.wood[at])
        self.height[at] = heights(self.columns, self.pft[at], self.dbh[at])
        self.lai[at] = _leaf_area(self.columns, self.pft[at], self.dbh[at], self.n[at])
        self.group[self.group == j] = i
        need = self._relaxation(i)
        need[self.group != np.arange(self.n.size)] = np.inf
        need[i] = np.inf
        self.need[i, :], self.need[:, i] = need, need
        self.need[j, :], self.need[:, j] = np.inf, np.inf

    def fuse(self, limit: int) -> np.ndarray:
        """Fuse what is similar, then what is least different until `limit`; group of each."""
        count = self.n.size
        while count > 1:
            i, j = np.unravel_index(np.argmin(self.need), self.need.shape)
            i, j = min(i, j), max(i, j)
            need = self.need[i, j]
            if not (need < 1.0 or (count > limit and need < RELAXED)):
                break
            self._join(i, j)
            count -= 1
        return self.group


def _leaf_area(columns: Columns, pft: np.ndarray, dbh: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Leaf area index in full leaf [m2 m-2 of patch]."""
    return n * full_leaf(columns, pft, dbh) * columns.of_pft("SLA")[pft]


def _with_leaves(status: np.ndarray) -> np.ndarray:
    """Whether leaves are complete or growing, not dropping or bare."""
    return (status == 0) | (status == 1)


def fuse_cohorts(columns: Columns, state: State, settings: Demography) -> State:
    """The state with similar cohorts of a patch fused.

    Of one type, both with leaves or both without, heights within 0.5 m and diameters within 40 %,
    and together of a leaf area index below 0.8 in full leaf; while a patch has more than
    `max_cohorts`, up to ten times as different and thick. (ED2 looks at diameters only where
    heights saturate. Saplings of 2 m then fuse with every month's seedlings of 1.5 m, a third of
    their diameter, and those that are slow to grow never get away from them.)
    Conserves plants, their carbon and all amounts per ground; the diameter follows from the wood.
    """
    state = in_order(columns, state)
    starts = np.searchsorted(state.patch_index, np.arange(state.n_patch + 1))
    height = heights(columns, state.pft, state.dbh)
    lai = _leaf_area(columns, state.pft, state.dbh, state.n)
    group = np.arange(state.n_cohort)
    for patch in _worth_a_look(columns, state, height, settings.max_cohorts):
        own = slice(starts[patch], starts[patch + 1])
        stand = _Stand(columns, state, own, height, lai)
        group[own] = starts[patch] + stand.fuse(settings.max_cohorts)
    numbers, group = np.unique(group, return_inverse=True)
    if numbers.size == state.n_cohort:
        return state
    return in_order(columns, merge_cohorts(columns, state, group.ravel()))


def _worth_a_look(columns: Columns, state: State, height: np.ndarray, limit: int) -> np.ndarray:
    """Patches with too many cohorts, or with neighbours in size that are similar enough."""
    many = np.bincount(state.patch_index, minlength=state.n_patch) > limit
    with_leaves = _with_leaves(state.status)
    order = np.lexsort((state.dbh, with_leaves, state.pft, state.patch_index))
    pft, dbh = state.pft[order], state.dbh[order]
    height = height[order]
    wide = np.diff(dbh) < DIAMETER * 0.5 * (dbh[1:] + dbh[:-1])
    near = wide & (abs(np.diff(height)) < HEIGHT)
    for values in (state.patch_index[order], pft, with_leaves[order]):
        near &= values[1:] == values[:-1]
    many[state.patch_index[order][1:][near]] = True
    return np.flatnonzero(many)


def split_cohorts(columns: Columns, state: State, settings: Demography) -> State:
    """The state with cohorts of a leaf area index above 1, in full leaf, divided.

    Halves differ by 0.1 % of their wood from the whole, so that they need not stay alike; together
    they are too thick to fuse again (`FUSED_LAI`). The thickest go first, as long as the patch has
    fewer than `max_cohorts`: beyond that fusion would only undo it.
    """
    while True:
        state = in_order(columns, state)
        lai = _leaf_area(columns, state.pft, state.dbh, state.n)
        count = np.bincount(state.patch_index, minlength=state.n_patch)
        room = np.maximum(settings.max_cohorts - count, 0)
        thick = np.flatnonzero(lai > LAYER_LAI)
        thick = thick[np.lexsort((-lai[thick], state.patch_index[thick]))]
        patch = state.patch_index[thick]
        rank = np.arange(thick.size) - np.searchsorted(patch, patch)
        chosen = thick[rank < room[patch]]
        if chosen.size == 0:
            return state
        state = _halve(columns, state, chosen)


def _halve(columns: Columns, state: State, chosen: np.ndarray) -> State:
    """The state with the `chosen` cohorts divided, second halves at the end."""
    changed = {
        name: getattr(state, name).copy()
        for name in COHORT_FIELDS
        if name in ("n", "dbh", "wood_carbon") or FIELDS[name].merge == GROUND
    }
    for name, values in changed.items():
        if name == "n" or FIELDS[name].merge == GROUND:
            values[chosen] *= 0.5
    halves = {name: changed.get(name, getattr(state, name))[..., chosen] for name in COHORT_FIELDS}
    wood, pft = state.wood_carbon[chosen], state.pft[chosen]
    changed["wood_carbon"][chosen] = wood + APART * wood
    halves["wood_carbon"] = wood - APART * wood
    changed["dbh"][chosen] = diameter_of_wood(columns, pft, changed["wood_carbon"][chosen])
    halves["dbh"] = diameter_of_wood(columns, pft, halves["wood_carbon"])
    return add_cohorts(replace(state, **changed), halves)
