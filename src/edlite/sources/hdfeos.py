"""HDF4-EOS2 grids of MODIS land products: structure metadata, sinusoidal grid, windows of data.

The grid is that of the MODIS land tiles: sinusoidal projection on a sphere (GCTP_SNSOID),
geodetic latitude taken as spherical. `PixelRegistration` is not used: the corner points of these
products are the outer edges of the tile, so that a pixel has the size of the extent over the
number of pixels (LP DAAC, MODIS land grid).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyhdf.error import HDF4Error
from pyhdf.SD import SD, SDC

from edlite.errors import InputError, require_file
from edlite.sources.pixels import PixelGrid

_HDF4_MAGIC = b"\x0e\x03\x13\x01"
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


@dataclass(frozen=True)
class SinusoidalGrid(PixelGrid):
    """Pixels of a tile: outer corner (m), pixel size (m), shape and radius of the sphere (m)."""

    west: float
    north: float
    dx: float
    dy: float
    n_row: int
    n_col: int
    radius: float

    def lat_lon(self, row: ArrayLike, col: ArrayLike) -> tuple[NDArray, NDArray]:
        """Latitude and longitude (degrees) of the centres of pixels; NaN outside the globe."""
        y = self.north - (np.asarray(row) + 0.5) * self.dy
        x = self.west + (np.asarray(col) + 0.5) * self.dx
        lat = y / self.radius
        lon = x / (self.radius * np.cos(lat))
        on_globe = (np.abs(lat) < np.pi / 2) & (np.abs(lon) <= np.pi)
        lat, lon = np.broadcast_arrays(np.degrees(lat), np.degrees(lon))
        return np.where(on_globe, lat, np.nan), np.where(on_globe, lon, np.nan)

    def row_col(self, lat: ArrayLike, lon: ArrayLike) -> tuple[NDArray, NDArray]:
        """Row and column (fractional; 0 is the outer edge of the first pixel) of points."""
        lat = np.radians(np.asarray(lat, dtype=float))
        x = self.radius * np.radians(np.asarray(lon, dtype=float)) * np.cos(lat)
        return (self.north - self.radius * lat) / self.dy, (x - self.west) / self.dx

    def matches(self, other: SinusoidalGrid) -> bool:
        """Whether `other` has the same pixels to a hundredth (corners are printed rounded)."""
        same_shape = (self.n_row, self.n_col) == (other.n_row, other.n_col)
        shift = max(abs(self.west - other.west), abs(self.north - other.north))
        stretch = max(abs(self.dx - other.dx) * self.n_col, abs(self.dy - other.dy) * self.n_row)
        return same_shape and max(shift, stretch) < 0.01 * self.dx


class GridFile:
    """An open HDF4-EOS2 file with one sinusoidal grid; use as a context manager.

    Raises InputError if the file is missing, is no HDF4, is truncated or holds another grid.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = require_file(path, "an HDF4-EOS granule")
        with self.path.open("rb") as stream:
            magic = stream.read(4)
        if magic != _HDF4_MAGIC:
            raise InputError(self.path, "content", magic, "an HDF4 file")
        with self._hdf("content"):
            self._sd = SD(str(self.path), SDC.READ)
        try:
            with self._hdf("global attributes"):
                self.attributes = self._sd.attributes()
            with self._hdf("list of datasets"):
                self.shapes = {k: tuple(v[1]) for k, v in self._sd.datasets().items()}
            self.grid = parse_structure(self._metadata("StructMetadata"), self.path)
        except InputError:
            self.close()
            raise

    def __enter__(self) -> GridFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._sd.end()

    @contextmanager
    def _hdf(self, key: str) -> Iterator[None]:
        try:
            yield
        except (HDF4Error, ValueError, UnicodeDecodeError) as error:
            raise InputError(
                self.path, key, str(error), "a complete HDF4 file (is it truncated?)"
            ) from error

    def _metadata(self, name: str) -> str:
        """ECS metadata text, which long files split over `name`.0, `name`.1, ..."""
        parts = sorted(k for k in self.attributes if re.fullmatch(rf"{name}\.\d+", k))
        if not parts:
            raise InputError(
                self.path, f"attribute {name}.0", None, "HDF-EOS metadata (is this an EOS grid?)"
            )
        return "".join(str(self.attributes[k]) for k in parts)

    @property
    def local_granule_id(self) -> str:
        """Name under which the producer issued the granule; the file's name if not recorded."""
        if any(k.startswith("CoreMetadata.") for k in self.attributes):
            text = self._metadata("CoreMetadata")
            found = re.search(r"OBJECT\s*=\s*LOCALGRANULEID.*?VALUE\s*=\s*\"([^\"]+)\"", text, re.S)
            if found:
                return found.group(1)
        return self.path.name

    def dataset_attributes(self, name: str) -> dict:
        """Attributes of a dataset."""
        self._require(name)
        with self._hdf(f"attributes of {name}"):
            return self._sd.select(name).attributes()

    def read(self, name: str, rows: slice, cols: slice) -> NDArray:
        """Window of a dataset as stored: (row, col), or (row, col, mode) for 3-D datasets.

        The two dimensions of the grid are found by their sizes and names; a third one may come
        first or last in the file.
        """
        self._require(name)
        with self._hdf(name):
            sds = self._sd.select(name)
            axes = self._axes(name, sds)
            start, count = [0] * len(axes), list(self.shapes[name])
            for axis, window in ((axes.index("row"), rows), (axes.index("col"), cols)):
                start[axis], count[axis] = window.start, window.stop - window.start
            data = np.asarray(sds.get(start=start, count=count)).reshape(count)
            sds.endaccess()
        order = [axes.index("row"), axes.index("col")]
        return np.transpose(data, order + [i for i in range(len(axes)) if i not in order])

    def _require(self, name: str) -> None:
        if name not in self.shapes:
            raise InputError(
                self.path, f"dataset {name}", None, f"one of {', '.join(sorted(self.shapes))}"
            )

    def _axes(self, name: str, sds) -> list[str]:
        """Meaning of each axis: row, col or mode; by dimension name, else by order."""
        shape = self.shapes[name]
        named = [sds.dim(i).info()[0].split(":")[0] for i in range(len(shape))]
        meaning = [{"YDim": "row", "XDim": "col"}.get(n, "mode") for n in named]
        if meaning.count("row") != 1 or meaning.count("col") != 1:
            short = [i for i, n in enumerate(shape) if n not in (self.grid.n_row, self.grid.n_col)]
            meaning = [
                "mode" if i in short[:1] and len(shape) == 3 else "" for i in range(len(shape))
            ]
            free = [i for i, m in enumerate(meaning) if m == ""]
            for i, axis in zip(free, ("row", "col"), strict=False):
                meaning[i] = axis
        sizes = {m: n for m, n in zip(meaning, shape, strict=True)}
        if (sizes.get("row"), sizes.get("col")) != (self.grid.n_row, self.grid.n_col):
            raise InputError(
                self.path,
                f"shape of {name}",
                shape,
                f"{self.grid.n_row} rows and {self.grid.n_col} columns as in StructMetadata",
            )
        return meaning


