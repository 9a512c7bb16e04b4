"""Blended soil moisture: the native moisture less its bias, within the bounds of the soil."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edlite.assimilation.bias import BlendOptions
from edlite.assimilation.estimator import Estimator
from edlite.assimilation.flights import seconds
from edlite.assimilation.series import HOUR, ThetaSeries, block_size
from edlite.assimilation.tile_soil import TileSoil
from edlite.errors import InputError
from edlite.files import read_dataset

log = logging.getLogger(__name__)

Block = tuple[int, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Bias:
    """Bias of a tile, native minus observed, as a function of time.

    time_s : (flight,) s since 1970, centres of the hours that hold the flights
    coefficients : (flight, layer, cell), of the estimator
    """

    time_s: np.ndarray
    coefficients: np.ndarray
    estimator: Estimator

    @classmethod
    def read(cls, path: str | Path, soil: TileSoil, estimator: Estimator) -> Bias:
        """Read `bias/{tile}.nc`; raises InputError for other cells or times out of order."""
        ds = read_dataset(path, ("eps", "valid", "time_hour", "cell_id"))
        if not np.array_equal(ds["cell_id"].values, soil.cell_id):
            raise InputError(path, "cell_id", None, f"the cells of this tile in {soil.source}")
        time_s = seconds(ds["time_hour"].values) if ds.sizes["flight"] else np.zeros(0)
        if not (np.diff(time_s) > 0).all():
            raise InputError(path, "time_hour", None, "increasing times")
        eps = ds["eps"].transpose("flight", "layer", "cell").values
        if not np.isfinite(eps).all():
            raise InputError(path, "eps", "NaN", "numbers (0 where undefined)")
        valid = ds["valid"].transpose("flight", "layer", "cell").values > 0
        return cls(time_s, estimator.coefficients(time_s, eps, valid), estimator)

    def at(self, time_s: np.ndarray) -> np.ndarray:
        """Bias (time, layer, cell) float32, m3 m-3."""
        basis = self.estimator.basis(time_s, self.time_s)
        return np.tensordot(basis, self.coefficients, axes=1).astype(np.float32)


def year_hours(series: ThetaSeries, year: int) -> np.ndarray:
    """Positions in `series.time` of the hours of `year` and of one hour beyond each end if known.

    Raises InputError where the year is absent or not continuous.
    """
    first, last = np.datetime64(f"{year}-01-01", "ns"), np.datetime64(f"{year + 1}-01-01", "ns")
    index = np.flatnonzero((series.time > first - HOUR) & (series.time < last + HOUR))
    names = ", ".join(p.name for p in series.paths)
    within = (series.time[index] > first) & (series.time[index] < last)
    if not within.any():
        raise InputError(names, "time", f"{series.time[0]} to {series.time[-1]}", f"year {year}")
    # a file of a neighbouring year may leave a gap where only the first days of a year are run
    steps = np.diff(series.time[index]) != HOUR
    core = np.flatnonzero(within)
    if steps[core[0] : core[-1]].any():
        raise InputError(names, "time", None, f"hours of {year} without a gap")
    start = core[0] - 1 if core[0] > 0 and not steps[core[0] - 1] else core[0]
    end = core[-1] + 1 if core[-1] < len(steps) and not steps[core[-1]] else core[-1]
    return index[start : end + 1]


def blend_blocks(
    native: ThetaSeries, index: np.ndarray, bias: Bias, soil: TileSoil, options: BlendOptions
) -> Iterator[Block]:
    """Blended moisture of the hours `index`, block by block.

    theta_B = clip(theta_native - eps(t), theta_r, theta_s) per layer, with theta_native that of
    the patch (mode "patch") or of the cell (mode "cell"). Layers below the soil's bottom keep the
    native values.

    Yields
    ------
    first hour of the block; theta (time, layer, patch) float32; unclipped minus clipped moisture,
    area-weighted over the patches, (time, layer, cell) float32
    """
    cell = native.cell_index
    exists = soil.exists
    lower, upper = soil.bounds()
    begin = bias.time_s[0] if options.start == "first_flight" and len(bias.time_s) else -np.inf
    for first, here in _blocks(index, len(cell)):
        time = native.time[here]
        time_s = seconds(time)
        theta = native.read(here)
        native.require_finite(theta, exists[:, cell], time)
        eps = bias.at(time_s)
        if options.mode == "patch":
            eps[time_s < begin] = 0.0
            blended, lost = _clip(theta - eps[:, :, cell], lower[:, cell], upper[:, cell])
            yield first, blended, native.cell_mean(lost).astype(np.float32)
        else:
            mean = native.cell_mean(theta).astype(np.float32)
            blended, lost = _clip(mean - eps, lower, upper)
            before = time_s < begin
            lost[before] = 0.0
            keep = before[:, None, None] | ~exists[:, cell]
            yield first, np.where(keep, theta, blended[:, :, cell]), np.where(exists, lost, 0.0)


def perfect_blocks(
    native: ThetaSeries, truth: ThetaSeries, index: np.ndarray, soil: TileSoil
) -> Iterator[Block]:
    """Truth moisture of each patch within the bounds of the native soil; yields as `blend_blocks`.

    Layers below the native soil's bottom keep the native values.
    """
    cell = native.cell_index
    exists = soil.exists[:, cell]
    lower, upper = (bound[:, cell] for bound in soil.bounds())
    known = np.searchsorted(truth.time, native.time[index])
    found = known < len(truth.time)
    found[found] = truth.time[known[found]] == native.time[index[found]]
    if not found.all():
        hour = native.time[index[~found]][0]
        names = ", ".join(p.name for p in truth.paths)
        raise InputError(names, "time", None, f"the hours of the native run, also {hour}")
    for first, here in _blocks(np.arange(len(index)), len(cell)):
        time = native.time[index[here]]
        theta = truth.read(known[here])
        truth.require_finite(theta, exists, time)
        own = native.read(index[here])
        clipped, lost = _clip(np.where(exists, theta, own), lower, upper)
        yield first, clipped, native.cell_mean(lost).astype(np.float32)


def _blocks(index: np.ndarray, n_patch: int) -> Iterator[tuple[int, np.ndarray]]:
    size = block_size(n_patch)
    for first in range(0, len(index), size):
        yield first, index[first : first + size]


def _clip(raw: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Clipped moisture and what was taken away (raw minus clipped; 0 where undefined)."""
    clipped = np.clip(raw, lower, upper)
    return clipped, np.where(np.isfinite(raw), raw - clipped, np.float32(0.0))


class ClipSummary:
    """Passes blocks on and counts how much was clipped, for the log and the file's attributes."""

    def __init__(self, blocks: Iterator[Block]) -> None:
        self._blocks = blocks
        self.largest = 0.0
        self._clipped = self._total = 0

    def __iter__(self) -> Iterator[Block]:
        for first, theta, lost in self._blocks:
            self.largest = max(self.largest, float(np.abs(lost).max(initial=0.0)))
            self._clipped += int(np.count_nonzero(lost))
            self._total += lost.size
            yield first, theta, lost

    @property
    def share(self) -> float:
        """Share of hours, layers and cells in which something was clipped."""
        return self._clipped / self._total if self._total else 0.0
