"""`edlite demo-truth`: the hidden soils of the demo's truth run."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.demo.recipe import load_recipe
from edlite.demo.truth import hidden_soil
from edlite.files import read_dataset, write_dataset

REQUIRED = ("cell_id", "sand", "clay", "texture_class", "n_layer", "theta_s")


@click.command()
@click.option("--recipe", "recipe_path", type=Path, required=True, help="Recipe of the demo.")
@click.option("--region", required=True, help="Region of the recipe.")
@click.option("--soil", "soil_path", type=Path, required=True, help="soil.nc of the region")
@params_option
@click.option("--out", type=Path, required=True, help="truth/soil.nc")
def demo_truth(recipe_path: Path, region: str, soil_path: Path, params: dict, out: Path) -> None:
    """Add the error of the soil survey to the soils of a region."""
    recipe = load_recipe(recipe_path, [region])
    soil = read_dataset(soil_path, required=REQUIRED)
    write_dataset(
        hidden_soil(recipe, region, soil, soil_path),
        out,
        region=region,
        synthetic=True,
        parameters={**params, "truth": recipe["truth"], "seed": recipe["seed"]},
        sources=[recipe_path, soil_path],
    )
