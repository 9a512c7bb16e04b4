"""Measured and modelled steps meet at the same time, depth and unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from edlite.constants import UMOL_TO_KGC
from edlite.errors import InputError
from edlite.skill.pairs import at_depth, on_steps, pair, weather
from edlite.sources.tower.humidity import saturation_vapour_pressure, specific_humidity

BOTTOM = np.array([0.02, 0.08, 0.2, 0.4])
TOP = np.concatenate([[0.0], BOTTOM[:-1]])


def run(step="10min", n=144):
    time = pd.date_range("2005-06-01", periods=n, freq=step)
    ramp = np.arange(n, dtype=float)
    names = ("le", "h", "rnet", "gpp", "ra", "rh", "nee")
    ds = xr.Dataset({name: ("time", ramp) for name in names}, coords={"time": time})
    centres = 0.5 * (TOP + BOTTOM)
    for name in ("theta", "soil_temperature"):
        ds[name] = (("time", "layer"), np.tile(centres, (n, 1)))
        ds[name].values[:, 3] = np.nan
    return ds.assign_coords(layer_top=("layer", TOP), layer_bottom=("layer", BOTTOM))


def record(n=48):
    time = pd.date_range("2005-06-01", periods=n, freq="30min")
    ds = xr.Dataset(coords={"time": time}, attrs={"step_s": 1800.0})
    ds["le"] = ("time", np.arange(n, dtype=float))
    ds["le_quality"] = ("time", np.where(np.arange(n) % 4 == 0, 1.0, 0.0))
    ds["nee"] = ("time", np.full(n, UMOL_TO_KGC))
    ds["theta"] = (("time", "theta_depth"), np.full((n, 2), 0.2))
    return ds.assign_coords(theta_depth=[0.05, 0.1])


def forcing(n=48):
    time = pd.date_range("2005-06-01", periods=n, freq="30min")
    t, p = np.full(n, 290.0), np.full(n, 9e4)
    q = specific_humidity(0.5 * saturation_vapour_pressure(t), p)
    names = {"air_temperature": t, "air_pressure": p, "specific_humidity": q, "shortwave_down": t}
    names["precipitation"] = 0.0 * t
    return xr.Dataset({k: ("time", v) for k, v in names.items()}, coords={"time": time})


def test_half_hours_are_means_of_three_steps_or_the_hour_that_holds_them():
    time = pd.date_range("2005-06-01", periods=4, freq="30min")
    fine = pd.Series(np.arange(12.0), pd.date_range("2005-06-01", periods=12, freq="10min"))
    assert on_steps(fine, time, 1800).tolist() == [1, 4, 7, 10]
    hourly = pd.Series([1.0, 2.0], pd.date_range("2005-06-01", periods=2, freq="h"))
    assert on_steps(hourly, time, 1800).tolist() == [1, 1, 2, 2]


def test_depth_is_linear_between_centres_and_constant_beyond():
    theta = run()["theta"]  # its values are the depths of the centres; three layers exist
    for depth, expected in ((0.05, 0.05), (0.1, 0.1), (0.001, 0.01), (0.9, 0.14)):
        assert at_depth(theta, depth).iloc[0] == pytest.approx(expected)


def test_pairs_take_what_was_measured_in_the_tables_units():
    tables = pair(run(), record(), forcing())
    le = tables["le", None]
    assert le["observed"].isna().sum() == 12
    assert le["modelled"].iloc[1] == pytest.approx(4.0)
    assert tables["nee", None]["observed"].iloc[0] == pytest.approx(1.0)
    assert tables["theta", 0.1]["modelled"].iloc[0] == pytest.approx(0.1)
    assert ("gpp", None) not in tables


def test_relative_humidity_comes_back():
    assert weather(forcing())["relative_humidity"].to_numpy() == pytest.approx(0.5)


def test_unknown_depth_is_refused():
    unknown = record().assign_coords(theta_depth=[np.nan, 0.1])
    with pytest.raises(InputError, match="depths of theta"):
        pair(run(), unknown, forcing())
