"""Synthetic MODIS granules: leaf area (MCD15A2H) and phenology (MCD12Q2), collection 6 layouts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edlite.demo.hdfeos import PIXELS, Field, pixel_numbers, write_granule
from edlite.demo.layout import block_bounds, lai_dates, modis_tiles, region_recipe
from edlite.demo.random import generator
from edlite.demo.raster import MARGIN, AlbersGrid

LAI_GRID, PHENOLOGY_GRID = "MOD_Grid_MOD15A2H", "MCD12Q2"
LAI_FILL, LAI_WATER, LAI_URBAN = 255, 254, 250
QC_MAIN, QC_FILL = 0, 157
LAI_NOISE = 0.05  # relative, per pixel and date
DATE_FILL = 32767
EPOCH = date(1970, 1, 1)
METRICS = {
    "Greenup": "greenup",
    "MidGreenup": "mid_greenup",
    "Maturity": "maturity",
    "Senescence": "senescence",
    "MidGreendown": "mid_greendown",
    "Dormancy": "dormancy",
}
GRASSLAND, CROPLAND, FOREST = (52, 71, 95), (81, 82), (41, 42, 43, 90)
URBAN, WATER = (22, 23, 24), (11,)


class PixelShares(NamedTuple):
    """Land cover of the 500 m pixels of a tile that the 30 m map covers."""

    row: NDArray[np.int64]
    col: NDArray[np.int64]
    shares: dict[str, NDArray[np.float64]]


def pixel_shares(
    classes: NDArray[np.uint8], grid: AlbersGrid, tile: tuple[int, int]
) -> PixelShares:
    """Shares of grassland (with shrubs), cropland, forest, built-up land and water by pixel."""
    row, col = pixel_numbers(grid.lat, grid.lon, tile)
    within = (row >= 0) & (row < PIXELS) & (col >= 0) & (col < PIXELS)
    numbers, index = np.unique(row[within] * PIXELS + col[within], return_inverse=True)
    count = np.bincount(index)
    groups = {
        "grassland": GRASSLAND,
        "cropland": CROPLAND,
        "forest": FOREST,
        "urban": URBAN,
        "water": WATER,
    }
    shares = {
        name: np.bincount(index, np.isin(classes[within], codes)) / count
        for name, codes in groups.items()
    }
    return PixelShares(numbers // PIXELS, numbers % PIXELS, shares)


def season(leaf_area: Mapping, day: date) -> float:
    """Leaf area of a day over that of the peak, of what is above the dormant leaf area."""
    distance = day.timetuple().tm_yday - leaf_area["peak_day"]
    return float(np.exp(-((distance / leaf_area["width"]) ** 2)))


def pixel_lai(pixels: PixelShares, leaf_area: Mapping, day: date) -> NDArray[np.float64]:
    """Leaf area index of each pixel: covers weighted by area (linear mixing), bare land zero."""
    total = np.zeros(pixels.row.size)
    for cover in ("grassland", "cropland", "forest"):
        dormant = min(leaf_area["dormant"], leaf_area[cover])
        value = dormant + (leaf_area[cover] - dormant) * season(leaf_area, day)
        total += pixels.shares[cover] * value
    return total


def write_leaf_area(
    recipe: Mapping, region: str, classes: NDArray[np.uint8], grid: AlbersGrid, paths: list[str]
) -> None:
    """Write one granule for each date and tile, in the order of `demo_files`."""
    own = region_recipe(recipe, region)["leaf_area"]
    rng = generator(recipe, region, "leaf area")
    tiles = modis_tiles(block_bounds(recipe, region, MARGIN))
    shares = [pixel_shares(classes, grid, tile) for tile in tiles]
    names = iter(paths)
    for day in lai_dates(recipe, region):
        for tile, pixels in zip(tiles, shares, strict=True):
            noise = 1 + LAI_NOISE * rng.standard_normal(pixels.row.size)
            lai = np.clip(np.rint(10 * pixel_lai(pixels, own, day) * noise), 0, 100)
            fields = _lai_fields(pixels, lai.astype(np.uint8))
            title = f"leaf area index of {region}, {day:%Y-%m-%d}, in the layout of MCD15A2H"
            write_granule(next(names), LAI_GRID, tile, fields, title)


def _lai_fields(pixels: PixelShares, lai: NDArray[np.uint8]) -> list[Field]:
    """Datasets of MCD15A2H; everything but the region's pixels is fill."""
    water, urban = pixels.shares["water"] > 0.5, pixels.shares["urban"] > 0.5
    stored = np.where(water, LAI_WATER, np.where(urban, LAI_URBAN, lai)).astype(np.uint8)
    vegetated = ~(water | urban)
    # fraction of absorbed light for a canopy with extinction 0.5
    fpar = np.rint(100 * (1 - np.exp(-0.05 * lai))).astype(np.uint8)
    spread = np.maximum(1, np.rint(0.1 * lai)).astype(np.uint8)

    def tile(values, fill: int) -> NDArray[np.uint8]:
        full = np.full((PIXELS, PIXELS), fill, dtype=np.uint8)
        full[pixels.row, pixels.col] = values
        return full

    legend = {"_FillValue": LAI_FILL, "valid_range": [0, 100]}
    lai_scale = {**legend, "scale_factor": 0.1, "add_offset": 0.0, "units": "m^2/m^2"}
    fpar_scale = {**legend, "scale_factor": 0.01, "add_offset": 0.0, "units": "Percent"}
    quality = np.where(vegetated, QC_MAIN, QC_FILL)
    flags = {"_FillValue": LAI_FILL, "valid_range": [0, 254], "units": "class-flag"}
    return [
        Field("Fpar_500m", tile(np.where(vegetated, fpar, stored), LAI_FILL), fpar_scale),
        Field("Lai_500m", tile(stored, LAI_FILL), lai_scale),
        Field("FparLai_QC", tile(quality, QC_FILL), flags),
        Field("FparExtra_QC", tile(0, LAI_FILL), flags),
        Field("FparStdDev_500m", tile(np.where(vegetated, 2, stored), LAI_FILL), fpar_scale),
        Field("LaiStdDev_500m", tile(np.where(vegetated, spread, stored), LAI_FILL), lai_scale),
    ]


