"""`edlite sensitivity`: beta of every cell, year and of the region."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.analysis.daily import Period, period_days, read_daily, require_same_days
from edlite.analysis.jackknife import FlightBias, jackknife
from edlite.analysis.sensitivity import DAILY, sensitivity_dataset
from edlite.cli import params_option
from edlite.errors import InputError
from edlite.files import read_dataset, write_dataset

MASK_DELTA_THETA = 0.01  # m3 m-3


def mask_threshold(params: dict) -> float:
    """`sensitivity.mask_delta_theta` [m3 m-3]; raises InputError for a negative one."""
    section = params.get("sensitivity", {})
    unknown = set(section) - {"mask_delta_theta"}
    if unknown:
        raise InputError("--params", f"sensitivity.{sorted(unknown)[0]}", None, "mask_delta_theta")
    value = section.get("mask_delta_theta", MASK_DELTA_THETA)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise InputError("--params", "sensitivity.mask_delta_theta", value, "0 or more, below 1")
    return float(value)


@click.command()
@click.option("--native", type=Path, multiple=True, required=True, help="{year}_daily.nc")
@click.option("--blended", type=Path, multiple=True, required=True, help="{year}_daily.nc")
@click.option("--perfect", type=Path, multiple=True, help="{year}_daily.nc of the perfect run")
@click.option("--jackknife", "bias", type=Path, multiple=True, help="bias/{tile}.nc of all tiles")
@click.option("--soil", type=Path, help="soil.nc, with --jackknife")
@click.option("--domain", type=Path, required=True, help="domain.nc")
@params_option
@click.option("--out", type=Path, required=True, help="sensitivity.nc")
def sensitivity(
    native: tuple[Path, ...],
    blended: tuple[Path, ...],
    perfect: tuple[Path, ...],
    bias: tuple[Path, ...],
    soil: Path | None,
    domain: Path,
    params: dict,
    out: Path,
) -> None:
    """Sensitivity of carbon fluxes to soil moisture (sections `sensitivity` and `period`)."""
    if bias and soil is None:
        raise InputError("command line", "--soil", None, "soil.nc where --jackknife is given")
    threshold, period = mask_threshold(params), Period.from_params(params)
    cells = read_dataset(domain, ("area", "cell_id", "lat", "lon"))
    cell_id, area = cells["cell_id"].values, cells["area"].values.astype(float)
    runs = {}
    for name, paths in (("native", native), ("blended", blended), ("perfect", perfect)):
        runs[name] = read_daily(paths, DAILY, cell_id) if paths else None
        if paths:
            require_same_days(paths[0], runs[name], runs["native"])
    flights = FlightBias.read(bias, soil, cell_id) if bias else None
    ds = sensitivity_dataset(
        runs["native"], runs["blended"], area, period, threshold, runs["perfect"]
    )
    if flights is not None:
        days = period_days(runs["native"], period, native[0])
        errors = jackknife(runs["native"], runs["blended"], days, area, flights, threshold)
        ds = ds.merge(errors, combine_attrs="no_conflicts")
    ds = ds.assign_coords(lat=("cell", cells["lat"].values), lon=("cell", cells["lon"].values))
    write_dataset(
        ds,
        out,
        region=str(cells.attrs.get("region", "")),
        synthetic=bool(params.get("synthetic", False)),
        parameters=params,
        sources=[*native, *blended, *perfect, *bias, domain],
    )
