"""The domain of a region: its cells, sorted, with centre and area."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.grid import grid
from edlite.grid.regions import Region


def cell_coordinates(cell_id: np.ndarray) -> dict[str, tuple]:
    """Coordinates `lat`, `lon` (cell centres) and `cell_id` that every file of a region carries."""
    lat, lon = grid.cell_centre(cell_id)
    return {
        "lat": (
            "cell",
            lat,
            {
                "units": "degrees_north",
                "standard_name": "latitude",
                "long_name": "latitude of the cell centre",
            },
        ),
        "lon": (
            "cell",
            lon,
            {
                "units": "degrees_east",
                "standard_name": "longitude",
                "long_name": "longitude of the cell centre",
            },
        ),
        "cell_id": (
            "cell",
            np.asarray(cell_id, dtype=np.int64),
            {"units": "1", "long_name": "number of the cell on the global 30 arc-second grid"},
        ),
    }


def build_domain(region: Region, source: str | Path) -> xr.Dataset:
    """Cells whose centre lies in the region: `area` [m2] with `lat`, `lon`, `cell_id`.

    Raises InputError, naming `source` (the file of the outline), if there is none.
    """
    cells = grid.cells_in_polygon(region.polygon)
    if cells.size == 0:
        raise InputError(
            source,
            f"geometry of {region.name}",
            tuple(round(b, 4) for b in region.polygon.bounds),
            "an outline that holds the centre of at least one 30 arc-second cell",
        )
    area = (
        "cell",
        grid.cell_area(cells),
        {"units": "m2", "long_name": "area of the cell on the WGS84 ellipsoid"},
    )
    return xr.Dataset({"area": area}, coords=cell_coordinates(cells))


def read_domain(path: str | Path) -> xr.Dataset:
    """Read a domain file; raises InputError if it breaks the contract of `docs/design.md`."""
    ds = read_dataset(path, required=("area", "lat", "lon", "cell_id"))
    cells = ds["cell_id"].values
    if cells.ndim != 1 or cells.size == 0:
        raise InputError(path, "cell_id", f"shape {cells.shape}", "one or more cells")
    if not np.all(np.diff(cells) > 0):
        raise InputError(path, "cell_id", "unsorted or repeated", "strictly increasing numbers")
    lat, lon = grid.cell_centre(cells)
    for name, expected in (("lat", lat), ("lon", lon)):
        worst = float(np.abs(ds[name].values - expected).max())
        if not worst < 1e-6:
            raise InputError(path, name, f"off by {worst} degrees", "the centres of cell_id")
    return ds