def write_phenology(
    recipe: Mapping, region: str, classes: NDArray[np.uint8], grid: AlbersGrid, paths: list[str]
) -> None:
    """Write one granule for each year and tile, in the order of `demo_files`.

    A granule holds the dates of one cycle for every pixel that is not water. Each year has a
    stream of random numbers of its own.
    """
    own = region_recipe(recipe, region)["phenology"]
    tiles = modis_tiles(block_bounds(recipe, region, MARGIN))
    shares = [pixel_shares(classes, grid, tile) for tile in tiles]
    names = iter(paths)
    for year in recipe["years"]:
        rng = generator(recipe, region, "phenology", str(year))
        first = date(year, 1, 1).toordinal() - EPOCH.toordinal()
        title = f"phenology of {region}, {year}, in the layout of MCD12Q2"
        for tile, pixels in zip(tiles, shares, strict=True):
            fields = _phenology_fields(pixels, own, first, rng)
            write_granule(next(names), PHENOLOGY_GRID, tile, fields, title)


def _phenology_fields(
    pixels: PixelShares, own: Mapping, first: int, rng: np.random.Generator
) -> list[Field]:
    """Datasets of MCD12Q2; the days of a pixel shift together in spring and in autumn."""
    dry = pixels.shares["water"] < 0.5
    spring, autumn = own["day_sd"] * rng.standard_normal((2, pixels.row.size))

    def tile(values, fill: int = DATE_FILL) -> NDArray[np.int16]:
        full = np.full((PIXELS, PIXELS, 2), fill, dtype=np.int16)
        full[pixels.row[dry], pixels.col[dry], 0] = np.broadcast_to(values, dry.shape)[dry]
        return full

    cycles = np.full((PIXELS, PIXELS), DATE_FILL, dtype=np.int16)
    cycles[pixels.row[dry], pixels.col[dry]] = 1
    legend = {"_FillValue": DATE_FILL, "scale_factor": 1.0, "add_offset": 0.0}
    dates = {**legend, "valid_range": [11138, 32766], "units": "days since 1970-01-01"}
    quality = {**legend, "valid_range": [0, 3], "units": "none"}
    fields = [Field("NumCycles", cycles, {**legend, "valid_range": [1, 7], "units": "none"})]
    for name, key in METRICS.items():
        shift = spring if own[key] < own["senescence"] else autumn
        day = first + np.rint(own[key] + shift).astype(np.int64) - 1
        fields.append(Field(name, tile(day), dates))
    peak = first + (own["maturity"] + own["senescence"]) // 2 - 1
    fields.append(Field("Peak", tile(peak), dates))
    evi = {**legend, "scale_factor": 0.0001, "valid_range": [0, 10000], "units": "none"}
    fields += [
        Field("EVI_Minimum", tile(1500), evi),
        Field("EVI_Amplitude", tile(3500), evi),
        Field("QA_Overall", tile(0), quality),
        Field("QA_Detailed", tile(0), {**quality, "valid_range": [0, 16383]}),
    ]
    return fields
