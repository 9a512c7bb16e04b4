"""Radar pixels to cells, against GDAL's averaging and by hand."""

import json

import h5py
import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner
from rasterio.transform import from_origin
from rasterio.warp import Resampling, reproject

from edlite.assimilation.regrid import RzsmOptions, regrid_flights
from edlite.cli import group
from edlite.errors import InputError
from edlite.files import write_dataset
from edlite.grid import grid
from edlite.grid.domain import cell_coordinates
from edlite.soil.layers import RADAR_BOTTOM, RADAR_TOP

NORTH, WEST, ROWS, COLS = 31.75, -110.0, 4, 5
PIXEL = 1 / 1200


@pytest.fixture
def domain(tmp_path):
    row, col = grid.row_col_at(NORTH - 1e-4, WEST + 1e-4)
    cells = grid.cell_id(row + np.arange(ROWS)[:, None], col + np.arange(COLS)).ravel()
    area = ("cell", grid.cell_area(cells), {"units": "m2", "long_name": "area"})
    ds = xr.Dataset({"area": area}, cell_coordinates(cells))
    write_dataset(ds, tmp_path / "domain.nc", region="Walnut")
    return ds


def random_profile(seed=0, rows=10 * ROWS, cols=10 * COLS):
    rng = np.random.default_rng(seed)
    c = np.stack([rng.uniform(-0.05, 0.05, (rows, cols)) for _ in range(2)])
    return np.concatenate([c, rng.uniform(0.12, 0.3, (1, rows, cols))])


def write_flight(path, coefficients, time="2013-07-18T18:00:00", north=NORTH, west=WEST):
    rows, cols = coefficients.shape[1:]
    lons, lats = np.meshgrid(
        west + (np.arange(cols) + 0.5) * PIXEL, north - (np.arange(rows) + 0.5) * PIXEL
    )
    with h5py.File(path, "w") as out:
        out.attrs["time_coverage_start"] = time
        out["lats"], out["lons"] = lats, lons
        for i, values in enumerate(coefficients):
            out[f"COEFF{i + 1}"] = values
    return path


def gdal_average(layer):
    """GDAL's area average of the 3 arc-second image on the 30 arc-second cells."""
    out = np.empty((ROWS, COLS))
    reproject(
        np.where(np.isnan(layer), -9999.0, layer),
        out,
        src_transform=from_origin(WEST, NORTH, PIXEL, PIXEL),
        dst_transform=from_origin(WEST, NORTH, 10 * PIXEL, 10 * PIXEL),
        src_crs="EPSG:4326",
        dst_crs="EPSG:4326",
        src_nodata=-9999.0,
        dst_nodata=-9999.0,
        resampling=Resampling.average,
    )
    return np.where(out == -9999.0, np.nan, out)


def layer_of(c, i):
    top, bottom = RADAR_TOP[i], RADAR_BOTTOM[i]
    z = top + (bottom - top) * (np.arange(2000) + 0.5) / 2000  # midpoint rule
    return c[0] * np.mean(z**2) + c[1] * np.mean(z) + c[2]


def test_mean_equals_gdal(domain, tmp_path):
    c = random_profile()
    c[:, 3:17, 8:26] = np.nan  # a lake across cells
    c[:, 20:30, 30:40] = np.nan  # a whole cell
    path = write_flight(tmp_path / "a.h5", np.nan_to_num(c, nan=-9999.0))
    ds = regrid_flights(domain, [path], 2013, RzsmOptions(min_valid_fraction=0.0))
    assert ds["theta"].dims == ("flight", "layer", "cell")
    for i in range(6):
        expected = gdal_average(layer_of(c, i)).ravel()
        np.testing.assert_allclose(ds["theta"][0, i], expected, rtol=2e-7)
    valid = np.isfinite(c[0]).reshape(ROWS, 10, COLS, 10)
    np.testing.assert_allclose(ds["valid_fraction"][0, 0], valid.mean(axis=(1, 3)).ravel())
    blocks = layer_of(c, 2).reshape(ROWS, 10, COLS, 10)
    sd = np.nanstd(blocks[0, :, 4], axis=(0, 1))
    assert float(ds["theta_sd"][0, 2, 4]) == pytest.approx(sd, rel=1e-6)


def test_too_few_pixels_leave_a_cell_empty(domain, tmp_path):
    c = random_profile()
    c[:, :10, :4] = -9999.0  # 40 % of the first cell
    c[:, :10, 10:17] = -9999.0  # 70 % of the second
    path = write_flight(tmp_path / "a.h5", c)
    theta = regrid_flights(domain, [path], 2013, RzsmOptions())["theta"][0, 0]
    assert np.isfinite(theta[0]) and np.isnan(theta[1]) and np.isfinite(theta[2:]).all()


