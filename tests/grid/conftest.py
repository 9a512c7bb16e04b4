"""Synthetic rasters for the tests of aggregation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin


@pytest.fixture
def write_raster(tmp_path):
    """Function that writes a one-band GeoTIFF and returns its path."""

    def write(values, west, north, step, crs, nodata=None, name="raster.tif") -> Path:
        path = tmp_path / name
        values = np.asarray(values)
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            height=values.shape[0],
            width=values.shape[1],
            count=1,
            dtype=values.dtype,
            crs=crs,
            transform=from_origin(west, north, step, step),
            nodata=nodata,
            compress="deflate",
        ) as raster:
            raster.write(values, 1)
        return path

    return write
