"""`edlite soil`: soil of the cells from the soil survey."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.files import write_dataset
from edlite.grid.domain import read_domain
from edlite.soil.build import SoilOptions, build_soil
from edlite.sources.ssurgo import count_mapunits, read_tables


@click.command()
@click.option("--domain", "domain_path", type=Path, required=True, help="domain.nc")
@click.option("--mukey", type=Path, required=True, help="Map units: raster of keys, or polygons.")
@click.option("--tables", type=Path, required=True, help="Folder with the SSURGO tables.")
@params_option
@click.option("--out", type=Path, required=True, help="soil.nc")
def soil(domain_path: Path, mukey: Path, tables: Path, params: dict, out: Path) -> None:
    """Average the soil survey over each cell and derive hydraulic and thermal properties."""
    options = SoilOptions.from_config(params.get("soil", {}))
    domain = read_domain(domain_path)
    survey = read_tables(tables)
    counts = count_mapunits(mukey, domain["cell_id"].values)
    write_dataset(
        build_soil(domain, counts, survey, options, mukey),
        out,
        region=domain.attrs.get("region", ""),
        synthetic=bool(params.get("synthetic", False)),
        parameters=params,
        sources=[domain_path, mukey, tables],
    )
