"""Pixels of rasters of any projection to 30 arc-second cells, over several tiles at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edlite.errors import InputError
from edlite.grid import grid as cell_grid
from edlite.grid.aggregate import cell_index


class PixelGrid(Protocol):
    """A regular raster of `n_row` x `n_col` pixels; row 0 is the northernmost."""

    n_row: int
    n_col: int

    def lat_lon(self, row: ArrayLike, col: ArrayLike) -> tuple[NDArray, NDArray]:
        """Latitude and longitude (degrees) of the centres of pixels."""

    def row_col(self, lat: ArrayLike, lon: ArrayLike) -> tuple[NDArray, NDArray]:
        """Row and column (fractional; 0 is the outer edge of the first pixel) of points."""


class PixelCells(NamedTuple):
    """Which pixel of a raster's window belongs to which cell.

    rows, cols : the window;  pixel : index into the flattened window;  cell : index of the cell.
    A raster that holds none of the cells has an empty window.
    """

    rows: slice
    cols: slice
    pixel: NDArray[np.int64]
    cell: NDArray[np.int64]

    @property
    def is_empty(self) -> bool:
        """Whether no pixel belongs to a cell."""
        return self.pixel.size == 0


def window(raster: PixelGrid, cells: NDArray[np.int64]) -> tuple[slice, slice]:
    """Smallest window of the raster that holds the cells (empty slices if there is none)."""
    lat, lon = cell_grid.cell_corners(cells)
    row, col = raster.row_col(lat, lon)
    top, bottom = max(0, int(np.floor(row.min()))), min(raster.n_row, int(np.ceil(row.max())))
    left, right = max(0, int(np.floor(col.min()))), min(raster.n_col, int(np.ceil(col.max())))
    if top >= bottom or left >= right:
        return slice(0, 0), slice(0, 0)
    return slice(top, bottom), slice(left, right)


def assign_pixels(
    rasters: Sequence[PixelGrid],
    names: Sequence[str],
    cells: NDArray[np.int64],
    source: str,
) -> list[PixelCells]:
    """Pixels of each cell: those whose centre it holds, else the one that holds its centre.

    rasters : adjoining tiles of one resolution;  names : what to call them in messages
    cells : sorted numbers of the cells of the region
    source : the input in messages

    Raises InputError if some cell gets no pixel: the rasters do not cover the region.
    """
    held = np.zeros(cells.size, dtype=bool)
    parts: list[tuple[slice, slice, NDArray, NDArray]] = []
    for raster in rasters:
        rows, cols = window(raster, cells)
        row, col = np.meshgrid(
            np.arange(rows.start, rows.stop), np.arange(cols.start, cols.stop), indexing="ij"
        )
        cell = cell_index(*raster.lat_lon(row.ravel(), col.ravel()), cells)
        pixel = np.flatnonzero(cell >= 0)
        held[cell[pixel]] = True
        parts.append((rows, cols, pixel, cell[pixel]))
    lat, lon = cell_grid.cell_centre(cells)
    result = []
    for raster, (rows, cols, pixel, cell) in zip(rasters, parts, strict=True):
        row, col = (np.floor(a).astype(np.int64) for a in raster.row_col(lat, lon))
        inside = (row >= 0) & (row < raster.n_row) & (col >= 0) & (col < raster.n_col)
        empty = np.flatnonzero(~held & inside)
        held[empty] = True
        width = cols.stop - cols.start
        nearest = (row[empty] - rows.start) * width + (col[empty] - cols.start)
        result.append(PixelCells(rows, cols, np.append(pixel, nearest), np.append(cell, empty)))
    if not held.all():
        raise InputError(
            source,
            "extent",
            f"{', '.join(names)}: {(~held).sum()} of {cells.size} cells not covered",
            f"tiles that cover the region ({cell_grid.cell_bounds(cells)})",
        )
    return result


def sum_by_cell(
    values: NDArray, valid: NDArray[np.bool_], where: PixelCells, n_cell: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sum and number of the valid pixels of each cell (arrays shaped as the window)."""
    good = valid.ravel()[where.pixel]
    cell = where.cell[good]
    total = np.bincount(cell, values.ravel()[where.pixel[good]], n_cell)
    return total, np.bincount(cell, minlength=n_cell)
