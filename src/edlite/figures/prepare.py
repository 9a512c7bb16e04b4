"""From the files of a results tree to the small tables and arrays that the figures draw."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import xarray as xr

from edlite.constants import DAY_S, YEAR_S
from edlite.errors import InputError
from edlite.figures import depth
from edlite.figures import style as st
from edlite.figures.composition import lai_shares
from edlite.figures.results import SCORED, Results, area_mean, require_columns
from edlite.figures.series import daily_series
from edlite.parameters import PFT_CODES

# variable of a tower's files -> (axis label, factor from the file's unit, values change sign)
TOWER_VARIABLES = {
    "gpp": (f"GPP ({st.CARBON_DAY})", 1000.0 * DAY_S, False),
    "nee": (f"NEE ({st.CARBON_DAY})", 1000.0 * DAY_S, True),
    "le": (f"LE ({st.POWER})", 1.0, False),
    "theta_rootzone": (rf"$\theta$ ({st.MOISTURE})", 1.0, False),
}
MEASURED_SHARE = 0.5  # of the hours of a day that must be measured, not filled


@lru_cache(maxsize=64)
def period_means(results: Results, region: str, run: str) -> xr.Dataset | None:
    """Means over the period per cell: gpp, ra, rh, reco, nee (kgC m-2 yr-1), theta_rootzone."""
    daily = results.daily(region, run, ("gpp", "ra", "rh", "nee", "theta_rootzone"))
    if daily is None:
        return None
    if daily.sizes["time"] == 0:
        raise InputError(
            results.root / region / run,
            "time",
            None,
            f"days within the period {results.start} to {results.end}",
        )
    mean = daily.mean("time")
    for name in ("gpp", "ra", "rh", "nee"):
        mean[name] = mean[name] * YEAR_S
    mean["reco"] = mean["ra"] + mean["rh"]
    return mean


def flux_table(results: Results) -> pd.DataFrame:
    """Regional means of the fluxes: region, flux, and one column a run (kgC m-2 yr-1)."""
    rows = []
    for region in results.regions:
        area = results.domain(region).area
        means = {run: period_means(results, region, run) for run in results.runs(region)}
        for flux in ("gpp", "ra", "rh", "reco", "nee"):
            row = {"region": region, "flux": flux}
            row |= {run: float(area_mean(ds[flux], area)) for run, ds in means.items()}
            rows.append(row)
    return pd.DataFrame(rows)


def flux_errors(results: Results) -> pd.DataFrame | None:
    """Error of the period means of the fluxes against the truth, by region; None without truth.

    Columns region (`all`: the cells of all regions), flux, native, blended, and perfect where there
    is such a run: root of the area-weighted mean over cells of the squared difference from the
    truth (kgC m-2 yr-1).
    """
    there = [set(results.runs(region)) for region in results.regions]
    if not all({"blended", "truth"} <= runs for runs in there):
        return None
    compared = [r for r in SCORED if all(r in runs for runs in there)]
    parts = []
    for region in results.regions:
        means = {r: period_means(results, region, r) for r in (*compared, "truth")}
        for flux in ("gpp", "ra", "rh", "reco", "nee"):
            part = {"region": region, "flux": flux, "area": results.domain(region).area.values}
            for run in compared:
                part[run] = (means[run][flux] - means["truth"][flux]).values ** 2
            parts.append(pd.DataFrame(part))
    cells = pd.concat(parts, ignore_index=True)
    if len(results.regions) > 1:
        cells = pd.concat([cells, cells.assign(region="all")], ignore_index=True)
    rows = [
        {"region": region, "flux": flux}
        | {run: float(np.sqrt(np.average(group[run], weights=group.area))) for run in compared}
        for (region, flux), group in cells.groupby(["region", "flux"], sort=False)
    ]
    return pd.DataFrame(rows)


def moisture_table(results: Results) -> pd.DataFrame:
    """Regional means of root-zone moisture: region, one column a run (m3 m-3), SD of the cells."""
    rows = []
    for region in results.regions:
        area = results.domain(region).area
        row: dict[str, object] = {"region": region}
        for run in results.runs(region):
            theta = period_means(results, region, run).theta_rootzone
            row[run] = float(area_mean(theta, area))
            row[f"{run}_sd"] = float(theta.std())
        rows.append(row)
    return pd.DataFrame(rows)


def sensitivity_cells(results: Results) -> pd.DataFrame | None:
    """Sensitivity of every cell: region, cell_id, flux, area, beta (NaN where masked), pft, ...

    `beta_perfect` (NaN where masked) and `beta_sd` (jackknife) are there where the files have them;
    `pft` is the type with the largest share of the cell's LAI in the native run.
    """
    parts = []
    for region in results.regions:
        ds = results.static(region, "sensitivity")
        if ds is None:
            continue
        path = results.root / region / "sensitivity.nc"
        for name in ("beta", "masked", "delta_theta"):
            if name not in ds:
                raise InputError(path, name, None, f"a variable; the file has {sorted(ds)}")
        keep = ds.masked == 0
        pft = dominant_pft(results, region)
        for flux in ds.flux.values.astype(str):
            beta = ds.beta.sel(flux=flux).where(keep)
            part = {
                "region": region,
                "cell_id": ds.cell_id.values,
                "flux": flux,
                "area": results.domain(region).area.values,
                "delta_theta": ds.delta_theta.values,
                "beta": beta.values,
                "pft": pft,
            }
            if "beta_perfect" in ds:
                perfect = ds.beta_perfect.sel(flux=flux)
                if "masked_perfect" in ds:
                    perfect = perfect.where(ds.masked_perfect == 0)
                part["beta_perfect"] = perfect.values
            if "beta_jackknife_sd" in ds:
                part["beta_sd"] = ds.beta_jackknife_sd.sel(flux=flux).where(keep).values
            parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True) if parts else None


def dominant_pft(results: Results, region: str) -> np.ndarray:
    """Code of the PFT with the largest share of each cell's LAI (native run, mean of years).

    Empty where a cell has no leaves.
    """
    lai = results.annual(region, "native", ("lai_pft",)).lai_pft.mean("year")
    leaf = lai.transpose("cell", "pft").fillna(0.0).values
    codes = np.array(PFT_CODES, dtype=object)[leaf.argmax(axis=1)]
    return np.where(leaf.max(axis=1) > 0, codes, "")


def composition(results: Results) -> pd.DataFrame:
    """Share (percent) of each PFT in the leaf area: regions x PFT codes, native run."""
    shares = {}
    for region in results.regions:
        annual = results.annual(region, "native", ("lai_pft",))
        shares[region] = lai_shares(annual.lai_pft.mean("year"), results.domain(region).area)
    return pd.DataFrame(shares).T


def band_series(
    results: Results, region: str
) -> tuple[dict[str, dict[str, pd.Series]], dict[str, pd.DataFrame]]:
    """Regional daily moisture by depth band and run, and the radar's mean and SD over cells."""
    domain, soil = results.domain(region), results.static(region, "soil")
    if soil is None:
        raise InputError(results.root / region, "soil.nc", "missing", "the soil of the region")
    series: dict[str, dict[str, pd.Series]] = {band: {} for band in depth.BANDS}
    for run in results.runs(region):
        daily = results.daily(region, run, ("theta",))
        for band, limits in depth.BANDS.items():
            mean = depth.band_mean(
                daily.theta, soil.layer_top, soil.layer_bottom, limits, soil.n_layer
            )
            regional = area_mean(mean, domain.area)
            series[band][run] = daily_series(regional.time.values, regional.values)
    radar = results.flights(region)
    flights = {}
    if radar is not None:
        for band, limits in depth.BANDS.items():
            mean = depth.band_mean(radar.theta, radar.layer_top, radar.layer_bottom, limits)
            flights[band] = pd.DataFrame(
                {"mean": area_mean(mean, domain.area).values, "sd": mean.std("cell").values},
                index=pd.DatetimeIndex(radar.time.values),
            ).dropna(subset=["mean"])
    return series, flights


