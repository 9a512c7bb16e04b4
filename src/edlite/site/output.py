"""Results of a site run, collected day by day: per cell, patch or cohort, with the budgets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from edlite.constants import DAY_S
from edlite.model import records
from edlite.model.columns import Columns
from edlite.model.day_result import DayResult
from edlite.parameters import PFT_CODES
from edlite.site.settings import Output
from edlite.soil.layers import root_zone_weights
from edlite.variables import ANNUAL, BUDGET, COHORT, FLUXES, RESPIRATIONS

RECORDS_PER_DAY = {"hour": 24, "step": 144, "day": 24}
# result of the driver -> variable of the file
RESIDUALS = {
    "water_max": "water_residual_max",
    "energy_max": "energy_residual_max",
    "carbon_max": "carbon_residual_max",
}


class SiteOutput:
    """A sink for `edlite.model.driver.run` that keeps every record of a run.

    Level `patch` is for patches that stay, level `cohort` for a stand that does not change.
    cohorts : names and sizes of the cohorts (`edlite.site.cohorts`), for level `cohort`
    """

    def __init__(
        self, columns: Columns, output: Output, cohorts: pd.DataFrame | None = None
    ) -> None:
        self.columns, self.output, self.cohorts = columns, output, cohorts
        self.by_patch = output.level != "cell"
        self.records = RECORDS_PER_DAY[output.step]
        self._days: list[np.datetime64] = []
        self._kept: dict[str, list[np.ndarray]] = {}
        self._residuals: dict[str, list[float]] = {name: [] for name in RESIDUALS}

    def __call__(self, result: DayResult) -> None:
        """Keep the results of a day."""
        self.columns = result.columns
        self._days.append(result.date)
        self._keep("fluxes", self._aggregate(result.fluxes))
        self._keep("theta", self._aggregate(result.theta))
        self._keep("soil_temperature", self._aggregate(result.soil_temperature))
        lai = self._aggregate(result.patch["lai"])
        self._keep("lai", np.repeat(lai[None], self.records, axis=0))
        if self.output.budgets:
            self._keep("budget", self._aggregate(result.budget))
            for name in RESIDUALS:
                self._residuals[name].append(float(result.patch[name].max()))
        if self.output.level == "cohort":
            self._keep("cohorts", result.cohorts.copy())

    def _keep(self, name: str, values: np.ndarray) -> None:
        self._kept.setdefault(name, []).append(values)

    def _aggregate(self, values: np.ndarray) -> np.ndarray:
        """(..., patch) as it is, or the area-weighted mean (..., cell)."""
        if self.by_patch:
            return values.copy()
        weights = np.zeros((self.columns.n_patch, self.columns.n_cell))
        weights[np.arange(self.columns.n_patch), self.columns.cell_index] = self.columns.area
        return values @ weights

    def dataset(self) -> xr.Dataset:
        """Everything kept so far: dims time, (layer,) cell or patch, cohort (see site-run.md)."""
        space = "patch" if self.by_patch else "cell"
        kept = {name: np.concatenate(parts) for name, parts in self._kept.items()}
        ds = xr.Dataset(coords={"time": ("time", self._times(), self._time_attributes())})
        for name, values in _fluxes(kept).items():
            ds[name] = (("time", space), values, FLUXES[name].attributes())
        ds = self._with_layers(ds, kept, space)
        if self.output.budgets:
            for i, name in enumerate(records.BUDGET):
                attributes = BUDGET[name].attributes()
                ds[f"budget_{name}"] = (("time", space), kept["budget"][:, i], attributes)
        if self.output.level == "cohort":
            ds = self._with_cohorts(ds, kept["cohorts"])
        if self.by_patch:
            area = {"units": "1", "long_name": "share of the site"}
            ds["area"] = ("patch", self.columns.area, area)
        if self.output.step == "day":
            ds = _daily(ds)
        return self._with_residuals(ds) if self.output.budgets else ds

    def _times(self) -> np.ndarray:
        step = np.timedelta64(int(DAY_S) // self.records, "s")
        starts = np.arange(self.records) * step
        return np.concatenate([d + starts for d in self._days]).astype("datetime64[ns]")

    def _time_attributes(self) -> dict[str, str]:
        return {"standard_name": "time", "long_name": "start (UTC) of the interval of the means"}

    def _with_layers(self, ds: xr.Dataset, kept: dict, space: str) -> xr.Dataset:
        bottom = np.asarray(self.columns.layer_bottom, float)
        first = np.searchsorted(self.columns.cell_index, np.arange(self.columns.n_cell))
        n_layer = self.columns.n_layer if self.by_patch else self.columns.n_layer[first]
        for name in ("theta", "soil_temperature"):
            values = kept[name].copy()
            values[:, np.arange(bottom.size)[:, None] >= n_layer] = np.nan
            ds[name] = (("time", "layer", space), values, FLUXES[name].attributes())
        weights = root_zone_weights(n_layer, bottom)
        root_zone = np.einsum("tls,sl->ts", np.nan_to_num(ds["theta"].values), weights)
        ds["theta_rootzone"] = (("time", space), root_zone, FLUXES["theta_rootzone"].attributes())
        top = np.concatenate([[0.0], bottom[:-1]])
        return ds.assign_coords(
            layer_top=("layer", top, {"units": "m", "long_name": "depth of the layer's top"}),
            layer_bottom=("layer", bottom, {"units": "m", "long_name": "depth of its bottom"}),
        )

    def _with_cohorts(self, ds: xr.Dataset, values: np.ndarray) -> xr.Dataset:
        for i, name in enumerate(records.COHORT):
            attributes = COHORT[name].attributes()
            ds[f"cohort_{name}"] = (("time", "cohort"), values[:, i], attributes)
        columns = self.columns
        sizes = {
            "cohort_patch": (columns.patch_index.astype("int32"), "1", "index of its patch"),
            "cohort_dbh": (columns.dbh, "cm", "diameter at breast height"),
            "cohort_height": (columns.height, "m", "height"),
            "cohort_n": (columns.n, "m-2", "plants per area of the patch"),
        }
        for name, (numbers, units, long_name) in sizes.items():
            ds[name] = ("cohort", numbers, {"units": units, "long_name": long_name})
        codes = np.array(PFT_CODES)[columns.pft]
        ds = ds.assign_coords(cohort_pft=("cohort", codes, {"long_name": "plant type"}))
        if self.cohorts is not None:
            names = self.cohorts["cohort"].to_numpy(str)
            text = {"long_name": "name in the cohort table"}
            ds = ds.assign_coords(cohort_name=("cohort", names, text))
        return ds

    def _with_residuals(self, ds: xr.Dataset) -> xr.Dataset:
        ds = ds.assign_coords(day=np.array(self._days).astype("datetime64[ns]"))
        for name, variable in RESIDUALS.items():
            unit, long_name = ANNUAL[variable]
            attributes = {"units": unit, "long_name": f"{long_name}, worst patch of the day"}
            ds[variable] = ("day", np.array(self._residuals[name]), attributes)
        return ds


def _fluxes(kept: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The model's fluxes by name, with the derived ones, in the order of `FLUXES`."""
    values = {name: kept["fluxes"][:, i] for i, name in enumerate(records.HOURLY)}
    values["ra"] = sum(values[name] for name in RESPIRATIONS)
    values["npp"] = values["gpp"] - values["ra"]
    values["nee"] = values["ra"] + values["rh"] - values["gpp"]
    values["lai"] = kept["lai"]
    for name in ("assimilation_water", "assimilation_energy"):
        values[name] = values[name] * DAY_S
    return {name: values[name] for name in FLUXES if name in values}


def _daily(ds: xr.Dataset) -> xr.Dataset:
    timeless = [name for name in ds.data_vars if "time" not in ds[name].dims]
    daily = ds.drop_vars(timeless).resample(time="1D").mean(keep_attrs=True)
    return daily.assign({name: ds[name] for name in timeless})
