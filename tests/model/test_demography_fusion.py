"""Which cohorts and patches fuse and divide, and that one does not undo the other."""

from dataclasses import replace

import numpy as np
import pytest

from edlite.model.column_sizes import full_leaf
from edlite.model.demography.arrays import in_order, merge_cohorts, merge_patches
from edlite.model.demography.cohort_fusion import (
    FUSED_LAI,
    LAYER_LAI,
    fuse_cohorts,
    split_cohorts,
)
from edlite.model.demography.patch_fusion import (
    fuse_patches,
    fusion_groups,
    leaf_area_profiles,
)
from edlite.model.demography.settings import PRESETS
from edlite.model.demography.sizes import diameter_of_wood
from edlite.model.state_fields import FIELDS
from edlite.parameters import PFT_CODES
from helpers.stands import (
    FOREST,
    GRASSLAND,
    PARAMETERS,
    assert_same,
    random_stand,
    stand_of,
)

FULL = PRESETS["full"]
NP, MHW, DC3 = (PFT_CODES.index(c) for c in ("NP", "MHW", "DC3"))


def one_patch(*cohorts):
    return stand_of([(0, 1.0, FOREST, cohorts)])


def lai(columns, state):
    leaf = full_leaf(columns, state.pft, state.dbh)
    return state.n * leaf * columns.of_pft("SLA")[state.pft]


def oaks(*dbh, thickness=0.2):
    p = PARAMETERS.loc["MHW"]
    leaf = [p["b1_leaf"] / 2.0 * min(d, p["dbh_crit"]) ** p["b2_leaf"] * p["SLA"] for d in dbh]
    return [(MHW, d, thickness / x) for d, x in zip(dbh, leaf, strict=True)]


# ---------------------------------------------------------------- merging by rule


def test_every_variable_of_cohorts_merges_by_its_rule():
    columns, state = one_patch((MHW, 20.0, 0.02), (MHW, 10.0, 0.06))
    rng = np.random.default_rng(2)
    for name, f in FIELDS.items():
        if f.shape in ("cohort", "month") and f.merge != "own":
            setattr(state, name, rng.uniform(0.0, 1.0, getattr(state, name).shape))
    state.status, state.months = np.array([-1, 2]), np.array([3, 7])
    crown = state.n * full_leaf(columns, state.pft, state.dbh)
    after = merge_cohorts(columns, state, np.zeros(2, int))
    weights = {"plant": state.n / state.n.sum(), "ground": np.ones(2), "crown": crown / crown.sum()}
    for name, f in FIELDS.items():
        if f.shape in ("cohort", "month") and f.merge in weights:
            expected = (getattr(state, name) * weights[f.merge]).sum(axis=-1)
            np.testing.assert_allclose(getattr(after, name)[..., 0], expected, rtol=1e-13)
    assert after.status[0] == (-1 if crown[0] > crown[1] else 2) and after.months[0] == 7
    assert after.n[0] == pytest.approx(0.08, rel=1e-14)
    wood = (0.02 * state.wood_carbon[0] + 0.06 * state.wood_carbon[1]) / 0.08
    assert after.dbh[0] == diameter_of_wood(columns, np.array([MHW]), np.array([wood]))[0]


def test_every_variable_of_patches_merges_by_its_rule():
    columns, state = stand_of(
        [(0, 0.75, FOREST, ((MHW, 20.0, 0.02),)), (0, 0.25, FOREST, ((NP, 9.0, 0.1),))]
    )
    rng = np.random.default_rng(2)
    for name, f in FIELDS.items():
        if f.merge != "own" and not f.integer:
            setattr(state, name, rng.uniform(0.5, 1.0, getattr(state, name).shape))
    after = merge_patches(state, np.zeros(2, int))
    area = np.array([0.75, 0.25])
    air = area * state.air_mass
    weights = {"area": area, "air": air / air.sum()}
    for name, f in FIELDS.items():
        if f.shape in ("cohort", "month"):
            share = area if f.merge == "ground" or name == "n" else 1.0
            if name != "patch_index":
                np.testing.assert_allclose(getattr(after, name), getattr(state, name) * share)
        elif f.merge in weights:
            expected = (getattr(state, name) * weights[f.merge]).sum(axis=-1)
            np.testing.assert_allclose(getattr(after, name)[..., 0], expected, rtol=1e-13)
        elif f.merge == "least":
            assert getattr(after, name)[0] == getattr(state, name).min()
    np.testing.assert_array_equal(after.patch_index, [0, 0])
    assert after.area[0] == 1.0 and after.n_patch == 1


