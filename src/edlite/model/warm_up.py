"""Compile every entry point by running the smallest column for a day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from edlite.model.columns import Columns
from edlite.model.driver import run
from edlite.model.meteorology import Meteorology
from edlite.model.options import ModelOptions
from edlite.model.state import State
from edlite.soil.hydraulics import soil_properties


def small_weather(days: int = 1) -> Meteorology:
    """Steady mild weather for tests and compilation, hourly from 2001-07-01."""
    time = np.datetime64("2001-07-01", "ns") + np.arange(24 * days + 1) * np.timedelta64(1, "h")
    values = {
        "air_temperature": 290.0,
        "specific_humidity": 0.008,
        "air_pressure": 98000.0,
        "wind_speed": 3.0,
        "longwave_down": 330.0,
        "precipitation": 0.0,
        "co2": 400.0,
    }
    hour = np.arange(time.size) % 24
    shortwave = 800.0 * np.maximum(0.0, np.sin((hour - 11.0) / 13.0 * np.pi)) * (hour > 11)
    ds = xr.Dataset(
        {k: ("time", np.full(time.size, v)) for k, v in values.items()},
        coords={"time": time, "lat": 42.5, "lon": -72.2},
    )
    ds["shortwave_down"] = ("time", shortwave)
    return Meteorology(ds, "none", source="steady weather")


def small_column() -> Columns:
    """One patch with one pine cohort on sandy loam."""
    soil = {k: v[0] for k, v in soil_properties(np.array([0.6]), np.array([0.1])).items()}
    patches = pd.DataFrame({"patch": [0], "area": [1.0], "fast_carbon": [0.2]})
    cohorts = pd.DataFrame({"patch": [0], "pft": ["NP"], "dbh": [20.0], "n": [0.05]})
    return Columns.from_stand(
        lat=42.5, lon=-72.2, patches=patches, cohorts=cohorts, soil=soil, source="small column"
    )


def warm_up(integrator: str = "rk4") -> State:
    """Run the small column for a day; afterwards a run with `integrator` finds all compiled."""
    columns = small_column()
    state = State.initial(columns, air_temperature=290.0, q=0.008, co2=400.0)
    options = ModelOptions(integrator=integrator)
    return run(columns, state, small_weather(), options, "2001-07-01", "2001-07-02")
