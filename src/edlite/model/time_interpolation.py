"""From the labels of a forcing series to the 600 s steps of a day."""

from __future__ import annotations

import numpy as np

from edlite.kernels.solar import fill_cos_zenith, fill_mean_cos_zenith, seconds_since_j2000

SOLAR_CONSTANT = 1361.0  # W m-2, scales the clearness ratio (Kopp & Lean 2011, GRL 38, L01706)
CLEARNESS_MAX = 1.0  # 1, hourly shortwave never exceeds what enters the atmosphere
MU_MIN_LABEL = np.cos(np.radians(85.0))  # lower sun: the ratio at a label is noise


def linear(values: np.ndarray, n_sub: int) -> np.ndarray:
    """Linear interpolation between labels, at the centres of `n_sub` steps per interval.

    values (label, ...) -> ((label - 1) * n_sub, ...).
    """
    weight = ((np.arange(n_sub) + 0.5) / n_sub).reshape(1, n_sub, *[1] * (values.ndim - 1))
    low, high = values[:-1, None], values[1:, None]
    out = low + weight * (high - low)
    return out.reshape(-1, *values.shape[1:])


def hold(values: np.ndarray, n_sub: int) -> np.ndarray:
    """Each value `n_sub` times along the first axis."""
    return np.repeat(values, n_sub, axis=0)


def cos_zenith_at(time: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Cosine of the solar zenith angle (time, point) at the instants `time` (UTC)."""
    out = np.empty((len(time), len(lat)))
    fill_cos_zenith(seconds_since_j2000(time), lat, lon, out)
    return out


def mean_cos_zenith_of(
    starts: np.ndarray, duration: float, lat: np.ndarray, lon: np.ndarray
) -> np.ndarray:
    """Step means of max(0, cos zenith) (step, point); steps of `duration` s begin at `starts`."""
    out = np.empty((len(starts), len(lat)))
    fill_mean_cos_zenith(seconds_since_j2000(starts), duration, lat, lon, out)
    return out


def clearness(shortwave: np.ndarray, mu: np.ndarray) -> np.ndarray:
    """Ratio (label, point) of shortwave to 1361 W m-2 times `mu`, night labels filled.

    Labels with the sun lower than 5 degrees take the ratio of the daylight label nearest in time
    (the later one of two equally near), 0 where there is none. Capped at 1.
    """
    day = mu > MU_MIN_LABEL
    ratio = np.zeros_like(shortwave)
    np.divide(shortwave, SOLAR_CONSTANT * mu, out=ratio, where=day)
    np.clip(ratio, 0.0, CLEARNESS_MAX, out=ratio)
    n = len(ratio)
    index = np.arange(n)[:, None]
    before = np.maximum.accumulate(np.where(day, index, -2 * n), axis=0)
    after = np.minimum.accumulate(np.where(day, index, 4 * n)[::-1], axis=0)[::-1]
    nearest = np.where(after - index <= index - before, after, before)
    filled = np.take_along_axis(ratio, np.clip(nearest, 0, n - 1), axis=0)
    return np.where(day.any(axis=0), filled, 0.0)


def distribute_mean(shortwave: np.ndarray, mu: np.ndarray, n_sub: int) -> np.ndarray:
    """Spread interval means of shortwave over steps in proportion to the sun's height.

    shortwave (interval, point), mu (interval * n_sub, point) the step means of max(0, cos zenith).
    The mean of each interval is kept. It is held, not scaled, where the sun is down or so low that
    scaling would exceed the radiation above the atmosphere.
    """
    mu = mu.reshape(len(shortwave), n_sub, -1)
    mean_mu = mu.mean(axis=1, keepdims=True)
    mean = shortwave[:, None]
    scaled = mean < SOLAR_CONSTANT * CLEARNESS_MAX * mean_mu
    factor = np.ones_like(mu)
    np.divide(mu, mean_mu, out=factor, where=np.broadcast_to(scaled, mu.shape))
    return (mean * factor).reshape(-1, shortwave.shape[1])
