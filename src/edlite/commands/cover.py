"""`edlite cover`: land-cover fractions of the cells."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.files import write_dataset
from edlite.grid.domain import read_domain
from edlite.initial.cover import build_cover, cover_of_class
from edlite.sources.nlcd import count_classes


@click.command()
@click.option("--domain", "domain_path", type=Path, required=True, help="domain.nc")
@click.option("--nlcd", type=Path, required=True, help="NLCD raster (GeoTIFF, any CRS).")
@params_option
@click.option("--out", type=Path, required=True, help="cover.nc")
def cover(domain_path: Path, nlcd: Path, params: dict, out: Path) -> None:
    """Count land-cover classes in each cell and group them into the covers of the model."""
    options = params.get("cover", {})
    cover_of_class(options)
    domain = read_domain(domain_path)
    counts = count_classes(nlcd, domain["cell_id"].values)
    write_dataset(
        build_cover(domain, counts, options, nlcd),
        out,
        region=domain.attrs.get("region", ""),
        synthetic=bool(params.get("synthetic", False)),
        parameters=params,
        sources=[domain_path, nlcd],
    )
