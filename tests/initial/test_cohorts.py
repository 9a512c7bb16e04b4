"""Merging and division of cohorts, fusion of patches: what is conserved, limits, light layers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edlite.initial.allometry import Allometry, basal_area
from edlite.initial.cohorts import (
    Cohorts,
    TooManyTypes,
    divide_layers,
    layers,
    merge_classes,
    merge_to_limit,
    reduce_cohorts,
)
from edlite.initial.patches import fuse, fusion_groups, leaf_area_profile

ALLOMETRY = Allometry()
EHW, MHW, LHW = 3, 4, 5

plants = st.tuples(
    st.sampled_from([0, 1, 2, 3, 4, 5, 8, 9, 10]), st.floats(2.54, 120), st.floats(1e-4, 0.3)
)


def cohorts(rows):
    pft, dbh, n = zip(*rows, strict=True) if rows else ((), (), ())
    return Cohorts(np.array(pft, np.int64), np.array(dbh, float), np.array(n, float))


stands = st.lists(plants, min_size=1, max_size=60).map(cohorts)


def by_type(stand, values):
    return np.bincount(stand.pft, values, 13)


def lai(stand):
    return stand.n * ALLOMETRY.leaf_area(stand.pft, stand.dbh)


def assert_conserved(before, after):
    for of in (lambda s: s.n, lambda s: s.n * basal_area(s.dbh)):
        np.testing.assert_allclose(
            by_type(after, of(after)), by_type(before, of(before)), rtol=1e-12, atol=1e-300
        )


def test_sizes_against_hand_calculation():
    """Mid hardwood of 30 cm: leaf 0.048/2 30^1.455 kgC, SLA 24.2 m2 kgC-1."""
    assert ALLOMETRY.leaf_area([MHW], [30.0])[0] == pytest.approx(0.024 * 30**1.455 * 24.2)
    expected = 1.3 + 25.18 * (1 - np.exp(-0.04964 * 30))
    assert ALLOMETRY.height([MHW], [30.0])[0] == pytest.approx(expected)
    assert basal_area(30.0) == pytest.approx(np.pi * 0.15**2)


@settings(max_examples=60, deadline=None)
@given(stands)
def test_classes_conserve_plants_and_basal_area(stand):
    merged = merge_classes(stand, 5.0)
    assert_conserved(stand, merged)
    keys = list(zip(merged.pft, np.floor(merged.dbh / 5.0 + 1e-12), strict=True))
    assert len(keys) == len(set(keys))
    # within a class of 5 cm the leaf area changes little: most in the class next to 0
    assert lai(merged).sum() == pytest.approx(lai(stand).sum(), rel=0.06)


@settings(max_examples=60, deadline=None)
@given(stands, st.integers(9, 14))
def test_reduced_stands_keep_plants_and_basal_area_within_the_limit(stand, limit):
    reduced = reduce_cohorts(stand, 5.0, limit, ALLOMETRY)
    assert_conserved(stand, reduced)
    assert reduced.n.size <= limit
    assert reduced.dbh.min() >= stand.dbh.min() - 1e-9
    assert reduced.dbh.max() <= stand.dbh.max() + 1e-9


def test_neighbours_merge_first():
    stand = cohorts([(MHW, 10, 0.003), (MHW, 40, 0.003), (MHW, 44, 0.003), (EHW, 41, 0.003)])
    merged = merge_to_limit(stand, 3, ALLOMETRY)
    assert sorted(zip(merged.pft, merged.dbh.round(3), strict=True)) == [
        (EHW, 41.0),
        (MHW, 10.0),
        (MHW, round(np.sqrt((40**2 + 44**2) / 2), 3)),
    ]


def test_types_never_merge():
    stand = cohorts([(EHW, 20, 0.01), (MHW, 20, 0.01), (LHW, 20, 0.01)])
    with pytest.raises(TooManyTypes):
        merge_to_limit(stand, 2, ALLOMETRY)


def test_division_into_layers():
    np.testing.assert_array_equal(layers([0.0, 0.4, 1.0, 1.0001, 2.5]), [1, 1, 1, 2, 3])
    per_plant = ALLOMETRY.leaf_area([MHW], [30.0])[0]
    thick = cohorts([(MHW, 30.0, 3.4 / per_plant), (EHW, 20.0, 0.001)])
    parts = divide_layers(thick, 12, ALLOMETRY)
    np.testing.assert_allclose(lai(parts)[:4], 0.85)
    assert parts.n.size == 5
    assert_conserved(thick, parts)
    assert lai(parts).sum() == pytest.approx(lai(thick).sum(), rel=1e-12)
    crowded = divide_layers(thick, 3, ALLOMETRY)
    assert crowded.n.size == 3
    assert_conserved(thick, crowded)


def test_merging_makes_room_for_layers():
    """Twelve thin cohorts and one of three layers, at most 12: all layers at most 1."""
    per_plant = ALLOMETRY.leaf_area([MHW], [30.0])[0]
    rows = [(LHW, 10.0 + 3 * i, 0.0005) for i in range(12)] + [(MHW, 30.0, 2.9 / per_plant)]
    reduced = reduce_cohorts(cohorts(rows), 1.0, 12, ALLOMETRY)
    assert reduced.n.size <= 12
    assert lai(reduced).max() <= 1.0 + 1e-9


areas = st.lists(st.floats(0.01, 1.0), min_size=2, max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.data(), areas, st.integers(1, 8))
def test_fusion_conserves_area_plants_basal_and_leaf_area(data, area, limit):
    area = np.array(area) / sum(area)
    small = st.lists(plants, min_size=0, max_size=8).map(cohorts)
    patches = [data.draw(small) for _ in area]
    fused_area, fused = fuse(area, patches, limit, ALLOMETRY)
    assert len(fused) == min(limit, len(area))
    assert fused_area.sum() == pytest.approx(1.0, rel=1e-12)
    for of in (lambda s: s.n, lambda s: s.n * basal_area(s.dbh), lai):
        before = sum(a * by_type(p, of(p)) for a, p in zip(area, patches, strict=True))
        after = sum(a * by_type(p, of(p)) for a, p in zip(fused_area, fused, strict=True))
        np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-300)


def test_most_similar_profiles_fuse():
    young, old = cohorts([(MHW, 8.0, 0.3)]), cohorts([(MHW, 45.0, 0.03)])
    older = cohorts([(MHW, 47.0, 0.028)])
    profile = np.array([leaf_area_profile(p, ALLOMETRY) for p in (young, old, older)])
    assert (np.diff(profile, axis=1) <= 0).all()
    assert profile[0, 0] == pytest.approx(lai(young).sum())
    groups = fusion_groups(np.ones(3), profile, 2)
    assert groups[1] == groups[2] != groups[0]


def test_no_tree_is_no_cohort():
    empty = cohorts([])
    assert reduce_cohorts(empty, 5.0, 12, ALLOMETRY).n.size == 0
    assert leaf_area_profile(empty, ALLOMETRY).sum() == 0
