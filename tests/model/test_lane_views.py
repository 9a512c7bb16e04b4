"""Lane views: the arrays of a block as the compiled loops see them."""

from typing import NamedTuple

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from edlite.model.lane_views import lane_views
from edlite.model.lanes import LANES


class Pair(NamedTuple):
    """A vector and a matrix over lanes."""

    vector: np.ndarray
    matrix: np.ndarray


@njit
def _fill(pair):
    view = lane_views(pair)
    row = view.matrix[1]
    for i in range(LANES):
        view.vector[i] += 10 * i
        view.matrix[0, i] = row[i] + i
    return view.matrix.shape


def test_views_read_and_write_the_arrays():
    lanes = np.arange(LANES)
    pair = Pair(np.ones(LANES), np.array([np.zeros(LANES), np.full(LANES, 5.0), lanes]))
    assert _fill(pair) == (3, LANES)
    np.testing.assert_array_equal(pair.vector, 1.0 + 10.0 * lanes)
    np.testing.assert_array_equal(pair.matrix, [5.0 + lanes, np.full(LANES, 5.0), lanes])


def test_an_array_that_is_not_contiguous_is_refused():
    """Its rows would be read from the wrong places."""
    with pytest.raises(TypingError, match="contiguous rows of lanes"):
        _fill(Pair(np.ones(LANES), np.ones((LANES, 3)).T))
