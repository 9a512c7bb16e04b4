"""Texture classes: every mixture has one, class centres have their own, limits are exact."""

import numpy as np
import pytest

from edlite.errors import InputError
from edlite.soil.texture import class_table, texture_class


def test_centres_of_the_mineral_classes_are_in_their_class():
    table = class_table().drop([12, 13])
    np.testing.assert_array_equal(texture_class(table["sand"], table["clay"]), table.index)


def test_every_mixture_has_a_mineral_class():
    sand, clay = np.meshgrid(np.linspace(0, 1, 201), np.linspace(0, 1, 201))
    possible = sand + clay <= 1
    classes = texture_class(sand[possible], clay[possible])
    assert set(np.unique(classes)) == set(range(1, 18)) - {12, 13}


@pytest.mark.parametrize(
    ("sand", "clay", "expected"),
    [
        (86, 2, 2),  # sand limit: 85 + half of clay = 86
        (86.1, 2, 1),
        (52.5, 15, 5),
        (52.6, 15, 3),
        (52.5, 20, 5),  # corner that no rule holds
        (45, 27.5, 5),
        (12.5, 7.5, 4),
        (7.4, 12.5, 14),
        (7.4, 12.6, 4),
        (30, 40.5, 11),
        (30.1, 40.5, 16),
        (10, 70.1, 15),
    ],
)
def test_limits_of_classes(sand, clay, expected):
    assert texture_class(sand / 100, clay / 100) == expected


@pytest.mark.parametrize("pair", [(0.7, 0.4), (-0.1, 0.2), (np.nan, 0.2), (40, 20)])
def test_impossible_fractions(pair):
    with pytest.raises(InputError, match=r"sand, clay"):
        texture_class(*pair)


def test_table_has_unit_range_and_source_for_each_value(project):
    import pandas as pd

    table = pd.read_csv(project / "src/edlite/tables/soil_classes.csv", index_col="parameter")
    assert table[["unit", "source"]].notna().all(axis=None)
    values = table.drop(columns=["unit", "minimum", "maximum", "source"])
    assert values.shape == (5, 17)
    assert values.ge(table["minimum"], axis=0).all(axis=None)
    assert values.le(table["maximum"], axis=0).all(axis=None)