def test_air_without_mass_merges_by_area():
    _, state = stand_of([(0, 0.75, FOREST, ()), (0, 0.25, FOREST, ())])
    state.q[:] = (0.004, 0.008)
    assert np.all(state.air_mass == 0.0)
    assert merge_patches(state, np.zeros(2, int)).q[0] == pytest.approx(0.005, rel=1e-14)


def test_what_merges_with_nothing_stays_to_the_last_bit():
    columns, state = random_stand(4)
    assert_same(merge_cohorts(columns, state, np.arange(state.n_cohort)), state)
    assert_same(merge_patches(state, np.arange(state.n_patch)), state)
    assert in_order(columns, state) is state


# ---------------------------------------------------------------- cohorts


@pytest.mark.parametrize(
    ("cohorts", "left"),
    (
        (oaks(10.0, 10.5), 1),
        (oaks(10.0, 11.0), 2),  # 0.76 m apart
        (oaks(10.0, 10.5, thickness=0.41), 2),  # too thick together
        (oaks(10.0, 10.5, thickness=0.39), 1),
        (oaks(75.0, 95.0), 1),  # heights saturate: diameters within 40 %
        (oaks(75.0, 125.0), 2),
        (oaks(0.2, 0.29), 1),
        (oaks(0.2, 0.4), 2),  # 0.25 m apart, but twice as thick
        ([*oaks(10.0), (NP, 10.0, 0.01)], 2),  # types stay apart
        (oaks(10.0, 10.4, 10.8, 11.2), 2),
    ),
)
def test_which_cohorts_fuse(cohorts, left):
    columns, state = one_patch(*cohorts)
    after = fuse_cohorts(columns, state, FULL)
    assert after.n_cohort == left
    if left == 2 and len(cohorts) == 2:
        assert after is state


def test_cohorts_with_and_without_leaves_stay_apart():
    columns, state = one_patch(*oaks(10.0, 10.1))
    for status, left in (((0, 1), 1), ((-1, 2), 1), ((0, 2), 2), ((1, -1), 2)):
        off = replace(state, status=np.array(status))
        assert fuse_cohorts(columns, off, FULL).n_cohort == left


def test_cohorts_of_different_patches_stay_apart():
    rows = [(0, 0.5, FOREST, oaks(10.0)), (0, 0.5, FOREST, oaks(10.0))]
    columns, state = stand_of(rows)
    assert fuse_cohorts(columns, state, FULL) is state


def test_the_limit_is_reached_by_fusing_the_least_different():
    columns, state = one_patch(*oaks(*np.linspace(3.0, 60.0, 20), thickness=0.1))
    for limit in (20, 12, 6, 4):
        after = fuse_cohorts(columns, state, FULL.changed({"max_cohorts": limit}))
        assert after.n_cohort <= limit
    widest = fuse_cohorts(columns, state, FULL.changed({"max_cohorts": 12}))
    young, old = state.dbh.min(), np.sort(state.dbh)[-1]
    assert widest.dbh.min() == young  # the largest difference of height is among the small
    assert widest.dbh.max() <= old


def test_types_are_never_fused_to_reach_the_limit():
    columns, state = one_patch((MHW, 20.0, 0.01), (NP, 20.0, 0.01), (DC3, 3.0, 0.01))
    assert fuse_cohorts(columns, state, FULL.changed({"max_cohorts": 1})).n_cohort == 3


def test_thick_cohorts_divide_and_their_parts_do_not_fuse_again():
    for thickness in (1.01, 1.5, 3.3):
        columns, state = one_patch(*oaks(30.0, thickness=thickness))
        parts = split_cohorts(columns, state, FULL)
        assert parts.n_cohort >= 2 and lai(columns, parts).max() <= LAYER_LAI
        assert np.unique(parts.dbh).size > 1
        np.testing.assert_allclose(parts.dbh, 30.0, rtol=2e-3)
        assert fuse_cohorts(columns, parts, FULL) is parts


def test_fused_cohorts_do_not_divide_again():
    for seed in range(10):
        columns, state = random_stand(seed)
        fused = fuse_cohorts(columns, state, FULL)
        merged = np.setdiff1d(fused.dbh, state.dbh)
        assert merged.size > 0
        split = split_cohorts(columns, fused, FULL)
        assert np.isin(merged, split.dbh).all()


def test_fusion_and_division_come_to_rest():
    """Halves may join others that the whole was too thick for, but not each other again."""
    for seed in range(10):
        columns, state = random_stand(seed)
        for _ in range(4):
            before = state
            state = split_cohorts(columns, fuse_cohorts(columns, state, FULL), FULL)
        assert state is before


