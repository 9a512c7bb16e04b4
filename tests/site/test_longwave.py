"""Estimated downward longwave: limits by hand, skill against two towers that measured it."""

import math

import numpy as np
import pandas as pd
import pytest

from edlite.constants import EPS
from edlite.errors import InputError
from edlite.model.time_interpolation import mean_cos_zenith_of
from edlite.site.longwave import (
    clear_sky_emissivity,
    clear_sky_shortwave,
    cloud_fraction,
    estimate_longwave,
)

STEP = 1800.0


def sun(start, n, lat, lon):
    time = np.datetime64(start, "s") + np.arange(n) * np.timedelta64(1800, "s")
    return mean_cos_zenith_of(time, STEP, np.array([lat]), np.array([lon]))[:, 0]


def test_emissivity_by_hand():
    # 15 hPa at 290 K: 2.405 g cm-2
    w = 46.5 * 15.0 / 290.0
    assert clear_sky_emissivity(290.0, 1500.0) == pytest.approx(
        1 - (1 + w) * math.exp(-math.sqrt(1.2 + 3 * w)), rel=1e-12
    )
    assert 0.75 < clear_sky_emissivity(290.0, 1500.0) < 0.85
    assert clear_sky_emissivity(270.0, 100.0) < clear_sky_emissivity(300.0, 2500.0) < 1.0


def test_overcast_is_a_black_body_and_clear_sky_is_clear():
    mu = sun("2013-06-01T07:00", 96, 40.0, -105.0)
    temperature, vapour = np.full(96, 290.0), np.full(96, 1200.0)
    dark = estimate_longwave(temperature, vapour, np.zeros(96), mu, STEP)
    np.testing.assert_allclose(dark, 5.6696e-8 * 290.0**4)
    clear = estimate_longwave(temperature, vapour, clear_sky_shortwave(mu), mu, STEP)
    np.testing.assert_allclose(clear / dark, clear_sky_emissivity(290.0, 1200.0))


def test_night_is_interpolated_between_days():
    mu = sun("2013-06-01T07:00", 96, 40.0, -105.0)
    share = np.where(np.arange(96) < 48, 1.0, 0.4)
    clouds = cloud_fraction(clear_sky_shortwave(mu) * share, mu, 1)
    assert clouds[mu > 0.2].max() == pytest.approx(0.6)
    night = clouds[(np.arange(96) > 26) & (np.arange(96) < 60) & (mu == 0.0)]
    assert np.all(np.diff(night) > 0.0) and night.min() > 0.0 and night.max() < 0.6


def test_gap_and_endless_night_are_refused():
    mu = sun("2013-06-01T07:00", 48, 40.0, -105.0)
    full = np.full(48, 290.0)
    with pytest.raises(InputError, match="shortwave"):
        estimate_longwave(full, full, np.full(48, np.nan), mu, STEP)
    with pytest.raises(InputError, match="daylight"):
        estimate_longwave(full, full, np.zeros(48), np.zeros(48), STEP)


@pytest.mark.shared
def test_blodgett_2001(shared):
    path = shared / "data/tower_halfhourly/PALS_US-Blo_forcing_2_2001.txt.gz"
    table = pd.read_csv(path, sep=r"\s+", header=None)
    pressure, humidity = table[7].to_numpy() * 100.0, table[6].to_numpy()
    vapour = humidity * pressure / (EPS + (1.0 - EPS) * humidity)
    mu = sun("2001-01-01T08:00", len(table), 38.8952, -120.6330)
    estimate = estimate_longwave(
        table[5].to_numpy(), vapour, table[8].clip(lower=0.0).to_numpy(), mu, STEP
    )
    error = estimate - table[9].to_numpy()
    assert error.mean() == pytest.approx(2.6, abs=0.5)
    assert np.sqrt(np.mean(error**2)) == pytest.approx(18.9, abs=0.5)


@pytest.mark.shared
def test_bondville_1998(shared):
    path = shared / "data/tower_halfhourly/forcing98_with_validation.dat.gz"
    table = pd.read_csv(path, sep=r"\s+", header=None)
    celsius = table[4].to_numpy()
    vapour = table[5].to_numpy() / 100.0 * 611.2 * np.exp(17.67 * celsius / (celsius + 243.5))
    mu = sun("1998-01-01T06:00", len(table), 40.01, -88.37)
    shortwave = table[7].clip(lower=0).to_numpy(float)
    error = estimate_longwave(celsius + 273.15, vapour, shortwave, mu, STEP) - table[29].to_numpy()
    assert error.mean() == pytest.approx(9.2, abs=0.5)
    assert np.sqrt(np.mean(error**2)) == pytest.approx(21.3, abs=0.5)
