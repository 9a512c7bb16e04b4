"""Every change of a stand conserves carbon, water, energy, area, and plants where none die."""

from dataclasses import replace

import numpy as np
import pytest

from edlite.constants import C_ICE, C_LIQ, T3, T_LZ
from edlite.model.demography.arrays import (
    in_order,
    merge_cohorts,
    merge_patches,
    select_cohorts,
)
from edlite.model.demography.balances import close_balances
from edlite.model.demography.cohort_fusion import fuse_cohorts, split_cohorts
from edlite.model.demography.death import end_cohorts, remove, thin
from edlite.model.demography.disturbance import disturb
from edlite.model.demography.events import turn_of_month
from edlite.model.demography.growth import grow
from edlite.model.demography.mortality import apply_mortality
from edlite.model.demography.patch_fusion import fuse_patches
from edlite.model.demography.recruitment import establish, shed_seeds
from edlite.model.demography.settings import PRESETS
from edlite.model.demography.stocks import committed_carbon, plant_carbon
from helpers.stands import (
    assert_conserved,
    assert_valid,
    curves_of,
    leaf_heat,
    random_stand,
    stand_of,
)

SEEDS = range(6)
FULL = PRESETS["full"]


@pytest.fixture(params=SEEDS)
def stand(request):
    return random_stand(request.param)


def test_monthly_balances_touch_no_stock(stand):
    columns, state = stand
    assert_conserved(columns, state, close_balances(columns, state, 7), plants=True)


def test_mortality(stand):
    columns, state = stand
    after = apply_mortality(columns, state, FULL, 31.0)
    assert_conserved(columns, state, after)
    assert np.all(after.n < state.n) and np.all(after.frost == 0.0)


@pytest.mark.parametrize("month", (1, 6))
def test_growth_and_seeds(stand, month):
    columns, state = stand
    after, seeds = grow(columns, state, month)
    assert np.any(seeds > 0.0) and np.any(after.dbh > state.dbh)
    for settings in (FULL, FULL.changed({"reproduction": False})):
        fallen = shed_seeds(columns, after, settings, seeds)
        assert_conserved(columns, state, fallen, plants=True)


@pytest.mark.parametrize("day", (1.0, 130.0, 200.0, 285.0))
def test_recruitment(stand, day):
    columns, state = stand
    after = establish(columns, state, FULL, curves_of(columns), day)
    assert after.n_cohort > state.n_cohort
    assert_conserved(columns, state, after)


def test_removal_leaves_only_the_heat_of_leaves_out(stand):
    columns, state = stand
    rng = np.random.default_rng(1)
    survival = rng.choice((0.0, 0.25, 1.0), state.n_cohort)
    after = remove(columns, state, survival)
    lost = leaf_heat(columns, state) - leaf_heat(columns, after)
    assert np.all(lost >= 0.0) and lost.max() > 0.0
    assert_conserved(columns, state, after, heat=lost)
    assert np.all(after.n > 0.0)


def test_thinning_keeps_what_is_on_the_leaves(stand):
    columns, state = stand
    after = thin(columns, state, np.full(state.n_cohort, 0.3))
    assert_conserved(columns, state, after)
    np.testing.assert_array_equal(after.leaf_water, state.leaf_water)


def test_ending(stand):
    columns, state = stand
    state = replace(state, n=np.where(np.arange(state.n_cohort) % 3, state.n, 1e-8))
    after = end_cohorts(columns, state)
    assert after.n_cohort < state.n_cohort
    lost = leaf_heat(columns, state) - leaf_heat(columns, after)
    assert_conserved(columns, state, after, heat=lost)


def test_ended_plants_that_owe_more_than_they_are(stand):
    columns, state = stand
    owed = state.storage_carbon - 1.2 * plant_carbon(state)
    state = replace(state, storage_carbon=np.where(state.n * columns.leaf_max < 0.02, owed, 0.0))
    assert np.any(plant_carbon(state) < 0.0)
    after = end_cohorts(columns, state)
    lost = leaf_heat(columns, state) - leaf_heat(columns, after)
    assert_conserved(columns, state, after, heat=lost)


def test_disturbance(stand):
    columns, state = stand
    after = disturb(columns, state, FULL.changed({"disturbance_rate": 0.3}))
    lost = leaf_heat(columns, state) - leaf_heat(columns, after)
    assert_conserved(columns, state, after, heat=lost)


