"""Specific humidity from what a tower measures. Valid for T 123-332 K."""

from __future__ import annotations

import numpy as np
import xarray as xr

from edlite.constants import EPS
from edlite.sources.tower.canonical import FORCING


def saturation_vapour_pressure(temperature: np.ndarray) -> np.ndarray:
    """Saturation vapour pressure over liquid water [Pa] at `temperature` [K].

    Murphy & Koop (2005), QJRMS 131, eq. 10. Towers report relative humidity and deficit with
    respect to liquid water also below freezing.
    """
    t = np.asarray(temperature, float)
    steep = 53.878 - 1331.22 / t - 9.44523 * np.log(t) + 0.014025 * t
    base = 54.842763 - 6763.22 / t - 4.210 * np.log(t) + 0.000367 * t
    return np.exp(base + np.tanh(0.0415 * (t - 218.8)) * steep)


def specific_humidity(vapour_pressure: np.ndarray, pressure: np.ndarray) -> np.ndarray:
    """Specific humidity [kg kg-1] from vapour and air pressure [Pa]."""
    e = np.asarray(vapour_pressure, float)
    return EPS * e / (np.asarray(pressure, float) - (1.0 - EPS) * e)


def vapour_pressure(record: xr.Dataset) -> np.ndarray | None:
    """Vapour pressure [Pa] of a record, at least 1 Pa; None where no humidity was measured.

    Taken, value by value, from the first of vapour pressure, relative humidity and deficit that
    is there; at most saturation.
    """
    candidates = []
    saturation = saturation_vapour_pressure(record["air_temperature"].values)
    if "vapour_pressure" in record:
        candidates.append(record["vapour_pressure"].values)
    if "relative_humidity" in record:
        candidates.append(record["relative_humidity"].values * saturation)
    if "vapour_pressure_deficit" in record:
        candidates.append(saturation - record["vapour_pressure_deficit"].values)
    if not candidates:
        return None
    result = candidates[0].astype(float)
    for other in candidates[1:]:
        result = np.where(np.isnan(result), other, result)
    # NaN passes through minimum and maximum
    return np.maximum(np.minimum(result, saturation), 1.0)


def complete_humidity(record: xr.Dataset) -> xr.Dataset:
    """`record` with `specific_humidity`, computed where it is missing and can be computed."""
    needed = {"air_temperature", "air_pressure"}
    if not needed <= set(record.data_vars):
        return record
    vapour = vapour_pressure(record)
    if vapour is None:
        return record
    q = specific_humidity(vapour, record["air_pressure"].values)
    if "specific_humidity" in record:
        q = np.where(np.isnan(record["specific_humidity"].values), q, record["specific_humidity"])
    quantity = FORCING["specific_humidity"]
    attributes = {"units": quantity.unit, "long_name": quantity.long_name}
    return record.assign(specific_humidity=("time", q, attributes))
