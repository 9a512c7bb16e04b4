"""What only a study with known truth can score: is the moisture error removed, beta recovered?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.analysis.daily import Period, period_days, read_daily, require_same_days
from edlite.analysis.jackknife import match_cells
from edlite.analysis.regional import weighted_mean_sd, weighted_share
from edlite.analysis.sensitivity import FLUXES
from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.soil.layers import LAYER_BOTTOM, LAYER_TOP, overlap

ROOT_ZONE = (0.0, 1.0)
BANDS = ((0.0, 0.1), (0.1, 0.4), (0.4, 1.0))  # m
TRUTH_COLUMNS = (
    *("region", "depth_top", "depth_bottom", "n_cell", "n_day"),
    *("rmse_native", "rmse_blended", "reduction_percent", "bias_native", "bias_blended"),
)
RECOVERY_COLUMNS = (
    *("region", "flux", "n_cell", "masked_share", "beta_mean", "beta_perfect_mean"),
    *("error", "rmse", "r", "beta_region", "beta_region_perfect"),
    *("jackknife_sd", "low", "high", "inside"),
)


def by_region(
    paths: Sequence[str | Path], opened: Mapping[Path, xr.Dataset] | None = None
) -> dict[str, list[Path]]:
    """Group files by their attribute `region`; raises InputError where it is absent."""
    groups: dict[str, list[Path]] = {}
    for path in map(Path, paths):
        if opened is not None:
            region = opened[path].attrs.get("region", "")
        else:
            if not path.exists():
                raise InputError(path, "file", "missing", "an existing file")
            with xr.open_dataset(path, engine="netcdf4", decode_cf=False) as ds:
                region = ds.attrs.get("region", "")
        if not region:
            raise InputError(path, "attribute region", region, "the name of the region")
        groups.setdefault(str(region), []).append(path)
    return groups


def bands() -> list[tuple[float, float]]:
    """Depth bands [m] that are scored: root zone, three bands, the layers of the model."""
    layers = list(zip(LAYER_TOP.tolist(), LAYER_BOTTOM.tolist(), strict=True))
    return [ROOT_ZONE, *BANDS, *layers]


def truth_scores(
    native: Sequence[Path],
    blended: Sequence[Path],
    truth: Sequence[Path],
    soil: Sequence[Path],
    sensitivity: Sequence[Path],
    period: Period,
) -> pd.DataFrame:
    """Error of daily soil moisture against the truth, by region and depth.

    RMSE = sqrt(mean over cells, weighted by area, and days of the period of (run - truth)^2), over
    the existing depth; cells without soil in a band do not count. `reduction_percent` = 100 (1 -
    RMSE blended / RMSE native). The rows "all" pool the cells of all regions.

    Raises InputError where a region lacks one of the files or the runs differ in days or cells.
    """
    groups = {
        name: by_region(paths)
        for name, paths in (
            *(("native", native), ("blended", blended), ("truth", truth)),
            *(("soil", soil), ("sensitivity", sensitivity)),
        )
    }
    rows, pooled = [], []
    for region in groups["native"]:
        for name, group in groups.items():
            if region not in group:
                raise InputError("command line", f"--{name}", None, f"files of {region}")
        cells = read_dataset(groups["sensitivity"][region][0], ("area", "cell_id"))
        cell_id, area = cells["cell_id"].values, cells["area"].values
        ground = read_dataset(groups["soil"][region][0], ("n_layer", "cell_id"))
        place = match_cells(ground["cell_id"].values, cell_id, groups["soil"][region][0])
        thickness = {band: overlap(*band, ground["n_layer"].values[place]).T for band in bands()}
        runs = {}
        for run in ("native", "blended", "truth"):
            files = groups[run][region]
            runs[run] = read_daily(files, ("theta",), cell_id)
            require_same_days(files[0], runs[run], runs["native"])
        days = period_days(runs["native"], period, groups["native"][region][0])
        scores = _region_scores(runs, days, thickness)
        pooled.append((scores, area, int(days.sum())))
        rows += _summary(region, scores, area, int(days.sum()))
    if len(pooled) > 1:
        joined = {
            band: tuple(np.concatenate([s[band][i] for s, _, _ in pooled]) for i in range(4))
            for band in bands()
        }
        area = np.concatenate([a for _, a, _ in pooled])
        rows += _summary("all", joined, area, max(n for _, _, n in pooled))
    return pd.DataFrame(rows, columns=list(TRUTH_COLUMNS))


def _region_scores(runs: Mapping[str, xr.Dataset], days, thickness) -> dict:
    """By band: mean square error and mean error (cell,) of the native and the blended run."""
    scores = {}
    theta = {name: run["theta"].values[days] for name, run in runs.items()}
    for band, depth in thickness.items():
        total = depth.sum(axis=0)
        weight = depth / np.where(total > 0, total, np.nan)
        means = {}
        for name, values in theta.items():
            known = np.where(depth > 0, values, 0.0)
            means[name] = np.einsum("tlc,lc->tc", known, np.nan_to_num(weight))
        parts = []
        for name in ("native", "blended"):
            error = means[name] - means["truth"]
            parts += [(error**2).mean(axis=0), error.mean(axis=0)]
        scores[band] = tuple(np.where(total > 0, part, np.nan) for part in parts)
    return scores


def _summary(region: str, scores: Mapping, area: np.ndarray, n_day: int) -> list[dict]:
    rows = []
    for (top, bottom), parts in scores.items():
        exists = np.isfinite(parts[0])
        square, bias, square_b, bias_b = (
            float(weighted_mean_sd(part, area, exists)[0]) for part in parts
        )
        rmse, rmse_b = np.sqrt(square), np.sqrt(square_b)
        rows.append(
            {
                **{"region": region, "depth_top": top, "depth_bottom": bottom},
                **{"n_cell": int(exists.sum()), "n_day": n_day},
                **{"rmse_native": rmse, "rmse_blended": rmse_b},
                "reduction_percent": 100 * (1 - rmse_b / rmse) if rmse > 0 else np.nan,
                **{"bias_native": bias, "bias_blended": bias_b},
            }
        )
    return rows


def beta_recovery(sensitivity: Sequence[Path]) -> pd.DataFrame:
    """beta of the blended run against beta_perfect, by region and flux.

    Cells that neither run masks: area-weighted means, `error` (mean difference), `rmse`, and r
    across cells. `inside`: the regional beta_perfect lies in the jackknife interval of the regional
    beta (1, 0, or NaN without an interval). The rows "all" pool the cells of all regions.
    """
    required = ("beta", "beta_perfect", "masked", "masked_perfect", "area")
    files = [(Path(p), read_dataset(p, required)) for p in sensitivity]
    groups = by_region([p for p, _ in files], dict(files))
    rows, pooled = [], []
    for path, ds in files:
        region = next(name for name, paths in groups.items() if path in paths)
        fluxes = [str(f) for f in ds["flux"].values]
        if fluxes != list(FLUXES):
            raise InputError(path, "flux", fluxes, f"{list(FLUXES)}")
        common = (ds["masked"].values == 0) & (ds["masked_perfect"].values == 0)
        fields = (ds["beta"].values, ds["beta_perfect"].values, common, ds["area"].values)
        pooled.append(fields)
        for i, flux in enumerate(FLUXES):
            rows.append({"region": region, "flux": flux} | _recovery(fields, i) | _interval(ds, i))
    if len(files) > 1:
        joined = tuple(np.concatenate([f[k] for f in pooled], axis=-1) for k in range(4))
        rows += [
            {"region": "all", "flux": flux} | _recovery(joined, i) for i, flux in enumerate(FLUXES)
        ]
    return pd.DataFrame(rows, columns=list(RECOVERY_COLUMNS))


def _recovery(fields: tuple[np.ndarray, ...], flux: int) -> dict[str, float]:
    beta, perfect, common, area = fields
    x, y = perfect[flux], beta[flux]
    mean = float(weighted_mean_sd(y, area, common)[0])
    reference = float(weighted_mean_sd(x, area, common)[0])
    square = float(weighted_mean_sd((y - x) ** 2, area, common)[0])
    varied = common.sum() >= 3 and np.ptp(x[common]) > 0 and np.ptp(y[common]) > 0
    return {
        "n_cell": int(common.sum()),
        "masked_share": weighted_share(~common, area),
        "beta_mean": mean,
        "beta_perfect_mean": reference,
        "error": mean - reference,
        "rmse": np.sqrt(square),
        "r": float(np.corrcoef(x[common], y[common])[0, 1]) if varied else np.nan,
    }


def _interval(ds: xr.Dataset, flux: int) -> dict[str, float]:
    values = {
        column: float(ds[name].values[flux]) if name in ds else np.nan
        for column, name in (
            ("beta_region", "beta_region"),
            ("beta_region_perfect", "beta_region_perfect"),
            ("jackknife_sd", "beta_region_jackknife_sd"),
            ("low", "beta_region_low"),
            ("high", "beta_region_high"),
        )
    }
    low, high, reference = values["low"], values["high"], values["beta_region_perfect"]
    known = np.isfinite([low, high, reference]).all()
    return values | {"inside": float(low <= reference <= high) if known else np.nan}
