"""Carbon of a plant through a day: shedding, allocation to leaves, roots and sapwood, hunger.

After the growth scheme of ED2 (Moorcroft et al. 2001; Medvigy et al. 2009). Amounts are kgC of a
plant; `status` of its leaves is -1 dropping, 0 complete, 1 growing, 2 bare.
"""

from edlite.kernels.mathematics import clip01, process, where
from edlite.kernels.vegetation import GREENNESS_MIN, REGROWTH_MIN

DROPPING, COMPLETE, GROWING, BARE = -1.0, 0.0, 1.0, 2.0
ON_ALLOMETRY = 1e-6  # relative


@process
def shed_by_calendar(status, leaf, target, in_autumn, green):
    """Leaf carbon that a cold-deciduous plant sheds, and its status after.

    target : leaf carbon that the greenness allows;  in_autumn : whether greenness is falling
    """
    falls = in_autumn and (status < BARE) and (leaf > target)
    shed = where(falls, leaf - target, 0.0)
    after = where(falls, where(target > 0.0, DROPPING, BARE), status)
    flushes = (
        (not in_autumn) and (green > GREENNESS_MIN) and ((after == BARE) or (after < COMPLETE))
    )
    return shed, where(flushes, GROWING, after)


@process
def drought_elongation(status, elongation, wetness):
    """Elongation factor of drought-deciduous leaves from the ten-day mean of the wetness index.

    Leaves shrink at once to the index; bare or shrinking ones grow again only once it has passed a
    threshold above their present state.
    """
    index = clip01(wetness)
    index = where(index < GREENNESS_MIN, 0.0, index)
    held_back = (status < COMPLETE) or (status == BARE)
    may_grow = index >= min(1.0, max(REGROWTH_MIN, elongation + 0.02))
    return where((index <= elongation) or may_grow or (not held_back), index, elongation)


@process
def shed_by_drought(status, leaf, full, elongation, before):
    """Leaf carbon that a drought-deciduous plant sheds, and its status after."""
    falls = leaf > elongation * full
    shed = where(falls, leaf - elongation * full, 0.0)
    regrows = (elongation > before) and ((status < COMPLETE) or (status == BARE))
    after = where(regrows, GROWING, status)
    return shed, where(falls, where(elongation > 0.0, DROPPING, BARE), after)


@process
def allocate(available, leaf, root, sapwood, leaf_target, root_target, sapwood_target):
    """Share `available` carbon among tissues below their targets, in proportion to the relative
    deficits; no tissue gets more than it lacks. Returns leaf, root, sapwood and what is left."""
    lack_leaf = max(leaf_target - leaf, 0.0)
    lack_root = max(root_target - root, 0.0)
    lack_sapwood = max(sapwood_target - sapwood, 0.0)
    f_leaf = lack_leaf / max(leaf_target, 1e-30)
    f_root = lack_root / max(root_target, 1e-30)
    f_sapwood = lack_sapwood / max(sapwood_target, 1e-30)
    share = max(available, 0.0) / max(f_leaf + f_root + f_sapwood, 1e-30)
    to_leaf = min(lack_leaf, f_leaf * share)
    to_root = min(lack_root, f_root * share)
    to_sapwood = min(lack_sapwood, f_sapwood * share)
    left = available - to_leaf - to_root - to_sapwood
    return leaf + to_leaf, root + to_root, sapwood + to_sapwood, left


@process
def on_allometry(leaf, root, sapwood, leaf_target, root_target, sapwood_target):
    """1 where no tissue lacks more than 1e-6 of its target and leaves are wanted at all, else 0."""
    part = 1.0 - ON_ALLOMETRY
    enough = (leaf >= part * leaf_target) and (root >= part * root_target)
    complete = enough and (sapwood >= part * sapwood_target) and (leaf_target > 0.0)
    return where(complete, 1.0, 0.0)


@process
def pay(need, status, leaf, root, sapwood, storage):
    """Pay `need` from storage, then from leaves and fine roots alike; plants without complete
    leaves spend those first. Then sapwood is spent; what is still missing becomes a debt of the
    storage. Returns leaf, root, sapwood, storage."""
    reserves = max(storage, 0.0)
    tissue = leaf + root
    leafy = (status >= COMPLETE) and (status < BARE)
    from_storage = where(leafy, min(need, reserves), min(max(need - tissue, 0.0), reserves))
    from_tissue = min(need - from_storage, tissue)
    from_sapwood = min(need - from_storage - from_tissue, sapwood)
    debt = need - from_storage - from_tissue - from_sapwood
    kept = 1.0 - from_tissue / max(tissue, 1e-30)
    return leaf * kept, root * kept, sapwood - from_sapwood, storage - from_storage - debt
