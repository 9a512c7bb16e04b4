"""`edlite demo-forcing`: synthetic hourly forcing and CO2 for the demo."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.demo.nldas import write_forcing
from edlite.demo.recipe import load_recipe


@click.command()
@click.option("--recipe", type=Path, required=True, help="Recipe of the demo (YAML).")
@click.option("--region", multiple=True, help="Region of the recipe; all if none is named.")
@params_option
@click.option("--out", type=Path, required=True, help="Root of the demo's files.")
def demo_forcing(recipe: Path, region: tuple[str, ...], params: dict, out: Path) -> None:
    """Write synthetic NLDAS-2 granules, their manifest and a CO2 record."""
    write_forcing(load_recipe(recipe, region), out, region)
