"""Hourly soil moisture of a tile's patches: read and written in pieces, never as a whole.

A tile of 1,000 cells with eight patches has 2.5 GB a year in float32.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import netCDF4
import numpy as np
import xarray as xr

from edlite.assimilation.tile_soil import TileSoil
from edlite.errors import InputError, require_file
from edlite.files import atomic_path, provenance
from edlite.soil.layers import N_LAYER

HOUR = np.timedelta64(1, "h")
BLOCK_BYTES = 64 * 2**20  # of one array held while blending
CHUNK_BYTES = 2 * 2**20  # of one chunk of the file


class ThetaSeries:
    """Moisture (time, layer, patch) of one tile from the files of one or several years.

    Hours that two files share are taken from the earlier one. Use as a context manager.

    Attributes
    ----------
    time : (time,) datetime64[ns], centres of the hours, increasing
    cell_index, area : (patch,) cell of the patch within the tile and share of it
    """

    def __init__(self, paths: Sequence[str | Path], soil: TileSoil) -> None:
        if not paths:
            raise InputError("command line", "theta files", None, "at least one file")
        self.paths = [require_file(p) for p in paths]
        self._stack = ExitStack()
        try:
            self._open(soil)
        except BaseException:
            self._stack.close()
            raise

    def _open(self, soil: TileSoil) -> None:
        opened = [(p, self._stack.enter_context(open_theta(p))) for p in self.paths]
        opened.sort(key=lambda item: item[1]["time"].values[0])
        self.paths = [p for p, _ in opened]
        self._theta = [ds["theta"] for _, ds in opened]
        path, first = opened[0]
        self.cell_index = first["cell_index"].values.astype(int)
        self.area = first["area"].values.astype(float)
        self.synthetic = bool(first.attrs.get("synthetic", 0))
        check_patches(path, first, soil)
        for other, ds in opened[1:]:
            self.check_same_patches(other, ds["cell_index"].values, ds["area"].values)
        times = [ds["time"].values for _, ds in opened]
        number = np.repeat(np.arange(len(times)), [len(t) for t in times])
        position = np.concatenate([np.arange(len(t)) for t in times])
        self.time, unique = np.unique(np.concatenate(times), return_index=True)
        self._file, self._position = number[unique], position[unique]
        self.cell_start = np.flatnonzero(np.diff(self.cell_index, prepend=-1))

    def check_same_patches(self, path: Path, cell_index: np.ndarray, area: np.ndarray) -> None:
        """Raise InputError unless `path` has the patches of this series."""
        same = np.array_equal(cell_index, self.cell_index) and np.allclose(
            area, self.area, atol=1e-9
        )
        if not same:
            raise InputError(path, "cell_index, area", None, f"the patches of {self.paths[0]}")

    def __enter__(self) -> ThetaSeries:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def read(self, index: np.ndarray) -> np.ndarray:
        """Moisture (time, layer, patch) float32 at increasing positions of `time`."""
        out = np.empty((len(index), N_LAYER, len(self.cell_index)), dtype=np.float32)
        for number in np.unique(self._file[index]):
            here = np.flatnonzero(self._file[index] == number)
            where = self._position[index[here]]
            if np.array_equal(where, np.arange(where[0], where[0] + len(where))):
                out[here] = self._theta[number][where[0] : where[-1] + 1].values
            else:
                out[here] = self._theta[number][where].values
        return out

    def cell_mean(self, values: np.ndarray) -> np.ndarray:
        """Area-weighted mean (..., cell) float64 of a field (..., patch)."""
        return np.add.reduceat(values * self.area, self.cell_start, axis=-1)

    def require_finite(self, values: np.ndarray, exists: np.ndarray, time: np.ndarray) -> None:
        """Raise InputError for a NaN in an existing layer; `exists` (layer, patch)."""
        bad = ~np.isfinite(values) & exists
        if bad.any():
            hour, layer, patch = np.argwhere(bad)[0]
            raise InputError(
                ", ".join(p.name for p in self.paths),
                f"theta at {time[hour]}, layer {layer}, patch {patch}",
                float(values[hour, layer, patch]),
                "a number in every existing layer",
            )


def open_theta(path: Path) -> xr.Dataset:
    """Open a moisture file lazily and check its variables, dimensions and times."""
    try:
        ds = xr.open_dataset(path, engine="netcdf4", cache=False)
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(path, "content", str(error), "a complete netCDF-4 file") from error
    try:
        for name in ("theta", "cell_index", "area", "time"):
            if name not in ds.variables:
                raise InputError(
                    path, name, None, f"a variable; the file has {sorted(ds.variables)}"
                )
        if ds["theta"].dims != ("time", "layer", "patch"):
            raise InputError(path, "theta", ds["theta"].dims, "dimensions (time, layer, patch)")
        if ds.sizes["layer"] != N_LAYER:
            raise InputError(path, "layer", ds.sizes["layer"], f"{N_LAYER} layers")
        check_hourly(path, ds["time"].values)
    except InputError:
        ds.close()
        raise
    return ds


def check_hourly(path: Path, time: np.ndarray) -> None:
    """Raise InputError unless `time` holds consecutive hour centres."""
    if len(time) == 0:
        raise InputError(path, "time", "empty", "at least one hour")
    steps = np.diff(time)
    if (steps != HOUR).any():
        where = int(np.argmax(steps != HOUR))
        raise InputError(path, "time", str(time[where + 1]), f"one hour after {time[where]}")
    if (time[0] - time[0].astype("datetime64[h]")) != np.timedelta64(30, "m"):
        raise InputError(path, "time", str(time[0]), "centres of hours (minute 30)")


def check_patches(path: Path, ds: xr.Dataset, soil: TileSoil) -> None:
    """Raise InputError unless the patches cover each cell of the tile, sorted, with area one."""
    cell_index, area = ds["cell_index"].values, ds["area"].values.astype(float)
    n_cell = len(soil.cell_id)
    if (np.diff(cell_index) < 0).any():
        raise InputError(path, "cell_index", None, "patches sorted by cell")
    if not np.array_equal(np.unique(cell_index), np.arange(n_cell)):
        raise InputError(
            path, "cell_index", np.unique(cell_index).tolist()[:10], f"all of 0 to {n_cell - 1}"
        )
    total = np.bincount(cell_index.astype(int), weights=area, minlength=n_cell)
    if not (np.abs(total - 1.0) < 1e-6).all():
        worst = int(np.argmax(np.abs(total - 1.0)))
        raise InputError(path, f"area of cell {worst}", float(total[worst]), "a sum of 1")
    if "cell_id" in ds.variables and not np.array_equal(ds["cell_id"].values, soil.cell_id):
        raise InputError(path, "cell_id", None, f"the cells of this tile in {soil.source}")
    region = str(ds.attrs.get("region", ""))
    if region and soil.region and region != soil.region:
        raise InputError(path, "attribute region", region, soil.region)


def block_size(n_patch: int) -> int:
    """Hours of a block of about 64 MiB: a whole number of chunks of the file."""
    chunk = chunk_size(n_patch)
    return chunk * max(1, BLOCK_BYTES // (4 * N_LAYER * n_patch * chunk))


def chunk_size(n_patch: int) -> int:
    """Hours of a chunk of at most about 2 MiB, one day at most."""
    return int(np.clip(CHUNK_BYTES // (4 * N_LAYER * n_patch), 1, 24))


def write_series(
    path: str | Path,
    time: np.ndarray,
    series: ThetaSeries,
    soil: TileSoil,
    blocks: Iterator[tuple[int, np.ndarray, np.ndarray]],
    *,
    attributes: dict[str, object],
    parameters: object,
    sources: Sequence[str | Path],
) -> Path:
    """Write moisture to prescribe block by block, complete or not at all.

    `blocks` yields the index of the block's first hour, theta (time, layer, patch) and the clipped
    amount (time, layer, cell).
    """
    n_patch, n_cell = len(series.cell_index), len(soil.cell_id)
    attributes = provenance(parameters, sources) | {
        "region": soil.region,
        "synthetic": np.int8(series.synthetic),
        **attributes,
    }
    with (
        atomic_path(path) as temporary,
        netCDF4.Dataset(temporary, "w", format="NETCDF4") as nc,
    ):
        nc.setncatts(attributes)
        sizes = {"time": len(time), "layer": N_LAYER, "patch": n_patch, "cell": n_cell}
        for name, size in sizes.items():
            nc.createDimension(name, size)

        def create(name: str, kind: str, dims: tuple[str, ...], units: str, text: str, **options):
            variable = nc.createVariable(name, kind, dims, **options)
            variable.setncatts({"units": units, "long_name": text})
            return variable

        packed = {"zlib": True, "complevel": 1, "shuffle": True, "fill_value": np.float32(np.nan)}
        stamp = create("time", "i8", ("time",), "seconds since 1970-01-01", "centre of the hour")
        stamp.calendar = "proleptic_gregorian"
        stamp[:] = time.astype("datetime64[s]").astype(np.int64)
        create("cell_index", "i4", ("patch",), "1", "cell of the patch within the tile")[:] = (
            series.cell_index
        )
        create("area", "f8", ("patch",), "1", "share of the cell")[:] = series.area
        for name, variable in soil.coordinates().items():
            kind = "i8" if name == "cell_id" else "f8"
            create(name, kind, ("cell",), variable.units, variable.long_name)[:] = variable.values
        hours = min(chunk_size(n_patch), len(time))
        theta = create(
            *("theta", "f4", ("time", "layer", "patch"), "m3 m-3", "soil moisture to prescribe"),
            chunksizes=(hours, N_LAYER, n_patch),
            **packed,
        )
        clipped = create(
            *("clipped", "f4", ("time", "layer", "cell"), "m3 m-3"),
            "unclipped minus clipped soil moisture, area-weighted mean over the patches",
            chunksizes=(hours, N_LAYER, n_cell),
            **packed,
        )
        clipped.coordinates = "lat lon cell_id"
        theta.coordinates = "cell_index area"
        for first, values, lost in blocks:
            theta[first : first + len(values)] = values
            clipped[first : first + len(lost)] = lost
    return Path(path)
