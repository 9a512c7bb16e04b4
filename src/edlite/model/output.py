"""Files of a run of a tile: hourly, daily and annual means by cell, moisture by patch.

Each day is averaged to cells and rounded to single precision when it arrives; a month is appended
at once, so that memory does not grow with the year and chunks are written whole. Writing takes a
few per cent of a job's processor time. It happens in the thread that hands over the days: on a
machine whose cores all have jobs, a thread of its own would gain nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import netCDF4
import numpy as np
import xarray as xr

from edlite.constants import DAY_S, YEAR_S
from edlite.errors import InputError
from edlite.files import atomic_path, provenance, write_dataset
from edlite.model.columns import Columns
from edlite.model.day_result import DayResult
from edlite.model.output_files import (
    BLOCK_DAYS,
    HOURS_PER_DAY,
    SECONDS,
    append,
    append_patches,
    define_cells,
    define_patches,
    hours_of,
    seconds_of,
)
from edlite.model.records import HOURLY as STEP_VARIABLES
from edlite.model.records import STEPS_PER_DAY
from edlite.parameters import PFT_CODES
from edlite.soil.layers import root_zone_weights
from edlite.variables import ANNUAL, ANNUAL_WATER, DAILY, HOURLY, RESPIRATIONS

LAYERED = ("theta", "soil_temperature")  # by cell and layer
# largest of the year: result of the driver -> variable of the annual file
WORST = {
    "water_max": "water_residual_max",
    "energy_max": "energy_residual_max",
    "carbon_max": "carbon_residual_max",
    "below": "theta_below_theta_r",
    "above": "theta_above_theta_s",
}
DAILY_SUMS = (*ANNUAL_WATER, "gpp", "ra", "rh", "le", "h", "theta_rootzone")


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
    fluxes = mean(day.fluxes)
    by_name = {n: fluxes[:, i] for i, n in enumerate(STEP_VARIABLES)}
    by_name["ra"] = sum(by_name[name] for name in RESPIRATIONS)
    by_name["npp"] = by_name["gpp"] - by_name["ra"]
    by_name["nee"] = by_name["ra"] + by_name["rh"] - by_name["gpp"]
    by_name["theta_rootzone"] = mean(np.einsum("hlp,pl->hp", day.theta, weights))
    by_name["lai"] = np.repeat(mean(day.patch["lai"])[None], HOURS_PER_DAY, axis=0)
    by_name["theta"] = mean(day.theta)
    by_name["soil_temperature"] = mean(day.soil_temperature)
    return by_name


class RunWriter:
    """Sink of `edlite.model.driver.run` that writes the files of one tile and year.

    Patches may come and go; but the file of moisture by patch, `theta`, is for patches that stay,
    and may be left out. Use as a context manager; call `finish` after the run. Without `finish`,
    nothing is left.
    """

    def __init__(
        self,
        columns: Columns,
        *,
        hourly: str | Path,
        daily: str | Path,
        annual: str | Path,
        theta: str | Path | None = None,
        region: str,
        synthetic: bool,
        parameters: object,
        sources: Iterable[str | Path],
    ) -> None:
        self.annual_path = Path(annual)
        self.meta = {
            "region": region,
            "synthetic": synthetic,
            "parameters": parameters,
            "sources": list(sources),
        }
        self._paths = {"hourly": hourly, "daily": daily}
        if theta is not None:
            self._paths["theta"] = theta
        self._follow(columns)
        self._stack = ExitStack()
        self._dates: list[np.datetime64] = []
        self._hourly = self._empty((*HOURLY, *LAYERED), BLOCK_DAYS * HOURS_PER_DAY)
        self._daily = self._empty((*DAILY, *LAYERED), BLOCK_DAYS)
        if theta is not None:
            shape = (BLOCK_DAYS * HOURS_PER_DAY, len(columns.layer_bottom), columns.n_patch)
            self._theta = np.empty(shape, np.float32)
        self._worst = {name: np.zeros(columns.n_cell) for name in WORST}
        self._water_patch = np.zeros(columns.n_patch)  # since the patches last changed
        self._water_sum = np.zeros(columns.n_cell)  # until then
        self._substeps = np.zeros(columns.n_cell)
        self._sums = {name: np.zeros(columns.n_cell) for name in DAILY_SUMS}
        self._lai_max = np.zeros(columns.n_cell)
        self._last: DayResult | None = None
        self._days = 0

    def _follow(self, columns: Columns) -> None:
        """Average over the patches of `columns` from now on."""
        self.columns = columns
        self.mean = CellMean(columns)
        self.weights = root_zone_weights(columns.n_layer)

    def _change(self, columns: Columns) -> None:
        """Go on with other patches or cohorts."""
        names = ("cell_index", "area", "cover")
        if not all(np.array_equal(getattr(columns, n), getattr(self.columns, n)) for n in names):
            if "theta" in self._files:
                raise InputError(
                    self._paths["theta"], "patch", None, "patches that stay the same all year"
                )
            self._water_sum += self.mean.largest(abs(self._water_patch))
            self._water_patch = np.zeros(columns.n_patch)
        self._follow(columns)

    def _empty(self, names: Iterable[str], rows: int) -> dict[str, np.ndarray]:
        """Room for the records of a month, (record, cell) or (record, layer, cell)."""
        n_cell, n_layer = self.columns.n_cell, len(self.columns.layer_bottom)
        return {
            name: np.empty((rows, n_layer, n_cell) if name in LAYERED else (rows, n_cell), "f4")
            for name in names
        }

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
        self._last = day
        self._days += 1
        if day.columns is not self.columns:
            self._change(day.columns)
        for name, worst in self._worst.items():
            np.maximum(worst, self.mean.largest(day.patch[name]), out=worst)
        self._water_patch += day.patch["water_sum"]
        self._substeps += self.mean(day.patch["substeps"])
        self._keep(day)
        if len(self._dates) == BLOCK_DAYS:
            self._flush()

    def finish(self) -> None:
        """Write what is left and the annual file."""
        self._flush()
        self._write_annual()

    def _define(self) -> None:
        attributes = provenance(self.meta["parameters"], self.meta["sources"])
        attributes |= {
            "region": self.meta["region"],
            "synthetic": np.int8(bool(self.meta["synthetic"])),
        }
        for file in self._files.values():
            file.setncatts(attributes)
        define_cells(self._files["hourly"], self.columns, self._hourly, HOURS_PER_DAY)
        define_cells(self._files["daily"], self.columns, self._daily, 1)
        if "theta" in self._files:
            define_patches(self._files["theta"], self.columns)

    def _keep(self, day: DayResult) -> None:
        """Means of a day, to be written with its month."""
        at = len(self._dates)
        hours = slice(at * HOURS_PER_DAY, (at + 1) * HOURS_PER_DAY)
        self._dates.append(day.date)
        by_cell = hourly_by_cell(day, self.mean, self.weights)
        for name, block in self._hourly.items():
            block[hours] = by_cell[name]
        if "theta" in self._files:
            self._theta[hours] = day.theta
        means = {name: value.mean(axis=0) for name, value in by_cell.items()}
        for name in ("assimilation_water", "assimilation_energy"):
            means[name] *= DAY_S
        pools = ("fast_carbon", "structural_carbon", "slow_carbon")
        means["soil_carbon"] = self.mean(sum(day.patch[pool] for pool in pools))
        for name, block in self._daily.items():
            block[at] = means[name]
        for name, total in self._sums.items():
            total += means[name]
        np.maximum(self._lai_max, by_cell["lai"][0], out=self._lai_max)

    def _flush(self) -> None:
        if not self._dates:
            return
        midnights = seconds_of(self._dates)
        hours = hours_of(midnights)
        hourly = {name: block[: len(hours)] for name, block in self._hourly.items()}
        daily = {name: block[: len(midnights)] for name, block in self._daily.items()}
        append(self._files["hourly"], hours, SECONDS["hourly"], hourly)
        append(self._files["daily"], midnights, SECONDS["daily"], daily)
        if "theta" in self._files:
            append_patches(self._files["theta"], hours, self._theta[: len(hours)])
        self._dates.clear()

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
        values |= {variable: self._worst[name] for name, variable in WORST.items()}
        values["water_residual_sum"] = self._water_sum + mean.largest(abs(self._water_patch))
        values["substeps_mean"] = self._substeps / (self._days * STEPS_PER_DAY)
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
