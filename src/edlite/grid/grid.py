"""The global 30 arc-second grid: cell numbers, centres, areas, and the cells of a polygon.

Cell edges are multiples of 1/120 degree. Rows count from 90 N southward, columns from 180 W
eastward, and `cell_id = row * 43200 + column`. Coordinates are geodetic WGS84 degrees (EPSG:4326).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

CELLS_PER_DEGREE = 120
N_ROW = 180 * CELLS_PER_DEGREE
N_COL = 360 * CELLS_PER_DEGREE

# WGS84 ellipsoid (NIMA TR8350.2)
SEMI_MAJOR_AXIS = 6378137.0
FLATTENING = 1.0 / 298.257223563

# A point this close to an edge (in cells, about 1 mm) counts as lying on it, so that rounding
# does not decide to which side it belongs.
_ON_EDGE = 1e-6


class Bounds(NamedTuple):
    """Extent in degrees."""

    west: float
    south: float
    east: float
    north: float

    def __str__(self) -> str:
        return (
            f"{self.west:.4f}..{self.east:.4f} degrees E, {self.south:.4f}..{self.north:.4f} "
            "degrees N"
        )


def cell_id(row: ArrayLike, col: ArrayLike) -> NDArray[np.int64]:
    """Cell number of a row (0 at 90 N) and column (0 at 180 W)."""
    return np.asarray(row, dtype=np.int64) * N_COL + np.asarray(col, dtype=np.int64)


def row_col(cell: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of a cell number."""
    row, col = np.divmod(np.asarray(cell, dtype=np.int64), N_COL)
    return row, col


def row_col_at(lat: ArrayLike, lon: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of the cell that holds a point.

    A point on an edge belongs to the cell south or east of it. Longitudes of any turn are accepted;
    latitudes outside -90..90 give rows outside the grid. NaN and infinity give row and column -1.
    """
    lat, lon = np.broadcast_arrays(np.asarray(lat, dtype=float), np.asarray(lon, dtype=float))
    known = np.isfinite(lat) & np.isfinite(lon)
    row = np.floor((90.0 - np.where(known, lat, 0.0)) * CELLS_PER_DEGREE + _ON_EDGE)
    col = np.floor((np.where(known, lon, 0.0) + 180.0) * CELLS_PER_DEGREE + _ON_EDGE) % N_COL
    return (
        np.where(known, row, -1).astype(np.int64),
        np.where(known, col, -1).astype(np.int64),
    )


def cell_id_at(lat: ArrayLike, lon: ArrayLike) -> NDArray[np.int64]:
    """Number of the cell that holds a point (degrees); -1 where the point is not on the globe."""
    row, col = row_col_at(lat, lon)
    return np.where((row >= 0) & (row < N_ROW), cell_id(row, col), -1)


def cell_centre(cell: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitude and longitude (degrees) of the centre of each cell."""
    row, col = row_col(cell)
    return 90.0 - (row + 0.5) / CELLS_PER_DEGREE, (col + 0.5) / CELLS_PER_DEGREE - 180.0


def cell_corners(cell: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes (degrees), shape (cell, 4), of the corners of each cell."""
    row, col = row_col(np.atleast_1d(cell))
    north, west = 90.0 - row / CELLS_PER_DEGREE, col / CELLS_PER_DEGREE - 180.0
    south, east = north - 1.0 / CELLS_PER_DEGREE, west + 1.0 / CELLS_PER_DEGREE
    return (
        np.stack([north, north, south, south], axis=-1),
        np.stack([west, east, east, west], axis=-1),
    )


def cell_bounds(cell: ArrayLike) -> Bounds:
    """Smallest extent that holds all cells."""
    lat, lon = cell_corners(cell)
    return Bounds(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def _area_to_equator(lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area [m2 per radian of longitude] between the equator and a latitude, on the ellipsoid.

    Closed form of the integral of the meridional times the prime-vertical radius of curvature
    (Snyder 1987, USGS Professional Paper 1395, eq. 3-12 for the authalic latitude).
    """
    e2 = FLATTENING * (2.0 - FLATTENING)
    e = np.sqrt(e2)
    b2 = (SEMI_MAJOR_AXIS * (1.0 - FLATTENING)) ** 2
    s = np.sin(np.radians(lat))
    return 0.5 * b2 * (s / (1.0 - e2 * s * s) + np.arctanh(e * s) / e)


def cell_area(cell: ArrayLike) -> NDArray[np.float64]:
    """Area [m2] of each cell on the WGS84 ellipsoid, exact to rounding."""
    row, _ = row_col(cell)
    north = 90.0 - row / CELLS_PER_DEGREE
    width = np.radians(1.0 / CELLS_PER_DEGREE)
    return (_area_to_equator(north) - _area_to_equator(north - 1.0 / CELLS_PER_DEGREE)) * width


def cells_in_polygon(polygon: shapely.Geometry) -> NDArray[np.int64]:
    """Sorted numbers of the cells whose centre lies inside `polygon` (lon, lat in degrees)."""
    west, south, east, north = polygon.bounds
    top, left = row_col_at(north, west)
    bottom, right = row_col_at(south, east)
    row = np.arange(top, min(int(bottom), N_ROW - 1) + 1)
    col = np.arange(left, right + 1) if east < 180.0 else np.arange(left, N_COL)
    cells = cell_id(row[:, None], col[None, :]).ravel()
    lat, lon = cell_centre(cells)
    shapely.prepare(polygon)
    return cells[shapely.contains_xy(polygon, lon, lat)]
