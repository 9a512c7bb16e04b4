"""In-situ soil moisture of networks as one table: UTC time, depth, theta.

ISMN "header+values" files (Dorigo et al. 2021, Hydrol. Earth Syst. Sci. 25, 5749-5804) and the
hourly and daily files of the US Climate Reference Network (Bell et al. 2013, J. Hydrometeorol. 14,
977-988).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from edlite.errors import InputError, require_file

GOOD = "G"  # ISMN flag of a value without objection
USCRN_DEPTHS = (0.05, 0.10, 0.20, 0.50, 1.00)  # m
USCRN_MISSING_BELOW = -90.0
# fields of the files, counted from 0: number, first soil moisture, longitude, latitude
_HOURLY = (38, 28, 6, 7)
_DAILY = (28, 18, 3, 4)


def read_ismn(path: str | Path, flags: Iterable[str] = (GOOD,)) -> pd.DataFrame:
    """Soil moisture of an ISMN file (one station, one sensor).

    Columns `time` (UTC), `depth` [m, middle of the sensor's span], `theta` [m3 m-3]. A value is
    kept if all of its ISMN flags (several are joined by commas) are among `flags`. `attrs`:
    network, station, lat, lon, elevation [m], depth_from, depth_to [m], sensor.

    Raises InputError if the first line or another cannot be read, times do not ascend, or a kept
    value is not in 0-1.
    """
    path = require_file(path, "an ISMN header+values file (.stm)")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    attributes = _ismn_header(path, lines[0] if lines else "")
    rows = [line.split() for line in lines[1:] if line.strip()]
    short = next((row for row in rows if len(row) < 4), None)
    if short is not None:
        raise InputError(path, "line", " ".join(short), "date, time, value, ISMN flag (is it cut?)")
    try:
        time = pd.to_datetime([f"{r[0]} {r[1]}" for r in rows], format="%Y/%m/%d %H:%M")
        theta = np.array([float(row[2]) for row in rows])
    except ValueError as error:
        raise InputError(path, "line", str(error), "YYYY/MM/DD HH:MM value flag flag") from error
    accepted = frozenset(flags)
    good = np.array([accepted.issuperset(row[3].split(",")) for row in rows], dtype=bool)
    _check_time(path, time)
    middle = 0.5 * (attributes["depth_from"] + attributes["depth_to"])
    table = pd.DataFrame({"time": time[good], "depth": middle, "theta": theta[good]})
    _check_theta(path, "soil moisture", table)
    table.attrs = attributes
    return table


def read_uscrn_hourly(path: str | Path) -> pd.DataFrame:
    """Soil moisture of a native USCRN hourly file (38 fields, no header).

    Columns `time` (UTC, END of the hour as in the file), `depth` [m], `theta` [m3 m-3]; missing
    values (-99) left out. `attrs`: station (WBAN number), lat, lon.

    Raises InputError for another number of fields, an unreadable number or date, times that do not
    ascend, or moisture that is not in 0-1.
    """
    table = _read_fields(path, _HOURLY[0])
    time = _dates(path, "UTC_DATE, UTC_TIME", table[1] + table[2].str.zfill(4), "%Y%m%d%H%M")
    return _uscrn(path, table, time, _HOURLY)


def read_uscrn_daily(path: str | Path) -> pd.DataFrame:
    """Soil moisture of a USCRN daily file: native (28 fields), or CSV with the same columns.

    As `read_uscrn_hourly`, but for `time`: days are days of local standard time, and `time` is the
    UTC instant of their middle (time zone from the longitude, 15 degrees an hour).
    """
    table = _read_fields(path, _DAILY[0])
    offset = np.round(_number(path, "LONGITUDE", table[_DAILY[2]]) / 15.0)
    noon = _dates(path, "LST_DATE", table[1], "%Y%m%d") + pd.to_timedelta(12.0 - offset, unit="h")
    return _uscrn(path, table, pd.DatetimeIndex(noon), _DAILY)


def profile(table: pd.DataFrame) -> pd.DataFrame:
    """Wide form: index `time`, a column per depth [m] ascending, values theta (NaN missing).

    Tables of several sensors are joined with `pandas.concat` first. Raises InputError if a depth
    has two values at one time.
    """
    twice = table[table.duplicated(["time", "depth"])]
    if not twice.empty:
        first = twice.iloc[0]
        raise InputError(
            "soil moisture", f"time at {first['depth']} m", str(first["time"]), "one value a time"
        )
    return table.pivot(index="time", columns="depth", values="theta").sort_index(axis=1)


def _ismn_header(path: Path, line: str) -> dict[str, str | float]:
    """Attributes of the first line: network (twice), station, place, depths, sensor."""
    parts = line.split()
    try:
        numbers = dict(
            zip(
                ("lat", "lon", "elevation", "depth_from", "depth_to"),
                [float(part) for part in parts[3:8]],
                strict=True,
            )
        )
    except ValueError as error:
        raise InputError(
            path, "first line", line, "network, network, station, lat, lon, elevation, two depths"
        ) from error
    names = {"network": parts[0], "station": parts[2], "sensor": " ".join(parts[8:])}
    return names | numbers


def _read_fields(path: str | Path, n_field: int) -> pd.DataFrame:
    """All fields as text, columns 0..n-1; a header line is dropped. White space or commas."""
    path = require_file(path, "a USCRN file")
    try:
        table = pd.read_csv(path, header=None, sep=r"[,\s]+", engine="python", dtype=str)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(path, "content", str(error), "a table of USCRN") from error
    if table.shape[1] != n_field:
        raise InputError(path, "fields", table.shape[1], f"{n_field} on every line")
    if table.iloc[0, 0].upper() == "WBANNO":
        table = table.iloc[1:].reset_index(drop=True)
    if table.empty or table.isna().any(axis=None):
        raise InputError(path, "fields", "missing", f"{n_field} on every line (is it cut?)")
    return table


def _uscrn(
    path: str | Path, table: pd.DataFrame, time: pd.DatetimeIndex, fields: tuple[int, ...]
) -> pd.DataFrame:
    """Long table of the five depths."""
    _check_time(path, time)
    _, first, lon, lat = fields
    parts = []
    for i, depth in enumerate(USCRN_DEPTHS):
        name = f"SOIL_MOISTURE_{round(100 * depth)}"
        theta = _number(path, name, table[first + i])
        known = theta > USCRN_MISSING_BELOW
        part = pd.DataFrame({"time": time[known], "depth": depth, "theta": theta[known]})
        _check_theta(path, name, part)
        parts.append(part)
    out = pd.concat(parts, ignore_index=True).sort_values(["time", "depth"], ignore_index=True)
    out.attrs = {
        "station": table[0].iloc[0],
        "lat": float(_number(path, "LATITUDE", table[lat])[0]),
        "lon": float(_number(path, "LONGITUDE", table[lon])[0]),
    }
    return out


def _number(path: str | Path, name: str, column: pd.Series) -> np.ndarray:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(float)
    bad = np.isnan(numbers)
    if bad.any():
        raise InputError(path, name, column[bad].iloc[0], "a number")
    return numbers


def _dates(path: str | Path, name: str, column: pd.Series, form: str) -> pd.DatetimeIndex:
    try:
        return pd.DatetimeIndex(pd.to_datetime(column, format=form))
    except ValueError as error:
        raise InputError(path, name, str(error), "dates as in USCRN files") from error


def _check_time(path: str | Path, time: pd.DatetimeIndex) -> None:
    back = np.flatnonzero(np.diff(time.to_numpy()) <= np.timedelta64(0))
    if back.size:
        raise InputError(path, "time", str(time[back[0] + 1]), f"a time after {time[back[0]]}")


def _check_theta(path: str | Path, name: str, table: pd.DataFrame) -> None:
    bad = table[~table["theta"].between(0.0, 1.0)]
    if not bad.empty:
        row = bad.iloc[0]
        raise InputError(path, f"{name} at {row['time']}", row["theta"], "0 to 1 m3 m-3")
