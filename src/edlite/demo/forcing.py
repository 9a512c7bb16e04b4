"""Hourly forcing of a region's window of the NLDAS-2 grid from the weather of its tower."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from edlite.constants import GRAVITY, R_DRY, T_0C
from edlite.demo.climate import check_climate
from edlite.demo.layout import block_bounds, region_recipe
from edlite.demo.random import generator, smooth_field
from edlite.demo.subdaily import (
    clear_sky_shortwave,
    cloud_transmission,
    daily_value,
    hourly_precipitation,
    longwave_down,
    solar_hours,
    temperature,
    wind_factor,
)
from edlite.demo.weather import daily_weather
from edlite.model.time_interpolation import cos_zenith_at
from edlite.sources.tower.humidity import saturation_vapour_pressure, specific_humidity

SPACING = 0.125  # degree; centres at odd sixteenths, as 25.0625 N 124.9375 W
LAPSE_RATE = 0.0065  # K m-1
SEA_LEVEL_PRESSURE = 101325.0  # Pa
STANDARD_TEMPERATURE = 288.15  # K, at sea level
MAXIMUM_HUMIDITY = 0.99  # relative

VARIABLES = {
    "Tair": ("K", "air_temperature", "2-meter above ground temperature"),
    "Qair": ("kg kg-1", "specific_humidity", "2-meter above ground specific humidity"),
    "PSurf": ("Pa", "surface_air_pressure", "surface pressure"),
    "Wind_E": ("m s-1", "eastward_wind", "10-meter above ground zonal wind speed"),
    "Wind_N": ("m s-1", "northward_wind", "10-meter above ground meridional wind speed"),
    "LWdown": ("W m-2", "surface_downwelling_longwave_flux_in_air", "longwave radiation down"),
    "SWdown": ("W m-2", "surface_downwelling_shortwave_flux_in_air", "shortwave radiation down"),
    "Rainf": ("kg m-2", "precipitation_amount", "total precipitation of the hour before"),
}


def window(recipe: Mapping, region: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes (ascending) of points that enclose the block and its margin."""
    margin = recipe["weather"]["margin"]
    west, south, east, north = block_bounds(recipe, region)

    def centres(low: float, high: float) -> NDArray[np.float64]:
        first = math.floor((low - margin) / SPACING - 0.5)
        last = math.ceil((high + margin) / SPACING - 0.5)
        return (np.arange(first, last + 1) + 0.5) * SPACING

    return centres(south, north), centres(west, east)


def hour_labels(years: Sequence[int]) -> pd.DatetimeIndex:
    """Every hour from January 1 00 UTC to January 1 00 UTC after the years, both included."""
    return pd.date_range(f"{years[0]}-01-01", f"{years[-1] + 1}-01-01", freq="h")


