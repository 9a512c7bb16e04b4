"""Tower observations on the hours of a site run."""

from __future__ import annotations

import numpy as np
import xarray as xr

from edlite.errors import InputError
from edlite.site.probes import probes_to_layers
from edlite.soil.layers import LAYER_BOTTOM, root_zone_weights
from edlite.sources.tower.canonical import DEPTH_DIMENSION, OBSERVATIONS

FLUXES = ("gpp", "reco", "nee", "le", "h", "rnet")
WEATHER = ("air_temperature", "shortwave_down", "precipitation")
HOUR = np.timedelta64(1, "h")


def hourly(record: xr.Dataset, start: np.datetime64, end: np.datetime64) -> xr.Dataset:
    """Hourly means of a record from `start` to `end`, labelled at the start of the hour.

    An hour with any missing part is NaN. The record's step must divide an hour.
    """
    step = np.timedelta64(int(record.attrs["step_s"]), "s")
    per_hour = int(HOUR / step)
    time = np.arange(start, end, step).astype("datetime64[ns]")
    on_time = record.reindex(time=time)
    hours = np.arange(start, end, HOUR).astype("datetime64[ns]")
    result = xr.Dataset(coords={"time": hours}, attrs=record.attrs | {"step_s": 3600.0})
    for name, variable in on_time.data_vars.items():
        shape = (len(hours), per_hour, *variable.shape[1:])
        mean = variable.values.reshape(shape).mean(axis=1)
        result[name] = (variable.dims, mean, variable.attrs)
        for dimension in variable.dims[1:]:
            result = result.assign_coords({dimension: on_time[dimension]})
    return result


def measured_share(
    record: xr.Dataset, name: str, start: np.datetime64, end: np.datetime64
) -> np.ndarray | None:
    """Share (0-1) of each hour's steps that were measured (quality 0); None where not known."""
    if f"{name}_quality" not in record:
        return None
    flags = record[[f"{name}_quality"]]
    quality = flags[f"{name}_quality"]
    flags[f"{name}_quality"] = (quality == 0).where(np.isfinite(quality), 0.0).astype(float)
    return hourly(flags.assign_attrs(record.attrs), start, end)[f"{name}_quality"].values


def known_depths(record: xr.Dataset, source: str) -> np.ndarray:
    """Depths of the moisture probes [m]; raises InputError where they are not known."""
    if "theta" not in record:
        raise InputError(source, "theta", None, "soil moisture in the record")
    depths = record[DEPTH_DIMENSION["theta"]].values
    if not np.isfinite(depths).all() or np.any(np.diff(depths) <= 0):
        raise InputError(
            source, "theta_depths", depths.tolist(), "known, increasing depths [m] of the probes"
        )
    return depths


def observations(
    record: xr.Dataset,
    start: np.datetime64,
    end: np.datetime64,
    n_layer: int,
    layer_bottom: np.ndarray = LAYER_BOTTOM,
) -> xr.Dataset:
    """Contents of `observed.nc`: hourly fluxes, moisture by layer, weather (see docs/design.md).

    layer_bottom : (layer,) m; the first `n_layer` exist and define the root zone. Where
        probe depths are not known the moisture stays by probe (`theta_probe`) alone.
    """
    means = hourly(record, start, end)
    result = means[[name for name in (*FLUXES, *WEATHER) if name in means]]
    for name in FLUXES:
        share = measured_share(record, name, start, end)
        if share is not None and name in result:
            text = f"share of the hour in which {OBSERVATIONS[name].long_name} was measured"
            result[f"{name}_measured"] = ("time", share, {"units": "1", "long_name": text})
    if "theta" in means:
        result = _with_moisture(result, means, n_layer, layer_bottom)
    return result


def _with_moisture(
    result: xr.Dataset, means: xr.Dataset, n_layer: int, layer_bottom: np.ndarray
) -> xr.Dataset:
    depths = means[DEPTH_DIMENSION["theta"]].values
    theta = means["theta"].values
    attributes = {"units": "m3 m-3", "long_name": "volumetric soil water at the probes"}
    result = result.assign_coords(
        probe_depth=("probe", depths, {"units": "m", "long_name": "depth of the probe"})
    )
    result["theta_probe"] = (("time", "probe"), theta, attributes)
    if np.isfinite(depths).all() and not np.any(np.diff(depths) <= 0):
        layers = probes_to_layers(theta, depths, layer_bottom)
        layers[:, n_layer:] = np.nan
        weights = root_zone_weights(n_layer, layer_bottom)
        used = weights > 0
        result["theta"] = (
            ("time", "layer"),
            layers,
            {"units": "m3 m-3", "long_name": "volumetric soil water, probes mapped to layers"},
        )
        result["theta_rootzone"] = (
            "time",
            layers[:, used] @ weights[used],
            {"units": "m3 m-3", "long_name": "volumetric soil water of the root zone (0-1 m)"},
        )
    return result
