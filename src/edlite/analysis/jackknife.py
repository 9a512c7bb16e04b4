"""Delete-one jackknife of beta over the radar flights, without repeating the model run.

Without a flight the bias is estimated anew from the others, and the root-zone moisture of the
blended run changes by as much. The change of the fluxes is taken to first order, with a response of
each cell and flux that varies through the year. `docs/concepts/sensitivity.md` states the limits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from scipy import stats

from edlite.analysis.regional import weighted_mean_sd
from edlite.analysis.sensitivity import BETA_UNITS, COMPONENTS, Difference, combine, difference
from edlite.assimilation.estimator import Estimator, estimator_of
from edlite.assimilation.flights import hat_weights, seconds
from edlite.constants import YEAR_S
from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.soil.layers import root_zone_weights


@dataclass(frozen=True)
class FlightBias:
    """Bias of all cells of a region at the flights.

    time_s : (flight,) s, centres of the hours
    eps, valid : (flight, layer, cell); weight (layer, cell): share of the layer in 0-1 m
    start : "year" or "first_flight" (see `edlite.assimilation.bias.BlendOptions`)
    estimator : how the bias follows from its values at the flights
    """

    time_s: np.ndarray
    eps: np.ndarray
    valid: np.ndarray
    weight: np.ndarray
    start: str
    estimator: Estimator

    @classmethod
    def read(cls, paths: Sequence[str | Path], soil: str | Path, cell_id: np.ndarray) -> FlightBias:
        """From the bias files of all tiles and `soil.nc`, for the cells `cell_id` in this order.

        Raises InputError where tiles differ in their flights or a cell is missing.
        """
        parts = [read_dataset(p, ("eps", "valid", "time_hour", "cell_id")) for p in paths]
        first = parts[0]
        for path, part in zip(paths, parts, strict=True):
            if not np.array_equal(part["time_hour"].values, first["time_hour"].values):
                raise InputError(path, "time_hour", None, f"the flights of {paths[0]}")
        order = match_cells(np.concatenate([p["cell_id"].values for p in parts]), cell_id, paths[0])
        dims = ("flight", "layer", "cell")
        eps, valid = (
            np.concatenate([p[name].transpose(*dims).values for p in parts], axis=2)[:, :, order]
            for name in ("eps", "valid")
        )
        ground = read_dataset(soil, ("n_layer", "cell_id"))
        n_layer = ground["n_layer"].values[match_cells(ground["cell_id"].values, cell_id, soil)]
        n_flight = first.sizes["flight"]
        return cls(
            seconds(first["time_hour"].values) if n_flight else np.zeros(0),
            eps,
            valid > 0,
            root_zone_weights(n_layer).T,
            str(first.attrs["start"]),
            estimator_of(first.attrs),
        )

    @property
    def sees(self) -> np.ndarray:
        """(flight, cell) bool: the flight defines the bias of some layer of the root zone."""
        return (self.valid & (self.weight > 0)).any(axis=1)

    def root_zone(self, without: int | None = None) -> np.ndarray:
        """Coefficients (flight, cell) of the root-zone bias, with one flight left out."""
        valid = self.valid.copy()
        if without is not None:
            valid[without] = False
        coefficients = self.estimator.coefficients(self.time_s, self.eps, valid)
        return (coefficients * self.weight).sum(axis=1)

    def daily_basis(self, day: np.ndarray) -> np.ndarray:
        """Daily means (day, flight) of the basis: times `root_zone` the daily mean bias, m3 m-3."""
        return self._daily_mean(self.estimator.basis, day)

    def daily_weights(self, day: np.ndarray) -> np.ndarray:
        """Daily means (day, flight) of the flights' hat functions: how near a day is to each."""
        return self._daily_mean(hat_weights, day)

    def _daily_mean(
        self, basis: Callable[[np.ndarray, np.ndarray], np.ndarray], day: np.ndarray
    ) -> np.ndarray:
        hours = (np.arange(24) + 0.5) * 3600.0
        time_s = (seconds(day)[:, None] + hours).ravel()
        values = basis(time_s, self.time_s)
        if self.start == "first_flight" and len(self.time_s):
            values[time_s < self.time_s[0]] = 0.0
        return values.reshape(len(day), 24, -1).mean(axis=1)


def match_cells(have: np.ndarray, want: np.ndarray, source: str | Path) -> np.ndarray:
    """Positions in `have` of the cells `want`; raises InputError for one that is missing."""
    order = np.argsort(have)
    place = np.minimum(np.searchsorted(have, want, sorter=order), max(len(have) - 1, 0))
    index = order[place] if len(have) else place
    missing = want[have[index] != want] if len(have) else want
    if len(missing):
        raise InputError(source, "cell_id", f"without {int(missing[0])}", "all cells of the region")
    return index


