"""Texture grid: ratios to the reference soil, impossible textures, unusable input."""

import numpy as np
import pytest
import xarray as xr

from edlite.analysis.texture import VARIABLES, possible, texture_ratios
from edlite.errors import InputError

SAND, CLAY = np.array([10.0, 50.0, 90.0]), np.array([10.0, 30.0, 50.0])


def grid(sand=SAND, clay=CLAY):
    values = 1.0 + sand[:, None] / 100 + clay / 50
    values = np.where(possible(sand, clay), values, np.nan)
    fields = {name: (("sand", "clay"), values * (i + 1)) for i, name in enumerate(VARIABLES)}
    return xr.Dataset(fields, coords={"sand": sand, "clay": clay})


def test_ratios():
    ds = texture_ratios(grid(), "texture.nc")
    for name in VARIABLES:
        assert ds[name].sel(sand=10, clay=10) == 1.0
        assert ds[name].sel(sand=50, clay=30) == pytest.approx((1 + 0.5 + 0.6) / (1 + 0.1 + 0.2))
        assert ds[name].isnull().sum() == 2  # 90 + 30 and 90 + 50
    np.testing.assert_array_equal(possible(SAND, CLAY).sum(axis=1), [3, 3, 1])


def test_order_of_dimensions_does_not_matter():
    turned = texture_ratios(grid().transpose("clay", "sand"), "texture.nc")
    xr.testing.assert_equal(turned, texture_ratios(grid(), "texture.nc"))


def test_unusable_grids():
    with pytest.raises(InputError, match="10 percent of each"):
        texture_ratios(grid(sand=SAND + 5), "texture.nc")
    with pytest.raises(InputError, match="reco"):
        texture_ratios(grid().drop_vars("reco"), "texture.nc")
    gap = grid()
    gap["gpp"][1, 1] = np.nan
    with pytest.raises(InputError, match="wherever"):
        texture_ratios(gap, "texture.nc")
    with pytest.raises(InputError, match="not zero"):
        texture_ratios(grid() * 0.0, "texture.nc")
