"""`edlite forcing`: the hourly forcing of a year for every region."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.errors import InputError
from edlite.files import write_dataset
from edlite.forcing.build import ForcingOptions, build_forcing
from edlite.forcing.manifest import read_manifest
from edlite.grid.domain import read_domain
from edlite.sources.co2 import read_monthly


def named_paths(items: tuple[str, ...], option: str) -> dict[str, Path]:
    """`NAME=PATH` arguments as a mapping; raises InputError for others and for names twice."""
    paths: dict[str, Path] = {}
    for item in items:
        name, equals, path = item.partition("=")
        if not (name and equals and path) or name in paths:
            raise InputError(option, "argument", item, "NAME=FILE, each name once")
        paths[name] = Path(path)
    return paths


@click.command()
@click.option("--manifest", type=Path, required=True, help="manifest.csv of the granules.")
@click.option("--co2", type=Path, required=True, help="Monthly CO2 of NOAA, text or CSV.")
@click.option("--year", type=int, required=True)
@click.option("--region", multiple=True, required=True, help="NAME=domain.nc, for every region.")
@params_option
@click.option("--out", multiple=True, required=True, help="NAME=forcing.nc, for every region.")
def forcing(manifest: Path, co2: Path, year: int, region, params: dict, out) -> None:
    """Cut all regions out of the granules of a year in one pass."""
    domains, outputs = named_paths(region, "--region"), named_paths(out, "--out")
    if domains.keys() != outputs.keys():
        raise InputError("--out", "names", sorted(outputs), f"the regions {sorted(domains)}")
    options = ForcingOptions.from_params(params.get("forcing", {}))
    datasets = build_forcing(
        read_manifest(manifest),
        manifest,
        {name: read_domain(path) for name, path in domains.items()},
        read_monthly(co2),
        co2,
        year,
        options,
    )
    for name, ds in datasets.items():
        write_dataset(
            ds,
            outputs[name],
            region=name,
            synthetic=bool(params.get("synthetic", False)),
            parameters=params,
            sources=[manifest, co2, domains[name]],
        )
