"""The turn of a month: order, independence of cells, bits, bounds, and thirty years of it."""

from dataclasses import replace

import numpy as np
import pytest

from edlite.model.demography.cohort_fusion import fuse_cohorts
from edlite.model.demography.events import turn_of_month
from edlite.model.demography.settings import PRESETS, Demography
from edlite.model.demography.stocks import stand_carbon
from edlite.model.state import WARMEST, State
from edlite.model.state_fields import BY_COHORT, FIELDS
from edlite.parameters import PFT_CODES
from helpers.stands import (
    BARE,
    CROPLAND,
    FOREST,
    GRASSLAND,
    assert_conserved,
    assert_same,
    assert_valid,
    curves_of,
    part_of,
    random_stand,
    shaken,
    shed_leaves,
    stand_of,
)

FULL = PRESETS["full"]
DATES = tuple(np.datetime64(d) for d in ("2011-01-01", "2011-06-01", "2012-10-01"))
MHW, NP, DC3 = (PFT_CODES.index(c) for c in ("MHW", "NP", "DC3"))


@pytest.mark.parametrize("date", DATES)
def test_input_stays_as_it_is_and_shares_no_memory(date):
    columns, state = random_stand(2)
    before = state.copy()
    _, after = turn_of_month(columns, state, FULL, curves_of(columns), date)
    assert_same(state, before)
    for name in FIELDS:
        assert not np.shares_memory(getattr(state, name), getattr(after, name)), name


@pytest.mark.parametrize("date", DATES)
def test_cells_do_not_see_each_other(date):
    """Alone, in a smaller tile or in another order, a cell has the same bits."""
    columns, state = random_stand(5, n_cell=9)
    changed, after = turn_of_month(columns, state, FULL, curves_of(columns), date)
    for cells in ([0], [4], [8], [2, 3, 7], [8, 3, 0, 5, 1, 2, 7, 6, 4]):
        few, part = part_of(columns, state, cells)
        _, alone = turn_of_month(few, part, FULL, curves_of(few), date)
        _, expected = part_of(changed, after, cells)
        assert_same(alone, expected)


def test_the_same_again():
    columns, state = random_stand(6)
    first = turn_of_month(columns, state, FULL, curves_of(columns), DATES[0])[1]
    assert_same(turn_of_month(columns, state, FULL, curves_of(columns), DATES[0])[1], first)


def test_a_month_with_nothing_to_do_changes_nothing_but_the_books():
    columns, state = random_stand(7)
    books = ("months", "coldest", "frost", "balance_ratio")
    books += tuple(n for n in FIELDS if n.startswith(("balance", "monthly")))
    for date in DATES:
        same, after = turn_of_month(columns, state, Demography(), curves_of(columns), date)
        assert same is columns
        assert_same(after, state, but=(*books, "age"))
        assert np.all(after.coldest == WARMEST) and np.all(after.frost == 0.0)
        assert np.all(after.age - state.age == (1.0 if date == DATES[0] else 0.0))
    # and fusion where nothing is similar
    columns, state = stand_of([(0, 1.0, FOREST, ((MHW, 30.0, 0.001), (MHW, 10.0, 0.001)))])
    settings = Demography(cohort_fusion=True, cohort_splitting=True, patch_fusion=True)
    assert turn_of_month(columns, state, settings, curves_of(columns), DATES[0])[0] is columns


def test_the_balance_of_the_month_that_ended_is_booked():
    columns, state = random_stand(7)
    for date, slot in ((DATES[0], 11), (DATES[1], 4), (DATES[2], 8)):
        _, after = turn_of_month(columns, state, Demography(), curves_of(columns), date)
        np.testing.assert_array_equal(after.monthly_balance[slot], state.balance)


def test_disturbance_and_patch_fusion_come_once_a_year():
    columns, state = random_stand(8)
    settings = Demography(disturbance=True)
    for date in DATES:
        _, after = turn_of_month(columns, state, settings, curves_of(columns), date)
        assert (after.n_patch > state.n_patch) == (date == DATES[0])
        settings_2 = Demography(patch_fusion=True, max_patches=1)
        _, after = turn_of_month(columns, state, settings_2, curves_of(columns), date)
        assert (after.n_patch < state.n_patch) == (date == DATES[0])


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize(
    "rows",
    (
        [(0, 1.0, BARE, ())],
        [(0, 0.4, BARE, ()), (0, 0.6, FOREST, ())],
        [(0, 0.4, FOREST, ()), (0, 0.6, FOREST, ())],
        [(0, 1.0, FOREST, ()), (1, 1.0, CROPLAND, ()), (2, 1.0, GRASSLAND, ((DC3, 3.0, 0.3),))],
    ),
)
def test_stands_with_little_or_nothing(rows, date):
    columns, state = stand_of(rows, n_cell=rows[-1][0] + 1)
    state = shaken(columns, state, np.random.default_rng(0))
    changed, after = turn_of_month(columns, state, FULL, curves_of(columns), date)
    assert_valid(changed, after)
    assert_conserved(columns, state, after, heat=None)
    if len(rows) == 2 and rows[1][2] == FOREST and date == DATES[0]:
        assert np.bincount(after.cover, minlength=4)[FOREST] == 1


