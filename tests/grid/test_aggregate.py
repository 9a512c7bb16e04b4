"""Aggregation to cells against GDAL and exact cases."""

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from rasterio.warp import reproject
from scipy.ndimage import uniform_filter

from edlite.errors import InputError, MissingInput
from edlite.grid import grid
from edlite.grid.aggregate import (
    cell_moments,
    count_keys,
    open_raster,
    pixel_index,
    pixels_per_cell,
    require_coverage,
)

NORTH, WEST = 42.2, -72.9  # multiples of 1/120 degree


def block_of_cells(north, west, rows, cols):
    row, col = grid.row_col_at(north, west)
    return grid.cell_id(row + np.arange(rows)[:, None], col + np.arange(cols)).ravel()


def gdal_fractions(path, cells, rows, cols, keys):
    """Shares of classes (cell, key): GDAL's nearest neighbour at 60 x 60 points a cell.

    GDAL's `average` is no reference here: it takes the upright box around a cell in the raster's
    coordinates, which in Albers is turned by 14 degrees in New England.
    """
    bounds = grid.cell_bounds(cells)
    sampled = np.zeros((rows * 60, cols * 60), dtype="uint8")
    with rasterio.open(path) as raster:
        reproject(
            raster.read(1),
            sampled,
            src_transform=raster.transform,
            src_crs=raster.crs,
            dst_transform=from_origin(bounds.west, bounds.north, 1 / 7200, 1 / 7200),
            dst_crs="EPSG:4326",
            resampling=Resampling.nearest,
        )
    blocks = sampled.reshape(rows, 60, cols, 60).swapaxes(1, 2).reshape(rows * cols, 3600)
    return np.stack([(blocks == key).mean(1) for key in keys], axis=1)


def gdal_resample(path, cells, rows, cols, resampling, key=None):
    """Band 1, or the 0/1 mask of a key, resampled to the cells by GDAL, shape (cell,)."""
    bounds = grid.cell_bounds(cells)
    result = np.zeros((rows, cols))
    with rasterio.open(path) as raster:
        values = raster.read(1)
        reproject(
            values.astype("float64") if key is None else (values == key).astype("float64"),
            result,
            src_transform=raster.transform,
            src_crs=raster.crs,
            dst_transform=from_origin(bounds.west, bounds.north, 1 / 120, 1 / 120),
            dst_crs="EPSG:4326",
            resampling=resampling,
        )
    return result.ravel()


def landscape(shape, classes, seed=3):
    """Patchy map of classes, patches some ten pixels wide."""
    noise = uniform_filter(np.random.default_rng(seed).normal(size=shape), 9)
    steps = np.quantile(noise, np.linspace(0, 1, len(classes) + 1)[1:-1])
    return np.asarray(classes)[np.digitize(noise, steps)]


def test_class_fractions_agree_with_gdal_in_albers(write_raster):
    rows, cols = 8, 6
    cells = block_of_cells(NORTH, WEST, rows, cols)
    x, y = Transformer.from_crs(4326, 5070, always_xy=True).transform(WEST, NORTH)
    classes = landscape((360, 300), [11, 41, 81]).astype("uint8")
    path = write_raster(classes, x - 2000, y + 1000, 30.0, "EPSG:5070", 255)
    with open_raster(path) as raster:
        counts = count_keys(raster, cells)
    share = counts.fractions([11, 41, 81])
    np.testing.assert_allclose(share.sum(1), 1.0)
    expected = gdal_fractions(path, cells, rows, cols, (11, 41, 81))
    assert np.abs(share - expected).max() < 0.015
    assert np.abs((share - expected).mean(0)).max() < 1e-3
    # pixels of 30 m in cells of 926 m x 688 m
    assert np.abs(counts.n_pixel - grid.cell_area(cells) / 900).max() < 30
    assert counts.n_valid.sum() == counts.n_pixel.sum()


