"""Specific humidity from what a tower measures. Valid for T 123-332 K."""

from __future__ import annotations

import logging

import numpy as np
import xarray as xr

from edlite.constants import EPS
from edlite.errors import InputError
from edlite.sources.tower.canonical import FORCING, HUMIDITY

SATURATION_MAX = 1.05  # relative humidity over liquid water; sensors and rounding exceed 1
# in measured records: no value above the first; few above SATURATION_MAX (worn sensors in rain)
MEASURED_MAX, SHARE_MAX = 1.10, 0.02
ROUNDING = 10.0  # Pa, of pressures given in kPa; in hard frost that is more than 5 percent

logger = logging.getLogger(__name__)


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
    saturation = saturation_vapour_pressure(record["air_temperature"].values)
    candidates = list(_vapour_pressures(record, saturation).values())
    if not candidates:
        return None
    result = candidates[0].astype(float)
    for other in candidates[1:]:
        result = np.where(np.isnan(result), other, result)
    # NaN passes through minimum and maximum
    return np.maximum(np.minimum(result, saturation), 1.0)


def _vapour_pressures(record: xr.Dataset, saturation: np.ndarray) -> dict[str, np.ndarray]:
    """Vapour pressure [Pa] by the variable that it comes from, the preferred one first."""
    found = {}
    if "vapour_pressure" in record:
        found["vapour_pressure"] = record["vapour_pressure"].values
    if "relative_humidity" in record:
        found["relative_humidity"] = record["relative_humidity"].values * saturation
    if "vapour_pressure_deficit" in record:
        found["vapour_pressure_deficit"] = saturation - record["vapour_pressure_deficit"].values
    return found


def check_saturation(record: xr.Dataset, source: str) -> None:
    """Raise InputError for humidity above saturation, warn of the little that is accepted.

    To be called with the record of one file, before `vapour_pressure` cuts at saturation and
    before values of other records come in. Refused are relative humidity above 110 percent
    anywhere, or above 105 percent in more than 2 percent of the values. Measured specific
    humidity, which takes precedence, is checked before a run.
    """
    if "air_temperature" not in record:
        return
    saturation = saturation_vapour_pressure(record["air_temperature"].values)
    used = np.isfinite(saturation)
    if "specific_humidity" in record:
        used &= np.isnan(record["specific_humidity"].values)
    for name, vapour in _vapour_pressures(record, saturation).items():
        own = used & np.isfinite(vapour)
        used &= ~own
        if not own.any():
            continue
        margin = 0.0 if name == "relative_humidity" else ROUNDING
        excess = np.where(own, (vapour - margin) / saturation, 0.0)
        worst = int(np.argmax(excess))
        # a hair above the limit by floating point alone: 105 percent itself is accepted
        n_high = int((excess > SATURATION_MAX + 1e-6).sum())
        if excess[worst] > MEASURED_MAX + 1e-6 or n_high > SHARE_MAX * own.sum():
            at, unit = record.isel(time=worst), HUMIDITY[name].unit
            raise InputError(
                source,
                name,
                f"{float(at[name]):.4g}" + (f" {unit}" if unit != "1" else ""),
                f"at most saturation; at {str(at['time'].values)[:16]} UTC and"
                f" {float(at['air_temperature']) - 273.15:.1f} degC the relative humidity is"
                f" {100 * vapour[worst] / saturation[worst]:.0f} percent ({n_high} of {own.sum()}"
                f" values above {100 * SATURATION_MAX:.0f} percent)",
            )
        if n_high:
            logger.warning(
                "%s: %s: %d of %d values above %.0f percent relative humidity, set to saturation",
                source,
                name,
                n_high,
                own.sum(),
                100 * SATURATION_MAX,
            )


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
