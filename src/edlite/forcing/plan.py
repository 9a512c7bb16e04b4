"""Which granule supplies which hour of a year to which region."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edlite.errors import InputError
from edlite.forcing.manifest import EXTENT
from edlite.grid.grid import Bounds
from edlite.sources.nldas import open_granule

_HOUR = np.timedelta64(3600, "s")
_TOLERANCE = 1e-6  # degree
_RUNS_SHOWN = 6


@dataclass(frozen=True)
class RegionPlan:
    """Granules of a region.

    owner : (hour,) row of the manifest that supplies each hour, -1 for none
    window : extent [degrees] that every granule in use covers, at most the region and its margin
    """

    owner: NDArray[np.int64]
    window: Bounds


def year_labels(year: int) -> NDArray[np.datetime64]:
    """Hourly labels from January 1 00 UTC to January 1 00 UTC of the next year, both included."""
    start, end = np.datetime64(f"{year}-01-01", "s"), np.datetime64(f"{year + 1}-01-01", "s")
    return np.arange(start, end + _HOUR, _HOUR)


def centre_bounds(lat: NDArray, lon: NDArray) -> Bounds:
    """Extent of the cell centres of a region."""
    return Bounds(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def plan_region(
    manifest: pd.DataFrame,
    source: str | Path,
    region: str,
    centres: Bounds,
    margin: float,
    labels: NDArray[np.datetime64],
    *,
    allow_missing_last: bool = False,
) -> RegionPlan:
    """Choose the granules of a region: those that surround all its cell centres.

    Where several hold the same hour, the smallest window is taken, then the first by name.

    Raises InputError, naming `source` (the manifest), if no granule surrounds the region or an
    hour of `labels` is missing; the last label may be if `allow_missing_last`.
    """
    during = (manifest["last_time"] >= labels[0]) & (manifest["first_time"] <= labels[-1])
    around = (
        (manifest["south"] <= centres.south + _TOLERANCE)
        & (manifest["north"] >= centres.north - _TOLERANCE)
        & (manifest["west"] <= centres.west + _TOLERANCE)
        & (manifest["east"] >= centres.east - _TOLERANCE)
    )
    if not (during & around).any():
        what = "in the year" if around.any() else "around its cells"
        raise InputError(
            source,
            f"granules of {region}",
            0,
            f"one or more {what} ({centres}, {labels[0]} UTC on)",
        )
    chosen = manifest[during & around].copy()
    chosen["size"] = (chosen["north"] - chosen["south"]) * (chosen["east"] - chosen["west"])
    chosen = chosen.sort_values(["size", "path"], kind="stable")
    owner = np.full(labels.size, -1, dtype=np.int64)
    for row in chosen.itertuples():
        hours = _hours(row, labels)
        free = hours[owner[hours] < 0]
        owner[free] = row.Index
    _require_complete(owner, source, region, labels, allow_missing_last)
    used = manifest.loc[np.unique(owner[owner >= 0]), EXTENT]
    window = Bounds(
        max(centres.west - margin, used["west"].max()),
        max(centres.south - margin, used["south"].max()),
        min(centres.east + margin, used["east"].min()),
        min(centres.north + margin, used["north"].min()),
    )
    return RegionPlan(owner, window)


def _hours(row, labels: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Positions in `labels` of the hours of a granule (opened only if it is not continuous)."""
    first, last = np.datetime64(row.first_time, "s"), np.datetime64(row.last_time, "s")
    if (last - first) // _HOUR + 1 == row.n_time:
        times = first + np.arange(int(row.n_time)) * _HOUR
    else:
        with open_granule(row.path) as granule:
            times = granule.time
    position = (times - labels[0]) // _HOUR
    position = position.astype(np.int64)
    return position[(position >= 0) & (position < labels.size)]


def _require_complete(owner, source, region, labels, allow_missing_last) -> None:
    """Raise InputError with the missing hours, in runs."""
    missing = np.flatnonzero(owner < 0)
    if allow_missing_last and missing.tolist() == [labels.size - 1]:
        return
    if missing.size == 0:
        return
    runs = np.split(missing, np.flatnonzero(np.diff(missing) > 1) + 1)
    text = [
        f"{labels[r[0]]}" if r.size == 1 else f"{labels[r[0]]} to {labels[r[-1]]}"
        for r in runs[:_RUNS_SHOWN]
    ]
    more = f" and {len(runs) - _RUNS_SHOWN} more runs" if len(runs) > _RUNS_SHOWN else ""
    raise InputError(
        source,
        f"hours of {region}",
        f"{missing.size} missing: {', '.join(text)}{more}",
        "every hour of the year and the first of the next (UTC); granules around all cells",
    )
