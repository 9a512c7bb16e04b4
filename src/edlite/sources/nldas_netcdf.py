"""NLDAS-2 granules in netCDF, read with netCDF4 (opening through xarray is ten times slower)."""

from __future__ import annotations

import re
from pathlib import Path

import netCDF4
import numpy as np
from numpy.typing import NDArray

from edlite.errors import InputError
from edlite.sources.nldas_variables import VARIABLES, check_units, snap

_NAMES = {"time": ("time",), "lat": ("lat", "latitude"), "lon": ("lon", "longitude")}
_SINCE = re.compile(r"\s*(second|minute|hour|day)s?\s+since\s+(.+?)(?:\s*(?:UTC|Z))?\s*")
_UNIT_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class NetcdfGranule:
    """A netCDF granule with dimensions (time, lat, lon); see `edlite.sources.nldas.Granule`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = netCDF4.Dataset(path)
        except OSError as error:
            raise InputError(path, "content", str(error), "a complete netCDF file") from error
        try:
            self._file.set_auto_maskandscale(False)
            self.time = decode_time(path, self._axis("time"))
            lat, lon = snap(self._values("lat")), snap(self._values("lon"))
            lon = np.where(lon > 180.0, lon - 360.0, lon)
            self._south_up = lat.size < 2 or lat[0] < lat[-1]
            self.lat = lat if self._south_up else lat[::-1]
            self.lon = lon
            for name, axis in (("lat", self.lat), ("lon", self.lon)):
                if axis.ndim != 1 or np.any(np.diff(axis) <= 0.0):
                    raise InputError(path, name, None, "a monotonic one-dimensional axis")
        except BaseException:
            self._file.close()
            raise

    def raw(self, name: str, rows: slice, cols: slice) -> tuple[str, NDArray, NDArray[np.bool_]]:
        """Name in the file, values (time, lat, lon) of a window, mask of fill values."""
        names = VARIABLES[name].netcdf
        label = next((n for n in names if n in self._file.variables), None)
        if label is None:
            have = ", ".join(self._file.variables)
            raise InputError(self.path, names[0], None, f"a variable; the file has {have}")
        variable = self._file.variables[label]
        shape = (self.time.size, self.lat.size, self.lon.size)
        if variable.shape != shape:
            raise InputError(self.path, f"shape of {label}", variable.shape, f"{shape}")
        attributes = {n: variable.getncattr(n) for n in variable.ncattrs()}
        check_units(self.path, label, name, attributes.get("units"))
        if not self._south_up:
            n = self.lat.size
            rows = slice(n - rows.stop, n - rows.start)
        try:
            values = variable[:, rows, cols]
        except (OSError, RuntimeError) as error:
            raise InputError(self.path, label, str(error), "a complete netCDF file") from error
        if not self._south_up:
            values = values[:, ::-1]
        fills = [attributes[n] for n in ("_FillValue", "missing_value") if n in attributes]
        missing = np.zeros(values.shape, dtype=bool)
        for fill in fills:
            missing |= values == np.asarray(fill, dtype=values.dtype)
        if "scale_factor" in attributes or "add_offset" in attributes:
            factor = float(attributes.get("scale_factor", 1.0))
            values = values * factor + float(attributes.get("add_offset", 0.0))
        return label, values, missing

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _axis(self, name: str) -> netCDF4.Variable:
        for candidate in _NAMES[name]:
            if candidate in self._file.variables:
                return self._file.variables[candidate]
        raise InputError(self.path, name, None, "a coordinate variable")

    def _values(self, name: str) -> NDArray:
        return np.asarray(self._axis(name)[:], dtype=float)


def decode_time(path: Path, variable: netCDF4.Variable) -> NDArray[np.datetime64]:
    """Labels (datetime64[s], UTC) of a CF time axis.

    Raises InputError unless they ascend and lie at whole hours.
    """
    units = getattr(variable, "units", "")
    match = re.fullmatch(
        r"\s*(second|minute|hour|day)s?\s+since\s+(.+?)(?:\s*(?:UTC|Z))?\s*", units
    )
    if match is None:
        raise InputError(path, "units of time", units, '"hours since <date>" or the like')
    try:
        epoch = np.datetime64(match[2].strip().replace(" ", "T"), "s")
    except ValueError as error:
        raise InputError(path, "units of time", units, '"hours since <date>"') from error
    seconds = np.atleast_1d(np.asarray(variable[:], dtype=float)) * _UNIT_SECONDS[match[1]]
    if seconds.size == 0 or not np.all(np.isfinite(seconds)):
        raise InputError(path, "time", None, "one or more labels")
    time = epoch + np.round(seconds).astype("timedelta64[s]")
    if np.any(time != time.astype("datetime64[h]")) or np.any(np.diff(time) <= np.timedelta64(0)):
        raise InputError(path, "time", str(time[0]), "ascending labels at whole hours (UTC)")
    return time
