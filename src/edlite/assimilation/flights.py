"""Linear interpolation in time between radar flights that see different cells."""

from __future__ import annotations

import numpy as np


def seconds(time: np.ndarray) -> np.ndarray:
    """`datetime64` as float64 seconds since 1970 (exact for any date of the record)."""
    return time.astype("datetime64[s]").astype(np.int64).astype(np.float64)


def fill_flights(time_s: np.ndarray, values: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Value at every flight, also at those that miss a cell or layer.

    A missed value is interpolated linearly in time between the nearest valid flights of that cell
    and layer, and the nearest is held before the first and after the last. Interpolating the
    result between all flights is then the same as interpolating between the valid ones only.

    Parameters
    ----------
    time_s : (flight,) s, increasing
    values, valid : (flight, ...); entries of `values` that are not `valid` are ignored

    Returns
    -------
    (flight, ...) float64; 0 where no flight is valid
    """
    n = len(time_s)
    if n == 0:
        return np.zeros(values.shape)
    index = np.arange(n).reshape((n,) + (1,) * (values.ndim - 1))
    before = np.maximum.accumulate(np.where(valid, index, -1), axis=0)
    after = np.minimum.accumulate(np.where(valid, index, n)[::-1], axis=0)[::-1]
    seen = valid.any(axis=0)
    left = np.clip(np.where(before < 0, after, before), 0, n - 1)
    right = np.clip(np.where(after >= n, before, after), 0, n - 1)
    span = time_s[right] - time_s[left]
    offset = time_s.reshape(index.shape) - time_s[left]
    weight = np.where(span > 0, offset / np.where(span > 0, span, 1.0), 0.0)
    known = np.where(valid, values, 0.0)
    start = np.take_along_axis(known, left, axis=0)
    end = np.take_along_axis(known, right, axis=0)
    return np.where(seen, start + weight * (end - start), 0.0)


def bracket(time_s: np.ndarray, flight_s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flights before and after each time, and the weight (0-1) of the later one.

    Before the first and after the last flight both indices name the nearest (weight 0).
    `flight_s` must hold at least one flight, increasing.
    """
    last = len(flight_s) - 1
    right = np.clip(np.searchsorted(flight_s, time_s, side="right"), 0, last)
    left = np.clip(np.searchsorted(flight_s, time_s, side="right") - 1, 0, last)
    span = flight_s[right] - flight_s[left]
    inside = span > 0
    weight = np.where(inside, (time_s - flight_s[left]) / np.where(inside, span, 1.0), 0.0)
    return left, right, weight


def hat_weights(time_s: np.ndarray, flight_s: np.ndarray) -> np.ndarray:
    """Weight (time, flight) of each flight in the interpolated value; each row sums to one."""
    weights = np.zeros((len(time_s), len(flight_s)))
    if len(flight_s) == 0:
        return weights
    left, right, weight = bracket(time_s, flight_s)
    row = np.arange(len(time_s))
    np.add.at(weights, (row, left), 1.0 - weight)
    np.add.at(weights, (row, right), weight)
    return weights
