"""When a radar snapshot was taken: from its time variable, an attribute or its file name."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import h5py
import numpy as np

from edlite.errors import InputError

ATTRIBUTES = (
    "time_coverage_start",
    "flight_date",
    "acquisition_date",
    "RangeBeginningDate",
    "start_date",
    "date",
)
# 20120920, 2012-09-20, with or without a time of day; then yymmdd between underscores (UAVSAR)
_LONG = re.compile(
    r"(?<!\d)(20\d\d)[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d{1,3}(?!\d))"
    r"(?:[T_ -]?([01]\d|2[0-3]):?([0-5]\d)(?::?([0-5]\d))?)?"
)
_SHORT = re.compile(r"_(1[2-9])(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[_.])")
_SINCE = re.compile(r"(second|minute|hour|day)s? since (\S+(?:[ T][\d:.]+)?)")
_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}


def flight_time(path: Path, file: h5py.File, name: str | None = None) -> np.datetime64:
    """Time of a flight, UTC.

    In this order: the variable or attribute `name` (if given), the variable `time`, one of
    ATTRIBUTES, the file name. Where only the date is known, noon by the sun is assumed at the
    longitude of North American sites (18 UTC).

    Raises InputError if none tells the date.
    """
    if name is not None and name not in file and name not in file.attrs:
        raise InputError(path, name, None, "a variable or attribute (rzsm.names.time)")
    candidates = [name] if name else ["time", *ATTRIBUTES]
    for candidate in candidates:
        if candidate in file:
            time = _decode(path, file[candidate])
        elif candidate in file.attrs:
            time = parse_time(_text(file.attrs[candidate]))
        else:
            continue
        if time is None:
            raise InputError(path, candidate, None, "a date such as 2012-09-20T18:00:00Z")
        return time
    time = parse_time(path.name)
    if time is None:
        raise InputError(
            path,
            "date of the flight",
            path.name,
            f"a file name with a date, an attribute ({', '.join(ATTRIBUTES)}), or rzsm.names.time",
        )
    return time


def parse_time(text: str) -> np.datetime64 | None:
    """The first date (and time of day, else 18:00) in a text; None if there is none."""
    match = _LONG.search(text)
    if match:
        year, month, day, hour, minute, second = match.groups()
        clock = (int(hour), int(minute), int(second or 0)) if hour else (18, 0, 0)
        return _time(int(year), int(month), int(day), *clock)
    match = _SHORT.search(text)
    if match:
        year, month, day = (int(part) for part in match.groups())
        return _time(2000 + year, month, day, 18, 0, 0)
    return None


def _time(*parts: int) -> np.datetime64 | None:
    try:
        return np.datetime64(datetime(*parts), "s")
    except ValueError:  # the 31st of a short month
        return None


def _decode(path: Path, variable: h5py.Dataset) -> np.datetime64 | None:
    """One time of a CF variable."""
    match = _SINCE.match(_text(variable.attrs.get("units", "")))
    values = np.ravel(variable[()])
    if match is None or values.size != 1 or not np.isfinite(values[0]):
        raise InputError(
            path, variable.name, values[:3].tolist(), 'one time, in "<unit> since <date>"'
        )
    seconds = round(float(values[0]) * _SECONDS[match[1]])
    epoch = np.datetime64(match[2].replace(" ", "T").rstrip("Z"), "s")
    return epoch + np.timedelta64(seconds, "s")


def _text(value: object) -> str:
    value = value[0] if isinstance(value, np.ndarray) and value.size else value
    return value.decode() if isinstance(value, bytes) else str(value)
