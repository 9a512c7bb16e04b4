"""Cells to tiles: consecutive, none empty, nearly equal cost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edlite.errors import InputError
from edlite.initial.tiles import assign_tiles


@given(st.lists(st.floats(1, 100), min_size=1, max_size=60), st.integers(1, 60))
def test_tiles(cost, n_tile):
    cost = np.array(cost)
    n_tile = min(n_tile, cost.size)
    tile = assign_tiles(cost, n_tile)
    assert (np.diff(tile) >= 0).all()
    assert set(tile) == set(range(n_tile))


def test_cost_is_balanced_to_a_cell():
    cost = np.random.default_rng(0).uniform(10, 100, 2000)
    per_tile = np.bincount(assign_tiles(cost, 7), cost)
    assert np.abs(per_tile - cost.sum() / 7).max() <= 100


@pytest.mark.parametrize("n_tile", [0, 6, 2.5, True, None])
def test_number_of_tiles(n_tile):
    with pytest.raises(InputError, match="n_tile"):
        assign_tiles(np.ones(5), n_tile)
