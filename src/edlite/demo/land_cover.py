"""Synthetic land cover in the layout of the National Land Cover Database (30 m, Albers)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edlite.demo.layout import region_recipe
from edlite.demo.random import classes_by_share, generator
from edlite.demo.raster import PIXEL, AlbersGrid, write_geotiff

NODATA = 255


def land_cover(recipe: Mapping, region: str, grid: AlbersGrid) -> NDArray[np.uint8]:
    """NLCD class of each pixel: smooth patches with the shares of the recipe inside the block."""
    cover = region_recipe(recipe, region)["cover"]
    rng = generator(recipe, region, "land cover")
    shares = {int(code): share for code, share in cover["classes"].items()}
    classes = classes_by_share(rng, grid.shape, shares, cover["patch_length"] / PIXEL, grid.inside)
    return classes.astype(np.uint8)


def write_land_cover(
    classes: NDArray[np.uint8], region: str, grid: AlbersGrid, path: str | Path
) -> Path:
    """Write the classes as GeoTIFF."""
    description = f"land cover of {region} with NLCD classes"
    return write_geotiff(classes, grid, path, nodata=NODATA, description=description)