def daily_response(
    delta_flux: np.ndarray, delta_theta: np.ndarray, weights: np.ndarray, threshold: float
) -> np.ndarray:
    """Response of a flux to root-zone moisture on each day: kgC m-2 yr-1 per m3 m-3.

    For each flight and cell the least-squares slope through the origin of the daily differences,
    weighted by the flight's hat function; between flights linear. Where the root-mean-square
    difference of moisture around a flight is below `threshold`, the slope of all days is used.

    Parameters
    ----------
    delta_flux, delta_theta : (day, cell)
    weights : (day, flight) of `FlightBias.daily_weights`
    """
    square = delta_theta**2
    product = delta_flux * delta_theta
    total = square.sum(axis=0)
    pooled = np.where(total > 0, product.sum(axis=0) / np.where(total > 0, total, 1.0), 0.0)
    support = weights.sum(axis=0)[:, None]
    local = weights.T @ square
    enough = (local > threshold**2 * support) & (local > 0)
    slope = np.where(enough, (weights.T @ product) / np.where(enough, local, 1.0), pooled)
    return weights @ slope


def jackknife(
    native: xr.Dataset,
    blended: xr.Dataset,
    days: np.ndarray,
    area: np.ndarray,
    bias: FlightBias,
    threshold: float,
) -> xr.Dataset:
    """Jackknife standard errors of beta, per cell and of the regional mean.

    Parameters
    ----------
    native, blended : results of `read_daily` with the variables `DAILY`
    days : (time,) mask of the observing period
    area : (cell,) m2
    threshold : m3 m-3, mask of the regional mean, also within each replicate

    Returns
    -------
    `beta_jackknife_sd` (flux, cell), with n the number of flights that see the cell;
    `beta_region_jackknife_sd`, `beta_region_low`, `beta_region_high` (flux), the 95 % interval
    with Student's t of n_flight - 1 degrees of freedom. NaN with fewer than two flights.
    """
    full = difference(native, blended, days)
    n_flight = len(bias.time_s)
    region = weighted_mean_sd(full.beta, area, ~full.masked(threshold))[0]
    if n_flight < 2:
        undefined = np.full(full.beta.shape, np.nan)
        return _dataset(undefined, undefined[:, 0], undefined[:, 0], undefined[:, 0], n_flight)
    weights = bias.daily_weights(native["time"].values[days])
    basis = bias.daily_basis(native["time"].values[days])
    mean_basis = basis.mean(axis=0)
    delta_theta = (native["theta_rootzone"] - blended["theta_rootzone"]).values[days].astype(float)
    effects = []  # (flight, cell) per component: change of the mean flux per change of coefficient
    for name in COMPONENTS:
        delta_flux = (native[name] - blended[name]).values[days].astype(float) * YEAR_S
        response = daily_response(delta_flux, delta_theta, weights, threshold)
        effects.append(basis.T @ response / len(basis))
    base = bias.root_zone()
    cell_beta = np.empty((n_flight, *full.beta.shape))
    region_beta = np.empty((n_flight, full.beta.shape[0]))
    for flight in range(n_flight):
        change = bias.root_zone(without=flight) - base
        flux = full.delta_flux[:3] + np.array([(e * change).sum(axis=0) for e in effects])
        replicate = Difference(combine(flux), full.delta_theta + mean_basis @ change)
        cell_beta[flight] = replicate.beta
        keep = ~replicate.masked(threshold)
        region_beta[flight] = weighted_mean_sd(replicate.beta, area, keep)[0]
    cell_sd = jackknife_sd(cell_beta, bias.sees[:, None, :])
    region_sd = jackknife_sd(region_beta, np.ones_like(region_beta, dtype=bool))
    half = stats.t.ppf(0.975, n_flight - 1) * region_sd
    return _dataset(cell_sd, region_sd, region - half, region + half, n_flight)


def jackknife_sd(replicates: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Standard error from delete-one replicates (n, ...): sqrt((n-1)/n sum (x_i - mean)^2).

    `used` marks the replicates that count; NaN with fewer than two.
    """
    used = np.broadcast_to(used, replicates.shape)
    n = used.sum(axis=0)
    safe = np.where(n >= 2, n, np.nan)
    mean = np.where(used, replicates, 0.0).sum(axis=0) / safe
    squares = np.where(used, (replicates - mean) ** 2, 0.0).sum(axis=0)
    return np.sqrt((safe - 1) / safe * squares)


def _dataset(cell_sd, region_sd, low, high, n_flight: int) -> xr.Dataset:
    def variable(dims, values, text):
        return dims, values, {"units": BETA_UNITS, "long_name": text}

    ds = xr.Dataset(
        {
            "beta_jackknife_sd": variable(
                ("flux", "cell"), cell_sd, "standard error of beta, jackknife over flights"
            ),
            "beta_region_jackknife_sd": variable(
                ("flux",), region_sd, "standard error of beta_region, jackknife over flights"
            ),
            "beta_region_low": variable(("flux",), low, "lower end of the 95 % interval"),
            "beta_region_high": variable(("flux",), high, "upper end of the 95 % interval"),
        }
    )
    return ds.assign_attrs(jackknife_flights=n_flight)
