"""Synthetic in-situ station in the hourly layout of the US Climate Reference Network (USCRN)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.constants import T_0C
from edlite.demo.humidity import relative_humidity
from edlite.demo.layout import region_recipe
from edlite.demo.probe import at_depth, sensed_moisture
from edlite.demo.random import generator
from edlite.files import write_text

STATION = 99999  # no station of the network has this number
MISSING_TEMPERATURE, MISSING_MOISTURE = -9999.0, -99.0
LINE = (
    "{number:5d} {utc} {local} {version:>6s} {lon:7.2f} {lat:7.2f} "
    "{ta:7.1f} {ta:7.1f} {ta:7.1f} {ta:7.1f} {rain:7.1f} {solar:6.0f} 0 {solar:6.0f} 0 "
    "{solar:6.0f} 0 C {none:7.1f} 0 {none:7.1f} 0 {none:7.1f} 0 {rh:5.0f} 0 {moisture} {soil}"
)


def station_lines(
    recipe: Mapping, region: str, truth: xr.Dataset, forcing: pd.DataFrame, n_layer: int
) -> list[str]:
    """Lines of 38 fields, one an hour, labelled with the END of the hour.

    truth : hourly truth (time, layer) at the tower's cell; forcing : hourly means at the tower
    Soil moisture is read by probes at the recipe's five depths (see `probe.sensed_moisture`); soil
    temperature is the truth's. Extremes within the hour repeat its mean.
    """
    own, law = region_recipe(recipe, region), recipe["probes"]
    rng = generator(recipe, region, "probes")
    depths = law["depths"]
    theta = sensed_moisture(rng, truth["theta"].values, depths, n_layer, law)
    kelvin = [at_depth(truth["soil_temperature"].values, depth, n_layer) for depth in depths]
    soil = np.nan_to_num(np.stack(kelvin, axis=1) - T_0C, nan=MISSING_TEMPERATURE)
    theta = np.nan_to_num(theta, nan=MISSING_MOISTURE)

    end = pd.DatetimeIndex(truth["time"].values) + pd.Timedelta(hours=1)
    local = end + pd.Timedelta(hours=own["place"]["utc_offset"])
    air = forcing["air_temperature"].to_numpy()
    q, pressure = forcing["specific_humidity"].to_numpy(), forcing["air_pressure"].to_numpy()
    humidity = relative_humidity(q, pressure, air)
    rain = 3600 * forcing["precipitation"].to_numpy()
    solar = forcing["shortwave_down"].to_numpy()
    return [
        LINE.format(
            number=STATION,
            utc=f"{end[i]:%Y%m%d %H%M}",
            local=f"{local[i]:%Y%m%d %H%M}",
            version="SYNTH",
            lon=own["place"]["lon"],
            lat=own["place"]["lat"],
            ta=air[i] - T_0C,
            rain=rain[i],
            solar=solar[i],
            none=MISSING_TEMPERATURE,
            rh=humidity[i],
            moisture=" ".join(f"{value:7.3f}" for value in theta[i]),
            soil=" ".join(f"{value:7.1f}" for value in soil[i]),
        )
        for i in range(len(end))
    ]


def write_station(lines: list[str], path: str | Path) -> None:
    """Write the lines; the layout has no header, the file's name says that it is synthetic."""
    write_text("\n".join(lines) + "\n", path)
