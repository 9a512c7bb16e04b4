"""`edlite demo-observe`: what the demo's instruments see of the truth run."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.demo.observe import write_observations
from edlite.demo.recipe import load_recipe
from edlite.files import read_dataset
from edlite.grid.domain import read_domain


@click.command()
@click.option("--recipe", type=Path, required=True, help="Recipe of the demo (YAML).")
@click.option("--region", required=True, help="Region of the recipe.")
@click.option("--domain", type=Path, required=True, help="domain.nc")
@click.option("--soil", type=Path, required=True, help="Soil of the truth run.")
@click.option("--forcing", type=Path, multiple=True, required=True, help="forcing/{year}.nc")
@click.option("--truth", type=Path, multiple=True, required=True, help="Hourly files of the truth.")
@params_option
@click.option("--out", type=Path, required=True, help="Root of the demo's files.")
def demo_observe(
    recipe: Path,
    region: str,
    domain: Path,
    soil: Path,
    forcing: tuple[Path, ...],
    truth: tuple[Path, ...],
    params: dict,
    out: Path,
) -> None:
    """Write synthetic radar snapshots, soil probes and the tower record of a region."""
    write_observations(
        load_recipe(recipe, [region]),
        region,
        read_domain(domain),
        read_dataset(soil, required=("cell_id", "n_layer")),
        list(truth),
        list(forcing),
        out,
        params.get("days"),
    )
