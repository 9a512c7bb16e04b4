"""Checks of a results tree: budgets, bounds, identities and finite values."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.analysis.sensitivity import FLUXES
from edlite.assimilation.tile_soil import TileSoil
from edlite.errors import InputError, MissingInput
from edlite.files import read_dataset

log = logging.getLogger(__name__)

COLUMNS = ["check", "region", "run", "tile", "year", "value", "bound", "unit", "passed"]
RESIDUALS = {  # variable of the annual file -> check, bound, unit
    "water_residual_max": ("water per step", "water_step", "mm"),
    "energy_residual_max": ("energy per step", "energy_step", "W m-2"),
    "carbon_residual_max": ("carbon per step, of the stock", "carbon_step", "1"),
    "theta_below_theta_r": ("theta below theta_r", "theta", "m3 m-3"),
    "theta_above_theta_s": ("theta above theta_s", "theta", "m3 m-3"),
}
BLOCK = 200  # hours of a moisture file held at once


@dataclass(frozen=True)
class Bounds:
    """Largest values that pass.

    water_step : mm per patch and step;  water_run : mm over all years of a run
    carbon_step : of the stock, per step;  energy_step : W m-2
    theta : m3 m-3 beyond the soil's bounds (moisture is prescribed in single precision)
    cover : departure of a sum of fractions from one
    beta : kgC m-2 yr-1 per m3 m-3, departure of beta_nee from beta_ra + beta_rh - beta_gpp relative
        to the largest of the three
    """

    water_step: float = 1e-9
    water_run: float = 1e-6
    carbon_step: float = 1e-12
    energy_step: float = 1e-5
    theta: float = 1e-7
    cover: float = 1e-6
    beta: float = 1e-12

    @classmethod
    def from_params(cls, params: Mapping[str, object]) -> Bounds:
        """From the section `verify`; raises InputError for unknown keys and bad values."""
        section = params.get("verify", {})
        for key, value in section.items():
            if key not in cls.__dataclass_fields__:
                known = ", ".join(cls.__dataclass_fields__)
                raise InputError("--params", f"verify.{key}", value, f"one of {known}")
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
                raise InputError("--params", f"verify.{key}", value, "a number, 0 or more")
        return cls(**section)


def verify_results(results: str | Path, bounds: Bounds) -> pd.DataFrame:
    """Run all checks on a results tree.

    Checked are `{region}/cover.nc`, `{region}/{run}/{tile}/{year}_annual.nc` and, where they were
    kept, `{year}_rzsm.nc`, and `{region}/sensitivity.nc`. A NaN never passes.

    Returns
    -------
    Columns check, region, run, tile, year, value (the worst), bound, unit, passed. Raises
    MissingInput without the folder or any region in it.
    """
    root = Path(results)
    if not root.is_dir():
        raise MissingInput(root, "a folder with results")
    regions = sorted(p.parent for p in root.glob("*/domain.nc"))
    if not regions:
        raise InputError(root, "regions", None, "at least one {region}/domain.nc")
    rows = [
        row
        for folder in regions
        for part in (_cover, _annual, _prescribed, _sensitivity)
        for row in part(folder, bounds)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(check: str, region: str, value: float, bound: float, unit: str, **where: str) -> dict:
    return {
        **{"check": check, "region": region, "run": "", "tile": "", "year": "", **where},
        **{"value": value, "bound": bound, "unit": unit, "passed": bool(value <= bound)},
    }


def _not_finite(ds: xr.Dataset, names) -> int:
    return int(sum((~np.isfinite(ds[name].values)).sum() for name in names))


def largest(values: np.ndarray) -> float:
    """Largest magnitude; NaN if any value is NaN, 0 for nothing."""
    return float(np.abs(values).max()) if values.size else 0.0


def _cover(folder: Path, bounds: Bounds) -> Iterator[dict]:
    ds = read_dataset(folder / "cover.nc", ("fraction",))
    total = ds["fraction"].sum("cover", skipna=False).values
    yield _row("cover sums to one", folder.name, largest(total - 1.0), bounds.cover, "1")


def _annual(folder: Path, bounds: Bounds) -> Iterator[dict]:
    paths = sorted(folder.glob("*/*/*_annual.nc"))
    found = {p.parent.parent.name for p in paths}
    for run in ("native", "blended"):
        yield _row(f"annual files of {run} missing", folder.name, float(run not in found), 0, "1")
    sums: dict[tuple[str, str], np.ndarray | float] = defaultdict(float)
    for path in paths:
        run, tile, year = path.parent.parent.name, path.parent.name, path.name.split("_")[0]
        where = {"run": run, "tile": tile, "year": year}
        ds = read_dataset(path, (*RESIDUALS, "water_residual_sum"))
        for name, (check, bound, unit) in RESIDUALS.items():
            value = largest(ds[name].values)
            yield _row(check, folder.name, value, getattr(bounds, bound), unit, **where)
        numbers = [n for n, v in ds.data_vars.items() if v.dtype.kind in "fi"]
        yield _row(
            "values that are not finite", folder.name, _not_finite(ds, numbers), 0, "1", **where
        )
        sums[run, tile] = sums[run, tile] + ds["water_residual_sum"].values
    for (run, tile), total in sums.items():
        value = largest(np.asarray(total))
        yield _row(
            "water over the run", folder.name, value, bounds.water_run, "mm", run=run, tile=tile
        )


def _prescribed(folder: Path, bounds: Bounds) -> Iterator[dict]:
    """Moisture to prescribe against the soil's bounds, in the file's single precision."""
    for path in sorted(folder.glob("*/*/*_rzsm.nc")):
        run, tile, year = path.parent.parent.name, path.parent.name, path.name.split("_")[0]
        soil = TileSoil.read(folder / "soil.nc", folder / "tiles.nc", int(tile))
        lower, upper = soil.bounds()
        beyond, gaps = 0.0, 0
        with xr.open_dataset(path, engine="netcdf4", cache=False) as ds:
            for name in ("theta", "cell_index"):
                if name not in ds.variables:
                    raise InputError(path, name, None, f"one of {sorted(ds.variables)}")
            cell = ds["cell_index"].values.astype(int)
            exists = soil.exists[:, cell]
            for first in range(0, ds.sizes["time"], BLOCK):
                theta = ds["theta"][first : first + BLOCK].values
                gaps += int((~np.isfinite(theta) & exists).sum())
                excess = np.maximum(lower[:, cell] - theta, theta - upper[:, cell])
                beyond = max(beyond, float(np.max(excess, where=exists, initial=0.0)))
        where = {"run": run, "tile": tile, "year": year}
        yield _row(
            "prescribed theta beyond the soil's bounds",
            folder.name,
            beyond,
            bounds.theta,
            "m3 m-3",
            **where,
        )
        yield _row("prescribed theta that is not finite", folder.name, gaps, 0, "1", **where)


def _sensitivity(folder: Path, bounds: Bounds) -> Iterator[dict]:
    ds = read_dataset(folder / "sensitivity.nc", ("beta", "masked", "delta_flux", "delta_theta"))
    fluxes = [str(f) for f in ds["flux"].values]
    if fluxes != list(FLUXES):
        raise InputError(folder / "sensitivity.nc", "flux", fluxes, f"{list(FLUXES)}")
    names = [n for n in ("beta", "beta_perfect", "beta_year") if n in ds]
    for name in names:
        beta = ds[name].transpose("flux", ...).values
        gpp, ra, rh, _, nee = beta
        scale = np.maximum(np.abs(beta[:3]).max(axis=0), 1e-30)
        known = np.isfinite(beta).all(axis=0)
        error = np.abs(nee - (ra + rh - gpp))[known] / scale[known]
        yield _row(
            f"identity of {name}: nee = ra + rh - gpp",
            folder.name,
            largest(error),
            bounds.beta,
            "1, relative",
        )
    kept = ds["masked"].values == 0
    missing = int((~np.isfinite(ds["beta"].values[:, kept])).sum())
    missing += _not_finite(ds, ("delta_flux", "delta_theta"))
    yield _row("values that are not finite", folder.name, missing, 0, "1", run="sensitivity")
