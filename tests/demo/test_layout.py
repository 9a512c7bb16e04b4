"""Names of files, regions and flights."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from edlite.demo.cells import block_cell_ids, tower_cell
from edlite.demo.layout import demo_files, flight_times, modis_tiles, read_recipe
from edlite.errors import InputError
from edlite.grid.grid import cells_in_polygon
from edlite.grid.regions import read_regions

# number of snapshots, that of either year, in the caption of Figure 3 of Zhang et al. 2019
SNAPSHOTS = {
    "Howland": 21,
    "Harvard": 15,
    "Duke": 15,
    "Metolius": 14,
    "Tonzi": 9,
    "Walnut": 10,
    "MOISST": 17,
}


@pytest.mark.parametrize("year", [2013, 2014])
def test_number_of_flights_in_a_year_is_the_papers(recipe, year):
    assert {r: len(flight_times(recipe, r, [year])) for r in recipe["regions"]} == SNAPSHOTS


def test_flights_alternate_between_layouts_and_stop_with_the_run(recipe):
    files = demo_files("Walnut", recipe, "d")["airmoss"]
    assert [f[-3:] for f in files[:4]] == [".h5", ".nc", ".h5", ".nc"]
    assert len(demo_files("Walnut", recipe, "d", days=70)["airmoss"]) == 4  # two in each year
    assert demo_files("Walnut", recipe, "d", days=4)["airmoss"] == []


def test_years_that_are_not_run_are_not_observed(recipe):
    both = demo_files("Tonzi", recipe, "d")
    files = demo_files("Tonzi", recipe, "d", years=[2014])
    assert files["airmoss"] == both["airmoss"][SNAPSHOTS["Tonzi"] :]
    assert [path for path in both["probes"] if "-2014-" in path] == files["probes"]
    assert files["phenology"] == both["phenology"]  # made before any year is run
    with pytest.raises(InputError, match="2015"):
        demo_files("Tonzi", recipe, "d", years=[2014, 2015])


def test_paths_are_unique_and_under_the_directory(recipe):
    paths = [
        path
        for region in recipe["regions"]
        for product, found in demo_files(region, recipe, "root/x").items()
        for path in found
        if product not in ("forcing_manifest", "co2")
    ]
    assert len(set(paths)) == len(paths)
    assert all(path.startswith("root/x/") for path in paths)


def test_layout_imports_nothing_heavy():
    code = (
        "import sys, edlite.demo.layout; "
        "print([m for m in ('numpy', 'xarray', 'rasterio', 'h5py') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_modis_tile_of_known_places():
    # Harvard Forest is in h12v04 (MODIS land subsets, ORNL DAAC), Kendall in h08v05
    assert modis_tiles((-72.18, 42.53, -72.17, 42.54)) == [(12, 4)]
    assert modis_tiles((-109.95, 31.73, -109.94, 31.74)) == [(8, 5)]


@pytest.mark.parametrize("name", ["regions.geojson", "test-regions.geojson"])
def test_outlines_hold_cells_of_the_block_and_the_tower(recipe, project, name):
    for region in read_regions(project / "resources/demo" / name).values():
        cells = cells_in_polygon(region.polygon)
        block = block_cell_ids(recipe, region.name).ravel()
        assert np.isin(cells, block).all()
        assert cells.size == (16 if name == "regions.geojson" else 2)
        assert 0 <= tower_cell(recipe, region.name, cells, "cells") < cells.size


def test_a_recipe_may_extend_another(recipe, project):
    small = read_recipe(project / "resources/demo/test-recipe.yaml")
    assert len(demo_files("Walnut", small, "d", days=4)["airmoss"]) == 3
    assert small["regions"]["Walnut"]["climate"] == recipe["regions"]["Walnut"]["climate"]
    assert small["years"] == [2013]
    assert flight_times(small, "Tonzi") == flight_times(recipe, "Tonzi")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("year: 2013", "year is 2013.*years"),
        ("years: 2013", "years is 2013.*consecutive"),
        ("years: [2013, 2015]", "consecutive"),
        ("years: []", "consecutive"),
        ("seed: 1", "years"),
    ],
)
def test_years_are_a_list_under_one_key(tmp_path, text, message):
    path = tmp_path / "recipe.yaml"
    path.write_text(f"{text}\nregions: {{}}\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_recipe(path)


def test_unknown_region_and_unreadable_recipe(recipe, tmp_path):
    with pytest.raises(InputError, match="Atlantis"):
        demo_files("Atlantis", recipe, "d")
    bad = tmp_path / "bad.yaml"
    bad.write_text("regions: [1, 2", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.yaml: content"):
        read_recipe(bad)
    with pytest.raises(InputError, match="missing"):
        read_recipe(tmp_path / "none.yaml")
