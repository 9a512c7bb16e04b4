"""Forcing of a site run: a record of any supported layout becomes the model's meteorology."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import xarray as xr

from edlite.constants import EPS
from edlite.errors import InputError
from edlite.model.meteorology import BANDS, Meteorology
from edlite.model.time_interpolation import mean_cos_zenith_of
from edlite.site.gaps import fill_gaps, on_period
from edlite.site.longwave import estimate_longwave
from edlite.site.model_forcing import read_model_forcing
from edlite.site.plausible import check_daylight, check_forcing, relative_humidity
from edlite.site.settings import INTERPOLATIONS, MODEL_FORMAT, Record, SiteRun
from edlite.sources import co2
from edlite.sources.tower import fill_from, read_tower

logger = logging.getLogger(__name__)

STATES = ["air_temperature", "specific_humidity", "air_pressure", "wind_speed", "precipitation"]


def read_record(record: Record) -> xr.Dataset:
    """Canonical tower record, with its `fill` record applied."""
    data = read_tower(list(record.paths), record.format, **record.options)
    if record.fill is not None:
        data = fill_from(data, read_record(record.fill))
        logger.info("filled from %s: %s", record.fill.paths[0].name, data.attrs["filled_values"])
    return data


def site_forcing(run: SiteRun) -> xr.Dataset:
    """Forcing (time, point) of the run's period, complete, with the model's names and units.

    Attributes `gap_filled`, `longwave` and, for tower formats, `noon_offset_h` tell what was
    done. Raises InputError for missing variables, a wrong unit, values that cannot be (negative
    radiation, humidity above saturation), gaps that the rules leave open, a period that the files
    do not cover.
    """
    source = str(run.forcing.record.paths[0])
    if run.forcing.record.format == MODEL_FORMAT:
        data = read_model_forcing(run)
    else:
        data = _tower_forcing(run, source)
    if run.forcing.longwave == "estimated":
        attributes = {"units": "W m-2", "long_name": "downward longwave radiation, estimated"}
        data["longwave_down"] = ("time", _longwave(data, run), attributes)
    data = _with_co2(data, run, source)
    check_forcing(data, source)
    return data.assign_coords(
        lat=("point", [run.site.latitude]), lon=("point", [run.site.longitude])
    )


def site_meteorology(run: SiteRun) -> tuple[Meteorology, xr.Dataset]:
    """The model's meteorology of a site run, and the forcing it was made of."""
    forcing = site_forcing(run)
    interpolation = INTERPOLATIONS[run.forcing.interpolation]
    source = run.forcing.record.paths[0]
    return Meteorology(forcing, interpolation, source=source), forcing


def _tower_forcing(run: SiteRun, source: str) -> xr.Dataset:
    record = read_record(run.forcing.record)
    step = np.timedelta64(int(record.attrs["step_s"]), "s")
    labels = run.forcing.interpolation == "linear"  # needs the value at the end, too
    time = np.arange(run.start, run.end + labels * step, step).astype("datetime64[ns]")
    record = on_period(record, time, run.forcing.gaps.ends)
    names = [*STATES, "shortwave_down"]
    if run.forcing.longwave == "measured":
        names.append("longwave_down")
    if run.co2 is None:
        names.append("co2")
    filled = fill_gaps(record, names, run.forcing.gaps, source)
    measured = np.isfinite(record["specific_humidity"].values)
    record = filled
    if record.attrs["gap_filled"] != "none":
        logger.info("%s: gaps filled: %s", source, record.attrs["gap_filled"])
    shortwave = record["shortwave_down"].values
    check_daylight(shortwave, _sun(record, run), record["time"].values, source)
    shortwave = np.maximum(shortwave, 0.0)  # thermal offset of pyranometers at night
    data = record[names].assign(shortwave_down=("time", shortwave, record["shortwave_down"].attrs))
    # temperature and humidity may be filled from different days
    limit = data["specific_humidity"] / np.maximum(relative_humidity(data), 1.0)
    data["specific_humidity"] = data["specific_humidity"].where(measured, limit)
    if labels:  # the interval that ends at the label, as the model takes it
        rain = data["precipitation"]
        data["precipitation"] = rain.shift(time=1).fillna(rain[0]).assign_attrs(rain.attrs)
    return data.assign_attrs(longwave=run.forcing.longwave)


def _sun(data: xr.Dataset, run: SiteRun) -> np.ndarray:
    """Means over the steps of max(0, cosine of the solar zenith angle)."""
    latitude, longitude = np.array([run.site.latitude]), np.array([run.site.longitude])
    starts = data["time"].values.astype("datetime64[s]")
    return mean_cos_zenith_of(starts, data.attrs["step_s"], latitude, longitude)[:, 0]


def _longwave(data: xr.Dataset, run: SiteRun) -> np.ndarray:
    step_s = data.attrs["step_s"]
    mu = _sun(data, run)
    names = ["shortwave_down"] if "shortwave_down" in data else list(BANDS)
    shortwave = sum(data[name].values for name in names)
    q = data["specific_humidity"].values
    vapour = q * data["air_pressure"].values / (EPS + (1.0 - EPS) * q)
    return estimate_longwave(data["air_temperature"].values, vapour, shortwave, mu, step_s)


def _with_co2(data: xr.Dataset, run: SiteRun, source: str) -> xr.Dataset:
    attributes = {"units": "umol mol-1", "long_name": "CO2 above the canopy"}
    if run.co2 is None:
        if "co2" not in data:
            raise InputError(source, "co2", None, "a variable, or a number under `co2` of the run")
        return data
    if isinstance(run.co2, Path):
        values = co2.interpolate(co2.read_monthly(run.co2), data["time"].values, run.co2)
    else:
        values = np.full(data.sizes["time"], run.co2)
    return data.assign(co2=("time", values, attributes))
