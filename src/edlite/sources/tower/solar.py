"""Does the clock of a record agree with the sun?"""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError

MIN_DAYS = 10
ERROR_HOURS = 0.75
# outside this range half an hour may be wrong (a start label taken for an end label)
USUAL_HOURS = (-0.45, 0.25)

logger = logging.getLogger(__name__)


def equation_of_time(time: pd.DatetimeIndex) -> np.ndarray:
    """Sundial minus clock [h], Spencer (1971); good to about half a minute."""
    angle = 2.0 * np.pi * (time.day_of_year.to_numpy() - 1) / 365.0
    minutes = 229.18 * (
        0.000075
        + 0.001868 * np.cos(angle)
        - 0.032077 * np.sin(angle)
        - 0.014615 * np.cos(2 * angle)
        - 0.040849 * np.sin(2 * angle)
    )
    return minutes / 60.0


def noon_offset(record: xr.Dataset, longitude: float) -> float:
    """Hours by which the shortwave-weighted mean hour is later than solar noon.

    Uses the middle of each interval and a mean over the circle of hours. A right clock gives
    about -0.3 to 0.2 h (morning or afternoon clouds). NaN where the record has fewer than ten
    days with shortwave radiation.
    """
    if "shortwave_down" not in record:
        return float("nan")
    radiation = np.clip(np.nan_to_num(record["shortwave_down"].values), 0.0, None)
    if radiation.astype(bool).sum() * record.attrs["step_s"] < MIN_DAYS * 8 * 3600:
        return float("nan")
    time = pd.DatetimeIndex(record["time"].values)
    seconds = time.hour * 3600 + time.minute * 60 + time.second + record.attrs["step_s"] / 2.0
    solar = np.asarray(seconds, float) / 3600.0 + longitude / 15.0 + equation_of_time(time)
    angle = 2.0 * np.pi * solar / 24.0
    mean = np.arctan2((radiation * np.sin(angle)).sum(), (radiation * np.cos(angle)).sum())
    return float((mean * 12.0 / np.pi) % 24.0 - 12.0)


def check_clock(record: xr.Dataset, longitude: float, source: str) -> float:
    """`noon_offset`; raises InputError where it shows a wrong time zone, warns of half an hour.

    Warns also where there is too little shortwave radiation for a check.
    """
    offset = noon_offset(record, longitude)
    if abs(offset) > ERROR_HOURS:
        raise InputError(
            source,
            "time",
            f"shortwave noon {offset:+.1f} h from solar noon",
            f"an offset within {ERROR_HOURS} h: check utc_offset (local standard time), label "
            "and longitude",
        )
    if np.isnan(offset):
        logger.warning(
            "%s: clock not checked against the sun (utc_offset, label, longitude): %d days with "
            "shortwave radiation are needed",
            source,
            MIN_DAYS,
        )
    elif not USUAL_HOURS[0] <= offset <= USUAL_HOURS[1]:
        logger.warning("%s: shortwave noon %+.2f h from solar noon; check label", source, offset)
    return offset
