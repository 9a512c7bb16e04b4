"""Atmospheric CO2: the monthly Mauna Loa record of NOAA (text or CSV), interpolated to hours.

Source of the record: Lan, Tans & Thoning, NOAA Global Monitoring Laboratory,
https://gml.noaa.gov/ccgg/trends/data.html (dry-air mole fraction, umol mol-1).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from edlite.errors import InputError, require_file
from edlite.model.forcing_variables import check_plausible


def read_monthly(path: str | Path) -> pd.Series:
    """Monthly mean CO2 [umol mol-1], indexed by the middle of the month (UTC).

    Reads the text file (year, month, decimal date, average, ... after '#') and the CSV file (the
    same with a header). Months marked missing (-99.99) are left out.

    Raises InputError if the file is neither, a month is repeated or out of order, or a value is
    not a plausible mole fraction in ppm.
    """
    path = require_file(path, "monthly CO2 of NOAA (co2_mm_mlo.txt or .csv)")
    lines = [
        line
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    rows = [line.replace(",", " ").split() for line in lines]
    if rows and rows[0][0].strip('"').lower() == "year":
        rows = rows[1:]
    if not rows:
        raise InputError(path, "rows", 0, "year, month, decimal date, average, ...")
    try:
        year = np.array([int(row[0]) for row in rows])
        month = np.array([int(row[1]) for row in rows])
        value = np.array([float(row[3]) for row in rows])
    except (ValueError, IndexError) as error:
        raise InputError(
            path, "rows", str(error), "year, month, decimal date, average, ... on every line"
        ) from error
    if np.any((month < 1) | (month > 12)):
        raise InputError(path, "month", int(month[(month < 1) | (month > 12)][0]), "1 to 12")
    order = year * 12 + month
    if np.any(np.diff(order) <= 0):
        at = int(np.flatnonzero(np.diff(order) <= 0)[0]) + 1
        raise InputError(path, "month", f"{year[at]}-{month[at]:02d}", "ascending months")
    start = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    end = (start + 1).astype("datetime64[s]")
    middle = start.astype("datetime64[s]") + (end - start.astype("datetime64[s]")) // 2
    known = value > -90.0
    check_plausible(path, "co2", value[known], "average")
    return pd.Series(value[known], index=pd.DatetimeIndex(middle[known]), name="co2")


def interpolate(monthly: pd.Series, time: ArrayLike, source: str | Path) -> NDArray[np.float64]:
    """CO2 [umol mol-1] at `time` (datetime64, UTC), linear between the middles of months.

    Raises InputError, naming `source`, if the record does not enclose `time` or has a gap of more
    than two months within it.
    """
    seconds = monthly.index.to_numpy().astype("datetime64[s]").astype(np.int64)
    wanted = np.asarray(time).astype("datetime64[s]").astype(np.int64)
    if wanted.min() < seconds[0] or wanted.max() > seconds[-1]:
        raise InputError(
            source,
            "months",
            f"{monthly.index[0]:%Y-%m} to {monthly.index[-1]:%Y-%m}",
            f"a record around {np.asarray(time).min()} to {np.asarray(time).max()}",
        )
    left = np.searchsorted(seconds, wanted.min(), side="right") - 1
    right = np.searchsorted(seconds, wanted.max(), side="left")
    gap = np.diff(seconds[left : right + 1]) > 93 * 86400
    if gap.any():
        at = monthly.index[left + int(np.flatnonzero(gap)[0])]
        raise InputError(source, "months", f"a gap after {at:%Y-%m}", "at most two months missing")
    return np.interp(wanted, seconds, monthly.to_numpy())
