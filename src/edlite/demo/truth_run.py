"""Reading what the observations are made of: the truth's hourly files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from edlite.errors import InputError
from edlite.files import read_dataset

VARIABLES = (
    *("theta", "soil_temperature", "gpp", "ra", "rh", "nee"),
    *("le", "h", "rnet", "ustar"),
)
CONCAT = {"data_vars": "minimal", "coords": "minimal", "compat": "override"}
HOUR = np.timedelta64(1, "h")


def read_truth(paths: Iterable[str | Path], cells: NDArray[np.int64]) -> xr.Dataset:
    """Hourly truth (time, layer, cell) of the cells of a domain, over all tiles and years.

    Times are the starts of hours (UTC). Raises InputError for a missing file or variable, cells
    that are missing, and hours that do not follow one another.
    """
    paths = [Path(p) for p in paths]
    years: dict[np.datetime64, list[xr.Dataset]] = {}
    for path in paths:
        ds = read_dataset(path, required=(*VARIABLES, "time", "cell_id"))
        ds = ds[[*VARIABLES, "cell_id"]]
        years.setdefault(ds["time"].values[0], []).append(ds)
    if not years:
        raise InputError("truth", "files", None, "at least one hourly file of the truth run")
    parts = []
    for first in sorted(years):
        year = xr.concat(
            years[first], dim="cell", data_vars="minimal", coords="minimal", compat="override"
        )
        parts.append(_ordered(year, cells, paths[0]))
    ds = xr.concat(parts, dim="time", **CONCAT)
    steps = np.diff(ds["time"].values)
    if np.any(steps != HOUR):
        where = str(ds["time"].values[1:][steps != HOUR][0])
        raise InputError(paths[0], "time", where, "hours that follow one another")
    return ds


def _ordered(year: xr.Dataset, cells: NDArray[np.int64], source: Path) -> xr.Dataset:
    """The cells of the domain, in its order."""
    known = year["cell_id"].values
    order = np.argsort(known)
    where = np.searchsorted(known, cells, sorter=order)
    index = order[np.minimum(where, known.size - 1)]
    missing = known[index] != cells
    if missing.any():
        value = int(np.asarray(cells)[missing][0])
        raise InputError(source, "cell_id", value, "every cell of the domain in the truth's tiles")
    return year.isel(cell=index)