def test_values_out_of_range_are_masked_and_counted(domain, tmp_path):
    c = np.zeros((3, 10 * ROWS, 10 * COLS))
    c[2] = 0.2
    c[2, 0, :10] = 0.9  # a tenth of the first cell
    c[2, 1, 10:20] = -0.1
    path = write_flight(tmp_path / "a.h5", c)
    ds = regrid_flights(domain, [path], 2013, RzsmOptions())
    np.testing.assert_allclose(ds["theta"], 0.2, rtol=1e-6)
    np.testing.assert_allclose(ds["valid_fraction"][0, 0, :3], [0.9, 0.9, 1.0], rtol=1e-6)
    np.testing.assert_allclose(ds["out_of_range"], 20 / c[0].size, rtol=1e-6)
    wide = regrid_flights(domain, [path], 2013, RzsmOptions(valid_range=(-0.5, 0.7)))
    assert float(wide["theta"][0, 0, 1]) == pytest.approx(0.9 * 0.2 + 0.1 * -0.1, rel=1e-6)


def test_image_that_covers_part_of_a_cell(domain, tmp_path):
    c = random_profile(rows=40, cols=47)  # the last column of cells is 70 % seen
    ds = regrid_flights(domain, [write_flight(tmp_path / "a.h5", c)], 2013, RzsmOptions())
    fraction = ds["valid_fraction"].values.reshape(6, ROWS, COLS)
    np.testing.assert_allclose(fraction[:, :, :4], 1.0)
    np.testing.assert_allclose(fraction[:, :, 4], 0.7, rtol=1e-6)


def run(*arguments):
    result = CliRunner().invoke(group, [str(a) for a in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output


def test_command_keeps_the_year_in_order_of_time(domain, tmp_path):
    times = ["2013-10-20T17:00:00", "2012-09-20T18:00:00", "2013-07-18T18:00:00"]
    paths = [
        write_flight(tmp_path / f"{i}.h5", random_profile(i), time) for i, time in enumerate(times)
    ]
    out = tmp_path / "rzsm.nc"
    run(
        *("regrid-rzsm", "--domain", tmp_path / "domain.nc", "--flight", *paths, "--year", 2013),
        *("--params", json.dumps({"synthetic": True}), "--out", out),
    )
    with xr.open_dataset(out, engine="netcdf4") as ds:
        assert ds["time"].values.astype("datetime64[s]").astype(str).tolist() == [
            times[2],
            times[0],
        ]
        assert ds.attrs["synthetic"] == 1 and ds.attrs["region"] == "Walnut"
        np.testing.assert_array_equal(ds["layer_bottom"], RADAR_BOTTOM)
        np.testing.assert_array_equal(ds["cell_id"], domain["cell_id"])


@pytest.mark.parametrize("year", ["none given", "another year"])
def test_year_without_flights(domain, tmp_path, year):
    path = write_flight(tmp_path / "a.h5", random_profile())
    flights = ("--flight", path) if year == "another year" else ()
    out = tmp_path / "rzsm.nc"
    run("regrid-rzsm", "--domain", tmp_path / "domain.nc", *flights, "--year", 2011, "--out", out)
    with xr.open_dataset(out, engine="netcdf4") as ds:
        assert ds.sizes == {"flight": 0, "layer": 6, "cell": ROWS * COLS}
        assert np.issubdtype(ds["time"].dtype, np.datetime64)


def test_flight_elsewhere_and_two_at_one_time(domain, tmp_path):
    away = write_flight(tmp_path / "away.h5", random_profile(), north=45.0)
    with pytest.raises(InputError, match=r"away\.h5: extent"):
        regrid_flights(domain, [away], 2013, RzsmOptions())
    twins = [write_flight(tmp_path / f"{i}.h5", random_profile()) for i in range(2)]
    with pytest.raises(InputError, match=r"1\.h5: time"):
        regrid_flights(domain, twins, 2013, RzsmOptions())


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ({"min_valid_fraction": 1.5}, "min_valid_fraction"),
        ({"valid_range": [0.7, 0.0]}, "valid_range"),
        ({"format": "grib"}, "format"),
        ({"minimum": 1}, "minimum"),
    ],
)
def test_options(section, key):
    with pytest.raises(InputError, match=key):
        RzsmOptions.from_params(section)
