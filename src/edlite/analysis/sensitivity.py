"""Sensitivity of the carbon fluxes to root-zone soil moisture, cell by cell.

beta = (C_native - C_blended) / (theta_native - theta_blended), the ratio of the means over the
observing period, theta the mean over 0-1 m (Zhang et al. 2019, doi 10.1029/2018JG004589).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import xarray as xr

from edlite.analysis.daily import Period, period_days
from edlite.analysis.regional import weighted_mean_sd, weighted_share
from edlite.constants import YEAR_S
from edlite.errors import InputError

log = logging.getLogger(__name__)

COMPONENTS = ("gpp", "ra", "rh")
FLUXES = ("gpp", "ra", "rh", "reco", "nee")
DAILY = (*COMPONENTS, "nee", "theta_rootzone")
BETA_UNITS = "kgC m-2 yr-1 (m3 m-3)-1"
FLUX_UNITS = "kgC m-2 yr-1"
NEE_TOLERANCE = 1e-5  # of gpp + ra + rh: the fluxes may be stored in single precision


@dataclass(frozen=True)
class Difference:
    """Native minus other run, means over the same days.

    delta_flux : (flux, cell) kgC m-2 yr-1, in the order of `FLUXES`
    delta_theta : (cell,) m3 m-3, mean over 0-1 m
    """

    delta_flux: np.ndarray
    delta_theta: np.ndarray

    @property
    def beta(self) -> np.ndarray:
        """(flux, cell) kgC m-2 yr-1 per m3 m-3; NaN where delta_theta is 0.

        reco and nee are combined from the betas of the components, so that
        beta_nee = beta_ra + beta_rh - beta_gpp holds without rounding.
        """
        safe = np.where(self.delta_theta == 0, np.nan, self.delta_theta)
        return combine(self.delta_flux[: len(COMPONENTS)] / safe)

    def masked(self, threshold: float) -> np.ndarray:
        """(cell,) bool: the moisture differs too little for a meaningful ratio."""
        return ~(np.abs(self.delta_theta) >= threshold) | (self.delta_theta == 0)


def combine(components: np.ndarray) -> np.ndarray:
    """(gpp, ra, rh, ...) -> (gpp, ra, rh, reco, nee, ...); nee positive to the atmosphere."""
    gpp, ra, rh = components
    return np.stack([gpp, ra, rh, ra + rh, ra + rh - gpp])


def difference(native: xr.Dataset, other: xr.Dataset, days: np.ndarray) -> Difference:
    """Mean native minus other run over the days of the mask `days` (time,).

    Both datasets are those of `read_daily` with the variables `DAILY`, on the same days and cells.
    """
    change = [
        native[name].values[days].mean(axis=0, dtype=float)
        - other[name].values[days].mean(axis=0, dtype=float)
        for name in (*COMPONENTS, "theta_rootzone")
    ]
    return Difference(combine(np.array(change[:3])) * YEAR_S, change[3])


def check_nee(ds: xr.Dataset, source: str) -> None:
    """Raise InputError unless the file's nee is ra + rh - gpp within its precision."""
    gpp, ra, rh, nee = (ds[name].mean("time", dtype=float).values for name in (*COMPONENTS, "nee"))
    error = np.abs(nee - (ra + rh - gpp))
    bound = NEE_TOLERANCE * (np.abs(gpp) + np.abs(ra) + np.abs(rh))
    worst = int(np.argmax(error - bound))
    if error[worst] > bound[worst]:
        raise InputError(
            source,
            f"nee of cell {int(ds['cell_id'][worst])}",
            float(nee[worst]),
            f"ra + rh - gpp = {float((ra + rh - gpp)[worst])!r}",
        )


