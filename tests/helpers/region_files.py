"""Small domain and cover files for tests of the vegetation inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from edlite.files import write_dataset
from edlite.grid import grid
from edlite.grid.domain import cell_coordinates
from edlite.parameters import COVERS


def make_domain(lat: float, lon: float, rows: int = 3, columns: int = 4) -> xr.Dataset:
    """Block of cells whose north-west cell holds the point (degrees)."""
    row, col = grid.row_col_at(lat, lon)
    row, col = np.meshgrid(row + np.arange(rows), col + np.arange(columns), indexing="ij")
    cells = grid.cell_id(row, col).ravel()
    area = ("cell", grid.cell_area(cells), {"units": "m2", "long_name": "area"})
    return xr.Dataset({"area": area}, coords=cell_coordinates(cells))


def write_domain(path: Path, domain: xr.Dataset, region: str = "Test") -> Path:
    """Write `domain.nc`."""
    return write_dataset(domain, path, region=region)


def write_cover(path: Path, domain: xr.Dataset, fraction: np.ndarray) -> Path:
    """Write `cover.nc`; `fraction` is (cover,) for all cells or (cell, cover)."""
    fraction = np.broadcast_to(fraction, (domain.sizes["cell"], len(COVERS)))
    attrs = {"units": "1", "long_name": "share"}
    ds = xr.Dataset(
        {"fraction": (("cell", "cover"), fraction, attrs)},
        coords={**{n: domain[n] for n in ("lat", "lon", "cell_id")}, "cover": list(COVERS)},
    )
    return write_dataset(ds, path, region="Test")
