"""Statistics and physics of the synthetic weather."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from edlite.demo.forcing import region_forcing, standard_pressure, tower_weather, window
from edlite.demo.humidity import relative_humidity
from edlite.demo.layout import block_bounds
from edlite.demo.random import correlated_noise, generator, smooth_field
from edlite.demo.subdaily import longwave_down
from edlite.demo.weather import WGEN_A, residuals, wet_days

REGIONS = ("Howland", "Harvard", "Duke", "Metolius", "Tonzi", "Walnut", "MOISST")


@pytest.mark.parametrize("year", [2013, 2014])
@pytest.mark.parametrize("region", REGIONS)
def test_annual_means_are_the_recipes(recipe, region, year):
    climate = recipe["regions"][region]["climate"]
    weather = tower_weather(recipe, region).loc[str(year)]
    assert len(weather) == 8760
    assert weather["temperature"].mean() - 273.15 == pytest.approx(
        np.mean(climate["temperature"]), abs=0.3
    )
    assert weather["precipitation"].sum() == pytest.approx(sum(climate["precipitation"]), rel=0.03)
    assert weather["cloud"].mean() == pytest.approx(np.mean(climate["cloud"]), abs=0.06)
    assert weather["wind"].mean() == pytest.approx(np.mean(climate["wind"]), rel=0.1)
    wet = weather["precipitation"].to_numpy() > 0
    assert 0.3 * sum(climate["wet_days"]) < wet.sum() / 5 < 3 * sum(climate["wet_days"])
    monthly = weather["temperature"].groupby(weather.index.month).mean() - 273.15
    # an extreme of 168 months whose means scatter by up to 2 K
    assert np.abs(monthly - climate["temperature"]).max() < 6.0


def test_window_encloses_the_block_with_its_margin(recipe):
    for region in REGIONS:
        lat, lon = window(recipe, region)
        west, south, east, north = block_bounds(recipe, region)
        margin = recipe["weather"]["margin"]
        assert lat[0] <= south - margin and lat[-1] >= north + margin
        assert lon[0] <= west - margin and lon[-1] >= east + margin
        # centres of the NLDAS-2 grid: 25.0625 N, 124.9375 W and steps of 1/8 degree
        assert np.allclose((lat - 25.0625) / 0.125, np.rint((lat - 25.0625) / 0.125))
        assert np.allclose((lon + 124.9375) / 0.125, np.rint((lon + 124.9375) / 0.125))


def test_forcing_is_physical(recipe):
    ds = region_forcing(recipe, "Metolius").astype(float)
    assert all(np.isfinite(v.values).all() for v in ds.data_vars.values())
    humidity = relative_humidity(ds["Qair"], ds["PSurf"], ds["Tair"])
    assert humidity.max() < 99.5 and humidity.min() > 1
    assert ds["Tair"].min() > 230 and ds["Tair"].max() < 325
    assert ds["SWdown"].min() >= 0 and ds["SWdown"].max() < 1150
    assert ds["LWdown"].min() > 100 and ds["LWdown"].max() < 520
    assert ds["Rainf"].min() >= 0
    # solar noon: the shortwave-weighted hour at 121.6 W is near 12 h + 121.6 / 15 h UTC
    solar = ds["SWdown"].mean(("lat", "lon"))
    angle = 2 * np.pi * (solar["time"].dt.hour.values - 121.56 / 15) / 24
    noon = np.arctan2((solar.values * np.sin(angle)).sum(), (solar.values * np.cos(angle)).sum())
    assert (noon * 12 / np.pi) % 24 == pytest.approx(12.0, abs=0.2)


def test_same_recipe_same_weather_other_seed_other_weather(recipe):
    first, again = tower_weather(recipe, "Duke"), tower_weather(recipe, "Duke")
    pd.testing.assert_frame_equal(first, again)
    other = tower_weather({**recipe, "seed": recipe["seed"] + 1}, "Duke")
    assert np.abs(other["temperature"] - first["temperature"]).max() > 1


def test_region_and_year_do_not_depend_on_the_others(recipe):
    both = tower_weather(recipe, "Tonzi")
    alone = {**recipe, "regions": {"Tonzi": recipe["regions"]["Tonzi"]}}
    pd.testing.assert_frame_equal(tower_weather(alone, "Tonzi"), both)
    for year in (2013, 2014):
        one = tower_weather({**recipe, "years": [year]}, "Tonzi")
        pd.testing.assert_frame_equal(one, both.loc[one.index], check_freq=False)
    first, second = (both.loc[str(year)].to_numpy() for year in (2013, 2014))
    assert abs(np.corrcoef(first[:, 3], second[:, 3])[0, 1]) < 0.5  # cloud cover


def test_new_year_is_no_step(recipe):
    """The days of one year lead into those of the next: no jump from label to label."""
    for region in REGIONS:
        change = tower_weather(recipe, region)[["temperature", "vapour_pressure", "wind"]].diff()
        night = change.loc["2013-12-31T12":"2014-01-02T12"].abs()
        assert (night.max() < change.drop(night.index).abs().max()).all()


def test_residuals_have_the_lag_matrix_of_the_generator(recipe):
    series = residuals(generator(recipe, "test", "residuals"), 40_000)
    assert np.allclose(series.std(axis=0), 1.0, atol=0.05)
    # least squares on lagged values recovers A
    estimate = np.linalg.lstsq(series[:-1], series[1:], rcond=None)[0].T
    assert np.allclose(estimate, WGEN_A, atol=0.02)


def test_chain_of_wet_days_has_its_probability_and_persistence(recipe):
    p, r = 0.3, 0.25
    wet = wet_days(generator(recipe, "test", "chain"), np.full(60_000, p), r)
    assert wet.mean() == pytest.approx(p, abs=0.01)
    after_wet = wet[1:][wet[:-1]].mean()
    assert after_wet == pytest.approx(p + r * (1 - p), abs=0.015)


def test_random_fields_have_unit_variance_and_stated_correlation(recipe):
    rng = generator(recipe, "test", "fields")
    field = smooth_field(rng, (600, 600), 6.0)
    assert field.std() == pytest.approx(1.0, abs=0.05)
    assert (field[:, 6:] * field[:, :-6]).mean() == pytest.approx(np.exp(-1), abs=0.06)
    series = correlated_noise(rng, 20_000, 0.7)[:, 0]
    assert np.corrcoef(series[1:], series[:-1])[0, 1] == pytest.approx(0.7, abs=0.02)


def test_longwave_by_hand():
    # T 288.15 K, e 1000 Pa: w = 46.5 * 10 / 288.15 = 1.61374 g cm-2,
    # emissivity 1 - 2.61374 exp(-sqrt(1.2 + 4.84123)) = 0.77622; black body 390.87 W m-2
    clear = longwave_down(np.array([288.15]), np.array([1000.0]), np.array([0.0]))
    assert clear == pytest.approx(0.77622 * 5.6696e-8 * 288.15**4, rel=1e-4)
    overcast = longwave_down(np.array([288.15]), np.array([1000.0]), np.array([1.0]))
    assert overcast == pytest.approx(5.6696e-8 * 288.15**4)


def test_standard_pressure():
    # ICAO: 1000 m 898.75 hPa
    assert standard_pressure(0.0) == pytest.approx(101325)
    assert standard_pressure(1000.0) == pytest.approx(89875, rel=1e-3)
