"""Files of a region from which the vegetation stages start, checked against its cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from edlite.errors import InputError
from edlite.files import read_cells
from edlite.parameters import COVERS


def read_cover(path: str | Path, domain: xr.Dataset) -> xr.Dataset:
    """Read `cover.nc`; raises InputError if its fractions do not sum to 1 in each cell."""
    ds = read_cells(path, domain, ["fraction"])
    if tuple(map(str, ds["cover"].values)) != COVERS:
        raise InputError(path, "cover", list(ds["cover"].values), ", ".join(COVERS))
    fraction = ds["fraction"].values
    off = np.abs(fraction.sum(axis=1) - 1.0)
    if not (off.max() < 1e-6 and fraction.min() >= 0.0):
        raise InputError(
            path, "fraction", f"sums off by {off.max():g}", "shares of the land that sum to 1"
        )
    return ds
