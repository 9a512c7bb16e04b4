"""Forcing that cannot be: humid beyond saturation, dark below zero. Checked before a run."""

from __future__ import annotations

import numpy as np
import xarray as xr

from edlite.constants import EPS
from edlite.errors import InputError
from edlite.model.forcing_variables import check_plausible
from edlite.sources.tower.humidity import SATURATION_MAX, saturation_vapour_pressure

NEGATIVE_BY_DAY = -5.0  # W m-2; at night, pyranometers cool below zero by more than that
DAYLIGHT = np.cos(np.radians(75.0))


def relative_humidity(data: xr.Dataset) -> np.ndarray:
    """Relative humidity (1) over liquid water from specific humidity, temperature, pressure."""
    q = data["specific_humidity"].values.astype(float)
    vapour = q * data["air_pressure"].values / (EPS + (1.0 - EPS) * q)
    return vapour / saturation_vapour_pressure(data["air_temperature"].values)


def check_forcing(data: xr.Dataset, source: str) -> None:
    """Raise InputError for a value outside its unit's range or humidity above saturation.

    data : complete forcing (time) with the model's names and units
    """
    for name in data.data_vars:
        check_plausible(source, str(name), data[name].values)
    excess = relative_humidity(data)
    worst = int(np.argmax(excess))
    if excess[worst] > SATURATION_MAX:
        raise InputError(
            source,
            "specific_humidity",
            float(data["specific_humidity"].values[worst]),
            f"at most saturation; at {str(data['time'].values[worst])[:16]} UTC the relative"
            f" humidity is {100 * excess[worst]:.0f} percent",
        )


def check_daylight(shortwave: np.ndarray, mu: np.ndarray, time: np.ndarray, source: str) -> None:
    """Raise InputError for shortwave [W m-2] below -5 while the sun stands 15 degrees high.

    mu : mean over the step of max(0, cosine of the solar zenith angle)
    """
    bad = (shortwave < NEGATIVE_BY_DAY) & (mu > DAYLIGHT)
    if bad.any():
        at = int(np.argmax(bad))
        raise InputError(
            source,
            "shortwave_down",
            float(shortwave[at]),
            f"0 or more by day (at {str(time[at])[:16]} UTC)",
        )