def local_weather(recipe: Mapping, region: str) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Daily weather (see `daily_weather`) and precipitation [mm] of each local hour.

    The years of the recipe and one on either side, whose days the hours of New Year need. Each
    year has a stream of random numbers of its own: it is the same whatever the others.
    """
    climate = region_recipe(recipe, region)["climate"]
    check_climate(climate, region)
    daily, rain = [], []
    for year in range(recipe["years"][0] - 1, recipe["years"][-1] + 2):
        rng = generator(recipe, region, "weather", str(year))
        days = pd.date_range(f"{year}-01-01", f"{year}-12-31", freq="D")
        daily.append(daily_weather(rng, climate, recipe["weather"], days))
        rain.append(hourly_precipitation(rng, climate, daily[-1]))
    return pd.concat(daily), np.concatenate(rain)


def tower_weather(recipe: Mapping, region: str) -> pd.DataFrame:
    """Hourly weather at the tower (index: labels in UTC).

    Columns `temperature` [K], `vapour_pressure` [Pa], `pressure_anomaly` [Pa], `cloud` [1],
    `wind` [m s-1], `wind_from` [degrees], `precipitation` [mm in the hour ending at the label].
    """
    place = region_recipe(recipe, region)["place"]
    daily, rain = local_weather(recipe, region)
    start = daily.index[0]
    labels = hour_labels(recipe["years"])
    hours = solar_hours(labels, start, place["lon"])
    kelvin = temperature(daily, hours) + T_0C
    mean_kelvin = 0.5 * (daily["maximum"] + daily["minimum"]) + T_0C
    vapour = daily["vapour_pressure_ratio"] * saturation_vapour_pressure(mean_kelvin.to_numpy())
    # the hour that ends at a label began one hour before, in whole hours of local standard time
    ended = ((labels - start) / pd.Timedelta(hours=1)).to_numpy(int) + place["utc_offset"] - 1
    return pd.DataFrame(
        {
            "temperature": kelvin,
            "vapour_pressure": daily_value(vapour, hours),
            "pressure_anomaly": daily_value(daily["pressure"], hours),
            "cloud": daily["cloud"].to_numpy()[np.floor(hours / 24).astype(int)],
            "wind": daily_value(daily["wind"], hours) * wind_factor(hours),
            "wind_from": daily_value(daily["wind_from"], hours),
            "precipitation": rain[ended],
        },
        index=labels,
    )


def region_forcing(recipe: Mapping, region: str) -> xr.Dataset:
    """Forcing (time, lat, lon) of a region with the names and units of NLDAS-2.

    Elevation is a plane through the tower; temperature follows it at 6.5 K km-1 and pressure
    hydrostatically, relative humidity is kept, and precipitation has a fixed smooth factor whose
    value at the tower is one.
    """
    lat, lon = window(recipe, region)
    place = region_recipe(recipe, region)["place"]
    climate = region_recipe(recipe, region)["climate"]
    series = tower_weather(recipe, region)
    column = {name: values.to_numpy()[:, None] for name, values in series.items()}
    grid_lat, grid_lon = (g.ravel() for g in np.meshgrid(lat, lon, indexing="ij"))

    rise = climate["relief"]["north"] * (grid_lat - place["lat"])
    rise = rise + climate["relief"]["east"] * (grid_lon - place["lon"])
    rise = np.maximum(rise, -place["elevation"])
    kelvin = column["temperature"] - LAPSE_RATE * rise
    relative = column["vapour_pressure"] / saturation_vapour_pressure(column["temperature"])
    vapour = np.minimum(relative, MAXIMUM_HUMIDITY) * saturation_vapour_pressure(kelvin)
    elevation = place["elevation"] + rise
    pressure = standard_pressure(elevation) + column["pressure_anomaly"]
    mu = cos_zenith_at(series.index.to_numpy(), grid_lat, grid_lon)
    toward = np.radians(column["wind_from"] + 180.0)

    fields = {
        "Tair": kelvin,
        "Qair": specific_humidity(vapour, pressure),
        "PSurf": pressure,
        "Wind_E": column["wind"] * np.sin(toward) + 0 * kelvin,
        "Wind_N": column["wind"] * np.cos(toward) + 0 * kelvin,
        "LWdown": longwave_down(kelvin, vapour, column["cloud"]),
        "SWdown": clear_sky_shortwave(mu) * cloud_transmission(column["cloud"]),
        "Rainf": column["precipitation"] * _rain_factor(recipe, region, lat, lon),
    }
    shape = (len(series), len(lat), len(lon))
    return xr.Dataset(
        {
            name: (
                ("time", "lat", "lon"),
                fields[name].reshape(shape).astype(np.float32),
                {"units": unit, "standard_name": standard, "long_name": long_name},
            )
            for name, (unit, standard, long_name) in VARIABLES.items()
        },
        coords={"time": series.index.to_numpy(), "lat": lat, "lon": lon},
    )


def standard_pressure(elevation: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Pressure [Pa] of the ICAO standard atmosphere at an elevation [m]."""
    exponent = GRAVITY / (R_DRY * LAPSE_RATE)
    return SEA_LEVEL_PRESSURE * (1 - LAPSE_RATE * elevation / STANDARD_TEMPERATURE) ** exponent


def _rain_factor(recipe: Mapping, region: str, lat: NDArray, lon: NDArray) -> NDArray[np.float64]:
    """Factor of precipitation at each point of the window; one at the point next to the tower."""
    rng = generator(recipe, region, "precipitation relief")
    field = smooth_field(rng, (len(lat), len(lon)), 4.0)
    place = region_recipe(recipe, region)["place"]
    nearest = np.abs(lat - place["lat"]).argmin(), np.abs(lon - place["lon"]).argmin()
    spread = recipe["weather"]["precipitation_relief"]
    return np.exp(spread * (field - field[nearest])).ravel()
