"""Forcing of a site run: period, gaps, CO2, longwave, the model's own layout."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from site_files import record_table, site_content, write_site

from edlite.errors import InputError
from edlite.site.config import read_site_run
from edlite.site.forcing import site_forcing, site_meteorology


def run_with(folder, table=None, **changes):
    content = site_content()
    for key, value in changes.items():
        content[key] = content[key] | value if isinstance(value, dict) else value
    return read_site_run(write_site(folder, content, table))


def test_period_and_meteorology(tmp_path):
    meteorology, forcing = site_meteorology(run_with(tmp_path))
    assert forcing["time"].values[0] == np.datetime64("2013-07-01")
    assert forcing.sizes["time"] == 144
    assert float(forcing["co2"][0]) == 400.0
    day = meteorology.day("2013-07-02")
    assert day.shape[0] == 144 and np.isfinite(day).all()
    # the half-hourly mean of shortwave is kept
    np.testing.assert_allclose(
        day[:, 7:11, 0].sum(axis=1).reshape(48, 3).mean(axis=1),
        forcing["shortwave_down"].values[48:96],
        atol=1e-6,
    )


def test_period_not_covered(tmp_path):
    early = {"start": "2013-06-30T00:00Z"}
    with pytest.raises(InputError, match="air_temperature.*first is at 2013-06-30T00:00"):
        site_forcing(run_with(tmp_path, time=early))
    cycled = site_forcing(run_with(tmp_path, time=early, forcing={"gaps": {"ends": "cycle"}}))
    assert cycled.sizes["time"] == 192


def test_gap_is_an_error_unless_a_rule_fills_it(tmp_path):
    table = record_table()
    table.loc[100:101, "WS_F"] = -9999
    with pytest.raises(InputError, match="wind_speed is 'missing at 2 of 144"):
        site_forcing(run_with(tmp_path, table))
    filled = site_forcing(run_with(tmp_path, table, forcing={"gaps": {"linear_hours": 1}}))
    assert filled.attrs["gap_filled"] == "wind_speed: 2"


def test_co2_of_the_record(tmp_path):
    forcing = site_forcing(run_with(tmp_path, co2="forcing"))
    np.testing.assert_allclose(forcing["co2"], 396.0)
    with pytest.raises(InputError, match="co2"):
        site_forcing(run_with(tmp_path, record_table().drop(columns="CO2_F_MDS"), co2="forcing"))


def test_longwave(tmp_path):
    dark = record_table().drop(columns="LW_IN_F")
    with pytest.raises(InputError, match="longwave_down"):
        site_forcing(run_with(tmp_path, dark))
    forcing = site_forcing(run_with(tmp_path, dark, forcing={"longwave": "estimated"}))
    assert forcing.attrs["longwave"] == "estimated"
    assert 280 < float(forcing["longwave_down"].mean()) < 420


def test_fill_record(tmp_path):
    table = record_table()
    table.to_csv(tmp_path / "full.csv", index=False)
    table.loc[60:80, "SW_IN_F"] = -9999
    fill = {"path": "full.csv", "format": "fluxnet", "utc_offset": -5}
    forcing = site_forcing(run_with(tmp_path, table, forcing={"fill": fill}))
    assert np.isfinite(forcing["shortwave_down"]).all()


def test_model_layout(tmp_path):
    time = np.datetime64("2013-07-01", "ns") + np.arange(3 * 144) * np.timedelta64(600, "s")
    values = {
        "air_temperature": 290.0,
        "specific_humidity": 0.008,
        "air_pressure": 98000.0,
        "wind_speed": 2.0,
        "longwave_down": 340.0,
        "precipitation": 0.0,
        "shortwave_down": 300.0,
    }
    ds = xr.Dataset({n: ("time", np.full(time.size, v)) for n, v in values.items()}, {"time": time})
    ds.to_netcdf(tmp_path / "met.nc", engine="netcdf4")
    model = {"path": "met.nc", "format": "edlite", "interpolation": "none"}
    content = site_content() | {"forcing": model}
    meteorology, _ = site_meteorology(read_site_run(write_site(tmp_path, content)))
    assert meteorology.day("2013-07-03").shape[0] == 144
    content["time"] = {"start": "2013-07-01", "end": "2013-07-05"}
    with pytest.raises(InputError, match="time is .*covered"):
        site_forcing(read_site_run(write_site(tmp_path, content)))
