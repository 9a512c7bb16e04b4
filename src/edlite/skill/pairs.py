"""Measured half hours beside the model's, with the weather that a regression may use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from edlite.constants import EPS, UMOL_TO_KGC
from edlite.errors import InputError
from edlite.sources.tower.canonical import DEPTH_DIMENSION
from edlite.sources.tower.humidity import saturation_vapour_pressure

# variable -> (unit of the tables, factor from SI)
UNITS = {
    "le": ("W m-2", 1.0),
    "h": ("W m-2", 1.0),
    "rnet": ("W m-2", 1.0),
    "nee": ("umol m-2 s-1", 1.0 / UMOL_TO_KGC),
    "gpp": ("umol m-2 s-1", 1.0 / UMOL_TO_KGC),
    "reco": ("umol m-2 s-1", 1.0 / UMOL_TO_KGC),
    "theta": ("m3 m-3", 1.0),
    "soil_temperature": ("K", 1.0),
}
FLUXES = ("le", "h", "rnet", "nee", "gpp", "reco")


def on_steps(values: pd.Series, time: pd.DatetimeIndex, step_s: float) -> pd.Series:
    """Means of a regular series over steps of `step_s` [s] that start at `time`.

    A coarser series (hourly means beside half hours) gives each step the mean that holds it.
    """
    own = pd.Timedelta(values.index[1] - values.index[0])
    step = pd.Timedelta(seconds=step_s)
    if own < step:
        values = values.resample(step).mean()
        return values.reindex(time)
    return pd.Series(values.reindex(time.floor(own)).to_numpy(), index=time)


def at_depth(profile: xr.DataArray, depth: float) -> pd.Series:
    """Series of a run's variable (time, layer) at `depth` [m], linear between layer centres.

    Constant above the first and below the last existing centre.
    """
    profile = profile.transpose("time", "layer")
    top, bottom = profile["layer_top"].values, profile["layer_bottom"].values
    exists = np.isfinite(profile.values[0])
    centres = (0.5 * (top + bottom))[exists]
    values = profile.values[:, exists]
    above = int(np.clip(np.searchsorted(centres, depth) - 1, 0, len(centres) - 2))
    share = (depth - centres[above]) / (centres[above + 1] - centres[above])
    share = float(np.clip(share, 0.0, 1.0))
    column = values[:, above] * (1.0 - share) + values[:, above + 1] * share
    return pd.Series(column, index=pd.DatetimeIndex(profile["time"].values))


def measured(record: xr.Dataset, name: str) -> pd.Series:
    """A record's variable without what its quality flags call filled (all of it without flags)."""
    series = record[name].to_series()
    if f"{name}_quality" in record:
        series = series.where(record[f"{name}_quality"].to_series() == 0)
    return series


def weather(forcing: xr.Dataset) -> pd.DataFrame:
    """Shortwave [W m-2], air temperature [K], relative humidity [1], precipitation [kg m-2 s-1].

    forcing : `air_temperature`, `specific_humidity`, `air_pressure`, `shortwave_down`,
        `precipitation` on time
    """
    forcing = forcing.squeeze(drop=True)
    q, p = forcing["specific_humidity"].values, forcing["air_pressure"].values
    vapour = q * p / (EPS + (1.0 - EPS) * q)
    saturation = saturation_vapour_pressure(forcing["air_temperature"].values)
    columns = {
        "shortwave_down": forcing["shortwave_down"].values,
        "air_temperature": forcing["air_temperature"].values,
        "relative_humidity": np.minimum(vapour / saturation, 1.0),
        "precipitation": forcing["precipitation"].values,
    }
    return pd.DataFrame(columns, index=pd.DatetimeIndex(forcing["time"].values))


def pair(
    run: xr.Dataset,
    record: xr.Dataset,
    forcing: xr.Dataset,
    *,
    soil_temperature_depths: Sequence[float] | None = None,
) -> dict[tuple[str, float | None], pd.DataFrame]:
    """Measured and modelled values on the record's steps, by (variable, depth [m]).

    run : result of a site run (time, layer);  record : canonical tower record of observations
    forcing : of the run, for the predictors of regressions, on the record's steps

    Depth is None but for `theta` and `soil_temperature`. Tables are indexed by time (UTC, start of
    the step) and hold `observed` (NaN where not measured), `modelled` and the weather; units are
    those of `UNITS`. Raises InputError for soil probes whose depth nobody declares.
    """
    time = pd.DatetimeIndex(record["time"].values)
    step_s = float(record.attrs["step_s"])
    run_time = pd.DatetimeIndex(run["time"].values)
    last = run_time[-1] + (run_time[1] - run_time[0])
    time = time[(time >= run_time[0]) & (time + pd.Timedelta(seconds=step_s) <= last)]
    met = weather(forcing).reindex(time)
    run = run.assign(reco=run["ra"] + run["rh"])
    tables = {}
    for name in (n for n in FLUXES if n in record):
        factor = UNITS[name][1]
        model = pd.Series(run[name].values, index=run_time)
        tables[name, None] = _table(measured(record, name), model, factor, time, step_s, met)
    for name in (n for n in ("theta", "soil_temperature") if n in record):
        dimension = DEPTH_DIMENSION[name]
        depths = record[dimension].values.astype(float)
        if name == "soil_temperature" and soil_temperature_depths is not None:
            depths = np.asarray(soil_temperature_depths, float)
        if len(depths) != record.sizes[dimension] or not np.isfinite(depths).all():
            raise InputError(
                "observations", f"depths of {name}", depths.tolist(), "a depth [m] for each probe"
            )
        for i, depth in enumerate(depths):
            series = record[name].isel({dimension: i}).to_series()
            model = at_depth(run[name], depth)
            tables[name, float(depth)] = _table(series, model, 1.0, time, step_s, met)
    return tables


def _table(
    observed: pd.Series,
    model: pd.Series,
    factor: float,
    time: pd.DatetimeIndex,
    step_s: float,
    met: pd.DataFrame,
) -> pd.DataFrame:
    columns = {
        "observed": observed.reindex(time) * factor,
        "modelled": on_steps(model, time, step_s) * factor,
    }
    return pd.DataFrame(columns, index=time).join(met)
