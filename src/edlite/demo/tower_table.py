"""Synthetic tower record in the layout of AmeriFlux BASE (hourly, CSV)."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from edlite.constants import T_0C, UMOL_TO_KGC
from edlite.demo.humidity import relative_humidity, vapour_pressure
from edlite.demo.layout import region_recipe
from edlite.demo.probe import at_depth, sensed_moisture
from edlite.demo.random import generator
from edlite.files import write_text
from edlite.sources.tower.humidity import saturation_vapour_pressure

MISSING = -9999
STAMP = "%Y%m%d%H%M"
DECIMALS = 4


def flux_error(
    rng: np.random.Generator, flux: NDArray[np.float64], law: Mapping
) -> NDArray[np.float64]:
    """Random error of eddy fluxes: double-exponential with standard deviation a + b |F|.

    `law` holds [a, b] for `positive` and `negative` fluxes; Richardson et al. (2006, Agricultural
    and Forest Meteorology 136, 1-18). The unit of a is that of the flux.
    """
    (a, b), (c, d) = law["positive"], law["negative"]
    sd = np.where(flux >= 0, a + b * np.abs(flux), c + d * np.abs(flux))
    return rng.laplace(0.0, 1.0, flux.shape) * sd / np.sqrt(2.0)


def tower_table(
    recipe: Mapping, region: str, truth: xr.Dataset, forcing: pd.DataFrame, n_layer: int
) -> pd.DataFrame:
    """Columns of BASE from the truth (time, layer) at the tower's cell and the hourly forcing.

    Meteorology is without error. NEE, LE and H carry the random error of eddy covariance; GPP is
    Reco - NEE with the true Reco, so that the error of NEE is in GPP, as in a partitioned record.
    Soil moisture comes from probes of its own. Times are local standard time.
    """
    own = region_recipe(recipe, region)
    law = recipe["tower_error"][own["tower_error"]]
    rng = generator(recipe, region, "tower")
    start = pd.DatetimeIndex(truth["time"].values) + pd.Timedelta(hours=own["place"]["utc_offset"])
    kelvin = forcing["air_temperature"].to_numpy()
    pressure, q = forcing["air_pressure"].to_numpy(), forcing["specific_humidity"].to_numpy()
    deficit = saturation_vapour_pressure(kelvin) - vapour_pressure(q, pressure)

    nee = truth["nee"].values / UMOL_TO_KGC
    nee = nee + flux_error(rng, nee, law["nee"])
    le = truth["le"].values + flux_error(rng, truth["le"].values, law["le"])
    h = truth["h"].values + flux_error(rng, truth["h"].values, law["h"])
    reco = (truth["ra"].values + truth["rh"].values) / UMOL_TO_KGC
    columns = {
        "TIMESTAMP_START": start.strftime(STAMP),
        "TIMESTAMP_END": (start + pd.Timedelta(hours=1)).strftime(STAMP),
        "TA": kelvin - T_0C,
        "RH": relative_humidity(q, pressure, kelvin),
        "VPD": np.maximum(deficit, 0.0) / 100,
        "PA": pressure / 1000,
        "WS": forcing["wind_speed"].to_numpy(),
        "P": 3600 * forcing["precipitation"].to_numpy(),
        "SW_IN": forcing["shortwave_down"].to_numpy(),
        "LW_IN": forcing["longwave_down"].to_numpy(),
        "CO2": forcing["co2"].to_numpy(),
        "USTAR": truth["ustar"].values,
        "NETRAD": truth["rnet"].values,
        "LE": le,
        "H": h,
        "NEE": nee,
        "GPP": reco - nee,
        "RECO": reco,
    }
    depths = recipe["tower_error"]["swc_depths"]
    readings = sensed_moisture(rng, truth["theta"].values, depths, n_layer, recipe["probes"])
    for i, depth in enumerate(depths):
        columns[f"SWC_1_{i + 1}_1"] = 100 * readings[:, i]
        kelvin = at_depth(truth["soil_temperature"].values, depth, n_layer)
        columns[f"TS_1_{i + 1}_1"] = kelvin - T_0C
    return pd.DataFrame(columns)


def write_tower_table(recipe: Mapping, region: str, table: pd.DataFrame, path: str | Path) -> None:
    """Write the table with BASE's comment lines; missing values are -9999."""
    own = region_recipe(recipe, region)
    depths = ", ".join(f"{depth:.2f}" for depth in recipe["tower_error"]["swc_depths"])
    text = StringIO()
    text.write(f"# Site: {own['site']} (SYNTHETIC: the demo's truth run, not a measurement)\n")
    text.write(f"# Version: synthetic; SWC and TS at {depths} m\n")
    rounded = table.round(DECIMALS).fillna(MISSING)
    rounded.to_csv(text, index=False)
    write_text(text.getvalue(), path)
