"""Forcing that is refused before a run, and why, in edlite's own layout and in tables."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from site_files import record_table, site_content, write_site

from edlite.errors import InputError
from edlite.model.meteorology import BANDS
from edlite.site.config import read_site_run
from edlite.site.forcing import site_forcing, site_meteorology

VALUES = {
    "air_temperature": (290.0, "K"),
    "specific_humidity": (0.008, "kg kg-1"),
    "air_pressure": (98000.0, "Pa"),
    "wind_speed": (2.0, "m s-1"),
    "longwave_down": (340.0, "W m-2"),
    "precipitation": (0.0, "kg m-2 s-1"),
    "par_beam": (60.0, "W m-2"),
    "par_diffuse": (50.0, "W m-2"),
    "nir_beam": (70.0, "W m-2"),
    "nir_diffuse": (40.0, "W m-2"),
    "cos_zenith": (0.4, "-"),
}


def model_file(step_s: int = 600, days: int = 3) -> xr.Dataset:
    n = days * 86400 // step_s
    time = np.datetime64("2013-07-01", "ns") + np.arange(n) * np.timedelta64(step_s, "s")
    return xr.Dataset(
        {n: ("time", np.full(time.size, v), {"units": u}) for n, (v, u) in VALUES.items()},
        {"time": time},
    )


def run_of(folder, ds: xr.Dataset, **forcing):
    ds.to_netcdf(folder / "met.nc", engine="netcdf4")
    model = {"path": "met.nc", "format": "edlite", "interpolation": "none"} | forcing
    return read_site_run(write_site(folder, site_content() | {"forcing": model}))


@pytest.mark.parametrize("step_s", [600, 1800, 3600])
def test_components_are_used_as_they_are(tmp_path, step_s):
    meteorology, _ = site_meteorology(run_of(tmp_path, model_file(step_s)))
    day = meteorology.day("2013-07-03")
    np.testing.assert_allclose(
        day[:, 7:11, 0].T, [[60.0] * 144, [50] * 144, [70] * 144, [40] * 144]
    )
    np.testing.assert_allclose(day[:, 11], 0.4)


def test_components_are_summed_where_the_sun_is_interpolated(tmp_path):
    run = run_of(tmp_path, model_file(3600), interpolation="mean-preserving")
    forcing = site_forcing(run)
    assert not set(BANDS) & set(forcing.data_vars) and "cos_zenith" not in forcing
    np.testing.assert_allclose(forcing["shortwave_down"], 220.0)


def test_one_shortwave(tmp_path):
    ds = model_file().drop_vars([*BANDS, "cos_zenith"])
    ds["shortwave_down"] = ("time", np.full(ds.sizes["time"], 300.0))
    meteorology, _ = site_meteorology(run_of(tmp_path, ds))
    np.testing.assert_allclose(meteorology.day("2013-07-02")[:, 7:11, 0].sum(axis=1), 300.0)


def test_longwave_may_be_estimated(tmp_path):
    ds = model_file().drop_vars("longwave_down")
    with pytest.raises(InputError, match="longwave_down; expected a variable"):
        site_forcing(run_of(tmp_path, ds))
    forcing = site_forcing(run_of(tmp_path, ds, longwave="estimated"))
    assert forcing.attrs["longwave"] == "estimated"
    assert 250 < float(forcing["longwave_down"].mean()) < 420


def test_gap_rules_are_for_towers(tmp_path):
    with pytest.raises(InputError, match="forcing.gaps; expected a known key"):
        run_of(tmp_path, model_file(), gaps={"linear_hours": 2})


def test_linear_needs_the_end(tmp_path):
    with pytest.raises(InputError, match="time is .*2013-07-04 covered"):
        site_forcing(run_of(tmp_path, model_file(), interpolation="linear"))
    meteorology, _ = site_meteorology(run_of(tmp_path, model_file(days=4), interpolation="linear"))
    assert meteorology.day("2013-07-03").shape[0] == 144


def scaled(name, factor):
    return lambda ds: ds.assign({name: ds[name] * factor})


def unit(name, text):
    return lambda ds: ds.assign({name: ds[name].assign_attrs(units=text)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (unit("air_temperature", "degC"), "unit of air_temperature is 'degC'; expected K"),
        (unit("precipitation", "mm h-1"), "unit of precipitation is 'mm h-1'"),
        (
            lambda ds: ds.assign(air_temperature=ds.air_temperature - 273.15),
            "air_temperature is 16",
        ),
        (scaled("air_pressure", 0.01), "air_pressure is 980"),
        (scaled("specific_humidity", 1000.0), "specific_humidity is 8"),
        (scaled("specific_humidity", 2.0), "specific_humidity is 0.016.*at most saturation"),
        (scaled("par_beam", -1.0), "par_beam is -60.*never negative"),
        (scaled("longwave_down", -1.0), "longwave_down is -340"),
        (lambda ds: ds.drop_vars("nir_beam"), "nir_beam; expected a variable"),
        (lambda ds: ds.drop_vars("wind_speed"), "wind_speed; expected a variable"),
        (lambda ds: ds.isel(time=np.delete(np.arange(432), slice(60, 66))), "T09:50 followed by"),
        (lambda ds: ds.isel(time=np.r_[0:50, 40:432]), "followed by .*no missing or repeated"),
        (lambda ds: ds.isel(time=slice(0, 300)), "time is .*2013-07-01 to 2013-07-04 covered"),
        (lambda ds: ds.where(np.arange(432) != 77), "no gap"),
        (lambda ds: ds.isel(time=slice(0, 432, 24)), "time step is '14400 seconds'"),
    ],
)
def test_model_layout_errors(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        site_meteorology(run_of(tmp_path, change(model_file())))


def table_run(folder, change):
    table = record_table()
    return read_site_run(write_site(folder, table=change(table)))


def negative_by_day(table):
    return table.assign(SW_IN_F=table["SW_IN_F"].where(table["SW_IN_F"] < 600.0, -10.0))


def test_tower_table_errors(tmp_path):
    with pytest.raises(InputError, match="shortwave_down is -10.*by day"):
        site_forcing(table_run(tmp_path, negative_by_day))

    def kelvin(table):
        return table.assign(TA_F=table["TA_F"] + 273.15)

    with pytest.raises(InputError, match="TA_F"):
        site_forcing(table_run(tmp_path, kelvin))

    def hours_missing(table):
        return table.drop(index=range(100, 108))

    with pytest.raises(InputError, match="missing at 8 of 144 steps .longest gap 4 h"):
        site_forcing(table_run(tmp_path, hours_missing))


def test_saturation_in_a_declared_table(tmp_path):
    """Specific humidity beyond saturation is an error; filled values are kept below it."""
    content = site_content()
    columns = {
        "air_temperature": {"column": "TA_F", "unit": "degC"},
        "specific_humidity": {"column": "q", "unit": "g kg-1"},
        "air_pressure": {"column": "PA_F", "unit": "kPa"},
        "wind_speed": {"column": "WS_F", "unit": "m s-1"},
        "shortwave_down": {"column": "SW_IN_F", "unit": "W m-2"},
        "longwave_down": {"column": "LW_IN_F", "unit": "W m-2"},
        "precipitation": {"column": "P_F", "unit": "mm"},
    }
    layout = {
        "time": "TIMESTAMP_START",
        "time_format": "%Y%m%d%H%M",
        "label": "start",
        "columns": columns,
    }
    content["forcing"] = {
        "path": "tower.csv",
        "format": "table",
        "utc_offset": -5,
        "table": layout,
        "gaps": {"linear_hours": 3},
    }
    table = record_table().assign(q=8.0)
    assert site_forcing(read_site_run(write_site(tmp_path, content, table)))["co2"].notnull().all()
    humid = table.assign(q=12.0)
    with pytest.raises(InputError, match="relative humidity is 1[0-9][0-9] percent"):
        site_forcing(read_site_run(write_site(tmp_path, content, humid)))
    gap = table.copy()
    gap.loc[100:103, "q"] = -9999
    gap.loc[[99, 104], "q"] = 8.4  # just below saturation at night
    forcing = site_forcing(read_site_run(write_site(tmp_path, content, gap)))
    assert forcing.attrs["gap_filled"] == "specific_humidity: 4"


def test_linear_tower_record(tmp_path):
    """States are linear between labels; the rain of a half hour stays in that half hour."""
    content = site_content()
    content["time"]["end"] = "2013-07-06"
    rainy = "2013-07-04"
    held = site_meteorology(read_site_run(write_site(tmp_path, content)))[0].day(rainy)
    content["forcing"]["interpolation"] = "linear"
    meteorology, forcing = site_meteorology(read_site_run(write_site(tmp_path, content)))
    assert forcing.sizes["time"] == 241
    day = meteorology.day(rainy)
    assert held[:, 5].max() > 0.0
    np.testing.assert_allclose(day[:, 5], held[:, 5])
    assert 0.1 < np.abs(day[:, 0] - held[:, 0]).max() < 1.0
