"""Cells to tiles of similar cost."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from edlite.errors import InputError


def cell_cost(initial_state: xr.Dataset, n_cell: int) -> NDArray[np.float64]:
    """Cost of each cell: one for each patch and one for each of its cohorts."""
    cell = initial_state["cell_index"].values
    cohorts = np.bincount(initial_state["patch_index"].values, minlength=cell.size)
    return np.bincount(cell, 1.0 + cohorts, n_cell)


def check_n_tile(n_tile: object, n_cell: int) -> int:
    """The number of tiles; raises InputError unless it is a whole number from 1 to `n_cell`."""
    whole = isinstance(n_tile, (int, np.integer)) and not isinstance(n_tile, bool)
    if not whole or not 1 <= n_tile <= n_cell:
        raise InputError("config", "n_tile", n_tile, f"1 to {n_cell}, the cells of the region")
    return int(n_tile)


def assign_tiles(cost: NDArray[np.float64], n_tile: int) -> NDArray[np.int32]:
    """Tile of each cell: `n_tile` runs of consecutive cells of nearly equal cost, none empty.

    Consecutive cells share weather, so that the adaptive steps of a block of patches stay alike.
    Raises InputError if there are fewer cells than tiles.
    """
    n_cell = cost.size
    n_tile = check_n_tile(n_tile, n_cell)
    total = np.cumsum(cost)
    target = total[-1] * np.arange(1, n_tile) / n_tile
    middle = total - 0.5 * cost
    border = np.searchsorted(middle, target)
    step = np.arange(1, n_tile)
    border = np.maximum.accumulate(np.maximum(border, step) - step) + step
    border = np.minimum(border, n_cell - n_tile + step)
    return np.searchsorted(border, np.arange(n_cell), side="right").astype(np.int32)


def build_tiles(domain: xr.Dataset, initial_state: xr.Dataset, n_tile: int) -> xr.Dataset:
    """Dataset of `tiles.nc`: `tile` (cell) and the attribute `n_tile`."""
    tile = assign_tiles(cell_cost(initial_state, domain.sizes["cell"]), n_tile)
    return xr.Dataset(
        {"tile": ("cell", tile, {"units": "1", "long_name": "number of the tile of the cell"})},
        coords={n: domain[n] for n in ("lat", "lon", "cell_id")},
        attrs={"n_tile": np.int32(n_tile)},
    )
