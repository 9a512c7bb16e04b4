"""Interpolation between flights against numpy.interp and by its properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edlite.assimilation.flights import (
    fill_flights,
    hat_weights,
    seconds,
)

TIMES = np.array([0.0, 10.0, 40.0, 100.0])


def test_missed_flights_are_skipped():
    values = np.array([[1.0, 5.0], [np.nan, np.nan], [4.0, np.nan], [np.nan, 7.0]])
    filled = fill_flights(TIMES, values, np.isfinite(values))
    assert filled == pytest.approx(np.array([[1.0, 5.0], [1.75, 5.2], [4.0, 5.8], [4.0, 7.0]]))


@given(st.lists(st.booleans(), min_size=4, max_size=4), st.integers(0, 2**31))
def test_equals_interpolation_between_valid_flights(mask, seed):
    rng = np.random.default_rng(seed)
    values, valid = rng.normal(size=4), np.array(mask)
    t = np.linspace(-20.0, 130.0, 61)
    expected = np.interp(t, TIMES[valid], values[valid]) if valid.any() else np.zeros(t.size)
    np.testing.assert_allclose(
        hat_weights(t, TIMES) @ fill_flights(TIMES, values, valid), expected, atol=1e-12
    )


def test_hat_weights_sum_to_one_and_hold_outside():
    weights = hat_weights(np.array([-5.0, 0.0, 25.0, 200.0]), TIMES)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    np.testing.assert_allclose(weights[2], [0, 0.5, 0.5, 0])
    np.testing.assert_allclose(weights[3], [0, 0, 0, 1])


def test_without_flights():
    empty = np.zeros((0, 9, 2))
    assert fill_flights(np.zeros(0), empty, empty > 0).shape == (0, 9, 2)
    assert hat_weights(TIMES, np.zeros(0)).shape == (4, 0)


def test_seconds_are_exact():
    assert seconds(np.array(["2013-05-01T00:30"], "datetime64[ns]"))[0] == 1367368200.0
