"""Names, parameters, levels and units of the NLDAS-2 forcing variables in its two formats."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edlite.errors import InputError


@dataclass(frozen=True)
class NldasVariable:
    """Where a quantity is found: netCDF names, GRIB parameter and level; its unit in the files."""

    netcdf: tuple[str, ...]
    grib_parameter: int
    grib_element: str
    grib_level: str
    units: str
    spellings: tuple[str, ...]


_WM2 = ("wm-2", "w/m2")
_MS = ("ms-1", "m/s")
VARIABLES = {
    "air_temperature": NldasVariable(("Tair", "TMP"), 11, "TMP", "2-HTGL", "K", ("k", "kelvin")),
    "specific_humidity": NldasVariable(
        ("Qair", "SPFH"), 51, "SPFH", "2-HTGL", "kg kg-1", ("kgkg-1", "kg/kg", "1")
    ),
    "air_pressure": NldasVariable(
        ("PSurf", "PRES"), 1, "PRES", "0-SFC", "Pa", ("pa", "pascal", "pascals")
    ),
    "wind_east": NldasVariable(("Wind_E", "UGRD"), 33, "UGRD", "10-HTGL", "m s-1", _MS),
    "wind_north": NldasVariable(("Wind_N", "VGRD"), 34, "VGRD", "10-HTGL", "m s-1", _MS),
    "longwave_down": NldasVariable(("LWdown", "DLWRF"), 205, "DLWRF", "0-SFC", "W m-2", _WM2),
    "shortwave_down": NldasVariable(("SWdown", "DSWRF"), 204, "DSWRF", "0-SFC", "W m-2", _WM2),
    "precipitation": NldasVariable(
        ("Rainf", "APCP"), 61, "APCP", "0-SFC", "kg m-2", ("kgm-2", "kg/m2", "mm")
    ),
}


def check_units(path: Path, label: str, name: str, found: str | None) -> None:
    """Raise InputError if a file states another unit than the product's (none is let through)."""
    if found is None:
        return
    variable = VARIABLES[name]
    plain = found.lower().strip("[] ").replace(" ", "").replace("^", "").replace("**", "")
    if plain not in variable.spellings:
        raise InputError(path, f"units of {label}", found, variable.units)


def snap(axis: NDArray) -> NDArray[np.float64]:
    """Axis in degrees with the rounding of GRIB-1 (0.001) taken off.

    Grid centres are odd sixteenths of a degree; an axis that is not near them is left alone.
    """
    axis = np.asarray(axis, dtype=float)
    near = np.round(axis * 16.0) / 16.0
    return near if np.all(np.abs(near - axis) < 2e-3) else axis
