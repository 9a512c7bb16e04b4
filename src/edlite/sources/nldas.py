"""NLDAS-2 hourly forcing (FORA0125_H): what a granule holds, in the model's units.

Granules are netCDF-4 (version 2.0) or GRIB-1 (version 002), of one hour or several, of the whole
grid or a window. Source: NASA GES DISC, README Document for NLDAS-2; Xia et al. (2012, J. Geophys.
Res. 117, D03109). All variables are instantaneous at the label but precipitation, the total of the
hour that ends at the label.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edlite.errors import InputError, require_file
from edlite.model.forcing_variables import FORCING_VARIABLES, check_plausible
from edlite.sources.nldas_grib import GribGranule
from edlite.sources.nldas_netcdf import NetcdfGranule
from edlite.sources.nldas_variables import VARIABLES

SUFFIXES_NETCDF = (".nc", ".nc4")
SUFFIXES_GRIB = (".grb", ".grib", ".grb1")
CANONICAL = (
    "air_temperature",
    "specific_humidity",
    "air_pressure",
    "wind_speed",
    "longwave_down",
    "shortwave_down",
    "precipitation",
)
# Packing leaves tiny negatives: the most that is taken for zero, in the unit of the file
NEGATIVE_NOISE = {"specific_humidity": 1e-5, "shortwave_down": 1.0, "precipitation": 1e-3}
FILL_ABOVE = 1e19  # 9.999e20 is the fill value of the GRIB files


class Granule(Protocol):
    """An open granule: labels, axes (ascending), and raw values of a window."""

    path: Path
    time: NDArray[np.datetime64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]

    def raw(self, name: str, rows: slice, cols: slice) -> tuple[str, NDArray, NDArray[np.bool_]]:
        """Name in the file, values (time, lat, lon) in the file's unit, mask of fill values."""

    def close(self) -> None:
        """Close the file."""


@contextmanager
def open_granule(path: str | Path) -> Iterator[Granule]:
    """Open a granule by the suffix of its name; raises InputError if it cannot be read."""
    path = require_file(path, "an NLDAS-2 granule")
    suffix = path.suffix.lower()
    if suffix in SUFFIXES_NETCDF:
        granule: Granule = NetcdfGranule(path)
    elif suffix in SUFFIXES_GRIB:
        granule = GribGranule(path)
    else:
        known = ", ".join(SUFFIXES_NETCDF + SUFFIXES_GRIB)
        raise InputError(path, "file name", path.name, f"a name that ends in {known}")
    try:
        yield granule
    finally:
        granule.close()


def read_window(granule: Granule, rows: slice, cols: slice) -> dict[str, NDArray[np.float64]]:
    """The CANONICAL variables (time, lat, lon) of a window, in the units of FORCING_VARIABLES.

    Precipitation becomes the mean rate [kg m-2 s-1] of the hour that ends at the label; wind speed
    is made of its components. Raises InputError, naming file, variable and value, for a variable
    that is missing, a fill value in the window, or a value that cannot be in the expected unit.
    """
    values = {name: _complete(granule, name, rows, cols) for name in VARIABLES}
    east, north = values.pop("wind_east"), values.pop("wind_north")
    values["wind_speed"] = np.hypot(east, north)
    values["precipitation"] = values["precipitation"] / 3600.0
    labels = {name: VARIABLES[name].netcdf[0] for name in values if name in VARIABLES}
    for name in CANONICAL:
        check_plausible(granule.path, name, values[name], labels.get(name, "Wind_E, Wind_N"))
    return {name: values[name] for name in CANONICAL}


def _complete(granule: Granule, name: str, rows: slice, cols: slice) -> NDArray[np.float64]:
    """Values of a window without fill values; tiny negatives set to zero."""
    label, values, missing = granule.raw(name, rows, cols)
    values = np.asarray(values, dtype=float)
    missing = missing | ~np.isfinite(values) | (np.abs(values) > FILL_ABOVE)
    if missing.any():
        t, i, j = np.argwhere(missing)[0]
        where = f"{granule.time[t]} UTC, {granule.lat[rows][i]:.4f} N, {granule.lon[cols][j]:.4f} E"
        raise InputError(
            granule.path,
            label,
            f"missing at {where} ({missing.sum()} values of the window)",
            "values everywhere around the region (water has none)",
        )
    noise = NEGATIVE_NOISE.get(name)
    if noise is not None:
        low = (values < 0.0) & (values >= -noise)
        values[low] = 0.0
    return values


def canonical_attributes(name: str) -> dict[str, str]:
    """CF attributes of a CANONICAL variable in the forcing file."""
    variable = FORCING_VARIABLES[name]
    rain = name == "precipitation"
    return {
        "units": variable.units,
        "long_name": variable.long_name
        + (", mean of the hour ending at the label" if rain else ""),
        "cell_methods": "time: mean" if rain else "time: point",
    }