def test_counts_are_exact_on_an_aligned_lonlat_raster(write_raster):
    rows, cols = 3, 4
    cells = block_of_cells(NORTH, WEST, rows, cols)
    keys = landscape((rows * 10, cols * 10), [100, 4_000_000_000, 7], 5).astype("uint32")
    keys[:10, :10] = 0
    path = write_raster(keys, WEST, NORTH, 1 / 1200, "EPSG:4326", 0)
    with open_raster(path) as raster:
        counts = count_keys(raster, cells)
    assert (counts.n_pixel == 100).all()
    assert counts.n_valid[0] == 0
    blocks = keys.reshape(rows, 10, cols, 10).swapaxes(1, 2).reshape(rows * cols, 100)
    for cell, key, count in zip(counts.cell, counts.key, counts.count, strict=True):
        assert (blocks[cell] == key).sum() == count
    assert counts.count.sum() == (keys > 0).sum()
    most = counts.most_common()
    assert most[0] == -1
    assert np.isnan(counts.fractions([100])[0, 0])
    for block, key in zip(blocks[1:], most[1:], strict=True):
        values, number = np.unique(block, return_counts=True)
        assert number[values == key] == number.max()


def test_fractions_and_most_common_key_agree_with_gdal_average_and_mode(write_raster):
    rows, cols = 6, 6
    cells = block_of_cells(NORTH, WEST, rows, cols)
    keys = landscape((rows * 30, cols * 30), [1, 2, 3, 4], 7).astype("int32")
    path = write_raster(keys, WEST, NORTH, 1 / 3600, "EPSG:4326")
    with open_raster(path) as raster:
        counts = count_keys(raster, cells)
    mode = gdal_resample(path, cells, rows, cols, Resampling.mode)
    np.testing.assert_array_equal(counts.most_common(), mode)
    for column, key in enumerate((1, 2, 3, 4)):
        average = gdal_resample(path, cells, rows, cols, Resampling.average, key)
        np.testing.assert_allclose(counts.fractions([1, 2, 3, 4])[:, column], average, atol=1e-6)


def test_raster_that_does_not_cover_the_cells_names_both_extents(write_raster):
    cells = block_of_cells(NORTH, WEST, 3, 3)
    path = write_raster(np.ones((30, 20), "uint8"), WEST, NORTH, 1 / 1200, "EPSG:4326")
    with open_raster(path) as raster:
        with pytest.raises(InputError) as error:
            count_keys(raster, cells)
        window = require_coverage(raster, cells.reshape(3, 3)[:, :2].ravel())
    assert "-72.9000..-72.8833 degrees E" in str(error.value)
    assert "-72.9000..-72.8750 degrees E" in str(error.value)
    assert (window.width, window.height) == (20, 30)


def test_wrong_crs_is_seen_as_wrong_extent(write_raster):
    cells = block_of_cells(NORTH, WEST, 2, 2)
    path = write_raster(np.ones((200, 200), "uint8"), 1.8e6, 2.3e6, 30.0, "EPSG:32619")
    with open_raster(path) as raster, pytest.raises(InputError, match="covers the region"):
        count_keys(raster, cells)


def test_unusable_rasters(write_raster, tmp_path):
    with pytest.raises(MissingInput):
        open_raster(tmp_path / "none.tif")
    (tmp_path / "text.tif").write_text("not a raster")
    with pytest.raises(InputError, match="GDAL"):
        open_raster(tmp_path / "text.tif")
    no_crs = write_raster(np.ones((20, 20), "uint8"), WEST, NORTH, 1 / 1200, None, name="a.tif")
    with pytest.raises(InputError, match="CRS"):
        open_raster(no_crs)


def test_truncated_raster(write_raster):
    cells = block_of_cells(NORTH, WEST, 20, 20)
    noise = np.random.default_rng(0).integers(1, 200, (200, 200)).astype("uint8")
    path = write_raster(noise, WEST, NORTH, 1 / 1200, "EPSG:4326")
    path.write_bytes(path.read_bytes()[:20000])
    with pytest.raises(InputError, match="truncated|GDAL"), open_raster(path) as raster:
        count_keys(raster, cells)


