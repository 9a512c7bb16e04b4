"""Shedding, allocation and hunger of a plant, with plain numbers."""

import numpy as np
import pytest

from edlite.kernels import plant_carbon as pc
from edlite.kernels.plant_carbon import BARE, COMPLETE, DROPPING, GROWING


def test_elongation_drops_at_once_and_returns_late():
    """Leaves follow dryness at once; bare or shrinking ones flush again only past a threshold."""
    assert pc.drought_elongation(COMPLETE, 1.0, 0.6) == pytest.approx(0.6)
    assert pc.drought_elongation(COMPLETE, 1.0, 0.04) == 0.0
    assert pc.drought_elongation(BARE, 0.0, 0.20) == 0.0  # below the threshold of 0.25
    assert pc.drought_elongation(BARE, 0.0, 0.30) == pytest.approx(0.30)
    assert pc.drought_elongation(DROPPING, 0.6, 0.61) == pytest.approx(0.6)  # less than 0.02 above
    assert pc.drought_elongation(DROPPING, 0.6, 0.70) == pytest.approx(0.7)
    assert pc.drought_elongation(DROPPING, 0.99, 1.0) == 1.0  # the threshold is capped at 1
    assert pc.drought_elongation(DROPPING, 0.5, 3.0) == 1.0
    # growing leaves follow the index without a threshold
    assert pc.drought_elongation(GROWING, 0.60, 0.61) == pytest.approx(0.61)


def test_elongation_lags_a_drought_cycle():
    index = np.concatenate([np.linspace(1.0, 0.0, 50), np.linspace(0.0, 1.0, 50)])
    e, status, course = 1.0, COMPLETE, []
    for wetness in index:
        after = pc.drought_elongation(status, e, wetness)
        status = GROWING if after > e else (status if after == e else DROPPING)
        e = after
        course.append(e)
    falling, rising = np.array(course[:50]), np.array(course[50:])[::-1]
    assert np.all(rising <= falling + 1e-12) and np.any(rising < falling - 0.05)
    assert np.all(np.diff(falling) <= 0.0)


@pytest.mark.parametrize(
    ("status", "leaf", "target", "autumn", "green", "shed", "after"),
    [
        (COMPLETE, 2.0, 1.5, True, 0.75, 0.5, DROPPING),
        (DROPPING, 0.2, 0.0, True, 0.0, 0.2, BARE),
        (COMPLETE, 2.0, 1.5, False, 0.75, 0.0, COMPLETE),  # in spring nothing is shed
        (BARE, 0.0, 0.2, False, 0.1, 0.0, GROWING),  # flush
        (DROPPING, 0.1, 0.2, False, 0.1, 0.0, GROWING),  # leaves that never fell
        (BARE, 0.0, 0.0, False, 0.0, 0.0, BARE),
        (GROWING, 1.0, 1.5, True, 0.75, 0.0, GROWING),
    ],
)
def test_the_calendar(status, leaf, target, autumn, green, shed, after):
    lost, then = pc.shed_by_calendar(status, leaf, target, autumn, green)
    assert lost == pytest.approx(shed) and then == after


@pytest.mark.parametrize(
    ("status", "leaf", "elongation", "before", "shed", "after"),
    [
        (COMPLETE, 1.0, 0.4, 1.0, 0.6, DROPPING),
        (DROPPING, 0.1, 0.0, 0.1, 0.1, BARE),
        (BARE, 0.0, 0.5, 0.0, 0.0, GROWING),
        (GROWING, 0.3, 0.5, 0.5, 0.0, GROWING),
        (COMPLETE, 1.0, 1.0, 1.0, 0.0, COMPLETE),
    ],
)
def test_drought(status, leaf, elongation, before, shed, after):
    lost, then = pc.shed_by_drought(status, leaf, 1.0, elongation, before)
    assert lost == pytest.approx(shed) and then == after


def test_carbon_goes_where_relatively_most_is_missing():
    """Deficits of 50 % and 25 %: two thirds and one third of what there is."""
    leaf, root, sapwood, left = pc.allocate(0.3, 1.0, 0.75, 4.0, 2.0, 1.0, 4.0)
    assert (leaf, root, sapwood) == pytest.approx((1.2, 0.85, 4.0)) and abs(left) < 1e-15
    # nothing gets more than it lacks
    leaf, root, sapwood, left = pc.allocate(9.0, 1.0, 0.75, 4.0, 2.0, 1.0, 4.0)
    assert (leaf, root, sapwood, left) == pytest.approx((2.0, 1.0, 4.0, 7.75))
    # a debt is paid before anything grows
    assert pc.allocate(-0.1, 1.0, 0.75, 4.0, 2.0, 1.0, 4.0) == (1.0, 0.75, 4.0, -0.1)


def test_hunger_is_paid_from_reserves_first_while_there_are_leaves():
    assert pc.pay(0.3, COMPLETE, 1.0, 1.0, 2.0, 0.5) == pytest.approx((1.0, 1.0, 2.0, 0.2))
    assert pc.pay(0.3, BARE, 0.0, 1.0, 2.0, 0.5) == pytest.approx((0.0, 0.7, 2.0, 0.5))
    # then from leaves and roots alike, then sapwood, and then there is a debt
    assert pc.pay(1.5, COMPLETE, 1.0, 1.0, 2.0, 0.5) == pytest.approx((0.5, 0.5, 2.0, 0.0))
    assert pc.pay(3.0, COMPLETE, 1.0, 1.0, 2.0, 0.5) == pytest.approx((0.0, 0.0, 1.5, 0.0))
    assert pc.pay(5.0, COMPLETE, 1.0, 1.0, 2.0, 0.5) == pytest.approx((0.0, 0.0, 0.0, -0.5))


def test_no_operation_makes_or_loses_carbon():
    rng = np.random.default_rng(5)
    for _ in range(200):
        available, need, storage = rng.uniform(-1, 8), rng.uniform(0, 9), rng.uniform(-1, 3)
        pools, targets = rng.uniform(0, 3, 3), rng.uniform(0, 3, 3)
        assert sum(pc.allocate(available, *pools, *targets)) == pytest.approx(
            available + pools.sum(), rel=1e-14
        )
        for status in (DROPPING, COMPLETE, GROWING, BARE):
            paid = pc.pay(need, status, *pools, storage)
            assert sum(paid) == pytest.approx(pools.sum() + storage - need, rel=1e-13, abs=1e-14)


def test_complete_needs_all_tissues():
    assert pc.on_allometry(2.0, 1.0, 4.0, 2.0, 1.0, 4.0)
    assert not pc.on_allometry(2.0, 0.99, 4.0, 2.0, 1.0, 4.0)
    assert not pc.on_allometry(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)  # no leaves are wanted
