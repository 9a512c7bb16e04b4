"""`edlite demo-region`: static inputs of a synthetic region, in the formats of real products."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.demo.recipe import load_recipe
from edlite.demo.region import write_region


@click.command()
@click.option("--recipe", type=Path, required=True, help="Recipe of the demo (YAML).")
@click.option("--region", required=True, help="Region of the recipe.")
@params_option
@click.option("--out", type=Path, required=True, help="Root of the demo's files.")
def demo_region(recipe: Path, region: str, params: dict, out: Path) -> None:
    """Write synthetic land cover, soil survey, forest inventory, leaf area and phenology."""
    write_region(load_recipe(recipe, [region]), region, out)
