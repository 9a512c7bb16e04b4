"""NLDAS-2 granules: both formats give the same; what cannot be right is named."""

import gzip
from datetime import datetime

import numpy as np
import pytest
import rasterio

from edlite.errors import InputError
from edlite.sources.nldas import CANONICAL, open_granule, read_window
from helpers.grib1 import message
from helpers.nldas_files import GRIB_NAMES, LAT, LON, fields, write_netcdf

TIME = np.datetime64("2013-03-04T05:00:00", "s")
ROWS, COLS = slice(2, 6), slice(1, 9)


def read(path, rows=ROWS, cols=COLS):
    with open_granule(path) as granule:
        return read_window(granule, rows, cols)


def write_grib(path, times):
    with path.open("wb") as out:
        for time in times:
            values = fields(np.array([time]))
            values["Tair"][0, 0, 0] = np.nan  # outside the window that is read
            for name, element in GRIB_NAMES.items():
                label = datetime.fromisoformat(str(time))
                out.write(message(element, values[name][0], LAT, LON, label))
            out.write(message("PEVAP", values["Rainf"][0], LAT, LON, label))
    return path


def test_netcdf_window_in_model_units(tmp_path):
    path = write_netcdf(tmp_path / "a.nc", TIME)
    found = read(path)
    raw = {k: v[:, ROWS, COLS] for k, v in fields(np.array([TIME])).items()}
    assert tuple(found) == CANONICAL
    np.testing.assert_allclose(found["air_temperature"], raw["Tair"], rtol=1e-6)
    np.testing.assert_allclose(found["wind_speed"], 5.0)
    np.testing.assert_allclose(found["precipitation"], 1e-3, rtol=1e-6)  # 3.6 mm in an hour


def test_descending_latitude_and_several_hours(tmp_path):
    time = TIME + np.arange(5) * np.timedelta64(3600, "s")
    up = read(write_netcdf(tmp_path / "up.nc", time))
    down = read(write_netcdf(tmp_path / "down.nc", time, flip=True))
    for name in CANONICAL:
        assert up[name].shape == (5, 4, 8)
        np.testing.assert_array_equal(up[name], down[name])
    with open_granule(tmp_path / "down.nc") as granule:
        np.testing.assert_array_equal(granule.time, time)
        np.testing.assert_allclose(granule.lat, LAT)


@pytest.mark.parametrize("hours", [1, 2])
def test_grib_gives_what_netcdf_gives(tmp_path, hours):
    """Kelvin stays kelvin (GDAL would convert), rain carries its label, rows run northward."""
    times = TIME + np.arange(hours) * np.timedelta64(3600, "s")
    grib = write_grib(tmp_path / "a.grb", times)
    with open_granule(grib) as granule:
        np.testing.assert_array_equal(granule.time, times)
        np.testing.assert_allclose(granule.lat, LAT, atol=1e-9)
        np.testing.assert_allclose(granule.lon, LON, atol=1e-9)
    expected, found = read(write_netcdf(tmp_path / "a.nc", times)), read(grib)
    for name in CANONICAL:
        np.testing.assert_allclose(found[name], expected[name], rtol=2e-6)


def test_bitmap_of_grib_is_missing(tmp_path):
    with pytest.raises(InputError, match=r"TMP.*missing at 2013-03-04T05:00:00 UTC, 31\.8125 N"):
        read(write_grib(tmp_path / "a.grb", [TIME]), slice(0, 3), slice(0, 3))


def test_grib_without_a_variable(tmp_path):
    path = tmp_path / "a.grb"
    path.write_bytes(
        message("TMP", fields(np.array([TIME]))["Tair"][0], LAT, LON, datetime(2013, 3, 4, 5))
    )
    with pytest.raises(InputError, match="SPFH of 2013-03-04T05:00:00"):
        read(path)


BAD = {
    "celsius": ("Tair", lambda x: x - 273.15, "180 to 340 K"),
    "hectopascal": ("PSurf", lambda x: x / 100.0, "Pa"),
    "gram per kilogram": ("Qair", lambda x: x * 1000.0, "not g kg-1"),
    "negative sun": ("SWdown", lambda x: x - 1000.0, "never negative"),
    "negative sky": ("LWdown", lambda x: -x, "never negative"),
    "fill value": ("Tair", lambda x: np.where(x > x.max() - 1.2, -9999.0, x), "missing at"),
    "not a number": ("Qair", lambda x: np.where(x > x.mean(), np.nan, x), "missing at"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_values_are_named(tmp_path, case):
    name, change, hint = BAD[case]
    value = change(fields(np.array([TIME]))[name])
    path = write_netcdf(tmp_path / "bad.nc", TIME, values={name: value})
    with pytest.raises(InputError, match=hint) as error:
        read(path, slice(0, 8), slice(0, 12))
    assert "bad.nc" in str(error.value) and name in str(error.value)


def test_fill_outside_the_window_is_no_matter(tmp_path):
    value = fields(np.array([TIME]))["Tair"]
    value[:, 7, :] = -9999.0
    read(write_netcdf(tmp_path / "coast.nc", TIME, values={"Tair": value}))


def test_tiny_negatives_are_zero(tmp_path):
    value = np.full((1, LAT.size, LON.size), -0.3)
    found = read(write_netcdf(tmp_path / "a.nc", TIME, values={"SWdown": value}))
    assert np.all(found["shortwave_down"] == 0.0)


def test_unit_attribute_that_disagrees(tmp_path):
    path = write_netcdf(tmp_path / "a.nc", TIME, units={"Tair": "degC"})
    with pytest.raises(InputError, match="units of Tair is 'degC'; expected K"):
        read(path)
    rate = write_netcdf(tmp_path / "b.nc", TIME, units={"Rainf": "kg m-2 s-1"})
    with pytest.raises(InputError, match="units of Rainf"):
        read(rate)


@pytest.mark.parametrize("keep", [0.9, 0.3, 0.0])
def test_truncated_netcdf(tmp_path, keep):
    path = write_netcdf(tmp_path / "a.nc", TIME)
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(InputError, match=r"a\.nc.*complete netCDF file"):
        read(path)


def test_truncated_grib(tmp_path):
    path = write_grib(tmp_path / "a.grb", [TIME])
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(InputError, match=r"a\.grb"):
        read(path)


def test_other_files(tmp_path):
    with pytest.raises(InputError, match="existing file|granule"):
        read(tmp_path / "absent.nc")
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(InputError, match="a name that ends in"):
        read(tmp_path / "a.txt")


@pytest.mark.shared
def test_real_message_of_the_grid(shared, tmp_path):
    """The real elevation message lies on the grid that the reader makes of it."""
    path = tmp_path / "elevation.grb"
    path.write_bytes(gzip.decompress((shared / "data/nldas/NLDAS_ELEVATION.grb.gz").read_bytes()))
    from edlite.sources.nldas_variables import snap

    with rasterio.open(path) as raster:
        t, height, width = raster.transform, raster.height, raster.width
        elevation = raster.read(1, masked=True)[::-1]
    lat = snap(t.f + t.e * (np.arange(height) + 0.5))[::-1]
    lon = snap(t.c + t.a * (np.arange(width) + 0.5))
    np.testing.assert_allclose(lat, 25.0625 + 0.125 * np.arange(224), atol=1e-12)
    np.testing.assert_allclose(lon, -124.9375 + 0.125 * np.arange(464), atol=1e-12)
    assert elevation[np.abs(lat - 39.06).argmin(), np.abs(lon + 106.4).argmin()] > 2800  # Rockies
    with pytest.raises(InputError, match="messages"), open_granule(path):
        pass