def test_seedlings_need_types_that_may_come():
    columns, state = stand_of([(0, 1.0, FOREST, ())])
    state.coldest[:] = 290.0
    settings = FULL.changed({"recruits": ("NP",)})
    for date in np.arange("2011-06", "2011-09", dtype="datetime64[M]"):
        state.coldest[:] = 290.0
        columns, state = turn_of_month(columns, state, settings, curves_of(columns), date)
    np.testing.assert_array_equal(state.pft, NP)
    assert state.n_cohort == 1


def test_state_survives_its_file_after_a_change():
    columns, state = random_stand(9)
    changed, after = turn_of_month(columns, state, FULL, curves_of(columns), DATES[0])
    again = State.from_dataset(after.to_dataset(changed), columns)
    assert_same(again, after)
    assert changed.has_structure(again)


def lived(columns, state: State, rng: np.random.Generator) -> State:
    """A month of daily updates, roughly: leaves, reserves and balances have moved at random."""
    s = state.copy()
    full, n = columns.leaf_max, s.n_cohort
    shade = np.exp(-0.3 * np.bincount(s.patch_index, columns.lai_full, s.n_patch))
    gain = full * rng.uniform(-0.05, 0.6, n) * shade[s.patch_index]
    s.storage_carbon = s.storage_carbon + gain
    s.status = np.where(rng.uniform(size=n) < 0.7, 0, rng.choice((-1, 1, 2), n))
    s.leaf_carbon = np.where(s.status == 2, 0.0, full * rng.uniform(0.5, 1.0, n))
    s.root_carbon = columns.root_full * rng.uniform(0.5, 1.0, n)
    s.sapwood_carbon = columns.sapwood_full * rng.uniform(0.8, 1.0, n)
    best = full * rng.uniform(0.1, 1.0, n)
    s.balance = best * rng.uniform(0.0, 1.0, n)
    s.balance_light, s.balance_water = best, 0.9 * best
    s.frost = rng.uniform(0.0, 0.02, n)
    s.coldest = rng.uniform(240.0, 285.0, s.n_patch)
    s.growth_resp = s.n * full * rng.uniform(0.0, 1e-8, n)
    shed_leaves(columns, s)
    s.leaf_water = np.where(s.leaf_capacity > 0.0, rng.uniform(0.0, 0.1, n), 0.0)
    s.leaf_energy = s.leaf_capacity * 285.0 + s.leaf_water * 4186.0 * (285.0 - 56.79)
    s.fast_carbon = s.fast_carbon * 0.9
    return s


@pytest.mark.parametrize("seed", (0, 1))
def test_thirty_years(seed):
    """Succession with random growth: every month conserves, and numbers stay within limits."""
    rng = np.random.default_rng(100 + seed)
    columns, state = random_stand(20 + seed, n_cell=4)
    cover = [
        np.bincount(state.cell_index, state.area * (state.cover == c), columns.n_cell)
        for c in range(4)
    ]
    covers = [np.unique(state.cover[state.cell_index == c]).size for c in range(columns.n_cell)]
    born = died = 0
    for date in np.arange("2000-02", "2030-02", dtype="datetime64[M]"):
        state = lived(columns, state, rng)
        before, carbon = state, stand_carbon(columns, state)
        columns, state = turn_of_month(columns, state, FULL, curves_of(columns), date)
        assert_valid(columns, state)
        assert_conserved(columns, before, state, heat=None)
        assert np.all(carbon > 0.0)
        count = np.bincount(state.patch_index, minlength=state.n_patch)
        # more than wanted only where nothing is left that ten times the tolerance would fuse
        assert count.max() <= 24
        if count.max() > 12:
            again = fuse_cohorts(columns, state, FULL)
            left = np.bincount(again.patch_index, minlength=state.n_patch)
            np.testing.assert_array_equal(left[count > 12], count[count > 12])
        if int(date.astype(int)) % 12 == 0:
            patches = np.bincount(state.cell_index, minlength=columns.n_cell)
            assert np.all(patches <= np.maximum(8, covers))
            assert np.any(state.age[state.cover == FOREST] < 30.0)
        born += int(np.any(state.months == 0))
        died += int(state.n.sum() < before.n.sum())
    for c, share in enumerate(cover):
        now = np.bincount(state.cell_index, state.area * (state.cover == c), columns.n_cell)
        np.testing.assert_allclose(now, share, rtol=0, atol=1e-12)
    assert born > 12 and died > 12


def test_random_orders_of_cohorts_give_the_same_stand():
    """What was first in the file does not matter."""
    columns, state = random_stand(11)
    order = np.random.default_rng(0).permutation(state.n_cohort)
    mixed = replace(
        state,
        **{n: getattr(state, n)[..., order] for n, f in FIELDS.items() if f.shape in BY_COHORT},
    )
    settings = FULL.changed({"cohort_fusion": False, "patch_fusion": False, "disturbance": False})
    a = turn_of_month(columns, state, settings, curves_of(columns), DATES[1])[1]
    b = turn_of_month(columns, mixed, settings, curves_of(columns), DATES[1])[1]
    order_a, order_b = (np.lexsort((s.n, s.dbh, s.pft, s.patch_index)) for s in (a, b))
    for name in ("pft", "dbh", "n", "storage_carbon"):
        np.testing.assert_array_equal(getattr(a, name)[order_a], getattr(b, name)[order_b])