def sensitivity_dataset(
    native: xr.Dataset,
    blended: xr.Dataset,
    area: np.ndarray,
    period: Period,
    threshold: float,
    perfect: xr.Dataset | None = None,
) -> xr.Dataset:
    """Betas of every cell, year and of the region: the dataset of `sensitivity.nc`.

    Parameters
    ----------
    native, blended, perfect : results of `read_daily` with the variables `DAILY`
    area : (cell,) m2
    period : observing period; days that the files lack are logged and counted in the attributes
    threshold : m3 m-3; cells with a smaller abs(delta_theta) are masked

    Years are calendar years, with all days that the files have of them (also those outside the
    period). Differences are native minus blended.
    """
    for name, ds in (("native", native), ("blended", blended), ("perfect", perfect)):
        if ds is not None:
            check_nee(ds, f"{name} daily files")
    inside = period_days(native, period, "native daily files")
    if inside.sum() < period.n_day:
        log.warning("the runs have %d of %d days of the period", inside.sum(), period.n_day)
    main = difference(native, blended, inside)
    masked = main.masked(threshold)
    cell, per_flux = ("flux", "cell"), ("flux",)
    ds = xr.Dataset(
        {
            "area": _variable("cell", area, "m2", "area of the cell"),
            "beta": _variable(cell, main.beta, BETA_UNITS, "sensitivity to soil moisture"),
            "delta_flux": _variable(cell, main.delta_flux, FLUX_UNITS, "native minus blended"),
            "delta_theta": _variable(
                "cell", main.delta_theta, "m3 m-3", "native minus blended soil moisture, 0-1 m"
            ),
            "masked": _variable(
                "cell", masked.astype(np.int8), "1", "1 where delta_theta is below the threshold"
            ),
            "masked_share": _variable(
                (), weighted_share(masked, area), "1", "share of the area that is masked"
            ),
        },
        coords={"flux": list(FLUXES), "cell_id": ("cell", native["cell_id"].values)},
        attrs={
            "period_start": str(period.start),
            "period_end": str(period.end),
            "period_days": period.n_day,
            "days_used": int(inside.sum()),
            "mask_delta_theta": threshold,
        },
    )
    statistics = {
        "": weighted_mean_sd(main.beta, area, ~masked),
        "_unmasked": weighted_mean_sd(main.beta, area, np.ones_like(masked)),
    }
    for ending, (mean, sd) in statistics.items():
        of = "unmasked cells" if not ending else "all cells"
        ds["beta_region" + ending] = _variable(per_flux, mean, BETA_UNITS, f"mean over {of}")
        ds["beta_region_sd" + ending] = _variable(per_flux, sd, BETA_UNITS, f"SD across {of}")
    ratio = combine((main.delta_flux[:3] * area).sum(axis=1) / _nonzero(main.delta_theta @ area))
    ds["beta_region_ratio"] = _variable(
        per_flux, ratio, BETA_UNITS, "ratio of the regional means of the differences"
    )
    _add_years(ds, native, blended)
    if perfect is not None:
        _add_perfect(ds, difference(native, perfect, inside), area, threshold)
    return ds


def _add_years(ds: xr.Dataset, native: xr.Dataset, blended: xr.Dataset) -> None:
    year = native["time"].dt.year.values
    years = np.unique(year)
    parts = [difference(native, blended, year == y) for y in years]
    dims = ("year", "flux", "cell")
    ds.coords["year"] = years
    ds["beta_year"] = _variable(
        dims, np.array([p.beta for p in parts]), BETA_UNITS, "sensitivity within a calendar year"
    )
    ds["delta_flux_year"] = _variable(
        dims, np.array([p.delta_flux for p in parts]), FLUX_UNITS, "native minus blended"
    )
    ds["delta_theta_year"] = _variable(
        ("year", "cell"),
        np.array([p.delta_theta for p in parts]),
        "m3 m-3",
        "native minus blended soil moisture, 0-1 m",
    )


def _add_perfect(ds: xr.Dataset, perfect: Difference, area: np.ndarray, threshold: float) -> None:
    masked = perfect.masked(threshold)
    fields = {
        "beta_perfect": (perfect.beta, BETA_UNITS, "sensitivity with the true soil moisture"),
        "delta_flux_perfect": (perfect.delta_flux, FLUX_UNITS, "native minus perfect"),
    }
    for name, (values, units, text) in fields.items():
        ds[name] = _variable(("flux", "cell"), values, units, text)
    ds["delta_theta_perfect"] = _variable(
        "cell", perfect.delta_theta, "m3 m-3", "native minus perfect soil moisture, 0-1 m"
    )
    ds["masked_perfect"] = _variable(
        "cell", masked.astype(np.int8), "1", "1 where delta_theta_perfect is below the threshold"
    )
    mean, _ = weighted_mean_sd(perfect.beta, area, ~masked)
    ds["beta_region_perfect"] = _variable(
        ("flux",), mean, BETA_UNITS, "mean of beta_perfect over unmasked cells"
    )


def _nonzero(value: float) -> float:
    return float(value) if value != 0 else np.nan


def _variable(dims, values, units: str, long_name: str) -> tuple:
    return dims, values, {"units": units, "long_name": long_name}
