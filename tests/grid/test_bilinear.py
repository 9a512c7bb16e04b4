"""Bilinear weights against SciPy and exact cases."""

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from edlite.errors import InputError
from edlite.grid.bilinear import bilinear_weights

LAT = np.arange(44.9375, 45.7, 0.125)
LON = np.arange(-69.4375, -68.0, 0.125)


def test_agrees_with_scipy_on_a_random_field():
    rng = np.random.default_rng(2)
    field = rng.normal(size=(3, LAT.size, LON.size))
    lat = rng.uniform(LAT[0], LAT[-1], 200)
    lon = rng.uniform(LON[0], LON[-1], 200)
    index, weight = bilinear_weights(LAT, LON, lat, lon)
    mine = (field.reshape(3, -1)[:, index] * weight).sum(-1)
    for values, expected in zip(mine, field, strict=True):
        scipy = RegularGridInterpolator((LAT, LON), expected)(np.column_stack([lat, lon]))
        np.testing.assert_allclose(values, scipy, atol=1e-12)
    np.testing.assert_allclose(weight.sum(1), 1.0, atol=1e-15)
    assert weight.min() >= 0


def test_a_plane_is_exact_and_grid_points_keep_their_value():
    plane = 2.0 + 3.0 * LAT[:, None] - 0.5 * LON[None, :]
    lat, lon = np.array([45.01, LAT[-1], LAT[0]]), np.array([-69.0, LON[-1], LON[3]])
    index, weight = bilinear_weights(LAT, LON, lat, lon)
    expected = 2.0 + 3.0 * lat - 0.5 * lon
    np.testing.assert_allclose((plane.ravel()[index] * weight).sum(1), expected, rtol=1e-13)
    np.testing.assert_allclose(weight[1:].max(1), 1.0, atol=1e-9)


def test_cell_outside_the_grid_is_an_error_that_counts_them():
    with pytest.raises(InputError, match=r"2 of 3 cells lie outside, the first at 46\.0"):
        bilinear_weights(LAT, LON, [45.0, 46.0, 47.0], [-69.0] * 3, "forcing.nc")
    with pytest.raises(InputError, match="forcing.nc: lon"):
        bilinear_weights(LAT, LON, [45.0], [np.nan], "forcing.nc")


@pytest.mark.parametrize("axis", [LAT[::-1], np.delete(LAT, 2), LAT[:1], np.full(4, np.nan)])
def test_irregular_axes_are_refused(axis):
    with pytest.raises(InputError, match="lat"):
        bilinear_weights(axis, LON, [45.0], [-69.0])
