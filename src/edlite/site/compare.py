"""Site runs beside tower observations: totals, correlation, error."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from edlite.constants import YEAR_S

# variable -> (unit of the table, factor from the unit of the files)
VARIABLES = {
    "gpp": ("kgC m-2 yr-1", YEAR_S),
    "reco": ("kgC m-2 yr-1", YEAR_S),
    "nee": ("kgC m-2 yr-1", YEAR_S),
    "le": ("W m-2", 1.0),
    "h": ("W m-2", 1.0),
    "rnet": ("W m-2", 1.0),
    "theta_probe": ("m3 m-3", 1.0),
    "theta_rootzone": ("m3 m-3", 1.0),
}
MIN_HOURS_OF_DAY = 24
MIN_PAIRS = 10


def modelled(run: xr.Dataset, name: str, probe_depths: np.ndarray) -> xr.DataArray:
    """Hourly series of the run that is like the observed variable `name`.

    Moisture at the probes is interpolated linearly between layer centres and averaged over
    the probes.
    """
    if name == "reco":
        return run["ra"] + run["rh"]
    if name != "theta_probe":
        return run[name]
    theta = run["theta"].transpose("time", "layer").values
    n_layer = np.isfinite(theta[0]).sum()
    centre = 0.5 * (run["layer_top"].values + run["layer_bottom"].values)
    upper = np.clip(np.searchsorted(centre[:n_layer], probe_depths) - 1, 0, n_layer - 2)
    span = centre[upper + 1] - centre[upper]
    share = np.clip((probe_depths - centre[upper]) / span, 0.0, 1.0)
    at_probes = theta[:, upper] * (1.0 - share) + theta[:, upper + 1] * share
    return xr.DataArray(at_probes.mean(axis=1), coords={"time": run["time"]}, dims="time")


def compare(
    runs: Mapping[str, xr.Dataset], observed: xr.Dataset, record: xr.Dataset | None = None
) -> pd.DataFrame:
    """Summary of some runs (name -> hourly dataset) against `observed` (see docs/design.md).

    One row per variable and step (`annual`: mean over all common hours, carbon fluxes per year;
    `daily`: days with 24 common hours; `hourly`; `hourly_measured`: only hours that were measured
    throughout, where the record tells; `half_hourly`, for a half-hourly `record`: each of its
    values against the run's mean of the hour that holds it). Columns: variable, unit, step,
    observed, and per run its mean, `r_{run}` (Pearson) and `rmse_{run}`, then `n`. Every
    statistic uses the times at which the observation is present.
    """
    half_hourly = record is not None and record.attrs["step_s"] == 1800
    rows = []
    for name, (unit, factor) in VARIABLES.items():
        if name not in observed:
            continue
        depths = np.array([])
        series = observed[name]
        if name == "theta_probe":
            depths = observed["probe_depth"].values
            if not np.isfinite(depths).all():
                continue
            series = series.mean("probe", skipna=False)
        table = pd.DataFrame({"observed": series.to_series() * factor})
        for run, data in runs.items():
            table[run] = modelled(data, name, depths).to_series() * factor
        table = table.dropna()
        if table.empty:
            continue
        days = table.resample("1D").agg(["mean", "count"])
        complete = days[("observed", "count")] >= MIN_HOURS_OF_DAY
        daily = days.xs("mean", axis=1, level=1)[complete]
        steps = {"annual": table, "daily": daily, "hourly": table}
        if f"{name}_measured" in observed:
            share = observed[f"{name}_measured"].to_series().reindex(table.index)
            steps["hourly_measured"] = table[share >= 1.0]
        if half_hourly and name in record:
            steps["half_hourly"] = _half_hours(
                record[name].to_series() * factor, runs, name, factor
            )
        rows += [
            _row(name, unit, step, part, list(runs)) for step, part in steps.items() if len(part)
        ]
    return pd.DataFrame(rows)


def _half_hours(
    series: pd.Series, runs: Mapping[str, xr.Dataset], name: str, factor: float
) -> pd.DataFrame:
    """Each half hour of the record beside the runs' means of its hour."""
    table = pd.DataFrame({"observed": series})
    hours = table.index.floor("h")
    for run, data in runs.items():
        model = modelled(data, name, np.array([])).to_series() * factor
        table[run] = model.reindex(hours).to_numpy()
    return table.dropna()


def _row(name: str, unit: str, step: str, table: pd.DataFrame, runs: list[str]) -> dict:
    row = {"variable": name, "unit": unit, "step": step, "observed": table["observed"].mean()}
    for run in runs:
        row[run] = table[run].mean()
    for run in runs:
        scored = step != "annual" and len(table) >= MIN_PAIRS
        difference = table[run] - table["observed"]
        row[f"r_{run}"] = table[run].corr(table["observed"]) if scored else np.nan
        row[f"rmse_{run}"] = float(np.sqrt((difference**2).mean())) if scored else np.nan
    row["n"] = len(table)
    return row
