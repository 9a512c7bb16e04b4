"""The 30 m grid of the national land-cover and soil maps, cut to a region of the demo."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin
from rasterio.warp import transform, transform_bounds

from edlite.demo.layout import block_bounds
from edlite.files import atomic_path

ALBERS = "EPSG:5070"  # NAD83 / CONUS Albers
PIXEL = 30.0  # m
MARGIN = 2  # cells around the block


class AlbersGrid(NamedTuple):
    """Grid of a region: shape, affine transform, pixel centres, and which lie in the block."""

    shape: tuple[int, int]
    transform: rasterio.Affine
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    inside: NDArray[np.bool_]


def albers_grid(recipe: Mapping, region: str) -> AlbersGrid:
    """30 m grid in CONUS Albers that covers the block of a region and two cells around it."""
    outer = transform_bounds("EPSG:4326", ALBERS, *block_bounds(recipe, region, MARGIN))
    west, south = (math.floor(edge / PIXEL) for edge in outer[:2])
    east, north = (math.ceil(edge / PIXEL) for edge in outer[2:])
    shape = (north - south, east - west)
    affine = from_origin(west * PIXEL, north * PIXEL, PIXEL, PIXEL)
    x = (west + 0.5 + np.arange(shape[1])) * PIXEL
    y = (north - 0.5 - np.arange(shape[0])) * PIXEL
    x, y = np.meshgrid(x, y)
    lon, lat = (
        np.asarray(values).reshape(shape)
        for values in transform(ALBERS, "EPSG:4326", x.ravel(), y.ravel())
    )
    w, s, e, n = block_bounds(recipe, region)
    inside = (lon >= w) & (lon < e) & (lat > s) & (lat <= n)
    return AlbersGrid(shape, affine, lat, lon, inside)


def write_geotiff(
    values: NDArray, grid: AlbersGrid, path: str | Path, *, nodata: int, description: str
) -> Path:
    """Write one band as LZW-compressed, tiled GeoTIFF marked as synthetic."""
    profile = {
        "driver": "GTiff",
        "height": grid.shape[0],
        "width": grid.shape[1],
        "count": 1,
        "dtype": values.dtype.name,
        "crs": ALBERS,
        "transform": grid.transform,
        "nodata": nodata,
        "compress": "LZW",
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
    }
    with atomic_path(path) as temporary, rasterio.open(temporary, "w", **profile) as file:
        file.write(values, 1)
        file.update_tags(
            TIFFTAG_IMAGEDESCRIPTION=f"SYNTHETIC: {description}",
            synthetic="1",
            AREA_OR_POINT="Area",
        )
    return Path(path)
