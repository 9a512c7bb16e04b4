"""`edlite phenology`: dates of leaf flush and colour of one year."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.files import write_dataset
from edlite.grid.domain import read_domain
from edlite.initial.options import PhenologyOptions
from edlite.initial.phenology import build_phenology
from edlite.sources.modis_phenology import open_phenology


@click.command()
@click.option("--domain", "domain_path", type=Path, required=True, help="domain.nc")
@click.option(
    "--granule",
    "granules",
    type=Path,
    multiple=True,
    help="MCD12Q2 granules (HDF4-EOS) or AppEEARS GeoTIFFs; none: the section's default dates.",
)
@click.option("--year", type=int, required=True, help="Year of the dates.")
@params_option
@click.option("--out", type=Path, required=True, help="phenology/{year}.nc")
def phenology(
    domain_path: Path, granules: tuple[Path, ...], year: int, params: dict, out: Path
) -> None:
    """Dates of leaf flush and colour of the cells, and the curves through them."""
    options = PhenologyOptions.from_params(params)
    domain = read_domain(domain_path)
    sources = open_phenology(granules, year) if granules else []
    write_dataset(
        build_phenology(domain, sources, options).assign_attrs(year=year),
        out,
        region=domain.attrs.get("region", ""),
        synthetic=bool(params.get("synthetic", False)),
        parameters=params,
        sources=[domain_path, *granules],
    )
