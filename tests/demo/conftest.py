"""The demo's recipe, one region of its files, and a made-up truth run."""

from __future__ import annotations

import pytest

from edlite.demo.cells import block_cell_ids
from edlite.demo.layout import demo_files
from edlite.demo.recipe import load_recipe
from edlite.demo.region import write_region


@pytest.fixture(scope="session")
def recipe_path(project):
    return project / "resources/demo/recipe.yaml"


@pytest.fixture(scope="session")
def recipe(recipe_path):
    return load_recipe(recipe_path)


@pytest.fixture(scope="session")
def walnut(recipe, tmp_path_factory):
    """Static files of one region, by product."""
    root = tmp_path_factory.mktemp("demo")
    write_region(recipe, "Walnut", root)
    return demo_files("Walnut", recipe, root)


@pytest.fixture
def walnut_cells(recipe):
    return block_cell_ids(recipe, "Walnut").ravel()
