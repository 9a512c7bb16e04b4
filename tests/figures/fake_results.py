"""A results tree with the files, names, dims and units of docs/design.md and invented numbers.

Only for tests of figures and report: smooth seasonal curves plus noise from a fixed seed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.files import write_dataset, write_table
from edlite.parameters import PFT_CODES

YEAR_S = 31556952.0
TOPS = np.array([0.0, 0.02, 0.08, 0.20, 0.40, 0.80, 1.60, 3.00, 5.00])
BOTTOMS = np.array([0.02, 0.08, 0.20, 0.40, 0.80, 1.60, 3.00, 5.00, 8.00])
PLACES = {
    "Howland": (45.204, -68.740, 0.30, 1.33, {"LC": 50, "MHW": 17, "LHW": 13, "EHW": 12, "NP": 8}),
    "Harvard": (42.538, -72.172, 0.26, 1.09, {"MHW": 40, "NP": 20, "LC": 16, "LHW": 14, "EHW": 9}),
    "Duke": (35.978, -79.094, 0.24, 1.14, {"MHW": 39, "SP": 27, "CRC3": 17, "EHW": 10, "LHW": 7}),
    "Metolius": (44.452, -121.557, 0.18, 1.2, {"FR": 70, "WP": 27, "DC3": 2}),
    "Tonzi": (38.432, -120.966, 0.15, 0.3, {"DC3": 40, "WP": 30, "WHW": 22, "FR": 5}),
    "Walnut": (31.737, -109.942, 0.10, 0.1, {"DC4": 68, "NP": 17, "WP": 9, "CRC3": 3}),
    "MOISST": (36.060, -97.220, 0.20, 0.4, {"CRC3": 33, "DC4": 30, "MHW": 21, "EHW": 8}),
}
FLUXES = ("gpp", "ra", "rh", "reco", "nee")
SITES = {"US-Ho1": "Howland", "US-Ton": "Tonzi"}


def _field(values, dims, units, long_name):
    return (dims, values, {"units": units, "long_name": long_name})


def write_tree(
    root: Path,
    regions: tuple[str, ...] = ("Howland", "Duke", "Walnut"),
    shape: tuple[int, int] = (2, 5),
    n_tile: int = 2,
    days: int = 365,
    truth: bool = True,
    synthetic: bool = True,
) -> Path:
    """Write a complete tree under `root` and return it."""
    rng = np.random.default_rng(7)
    for region in regions:
        _write_region(root / region, region, shape, n_tile, days, truth, synthetic, rng)
        for tile in range(n_tile):
            write_table(spinup_course(4 + tile), root / region / f"spinup/native/{tile}.csv")
    for site, region in SITES.items():
        if region in regions:
            _write_tower(root / "towers" / site, site, region, days, synthetic, rng)
    _write_tables(root, regions, truth, rng)
    _write_benchmarks(root / "benchmarks", regions, rng)
    return root


def _write_region(folder, region, shape, n_tile, days, truth, synthetic, rng):
    lat0, lon0, theta0, gpp0, shares = PLACES[region]
    row0, col0 = int((90 - lat0) * 120), int((lon0 + 180) * 120)
    rows, cols = np.meshgrid(np.arange(shape[0]) + row0, np.arange(shape[1]) + col0, indexing="ij")
    rows, cols = rows.ravel(), cols.ravel()
    n = rows.size
    cells = {
        "cell_id": _field(rows.astype(np.int64) * 43200 + cols, "cell", "1", "cell"),
        "lat": _field(90 - (rows + 0.5) / 120, "cell", "degrees_north", "latitude"),
        "lon": _field(-180 + (cols + 0.5) / 120, "cell", "degrees_east", "longitude"),
    }
    options = {"region": region, "synthetic": synthetic}
    area = np.full(n, 6.4e5)
    domain = xr.Dataset({"area": _field(area, "cell", "m2", "area")}, coords=cells)
    write_dataset(domain, folder / "domain.nc", **options)
    n_layer = np.where(np.arange(n) % 5 == 0, 5, 9)
    soil = xr.Dataset(
        {
            "sand": _field(rng.uniform(0.2, 0.7, n), "cell", "1", "sand"),
            "clay": _field(rng.uniform(0.05, 0.3, n), "cell", "1", "clay"),
            "n_layer": _field(n_layer, "cell", "1", "existing layers"),
            "layer_top": _field(TOPS, "layer", "m", "top"),
            "layer_bottom": _field(BOTTOMS, "layer", "m", "bottom"),
        },
        coords=cells,
    )
    write_dataset(soil, folder / "soil.nc", parameters={"soil": {"depth_max": 8.0}}, **options)
    fraction = rng.dirichlet(np.ones(4), n)
    cover = xr.Dataset({"fraction": _field(fraction, ("cell", "cover"), "1", "cover")}, cells)
    write_dataset(cover, folder / "cover.nc", **options)
    patches = np.repeat(np.arange(n), 3)
    initial = xr.Dataset(
        {
            "cell_index": _field(patches, "patch", "1", "cell of the patch"),
            "area": _field(np.full(patches.size, 1 / 3), "patch", "1", "area"),
            "n": _field(np.ones(2 * patches.size), "cohort", "m-2", "density"),
        }
    )
    write_dataset(initial, folder / "initial_state.nc", **options)
    bias = -0.05 + 0.04 * rng.standard_normal(n)
    runs = {"native": 1.0, "blended": 0.25}
    if truth:
        runs |= {"truth": 0.0, "perfect": 0.0}
    time = pd.date_range("2013-01-01", periods=days)
    season = np.clip(np.sin((np.arange(days) - 80) / 365 * 2 * np.pi), 0.02, None)
    rain = np.convolve(
        rng.exponential(1, days) * (rng.random(days) < 0.3), np.exp(-np.arange(20) / 6)
    )
    wet = 0.02 * (rain[:days] - rain.mean())
    means = {}
    texture = 0.03 * rng.standard_normal(n)
    beta = gpp0 * (4 + rng.standard_normal(n))
    for run, share in runs.items():
        own = share * bias + (0.008 * rng.standard_normal(n) if run == "blended" else 0)
        root_zone = theta0 + texture + own
        theta = np.clip(root_zone + wet[:, None] - 0.05 * season[:, None], 0.02, 0.5)
        deep = 1 + 0.05 * np.arange(9)
        layers = np.clip(theta[:, None, :] * deep[None, :, None], 0.01, 0.5)
        layers = np.where(np.arange(9)[None, :, None] < n_layer, layers, np.nan)
        gpp = (gpp0 + beta * own)[None, :] * season[:, None] / season.mean() / YEAR_S
        noise = 1 + 0.1 * rng.standard_normal((days, 1))
        flux = {"gpp": gpp * noise, "ra": 0.45 * gpp, "rh": 0.4 * gpp + 0.1 * gpp0 / YEAR_S}
        flux["nee"] = flux["ra"] + flux["rh"] - flux["gpp"]
        means[run] = {k: v.mean(0) * YEAR_S for k, v in flux.items()}
        means[run]["reco"] = means[run]["ra"] + means[run]["rh"]
        means[run]["theta"] = theta.mean(0)
        for tile in range(n_tile):
            own_cells = np.arange(n)[np.arange(n) * n_tile // n == tile]
            part = {k: v[1] if isinstance(v, tuple) else v for k, v in cells.items()}
            coords = {k: ("cell", part[k][own_cells], cells[k][2]) for k in cells}
            daily = xr.Dataset(
                {
                    k: _field(v[:, own_cells], ("time", "cell"), "kgC m-2 s-1", k)
                    for k, v in flux.items()
                }
                | {
                    "theta_rootzone": _field(
                        theta[:, own_cells], ("time", "cell"), "m3 m-3", "root-zone moisture"
                    ),
                    "theta": _field(
                        layers[:, :, own_cells].astype(np.float32),
                        ("time", "layer", "cell"),
                        "m3 m-3",
                        "moisture",
                    ),
                },
                coords=coords | {"time": time},
            )
            base = folder / run / str(tile)
            model = {"model": {"integrator": "rk4", "tolerance": 0.01}}
            write_dataset(daily, base / "2013_daily.nc", parameters=model, **options)
            lai = np.zeros((own_cells.size, len(PFT_CODES)))
            for code, percent in shares.items():
                lai[:, PFT_CODES.index(code)] = 4 * percent / 100 * rng.uniform(0.4, 1.6)
            lai *= rng.uniform(0.5, 1.5, lai.shape)
            annual = xr.Dataset(
                {
                    k: _field(means[run][k][own_cells], "cell", "kgC m-2 yr-1", k)
                    for k in ("gpp", "ra", "rh", "reco", "nee")
                }
                | {"lai_pft": _field(lai, ("cell", "pft"), "m2 m-2", "LAI")},
                coords=coords,
            )
            write_dataset(annual, base / "2013_annual.nc", parameters=model, **options)
    _write_radar(folder, cells, theta0 + texture, wet, time, rng, options)
    _write_sensitivity(folder, cells, area, means, truth, rng, options)


def _write_radar(folder, cells, truth, wet, time, rng, options):
    flights = np.unique(np.linspace(len(time) // 12, len(time) - 1, 12).astype(int))
    theta = truth[None, None, :] + wet[flights][:, None, None]
    theta = np.repeat(theta, 6, axis=1) + 0.03 * rng.standard_normal((flights.size, 6, truth.size))
    theta[0, :, 0] = np.nan
    ds = xr.Dataset(
        {
            "theta": _field(theta, ("flight", "layer", "cell"), "m3 m-3", "radar moisture"),
            "layer_top": _field(TOPS[:6], "layer", "m", "top"),
            "layer_bottom": _field(np.append(BOTTOMS[:5], 1.0), "layer", "m", "bottom"),
            "time": ("flight", time[flights] + pd.Timedelta(hours=16), {"long_name": "time"}),
        },
        coords=cells,
    )
    write_dataset(ds, folder / "rzsm" / "2013.nc", **options)


def _write_sensitivity(folder, cells, area, means, truth, rng, options):
    def ratio(run):
        delta_theta = means["native"]["theta"] - means[run]["theta"]
        delta = np.array([means["native"][f] - means[run][f] for f in FLUXES])
        return delta_theta, delta, delta / delta_theta

    delta_theta, delta, beta = ratio("blended")
    masked = (np.abs(delta_theta) < 0.01).astype(np.int8)
    fields = {
        "area": _field(area, "cell", "m2", "area"),
        "beta": _field(beta, ("flux", "cell"), "kgC m-2 yr-1", "beta"),
        "delta_flux": _field(delta, ("flux", "cell"), "kgC m-2 yr-1", "difference"),
        "delta_theta": _field(delta_theta, "cell", "m3 m-3", "difference"),
        "masked": _field(masked, "cell", "1", "masked"),
        "masked_share": _field(masked.mean(), (), "1", "share"),
    }
    if truth:
        perfect_theta, perfect_delta, perfect = ratio("perfect")
        fields |= {
            "beta_perfect": _field(perfect, ("flux", "cell"), "kgC m-2 yr-1", "beta"),
            "delta_flux_perfect": _field(perfect_delta, ("flux", "cell"), "kgC m-2 yr-1", "d"),
            "delta_theta_perfect": _field(perfect_theta, "cell", "m3 m-3", "difference"),
            "masked_perfect": _field(
                (np.abs(perfect_theta) < 0.01).astype(np.int8), "cell", "1", "masked"
            ),
            "beta_jackknife_sd": _field(
                np.abs(0.15 * beta), ("flux", "cell"), "kgC m-2 yr-1", "SD"
            ),
        }
    coords = cells | {"flux": ("flux", list(FLUXES), {"long_name": "flux"})}
    ds = xr.Dataset(fields, coords=coords)
    parameters = {
        "sensitivity": {"mask_delta_theta": 0.01},
        "period": {"start": "2013-01-01", "end": "2014-01-01"},
    }
    write_dataset(ds, folder / "sensitivity.nc", parameters=parameters, **options)


def _write_tower(folder, site, region, days, synthetic, rng):
    _, _, theta0, gpp0, _ = PLACES[region]
    time = pd.date_range("2013-01-01", periods=24 * days, freq="h")
    day = np.arange(time.size) / 24
    season = np.clip(np.sin((day - 80) / 365 * 2 * np.pi), 0.02, None)
    sun = np.clip(np.sin((time.hour.to_numpy() - 6) / 12 * np.pi), 0, None)
    gpp = gpp0 * season * sun / np.mean(season * sun) / YEAR_S
    for run, factor in (("native", 0.85), ("prescribed", 0.97), ("observed", 1.0)):
        noise = 1 + (0.25 * rng.standard_normal(time.size) if run == "observed" else 0)
        theta = theta0 * factor + 0.03 * np.sin(day / 17) + np.zeros(time.size)
        fields = {
            "gpp": _field(factor * gpp * noise, "time", "kgC m-2 s-1", "GPP"),
            "nee": _field(
                0.6 * gpp.mean() - 0.7 * factor * gpp * noise, "time", "kgC m-2 s-1", "NEE"
            ),
            "le": _field(150 * factor * season * sun * noise, "time", "W m-2", "LE"),
            "theta_rootzone": _field(theta, "time", "m3 m-3", "theta"),
        }
        if run == "observed":
            measured = (rng.random(time.size) < 0.8).astype(float)
            fields["gpp_measured"] = _field(measured, "time", "1", "measured")
            fields["theta_rootzone"][1][: 24 * 40] = np.nan
        ds = xr.Dataset(fields, coords={"time": time})
        write_dataset(ds, folder / f"{run}.nc", region=site, synthetic=synthetic)
    sand, clay = np.array([10.0, 45.0, 80.0]), np.array([10.0, 30.0, 50.0])
    grid_sand, grid_clay = np.meshgrid(sand, clay, indexing="ij")
    theta = theta0 * (1 - 0.004 * (grid_sand - 10) + 0.006 * (grid_clay - 10))
    theta = np.where(grid_sand + grid_clay > 100, np.nan, theta)
    ds = xr.Dataset(
        {
            "theta_rootzone": _field(theta, ("sand", "clay"), "m3 m-3", "theta"),
            "gpp": _field(gpp0 * theta / theta0, ("sand", "clay"), "kgC m-2 yr-1", "GPP"),
            "reco": _field(0.9 * gpp0 * theta / theta0, ("sand", "clay"), "kgC m-2 yr-1", "Reco"),
            "nee": _field(-0.1 * gpp0 * theta / theta0, ("sand", "clay"), "kgC m-2 yr-1", "NEE"),
        },
        coords={
            "sand": ("sand", sand, {"units": "percent", "long_name": "sand"}),
            "clay": ("clay", clay, {"units": "percent", "long_name": "clay"}),
        },
    )
    write_dataset(ds, folder / "texture.nc", region=site, synthetic=synthetic)


def _write_tables(root, regions, truth, rng):
    """Tables of `evaluate` (columns of edlite.analysis), `attribute` and `verify`."""
    if truth:
        rows = []
        for region in (*regions, "all"):
            for top, bottom in ((0.0, 1.0), (0.0, 0.1), (0.1, 0.4), (0.4, 1.0)):
                native = rng.uniform(0.05, 0.09)
                blended = native * rng.uniform(0.3, 0.6)
                rows.append(
                    {"region": region, "depth_top": top, "depth_bottom": bottom}
                    | {"n_cell": 10, "n_day": 365, "rmse_native": native, "rmse_blended": blended}
                    | {"reduction_percent": 100 * (1 - blended / native)}
                    | {"bias_native": -0.8 * native, "bias_blended": -0.1 * blended}
                )
        write_table(pd.DataFrame(rows), root / "tables" / "truth.csv")
        rows = [
            {"region": region, "flux": flux, "n_cell": 9, "masked_share": 0.1}
            | {"beta_mean": 4.2, "beta_perfect_mean": 4.0, "error": 0.2, "rmse": 0.5, "r": 0.9}
            | {"beta_region": 4.2, "beta_region_perfect": 4.0, "jackknife_sd": 0.4}
            | {"low": 3.4, "high": 5.0, "inside": 1.0}
            for region in (*regions, "all")
            for flux in FLUXES
        ]
        write_table(pd.DataFrame(rows), root / "tables" / "recovery.csv")
    tables = root / "tables"
    names = (
        "intercept",
        "agb",
        "lai",
        "soil_carbon",
        "sand",
        "clay",
        "MHW",
        "LC",
        "SP",
        "FR",
        "DC4",
    )
    rows = [
        {"flux": flux, "variable": name, "group": "PFT", "standardised": rng.normal(0, 0.5)}
        | {"se": 0.1, "t": 1.0, "p": rng.uniform(0, 0.2) ** 3, "n": 60, "r_squared": 0.6}
        | {"reference": "CRC3", "note": "", "paper": np.nan, "paper_p": "", "synthetic": 1}
        for flux in ("gpp", "ra", "rh", "nee")
        for name in names
    ]
    write_table(pd.DataFrame(rows), tables / "regression.csv")
    rows = [
        {"flux": flux, "n": 60, "n_group": 7, "df_between": 6, "df_within": 53, "ss_between": 2.1}
        | {"ss_within": 1.7, "f": 12.3, "p": 1e-9, "synthetic": 1}
        for flux in ("gpp", "ra", "rh", "nee")
    ]
    write_table(pd.DataFrame(rows), tables / "anova.csv")
    rows = [
        {"flux": "gpp", "group_1": "LC", "group_2": "DC4", "n_1": 9, "n_2": 9, "difference": 3.1}
        | {"t": 4.1, "df": 50, "p": 1e-4, "p_adjusted": 2e-4, "adjustment": "holm", "synthetic": 1}
    ]
    write_table(pd.DataFrame(rows), tables / "pairwise.csv")
    rows = []
    for site in SITES:
        for run in ("native", "prescribed"):
            head = {"site": site, "run": run, "step": "daily", "n": 300, "r": 0.93}
            for name, unit, size in (
                ("gpp", "kgC m-2 s-1", 1e-8),
                ("nee", "kgC m-2 s-1", 6e-9),
                ("le", "W m-2", 12.0),
            ):
                rows.append(
                    head | {"variable": name, "unit": unit, "rmse": size, "bias": -0.3 * size}
                )
            rows.append(
                head
                | {"variable": "theta", "unit": "m3 m-3", "rmse": 0.04, "bias": -0.02}
                | {"depth_top": 0.0, "depth_bottom": 0.1}
            )
    write_table(pd.DataFrame(rows), tables / "towers.csv")
    rows = [
        {"check": name, "region": region, "run": "native", "tile": 0, "year": 2013}
        | {"value": value, "bound": bound, "unit": unit, "passed": value <= bound}
        for region in regions
        for name, value, bound, unit in (
            ("water per step", 3.1e-12, 1e-9, "mm"),
            ("energy per step", 4.0e-8, 1e-5, "W m-2"),
            ("beta identity", 2e-15, 1e-12, "1"),
        )
    ]
    write_table(pd.DataFrame(rows), root / "verification.csv")


def spinup_course(cycles: int = 5, **more) -> pd.DataFrame:
    """A table as `edlite spinup` writes it: slow carbon approaches 1 kgC m-2."""
    n = np.arange(cycles + 1)
    return pd.DataFrame(
        {
            "cycle": n,
            "year": 2 * n,
            "fast_carbon": 0.3,
            "structural_carbon": 5.0,
            "slow_carbon": 1.0 - 0.3**n,
            "largest_relative_change": np.where(n > 0, 0.3**n, np.nan),
            "steady": n == cycles,
            **more,
        }
    )


def _write_benchmarks(folder, regions, rng):
    for rule, scale in (("simulate", 40.0), ("spinup", 60.0), ("soil", 2.0), ("figures", 12.0)):
        for region in regions:
            seconds = scale * rng.uniform(0.8, 1.2)
            row = {"s": seconds, "max_rss": 400.0, "cpu_time": 0.9 * seconds}
            path = folder / rule / region / "0.tsv"
            write_table(pd.DataFrame([row]), path, sep="\t", na_rep="-")