def test_division_stops_at_the_limit_with_the_thickest_first():
    cohorts = [*oaks(30.0, thickness=1.9), *oaks(20.0, thickness=1.2)]
    columns, state = one_patch(*cohorts)
    after = split_cohorts(columns, state, FULL.changed({"max_cohorts": 3}))
    assert after.n_cohort == 3
    assert np.sort(lai(columns, after))[-1] == pytest.approx(1.2, rel=1e-12)
    assert split_cohorts(columns, state, FULL.changed({"max_cohorts": 2})) is state
    assert FUSED_LAI < LAYER_LAI


def test_halves_have_the_wood_of_the_whole():
    columns, state = one_patch(*oaks(30.0, thickness=1.5))
    after = split_cohorts(columns, state, FULL)
    np.testing.assert_allclose(
        after.wood_carbon, state.wood_carbon[0] * np.array([1.001, 0.999]), rtol=1e-14
    )
    np.testing.assert_array_equal(after.n, state.n[0] / 2.0)
    np.testing.assert_array_equal(after.leaf_carbon, state.leaf_carbon[0])


# ---------------------------------------------------------------- patches


def test_profile_counts_the_leaves_above():
    columns, state = stand_of(
        [
            (0, 1.0, FOREST, [*oaks(30.0), *oaks(6.0)]),
        ],
        1,
    )
    profile = leaf_area_profiles(columns, state)[0]
    tall, low = columns.height
    heights = np.array([0.0, 2.0, 5.0, 9.0, 14.0, 20.0, 26.0, 35.0])
    np.testing.assert_allclose(profile, 0.2 * (tall > heights) + 0.2 * (low > heights))
    assert profile[0] == pytest.approx(0.4) and profile[-1] == 0.0


def groups(area, cover, top, limit=8, tolerance=0.2):
    """Patches with all their leaves at one height."""
    profile = np.zeros((len(top), 8))
    profile[:, :3] = np.array(top)[:, None]
    return list(fusion_groups(np.array(area), np.array(cover), profile, limit, tolerance))


def test_which_patches_fuse():
    equal = [0.25] * 4
    assert groups(equal, [3] * 4, [1.0, 1.1, 4.0, 4.2]) == [0, 0, 2, 2]
    assert groups(equal, [3, 1, 3, 1], [1.0, 1.1, 4.0, 4.2]) == [0, 1, 2, 3]
    assert groups(equal, [3] * 4, [1.0, 1.1, 4.0, 4.2], tolerance=0.0) == [0, 1, 2, 3]
    # more than wanted: the least different, whatever the tolerance
    assert groups(equal, [3] * 4, [0.0, 1.0, 2.5, 6.0], limit=3, tolerance=0.0) == [0, 1, 2, 2]
    assert groups(equal, [3] * 4, [0.0, 1.0, 2.5, 6.0], limit=1, tolerance=0.0) == [0, 0, 0, 0]
    # never across covers
    assert groups(equal, [3, 2, 1, 0], [1.0, 1.0, 1.0, 1.0], limit=1) == [0, 1, 2, 3]


def test_slivers_join_the_most_similar():
    area = [0.5, 0.4995, 0.0005]
    assert groups(area, [3] * 3, [0.0, 6.0, 4.0], tolerance=0.0) == [0, 1, 1]
    assert groups(area, [3, 3, 1], [0.0, 6.0, 4.0], tolerance=0.0) == [0, 1, 2]
    assert groups([0.5, 0.4991, 0.0005, 0.0004], [3, 3, 1, 1], [0, 6.0, 0, 6.0], tolerance=0.0) == [
        *(0, 1, 2, 2)
    ]


def test_patches_down_to_the_limit_in_every_cell():
    for seed in range(5):
        columns, state = random_stand(seed)
        after = fuse_patches(columns, state, FULL.changed({"max_patches": 3}))
        count = np.bincount(after.cell_index, minlength=columns.n_cell)
        covers = [np.unique(state.cover[state.cell_index == c]).size for c in range(columns.n_cell)]
        assert np.all(count <= np.maximum(3, covers))
        for cover in range(4):
            for s in (state, after):
                share = np.bincount(s.cell_index, s.area * (s.cover == cover), columns.n_cell)
                if s is state:
                    before = share
            np.testing.assert_allclose(share, before, atol=1e-14)


def test_nothing_to_fuse_changes_nothing():
    rows = [(0, 0.5, FOREST, oaks(30.0, thickness=0.9)), (0, 0.5, GRASSLAND, ())]
    columns, state = stand_of(rows)
    assert fuse_patches(columns, state, FULL) is state
