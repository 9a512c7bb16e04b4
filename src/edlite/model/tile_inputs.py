"""Inputs of a tile that come by cell of the region."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.model.columns import Columns
from edlite.model.seasons import CURVES

ONE_DAY = np.timedelta64(1, "D")


def read_curves(path: str | Path, columns: Columns) -> xr.Dataset:
    """Greenness curves of the cells of a tile from `phenology/{year}.nc`."""
    ds = read_dataset(path, (*CURVES, "cell_id"))
    known = ds["cell_id"].values
    order = np.argsort(known)
    at = np.minimum(np.searchsorted(known, columns.cell_id, sorter=order), known.size - 1)
    index = order[at]
    missing = known[index] != columns.cell_id
    if missing.any():
        raise InputError(
            path, "cell_id", int(columns.cell_id[missing][0]), "every cell of the tile"
        )
    return ds[list(CURVES)].isel(cell=index)


def span(year: int, days: int | None) -> tuple[np.datetime64, np.datetime64]:
    """First day of a year and the day after its last, or after the first `days` days."""
    start = np.datetime64(f"{year}-01-01", "D")
    end = np.datetime64(f"{year + 1}-01-01", "D")
    return start, end if days is None else min(end, start + days * ONE_DAY)


def region_name(domain: str | Path) -> str:
    """Name of the region a domain file belongs to."""
    return str(read_dataset(domain).attrs.get("region", ""))
