"""The files of a made-up tile, and a fresh process that runs `edlite simulate` on them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import xarray as xr

from benchmarks.stands import CURVES, STANDS, columns_of, start_state
from benchmarks.weather import LAT, LON, week_dataset
from edlite.model.columns import POOLS, SOIL_FIELDS

YEAR = 2001
INPUTS = ("domain", "soil", "initial-state", "tiles", "state", "forcing", "phenology")
OUTPUTS = ("out", "out-daily", "out-annual", "out-theta", "out-state")


def write_tile(folder: Path, stand: str, n_cell: int, days: int) -> None:
    """Inputs of `edlite simulate` for the first `days` days of a year of winter weather."""
    columns = columns_of(STANDS[stand], n_cell)
    cell = {"cell_id": ("cell", columns.cell_id)}
    # one patch after the other: the first of each cell tells the cell's soil
    first = np.searchsorted(columns.cell_index, np.arange(n_cell))
    soil = {name: (("cell", "layer"), columns.soil[name][first]) for name in SOIL_FIELDS}
    datasets = {
        "domain": xr.Dataset(
            {"lat": ("cell", columns.lat), "lon": ("cell", columns.lon), **cell},
            attrs={"region": "Benchmark"},
        ),
        "soil": xr.Dataset(
            {
                **soil,
                **cell,
                "n_layer": ("cell", columns.n_layer[first]),
                "bottom_boundary": ("cell", columns.free[first]),
            }
        ),
        "initial-state": xr.Dataset(
            {
                **cell,
                **{name: ("patch", columns.pools[name]) for name in POOLS},
                **{n: ("patch", getattr(columns, n)) for n in ("cell_index", "area", "cover")},
                **{n: ("cohort", getattr(columns, n)) for n in ("patch_index", "pft", "dbh", "n")},
            }
        ),
        "tiles": xr.Dataset({**cell, "tile": ("cell", np.zeros(n_cell, int))}),
        "state": start_state(columns, "winter").to_dataset(columns),
        "phenology": CURVES.broadcast_like(xr.Dataset(cell)["cell_id"]).assign(cell),
        "forcing": _forcing(days),
    }
    for name, ds in datasets.items():
        ds.to_netcdf(folder / f"{name}.nc", engine="netcdf4")


def _forcing(days: int) -> xr.Dataset:
    """Four grid points around the cells."""
    ds = week_dataset("winter", 24 * days + 1, f"{YEAR}-01-01")
    co2 = ds["co2"]
    grid = {"lat": LAT + np.array([-0.1, 0.025]), "lon": LON + np.array([-0.1, 0.025])}
    return ds.drop_vars("co2").expand_dims(grid).transpose("time", "lat", "lon").assign(co2=co2)


def arguments(folder: Path, days: int, model: dict | None = None) -> list[str]:
    """Command line of `edlite simulate` for the files that `write_tile` left in `folder`."""
    params = {"model": model or {}, "days": days, "synthetic": True}
    paths = [(name, folder / f"{name}.nc") for name in INPUTS]
    paths += [(name, folder / "run" / f"{name}.nc") for name in OUTPUTS]
    options = [word for name, path in paths for word in (f"--{name}", str(path))]
    return [
        *("simulate", "--tile", "0", "--year", str(YEAR), "--run", "native"),
        *("--params", json.dumps(params), *options),
    ]


def in_fresh_process(module: str, *words: str) -> dict:
    """What `python -m benchmarks.<module> <words>` prints as its last line, a JSON object."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"benchmarks.{module} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])
