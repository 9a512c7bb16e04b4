"""Hourly results of a site run, collected day by day."""

from __future__ import annotations

import numpy as np
import xarray as xr

from edlite.constants import DAY_S
from edlite.model.columns import Columns
from edlite.model.driver import DayResult
from edlite.model.records import HOURLY
from edlite.site.settings import Output
from edlite.soil.layers import LAYER_BOTTOM, LAYER_TOP, root_zone_weights
from edlite.variables import ANNUAL, FLUXES

RESPIRATIONS = tuple(f"{part}_respiration" for part in ("leaf", "root", "growth", "storage"))
# result of the driver -> variable of the file
BUDGETS = {
    "water_max": "water_residual_max",
    "energy_max": "energy_residual_max",
    "carbon_max": "carbon_residual_max",
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
        values["npp"] = values["gpp"] - values["ra"]
        values["nee"] = values["ra"] + values["rh"] - values["gpp"]
        values["lai"] = np.concatenate(self._lai)
        for name in ("assimilation_water", "assimilation_energy"):
            values[name] = values[name] * DAY_S
        for name, variable in FLUXES.items():
            if name in values:
                ds[name] = (("time", space), values[name], variable.attributes())
        n_layer = self._layers(space)
        for name, parts in (("theta", self._theta), ("soil_temperature", self._temperature)):
            layered = np.concatenate(parts)
            layered[:, np.arange(layered.shape[1])[:, None] >= n_layer] = np.nan
            ds[name] = (("time", "layer", space), layered, FLUXES[name].attributes())
        weights = root_zone_weights(n_layer)
        root_zone = np.einsum("tls,sl->ts", np.nan_to_num(ds["theta"].values), weights)
        attributes = FLUXES["theta_rootzone"].attributes()
        ds["theta_rootzone"] = (("time", space), root_zone, attributes)
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
        for name, variable in BUDGETS.items():
            unit, long_name = ANNUAL[variable]
            attributes = {"units": unit, "long_name": f"{long_name}, worst patch of the day"}
            ds[variable] = ("day", np.array(self._budgets[name]), attributes)
        return ds
