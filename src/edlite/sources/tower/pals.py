"""PALS/La Thuile text tables: `forcing_*.txt` and `obs_*.txt` of a site-year, without header."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError, require_file
from edlite.sources.tower.assemble import Clock, Column, assemble

FORCING_COLUMNS = {
    3: ("wind_speed", "m s-1"),
    5: ("air_temperature", "K"),
    6: ("specific_humidity", "kg kg-1"),
    7: ("air_pressure", "hPa"),
    8: ("shortwave_down", "W m-2"),
    9: ("longwave_down", "W m-2"),
    10: ("precipitation", "mm s-1"),
}
OBSERVATION_COLUMNS = {3: ("le", "W m-2"), 4: ("h", "W m-2"), 7: ("nee", "gCO2 m-2 s-1")}
THETA_COLUMNS = (5, 6)
MISSING = -9999.0


def read_pals(
    path: str | Path,
    *,
    utc_offset: float,
    longitude: float | None = None,
    theta_depths: list[float] | None = None,
) -> xr.Dataset:
    """Canonical record of one PALS table; the number of columns (11 or 8) tells which kind.

    Columns year, day of year, hour: END of the step, local standard time. The last row carries
    the next year's number with a day counted in the old one, so days are counted from the first
    row's year. The clock of observations cannot be checked against the sun (no radiation).
    Depths of the two moisture probes are not in the file: `theta_depths` [m] declares them.
    """
    path = require_file(path)
    try:
        table = pd.read_csv(path, sep=r"\s+", header=None).to_numpy(float)
    except (ValueError, UnicodeDecodeError, OSError) as error:
        raise InputError(path, "content", str(error), "a table of numbers") from error
    fields: dict[str, Column | list[Column]] = {}
    if table.shape[1] == 11:
        columns = FORCING_COLUMNS
    elif table.shape[1] == 8:
        columns = OBSERVATION_COLUMNS
        depths = theta_depths or [float("nan")] * len(THETA_COLUMNS)
        if len(depths) != len(THETA_COLUMNS):
            raise InputError(path, "theta_depths", depths, f"{len(THETA_COLUMNS)} depths [m]")
        fields["theta"] = [
            Column(_valid(table[:, i]), "m3 m-3", f"column {i + 1}", float(depth))
            for i, depth in zip(THETA_COLUMNS, depths, strict=True)
        ]
    else:
        raise InputError(path, "columns", table.shape[1], "11 (forcing) or 8 (observations)")
    for i, (name, unit) in columns.items():
        fields[name] = Column(_valid(table[:, i]), unit, f"column {i + 1}")
    first = np.datetime64(f"{int(table[0, 0]):04d}-01-01T00:00", "s")
    seconds = np.round((table[:, 1] - 1.0) * 86400.0 + table[:, 2] * 3600.0).astype(int)
    labels = first + seconds * np.timedelta64(1, "s")
    return assemble(str(path), labels, Clock(utc_offset, "end", longitude), fields)


def _valid(values: np.ndarray) -> np.ndarray:
    return np.where(values <= MISSING, np.nan, values)
