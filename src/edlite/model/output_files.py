"""The netCDF files that a run of a tile appends to: dimensions, coordinates, chunks, precision."""

from __future__ import annotations

from collections.abc import Iterable

import netCDF4
import numpy as np

from edlite.constants import DAY_S
from edlite.model.columns import Columns
from edlite.variables import FLUXES, Variable

HOURS_PER_DAY = 24
HOUR_S = 3600
EPOCH = "seconds since 1970-01-01"
BLOCK_DAYS = 31  # days that are written together
CHUNK_VALUES = 2**18  # most values of a chunk, 1 MiB
# Hourly means by cell keep this many bits of the mantissa: rounding to the last one is a relative
# error of at most 2**-17. Daily and annual means, which differences between runs are made of, keep
# all, and so does the moisture by patch, which may be prescribed to another run.
HOURLY_BITS = 16


def define_cells(
    file: netCDF4.Dataset, columns: Columns, names: Iterable[str], records_per_day: int
) -> None:
    """Coordinates and empty variables of a file of means by cell, hourly or daily."""
    _define_axes(file, columns)
    file.createDimension("nv", 2)
    file.createDimension("cell", columns.n_cell)
    file["time"].bounds = "time_bnds"
    rows = BLOCK_DAYS * records_per_day
    file.createVariable("time_bnds", "i8", ("time", "nv"), chunksizes=(rows, 2))
    for name, unit in (("lat", "degrees_north"), ("lon", "degrees_east")):
        variable = file.createVariable(name, "f8", ("cell",))
        variable.units = unit
        variable[:] = getattr(columns, name)
    cell = file.createVariable("cell_id", "i8", ("cell",))
    cell.long_name = "number of the cell in the global 30 arc-second grid"
    cell[:] = columns.cell_id
    bits = HOURLY_BITS if records_per_day == HOURS_PER_DAY else None
    for name in names:
        dims = ("time", "cell")
        if name in ("theta", "soil_temperature"):
            dims = ("time", "layer", "cell")
        _define_variable(file, name, FLUXES[name], dims, rows, bits)


def define_patches(file: netCDF4.Dataset, columns: Columns) -> None:
    """Coordinates and the empty variable of the file of hourly moisture by patch."""
    _define_axes(file, columns)
    file.createDimension("patch", columns.n_patch)
    index = file.createVariable("cell_index", "i4", ("patch",))
    index.setncatts({"units": "1", "long_name": "index of the cell within the tile"})
    index[:] = columns.cell_index
    area = file.createVariable("area", "f8", ("patch",))
    area.setncatts({"units": "1", "long_name": "share of the cell"})
    area[:] = columns.area
    rows = BLOCK_DAYS * HOURS_PER_DAY
    _define_variable(file, "theta", FLUXES["theta"], ("time", "layer", "patch"), rows, None)


def append(
    file: netCDF4.Dataset, start: np.ndarray, length: int, blocks: dict[str, np.ndarray]
) -> None:
    """Append records of cells: `start` (record,) s since the epoch, `length` s, values by name."""
    at = len(file["time"])
    span = slice(at, at + len(start))
    file["time"][span] = start
    file["time_bnds"][span] = np.stack([start, start + length], axis=1)
    for name, values in blocks.items():
        file[name][span] = values


def append_patches(file: netCDF4.Dataset, start: np.ndarray, theta: np.ndarray) -> None:
    """Append hours of moisture by patch, labelled by their centres."""
    at = len(file["time"])
    span = slice(at, at + len(start))
    file["time"][span] = start + HOUR_S // 2
    file["theta"][span] = theta


def hours_of(midnights: np.ndarray) -> np.ndarray:
    """Start of every hour of days that begin at `midnights`, in seconds."""
    return (midnights[:, None] + HOUR_S * np.arange(HOURS_PER_DAY)).ravel()


def seconds_of(dates: Iterable[np.datetime64]) -> np.ndarray:
    """Midnights as seconds since the epoch."""
    return np.array(list(dates)).astype("datetime64[s]").astype("i8")


SECONDS = {"hourly": HOUR_S, "daily": int(DAY_S)}


def _define_axes(file: netCDF4.Dataset, columns: Columns) -> None:
    file.createDimension("time", None)
    file.createDimension("layer", len(columns.layer_bottom))
    time = file.createVariable("time", "i8", ("time",))
    time.setncatts({"units": EPOCH, "calendar": "standard", "standard_name": "time"})
    for name, depth in (("top", columns.layer_top), ("bottom", columns.layer_bottom)):
        variable = file.createVariable(f"layer_{name}", "f8", ("layer",))
        variable.setncatts({"units": "m", "long_name": f"depth of the layer's {name}"})
        variable[:] = depth


def _define_variable(
    file: netCDF4.Dataset,
    name: str,
    meta: Variable,
    dims: tuple[str, ...],
    rows: int,
    bits: int | None,
) -> None:
    """A compressed float32 variable whose chunks hold the records that are written together.

    Whole chunks are compressed once, and a series of a cell is read from few of them. A chunk has
    one layer: what lies side by side in it is alike.
    """
    width = min(len(file.dimensions[dims[-1]]), max(1, CHUNK_VALUES // rows))
    chunks = (rows, *(1 for _ in dims[1:-1]), width)
    rounding = {} if bits is None else {"significant_digits": bits, "quantize_mode": "BitRound"}
    variable = file.createVariable(
        name, "f4", dims, zlib=True, complevel=1, shuffle=True, chunksizes=chunks, **rounding
    )
    variable.setncatts({**meta.attributes(), "coordinates": "lat lon"})
    if bits is not None:
        variable.setncattr("relative_precision", np.float32(0.5 ** (bits + 1)))
    # plain floats without fill values: no masks to look for
    variable.set_auto_maskandscale(False)
