"""The 600 s forcing: means kept, labels honoured, bad input named."""

import numpy as np
import pytest
import xarray as xr

from edlite.errors import InputError
from edlite.files import write_dataset
from edlite.kernels.solar import split_shortwave
from edlite.model import meteorology as met
from edlite.model.time_interpolation import SOLAR_CONSTANT, cos_zenith_at, mean_cos_zenith_of

LAT, LON = np.array([31.7, 44.4]), np.array([-110.0, -121.5])


def forcing(n_hour=73, step_min=60, clearness=0.6, start="2013-07-01T00:00"):
    time = np.datetime64(start, "s") + np.arange(n_hour) * np.timedelta64(60 * step_min, "s")
    mu = np.maximum(0.0, cos_zenith_at(time, LAT, LON))
    hours = np.arange(n_hour)[:, None] * step_min / 60.0
    ramp = hours + np.zeros(2)
    values = {
        "air_temperature": 280.0 + 0.3 * ramp,
        "specific_humidity": 0.005 + 1e-5 * ramp,
        "air_pressure": 9.0e4 + ramp,
        "wind_speed": 1.0 + 0.01 * ramp,
        "longwave_down": 300.0 + ramp,
        "shortwave_down": SOLAR_CONSTANT * clearness * mu,
        "precipitation": 1e-5 * ramp,
    }
    ds = xr.Dataset(
        {name: (("time", "point"), value) for name, value in values.items()},
        {"time": time.astype("datetime64[ns]"), "lat": ("point", LAT), "lon": ("point", LON)},
    )
    ds["co2"] = ("time", 390.0 + 0.1 * hours[:, 0])
    return ds


def shortwave(block):
    return block[:, met.PAR_BEAM : met.NIR_DIFFUSE + 1].sum(axis=1)


def test_instantaneous_state_is_linear_at_step_centres():
    block = met.Meteorology(forcing(), "instantaneous").day("2013-07-02")
    assert block.shape == (144, met.N_MET, 2) and block.dtype == np.float64
    centre_hour = 24.0 + (np.arange(144) + 0.5) / 6.0
    for row, base, slope in [
        (met.AIR_TEMPERATURE, 280.0, 0.3),
        (met.SPECIFIC_HUMIDITY, 0.005, 1e-5),
        (met.AIR_PRESSURE, 9.0e4, 1.0),
        (met.WIND_SPEED, 1.0, 0.01),
        (met.LONGWAVE_DOWN, 300.0, 1.0),
        (met.CO2, 390.0, 0.1),
    ]:
        np.testing.assert_allclose(block[:, row, 1], base + slope * centre_hour, rtol=1e-12)


def test_instantaneous_rain_belongs_to_the_hour_that_ends_at_the_label():
    block = met.Meteorology(forcing(), "instantaneous").day("2013-07-01")
    rain = block[:, met.PRECIPITATION, 0]
    np.testing.assert_allclose(rain[:6], 1e-5)  # label 01:00
    np.testing.assert_allclose(rain[-6:], 24e-5)  # label 00:00 of the next day


def test_instantaneous_shortwave_follows_the_sun():
    """A constant clearness ratio comes back exactly: no energy lost at sunrise or sunset."""
    block = met.Meteorology(forcing(), "instantaneous").day("2013-07-02")
    starts = np.datetime64("2013-07-02", "s") + np.arange(144) * np.timedelta64(600, "s")
    mu = mean_cos_zenith_of(starts, 600.0, LAT, LON)
    np.testing.assert_allclose(block[:, met.COS_ZENITH], mu)
    np.testing.assert_allclose(shortwave(block), 0.6 * SOLAR_CONSTANT * mu, atol=1e-9)


def test_noisy_labels_at_sunrise_are_not_amplified():
    ds = forcing()
    mu = cos_zenith_at(ds.time.values, LAT, LON)
    ds["shortwave_down"] = ds["shortwave_down"] + 40.0 * (mu < 0.08)
    block = met.Meteorology(ds, "instantaneous").day("2013-07-02")
    assert np.all(shortwave(block) <= 0.6 * SOLAR_CONSTANT * block[:, met.COS_ZENITH] + 1e-9)


@pytest.mark.parametrize("step_min", [30, 60])
def test_mean_forcing_keeps_the_means(step_min):
    n = 3 * 24 * 60 // step_min
    ds = forcing(n, step_min)
    rng = np.random.default_rng(1)
    ds["shortwave_down"] = ds["shortwave_down"] * rng.uniform(0.2, 1.3, (n, 2)) + 1.0
    block = met.Meteorology(ds, "mean").day("2013-07-02")
    day = ds.sel(time="2013-07-02")
    n_sub = step_min // 10
    means = shortwave(block).reshape(-1, n_sub, 2).mean(axis=1)
    np.testing.assert_allclose(means, day["shortwave_down"].values, rtol=1e-12)
    np.testing.assert_array_equal(block[::n_sub, met.PRECIPITATION], day["precipitation"].values)
    np.testing.assert_array_equal(block[:n_sub, met.AIR_TEMPERATURE, 0], 287.2)
    assert shortwave(block).max() <= SOLAR_CONSTANT


