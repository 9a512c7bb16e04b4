"""Monthly climate of the recipe, spread over days."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from edlite.errors import InputError

MONTHLY = (
    "temperature",
    "temperature_range",
    "precipitation",
    "wet_days",
    "relative_humidity",
    "cloud",
    "wind",
)
DAYS_IN_MONTH = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def check_climate(climate: Mapping, region: str) -> None:
    """Raises InputError unless every monthly list holds twelve sensible numbers."""
    ranges = {
        "temperature": (-40, 45),
        "temperature_range": (1, 30),
        "precipitation": (0, 1000),
        "wet_days": (0, 28),
        "relative_humidity": (5, 100),
        "cloud": (0, 1),
        "wind": (0.2, 20),
    }
    for name in MONTHLY:
        key = f"regions.{region}.climate.{name}"
        values = climate.get(name)
        if not isinstance(values, list) or len(values) != 12:
            raise InputError("recipe", key, values, "twelve monthly values")
        low, high = ranges[name]
        for value in values:
            if not isinstance(value, int | float) or not low <= value <= high:
                raise InputError("recipe", key, value, f"numbers in {low}..{high}")
    wet, rain = np.array(climate["wet_days"]), np.array(climate["precipitation"])
    if np.any((rain > 0) & (wet <= 0)):
        key = f"regions.{region}.climate.wet_days"
        raise InputError("recipe", key, 0, "a positive number in months with precipitation")


def smooth_course(monthly: list[float], days: pd.DatetimeIndex) -> NDArray[np.float64]:
    """Daily values of a periodic cubic spline through monthly values at mid month."""
    ends = np.cumsum(DAYS_IN_MONTH)
    middle = ends - DAYS_IN_MONTH / 2
    spline = CubicSpline(
        np.append(middle, middle[0] + 365), [*monthly, monthly[0]], bc_type="periodic"
    )
    return spline(days.day_of_year.to_numpy() - 0.5)


def monthly_step(monthly: list[float], days: pd.DatetimeIndex) -> NDArray[np.float64]:
    """The month's value on each of its days."""
    return np.asarray(monthly, float)[days.month - 1]


def winter_weight(days: pd.DatetimeIndex) -> NDArray[np.float64]:
    """1 in mid January, 0 in mid July, a cosine between."""
    return 0.5 * (1 + np.cos(2 * np.pi * (days.day_of_year.to_numpy() - 15) / 365.25))
