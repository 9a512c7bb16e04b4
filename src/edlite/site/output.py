"""Hourly results of a site run, collected day by day."""

from __future__ import annotations

import numpy as np
import xarray as xr

from edlite.model.columns import Columns
from edlite.model.day import HOURLY
from edlite.model.driver import DayResult
from edlite.site.settings import Output
from edlite.soil.layers import LAYER_BOTTOM, LAYER_TOP, root_zone_weights

CARBON, WATER, ENERGY = "kg m-2 s-1", "kg m-2 s-1", "W m-2"
# name -> (unit, long name)
VARIABLES = {
    "gpp": (CARBON, "gross primary production, carbon"),
    "leaf_respiration": (CARBON, "leaf respiration, carbon"),
    "root_respiration": (CARBON, "fine-root respiration, carbon"),
    "growth_respiration": (CARBON, "growth respiration, carbon"),
    "storage_respiration": (CARBON, "storage respiration, carbon"),
    "ra": (CARBON, "autotrophic respiration, carbon"),
    "rh": (CARBON, "heterotrophic respiration, carbon"),
    "nee": (CARBON, "net ecosystem exchange, carbon, positive to the atmosphere"),
    "le": (ENERGY, "latent heat flux, positive upward"),
    "h": (ENERGY, "sensible heat flux, positive upward"),
    "rnet": (ENERGY, "net radiation, positive downward"),
    "evapotranspiration": (WATER, "evapotranspiration"),
    "transpiration": (WATER, "transpiration"),
    "ground_evaporation": (WATER, "evaporation from ground and surface water"),
    "runoff": (WATER, "surface runoff"),
    "drainage": (WATER, "drainage at the bottom of the soil"),
    "precipitation": (WATER, "precipitation"),
    "ustar": ("m s-1", "friction velocity"),
    "canopy_air_temperature": ("K", "temperature of canopy air"),
    "air_temperature": ("K", "air temperature of the forcing"),
    "shortwave_down": (ENERGY, "downward shortwave radiation"),
    "snow_water": ("kg m-2", "water and snow on the surface"),
    "lai": ("1", "leaf area index"),
    "assimilation_water": (WATER, "water added by the prescribed moisture"),
    "assimilation_energy": (ENERGY, "energy added by the prescribed moisture"),
    "theta": ("m3 m-3", "volumetric soil water, liquid and frozen"),
    "soil_temperature": ("K", "soil temperature"),
    "theta_rootzone": ("m3 m-3", "volumetric soil water of the root zone (0-1 m)"),
}
RESPIRATIONS = tuple(f"{part}_respiration" for part in ("leaf", "root", "growth", "storage"))
# result of the driver -> (variable of the file, unit, long name); worst patch of the day
BUDGETS = {
    "water_max": ("water_residual_max", "kg m-2", "largest water residual of a step"),
    "energy_max": ("energy_residual_max", "W m-2", "largest energy residual of a step"),
    "carbon_max": ("carbon_residual_max", "1", "largest carbon residual of a step over the stock"),
}


class SiteOutput:
    """A sink for `edlite.model.driver.run` that keeps every hour of every cell (or patch)."""

    def __init__(self, columns: Columns, output: Output) -> None:
        self.columns, self.output = columns, output
        self.by_patch = output.level == "patch"
        self._days: list[np.datetime64] = []
        self._fluxes: list[np.ndarray] = []
        self._theta: list[np.ndarray] = []
        self._temperature: list[np.ndarray] = []
        self._lai: list[np.ndarray] = []
        self._budgets: dict[str, list[float]] = {name: [] for name in BUDGETS}

    def __call__(self, result: DayResult) -> None:
        """Keep the results of a day."""
        self._days.append(result.date)
        self._fluxes.append(self._aggregate(result.fluxes))
        self._theta.append(self._aggregate(result.theta))
        self._temperature.append(self._aggregate(result.soil_temperature))
        self._lai.append(np.repeat(self._aggregate(result.patch["lai"])[None], 24, axis=0))
        for name in BUDGETS:
            self._budgets[name].append(float(result.patch[name].max()))

    def _aggregate(self, values: np.ndarray) -> np.ndarray:
        """(..., patch) as it is, or the area-weighted mean (..., cell)."""
        if self.by_patch:
            return values.copy()
        weights = np.zeros((self.columns.n_patch, self.columns.n_cell))
        weights[np.arange(self.columns.n_patch), self.columns.cell_index] = self.columns.area
        return values @ weights

    def dataset(self) -> xr.Dataset:
        """Everything kept so far: dims time, (layer,) cell or patch (see docs/design.md)."""
        space = "patch" if self.by_patch else "cell"
        hours = np.concatenate([d + np.arange(24) * np.timedelta64(1, "h") for d in self._days])
        ds = xr.Dataset(coords={"time": hours.astype("datetime64[ns]")})
        fluxes = np.concatenate(self._fluxes)
        values = {name: fluxes[:, i] for i, name in enumerate(HOURLY)}
        values["ra"] = sum(values[name] for name in RESPIRATIONS)
        values["nee"] = values["ra"] + values["rh"] - values["gpp"]
        values["lai"] = np.concatenate(self._lai)
        for name, (unit, long_name) in VARIABLES.items():
            if name in values:
                attributes = {"units": unit, "long_name": long_name}
                ds[name] = (("time", space), values[name], attributes)
        n_layer = self._layers(space)
        for name, parts in (("theta", self._theta), ("soil_temperature", self._temperature)):
            layered = np.concatenate(parts)
            layered[:, np.arange(layered.shape[1])[:, None] >= n_layer] = np.nan
            unit, long_name = VARIABLES[name]
            ds[name] = (("time", "layer", space), layered, {"units": unit, "long_name": long_name})
        weights = root_zone_weights(n_layer)
        unit, long_name = VARIABLES["theta_rootzone"]
        ds["theta_rootzone"] = (
            ("time", space),
            np.einsum("tls,sl->ts", np.nan_to_num(ds["theta"].values), weights),
            {"units": unit, "long_name": long_name},
        )
        ds = ds.assign_coords(
            layer_top=("layer", LAYER_TOP, {"units": "m", "long_name": "top of layer"}),
            layer_bottom=("layer", LAYER_BOTTOM, {"units": "m", "long_name": "bottom of layer"}),
        )
        if self.by_patch:
            area = {"units": "1", "long_name": "share of the site"}
            ds["area"] = ("patch", self.columns.area, area)
        if self.output.step == "day":
            ds = ds.resample(time="1D").mean(keep_attrs=True)
        return self._with_budgets(ds) if self.output.budgets else ds

    def _layers(self, space: str) -> np.ndarray:
        """Existing layers of each cell or patch."""
        first = np.searchsorted(self.columns.cell_index, np.arange(self.columns.n_cell))
        return self.columns.n_layer if space == "patch" else self.columns.n_layer[first]

    def _with_budgets(self, ds: xr.Dataset) -> xr.Dataset:
        ds = ds.assign_coords(day=np.array(self._days).astype("datetime64[ns]"))
        for name, (variable, unit, long_name) in BUDGETS.items():
            attributes = {"units": unit, "long_name": f"{long_name}, worst patch of the day"}
            ds[variable] = ("day", np.array(self._budgets[name]), attributes)
        return ds
