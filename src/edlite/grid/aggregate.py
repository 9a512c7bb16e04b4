"""Pixels to cells: counts of codes, and mean, spread and valid fraction of values.

Every pixel belongs to the one cell that holds its centre. Nothing is resampled, and codes (land
cover classes, map-unit keys) are counted, never averaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer
from rasterio.errors import RasterioIOError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from edlite.errors import InputError, require_file
from edlite.grid import grid

WGS84 = CRS.from_epsg(4326)
_ROWS_PER_BLOCK = 256


@dataclass(frozen=True)
class KeyCounts:
    """Pixels of each key in each cell, as a sparse table sorted by cell, then key.

    cell : index of the cell in the domain;  key : integer code;  count : pixels (or samples)
    n_pixel : all pixels of each cell of the domain, those without data included
    """

    cell: NDArray[np.int64]
    key: NDArray[np.int64]
    count: NDArray[np.int64]
    n_pixel: NDArray[np.int64]

    @property
    def n_valid(self) -> NDArray[np.int64]:
        """Pixels with data in each cell of the domain."""
        return np.bincount(self.cell, self.count, self.n_pixel.size).astype(np.int64)

    def fractions(self, keys: ArrayLike) -> NDArray[np.float64]:
        """Share of each of `keys` among the pixels with data, shape (cell, key); NaN if none."""
        keys = np.asarray(keys)
        total = self.n_valid
        share = np.zeros((self.n_pixel.size, keys.size))
        for column, key in enumerate(keys):
            chosen = self.key == key
            share[self.cell[chosen], column] = self.count[chosen]
        return np.divide(
            share, total[:, None], out=np.full_like(share, np.nan), where=total[:, None] > 0
        )

    def most_common(self, missing: int = -1) -> NDArray[np.int64]:
        """Most frequent key of each cell (the smallest of equals); `missing` where no data."""
        order = np.lexsort((self.key, -self.count, self.cell))
        cell, first = np.unique(self.cell[order], return_index=True)
        result = np.full(self.n_pixel.size, missing, dtype=np.int64)
        result[cell] = self.key[order][first]
        return result


def cell_index(lat: ArrayLike, lon: ArrayLike, cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Position in the sorted `cells` of the cell that holds each point; -1 if it is not there."""
    number = grid.cell_id_at(lat, lon)
    position = np.minimum(np.searchsorted(cells, number), cells.size - 1)
    return np.where(cells[position] == number, position, -1)


def sum_counts(
    cell: NDArray[np.int64],
    key: NDArray[np.int64],
    count: NDArray[np.int64],
    n_pixel: NDArray[np.int64],
) -> KeyCounts:
    """`KeyCounts` of a list of (cell, key, count) in any order, with repetitions."""
    pairs, inverse = np.unique(np.stack([cell, key]), axis=1, return_inverse=True)
    total = np.bincount(inverse.ravel(), count, pairs.shape[1]).astype(np.int64)
    return KeyCounts(pairs[0], pairs[1], total, n_pixel)


def open_raster(path: str | Path) -> DatasetReader:
    """Open a georeferenced raster; raises InputError if it is unreadable or has no CRS."""
    path = require_file(path, "a georeferenced raster")
    try:
        raster = rasterio.open(path)
    except RasterioIOError as error:
        raise InputError(path, "content", str(error), "a raster that GDAL can read") from error
    if raster.crs is None:
        raster.close()
        raise InputError(path, "CRS", None, "a coordinate reference system in the file")
    if raster.transform.is_identity:
        raster.close()
        raise InputError(path, "geotransform", None, "the position and size of the pixels")
    return raster


def lonlat_transformer(raster: DatasetReader, *, inverse: bool = False) -> Transformer:
    """Transformer from the raster's coordinates to longitude and latitude (or `inverse`)."""
    crs = CRS.from_wkt(raster.crs.to_wkt())
    source, target = (WGS84, crs) if inverse else (crs, WGS84)
    return Transformer.from_crs(source, target, always_xy=True)


def raster_bounds(raster: DatasetReader) -> grid.Bounds:
    """Extent of a raster in degrees (its outline, densified, transformed)."""
    west, south, east, north = lonlat_transformer(raster).transform_bounds(
        *raster.bounds, densify_pts=21
    )
    return grid.Bounds(west, south, east, north)


def _affine(transform: rasterio.Affine, u: NDArray, v: NDArray) -> tuple[NDArray, NDArray]:
    """Apply an affine transformation to arrays."""
    a, b, c, d, e, f = transform[:6]
    return a * u + b * v + c, d * u + e * v + f


def _pixel_position(raster: DatasetReader, cells: NDArray[np.int64]):
    """Fractional column and row in the raster of all corners of the cells."""
    lat, lon = grid.cell_corners(cells)
    x, y = lonlat_transformer(raster, inverse=True).transform(lon.ravel(), lat.ravel())
    return _affine(~raster.transform, np.asarray(x), np.asarray(y))


def require_coverage(raster: DatasetReader, cells: NDArray[np.int64]) -> Window:
    """Window of the raster that holds all cells.

    Raises InputError, naming both extents, if a corner of a cell lies more than one pixel outside.
    """
    col, row = _pixel_position(raster, cells)
    inside = (col >= -1) & (col <= raster.width + 1) & (row >= -1) & (row <= raster.height + 1)
    if not inside.all():
        raise InputError(
            raster.name,
            "extent",
            str(raster_bounds(raster)),
            f"a raster that covers the region ({grid.cell_bounds(cells)}); "
            f"{(~inside.reshape(-1, 4).all(axis=1)).sum()} of {cells.size} cells are not inside "
            "(the raster's outline may be turned against the parallels)",
        )
    left, top = max(0, int(col.min()) - 1), max(0, int(row.min()) - 1)
    right = min(raster.width, int(np.ceil(col.max())) + 1)
    bottom = min(raster.height, int(np.ceil(row.max())) + 1)
    return Window(left, top, right - left, bottom - top)


