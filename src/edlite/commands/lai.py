"""`edlite lai`: leaf area of the cells."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.files import write_dataset
from edlite.grid.domain import read_domain
from edlite.initial.inputs import read_cover
from edlite.initial.leaf_area import build_leaf_area, read_granules
from edlite.initial.options import LaiOptions


@click.command()
@click.option("--domain", "domain_path", type=Path, required=True, help="domain.nc")
@click.option("--cover", "cover_path", type=Path, required=True, help="cover.nc")
@click.option(
    "--granule",
    "granules",
    type=Path,
    multiple=True,
    help="MODIS leaf area granules (HDF4-EOS); none: the defaults of the section lai.",
)
@params_option
@click.option("--out", type=Path, required=True, help="lai.nc")
def lai(
    domain_path: Path, cover_path: Path, granules: tuple[Path, ...], params: dict, out: Path
) -> None:
    """Mean of the yearly maxima of leaf area, by cell and for grassland and cropland."""
    options = LaiOptions.from_params(params)
    domain = read_domain(domain_path)
    fraction = read_cover(cover_path, domain)["fraction"].values
    opened = read_granules(granules, options.years) if granules else []
    write_dataset(
        build_leaf_area(domain, fraction, opened, options),
        out,
        region=domain.attrs.get("region", ""),
        synthetic=bool(params.get("synthetic", False)),
        parameters=params,
        sources=[domain_path, cover_path, *granules],
    )
