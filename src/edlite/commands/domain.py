"""`edlite domain`: the 30 arc-second cells of a region."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.files import write_dataset
from edlite.grid.domain import build_domain
from edlite.grid.regions import read_region


@click.command()
@click.option("--regions", "regions_path", type=Path, required=True, help="GeoJSON of polygons.")
@click.option("--region", required=True, help="Name of the region in the GeoJSON file.")
@params_option
@click.option("--out", type=Path, required=True, help="domain.nc")
def domain(regions_path: Path, region: str, params: dict, out: Path) -> None:
    """List the cells of a region on the global 30 arc-second grid."""
    ds = build_domain(read_region(regions_path, region), regions_path)
    write_dataset(
        ds,
        out,
        region=region,
        synthetic=bool(params.get("synthetic", False)),
        parameters=params,
        sources=[regions_path],
    )
