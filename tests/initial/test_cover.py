"""Land cover of cells: grouping of classes, settings, the command, unusable rasters."""

import re

import numpy as np
import pytest
import rasterio
import shapely
import xarray as xr
from rasterio.transform import from_origin
from rasterio.warp import reproject

from edlite.cli import main
from edlite.errors import InputError
from edlite.files import write_dataset
from edlite.grid.aggregate import KeyCounts
from edlite.grid.domain import build_domain
from edlite.grid.regions import Region
from edlite.initial.cover import build_cover, cover_of_class
from edlite.parameters import COVERS
from edlite.sources.nlcd import class_table

WEST, NORTH = -90.0, 40.0


@pytest.fixture
def domain():
    """Two cells side by side."""
    return build_domain(
        Region("test", shapely.box(WEST, NORTH - 1 / 120, WEST + 2 / 120, NORTH)), "test"
    )


def counts_of(*cells):
    rows = [(i, key, n) for i, cell in enumerate(cells) for key, n in sorted(cell.items())]
    cell, key, count = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return KeyCounts(cell, key, count, np.full(len(cells), 100, dtype=np.int64))


def test_water_is_taken_out_and_the_rest_sums_to_one(domain):
    counts = counts_of({11: 20, 41: 30, 52: 10, 82: 20, 21: 10}, {11: 100})
    ds = build_cover(domain, counts, {}, "nlcd.tif")
    np.testing.assert_allclose(ds["fraction"][0], [10 / 70, 10 / 70, 20 / 70, 30 / 70])
    np.testing.assert_allclose(ds["fraction"][1], [1, 0, 0, 0])  # water only
    np.testing.assert_allclose(ds["water_fraction"], [20 / 90, 1.0])
    np.testing.assert_allclose(ds["shrub_fraction"], [10 / 70, 0.0])
    np.testing.assert_allclose(ds["valid_fraction"], [0.9, 1.0])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [40, 10, 30, 20]),
        ({"developed_open_space": "grassland"}, [30, 20, 30, 20]),
        ({"pasture": "grassland"}, [40, 30, 10, 20]),
        ({"shrubland": "forest"}, [40, 0, 30, 30]),
        ({"shrubland": "bare"}, [50, 0, 30, 20]),
    ],
)
def test_settings_move_classes(domain, options, expected):
    cell = {21: 10, 24: 30, 52: 10, 81: 20, 82: 10, 90: 20}
    ds = build_cover(domain, counts_of(cell, cell), options, "nlcd.tif")
    np.testing.assert_allclose(100 * ds["fraction"][0], expected)
    np.testing.assert_allclose(ds["shrub_fraction"], 0.1)


def test_every_class_has_a_cover():
    assert set(cover_of_class({}).values()) == {*COVERS, "water"}
    assert len(class_table()) == 20


@pytest.mark.parametrize("options", [{"pasture": "forest"}, {"lawn": "bare"}])
def test_unknown_settings(options):
    with pytest.raises(InputError, match="config: cover"):
        cover_of_class(options)


def write_nlcd(path, values, nodata=0, crs="EPSG:4326"):
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=values.shape[0],
        width=values.shape[1],
        count=1,
        dtype="uint8",
        crs=crs,
        nodata=nodata,
        transform=from_origin(WEST, NORTH, 1 / 1200, 1 / 1200),
    ) as raster:
        raster.write(values.astype("uint8"), 1)
    return path


def run_cover(tmp_path, domain, nlcd):
    out = tmp_path / "out" / "cover.nc"
    write_dataset(domain, tmp_path / "domain.nc", region="test")
    arguments = ["cover", "--domain", tmp_path / "domain.nc", "--nlcd", nlcd, "--out", out]
    with pytest.raises(SystemExit) as stop:
        main([str(a) for a in arguments])
    return stop.value.code, out


@pytest.mark.parametrize("nodata", [0, 255])
def test_command_takes_nodata_from_the_file(tmp_path, domain, nodata):
    values = np.full((10, 20), 42)
    values[:5, :10] = nodata
    values[:, 10:15] = 11
    code, out = run_cover(tmp_path, domain, write_nlcd(tmp_path / "nlcd.tif", values, nodata))
    assert code == 0
    ds = xr.load_dataset(out, engine="netcdf4")
    np.testing.assert_allclose(ds["valid_fraction"], [0.5, 1.0])
    np.testing.assert_allclose(ds["water_fraction"], [0.0, 0.5])
    np.testing.assert_allclose(ds["fraction"].sel(cover="forest"), 1.0)
    assert ds.attrs["region"] == "test"


def test_command_refuses_unusable_rasters(tmp_path, domain, capsys):
    good = np.full((10, 20), 42)
    odd = good.copy()
    odd[3, 3] = 33
    half = good.copy()
    half[:, 10:] = 0
    cases = {
        "missing": tmp_path / "none.tif",
        r"\[33\]": write_nlcd(tmp_path / "odd.tif", odd),
        "covers the region": write_nlcd(tmp_path / "small.tif", good[:, :12]),
        "no data in 1 of 2 cells": write_nlcd(tmp_path / "half.tif", half),
        "CRS": write_nlcd(tmp_path / "crs.tif", good, crs=None),
    }
    for message, path in cases.items():
        code, out = run_cover(tmp_path, domain, path)
        error = capsys.readouterr().err.strip()
        assert code == 2
        assert re.search(message, error)
        assert path.name in error
        assert error.count("\n") == 0
        assert not out.parent.exists() or not list(out.parent.iterdir())


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "west", "south"),
    [
        ("nlcd_ma_ct_albers_30m.tif", -73.1, 41.9),
        ("nlcd2011_augusta_ga_albers_30m.tif", -82.35, 33.5),
        ("nlcd_rhode_island_mercator_30m.tif", -71.6, 41.6),
    ],
)
def test_real_files_give_the_regional_shares_that_gdal_samples(tmp_path, shared, name, west, south):
    path = shared / "data" / "nlcd" / name
    domain = build_domain(Region("r", shapely.box(west, south, west + 0.05, south + 0.05)), "r")
    code, out = run_cover(tmp_path, domain, path)
    assert code == 0
    ds = xr.load_dataset(out, engine="netcdf4")
    np.testing.assert_allclose(ds["fraction"].sum("cover"), 1.0)
    assert (ds["valid_fraction"] == 1).all()
    sampled = np.zeros((360, 360), dtype="uint8")
    with rasterio.open(path) as raster:
        reproject(
            raster.read(1),
            sampled,
            src_transform=raster.transform,
            src_crs=raster.crs,
            dst_transform=from_origin(west, south + 0.05, 1 / 7200, 1 / 7200),
            dst_crs="EPSG:4326",
        )
    land = 1.0 - ds["water_fraction"]
    forest = np.isin(sampled, [41, 42, 43, 90]).mean()
    assert float((ds["fraction"].sel(cover="forest") * land).mean()) == pytest.approx(
        forest, abs=2e-3
    )
    assert float(ds["water_fraction"].mean()) == pytest.approx((sampled == 11).mean(), abs=2e-3)


@pytest.mark.shared
def test_truncated_real_file(tmp_path, shared, capsys):
    whole = (shared / "data" / "nlcd" / "nlcd_ma_ct_albers_30m.tif").read_bytes()
    path = tmp_path / "cut.tif"
    path.write_bytes(whole[: len(whole) // 3])
    domain = build_domain(Region("r", shapely.box(-73.1, 41.8, -73.0, 41.85)), "r")
    code, out = run_cover(tmp_path, domain, path)
    assert code == 2
    assert "cut.tif" in capsys.readouterr().err
    assert not out.exists()
