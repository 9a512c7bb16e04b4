"""The energy budget of an ED2 run, from its own output."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.constants import C_ICE, C_LIQ, L_F, L_S3, RHO_W, T3
from edlite.kernels.soil_heat import frozen_precipitation
from edlite.soil.layers import LAYER_THICKNESS


def reference_energy(folder: Path, reflected: float) -> pd.DataFrame:
    """Hourly supply of energy to soil and snow, their storage, and the mass of snow.

    reflected : share of the incoming longwave that the surface reflects; the `rnet` of the
        reference leaves it out

    Columns: `supply` [W m-2], net radiation less sensible and latent heat, with the heat of
    precipitation and runoff; `storage` [J m-2] of soil and snow above ice at the melting point, at
    the end of the hour; `snow` [kg m-2]. Heat in leaves and canopy air is left out, small over
    some days.
    """
    with xr.open_dataset(folder / "hourly_mean.nc", engine="netcdf4") as ds:
        out = ds.load()
    with xr.open_dataset(folder / "met_hourly.nc", engine="netcdf4") as ds:
        met = ds.load().isel(time=slice(0, out.sizes["time"]))
    values = pd.read_csv(folder / "soil.csv").set_index("name")["value"]
    c_dry = float(values["c_dry"])

    dz = LAYER_THICKNESS
    warm = out.soil_temp_end.values - T3
    water = out.soil_water_end.values * RHO_W * dz
    storage = (c_dry * dz * warm + _heat(water, out.soil_fliq.values, warm)).sum(axis=1)
    snow = out.sfcwater_mass.values
    liquid = np.nan_to_num(out.sfcwater_fliq.values)
    storage = storage + _heat(snow, liquid, np.nan_to_num(out.sfcwater_temp.values - T3))

    air = met.air_temperature.values
    frozen = np.array([frozen_precipitation(t) for t in air])
    brought = met.precipitation.values * (
        (1 - frozen) * (L_F + C_LIQ * np.maximum(air - T3, 0.0))
        + frozen * C_ICE * np.minimum(air - T3, 0.0)
    )
    net = out.rnet.values - reflected * met.longwave_down.values
    supply = net - out.h_surfaces.values - out.e_total.values * L_S3
    supply = supply + brought - out.runoff.values * L_F
    return pd.DataFrame(
        {"supply": supply, "storage": storage, "snow": snow},
        index=pd.DatetimeIndex(out.time.values),
    )


def _heat(water, liquid, warm):
    """Energy [J m-2] of water above ice at the melting point; `warm` in K above it."""
    melted = liquid * (L_F + C_LIQ * np.maximum(warm, 0.0))
    return water * (melted + (1.0 - liquid) * C_ICE * np.minimum(warm, 0.0))


def unexplained(energy: pd.DataFrame, start: str, end: str) -> float:
    """Mean gain of storage between two days (`end` included) that the supply does not cover
    [W m-2]."""
    part = energy.loc[start:end]
    seconds = (len(part) - 1) * 3600.0
    gain = (part["storage"].iloc[-1] - part["storage"].iloc[0]) / seconds
    return float(gain - part["supply"].iloc[1:].mean())
