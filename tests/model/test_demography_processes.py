"""Balances, mortality, growth, seeds and seedlings against numbers worked out by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from edlite.kernels.allometry import structural_carbon
from edlite.model.demography.balances import LEAST, close_balances, relative_balance
from edlite.model.demography.death import end_cohorts
from edlite.model.demography.disturbance import disturb
from edlite.model.demography.growth import grow, spending
from edlite.model.demography.mortality import apply_mortality, mortality_rate
from edlite.model.demography.recruitment import establish, may_recruit, shed_seeds
from edlite.model.demography.settings import PRESETS, Demography
from edlite.model.demography.sizes import diameter_of_wood, recruits, smallest_density
from edlite.model.demography.stocks import plant_carbon
from edlite.parameters import PFT_CODES
from helpers.stands import (
    BARE,
    CROPLAND,
    FOREST,
    GRASSLAND,
    PARAMETERS,
    curves_of,
    random_stand,
    stand_of,
)

FULL = PRESETS["full"]
NP, MHW, EHW, CRC3, DC4, DC3 = (
    PFT_CODES.index(c) for c in ("NP", "MHW", "EHW", "CRC3", "DC4", "DC3")
)
OAK = PARAMETERS.loc["MHW"]
S0 = math.log(1.19e-7) / 20.0


def one_patch(*cohorts, cover=FOREST):
    return stand_of([(0, 1.0, cover, cohorts)])


def only(**settings):
    base = {name: False for name in ("age_mortality", "starvation_mortality")}
    base |= {"treefall_mortality": False, "frost_mortality": False, "structural_growth": True}
    return Demography(**(base | settings))


# ---------------------------------------------------------------- balances


@pytest.mark.parametrize(
    ("balance", "light", "water", "expected"),
    (
        (1.0, 1.0, 1.0, 1.0),  # nothing is missing
        (2.0, 1.0, 1.0, 1.0),  # better than the best is no better
        (0.0, 1.0, 1.0, 0.0),
        (1.0, -1.0, -1.0, S0),  # hopeless in any light
        (-5.0, 1.0, 1.0, S0),  # never below
        (0.5, 1.0, 1.0, 0.5),
        (1.0, 0.0, 1.0, S0),  # the worse of the two decides when it is the worst there is
        (0.5, 1.0, 0.5, S0 + (0.5 - S0) * (1.0 - S0) / (0.8 + 0.1 - S0)),
        (0.5, 0.5, 1.0, S0 + (1.0 - S0) * (0.5 - S0) / (0.4 + 0.2 - S0)),
    ),
)
def test_relative_balance(balance, light, water, expected):
    r = relative_balance(*(np.array([x]) for x in (balance, light, water, S0)))
    assert r[0] == pytest.approx(expected, rel=1e-12, abs=1e-15)
    assert LEAST / 20.0 == S0


def test_relative_balance_is_bounded():
    rng = np.random.default_rng(0)
    r = relative_balance(*rng.normal(0.0, 1.0, (3, 10000)), np.full(10000, S0))
    assert np.all((r >= S0) & (r <= 1.0))


def test_month_goes_to_its_slot_and_starts_anew():
    columns, state = one_patch((MHW, 20.0, 0.02))
    state.balance[:], state.balance_light[:], state.balance_water[:] = 0.3, 0.5, 0.4
    after = close_balances(columns, state, 12)
    assert after.monthly_balance[11, 0] == 0.3 and after.monthly_balance_light[11, 0] == 0.5
    assert after.monthly_balance_water[11, 0] == 0.4
    for name in ("balance", "balance_light", "balance_water"):
        assert getattr(after, name)[0] == 0.0
        assert np.all(getattr(after, f"monthly_{name}")[:11] == 0.0)
    assert after.months[0] == 1 and after.balance_ratio[0] == 1.0


def test_plants_are_judged_by_twelve_months():
    """A tree that gains in summer what it loses in winter is not judged month by month."""
    columns, state = one_patch((MHW, 20.0, 0.02))
    for month in range(1, 13):
        gain = 1.0 if 5 <= month <= 9 else -0.1
        best = 1.25 if 5 <= month <= 9 else -0.1
        state.balance[:], state.balance_light[:], state.balance_water[:] = gain, best, gain
        state = close_balances(columns, state, month)
        assert month == 12 or state.balance_ratio[0] == 1.0
    ratio_light = 4.3 / 5.55
    r = S0 + (ratio_light - S0) * (1.0 - S0) / (0.8 + 0.2 * ratio_light - S0)
    assert state.balance_ratio[0] == pytest.approx((11.0 + r) / 12.0, rel=1e-12)
    assert state.months[0] == 12
    again = close_balances(columns, state, 1)  # January is replaced by a month of nothing
    assert again.months[0] == 12 and again.monthly_balance[0, 0] == 0.0


# ---------------------------------------------------------------- mortality


def test_each_cause_of_death_by_itself():
    columns, state = one_patch((MHW, 20.0, 0.02), (MHW, 5.0, 0.1))
    assert columns.height[0] > 10.0 > columns.height[1]
    state.balance_ratio[:], state.frost[:] = 0.0, (0.2, 0.0)
    month = 31.0 / 365.2425
    starved = 1.0 / (1.0 + math.exp(0.0))
    expected = {
        "age_mortality": [OAK["mort_age"] * month] * 2,
        "starvation_mortality": [starved * month] * 2,
        "treefall_mortality": [0.0, 0.014 * month],
        "frost_mortality": [0.2, 0.0],
    }
    for cause, exponent in expected.items():
        after = apply_mortality(columns, state, only(**{cause: True}), 31.0)
        np.testing.assert_allclose(after.n, state.n * np.exp(-np.array(exponent)), rtol=1e-14)
        assert np.all(after.frost == 0.0)
    every = apply_mortality(columns, state, only(**dict.fromkeys(expected, True)), 31.0)
    total = np.sum(list(expected.values()), axis=0)
    np.testing.assert_allclose(every.n, state.n * np.exp(-total), rtol=1e-14)
    none = apply_mortality(columns, state, only(), 31.0)
    np.testing.assert_array_equal(none.n, state.n)


def test_starvation_falls_with_the_balance():
    columns, state = one_patch(*((MHW, 20.0, 0.02) for _ in range(3)))
    state.balance_ratio[:] = (S0, 0.1, 1.0)
    rate = mortality_rate(columns, state, only(starvation_mortality=True))
    np.testing.assert_allclose(rate, 1.0 / (1.0 + np.exp([20 * S0, 2.0, 20.0])), rtol=1e-14)
    assert rate[0] == pytest.approx(1.0, abs=2e-7) and rate[2] < 3e-9


def test_twelve_months_are_a_year():
    columns, state = one_patch((MHW, 20.0, 0.02))
    settings = only(age_mortality=True)
    for days in (31, 28.2425, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31):
        state = apply_mortality(columns, state, settings, days)
    assert state.n[0] == pytest.approx(0.02 * math.exp(-OAK["mort_age"]), rel=1e-13)


def test_litter_of_the_dead():
    columns, state = one_patch((MHW, 20.0, 0.02))
    state.storage_carbon[:] = 0.7
    after = apply_mortality(columns, state, only(age_mortality=True), 30.0)
    dead = state.n[0] - after.n[0]
    alive = state.leaf_carbon[0] + state.root_carbon[0] + state.sapwood_carbon[0]
    fast = dead * (0.79 * alive + 0.7)
    structural = dead * (0.21 * alive + state.wood_carbon[0])
    assert after.fast_carbon[0] - 0.2 == pytest.approx(fast, rel=1e-9)
    assert after.structural_carbon[0] - 3.0 == pytest.approx(structural, rel=1e-9)
    assert after.leaf_carbon[0] == state.leaf_carbon[0]


def test_debts_of_the_dead_are_paid_from_their_litter():
    columns, state = one_patch((MHW, 20.0, 0.02))
    alive = state.leaf_carbon[0] + state.root_carbon[0] + state.sapwood_carbon[0]
    state.storage_carbon[:] = -alive
    after = apply_mortality(columns, state, only(age_mortality=True), 30.0)
    assert after.fast_carbon[0] == 0.2
    dead = state.n[0] - after.n[0]
    gained = after.structural_carbon[0] - 3.0
    assert gained == pytest.approx(dead * state.wood_carbon[0], rel=1e-9)


# ---------------------------------------------------------------- growth


def test_diameter_and_wood_are_inverse():
    for code in PFT_CODES:
        p, pft = PARAMETERS.loc[code], np.array([PFT_CODES.index(code)])
        columns, _ = one_patch((pft[0], 0.9 * p["dbh_crit"], 0.01))
        wood = structural_carbon(0.9 * p["dbh_crit"], p["b1_struct"], p["b2_struct"])
        dbh = diameter_of_wood(columns, pft, np.array([wood]))
        assert dbh[0] == pytest.approx(0.9 * p["dbh_crit"], rel=1e-14)


def test_growth_of_a_tree_by_hand():
    """In June an oak spends 70 % of its storage on wood, 30 % on seeds; a sapling all on wood."""
    columns, state = one_patch((MHW, 20.0, 0.02), (MHW, 2.0, 0.1))
    assert columns.height[0] > 5.0 > columns.height[1]
    state.storage_carbon[:] = (3.0, 0.05)
    after, seeds = grow(columns, state, 6)
    wood = 0.1617 / 2.0 * np.array([20.0, 2.0]) ** 2.4572 + np.array([2.1, 0.05])
    np.testing.assert_allclose(after.wood_carbon, wood, rtol=1e-13)
    np.testing.assert_allclose(after.dbh, (wood * 2.0 / 0.1617) ** (1.0 / 2.4572), rtol=1e-13)
    assert np.all(after.dbh > state.dbh) and np.all(after.storage_carbon == 0.0)
    assert seeds[MHW, 0] == pytest.approx(0.02 * 0.9, rel=1e-13)
    assert seeds.sum() == seeds[MHW, 0]


def test_who_spends_and_when():
    columns, state = one_patch((MHW, 20.0, 0.02), (NP, 20.0, 0.02), (DC4, 2.0, 0.2))
    state.storage_carbon[:] = 0.1
    habits = dict(zip(state.pft, range(3), strict=True))
    for month in range(1, 13):
        spent = np.sum(spending(columns, state, month), axis=0) > 0.0
        assert spent[habits[MHW]] == (month == 6)
        assert spent[habits[NP]] and spent[habits[DC4]]
    for status in (-1, 1, 2):
        off = replace(state, status=np.full(3, status))
        assert np.sum(spending(columns, off, 6)) == 0.0
    assert np.sum(spending(columns, replace(state, storage_carbon=-state.storage_carbon), 6)) == 0.0


def test_grass_grows_to_its_full_size_and_then_makes_seeds():
    full = PARAMETERS.at["DC3", "dbh_crit"]
    columns, state = one_patch((DC3, full, 0.2), (DC3, 1.0, 0.2), (DC3, 2.0, 0.2))
    state.storage_carbon[:] = (0.01, 1e-9, 0.01)
    after, seeds = grow(columns, state, 3)
    assert after.dbh[0] == full  # all to seeds
    small = after.dbh[1:][np.argsort(state.dbh[1:])]
    assert small[0] == pytest.approx(full, rel=1e-12)  # what it lacked, the rest to seeds
    assert small[1] == pytest.approx(2.0 + 0.7e-9 / 5e-6, rel=1e-12)
    lacked = 5e-6 * (full - 1.0)
    assert seeds[DC3, 0] == pytest.approx(0.2 * (0.01 + 0.01 - lacked + 0.3e-9), rel=1e-12)
    again, _ = grow(columns, replace(after, storage_carbon=np.full(3, 0.01)), 4)
    np.testing.assert_allclose(again.dbh[:2], full, rtol=1e-12)


# ---------------------------------------------------------------- seeds and seedlings


def mixed_cell():
    return stand_of(
        [
            (0, 0.1, BARE, ()),
            (0, 0.2, GRASSLAND, ((DC3, 3.0, 0.3),)),
            (0, 0.3, CROPLAND, ((CRC3, 3.0, 0.3),)),
            (0, 0.4, FOREST, ((MHW, 20.0, 0.02), (NP, 15.0, 0.02))),
        ]
    )


def test_which_type_may_establish_where():
    columns, state = mixed_cell()
    may = may_recruit(columns, state, FULL)
    assert not may[:, 0].any()
    assert set(np.flatnonzero(may[:, 2])) == {DC3, CRC3}
    for patch in (1, 3):
        assert set(np.flatnonzero(may[:, patch])) == {DC3, CRC3, MHW, NP}
    named = may_recruit(columns, state, FULL.changed({"recruits": ("EHW", "DC4")}))
    assert set(np.flatnonzero(named[:, 2])) == {DC4}
    assert set(np.flatnonzero(named[:, 3])) == {EHW, DC4}


def test_types_stay_those_of_the_start():
    """The types of a cell are remembered where the last plant of one has gone."""
    columns, state = mixed_cell()
    fewer = replace(
        state,
        **{n: getattr(state, n)[..., :3] for n in ("patch_index", "pft", "dbh", "n")},
    )
    may = may_recruit(columns.with_structure(fewer), fewer, FULL)
    assert may[NP, 3] and may[MHW, 3]


def test_seeds_fall_near_and_far():
    columns, state = mixed_cell()
    seeds = np.zeros_like(state.seed_carbon)
    seeds[NP, 3] = 1.0  # in 0.4 of the cell; pines spread 76.6 % of the survivors
    after = shed_seeds(columns, state, FULL, seeds)
    alive, spread = 0.05, 0.05 * 0.766 * 0.4
    np.testing.assert_allclose(after.seed_carbon[NP], [0, spread, 0, alive * 0.234 + spread])
    np.testing.assert_allclose(after.fast_carbon - 0.2, [spread, 0, spread, 0.95], atol=1e-15)
    barren = shed_seeds(columns, state, FULL.changed({"reproduction": False}), seeds)
    assert np.all(barren.seed_carbon == 0.0)
    np.testing.assert_allclose(barren.fast_carbon - 0.2, [0, 0, 0, 1.0], atol=1e-15)


def test_seed_rain_waits_until_it_suffices():
    columns, state = one_patch((MHW, 20.0, 0.02))
    one = recruits(columns).carbon[MHW]
    state.coldest[:] = 280.0
    first = establish(columns, state, FULL, curves_of(columns), 182.0)
    assert first.n_cohort == 1
    assert first.seed_carbon[MHW, 0] == pytest.approx(0.01 * one, rel=1e-14)
    assert first.seed_import[0] == first.seed_carbon[MHW, 0]
    second = establish(columns, first, FULL, curves_of(columns), 213.0)
    assert second.n_cohort == 2 and second.seed_carbon[MHW, 0] == 0.0
    assert second.n[1] == pytest.approx(0.02, rel=1e-14)
    assert smallest_density(columns) == pytest.approx(0.1 / 6.0)
    assert second.seed_import[0] == pytest.approx(0.02 * one, rel=1e-14)


def test_cold_months_have_no_seedlings():
    columns, state = one_patch((MHW, 20.0, 0.02))
    state.seed_carbon[MHW] = 1.0
    limit = OAK["T_min_plant"] + 273.15 - 5.0
    for coldest, count in ((limit - 0.01, 0), (limit, 1)):
        state.coldest[:] = coldest
        after = establish(columns, state, FULL, curves_of(columns), 182.0)
        assert after.n_cohort == 1 + count
        assert (after.seed_import[0] > 0.0) == bool(count)


@pytest.mark.parametrize(
    ("day", "shown", "status"), ((1.0, 0.0, 2), (130.0, 0.5, 1), (200.0, 1.0, 0), (280.0, 0.5, -1))
)
def test_seedlings_of_deciduous_trees_have_the_leaves_of_the_season(day, shown, status):
    columns, state = one_patch((MHW, 20.0, 0.02), (NP, 15.0, 0.02))
    state.seed_carbon[(MHW, NP), 0] = 1.0
    state.coldest[:] = 280.0
    after = establish(columns, state, FULL, curves_of(columns), day)
    new = recruits(columns)
    oak, pine = (2 + int(np.argmax(after.pft[2:] == pft)) for pft in (MHW, NP))
    assert after.leaf_carbon[oak] == pytest.approx(shown * new.leaf[MHW], rel=1e-6, abs=1e-12)
    assert after.status[oak] == status
    assert after.leaf_carbon[pine] == new.leaf[NP] and after.status[pine] == 0
    for i in (oak, pine):
        assert plant_carbon(after)[i] == pytest.approx(new.carbon[after.pft[i]], rel=1e-14)
        assert after.dbh[i] == new.dbh[after.pft[i]]
        assert after.elongation[i] == after.capacity_factor[i] == after.balance_ratio[i] == 1.0
        assert after.leaf_energy[i] == after.leaf_capacity[i] == after.months[i] == 0


# ---------------------------------------------------------------- ending, disturbance


def test_cohorts_end_below_a_tenth_of_the_smallest():
    columns, state = one_patch((MHW, 20.0, 1.0), (NP, 15.0, 1.0))
    least = 0.1 * (0.1 / 6.0) * recruits(columns).carbon[state.pft]
    for factor, left in ((1.01, 2), (0.99, 0)):
        state.n[:] = factor * least / plant_carbon(state)
        assert end_cohorts(columns, state).n_cohort == left


def test_a_gap_is_made_of_all_forest_of_a_cell():
    columns, state = stand_of(
        [
            (0, 0.3, FOREST, ((MHW, 20.0, 0.02), (MHW, 5.0, 0.1))),
            (0, 0.5, FOREST, ((NP, 15.0, 0.03),)),
            (0, 0.2, GRASSLAND, ((DC3, 3.0, 0.3),)),
            (1, 1.0, GRASSLAND, ((DC3, 3.0, 0.3),)),
        ],
        n_cell=2,
    )
    state.age[:] = 50.0
    state.theta[0] = (0.1, 0.2, 0.3, 0.3)
    after = disturb(columns, state, FULL)
    share = -math.expm1(-0.014)
    np.testing.assert_allclose(
        after.area, [0.3 * (1 - share), 0.5 * (1 - share), 0.2, 0.8 * share, 1.0], rtol=1e-14
    )
    np.testing.assert_array_equal(after.cell_index, [0, 0, 0, 0, 1])
    np.testing.assert_array_equal(after.age, [50.0, 50.0, 50.0, 0.0, 50.0])
    np.testing.assert_array_equal(after.cover, [FOREST, FOREST, GRASSLAND, FOREST, GRASSLAND])
    assert after.theta[0, 3] == pytest.approx((0.3 * 0.1 + 0.5 * 0.2) / 0.8, rel=1e-14)
    gap = np.flatnonzero(after.patch_index == 3)
    np.testing.assert_array_equal(after.pft[gap], [MHW])  # the small oak; tall trees all die
    assert after.dbh[gap][0] == 5.0
    assert after.n[gap][0] == pytest.approx(0.1 * 0.1 * 0.3 / 0.8, rel=1e-14)
    donors = after.patch_index < 3
    np.testing.assert_array_equal(after.n[donors], state.n[: donors.sum()])


def test_no_forest_no_gap():
    columns, state = stand_of([(0, 0.6, GRASSLAND, ((DC3, 3.0, 0.3),)), (0, 0.4, BARE, ())])
    assert disturb(columns, state, FULL) is state
    columns, state = random_stand(1)
    assert disturb(columns, state, FULL.changed({"disturbance_rate": 0.0})) is state


def test_slivers_of_forest_have_no_gaps():
    for share, more in ((5e-5, 0), (1e-4, 1)):
        rows = [(0, share, FOREST, ((NP, 15.0, 0.03),)), (0, 1.0 - share, BARE, ())]
        columns, state = stand_of(rows)
        after = disturb(columns, state, FULL)
        assert after.n_patch == 2 + more
        assert after.area.sum() == pytest.approx(1.0, abs=1e-15)


def test_debts_without_litter_fall_to_the_patch():
    """Carbon stays where plants owe more than they are, and pools stay positive."""
    columns, state = one_patch((DC3, 3.0, 0.3))
    state.structural_carbon[:] = 0.0
    state.storage_carbon[:] = -plant_carbon(state) - 0.1
    after = end_cohorts(columns, state)
    assert after.n_cohort == 0
    assert after.structural_carbon[0] == 0.0
    owed = 0.3 * plant_carbon(state)[0]
    assert after.fast_carbon[0] == pytest.approx(0.2 + owed, rel=1e-13)