@pytest.mark.parametrize("limit", (1, 4, 12))
def test_fusion_of_cohorts(stand, limit):
    columns, state = stand
    after = fuse_cohorts(columns, state, FULL.changed({"max_cohorts": limit}))
    assert_conserved(columns, state, after, plants=True)
    assert after.n_cohort < state.n_cohort


def test_division_of_cohorts(stand):
    columns, state = stand
    after = split_cohorts(columns, state, FULL.changed({"max_cohorts": 40}))
    assert_conserved(columns, state, after, plants=True)
    assert after.n_cohort > state.n_cohort


@pytest.mark.parametrize("limit", (1, 2, 8))
def test_fusion_of_patches(stand, limit):
    columns, state = stand
    after = fuse_patches(columns, state, FULL.changed({"max_patches": limit}))
    assert_conserved(columns, state, after, plants=True)
    assert (
        np.unique(after.cell_index * 4 + after.cover).size
        == np.unique(state.cell_index * 4 + state.cover).size
    )


def test_any_merging_of_cohorts_and_patches(stand):
    """Whatever the group: not only similar ones."""
    columns, state = stand
    key = state.patch_index * 100 + state.pft
    after = in_order(columns, merge_cohorts(columns, state, np.unique(key, return_inverse=True)[1]))
    assert_conserved(columns, state, after, plants=True)
    key = state.cell_index * 4 + state.cover
    after = in_order(columns, merge_patches(state, np.unique(key, return_inverse=True)[1]))
    assert_conserved(columns, state, after, plants=True)


@pytest.mark.parametrize("date", ("2010-01-01", "2010-06-01", "2012-03-01"))
def test_turn_of_month(stand, date):
    """Leaves of different temperature that fuse share their heat with films that freeze or melt:
    how much the leaves of the dead took is known only where nothing fuses."""
    columns, state = stand
    apart = FULL.changed({"cohort_fusion": False, "patch_fusion": False})
    for settings in (FULL, apart):
        changed, after = turn_of_month(
            columns, state, settings, curves_of(columns), np.datetime64(date)
        )
        assert_valid(changed, after)
        taken = leaf_heat(columns, state) - leaf_heat(columns, after)
        assert_conserved(columns, state, after, heat=taken if settings is apart else None)


def test_what_is_conserved_can_be_lost():
    """The check itself sees a missing gram."""
    columns, state = random_stand(3)
    for name in ("slow_carbon", "growth_resp", "storage_carbon", "snow", "energy", "leaf_energy"):
        changed = replace(state, **{name: getattr(state, name) * (1.0 + 1e-6) + 1e-6})
        with pytest.raises(AssertionError):
            assert_conserved(columns, state, changed)


def test_pending_respiration_of_removed_plants_joins_the_fast_pool():
    columns, state = stand_of([(0, 1.0, 3, ((4, 20.0, 0.02), (0, 12.0, 0.1)))])
    state.growth_resp[:] = 1e-8
    after = remove(columns, state, np.array([1.0, 0.0]))
    pending = committed_carbon(state)[1]
    litter = state.n[1] * plant_carbon(state)[1]
    soil = ("fast_carbon", "structural_carbon")
    gained = sum(getattr(after, p)[0] - getattr(state, p)[0] for p in soil)
    assert gained == pytest.approx(pending + litter, rel=1e-12)
    assert select_cohorts(state, [0]).growth_resp[0] == after.growth_resp[0]


@pytest.mark.parametrize("warm", (263.0, 291.0))
def test_film_of_removed_plants_reaches_the_surface_at_the_temperature_of_leaves(warm):
    columns, state = stand_of([(0, 1.0, 3, ((4, 20.0, 0.02),))])
    specific = C_LIQ * (warm - T_LZ) if warm > T3 else C_ICE * warm
    state.leaf_capacity[:], state.leaf_water[:] = 900.0, 0.05
    state.leaf_energy[:] = 900.0 * warm + 0.05 * specific
    after = remove(columns, state, np.zeros(1))
    assert after.snow[0, 0] == pytest.approx(0.05, rel=1e-14)
    assert after.snow_energy[0, 0] == pytest.approx(0.05 * specific, rel=1e-12)
    assert leaf_heat(columns, state)[0] == pytest.approx(900.0 * warm, rel=1e-12)
    assert after.n_cohort == 0
