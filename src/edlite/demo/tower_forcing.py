"""Hourly means of the forcing at the tower's cell, as the truth run saw it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.grid.bilinear import bilinear_weights
from edlite.model.meteorology import (
    AIR_PRESSURE,
    AIR_TEMPERATURE,
    CO2,
    LONGWAVE_DOWN,
    NIR_BEAM,
    NIR_DIFFUSE,
    PAR_BEAM,
    PAR_DIFFUSE,
    PRECIPITATION,
    SPECIFIC_HUMIDITY,
    WIND_SPEED,
    Meteorology,
)

ROWS = {
    "air_temperature": AIR_TEMPERATURE,
    "specific_humidity": SPECIFIC_HUMIDITY,
    "air_pressure": AIR_PRESSURE,
    "wind_speed": WIND_SPEED,
    "longwave_down": LONGWAVE_DOWN,
    "precipitation": PRECIPITATION,
    "co2": CO2,
}
BANDS = (PAR_BEAM, PAR_DIFFUSE, NIR_BEAM, NIR_DIFFUSE)
STEPS_PER_HOUR = 6


def hourly_forcing(
    paths: Iterable[str | Path], time: NDArray[np.datetime64], lat: float, lon: float
) -> pd.DataFrame:
    """Hourly means (index: starts of hours, UTC) of the forcing at a point, SI units.

    The 600 s values are those of the model's own interpolation in time and space, so that a run
    driven by the table meets the weather of the truth run. Raises InputError where the forcing
    files (`forcing/{year}.nc`) do not cover `time` or the point.
    """
    by_year = {}
    for path in paths:
        axes = read_dataset(path, required=("time", "lat", "lon"))
        year = int(pd.Timestamp(axes["time"].values[0]).year)
        weights = bilinear_weights(axes["lat"].values, axes["lon"].values, lat, lon, path)
        by_year[year] = (Meteorology.from_forcing_file(path), *(w[0] for w in weights))
    days = np.unique(time.astype("datetime64[D]"))
    parts = []
    for day in days:
        year = int(str(day)[:4])
        if year not in by_year:
            raise InputError("forcing", "year", year, f"one of the files' {sorted(by_year)}")
        meteorology, index, weight = by_year[year]
        steps = meteorology.day(day)[:, :, index] @ weight
        parts.append(steps.reshape(24, STEPS_PER_HOUR, -1).mean(axis=1))
    hours = np.concatenate(parts)
    starts = days.astype("datetime64[s]")[:, None] + np.arange(24) * np.timedelta64(3600, "s")
    table = pd.DataFrame({name: hours[:, row] for name, row in ROWS.items()}, index=starts.ravel())
    table["shortwave_down"] = hours[:, list(BANDS)].sum(axis=1)
    return table.loc[time.astype("datetime64[s]")]