def test_given_bands_and_sun_are_used_as_they_are():
    ds = forcing(145, 10).drop_vars("shortwave_down")
    for i, name in enumerate((*met.BANDS, "cos_zenith")):
        ds[name] = (("time", "point"), np.full((145, 2), 0.1 * (i + 1)))
    block = met.Meteorology(ds, "none").day("2013-07-01")
    for i in range(5):
        np.testing.assert_array_equal(block[:, met.PAR_BEAM + i], 0.1 * (i + 1))
    with pytest.raises(InputError, match="par_beam"):
        met.Meteorology(ds, "instantaneous")


def test_none_holds_shortwave_and_splits_it():
    block = met.Meteorology(forcing(48), "none").day("2013-07-01")
    np.testing.assert_allclose(shortwave(block)[120:126, 0], shortwave(block)[120, 0])
    step = block[120]
    expected = split_shortwave(
        shortwave(block)[120, 0], step[met.COS_ZENITH, 0], step[met.AIR_PRESSURE, 0]
    )
    np.testing.assert_allclose(step[met.PAR_BEAM : met.NIR_DIFFUSE + 1, 0], expected)


def test_day_in_a_series_that_starts_off_midnight():
    ds = forcing(96)
    whole = met.Meteorology(ds, "mean").day("2013-07-02")
    late = met.Meteorology(ds.isel(time=slice(7, None)), "mean").day("2013-07-02")
    np.testing.assert_array_equal(whole, late)


def test_forcing_file_is_flattened_in_lat_lon_order(tmp_path):
    ds = forcing(25)
    grid = ds.drop_vars(("lat", "lon")).isel(point=0, drop=True)
    for name in grid.data_vars:
        if name != "co2":
            grid[name] = grid[name].expand_dims(
                lat=[31.5625, 31.6875], lon=[-110.1, -110.0, -109.9]
            )
            grid[name] = grid[name].transpose("time", "lat", "lon")
        grid[name].attrs = {"units": "1", "long_name": name}
    grid["air_temperature"] = grid["air_temperature"] + xr.DataArray(
        np.arange(6.0).reshape(2, 3), dims=("lat", "lon")
    )
    grid["air_temperature"].attrs = {"units": "K", "long_name": "air temperature"}
    path = write_dataset(grid, tmp_path / "2013.nc")
    m = met.Meteorology.from_forcing_file(path)
    assert m.shape == (2, 3) and m.n_point == 6
    np.testing.assert_allclose(m.lat, [31.5625] * 3 + [31.6875] * 3)
    first = m.day("2013-07-01")[0, met.AIR_TEMPERATURE]
    np.testing.assert_allclose(first - first[0], np.arange(6.0))


def test_gap_names_file_variable_and_time():
    ds = forcing()
    ds["wind_speed"][30, 1] = np.nan
    with pytest.raises(InputError, match=r"tower\.nc: wind_speed.*2013-07-02T06:00:00"):
        met.Meteorology(ds, "instantaneous", source="tower.nc")


def test_absent_hour_names_the_place():
    ds = forcing().isel(time=[*range(10), *range(11, 73)])
    with pytest.raises(InputError, match="2013-07-01T09:00:00 followed by 2013-07-01T11:00:00"):
        met.Meteorology(ds, "instantaneous")


@pytest.mark.parametrize("date", ["2013-06-30", "2013-07-04"])
def test_day_outside_the_range(date):
    with pytest.raises(InputError, match=date):
        met.Meteorology(forcing(), "instantaneous").day(date)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("air_temperature", lambda x: x - 273.15),
        ("air_pressure", lambda x: x / 100.0),
        ("specific_humidity", lambda x: x * 1000.0),
        ("precipitation", lambda x: x * 3600.0 + 1.0),
        ("shortwave_down", lambda x: x - 5.0),
        ("co2", lambda x: x * 1e-6),
    ],
)
def test_wrong_unit_is_named(name, change):
    ds = forcing()
    ds[name] = change(ds[name])
    with pytest.raises(InputError, match=name):
        met.Meteorology(ds, "instantaneous")


def test_missing_variable_is_named():
    with pytest.raises(InputError, match="longwave_down"):
        met.Meteorology(forcing().drop_vars("longwave_down"), "mean")
