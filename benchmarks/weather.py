"""Weeks of made-up hourly weather that ask of the model what real weather asks.

No day is like the next: rain by showers and for hours, calm nights, clear and overcast days, frost,
snowfall and thaw. Steady weather would let the integrator take steps that no real run can take.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from edlite.constants import P_REFERENCE
from edlite.model.meteorology import Meteorology

LAT, LON = 42.5, -72.2
NOON = 17.0  # UTC hour of the highest sun


@dataclass(frozen=True)
class Week:
    """Values of seven days, repeated if more are asked for.

    mean, swing : K, daily mean of air temperature and half its daily range
    humidity : relative, at the mean temperature;  cloud : 0-1
    wind : m s-1 by day;  calm : share of it left at night
    rain : kg m-2 fallen;  hours : of the day, first and last, in which it falls
    sun : W m-2 at noon without cloud;  day_length : h
    """

    start: str
    mean: tuple[float, ...]
    swing: tuple[float, ...]
    humidity: tuple[float, ...]
    cloud: tuple[float, ...]
    wind: tuple[float, ...]
    calm: tuple[float, ...]
    rain: tuple[float, ...]
    hours: tuple[tuple[int, int], ...]
    sun: float
    day_length: float


_NEVER = (0, 0)
WEEKS = {
    # thunderstorm on day 2, a wet windy day 4, calm clear nights after days 1, 3 and 6
    "summer": Week(
        start="2001-07-09",
        mean=(294.0, 296.5, 293.0, 289.0, 290.5, 295.0, 298.0),
        swing=(7.0, 6.5, 5.0, 2.0, 5.0, 8.0, 7.5),
        humidity=(0.65, 0.75, 0.70, 0.95, 0.75, 0.60, 0.65),
        cloud=(0.1, 0.4, 0.3, 0.95, 0.5, 0.0, 0.2),
        wind=(2.5, 3.5, 2.0, 6.0, 4.0, 2.0, 3.0),
        calm=(0.15, 0.6, 0.2, 0.9, 0.5, 0.1, 0.3),
        rain=(0.0, 18.0, 0.0, 22.0, 2.0, 0.0, 6.0),
        hours=(_NEVER, (20, 22), _NEVER, (3, 17), (8, 11), _NEVER, (21, 24)),
        sun=920.0,
        day_length=15.0,
    ),
    # snowfall on days 2 and 3, deep frost on calm nights, thaw with rain on day 6
    "winter": Week(
        start="2001-01-15",
        mean=(271.0, 269.5, 268.0, 260.0, 264.0, 276.5, 274.0),
        swing=(4.0, 1.5, 2.0, 7.0, 6.0, 2.0, 4.0),
        humidity=(0.75, 0.95, 0.90, 0.65, 0.70, 0.95, 0.80),
        cloud=(0.3, 0.95, 0.85, 0.0, 0.2, 0.9, 0.5),
        wind=(3.0, 5.0, 6.0, 1.5, 2.5, 5.5, 4.0),
        calm=(0.3, 0.9, 0.7, 0.2, 0.2, 0.9, 0.6),
        rain=(0.0, 9.0, 5.0, 0.0, 0.0, 14.0, 1.0),
        hours=(_NEVER, (6, 20), (0, 9), _NEVER, _NEVER, (5, 19), (2, 6)),
        sun=480.0,
        day_length=9.4,
    ),
    # hot, clear and dry with still nights; one storm on day 5
    "dry": Week(
        start="2001-06-18",
        mean=(299.0, 300.5, 302.0, 301.0, 299.5, 298.0, 300.0),
        swing=(10.0, 10.5, 10.0, 9.0, 7.0, 9.5, 10.5),
        humidity=(0.20, 0.18, 0.15, 0.22, 0.40, 0.30, 0.20),
        cloud=(0.0, 0.0, 0.1, 0.2, 0.6, 0.1, 0.0),
        wind=(3.0, 3.5, 4.0, 5.0, 6.0, 3.0, 2.5),
        calm=(0.15, 0.2, 0.15, 0.3, 0.5, 0.1, 0.1),
        rain=(0.0, 0.0, 0.0, 0.0, 12.0, 0.0, 0.0),
        hours=(_NEVER, _NEVER, _NEVER, _NEVER, (22, 24), _NEVER, _NEVER),
        sun=1010.0,
        day_length=14.2,
    ),
}


def week(name: str, days: int = 7) -> Meteorology:
    """Hourly weather of `days` days from the start of `WEEKS[name]`, means over each hour."""
    ds = week_dataset(name, 24 * days).assign_coords(lat=LAT, lon=LON)
    return Meteorology(ds, "mean", source=f"made-up week: {name}")


def week_dataset(name: str, hours: int, start: str | None = None) -> xr.Dataset:
    """The variables that `Meteorology` takes, by hour, from `start` or the start of the week."""
    values = WEEKS[name]
    hour = np.arange(hours)
    day, of_day = hour // 24 % 7, hour % 24

    def daily(field: str) -> np.ndarray:
        return np.array(getattr(values, field), float)[day]

    angle = (of_day + 0.5 - NOON + 12.0) % 24.0 - 12.0  # h from noon
    height = np.cos(np.pi * angle / values.day_length)
    sun = np.where(abs(angle) < 0.5 * values.day_length, np.maximum(height, 0.0), 0.0)
    cloud = np.clip(daily("cloud") + 0.15 * np.sin(1.7 * hour), 0.0, 1.0)
    temperature = daily("mean") + daily("swing") * np.cos(2.0 * np.pi * (angle - 3.0) / 24.0)
    wind = daily("wind") * (daily("calm") + (1.0 - daily("calm")) * np.sqrt(sun))
    first, last = np.array(values.hours)[day].T
    falling = (of_day >= first) & (of_day < last)
    rain = falling * daily("rain") / np.maximum(last - first, 1) / 3600.0
    rain = rain * (1.0 + 0.6 * np.sin(2.1 * hour))
    pressure = np.full(hour.size, 0.97 * P_REFERENCE)
    vapour = daily("humidity") * _saturation(daily("mean"))
    vapour = np.minimum(vapour, 0.98 * _saturation(temperature))
    emissivity = 0.62 + 0.06 * np.sqrt(vapour / 100.0)
    sky = np.minimum(emissivity + 0.22 * cloud, 1.0) * 5.67e-8 * temperature**4
    fields = {
        "air_temperature": temperature,
        "specific_humidity": 0.622 * vapour / (pressure - 0.378 * vapour),
        "air_pressure": pressure,
        "wind_speed": np.maximum(wind * (1.0 + 0.2 * np.sin(0.9 * hour)), 0.3),
        "longwave_down": sky,
        "shortwave_down": values.sun * sun * (1.0 - 0.75 * cloud),
        "precipitation": rain,
        "co2": 400.0 + 15.0 * (sun == 0.0),
    }
    time = np.datetime64(start or values.start, "ns") + hour * np.timedelta64(1, "h")
    return xr.Dataset({name: ("time", value) for name, value in fields.items()}, {"time": time})


def _saturation(temperature: np.ndarray) -> np.ndarray:
    """Saturation vapour pressure over water [Pa] (Magnus)."""
    celsius = temperature - 273.15
    return 611.2 * np.exp(17.62 * celsius / (243.12 + celsius))
