"""Static inputs of a region of the demo, in the formats of the real products."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from edlite.demo.inventory import write_inventory
from edlite.demo.land_cover import land_cover, write_land_cover
from edlite.demo.layout import demo_files
from edlite.demo.modis import write_leaf_area, write_phenology
from edlite.demo.raster import albers_grid
from edlite.demo.soil_survey import write_survey


def write_region(recipe: Mapping, region: str, directory: str | Path) -> None:
    """Write land cover, soil survey, forest inventory, leaf area and phenology of a region."""
    files = demo_files(region, recipe, directory)
    grid = albers_grid(recipe, region)
    classes = land_cover(recipe, region, grid)
    write_land_cover(classes, region, grid, files["nlcd"][0])
    write_survey(recipe, region, grid, files)
    write_inventory(recipe, region, files)
    write_leaf_area(recipe, region, classes, grid, files["lai"])
    write_phenology(recipe, region, classes, grid, files["phenology"])
