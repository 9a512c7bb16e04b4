"""The example of docs/howto/rhode-island.md on part of its region, from real files."""

import json

import numpy as np
import pytest
import xarray as xr

from edlite.cli import main
from edlite.grid.regions import read_region
from edlite.initial.allometry import Allometry, basal_area
from edlite.parameters import PFT_CODES


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main([str(a) for a in arguments])
    assert stop.value.code == 0


@pytest.fixture
def example(project):
    return project / "config/examples/rhode-island"


def test_example_is_usable(example):
    region = read_region(example / "regions.geojson", "RhodeIsland")
    assert region.polygon.area == pytest.approx(0.34 * 0.60)
    params = json.loads((example / "params.json").read_text())
    assert set(params["initial"]["grass_pft"]) == set(params["initial"]["crop_pft"])
    assert set(params["initial"]["grass_pft"]) == {region.name}


@pytest.mark.shared
def test_initial_state_of_central_rhode_island(shared, example, tmp_path):
    regions = json.loads((example / "regions.geojson").read_text())
    west, south, east, north = -71.72, 41.70, -71.50, 41.85
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    regions["features"][0]["geometry"]["coordinates"] = [ring]
    (tmp_path / "regions.geojson").write_text(json.dumps(regions))
    params = ("--params", (example / "params.json").read_text())
    path = {n: tmp_path / f"{n}.nc" for n in ("domain", "cover", "lai", "forest", "state", "tiles")}
    domain = ("--domain", path["domain"])
    place = ("--regions", tmp_path / "regions.geojson", "--region", "RhodeIsland")
    run("domain", *place, "--out", path["domain"])
    nlcd = shared / "data/nlcd/nlcd_rhode_island_mercator_30m.tif"
    run("cover", *domain, "--nlcd", nlcd, "--out", path["cover"])
    run("lai", *domain, "--cover", path["cover"], *params, "--out", path["lai"])
    tables = sorted((shared / "data/fia").glob("*.csv"))
    run("forest", *domain, "--fia", *tables, *params, "--out", path["forest"])
    inputs = [part for n in ("cover", "lai", "forest") for part in (f"--{n}", path[n])]
    out = ("--out", path["state"], "--tiles", path["tiles"])
    run("initial-state", *domain, *inputs, *params, *out)

    with xr.open_dataset(path["state"], engine="netcdf4") as ds:
        state = ds.load()
    n_cell, n_patch = state.sizes["cell"], state.sizes["patch"]
    cell, cover, area = (state[n].values for n in ("cell_index", "cover", "area"))
    np.testing.assert_allclose(np.bincount(cell, area, n_cell), 1.0, rtol=1e-12)
    assert np.bincount(cell).max() <= 8
    assert np.bincount(state["patch_index"]).max() <= 12
    forest = cover == 3
    assert 0.6 < area[forest].sum() / n_cell < 0.9
    lai = state["n"] * Allometry().leaf_area(state["pft"], state["dbh"])
    of_patch = np.bincount(state["patch_index"], lai, n_patch)
    basal = 1e4 * np.bincount(state["patch_index"], state["n"] * basal_area(state["dbh"]), n_patch)
    # the survey's mean basal area of Rhode Island's forest is about 27 m2 ha-1
    assert 24 < np.average(basal[forest], weights=area[forest]) < 33
    assert 2.5 < np.average(of_patch[forest], weights=area[forest]) < 5.0
    assert state.attrs["forest_basal_area"] == pytest.approx(
        state.attrs["forest_basal_area_inventory"], rel=1e-9
    )
    assert state.attrs["forest_lai"] == pytest.approx(state.attrs["forest_lai_inventory"], rel=0.01)
    np.testing.assert_allclose(of_patch[cover == 1], 1.0)
    np.testing.assert_allclose(of_patch[cover == 2], 2.5)
    share = np.bincount(state["pft"], lai * area[state["patch_index"]], len(PFT_CODES))
    assert PFT_CODES[int(np.argmax(share))] == "MHW"  # oaks and red maple
    assert share[[8, 9]].sum() == 0  # nothing of the west
    # soil carbon: short tons per acre of the tables, 24 to 50 for soils, 2 to 16 for litter
    assert state["structural_carbon"].values[forest].min() > 23.6 * 0.224
    assert state["structural_carbon"].values[forest].max() < 49.9 * 0.2242
    assert state["fast_carbon"].values[forest].min() > 1.8 * 0.224
    with xr.open_dataset(path["tiles"], engine="netcdf4") as tiles:
        assert set(tiles["tile"].values) == set(range(8))
