"""One pass over the granules of a year that cuts all regions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from tqdm import tqdm

from edlite.errors import InputError
from edlite.forcing.plan import RegionPlan
from edlite.grid.bilinear import bilinear_weights
from edlite.grid.grid import Bounds
from edlite.sources.nldas import (
    CANONICAL,
    Granule,
    canonical_attributes,
    open_granule,
    read_window,
)

_AXIS_TOLERANCE = 1e-4  # degree


@dataclass
class _Cut:
    """Forcing of a region while it is being filled; the axes come from its first granule."""

    plan: RegionPlan
    n_label: int
    lat: NDArray[np.float64] | None = None
    lon: NDArray[np.float64] | None = None
    values: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def locate(self, granule: Granule) -> tuple[slice, slice]:
        """Rows and columns of the region's points in a granule."""
        if self.lat is None:
            window = self.plan.window
            rows = _span(granule.lat, window.south, window.north)
            cols = _span(granule.lon, window.west, window.east)
            self.lat, self.lon = granule.lat[rows], granule.lon[cols]
            shape = (self.n_label, self.lat.size, self.lon.size)
            self.values = {name: np.full(shape, np.nan, np.float32) for name in CANONICAL}
            return rows, cols
        return (
            _same(granule.path, "lat", granule.lat, self.lat),
            _same(granule.path, "lon", granule.lon, self.lon),
        )


def cut_regions(
    manifest: pd.DataFrame, plans: dict[str, RegionPlan], labels: NDArray[np.datetime64]
) -> dict[str, xr.Dataset]:
    """Forcing (time, lat, lon) of each region, float32, variables CANONICAL.

    Each granule is opened once.
    An hour without a granule (only the last may be, see `plan_region`) repeats the hour before and
    is named in the attribute `repeated_label`. Raises InputError if a granule is not what the
    manifest says, lies on another grid, or holds fill values or implausible values in a window.
    """
    cuts = {name: _Cut(plan, labels.size) for name, plan in plans.items()}
    used = np.unique(np.concatenate([plan.owner for plan in plans.values()]))
    for row in tqdm(used[used >= 0], desc="granules", unit="file", disable=None):
        with open_granule(manifest["path"][row]) as granule:
            _check_times(granule, manifest.loc[row])
            _cut_granule(granule, cuts, row, labels)
    return {name: _dataset(cut, labels) for name, cut in cuts.items()}


def _cut_granule(
    granule: Granule, cuts: dict[str, _Cut], row: int, labels: NDArray[np.datetime64]
) -> None:
    """Read the windows of all regions that use a granule.

    The libraries keep a decoded chunk (message) while the file is open, so that regions that share
    one do not decode it again.
    """
    for cut in cuts.values():
        hours = np.flatnonzero(cut.plan.owner == row)
        if hours.size:
            at = np.searchsorted(granule.time, labels[hours])
            fields = read_window(granule, *cut.locate(granule))
            for name in CANONICAL:
                cut.values[name][hours] = fields[name][at]


def _check_times(granule: Granule, row: pd.Series) -> None:
    """Raise InputError if the granule's labels are not those of the manifest."""
    found = (granule.time[0], granule.time[-1], granule.time.size)
    stated = (np.datetime64(row.first_time, "s"), np.datetime64(row.last_time, "s"), row.n_time)
    if found != stated:
        raise InputError(
            granule.path,
            "time",
            f"{found[0]} to {found[1]} ({found[2]} labels)",
            f"{stated[0]} to {stated[1]} ({stated[2]} labels) as in the manifest; make it anew",
        )


def _span(axis: NDArray[np.float64], low: float, high: float) -> slice:
    """Points of an ascending axis that enclose `low` to `high` as closely as they can."""
    first = np.searchsorted(axis, low + _AXIS_TOLERANCE, side="right") - 1
    last = np.searchsorted(axis, high - _AXIS_TOLERANCE, side="left")
    first, last = max(int(first), 0), min(int(last), axis.size - 1)
    if last == first:  # cells exactly on a line of points still need two of them
        first, last = max(first - 1, 0), min(last + 1, axis.size - 1)
    return slice(first, last + 1)


def _same(path: Path, name: str, axis: NDArray[np.float64], wanted: NDArray[np.float64]) -> slice:
    """Slice of a granule's axis that holds the `wanted` points; InputError if it has others."""
    start = int(np.searchsorted(axis, wanted[0] - _AXIS_TOLERANCE))
    part = axis[start : start + wanted.size]
    if part.size != wanted.size or np.any(np.abs(part - wanted) > _AXIS_TOLERANCE):
        raise InputError(
            path,
            name,
            f"{axis[0]:.4f} to {axis[-1]:.4f}",
            f"the grid of the other granules ({wanted[0]:.4f} to {wanted[-1]:.4f})",
        )
    return slice(start, start + wanted.size)


def _dataset(cut: _Cut, labels: NDArray[np.datetime64]) -> xr.Dataset:
    """Dataset of a filled cut."""
    attributes = {}
    if cut.plan.owner[-1] < 0:
        for values in cut.values.values():
            values[-1] = values[-2]
        attributes["repeated_label"] = (
            f"{labels[-1]} UTC was not supplied and repeats {labels[-2]} UTC"
        )
    axis = {"lat": ("degrees_north", "latitude"), "lon": ("degrees_east", "longitude")}
    coords = {
        name: (name, values, {"units": axis[name][0], "long_name": axis[name][1]})
        for name, values in (("lat", cut.lat), ("lon", cut.lon))
    }
    coords["time"] = ("time", labels.astype("datetime64[ns]"), {"long_name": "time (UTC)"})
    return xr.Dataset(
        {
            name: (("time", "lat", "lon"), cut.values[name], canonical_attributes(name))
            for name in CANONICAL
        },
        coords,
        attributes,
    )


def check_surrounded(ds: xr.Dataset, source: str | Path, centres: Bounds) -> None:
    """Raise InputError unless every cell centre has four grid points around it."""
    lat = np.array([centres.south, centres.north])
    lon = np.array([centres.west, centres.east])
    bilinear_weights(ds["lat"].values, ds["lon"].values, lat, lon, source)
