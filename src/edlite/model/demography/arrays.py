"""Cohorts and patches of a state: choose, add, merge, put in order.

What becomes of a variable is written beside it in `edlite.model.state_fields`; nothing here names
variables but those of structure. Sums run over the members of a group in their order, never over
cells, so that a cell has the same bits whatever else is in the tile; what merges with nothing stays
as it is to the last bit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edlite.model.column_sizes import full_leaf, heights
from edlite.model.columns import Columns
from edlite.model.demography.sizes import diameter_of_wood
from edlite.model.state import State
from edlite.model.state_fields import (
    AIR,
    AREA,
    COHORT_FIELDS,
    CROWN,
    FIELDS,
    GROUND,
    LARGEST,
    LEAST,
    MOST,
    PATCH_FIELDS,
    PLANT,
)


def sum_by(group: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """Sums of `values` (..., member) over the members of each of `size` groups (..., group)."""
    if values.ndim == 1:
        return np.bincount(group, values, size)
    return np.array([np.bincount(group, row, size) for row in values])


def select_cohorts(state: State, index: np.ndarray) -> State:
    """The state with the cohorts of `index` (numbers, in the order wanted, or a mask)."""
    return replace(state, **{name: getattr(state, name)[..., index] for name in COHORT_FIELDS})


def add_cohorts(state: State, new: dict[str, np.ndarray]) -> State:
    """The state with cohorts appended; `new` holds (..., cohort) arrays of the cohort variables.

    Variables that `new` lacks are 0. The order is for `in_order` to put right.
    """
    unknown = set(new) - set(COHORT_FIELDS)
    if unknown:
        raise ValueError(f"{sorted(unknown)}: not variables of cohorts")
    count = len(new["n"])
    changed = {}
    for name in COHORT_FIELDS:
        old = getattr(state, name)
        more = np.asarray(new.get(name, np.zeros((*old.shape[:-1], count))), old.dtype)
        changed[name] = np.concatenate([old, more], axis=-1)
    return replace(state, **changed)


def in_order(columns: Columns, state: State) -> State:
    """The state with cohorts by patch, tallest first, as columns sort them."""
    order = np.lexsort((-heights(columns, state.pft, state.dbh), state.patch_index))
    if np.array_equal(order, np.arange(order.size)):
        return state
    return select_cohorts(state, order)


def _members(group: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """First member of each group; the groups of several; the members of those, and the place of
    each one's group among them."""
    count = np.bincount(group)
    first = np.zeros(count.size, int)
    first[group[::-1]] = np.arange(group.size)[::-1]
    several = np.flatnonzero(count > 1)
    member = np.flatnonzero(count[group] > 1)
    return first, several, member, np.searchsorted(several, group[member])


def merge_cohorts(columns: Columns, state: State, group: np.ndarray) -> State:
    """The state with the cohorts of each group (numbers from 0, none left out) made one.

    Members share patch and type. Numbers, carbon per ground and amounts per ground are conserved;
    the diameter follows from the wood. The order is for `in_order` to put right.
    """
    first, several, member, at = _members(group)
    merged = select_cohorts(state, first)
    if several.size == 0:
        return merged
    n = state.n[member]
    crown = n * full_leaf(columns, state.pft[member], state.dbh[member])
    total, total_crown = (sum_by(at, x, several.size) for x in (n, crown))
    leading = _leading(at, crown, member)
    changed = {name: getattr(merged, name).copy() for name in COHORT_FIELDS}
    for name in COHORT_FIELDS:
        values, rule = getattr(state, name)[..., member], FIELDS[name].merge
        if rule == PLANT:
            new = sum_by(at, n * values, several.size) / total
        elif rule == GROUND:
            new = sum_by(at, values, several.size)
        elif rule == CROWN:
            new = sum_by(at, crown * values, several.size) / total_crown
        elif rule == LARGEST:
            new = getattr(state, name)[leading]
        elif rule == MOST:
            new = changed[name][several]
            np.maximum.at(new, at, values)
        else:
            continue
        changed[name][..., several] = new
    changed["n"][several] = total
    changed["dbh"][several] = diameter_of_wood(
        columns, changed["pft"][several], changed["wood_carbon"][several]
    )
    return replace(merged, **changed)


def _leading(at: np.ndarray, weight: np.ndarray, member: np.ndarray) -> np.ndarray:
    """Member of the largest weight of each group; the first of equals."""
    order = np.lexsort((np.arange(at.size), -weight, at))
    start = np.flatnonzero(np.diff(at[order], prepend=-1))
    return member[order[start]]


def append_patches(state: State, patches: np.ndarray, area: np.ndarray) -> State:
    """The state with copies of `patches` and their cohorts appended, of other areas.

    Nothing else changes: with the areas of the originals reduced accordingly, the cell has what it
    had. The order is for `merge_patches` to put right.
    """
    place = np.full(state.n_patch, -1)
    place[patches] = np.arange(patches.size) + state.n_patch
    cohorts = np.flatnonzero(place[state.patch_index] >= 0)
    changed = {}
    for names, index in ((PATCH_FIELDS, patches), (COHORT_FIELDS, cohorts)):
        for name in names:
            old = getattr(state, name)
            changed[name] = np.concatenate([old, old[..., index]], axis=-1)
    changed["area"][state.n_patch :] = area
    changed["patch_index"][state.n_cohort :] = place[state.patch_index[cohorts]]
    return replace(state, **changed)


def merge_patches(state: State, group: np.ndarray) -> State:
    """The state with the patches of each group (numbers from 0, none left out) made one.

    Members share cell and cover; groups are by cell. Everything that the cell holds is conserved:
    amounts per area of patch change with the area. The order of cohorts is for `in_order` to put
    right.
    """
    first, several, member, at = _members(group)
    changed = {name: getattr(state, name)[..., first] for name in PATCH_FIELDS}
    area = state.area[member]
    total = sum_by(at, area, several.size)
    air = area * state.air_mass[member]
    # before the first step canopy air has no mass yet
    air = np.where(sum_by(at, air, several.size)[at] > 0.0, air, area)
    total_air = sum_by(at, air, several.size)
    for name in PATCH_FIELDS:
        values, rule = getattr(state, name)[..., member], FIELDS[name].merge
        if rule == AREA:
            new = sum_by(at, area * values, several.size) / total
        elif rule == AIR:
            new = sum_by(at, air * values, several.size) / total_air
        elif rule == LEAST:
            new = changed[name][several]
            np.minimum.at(new, at, values)
        else:
            continue
        changed[name][..., several] = new
    changed["area"][several] = total
    share = np.ones(state.n_patch)
    share[member] = area / total[at]
    share = share[state.patch_index]
    for name in COHORT_FIELDS:
        if name == "n" or FIELDS[name].merge == GROUND:
            changed[name] = getattr(state, name) * share
    changed["patch_index"] = group[state.patch_index]
    return replace(state, **changed)
