"""Files of a small invented study: daily, annual and static files of a region."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from edlite.constants import YEAR_S
from edlite.files import write_dataset
from edlite.parameters import PFT_CODES

CELL_ID = np.array([10, 11, 12, 43210])
AREA = np.array([1.0, 2.0, 1.0, 4.0])
N_LAYER = np.array([9, 9, 4, 9])
PERIOD = {"start": "2013-03-01", "end": "2013-05-01"}
FLUXES = ("gpp", "ra", "rh")


def described(dims, values, units="1"):
    return dims, values, {"units": units, "long_name": "test"}


def days(start="2013-03-01", count=61):
    return np.datetime64(start, "ns") + np.arange(count) * np.timedelta64(1, "D")


def rates(seed=0, count=61, n_cell=4):
    """gpp, ra, rh (time, cell) kgC m-2 s-1 and theta_rootzone (time, cell)."""
    rng = np.random.default_rng(seed)
    fields = {name: rng.uniform(0.2, 2.0, (count, n_cell)) / YEAR_S for name in FLUXES}
    return fields | {"theta_rootzone": rng.uniform(0.2, 0.3, (count, n_cell))}


def daily(path: Path, fields, time=None, cell_id=CELL_ID, region="Test", theta=None):
    """Write a daily file; nee is added, theta (time, layer, cell) if given."""
    time = days() if time is None else time
    fields = dict(fields)
    fields.setdefault("nee", fields["ra"] + fields["rh"] - fields["gpp"])
    variables = {name: described(("time", "cell"), values) for name, values in fields.items()}
    if theta is not None:
        variables["theta"] = described(("time", "layer", "cell"), theta)
    ds = xr.Dataset(variables, coords={"time": time, "cell_id": ("cell", cell_id)})
    return write_dataset(ds, path, region=region)


def cells(path: Path, region="Test", **variables):
    """Write a file of variables on cell (or other dims), with cell_id, lat and lon."""
    ds = xr.Dataset(
        {name: described(*value) for name, value in variables.items()},
        coords={
            "cell_id": ("cell", CELL_ID),
            "lat": ("cell", np.linspace(44, 45, 4)),
            "lon": ("cell", np.full(4, -70.0)),
        },
    )
    return write_dataset(ds, path, region=region)


def domain(folder: Path, region="Test"):
    return cells(folder / "domain.nc", region, area=("cell", AREA))


def annual(path: Path, region="Test", seed=0, **extra):
    """Write an annual file that passes every check and serves the attribution."""
    rng = np.random.default_rng(seed)
    zero = ("cell", np.zeros(4))
    fields = {name: ("cell", rng.uniform(1, 5, 4)) for name in ("agb", "lai_max", "slow_carbon")}
    fields |= {name: ("cell", rng.uniform(0.1, 1, 4)) for name in ("fast_carbon",)}
    fields["structural_carbon"] = ("cell", np.ones(4))
    leaf = np.zeros((4, len(PFT_CODES)))
    leaf[[0, 1, 2, 3], [0, 4, 4, 12]] = 2.0
    fields["lai_pft"] = (("cell", "pft"), leaf)
    for name in ("water_residual_max", "water_residual_sum", "energy_residual_max"):
        fields[name] = zero
    for name in ("carbon_residual_max", "theta_below_theta_r", "theta_above_theta_s"):
        fields[name] = zero
    return cells(path, region, **(fields | extra))
