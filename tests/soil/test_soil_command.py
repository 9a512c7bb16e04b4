"""`edlite soil` from survey files to soil.nc, and what it refuses."""

import re

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
import xarray as xr
from rasterio.transform import from_origin

from edlite.cli import main
from edlite.errors import InputError
from edlite.files import write_dataset
from edlite.grid.domain import build_domain
from edlite.grid.regions import Region
from edlite.soil.build import SoilOptions
from survey_tables import write_native

WEST, NORTH = -90.0, 40.0


@pytest.fixture
def domain(tmp_path):
    """File of four cells in a row."""
    box = shapely.box(WEST, NORTH - 1 / 120, WEST + 4 / 120, NORTH)
    return write_dataset(build_domain(Region("t", box), "t"), tmp_path / "domain.nc", region="t")


@pytest.fixture
def tables(tmp_path):
    return write_native(tmp_path / "tables", header=False)


def write_keys(path, keys, dtype="uint32"):
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=keys.shape[0],
        width=keys.shape[1],
        count=1,
        dtype=dtype,
        crs="EPSG:4326",
        nodata=0,
        transform=from_origin(WEST, NORTH, 1 / 1200, 1 / 1200),
    ) as raster:
        raster.write(keys.astype(dtype), 1)
    return path


def keys_by_cell(*keys):
    return np.repeat(np.repeat([keys], 10, axis=1), 10, axis=0)


def run(tmp_path, domain, mukey, tables, params="{}"):
    out = tmp_path / "out" / "soil.nc"
    options = {"--domain": domain, "--mukey": mukey, "--tables": tables, "--params": params}
    arguments = [str(a) for pair in options.items() for a in pair]
    with pytest.raises(SystemExit) as stop:
        main(["soil", *arguments, "--out", str(out)])
    return stop.value.code, out


def test_soil_file(tmp_path, domain, tables):
    mukey = write_keys(tmp_path / "mukey.tif", keys_by_cell(1, 2, 3, 0))
    code, out = run(tmp_path, domain, mukey, tables)
    assert code == 0
    ds = xr.load_dataset(out, engine="netcdf4")
    # map unit 1: components 11 (0.55 sand) and 12 (0.80 sand), weights 0.6 and 0.3
    np.testing.assert_allclose(ds["sand"][0], (0.6 * 0.55 + 0.3 * 0.80) / 0.9)
    np.testing.assert_allclose(ds["soil_depth"], [0.9, 8.0, 8.0, 8.0])
    assert ds["n_layer"].values.tolist() == [5, 9, 9, 9]
    assert ds["bottom_boundary"].values.tolist() == [0, 1, 1, 1]
    # 20 % sand, 40 % clay is a silty clay loam
    assert ds["texture_class"].values.tolist()[1:] == [7, 7, 7]
    np.testing.assert_allclose(ds["valid_fraction"], [0.9, 1.0, 0.0, 0.0])
    np.testing.assert_array_equal(ds["clay"][2:], ds["clay"][[1, 1]])  # filled from the neighbour
    assert ds["theta_s"].dims == ("cell", "layer")
    np.testing.assert_allclose(ds["theta_s"][1], 0.505 - 0.142 * 0.20 - 0.037 * 0.40)
    np.testing.assert_allclose(ds["layer_bottom"][-1], 8.0)
    assert all({"units", "long_name"} <= set(v.attrs) for v in ds.data_vars.values())


def test_water_limits_from_the_survey(tmp_path, domain, tables):
    mukey = write_keys(tmp_path / "mukey.tif", keys_by_cell(1, 2, 1, 2))
    code, out = run(tmp_path, domain, mukey, tables, '{"soil": {"water_limits": "survey"}}')
    assert code == 0
    ds = xr.load_dataset(out, engine="netcdf4")
    np.testing.assert_allclose(ds["theta_s"][1], 0.48)
    b = 3.10 + 15.7 * 0.40 - 0.3 * 0.20
    np.testing.assert_allclose(ds["theta_r"][1], 0.22 * (152.96 / 316.11) ** (1 / b))
    assert (ds["theta_wp"] >= ds["theta_r"] + 0.01 - 1e-12).all()


def test_column_ends_with_the_survey_where_asked(tmp_path, domain, tables):
    mukey = write_keys(tmp_path / "mukey.tif", keys_by_cell(2, 2, 2, 2))
    params = '{"soil": {"unrestricted": "surveyed", "min_layers": 3}}'
    _, out = run(tmp_path, domain, mukey, tables, params)
    ds = xr.load_dataset(out, engine="netcdf4")
    assert ds["n_layer"].values.tolist() == [6] * 4
    assert (ds["bottom_boundary"] == 1).all()


