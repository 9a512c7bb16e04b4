"""Synthetic radar snapshots of root-zone soil moisture in the two layouts of AirMOSS files.

A snapshot holds, for each 3 arc-second pixel, the coefficients of the second-order polynomial
theta(z) = COEFF1 z^2 + COEFF2 z + COEFF3 (z in m, downward), as in Tabatabaeenejad et al. (2015,
IEEE TGRS 53, 658-671).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import h5py
import netCDF4
import numpy as np
from numpy.typing import NDArray

from edlite.demo.cells import block_cell_ids
from edlite.demo.layout import block_bounds
from edlite.demo.random import generator, smooth_field
from edlite.files import atomic_path
from edlite.soil.layers import RADAR_BOTTOM, RADAR_TOP

PIXELS_PER_CELL = 10
FILL = np.float32(-9999.0)
BROWSE_DEPTHS = {"BROWSE_RZSM-0CM": 0.0, "BROWSE_RZSM-10CM": 0.10, "BROWSE_RZSM-30CM": 0.30}


def fit_profile(theta: NDArray[np.float64], n_layer: NDArray[np.int64]) -> NDArray[np.float64]:
    """Coefficients (cell, 3) of the polynomial nearest to a profile (cell, layer) over 0-1 m.

    Least squares of the layer means, weighted by thickness, with the layer of 0.8-1.6 m cut at
    1 m. Below the soil the deepest layer's value is continued.
    """
    number = RADAR_TOP.size
    mean = np.stack(
        [
            (RADAR_BOTTOM**3 - RADAR_TOP**3) / (3 * (RADAR_BOTTOM - RADAR_TOP)),
            0.5 * (RADAR_TOP + RADAR_BOTTOM),
            np.ones(number),
        ],
        axis=1,
    )
    root = np.sqrt(RADAR_BOTTOM - RADAR_TOP)
    solve = np.linalg.pinv(root[:, None] * mean)
    last = np.asarray(n_layer)[:, None] - 1
    layer = np.minimum(np.arange(number)[None, :], last)
    profile = np.take_along_axis(theta, layer, axis=1)
    return (root * profile) @ solve.T


def static_mask(recipe: Mapping, region: str) -> NDArray[np.bool_]:
    """Pixels of the block without retrieval (water, steep slopes), the same on every flight."""
    law = recipe["radar"]
    shape = tuple(PIXELS_PER_CELL * n for n in block_cell_ids(recipe, region).shape)
    field = smooth_field(generator(recipe, region, "radar mask"), shape, law["mask_length"])
    return field > np.quantile(field, 1.0 - law["masked_fraction"])


def retrieval_error(recipe: Mapping, region: str, time: datetime) -> NDArray[np.float64]:
    """Error [m3 m-3] of each pixel of the block on one flight, the same at all depths.

    A part shared by each cell and flight and a white part; their variances add up to the total.
    """
    law = recipe["radar"]
    rng = generator(recipe, region, "radar", time.isoformat())
    shared = rng.standard_normal(block_cell_ids(recipe, region).shape)
    shared = np.kron(shared, np.ones((PIXELS_PER_CELL, PIXELS_PER_CELL)))
    white = rng.standard_normal(shared.shape)
    white_rms = np.sqrt(law["total_rms"] ** 2 - law["correlated_rms"] ** 2)
    return law["correlated_rms"] * shared + white_rms * white


def snapshot(
    recipe: Mapping,
    region: str,
    time: datetime,
    theta: NDArray[np.float64],
    n_layer: NDArray[np.int64],
    where: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Coefficients (3, row, col), north-west corner first; -9999 where nothing was retrieved.

    theta : (cell, layer) truth in the hour of the flight; n_layer : (cell,) existing layers
    where : (cell,) positions of the cells in the flattened block

    The retrieval error is added to COEFF3. It is not truncated: a retrieval in dry soil may be
    negative, else its mean error would not be zero.
    """
    block = block_cell_ids(recipe, region)
    coefficients = np.full((3, block.size), np.nan)
    coefficients[:, where] = fit_profile(theta, n_layer).T
    coefficients = coefficients.reshape(3, *block.shape)
    pixels = np.kron(coefficients, np.ones((1, PIXELS_PER_CELL, PIXELS_PER_CELL)))
    pixels[2] += retrieval_error(recipe, region, time)
    missing = static_mask(recipe, region) | np.isnan(pixels[0])
    return np.where(missing, FILL, pixels).astype(np.float32)


def pixel_axes(recipe: Mapping, region: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes (descending) and longitudes of the pixel centres."""
    west, _, _, north = block_bounds(recipe, region)
    rows, columns = block_cell_ids(recipe, region).shape
    step = 1.0 / (120 * PIXELS_PER_CELL)
    lat = north - (np.arange(rows * PIXELS_PER_CELL) + 0.5) * step
    lon = west + (np.arange(columns * PIXELS_PER_CELL) + 0.5) * step
    return lat, lon


def write_snapshot(
    recipe: Mapping, region: str, time: datetime, coefficients: NDArray[np.float32], path: str
) -> None:
    """Write HDF5 with 2-D coordinates (`.h5`) or netCDF-4 with 1-D ones (`.nc`)."""
    fields = {f"COEFF{i + 1}": values for i, values in enumerate(coefficients)}
    valid = coefficients[0] != FILL
    for name, depth in BROWSE_DEPTHS.items():
        value = coefficients[0] * depth**2 + coefficients[1] * depth + coefficients[2]
        fields[name] = np.where(valid, value, FILL).astype(np.float32)
    attributes = {
        "title": f"SYNTHETIC root-zone soil moisture of {region} in a layout of AirMOSS L2/3",
        "synthetic": np.int8(1),
        "region": region,
        "time_coverage_start": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "profile": "theta(z) = COEFF1 z^2 + COEFF2 z + COEFF3, m3 m-3, z in m downward, 0-1 m",
    }
    lat, lon = pixel_axes(recipe, region)
    write = _write_hdf5 if Path(path).suffix == ".h5" else _write_netcdf
    with atomic_path(path) as temporary:
        write(temporary, lat, lon, fields, attributes)


def _write_hdf5(path: Path, lat: NDArray, lon: NDArray, fields: dict, attributes: dict) -> None:
    with h5py.File(path, "w") as file:
        file.attrs.update(attributes)
        lons, lats = np.meshgrid(lon, lat)
        for name, values in {"lons": lons, "lats": lats, **fields}.items():
            file.create_dataset(name, data=values, compression="gzip", compression_opts=1)


def _write_netcdf(path: Path, lat: NDArray, lon: NDArray, fields: dict, attributes: dict) -> None:
    units = {"COEFF1": "m3 m-3 m-2", "COEFF2": "m3 m-3 m-1"}
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        file.setncatts({"Conventions": "CF-1.6", **attributes})
        for name, values, unit, long_name in (
            ("lat", lat, "degrees_north", "latitude"),
            ("lon", lon, "degrees_east", "longitude"),
        ):
            file.createDimension(name, values.size)
            axis = file.createVariable(name, "f8", (name,))
            axis.setncatts({"units": unit, "standard_name": long_name, "long_name": long_name})
            axis[:] = values
        for name, values in fields.items():
            variable = file.createVariable(
                name, "f4", ("lat", "lon"), fill_value=FILL, zlib=True, complevel=1
            )
            variable.setncatts({"units": units.get(name, "m3 m-3"), "long_name": name})
            variable[:] = values
