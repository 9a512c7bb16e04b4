"""AirMOSS L2/3 root-zone soil moisture: snapshots of a depth profile at 3 arc-seconds.

The retrieval's profile is theta(z) = c1 z^2 + c2 z + c3 [m3 m-3], z in m below the surface, valid
to 1 m (Tabatabaeenejad et al. 2015, IEEE Trans. Geosci. Remote Sens. 53, 658-671). Two layouts are
known: the retrieval files (HDF5; 2-D `lons`, `lats`; COEFF1, COEFF2, COEFF3; fill -9999; sometimes
transposed), and netCDF-4 with 1-D latitude and longitude and either the coefficients or soil
moisture at depths. Other names are given by the caller (configuration `rzsm.names`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from edlite.errors import InputError, require_file
from edlite.sources.airmoss_time import flight_time

FORMATS = ("auto", "coefficients", "depths")
NAMES = {
    "lat": ("lats", "lat", "latitude", "y"),
    "lon": ("lons", "lon", "longitude", "x"),
    "coefficient_1": ("COEFF1", "C1"),
    "coefficient_2": ("COEFF2", "C2"),
    "coefficient_3": ("COEFF3", "C3"),
    "theta": ("rzsm", "soil_moisture", "sm", "theta"),
    "depth": ("depth", "depths", "z"),
    "time": ("time",),
}
COEFFICIENTS = ("coefficient_1", "coefficient_2", "coefficient_3")
FILL_BELOW = -9998.0


@dataclass(frozen=True)
class Flight:
    """A radar snapshot.

    time : datetime64[s], UTC
    lat, lon : degrees, axes (y,) and (x,), or both (y, x); latitude varies along y
    coefficients : (3, y, x) c1, c2, c3 of theta(z) [m3 m-3, z in m]; NaN without retrieval
    """

    path: Path
    time: np.datetime64
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    coefficients: NDArray[np.float64]

    def layer_means(self, top: NDArray, bottom: NDArray) -> NDArray[np.float64]:
        """Mean soil moisture (layer, y, x) [m3 m-3] between depths `top` and `bottom` [m]."""
        return np.tensordot(mean_weights(top, bottom), self.coefficients, axes=1)


def mean_weights(top: NDArray, bottom: NDArray) -> NDArray[np.float64]:
    """Weights (layer, 3) of c1, c2, c3 in the mean of the profile over a layer: the exact integral.

    mean = c1 (bottom^3 - top^3) / (3 (bottom - top)) + c2 (top + bottom) / 2 + c3
    """
    top, bottom = np.asarray(top, dtype=float), np.asarray(bottom, dtype=float)
    square = (top * top + top * bottom + bottom * bottom) / 3.0
    return np.stack([square, 0.5 * (top + bottom), np.ones_like(top)], axis=-1)


def read_flight(
    path: str | Path, names: Mapping[str, str] | None = None, layout: str = "auto"
) -> Flight:
    """Read a snapshot.

    names : names in the file by the keys of NAMES (and `time` may name a root attribute), for files
        that use others; layout : one of FORMATS.

    Raises InputError if the file is damaged, a dataset is missing or of the wrong shape, the flight
    has no time, or the values are volume percent.
    """
    path, names = Path(path), dict(names or {})
    if layout not in FORMATS:
        raise InputError("rzsm", "format", layout, f"one of {', '.join(FORMATS)}")
    with _open(path, names) as snapshot:
        time = flight_time(path, snapshot.file, names.get("time"))
        lat, lon = snapshot.values("lat"), snapshot.values("lon")
        found = snapshot.layout() if layout == "auto" else layout
        coefficients = snapshot.coefficients(lat, lon, found)
    middle = np.nanmedian(coefficients[2]) if np.isfinite(coefficients[2]).any() else 0.0
    if middle > 1.0:
        raise InputError(path, "soil moisture", float(middle), "m3 m-3, not volume percent")
    if lat.ndim == 2 and _varies_along_columns(lat):
        lat, lon, coefficients = lat.T, lon.T, coefficients.transpose(0, 2, 1)
    return Flight(path, time, lat, lon, coefficients)


def read_time(path: str | Path, names: Mapping[str, str] | None = None) -> np.datetime64:
    """Time of a snapshot (UTC), without reading its fields; raises InputError as `read_flight`."""
    path, names = Path(path), dict(names or {})
    with _open(path, names) as snapshot:
        return flight_time(path, snapshot.file, names.get("time"))


@contextmanager
def _open(path: Path, names: Mapping[str, str]) -> Iterator[_Snapshot]:
    """Open a file; errors of the HDF5 library become InputError."""
    for key in names:
        if key not in NAMES:
            raise InputError("rzsm", f"names.{key}", names[key], f"one of {', '.join(NAMES)}")
    require_file(path, "a radar snapshot (HDF5 or netCDF-4)")
    try:
        with h5py.File(path, "r") as file:
            yield _Snapshot(path, file, names)
    except OSError as error:
        raise InputError(path, "content", str(error), "a complete HDF5 or netCDF-4 file") from error


@dataclass
class _Snapshot:
    """An open file and the names of its datasets."""

    path: Path
    file: h5py.File
    names: Mapping[str, str]

    def find(self, key: str) -> h5py.Dataset | None:
        """Dataset of a key: the configured name, else the first known one (any case)."""
        if key in self.names:
            name = self.names[key]
            if name not in self.file:
                raise InputError(self.path, name, None, f"a dataset (rzsm.names.{key})")
            return self.file[name]
        known = {name.lower(): name for name in self.file}
        for candidate in NAMES[key]:
            if candidate.lower() in known:
                return self.file[known[candidate.lower()]]
        return None

    def require(self, key: str) -> h5py.Dataset:
        """As `find`; raises InputError if there is none."""
        dataset = self.find(key)
        if dataset is None:
            have = ", ".join(self.file)
            raise InputError(
                self.path, NAMES[key][0], None, f"a dataset, or rzsm.names.{key}; there are {have}"
            )
        return dataset

    def values(self, key: str) -> NDArray[np.float64]:
        """Values of a dataset, scaled, NaN where filled."""
        dataset = self.require(key)
        raw = dataset[()].astype(float)
        missing = ~np.isfinite(raw) | (raw < FILL_BELOW)
        for name in ("_FillValue", "missing_value"):
            if name in dataset.attrs:
                missing |= raw == float(np.ravel(dataset.attrs[name])[0])
        factor = float(np.ravel(dataset.attrs.get("scale_factor", 1.0))[0])
        offset = float(np.ravel(dataset.attrs.get("add_offset", 0.0))[0])
        return np.where(missing, np.nan, raw * factor + offset)

    def layout(self) -> str:
        """Which of the two layouts the file has."""
        return "coefficients" if self.find("coefficient_1") is not None else "depths"

    def coefficients(self, lat: NDArray, lon: NDArray, layout: str) -> NDArray[np.float64]:
        """Coefficients (3, y, x), in the orientation of the coordinates."""
        if lat.ndim == 1 and lon.ndim == 1:
            shape = (lat.size, lon.size)
        elif lat.ndim == 2 and lat.shape == lon.shape:
            shape = lat.shape
        else:
            raise InputError(
                self.path, "shape of coordinates", (lat.shape, lon.shape), "two axes, or equal 2-D"
            )
        if layout == "depths":
            return self._from_depths(shape)
        parts = []
        for key in COEFFICIENTS:
            parts.append(self._oriented(self.values(key), shape, self.require(key).name))
        coefficients = np.stack(parts)
        coefficients[:, np.isnan(coefficients).any(axis=0)] = np.nan
        return coefficients

    def _oriented(self, values: NDArray, shape: tuple[int, int], name: str) -> NDArray:
        """Values in the orientation of the coordinates; raises InputError for another shape."""
        values = np.squeeze(values) if values.ndim > 2 else values
        if values.shape == shape:
            return values
        if values.shape == shape[::-1]:
            return values.T
        raise InputError(self.path, f"shape of {name}", values.shape, f"{shape}")

    def _from_depths(self, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Profile through soil moisture at depths: exact for three, least squares for more."""
        depth_set, theta_set = self.require("depth"), self.require("theta")
        depth = np.ravel(self.values("depth"))
        unit = _text(depth_set.attrs.get("units", "m"))
        factors = {"m": 1.0, "meter": 1.0, "metre": 1.0, "meters": 1.0, "cm": 0.01}
        if unit not in factors:
            raise InputError(self.path, f"units of {depth_set.name}", unit, "m or cm")
        depth = np.abs(depth) * factors[unit]
        theta = self.values("theta")
        theta = np.squeeze(theta, axis=0) if theta.ndim == 4 and theta.shape[0] == 1 else theta
        if depth.size < 3 or theta.ndim != 3 or theta.shape[0] != depth.size:
            raise InputError(
                self.path,
                f"shape of {theta_set.name}",
                theta.shape,
                f"(depth, y, x) with three depths or more ({depth.size} depths given)",
            )
        theta = np.stack([self._oriented(layer, shape, theta_set.name) for layer in theta])
        solve = np.linalg.pinv(np.stack([depth**2, depth, np.ones_like(depth)], axis=1))
        return np.tensordot(solve, theta, axes=1)


def _varies_along_columns(lat: NDArray) -> bool:
    """Whether latitude changes from column to column: the file is stored transposed."""
    steps = [np.nan_to_num(np.nanmedian(np.abs(np.diff(lat, axis=a)))) for a in (0, 1)]
    return bool(steps[1] > steps[0])


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
