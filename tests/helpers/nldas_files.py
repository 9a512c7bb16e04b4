"""Small NLDAS-2 granules for tests, netCDF and GRIB, with smooth known fields."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np

LAT = 25.0625 + 0.125 * np.arange(54, 62)  # around 32 N
LON = -124.9375 + 0.125 * np.arange(116, 128)  # around 110 W
UNITS = {
    "Tair": "K",
    "Qair": "kg kg-1",
    "PSurf": "Pa",
    "Wind_E": "m s-1",
    "Wind_N": "m s-1",
    "LWdown": "W m-2",
    "SWdown": "W m-2",
    "Rainf": "kg m-2",
}
GRIB_NAMES = dict(
    zip(UNITS, ("TMP", "SPFH", "PRES", "UGRD", "VGRD", "DLWRF", "DSWRF", "APCP"), strict=True)
)


def fields(time: np.ndarray, lat: np.ndarray = LAT, lon: np.ndarray = LON) -> dict:
    """Values (time, lat, lon) that tell hour and place: linear in both."""
    hour = (time - np.datetime64("2013-01-01")) / np.timedelta64(1, "h")
    h = (hour % 240)[:, None, None]
    place = (lat[:, None] - 32.0) + 2.0 * (lon[None, :] + 110.0)
    return {
        "Tair": 280.0 + 0.1 * h + place,
        "Qair": 0.005 + 1e-5 * h + 1e-4 * place,
        "PSurf": 9.0e4 + h + 10.0 * place,
        "Wind_E": 3.0 + 0.0 * h + 0.0 * place,
        "Wind_N": -4.0 + 0.0 * h + 0.0 * place,
        "LWdown": 300.0 + 0.1 * h + place,
        "SWdown": 200.0 + h + place,
        "Rainf": 3.6 + 0.0 * h + 0.0 * place,
    }


def write_netcdf(path: Path, time, lat=LAT, lon=LON, *, values=None, units=None, flip=False):
    """Write a granule as NLDAS-2 version 2.0 has it; `flip` makes latitude descend."""
    time = np.atleast_1d(np.asarray(time, "datetime64[s]"))
    values = {**fields(time, lat, lon), **(values or {})}
    units = {**UNITS, **(units or {})}
    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(path, "w") as out:
        for name, size in (("time", time.size), ("lat", lat.size), ("lon", lon.size)):
            out.createDimension(name, size)
        t = out.createVariable("time", "f8", ("time",))
        t.units = "hours since 1979-01-01 00:00:00"
        t[:] = (time - np.datetime64("1979-01-01")) / np.timedelta64(1, "h")
        order = slice(None, None, -1) if flip else slice(None)
        out.createVariable("lat", "f4", ("lat",))[:] = lat[order]
        out.createVariable("lon", "f4", ("lon",))[:] = lon
        for name, value in values.items():
            variable = out.createVariable(
                name, "f4", ("time", "lat", "lon"), fill_value=-9999.0, zlib=True
            )
            variable.units = units[name]
            variable[:] = value[:, order]
    return path