def parse_structure(text: str, source: str | Path) -> SinusoidalGrid:
    """Grid of the first grid group of an HDF-EOS2 StructMetadata text.

    Raises InputError, naming `source`, if a key is missing or the projection is not sinusoidal
    around 0 degrees E without false origin.
    """

    def value(key: str) -> str:
        found = re.search(rf"^\s*{key}\s*=\s*(.+?)\s*$", text, re.M)
        if not found:
            raise InputError(source, f"StructMetadata {key}", None, "a sinusoidal grid")
        return found.group(1)

    def numbers(key: str, at_least: int) -> list[float]:
        found = [float(n) for n in re.findall(_NUMBER, value(key))]
        if len(found) < at_least:
            raise InputError(source, f"StructMetadata {key}", value(key), f"{at_least} numbers")
        return found

    projection = value("Projection")
    if projection not in ("GCTP_SNSOID", "SNSOID", "16"):
        raise InputError(source, "StructMetadata Projection", projection, "GCTP_SNSOID")
    parameters = numbers("ProjParams", 1)
    if parameters[0] <= 0 or any(parameters[1:8]):
        raise InputError(
            source,
            "StructMetadata ProjParams",
            value("ProjParams"),
            "the radius of the sphere, then zeros (central meridian 0, no false origin)",
        )
    n_col, n_row = int(numbers("XDim", 1)[0]), int(numbers("YDim", 1)[0])
    west, north = numbers("UpperLeftPointMtrs", 2)[:2]
    east, south = numbers("LowerRightMtrs", 2)[:2]
    if n_col < 1 or n_row < 1 or not (east > west and north > south):
        raise InputError(
            source,
            "StructMetadata corners",
            (west, north, east, south),
            "an upper left and a lower right corner, and at least one pixel",
        )
    dx, dy = (east - west) / n_col, (north - south) / n_row
    return SinusoidalGrid(west, north, dx, dy, n_row, n_col, parameters[0])
