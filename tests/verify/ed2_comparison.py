"""A site run of edlite beside the ED2 run whose inputs it has: bias, rmsd and r by variable."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.constants import YEAR_S

LE_PER_KG = 2.5e6  # J kg-1, with which the reference forms `le`
# name in the table: variable here, factor to the reference's unit, variable there, unit
VARIABLES = {
    "gpp": ("gpp", YEAR_S, "gpp", "kgC m-2 yr-1"),
    "leaf_resp": ("leaf_respiration", YEAR_S, "leaf_resp", "kgC m-2 yr-1"),
    "root_resp": ("root_respiration", YEAR_S, "root_resp", "kgC m-2 yr-1"),
    "rh": ("rh", YEAR_S, "rh", "kgC m-2 yr-1"),
    "le": ("evapotranspiration", LE_PER_KG, "le", "W m-2"),
    "h_surfaces": ("h", 1.0, "h_surfaces", "W m-2"),
    "rnet_absorbed": ("rnet", 1.0, "rnet_absorbed", "W m-2"),
    "transpiration": ("transpiration", 86400.0, "transpiration", "mm d-1"),
    "e_ground": ("ground_evaporation", 86400.0, "e_ground", "mm d-1"),
    "e_film": ("film_evaporation", 86400.0, "e_film", "mm d-1"),
    "t_canopy_air": ("canopy_air_temperature", 1.0, "t_canopy_air", "K"),
    "ustar": ("ustar", 1.0, "ustar", "m s-1"),
    "runoff": ("runoff", 86400.0, "runoff", "mm d-1"),
    "drainage": ("drainage", 86400.0, "drainage", "mm d-1"),
    "sfcwater_mass": ("snow_water", 1.0, "sfcwater_mass", "kg m-2"),
}
PER_DAY = {"transpiration", "e_ground", "e_film", "runoff", "drainage"}


@dataclass(frozen=True)
class Pair:
    """Hourly series of a variable here and there."""

    model: np.ndarray
    reference: np.ndarray
    unit: str

    def daily(self) -> Pair:
        """Daily means."""
        return Pair(_days(self.model), _days(self.reference), self.unit)

    @property
    def bias(self) -> float:
        return float(np.mean(self.model - self.reference))

    @property
    def relative_bias(self) -> float:
        """Bias over the reference's mean, per cent."""
        return 100.0 * self.bias / abs(float(np.mean(self.reference)))

    @property
    def rmsd(self) -> float:
        return float(np.sqrt(np.mean((self.model - self.reference) ** 2)))

    @property
    def r(self) -> float:
        varies = min(np.std(self.model), np.std(self.reference)) > 1e-12
        return float(np.corrcoef(self.model, self.reference)[0, 1]) if varies else np.nan


def _days(values: np.ndarray) -> np.ndarray:
    return values[: len(values) // 24 * 24].reshape(-1, 24).mean(axis=1)


def _cell_mean(ds: xr.Dataset) -> xr.Dataset:
    """Area-weighted mean over the patches, where results are by patch."""
    return ds.weighted(ds["area"]).mean("patch") if "patch" in ds.dims else ds


def monthly_rmsd(pair: Pair) -> float:
    """Rmsd of means over 30 days."""
    daily = pair.daily()
    n = len(daily.model) // 30 * 30
    means = [x[:n].reshape(-1, 30).mean(axis=1) for x in (daily.model, daily.reference)]
    return float(np.sqrt(np.mean((means[0] - means[1]) ** 2)))


def compare(native: Path, reference: Path) -> dict[str, Pair]:
    """Pairs by variable, soil layers as `theta_1` (top) and `soil_temperature_1`."""
    with (
        xr.open_dataset(native, engine="netcdf4") as ours,
        xr.open_dataset(reference, engine="netcdf4") as theirs,
    ):
        ours, theirs = _cell_mean(ours.load().squeeze()), theirs.load().astype(float)
    if "h_surfaces" not in theirs and "h_leaf" not in theirs:  # bare soil
        theirs["h_surfaces"] = theirs["h_ground"]
    pairs = {}
    for name, (here, factor, there, unit) in VARIABLES.items():
        if there in theirs and np.isfinite(theirs[there].values).all():
            scale = 86400.0 if name in PER_DAY else 1.0
            pairs[name] = Pair(ours[here].values * factor, theirs[there].values * scale, unit)
    for k in range(theirs.sizes["layer"]):
        for name, here, there, unit in (
            ("theta", "theta", "soil_water", "m3 m-3"),
            ("soil_temperature", "soil_temperature", "soil_temp", "K"),
        ):
            values = ours[here].isel(layer=k).values
            pairs[f"{name}_{k + 1}"] = Pair(values, theirs[there].isel(layer=k).values, unit)
    return pairs


def table(pairs: dict[str, Pair]) -> pd.DataFrame:
    """Means, bias, rmsd and r of hourly values, rmsd of daily ones."""
    rows = [
        {
            "variable": name,
            "unit": p.unit,
            "edlite": p.model.mean(),
            "ED2": p.reference.mean(),
            "bias": p.bias,
            "bias_percent": p.relative_bias if np.mean(p.reference) else np.nan,
            "rmsd": p.rmsd,
            "r": p.r,
            "rmsd_daily": p.daily().rmsd,
        }
        for name, p in pairs.items()
    ]
    return pd.DataFrame(rows)