def test_polygons_are_accepted(tmp_path, domain, tables):
    boxes = [shapely.box(WEST + i / 60, 39.9, WEST + (i + 1) / 60, 40.1) for i in (0, 1)]
    frame = gpd.GeoDataFrame({"MUKEY": ["1", "2"]}, geometry=boxes, crs=4326)
    frame.to_crs(26915).to_file(tmp_path / "units.gpkg")
    code, out = run(tmp_path, domain, tmp_path / "units.gpkg", tables)
    assert code == 0
    ds = xr.load_dataset(out, engine="netcdf4")
    assert ds["bottom_boundary"].values.tolist() == [0, 0, 1, 1]
    frame.set_crs(None, allow_override=True).to_file(tmp_path / "none.shp")
    code, _ = run(tmp_path, domain, tmp_path / "none.shp", tables)
    assert code == 2


def test_refusals_are_one_line_and_leave_nothing(tmp_path, domain, tables, capsys):
    good = write_keys(tmp_path / "good.tif", keys_by_cell(1, 2, 1, 2))
    rasters = {
        "missing": tmp_path / "none.tif",
        "float32": write_keys(tmp_path / "e.tif", keys_by_cell(1, 16777218, 1, 2), "float32"),
        r"\[9\].*1 keys on 25.0%": write_keys(tmp_path / "a.tif", keys_by_cell(1, 9, 1, 2)),
        "covers the region.*1 of 4": write_keys(tmp_path / "b.tif", keys_by_cell(1, 2, 1)),
        "in 3 of 4 cells": write_keys(tmp_path / "c.tif", keys_by_cell(1, 3, 3, 3)),
        "positive keys": write_keys(tmp_path / "d.tif", keys_by_cell(-1, 1, 1, 1), "int32"),
    }
    cases = [(message, path, tables, "{}") for message, path in rasters.items()]
    cases += [
        ("folder with SSURGO", good, tmp_path / "nowhere", "{}"),
        ("texture.*survey", good, tables, '{"soil": {"water_limits": "rosetta"}}'),
        ("soil.depth", good, tables, '{"soil": {"depth": 3}}'),
    ]
    for message, mukey, folder, params in cases:
        code, out = run(tmp_path, domain, mukey, folder, params)
        error = capsys.readouterr().err.strip()
        assert code == 2, message
        assert re.search(message, error), error
        assert error.count("\n") == 0
        assert not out.parent.exists()


@pytest.mark.parametrize(
    "section",
    [{"depth_max": 9.0}, {"depth_max": "deep"}, {"min_layers": 0}, {"unrestricted": "none"}],
)
def test_options_out_of_range(section):
    with pytest.raises(InputError, match=f"soil.{next(iter(section))}"):
        SoilOptions.from_config(section)


@pytest.mark.shared
def test_real_iowa_polygons_and_tables(tmp_path, shared):
    box = shapely.box(-93.7635, 42.0165, -93.7582, 42.025)
    domain = write_dataset(build_domain(Region("isu", box), "t"), tmp_path / "d.nc", region="isu")
    folder = shared / "data" / "ssurgo" / "isuag"
    code, out = run(tmp_path, domain, folder / "ISUAG_SSURGO_Mapunits.shp", folder)
    assert code == 0
    ds = xr.load_dataset(out, engine="netcdf4")
    # about a hundred metres square of a cell of 927 m x 689 m, Des Moines lobe loams
    assert 0.005 < float(ds["valid_fraction"][0]) < 0.03
    assert 0.35 < float(ds["sand"][0]) < 0.48
    assert int(ds["texture_class"][0]) == 5
    assert int(ds["n_layer"][0]) == 9


@pytest.mark.shared
def test_real_michigan_raster_without_matching_tables(tmp_path, shared, capsys):
    box = shapely.box(-84.975, 42.167, -84.959, 42.183)
    domain = write_dataset(build_domain(Region("mi", box), "t"), tmp_path / "d.nc", region="mi")
    mukey = shared / "data" / "ssurgo" / "gssurgo_mapunitraster_10m_crop_mi.tif"
    code, out = run(tmp_path, domain, mukey, shared / "data" / "ssurgo" / "tx347_tx401")
    assert code == 2
    assert "100.0% of the area" in capsys.readouterr().err
    assert not out.exists()
