"""Bilinear weights of a regular latitude-longitude grid at given points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edlite.errors import InputError


def _regular_step(axis: NDArray[np.float64], name: str, source: str | Path) -> float:
    """Step of an ascending, evenly spaced axis of at least two points."""
    if axis.ndim != 1 or axis.size < 2:
        raise InputError(source, name, f"shape {axis.shape}", "an axis of two or more points")
    steps = np.diff(axis)
    step = (axis[-1] - axis[0]) / (axis.size - 1)
    if not (step > 0 and np.all(np.abs(steps - step) < 1e-3 * step)):
        raise InputError(
            source, name, f"steps {steps.min()}..{steps.max()}", "ascending, evenly spaced degrees"
        )
    return float(step)


def bilinear_weights(
    grid_lat: ArrayLike,
    grid_lon: ArrayLike,
    lat: ArrayLike,
    lon: ArrayLike,
    source: str | Path = "grid",
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Positions and weights of the four grid points around each cell centre.

    grid_lat, grid_lon : ascending, evenly spaced axes [degrees]
    lat, lon : (cell,) degrees

    Returns index (cell, 4) into an array (lat, lon) flattened in C order, in the order south-west,
    south-east, north-west, north-east, and weight (cell, 4), each in 0-1 and summing to 1. The
    interpolated field is `(field.reshape(..., -1)[..., index] * weight).sum(-1)`.

    Raises InputError, naming `source`, if an axis is not regular or a point lies outside the grid.
    """
    grid_lat, grid_lon = np.asarray(grid_lat, dtype=float), np.asarray(grid_lon, dtype=float)
    lat, lon = np.atleast_1d(np.asarray(lat, float)), np.atleast_1d(np.asarray(lon, float))
    lower, part = [], []
    for name, axis, points in (("lat", grid_lat, lat), ("lon", grid_lon, lon)):
        step = _regular_step(axis, name, source)
        position = (points - axis[0]) / step
        outside = ~((position >= -1e-6) & (position <= axis.size - 1 + 1e-6))
        if outside.any():
            raise InputError(
                source,
                name,
                f"{axis[0]:.4f}..{axis[-1]:.4f}",
                f"a grid around all cells: {outside.sum()} of {points.size} cells lie outside, "
                f"the first at {points[outside][0]:.4f}",
            )
        cell = np.clip(np.floor(position).astype(np.int64), 0, axis.size - 2)
        lower.append(cell)
        part.append(np.clip(position - cell, 0.0, 1.0))
    (i, j), (v, u) = lower, part
    n = grid_lon.size
    index = np.stack([i * n + j, i * n + j + 1, (i + 1) * n + j, (i + 1) * n + j + 1], axis=-1)
    weight = np.stack([(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u], axis=-1)
    return index, weight
