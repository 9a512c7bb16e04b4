"""Stochastic weather of one place, day by day, after Richardson (1981).

Wet and dry days follow a first-order two-state Markov chain, amounts are gamma distributed, and
the residuals of maximum temperature, minimum temperature and sunshine form a trivariate
first-order autoregressive process with the matrices of WGEN (Richardson 1981, Water Resources
Research 17, 182-190; Richardson & Wright 1984, USDA ARS-8).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import beta

from edlite.demo.climate import monthly_step, smooth_course, winter_weight
from edlite.demo.random import correlated_noise

# lag-1 and innovation matrices of the residuals (maximum, minimum temperature, sunshine)
WGEN_A = np.array([[0.567, 0.086, -0.002], [0.253, 0.504, -0.050], [-0.006, -0.039, 0.244]])
WGEN_B = np.array([[0.781, 0.0, 0.0], [0.328, 0.637, 0.0], [0.238, -0.341, 0.873]])
WET_DAY = 0.25  # mm, the least amount of a wet day
MINIMUM_RANGE = 2.0  # K, least daily range of temperature


def wet_days(
    rng: np.random.Generator, probability: NDArray[np.float64], persistence: float
) -> NDArray[np.bool_]:
    """Occurrence of precipitation: P(wet | wet) = p + r (1 - p), P(wet | dry) = p (1 - r)."""
    draws = rng.random(probability.size)
    wet = np.empty(probability.size, dtype=bool)
    wet[0] = draws[0] < probability[0]
    for i in range(1, probability.size):
        p = probability[i]
        wet[i] = draws[i] < (p + persistence * (1 - p) if wet[i - 1] else p * (1 - persistence))
    return wet


def residuals(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Standardised residuals (n, 3) of maximum and minimum temperature and sunshine."""
    noise = rng.standard_normal((n, 3)) @ WGEN_B.T
    series = np.empty((n, 3))
    series[0] = rng.standard_normal(3)
    for i in range(1, n):
        series[i] = WGEN_A @ series[i - 1] + noise[i]
    return series


def daily_weather(
    rng: np.random.Generator, climate: Mapping, laws: Mapping, days: pd.DatetimeIndex
) -> pd.DataFrame:
    """Weather of each local solar day of a year.

    The year is a normal one by construction: the anomalies of temperature have mean zero over
    `days`, and amounts are scaled so that precipitation is the recipe's annual sum.

    Parameters
    ----------
    climate : the region's section `climate` of the recipe; laws : section `weather`
    days : the local days of the year

    Returns
    -------
    Columns `maximum`, `minimum` [degC]; `precipitation` [mm d-1]; `cloud` [1];
    `vapour_pressure_ratio` [1, vapour pressure over saturation at the day's mean temperature];
    `wind` [m s-1]; `pressure` [Pa, anomaly]; `wind_from` [degrees].
    """
    n = len(days)
    probability = np.clip(monthly_step(climate["wet_days"], days) / days.days_in_month, 0, 0.95)
    wet = wet_days(rng, probability, laws["persistence"])
    wet_anomaly = wet - probability

    winter = winter_weight(days)
    spread = climate["temperature_sd"]
    sd = winter * spread["winter"] + (1 - winter) * spread["summer"]
    noise = residuals(rng, n)
    noise -= np.average(noise, axis=0, weights=sd)
    mean = smooth_course(climate["temperature"], days)
    half_range = 0.5 * smooth_course(climate["temperature_range"], days)
    # cooling of the maximum by day, and as much warming of the minimum by a third of it by night
    cooling = laws["wet_day_cooling"] * wet_anomaly
    maximum = mean + half_range - cooling + sd * noise[:, 0]
    minimum = mean - half_range + cooling / 3 + sd * noise[:, 1]
    centre = 0.5 * (maximum + minimum)
    spread_half = np.maximum(0.5 * (maximum - minimum), 0.5 * MINIMUM_RANGE)

    return pd.DataFrame(
        {
            "maximum": centre + spread_half,
            "minimum": centre - spread_half,
            "precipitation": _amounts(rng, climate, laws, days, wet),
            "cloud": _cloud(climate, laws, days, wet, probability, noise[:, 2]),
            "vapour_pressure_ratio": _humidity(rng, climate, laws, days, wet_anomaly),
            "wind": _wind(rng, climate, laws, days),
            "pressure": laws["pressure_sd"] * correlated_noise(rng, n, 0.7)[:, 0],
            "wind_from": climate["wind_from"] + 50.0 * correlated_noise(rng, n, 0.6)[:, 0],
        },
        index=days,
    )


def _amounts(rng, climate, laws, days, wet) -> NDArray[np.float64]:
    """Daily amounts [mm]: gamma with the month's mean on wet days.

    Each month is brought half-way (geometric mean) to its normal sum, then the whole to the
    annual sum.
    """
    per_month = monthly_step(climate["precipitation"], days)
    count = monthly_step(climate["wet_days"], days)
    mean = np.where(count > 0, per_month / np.where(count > 0, count, 1), 0.0)
    shape = laws["gamma_shape"]
    amounts = np.where(wet, WET_DAY + rng.gamma(shape, 1.0, len(days)) / shape * mean, 0.0)
    sums = np.bincount(days.month - 1, amounts, minlength=12)
    factor = np.sqrt(np.array(climate["precipitation"]) / np.where(sums > 0, sums, 1.0))
    amounts *= factor[days.month - 1]
    total = sum(climate["precipitation"]) * len(days) / 365.25
    return amounts * (total / amounts.sum())


def _cloud(climate, laws, days, wet, probability, sunshine) -> NDArray[np.float64]:
    """Daily cloud cover: beta distributed about the mean of wet and of dry days.

    The residual of sunshine gives the quantile (more sun, less cloud).
    """
    mean = np.clip(smooth_course(climate["cloud"], days), 0.02, 0.98)
    wet_mean = np.maximum(laws["wet_day_cloud"], mean)
    dry_mean = np.clip((mean - probability * wet_mean) / (1 - probability), 0.02, 0.98)
    target = np.where(wet, wet_mean, dry_mean)
    precision = 1 / laws["cloud_dispersion"] - 1
    quantile = np.clip(ndtr(-sunshine / sunshine.std()), 1e-6, 1 - 1e-6)
    return beta.ppf(quantile, target * precision, (1 - target) * precision)


def _humidity(rng, climate, laws, days, wet_anomaly) -> NDArray[np.float64]:
    """Vapour pressure over saturation at the daily mean temperature."""
    mean = smooth_course(climate["relative_humidity"], days)
    noise = laws["humidity_sd"] * correlated_noise(rng, len(days), 0.5)[:, 0]
    percent = mean + laws["wet_day_humidity"] * wet_anomaly + noise
    return np.clip(percent, 8.0, 97.0) / 100


def _wind(rng, climate, laws, days) -> NDArray[np.float64]:
    """Daily mean wind: lognormal about the climate's mean."""
    sd = laws["wind_sd"]
    noise = correlated_noise(rng, len(days), 0.4)[:, 0]
    return smooth_course(climate["wind"], days) * np.exp(sd * noise - 0.5 * sd**2)
