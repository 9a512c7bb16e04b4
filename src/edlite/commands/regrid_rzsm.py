"""`edlite regrid-rzsm`: radar soil moisture of a year on the cells of a region."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.assimilation.regrid import RzsmOptions, regrid_flights
from edlite.cli import params_option
from edlite.files import write_dataset
from edlite.grid.domain import read_domain


@click.command("regrid-rzsm")
@click.option("--domain", "domain_path", type=Path, required=True, help="domain.nc")
@click.option("--flight", type=Path, multiple=True, help="Snapshots (HDF5 or netCDF-4).")
@click.option("--year", type=int, required=True)
@params_option
@click.option("--out", type=Path, required=True, help="rzsm/{year}.nc")
def regrid_rzsm(
    domain_path: Path, flight: tuple[Path, ...], year: int, params: dict, out: Path
) -> None:
    """Average the retrievals of a year over 30 arc-second cells; other years are skipped."""
    options = RzsmOptions.from_params(params.get("rzsm", {}))
    domain = read_domain(domain_path)
    write_dataset(
        regrid_flights(domain, flight, year, options),
        out,
        region=domain.attrs.get("region", ""),
        synthetic=bool(params.get("synthetic", False)),
        parameters=params,
        sources=[domain_path, *flight],
    )
