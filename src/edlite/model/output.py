"""Files of a run of a tile: hourly, daily and annual means by cell, moisture by patch.

Days are collected for a month and then appended, so that memory does not grow with the year.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import netCDF4
import numpy as np
import xarray as xr

from edlite.constants import DAY_S, YEAR_S
from edlite.files import atomic_path, provenance, write_dataset
from edlite.model.columns import Columns
from edlite.model.driver import DayResult
from edlite.model.records import HOURLY as STEP_VARIABLES
from edlite.parameters import PFT_CODES
from edlite.soil.layers import root_zone_weights
from edlite.variables import ANNUAL, ANNUAL_WATER, DAILY, FLUXES, HOURLY, Variable

BUFFER_DAYS = 31
HOURS_PER_DAY = 24
EPOCH = "seconds since 1970-01-01"


class CellMean:
    """Area-weighted mean over the patches of each cell."""

    def __init__(self, columns: Columns) -> None:
        self.starts = np.searchsorted(columns.cell_index, np.arange(columns.n_cell))
        self.area = columns.area
        self.total = np.add.reduceat(columns.area, self.starts)

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """(..., patch) -> (..., cell)."""
        return np.add.reduceat(values * self.area, self.starts, axis=-1) / self.total

    def largest(self, values: np.ndarray) -> np.ndarray:
        """Largest value of a cell's patches, (patch,) -> (cell,)."""
        return np.maximum.reduceat(values, self.starts)