def _blocks(
    raster: DatasetReader, window: Window, cells: NDArray[np.int64]
) -> Iterator[tuple[NDArray, NDArray[np.bool_], NDArray[np.int64]]]:
    """Values, data mask and cell position of the pixels of each band of rows of the window."""
    to_lonlat = lonlat_transformer(raster)
    col = np.arange(window.col_off, window.col_off + window.width) + 0.5
    for top in range(0, window.height, _ROWS_PER_BLOCK):
        height = min(_ROWS_PER_BLOCK, window.height - top)
        part = Window(window.col_off, window.row_off + top, window.width, height)
        try:
            values = raster.read(1, window=part)
            has_data = raster.read_masks(1, window=part) > 0
        except RasterioIOError as error:
            raise InputError(
                raster.name, "content", str(error), "a complete raster (is it truncated?)"
            ) from error
        row = np.arange(part.row_off, part.row_off + height) + 0.5
        x, y = _affine(raster.transform, *np.meshgrid(col, row))
        lon, lat = to_lonlat.transform(x.ravel(), y.ravel())
        yield values.ravel(), has_data.ravel(), cell_index(lat, lon, cells)


def count_keys(raster: DatasetReader, cells: NDArray[np.int64]) -> KeyCounts:
    """Count the pixels of each integer code of band 1 in each cell.

    `cells` are sorted cell numbers. Pixels without data (the file's nodata value or mask) count
    only in `n_pixel`. Raises InputError if the raster does not cover the cells, is truncated, or
    holds values that are not whole numbers.
    """
    window = require_coverage(raster, cells)
    n_pixel = np.zeros(cells.size, dtype=np.int64)
    parts: list[NDArray[np.int64]] = []
    for values, has_data, index in _blocks(raster, window, cells):
        inside = index >= 0
        n_pixel += np.bincount(index[inside], minlength=cells.size)
        chosen = inside & has_data
        codes, index = values[chosen], index[chosen]
        if codes.size == 0:
            continue
        if codes.dtype.kind == "f" and not np.array_equal(codes, np.rint(codes)):
            value = float(codes[codes != np.rint(codes)][0])
            raise InputError(raster.name, "band 1", value, "whole numbers (codes or keys)")
        distinct, inverse = np.unique(codes, return_inverse=True)
        number, count = np.unique(index * distinct.size + inverse, return_counts=True)
        cell, key = np.divmod(number, distinct.size)
        parts.append(np.stack([cell, distinct[key].astype(np.int64), count]))
    cell, key, count = np.concatenate(parts, axis=1) if parts else np.zeros((3, 0), dtype=np.int64)
    return sum_counts(cell, key, count, n_pixel)


@dataclass(frozen=True)
class CellMoments:
    """Mean and standard deviation of the valid pixels of each cell, and their share of the cell.

    All have shape (..., cell). `mean` and `sd` are NaN where no pixel is valid; `sd` is that of
    the pixels themselves (divisor n).
    """

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    valid_fraction: NDArray[np.float64]


def pixel_index(lat: ArrayLike, lon: ArrayLike, cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Position in `cells` of each pixel of an array (y, x), by its centre; -1 outside.

    lat, lon : axes (y,) and (x,), or both of shape (y, x); degrees. NaN coordinates are outside.
    """
    lat, lon = np.asarray(lat, dtype=float), np.asarray(lon, dtype=float)
    if lat.ndim == 1 and lon.ndim == 1:
        lat, lon = lat[:, None], lon[None, :]
    return cell_index(lat, lon, cells)


def pixels_per_cell(lat: ArrayLike, lon: ArrayLike) -> float:
    """Pixels that a full cell holds: 100 for 3 arc-seconds. Arguments as in `pixel_index`."""
    lat, lon = np.asarray(lat, dtype=float), np.asarray(lon, dtype=float)
    step_lat = np.nanmedian(np.abs(np.diff(lat, axis=0)))
    step_lon = np.nanmedian(np.abs(np.diff(lon, axis=-1)))
    return float(1.0 / (step_lat * step_lon * grid.CELLS_PER_DEGREE**2))


def cell_moments(
    values: ArrayLike, index: NDArray[np.int64], n_cell: int, per_cell: float
) -> CellMoments:
    """Aggregate pixel values to cells.

    values : (..., y, x), NaN where a pixel is not valid
    index : (y, x) from `pixel_index`;  per_cell : from `pixels_per_cell`

    The valid fraction is valid pixels / `per_cell`, at most 1, so that a cell which the image only
    touches is not taken for a full one.
    """
    values = np.asarray(values, dtype=float)
    flat = values.reshape(-1, index.size)
    inside = np.flatnonzero(index.ravel() >= 0)
    cell = index.ravel()[inside]
    shape = (flat.shape[0], n_cell)
    mean, sd, valid = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape)
    for i, layer in enumerate(flat[:, inside]):
        good = np.isfinite(layer)
        c, v = cell[good], layer[good]
        n = np.bincount(c, minlength=n_cell)
        has = n > 0
        divisor = np.where(has, n, 1)
        m = np.bincount(c, v, n_cell) / divisor
        variance = np.bincount(c, (v - m[c]) ** 2, n_cell) / divisor
        mean[i, has], sd[i, has] = m[has], np.sqrt(variance[has])
        valid[i] = np.minimum(1.0, n / per_cell)
    out = (*values.shape[: values.ndim - index.ndim], n_cell)
    return CellMoments(mean.reshape(out), sd.reshape(out), valid.reshape(out))
