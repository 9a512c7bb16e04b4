"""Site runs against tower observations: fluxes, soil moisture, and observed sensitivity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.constants import DAY_S, T_0C
from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.soil.layers import N_LAYER, overlap

FLUXES = {
    **dict.fromkeys(("gpp", "reco", "nee"), "kgC m-2 s-1"),
    **dict.fromkeys(("le", "h"), "W m-2"),
}
BANDS = ((0.0, 0.1), (0.1, 0.4), (0.4, 1.0))  # m
RUNS = ("native", "prescribed")
DRIVERS = ("air_temperature", "shortwave_down", "precipitation")
BETA_UNITS = "gC m-2 d-1 (m3 m-3)-1"
COLUMNS = (
    *("site", "run", "variable", "unit", "step", "depth_top", "depth_bottom"),
    *("n", "r", "rmse", "bias", "mean_observed", "mean_model"),
    *("median_observed", "median_model"),
)


@dataclass(frozen=True)
class EvaluationOptions:
    """Rules of the comparison.

    min_hours : hours of a day that must be observed for a daily mean
    min_measured : share of an hour that must be measured (not filled) for a flux to count
    max_relative_change : of daily air temperature (in degrees Celsius) and of daily shortwave
        between two days that are compared
    max_precipitation_change : mm d-1
    min_delta_theta : m3 m-3, smallest change of moisture for which a ratio is formed
    """

    min_hours: int = 18
    min_measured: float = 0.0
    max_relative_change: float = 0.10
    max_precipitation_change: float = 11.0
    min_delta_theta: float = 0.001

    @classmethod
    def from_params(cls, params: Mapping[str, object]) -> EvaluationOptions:
        """From the section `evaluate`; raises InputError for unknown keys and bad values."""
        section = params.get("evaluate", {})
        for key, value in section.items():
            known = ", ".join(cls.__dataclass_fields__)
            if key not in cls.__dataclass_fields__:
                raise InputError("--params", f"evaluate.{key}", value, f"one of {known}")
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise InputError("--params", f"evaluate.{key}", value, "a number, 0 or more")
        options = cls(**section)
        if not 1 <= options.min_hours <= 24:
            raise InputError("--params", "evaluate.min_hours", options.min_hours, "1 to 24")
        return options


def compare(observed: np.ndarray, model: np.ndarray) -> dict[str, float]:
    """Statistics of model against observation over the pairs in which both are defined.

    n; Pearson's r (NaN below three pairs or without variance); root-mean-square error; bias =
    mean of model minus observed; means and medians of both.
    """
    both = np.isfinite(observed) & np.isfinite(model)
    x, y = observed[both].astype(float), model[both].astype(float)
    result = dict.fromkeys(COLUMNS[COLUMNS.index("r") :], np.nan) | {"n": len(x)}
    if len(x) == 0:
        return result
    if len(x) >= 3 and np.ptp(x) > 0 and np.ptp(y) > 0:
        result["r"] = float(np.corrcoef(x, y)[0, 1])
    return result | {
        "rmse": float(np.sqrt(np.mean((y - x) ** 2))),
        "bias": float(np.mean(y - x)),
        "mean_observed": float(x.mean()),
        "mean_model": float(y.mean()),
        "median_observed": float(np.median(x)),
        "median_model": float(np.median(y)),
    }


def daily_means(
    values: np.ndarray, day: np.ndarray, counted: np.ndarray, min_hours: int
) -> np.ndarray:
    """Means (day,) over the hours `counted`; NaN with fewer than `min_hours`.

    values, day, counted : (time,); `day` is the index of the day, from 0
    """
    n_day = int(day[-1]) + 1
    n = np.bincount(day, weights=counted, minlength=n_day)
    total = np.bincount(day, weights=np.where(counted, values, 0.0), minlength=n_day)
    return np.where(n >= min_hours, total / np.where(n > 0, n, 1), np.nan)


def band_mean(theta: np.ndarray, exists: np.ndarray, band: tuple[float, float]) -> np.ndarray:
    """Mean (time,) of theta (time, layer) over a depth band [m] of the layers that `exist`.

    NaN where the band has no layer or one of its layers is undefined.
    """
    thickness = overlap(*band) * exists
    if thickness.sum() == 0:
        return np.full(len(theta), np.nan)
    inside = thickness > 0
    return theta[:, inside] @ (thickness[inside] / thickness.sum())


@dataclass(frozen=True)
class Tower:
    """Hourly series of one tower on common hours: observations and runs (time, ...)."""

    site: str
    observed: xr.Dataset
    runs: dict[str, xr.Dataset]

    @classmethod
    def read(cls, site: str, folder: str | Path) -> Tower:
        """From `observed.nc`, `native.nc` and, if there, `prescribed.nc`; raises InputError."""
        folder = Path(folder)
        observed = read_dataset(folder / "observed.nc", ("time",))
        if not set(observed.data_vars) & {*FLUXES, "theta"}:
            raise InputError(
                folder / "observed.nc", "variables", sorted(observed), "a flux or theta"
            )
        runs = {}
        for name in RUNS:
            path = folder / f"{name}.nc"
            if name == "native" or path.exists():
                run = read_dataset(path, ("time", "gpp", "ra", "rh", "nee", "le", "h", "theta"))
                runs[name] = run.assign(reco=run["ra"] + run["rh"])
        for source, ds in (
            (folder / "observed.nc", observed),
            *((folder, r) for r in runs.values()),
        ):
            step = np.diff(ds["time"].values)
            if ds.sizes["time"] == 0 or (step <= np.timedelta64(0)).any():
                raise InputError(source, "time", None, "increasing hours")
        common = observed["time"].values
        for run in runs.values():
            common = np.intersect1d(common, run["time"].values)
        if common.size == 0:
            raise InputError(folder, "time", None, "hours that observations and runs share")
        observed = observed.sel(time=common)
        return cls(site, observed, {name: run.sel(time=common) for name, run in runs.items()})

    @property
    def day(self) -> np.ndarray:
        """(time,) index of the UTC day, from 0."""
        days = self.observed["time"].values.astype("datetime64[D]")
        return (days - days[0]).astype(int)

    def flux(self, name: str, options: EvaluationOptions) -> np.ndarray:
        """Observed flux (time,), NaN in hours that were measured too little."""
        values = self.observed[name].values.astype(float)
        share = f"{name}_measured"
        if options.min_measured > 0 and share in self.observed:
            values = np.where(self.observed[share].values >= options.min_measured, values, np.nan)
        return values


def evaluate_tower(tower: Tower, options: EvaluationOptions) -> pd.DataFrame:
    """Comparison of all runs of a tower: a table with the columns `COLUMNS`.

    Steps: "hourly", "daily" (means over the observed hours of both) and "consecutive_days"
    (observed sensitivity, see `sensitivity_pairs`).
    """
    rows = []
    for run, model in tower.runs.items():
        head = {"site": tower.site, "run": run}
        for name, unit in FLUXES.items():
            if name in tower.observed:
                pair = (tower.flux(name, options), model[name].values.astype(float))
                rows += _rows(head | {"variable": name, "unit": unit}, *pair, tower.day, options)
        if "theta" in tower.observed:
            for top, bottom in BANDS:
                pair = _theta_pair(tower, model, (top, bottom))
                extra = {"variable": "theta", "unit": "m3 m-3"}
                extra |= {"depth_top": top, "depth_bottom": bottom}
                rows += _rows(head | extra, *pair, tower.day, options)
            rows += [head | row for row in sensitivity_pairs(tower, model, options)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(head: dict, observed, model, day, options: EvaluationOptions) -> list[dict]:
    both = np.isfinite(observed) & np.isfinite(model)
    daily = [daily_means(v, day, both, options.min_hours) for v in (observed, model)]
    return [
        head | {"step": "hourly"} | compare(observed, model),
        head | {"step": "daily"} | compare(*daily),
    ]


def _theta_pair(
    tower: Tower, model: xr.Dataset, band: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Observed and modelled moisture (time,) of a band, both over the model's existing layers."""
    theta = model["theta"].transpose("time", "layer").values.astype(float)
    seen = tower.observed["theta"].transpose("time", "layer").values.astype(float)
    for name, values in (("theta of the run", theta), ("theta of observed.nc", seen)):
        if values.shape[1] != N_LAYER:
            raise InputError(tower.site, name, values.shape, f"{N_LAYER} layers")
    exists = np.isfinite(theta).any(axis=0)
    return band_mean(seen, exists, band), band_mean(theta, exists, band)


