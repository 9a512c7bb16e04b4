"""Humidity as instruments report it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edlite.constants import EPS
from edlite.sources.tower.humidity import saturation_vapour_pressure


def vapour_pressure(q: ArrayLike, pressure: ArrayLike) -> NDArray[np.float64]:
    """Vapour pressure [Pa] from specific humidity [kg kg-1] and air pressure [Pa]."""
    q = np.asarray(q, dtype=float)
    return q * np.asarray(pressure, dtype=float) / (EPS + (1.0 - EPS) * q)


def relative_humidity(
    q: ArrayLike, pressure: ArrayLike, temperature: ArrayLike
) -> NDArray[np.float64]:
    """Relative humidity [per cent, at most 100] over liquid water; temperature in K."""
    ratio = vapour_pressure(q, pressure) / saturation_vapour_pressure(temperature)
    return np.minimum(100.0 * ratio, 100.0)
