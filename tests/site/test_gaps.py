"""Gap rules: what they fill, what they leave, what they say."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from edlite.errors import InputError
from edlite.site.gaps import extend_by_cycle, fill_diurnal, fill_gaps, fill_linear, gap_lengths
from edlite.site.settings import Gaps

NAN = np.nan


def record(**series):
    n = len(next(iter(series.values())))
    time = np.datetime64("2013-01-01T00", "ns") + np.arange(n) * np.timedelta64(1, "h")
    return xr.Dataset(
        {name: ("time", np.asarray(v, float)) for name, v in series.items()},
        coords={"time": time},
        attrs={"step_s": 3600.0},
    )


def test_gap_lengths():
    missing = np.array([1, 0, 1, 1, 0, 1], bool)
    np.testing.assert_array_equal(gap_lengths(missing), [1, 0, 2, 2, 0, 1])


def test_linear_fills_short_inner_gaps_only():
    values = np.array([NAN, 0.0, NAN, 2.0, NAN, NAN, NAN, 6.0, NAN])
    np.testing.assert_array_equal(fill_linear(values, 1), [NAN, 0, 1, 2, NAN, NAN, NAN, 6, NAN])
    np.testing.assert_array_equal(fill_linear(values, 3), [NAN, 0, 1, 2, 3, 4, 5, 6, NAN])


def test_diurnal_takes_the_same_hour_of_neighbouring_days():
    hours = np.tile(np.arange(24.0), 5)
    values = hours + np.repeat([0.0, 10.0, 20.0, 30.0, 400.0], 24)
    truth = values.copy()
    values[48:72] = NAN
    filled = fill_diurnal(values, 24, 1)
    np.testing.assert_allclose(filled[48:72], (truth[24:48] + truth[72:96]) / 2)
    np.testing.assert_array_equal(np.delete(filled, slice(48, 72)), np.delete(truth, slice(48, 72)))


def test_rules_and_counts():
    temperature = np.arange(72.0)
    temperature[10:12] = NAN
    rain = np.zeros(72)
    rain[5] = NAN
    data = record(air_temperature=temperature, precipitation=rain)
    filled = fill_gaps(
        data,
        ["air_temperature", "precipitation"],
        Gaps(linear_hours=2, precipitation="zero"),
        "tower",
    )
    np.testing.assert_allclose(filled["air_temperature"][10:12], [10, 11])
    assert filled.attrs["gap_filled"] == "air_temperature: 2, precipitation: 1"


def test_what_is_left_is_an_error():
    data = record(shortwave_down=np.r_[np.ones(5), NAN, np.ones(66)])
    with pytest.raises(InputError, match=r"shortwave_down.*1 of 72.*first is at 2013-01-01T05:00"):
        fill_gaps(data, ["shortwave_down"], Gaps(linear_hours=5), "tower")  # never linear
    assert fill_gaps(data, ["shortwave_down"], Gaps(diurnal_days=2), "tower")
    with pytest.raises(InputError, match="wind_speed"):
        fill_gaps(data, ["wind_speed"], Gaps(), "tower")


def test_cycle_takes_the_other_end():
    data = record(air_temperature=np.arange(72.0)).isel(time=slice(8, None))  # 8 h short of 3 days
    time = np.datetime64("2013-01-01T00", "ns") + np.arange(72) * np.timedelta64(1, "h")
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(data.reindex(time=time)["air_temperature"][:8], 0)
    extended = extend_by_cycle(data, time)
    np.testing.assert_array_equal(extended["air_temperature"][:8], np.arange(48, 56))
    np.testing.assert_array_equal(extended["air_temperature"][8:], np.arange(8, 72))
    np.testing.assert_array_equal(extended["time"], time)