def hourly_by_cell(day: DayResult, mean: CellMean, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Every flux of a day as (24, cell), with the derived ones; theta and soil temperature
    (24, layer, cell). `weights` (patch, layer) average theta over the root zone."""
    by_name = {n: mean(day.fluxes[:, i]) for i, n in enumerate(STEP_VARIABLES)}
    respirations = ("leaf", "root", "growth", "storage")
    by_name["ra"] = sum(by_name[f"{r}_respiration"] for r in respirations)
    by_name["npp"] = by_name["gpp"] - by_name["ra"]
    by_name["nee"] = by_name["ra"] + by_name["rh"] - by_name["gpp"]
    by_name["theta_rootzone"] = mean(np.einsum("hlp,pl->hp", day.theta, weights))
    by_name["lai"] = np.repeat(mean(day.patch["lai"])[None], HOURS_PER_DAY, axis=0)
    by_name["theta"] = mean(day.theta)
    by_name["soil_temperature"] = mean(day.soil_temperature)
    return by_name


class RunWriter:
    """Sink of `edlite.model.driver.run` that writes the files of one tile and year.

    Use as a context manager; call `finish` after the run. Without `finish`, nothing is left.
    """

    def __init__(
        self,
        columns: Columns,
        *,
        hourly: str | Path,
        daily: str | Path,
        annual: str | Path,
        theta: str | Path,
        region: str,
        synthetic: bool,
        parameters: object,
        sources: Iterable[str | Path],
    ) -> None:
        self.columns, self.annual_path = columns, Path(annual)
        self.mean = CellMean(columns)
        self.weights = root_zone_weights(columns.n_layer)
        self.meta = {
            "region": region,
            "synthetic": synthetic,
            "parameters": parameters,
            "sources": list(sources),
        }
        self._paths = {"hourly": hourly, "daily": daily, "theta": theta}
        self._stack = ExitStack()
        self._buffer: list[DayResult] = []
        self._worst = {
            name: np.zeros(columns.n_patch)
            for name in ("water_max", "energy_max", "carbon_max", "below", "above")
        }
        self._water_sum = np.zeros(columns.n_patch)
        self._substeps = np.zeros(columns.n_patch)
        self._sums: dict[str, np.ndarray] = {}
        self._lai_max = np.zeros(columns.n_cell)
        self._last: DayResult | None = None
        self._days = 0

    def __enter__(self) -> RunWriter:
        try:
            self._files = {
                kind: self._stack.enter_context(
                    netCDF4.Dataset(self._stack.enter_context(atomic_path(path)), "w")
                )
                for kind, path in self._paths.items()
            }
            self._define()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, kind, error, trace) -> None:
        if kind is None and self._last is None:
            kind = RuntimeError
        self._stack.__exit__(kind, error, trace)

    def __call__(self, day: DayResult) -> None:
        """Take a day."""
        self._buffer.append(day)
        self._last = day
        self._days += 1
        for name, worst in self._worst.items():
            np.maximum(worst, day.patch[name], out=worst)
        self._water_sum += day.patch["water_sum"]
        self._substeps += day.patch["substeps"]
        if len(self._buffer) == BUFFER_DAYS:
            self._flush()

    def finish(self) -> None:
        """Write what is left and the annual file."""
        self._flush()
        self._write_annual()

    def _define(self) -> None:
        columns = self.columns
        attributes = provenance(self.meta["parameters"], self.meta["sources"])
        attributes |= {
            "region": self.meta["region"],
            "synthetic": np.int8(bool(self.meta["synthetic"])),
        }
        for kind, file in self._files.items():
            file.setncatts(attributes)
            file.createDimension("time", None)
            file.createDimension("layer", len(columns.layer_bottom))
            time = file.createVariable("time", "i8", ("time",))
            time.setncatts({"units": EPOCH, "calendar": "standard", "standard_name": "time"})
            top = file.createVariable("layer_top", "f8", ("layer",))
            top.setncatts({"units": "m", "long_name": "depth of the layer's top"})
            top[:] = columns.layer_top
            bottom = file.createVariable("layer_bottom", "f8", ("layer",))
            bottom.setncatts({"units": "m", "long_name": "depth of the layer's bottom"})
            bottom[:] = columns.layer_bottom
            if kind == "theta":
                self._define_patches(file, columns)
                continue
            file.createDimension("nv", 2)
            file.createDimension("cell", columns.n_cell)
            time.bounds = "time_bnds"
            file.createVariable("time_bnds", "i8", ("time", "nv"))
            for name, unit in (("lat", "degrees_north"), ("lon", "degrees_east")):
                variable = file.createVariable(name, "f8", ("cell",))
                variable.units = unit
                variable[:] = getattr(columns, name)
            cell = file.createVariable("cell_id", "i8", ("cell",))
            cell.long_name = "number of the cell in the global 30 arc-second grid"
            cell[:] = columns.cell_id
            for name in HOURLY if kind == "hourly" else DAILY:
                self._variable(file, name, FLUXES[name], ("time", "cell"))
            for name in ("theta", "soil_temperature"):
                self._variable(file, name, FLUXES[name], ("time", "layer", "cell"))

    def _define_patches(self, file: netCDF4.Dataset, columns: Columns) -> None:
        file.createDimension("patch", columns.n_patch)
        index = file.createVariable("cell_index", "i4", ("patch",))
        index.setncatts({"units": "1", "long_name": "index of the cell within the tile"})
        index[:] = columns.cell_index
        area = file.createVariable("area", "f8", ("patch",))
        area.setncatts({"units": "1", "long_name": "share of the cell"})
        area[:] = columns.area
        self._variable(file, "theta", FLUXES["theta"], ("time", "layer", "patch"))

    @staticmethod
    def _variable(file: netCDF4.Dataset, name: str, meta: Variable, dims: tuple[str, ...]) -> None:
        variable = file.createVariable(name, "f4", dims, zlib=True, complevel=1, shuffle=True)
        variable.setncatts({**meta.attributes(), "coordinates": "lat lon"})

    def _flush(self) -> None:
        if not self._buffer:
            return
        days = [hourly_by_cell(d, self.mean, self.weights) for d in self._buffer]
        midnight = np.array([d.date for d in self._buffer]).astype("datetime64[s]").astype("i8")
        hours = (midnight[:, None] + 3600 * np.arange(HOURS_PER_DAY)).ravel()
        hourly, daily, theta = (self._files[k] for k in ("hourly", "daily", "theta"))
        at = len(hourly["time"])
        span = slice(at, at + len(hours))
        hourly["time"][span] = hours
        hourly["time_bnds"][span] = np.stack([hours, hours + 3600], axis=1)
        for name in (*HOURLY, "theta", "soil_temperature"):
            hourly[name][span] = np.concatenate([d[name] for d in days])
        theta["time"][span] = hours + 1800
        theta["theta"][span] = np.concatenate([d.theta for d in self._buffer])
        at = len(daily["time"])
        span = slice(at, at + len(days))
        daily["time"][span] = midnight
        daily["time_bnds"][span] = np.stack([midnight, midnight + int(DAY_S)], axis=1)
        for name in (*DAILY, "theta", "soil_temperature"):
            daily[name][span] = np.stack([self._daily(name, d, i) for i, d in enumerate(days)])
        for name in (*ANNUAL_WATER, "gpp", "ra", "rh", "le", "h", "theta_rootzone"):
            total = sum(d[name].mean(axis=0) for d in days)
            self._sums[name] = self._sums.get(name, 0.0) + total
        for d in days:
            np.maximum(self._lai_max, d["lai"][0], out=self._lai_max)
        self._buffer.clear()

    def _daily(self, name: str, by_cell: dict[str, np.ndarray], index: int) -> np.ndarray:
        if name == "soil_carbon":
            patch = self._buffer[index].patch
            return self.mean(
                patch["fast_carbon"] + patch["structural_carbon"] + patch["slow_carbon"]
            )
        value = by_cell[name].mean(axis=0)
        return value * DAY_S if name.startswith("assimilation") else value

    def _write_annual(self) -> None:
        columns, mean = self.columns, self.mean
        means = {name: total / self._days for name, total in self._sums.items()}
        values = {name: means[name] * YEAR_S for name in ("gpp", "ra", "rh", *ANNUAL_WATER)}
        values["npp"] = values["gpp"] - values["ra"]
        values["reco"] = values["ra"] + values["rh"]
        values["nee"] = values["reco"] - values["gpp"]
        values |= {name: means[name] for name in ("le", "h", "theta_rootzone")}
        pools = ("fast_carbon", "structural_carbon", "slow_carbon", "growth_export")
        values |= {name: mean(self._last.patch[name]) for name in pools}
        values["lai_max"] = self._lai_max
        values["agb"] = columns.agb()
        values["water_residual_max"] = mean.largest(self._worst["water_max"])
        values["water_residual_sum"] = mean.largest(abs(self._water_sum))
        values["energy_residual_max"] = mean.largest(self._worst["energy_max"])
        values["carbon_residual_max"] = mean.largest(self._worst["carbon_max"])
        values["theta_below_theta_r"] = mean.largest(self._worst["below"])
        values["theta_above_theta_s"] = mean.largest(self._worst["above"])
        values["substeps_mean"] = mean(self._substeps / (self._days * 144.0))
        ds = xr.Dataset(
            {
                name: ("cell", np.asarray(value, float), ANNUAL[name].attributes())
                for name, value in values.items()
            },
            coords={
                "lat": ("cell", columns.lat, {"units": "degrees_north"}),
                "lon": ("cell", columns.lon, {"units": "degrees_east"}),
                "cell_id": ("cell", columns.cell_id),
                "pft": list(PFT_CODES),
            },
        )
        by_pft = np.zeros((columns.n_cell, len(PFT_CODES)))
        cell = columns.cell_index[columns.patch_index]
        np.add.at(by_pft, (cell, columns.pft), columns.area[columns.patch_index] * columns.lai_full)
        ds["lai_pft"] = (("cell", "pft"), by_pft, ANNUAL["lai_pft"].attributes())
        ds.attrs["days"] = self._days
        write_dataset(ds, self.annual_path, **self.meta)
