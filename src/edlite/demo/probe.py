"""Soil probes: what a sensor at a depth sees of the truth's layers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from edlite.soil.layers import depth_weights

HALF_LENGTH = 0.01  # m, above and below the depth of a probe


def at_depth(values: NDArray[np.float64], depth: float, n_layer: int) -> NDArray[np.float64]:
    """Layer values (time, layer) averaged over 2 cm around a depth; NaN below the soil."""
    weight = depth_weights(depth - HALF_LENGTH, depth + HALF_LENGTH, n_layer)
    if not weight.any():
        return np.full(len(values), np.nan)
    return np.where(weight > 0, values, 0.0) @ weight


def sensed_moisture(
    rng: np.random.Generator,
    theta: NDArray[np.float64],
    depths: list[float],
    n_layer: int,
    law: Mapping,
) -> NDArray[np.float64]:
    """Readings (time, probe) [m3 m-3]: truth, plus an offset per probe and white noise.

    A share of the readings is missing (NaN), as are probes below the soil.
    """
    readings = np.empty((len(theta), len(depths)))
    for i, depth in enumerate(depths):
        offset = law["offset"] * rng.standard_normal()
        noise = law["noise"] * rng.standard_normal(len(theta))
        lost = rng.random(len(theta)) < law["missing_fraction"]
        reading = np.clip(at_depth(theta, depth, n_layer) + offset + noise, 0.0, 1.0)
        readings[:, i] = np.where(lost, np.nan, reading)
    return readings
