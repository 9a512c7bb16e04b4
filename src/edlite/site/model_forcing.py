"""Forcing in edlite's own netCDF layout: the model's names and units, time in UTC."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import xarray as xr

from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.model.forcing_variables import FORCING_VARIABLES
from edlite.model.meteorology import BANDS
from edlite.site.settings import SiteRun

logger = logging.getLogger(__name__)

STEPS_S = (600, 900, 1200, 1800, 3600)
# other spellings of a unit
UNIT_NAMES = {"1": ("1", "-", ""), "m s-1": ("m s-1", "m/s"), "kg kg-1": ("kg kg-1", "kg/kg")}
UNIT_NAMES |= {"kg m-2 s-1": ("kg m-2 s-1", "mm s-1", "mm/s", "kg/m2/s")}
UNIT_NAMES |= {"W m-2": ("W m-2", "W/m2"), "umol mol-1": ("umol mol-1", "ppm", "1e-6")}
STATES = ("air_temperature", "specific_humidity", "air_pressure", "wind_speed")


def read_model_forcing(run: SiteRun) -> xr.Dataset:
    """Forcing (time) of the run's period from files with the model's own names.

    `time` is UTC in equal steps of 600 s to 1 h; each value holds from its label for a step
    (interpolation `linear`: is the value at the label, precipitation of the step before it).
    Shortwave is `shortwave_down` or all of `par_beam`, `par_diffuse`, `nir_beam`, `nir_diffuse`;
    only `none` can use the four, and `cos_zenith`: else they are summed and the sun computed.

    Raises InputError for an unknown or wrong unit, irregular or missing times, a missing variable,
    a period that is not covered.
    """
    paths = run.forcing.record.paths
    source = str(paths[0])
    measured = ("longwave_down",) if run.forcing.longwave == "measured" else ()
    parts = [_read(path, (*STATES, "precipitation", *measured)) for path in paths]
    data = (
        xr.concat(parts, "time", data_vars="minimal", coords="minimal") if parts[1:] else parts[0]
    )
    step = _check_time(data["time"].values, source)
    labels = run.forcing.interpolation == "linear"
    first, last = data["time"].values[[0, -1]]
    covered = last if labels else last + step
    if first > run.start or covered < run.end:
        raise InputError(
            source,
            "time",
            f"{str(first)[:16]} to {str(covered)[:16]}",
            f"{str(run.start)[:10]} to {str(run.end)[:10]} covered",
        )
    end = run.end if labels else run.end - np.timedelta64(1, "s")
    data = data.sel(time=slice(run.start, end))
    if run.forcing.interpolation != "none":
        data = _one_shortwave(data, source)
    return data.assign_attrs(
        gap_filled="none",
        longwave=run.forcing.longwave,
        step_s=float(step / np.timedelta64(1, "s")),
    )


def _read(path: Path, required: tuple[str, ...]) -> xr.Dataset:
    data = read_dataset(path, required=("time",))
    if not np.issubdtype(data["time"].dtype, np.datetime64):
        raise InputError(path, "time", str(data["time"].dtype), "times with CF units")
    known = [name for name in FORCING_VARIABLES if name in data]
    for name in known:
        variable = data[name]
        if variable.dims not in (("time",), ("time", "point")):
            raise InputError(path, f"dimensions of {name}", variable.dims, "(time,)")
        unit = str(variable.attrs.get("units", "")).strip()
        expected = FORCING_VARIABLES[name].units
        if unit and unit not in UNIT_NAMES.get(expected, (expected,)):
            raise InputError(path, f"unit of {name}", unit, expected)
    has_bands = [name for name in BANDS if name in data]
    shortwave = BANDS if has_bands else ("shortwave_down",)
    for name in (*required, *shortwave):
        if name not in data:
            raise InputError(path, name, None, f"a variable; the file has {sorted(data.data_vars)}")
    if has_bands and "shortwave_down" in known:
        known.remove("shortwave_down")  # the four components tell more
    return data[known].reset_coords(drop=True)


def _check_time(time: np.ndarray, source: str) -> np.timedelta64:
    """The step; raises InputError for labels that repeat, go back or leave steps out."""
    if time.size < 2:
        raise InputError(source, "time", time.size, "two or more labels")
    difference = np.diff(time)
    step = np.median(difference.astype("timedelta64[s]").astype(int)).astype("timedelta64[s]")
    if int(step.astype(int)) not in STEPS_S:
        raise InputError(source, "time step", str(step), f"one of {STEPS_S} s")
    odd = np.flatnonzero(difference != step)
    if odd.size:
        at = int(odd[0])
        raise InputError(
            source,
            "time",
            f"{str(time[at])[:16]} followed by {str(time[at + 1])[:16]}",
            f"no missing or repeated time: equal steps of {step}",
        )
    return step


def _one_shortwave(data: xr.Dataset, source: str) -> xr.Dataset:
    if "cos_zenith" in data:
        data = data.drop_vars("cos_zenith")
    if "shortwave_down" not in data:
        attributes = {"units": "W m-2", "long_name": "downward shortwave radiation"}
        total = sum(data[name] for name in BANDS).assign_attrs(attributes)
        data = data.drop_vars(BANDS).assign(shortwave_down=total)
        logger.info("%s: the four shortwave components are summed and split again", source)
    return data