def consecutive_days(drivers: Mapping[str, np.ndarray], options: EvaluationOptions) -> np.ndarray:
    """First days (pair,) of the pairs of consecutive days with nearly the same weather.

    The rule of Zhang et al. (2019, section 2): daily air temperature and daily shortwave change by
    at most 10 % of the first day's value, precipitation by at most 11 mm. Temperature is taken in
    degrees Celsius, for which alone a relative change of 10 % selects anything.

    drivers : `air_temperature` K, `shortwave_down` W m-2, `precipitation` kg m-2 s-1, each (day,)
    """
    celsius = drivers["air_temperature"] - T_0C
    keep = np.isfinite(celsius[:-1])
    for values in (celsius, drivers["shortwave_down"]):
        keep &= np.abs(np.diff(values)) <= options.max_relative_change * np.abs(values[:-1])
    rain = drivers["precipitation"] * DAY_S
    keep &= np.abs(np.diff(rain)) <= options.max_precipitation_change
    return np.flatnonzero(keep)


def sensitivity_pairs(
    tower: Tower, model: xr.Dataset, options: EvaluationOptions
) -> list[dict[str, object]]:
    """Observed and modelled beta = dC/dtheta between similar consecutive days, compared.

    theta is the mean over 0-1 m; pairs with a smaller change than `min_delta_theta`, observed or
    modelled, are left out. One row per carbon flux that was observed, in gC m-2 d-1 per m3 m-3.
    """
    native = tower.runs["native"]
    for name in DRIVERS:
        if name not in native:
            raise InputError(f"{tower.site}/native.nc", name, None, "the forcing of the run")
    day = tower.day
    hours = np.ones(len(day), dtype=bool)
    drivers = {n: daily_means(native[n].values, day, hours, options.min_hours) for n in DRIVERS}
    first = consecutive_days(drivers, options)
    seen, own = _theta_pair(tower, model, (0.0, 1.0))
    rows = []
    for name in ("gpp", "reco", "nee"):
        if name not in tower.observed:
            continue
        flux, simulated = tower.flux(name, options), model[name].values.astype(float)
        both = np.isfinite(flux + simulated + seen + own)
        change = {}
        for key, values in (("c", flux), ("m", simulated), ("t", seen), ("u", own)):
            means = daily_means(values, day, both, options.min_hours)
            change[key] = means[first + 1] - means[first]
        enough = np.minimum(np.abs(change["t"]), np.abs(change["u"])) >= options.min_delta_theta
        to_daily = 1000.0 * DAY_S  # kgC m-2 s-1 -> gC m-2 d-1
        beta = [
            to_daily * change[c][enough] / change[t][enough] for c, t in (("c", "t"), ("m", "u"))
        ]
        head = {"variable": f"beta_{name}", "unit": BETA_UNITS, "step": "consecutive_days"}
        rows.append(head | {"depth_top": 0.0, "depth_bottom": 1.0} | compare(*beta))
    return rows