def test_quantities_are_not_keys(write_raster):
    cells = block_of_cells(NORTH, WEST, 1, 1)
    path = write_raster(np.full((10, 10), 1.5, "float32"), WEST, NORTH, 1 / 1200, "EPSG:4326")
    with open_raster(path) as raster, pytest.raises(InputError, match="whole numbers"):
        count_keys(raster, cells)


def axes(rows, cols, shift=0.0):
    lat = NORTH - (np.arange(rows) + 0.5 + shift) / 1200
    lon = WEST + (np.arange(cols) + 0.5 + shift) / 1200
    return lat, lon


def test_moments_of_aligned_3_arc_second_pixels():
    rng = np.random.default_rng(4)
    values = rng.uniform(0, 0.5, (2, 30, 40))
    values[:, 10:15, :10] = np.nan
    values[1, :10, :10] = np.nan
    cells = block_of_cells(NORTH, WEST, 3, 4)
    lat, lon = axes(30, 40)
    result = cell_moments(values, pixel_index(lat, lon, cells), 12, pixels_per_cell(lat, lon))
    blocks = values.reshape(2, 3, 10, 4, 10).swapaxes(2, 3).reshape(2, 12, 100)
    has = ~np.isnan(blocks).all(-1)
    np.testing.assert_allclose(result.mean[has], np.nanmean(blocks[has], -1), rtol=1e-12)
    np.testing.assert_allclose(result.sd[has], np.nanstd(blocks[has], -1), rtol=1e-9)
    assert np.isnan(result.mean[1, 0])
    np.testing.assert_allclose(result.valid_fraction[:, 4], 0.5)
    assert result.valid_fraction[1, 0] == 0
    np.testing.assert_allclose(result.valid_fraction[0, [0, 1, 5, 11]], 1.0)


def test_two_dimensional_coordinates_give_the_same_cells_in_any_order():
    cells = block_of_cells(NORTH, WEST, 3, 4)
    lat, lon = axes(30, 40)
    lat2, lon2 = np.meshgrid(lat[::-1], lon, indexing="ij")
    flipped = pixel_index(lat2, lon2, cells)
    np.testing.assert_array_equal(flipped[::-1], pixel_index(lat, lon, cells))
    assert pixels_per_cell(lat2, lon2) == pytest.approx(100)


def test_pixels_on_cell_edges_and_images_that_end_inside_a_cell():
    cells = block_of_cells(NORTH, WEST, 3, 4)
    lat, lon = axes(30, 35, shift=-0.5)  # centres on multiples of 3 arc-seconds
    index = pixel_index(lat, lon, cells)
    assert (np.bincount(index[index >= 0], minlength=12)[[0, 5]] == 100).all()
    fraction = cell_moments(np.ones((30, 35)), index, 12, pixels_per_cell(lat, lon)).valid_fraction
    np.testing.assert_allclose(fraction[3], 0.5)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "north", "west"),
    [
        ("nlcd_ma_ct_albers_30m.tif", 42.0, -73.0),
        ("nlcd2011_augusta_ga_albers_30m.tif", 33.55, -82.35),
        ("nlcd_rhode_island_mercator_30m.tif", 41.75, -71.5),
    ],
)
def test_real_land_cover_agrees_with_gdal(shared, name, north, west):
    path = shared / "data" / "nlcd" / name
    rows, cols = 6, 6
    cells = block_of_cells(north, west, rows, cols)
    with open_raster(path) as raster:
        counts = count_keys(raster, cells)
    keys = [11, 21, 41, 42, 90]
    expected = gdal_fractions(path, cells, rows, cols, keys)
    share = counts.fractions(keys)
    assert np.abs(share - expected).max() < 0.015
    np.testing.assert_allclose(share.mean(0), expected.mean(0), atol=1.5e-3)