def tower_daily(results: Results, site: str) -> dict[str, dict[str, pd.Series]]:
    """Daily means at a tower: variable -> run or `observed` -> series, in the units of the labels.

    Observed fluxes count on days of which at least half of the hours were measured, not filled.
    """
    found: dict[str, dict[str, pd.Series]] = {}
    files = {
        name: ds
        for name in ("native", "prescribed", "observed")
        if (ds := results.tower(site, name)) is not None
    }
    for variable, (_, factor, _) in TOWER_VARIABLES.items():
        for name, ds in files.items():
            if variable not in ds:
                continue
            values = daily_series(ds.time.values, factor * ds[variable].values)
            share = f"{variable}_measured"
            if name == "observed" and share in ds:
                measured = daily_series(ds.time.values, ds[share].fillna(0.0).values)
                values = values.where(measured.reindex(values.index) >= MEASURED_SHARE)
            found.setdefault(variable, {})[name] = values
    return found


def tower_pairs(results: Results) -> pd.DataFrame:
    """Daily pairs of all towers: site, run, variable, observed, modelled."""
    parts = []
    for site in results.towers():
        for variable, series in tower_daily(results, site).items():
            if "observed" not in series:
                continue
            for run in ("native", "prescribed"):
                if run in series:
                    pair = pd.DataFrame({"observed": series["observed"], "modelled": series[run]})
                    parts.append(pair.dropna().assign(site=site, run=run, variable=variable))
    columns = ["site", "run", "variable", "observed", "modelled"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def paper_flux_change(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """GPP native and blended that Zhang et al. (2019) print, by region (kgC m-2 yr-1).

    Metolius: the native value follows from the blended one and the printed change; the text gives
    values of its western and eastern part only.
    """
    require_columns(table, source, ("region", "variable", "value"))
    wide = table.pivot_table(index="region", columns="variable", values="value", aggfunc="first")
    needed = ("GPP_native", "GPP_blended", "GPP_change_percent")
    require_columns(wide, source, needed)
    wide = wide[list(needed)].dropna(subset=["GPP_blended"])
    implied = wide.GPP_blended / (1.0 + wide.GPP_change_percent / 100.0)
    native = wide.GPP_native.fillna(implied)
    return pd.DataFrame(
        {
            "region": wide.index,
            "flux": "gpp",
            "native": native.to_numpy(),
            "blended": wide.GPP_blended.to_numpy(),
        }
    )
