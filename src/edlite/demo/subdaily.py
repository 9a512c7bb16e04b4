"""From daily weather to hourly labels (UTC) at one place."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edlite.constants import SIGMA_SB
from edlite.demo.climate import winter_weight

MINIMUM_HOUR = 5.5  # local solar time of the minimum of temperature
MAXIMUM_HOUR = 15.0
WIND_AMPLITUDE = 0.3


def solar_hours(labels: pd.DatetimeIndex, start: pd.Timestamp, lon: float) -> NDArray[np.float64]:
    """Local mean solar time in hours since midnight of the local day `start`."""
    utc = (labels - start) / pd.Timedelta(hours=1)
    return utc.to_numpy(float) + lon / 15.0


def temperature(daily: pd.DataFrame, hours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Air temperature [degC]: cosine arcs between each day's minimum and maximum.

    Over whole days the mean is half the sum of maxima and minima.
    """
    n = len(daily)
    knots = np.empty(2 * n)
    knots[0::2] = 24 * np.arange(n) + MINIMUM_HOUR
    knots[1::2] = 24 * np.arange(n) + MAXIMUM_HOUR
    values = np.empty(2 * n)
    values[0::2], values[1::2] = daily["minimum"], daily["maximum"]
    i = np.clip(np.searchsorted(knots, hours, side="right") - 1, 0, 2 * n - 2)
    phase = (hours - knots[i]) / (knots[i + 1] - knots[i])
    return values[i] + (values[i + 1] - values[i]) * 0.5 * (1 - np.cos(np.pi * phase))


def daily_value(values: pd.Series, hours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Daily values interpolated linearly between noons."""
    return np.interp(hours, 24 * np.arange(len(values)) + 12.0, values.to_numpy())


def wind_factor(hours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Diurnal course of wind speed, mean 1, highest at 14 h."""
    return 1 + WIND_AMPLITUDE * np.cos(2 * np.pi * (hours - 14.0) / 24.0)


def hourly_precipitation(
    rng: np.random.Generator, climate: Mapping, daily: pd.DataFrame
) -> NDArray[np.float64]:
    """Precipitation [mm] of each whole local hour (24 x days).

    A wet day has one storm. Its length is 1 + a Poisson number with the recipe's seasonal mean; it
    begins at a random hour in winter and around 15 h in summer; its hours share the amount by
    exponential weights. A storm ends with its day, so that daily sums are kept.
    """
    days = daily.index
    winter = winter_weight(days)
    storm = climate["storm_hours"]
    mean = winter * storm["winter"] + (1 - winter) * storm["summer"]
    length = np.minimum(1 + rng.poisson(np.maximum(mean - 1, 0)), 24)
    convective = rng.random(len(days)) >= winter
    any_hour = rng.integers(0, 24, len(days))
    afternoon = np.clip(np.rint(rng.normal(15, 2.5, len(days))), 0, 23).astype(int)
    begin = np.minimum(np.where(convective, afternoon, any_hour), 24 - length)
    hour = np.arange(24)
    within = (hour >= begin[:, None]) & (hour < (begin + length)[:, None])
    weight = within * rng.exponential(1.0, (len(days), 24))
    weight /= weight.sum(axis=1, keepdims=True)
    return (weight * daily["precipitation"].to_numpy()[:, None]).ravel()


def clear_sky_shortwave(mu: NDArray[np.float64]) -> NDArray[np.float64]:
    """Clear-sky shortwave [W m-2] from the cosine of the zenith angle; Haurwitz (1945)."""
    up = np.maximum(mu, 1e-3)
    return np.where(mu > 0.01, 1098.0 * up * np.exp(-0.057 / up), 0.0)


def cloud_transmission(cloud: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shortwave under cloud cover over clear sky; Kasten & Czeplak (1980)."""
    return 1 - 0.75 * cloud**3.4


def longwave_down(
    temperature: NDArray[np.float64], vapour: NDArray[np.float64], cloud: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Downward longwave [W m-2] from T [K], vapour pressure [Pa] and cloud cover.

    Clear-sky emissivity of Prata (1996, QJRMS 122, 1127-1151), cloud cover as in Crawford &
    Duchon (1999, J. Appl. Meteorol. 38, 474-480).
    """
    water = 46.5 * (vapour / 100.0) / temperature  # g cm-2
    clear = 1 - (1 + water) * np.exp(-np.sqrt(1.2 + 3.0 * water))
    return (cloud + (1 - cloud) * clear) * SIGMA_SB * temperature**4
