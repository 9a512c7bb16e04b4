"""`edlite forest`: inventory plots for the forest of the cells."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.files import write_dataset
from edlite.grid.domain import read_domain
from edlite.initial.forest import build_forest
from edlite.initial.options import ForestOptions
from edlite.sources.fia import find_tables


@click.command()
@click.option("--domain", "domain_path", type=Path, required=True, help="domain.nc")
@click.option(
    "--fia",
    "paths",
    type=Path,
    multiple=True,
    required=True,
    help="FIA tables: *_PLOT.csv, *_COND.csv, *_TREE.csv; if at hand *_SUBP_COND.csv and "
    "REF_SPECIES.csv. Others are passed over.",
)
@params_option
@click.option("--out", type=Path, required=True, help="forest.nc")
def forest(domain_path: Path, paths: tuple[Path, ...], params: dict, out: Path) -> None:
    """Nearest inventory plots of each cell, their trees and soil carbon."""
    options = ForestOptions.from_params(params)
    domain = read_domain(domain_path)
    write_dataset(
        build_forest(domain, find_tables(paths), options),
        out,
        region=domain.attrs.get("region", ""),
        synthetic=bool(params.get("synthetic", False)),
        parameters=params,
        sources=[domain_path, *paths],
    )
