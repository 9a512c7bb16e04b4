"""Initial state of a small region: areas, leaf area, soil carbon, order, errors, the command."""

import json

import numpy as np
import pytest
import xarray as xr

from edlite.cli import main
from edlite.errors import InputError
from edlite.files import write_dataset
from edlite.initial.allometry import Allometry, basal_area
from edlite.initial.soil_carbon import cell_soil_carbon
from edlite.parameters import COVERS, PFT_CODES
from edlite.sources import fia
from helpers.fia_files import key, table, three_plots, write_tables
from helpers.region_files import make_domain, write_cover, write_domain

DOMAIN = make_domain(42.57, -72.20)
N_CELL = DOMAIN.sizes["cell"]
CELL = {n: DOMAIN[n] for n in ("lat", "lon", "cell_id")}
PARAMS = {
    "initial": {"grass_pft": {"Test": "DC3"}, "crop_pft": {"Test": "CRC4"}},
    "n_tile": 3,
    "synthetic": True,
}
TON = fia.SHORT_TON_PER_ACRE


@pytest.fixture
def folder(tmp_path):
    """Files of a region: 3 x 4 cells, 12 distinct covers, three plots of four subplots."""
    write_domain(tmp_path / "domain.nc", DOMAIN)
    rng = np.random.default_rng(5)
    fraction = rng.dirichlet([1, 1, 1, 2], N_CELL)
    fraction[0] = [0, 0, 0, 1]
    fraction[1] = [1, 0, 0, 0]
    fraction[2] = [0.001, 0.3, 0.002, 0.697]
    write_cover(tmp_path / "cover.nc", DOMAIN, fraction)
    lai_cover = np.full((N_CELL, len(COVERS)), np.nan)
    lai_cover[:, 1], lai_cover[:, 2] = 1.4, 2.6
    attrs = {"units": "m2 m-2", "long_name": "leaf area"}
    lai = xr.Dataset({"lai_cover": (("cell", "cover"), lai_cover, attrs)}, coords=CELL)
    write_dataset(lai, tmp_path / "lai.nc", region="Test")
    carbon = 4.0 + np.arange(N_CELL)
    attrs = {"units": "kg m-2", "long_name": "organic carbon"}
    soil = xr.Dataset({"organic_carbon": ("cell", carbon, attrs)}, coords=CELL)
    write_dataset(soil, tmp_path / "soil.nc", region="Test")
    tables = three_plots()
    trees = [
        {"PLT_CN": key(i), "SUBP": s, "SPCD": int(spcd), "DIA": float(dia)}
        for i in (1, 2, 3)
        for s in (1, 2, 3, 4)
        if (i, s) != (3, 4)  # a forested subplot without trees
        for spcd, dia in zip(
            rng.choice([316, 129, 833, 261, 318], 6), rng.uniform(5, 14, 6), strict=True
        )
    ]
    paths = write_tables(tmp_path, **(tables | {"TREE": table("TREE", *trees)}))
    run(
        "forest",
        "--domain",
        tmp_path / "domain.nc",
        "--out",
        tmp_path / "forest.nc",
        "--fia",
        *paths,
    )
    return tmp_path


def run(*arguments, code=0):
    with pytest.raises(SystemExit) as stop:
        main([str(a) for a in arguments])
    assert stop.value.code == code


def initial_state(folder, params=PARAMS, code=0, soil=True, **paths):
    names = {n: folder / f"{n}.nc" for n in ("domain", "cover", "lai", "forest")} | paths
    options = [part for n, p in names.items() for part in (f"--{n}", p)]
    if soil:
        options += ["--soil", folder / "soil.nc"]
    options += ["--params", json.dumps(params)]
    run(
        "initial-state",
        *options,
        "--out",
        folder / "state.nc",
        "--tiles",
        folder / "t.nc",
        code=code,
    )
    if code == 0:
        with xr.open_dataset(folder / "state.nc", engine="netcdf4") as ds:
            return ds.load()
    return None


def test_areas_order_and_limits(folder):
    ds = initial_state(folder)
    cell, cover = ds["cell_index"].values, ds["cover"].values
    assert (np.diff(cell) >= 0).all()
    np.testing.assert_allclose(np.bincount(cell, ds["area"]), 1.0, rtol=1e-12)
    assert np.bincount(cell).max() <= 8
    per_patch = np.bincount(ds["patch_index"], minlength=cell.size)
    assert per_patch.max() <= 12
    assert (per_patch[cover == 0] == 0).all()
    assert (per_patch[(cover == 1) | (cover == 2)] > 0).all()
    patch, height = ds["patch_index"].values, ds["height"].values
    assert (np.diff(patch) >= 0).all()
    assert (np.diff(height)[np.diff(patch) == 0] <= 0).all()
    with xr.open_dataset(folder / "cover.nc", engine="netcdf4") as given:
        fraction = given["fraction"].values
    for index in range(4):
        area = np.bincount(cell[cover == index], ds["area"].values[cover == index], N_CELL)
        full = fraction.min(axis=1) > 0.005
        np.testing.assert_allclose(area[full], fraction[full, index], rtol=1e-12)
    # shares of 0.001 and 0.002 are left out, the rest is scaled up
    np.testing.assert_allclose(ds["area"].values[(cell == 2) & (cover == 1)], 0.3 / 0.997)
    assert set(cover[cell == 2]) == {1, 3}
    assert set(cover[cell == 1]) == {0}
    assert (cell == 0).sum() == 8


def test_leaf_area_and_basal_area(folder):
    ds = initial_state(folder)
    allometry = Allometry()
    lai = ds["n"].values * allometry.leaf_area(ds["pft"].values, ds["dbh"].values)
    assert lai.max() <= 1.0 + 1e-9
    n_patch = ds.sizes["patch"]
    of_patch = np.bincount(ds["patch_index"], lai, n_patch)
    cover = ds["cover"].values
    np.testing.assert_allclose(of_patch[cover == 1], 1.4)
    np.testing.assert_allclose(of_patch[cover == 2], 2.6)
    pft = {
        i: {PFT_CODES[k] for k in np.unique(ds["pft"][cover[ds["patch_index"]] == i])}
        for i in (1, 2)
    }
    assert pft == {1: {"DC3"}, 2: {"CRC4"}}
    # basal area of the forest of a cell is the mean of its subplots' trees, in every cell
    with xr.open_dataset(folder / "forest.nc", engine="netcdf4") as forest:
        expected = float((forest["n"] * basal_area(forest["dbh"])).sum()) / 12
    area = np.bincount(ds["patch_index"], ds["n"] * basal_area(ds["dbh"]), n_patch)
    forest = cover == 3
    total = np.bincount(ds["cell_index"][forest], (area * ds["area"])[forest], N_CELL)
    share = np.bincount(ds["cell_index"][forest], ds["area"][forest], N_CELL)
    np.testing.assert_allclose(total[share > 0] / share[share > 0], expected, rtol=1e-12)
    assert ds.attrs["forest_basal_area"] == pytest.approx(expected, rel=1e-12)
    assert ds.attrs["forest_lai"] == pytest.approx(ds.attrs["forest_lai_inventory"], rel=0.03)


def test_soil_carbon(folder):
    ds = initial_state(folder)
    forest = (ds["cover"] == 3).values
    np.testing.assert_allclose(ds["fast_carbon"][forest], 5.0 * TON)
    np.testing.assert_allclose(ds["structural_carbon"][forest], 30.0 * TON)
    with xr.open_dataset(folder / "cover.nc", engine="netcdf4") as cover:
        weight = cover["fraction"].values[:, 3] * DOMAIN["area"].values
    survey = 4.0 + np.arange(N_CELL)
    ratio = 30.0 * TON / np.average(survey, weights=weight)
    assert ds.attrs["survey_carbon_ratio"] == pytest.approx(ratio)
    other = ~forest
    structural = ds["structural_carbon"].values[other]
    np.testing.assert_allclose(structural, ratio * survey[ds["cell_index"][other]])
    np.testing.assert_allclose(ds["fast_carbon"].values[other], 0.05 * structural)
    np.testing.assert_array_equal(ds["structural_lignin"], ds["structural_carbon"])
    assert (ds["slow_carbon"] == 0).all()
    without = initial_state(folder, soil=False)
    np.testing.assert_allclose(without["structural_carbon"], 30.0 * TON)
    assert np.isnan(without.attrs["survey_carbon_ratio"])


def test_soil_carbon_of_plots_without_a_value():
    nearest = xr.DataArray([[0, 1], [1, 2], [2, 2]], dims=("cell", "neighbour"))
    forest = xr.Dataset(
        {
            "litter_carbon": ("plot", [1.0, 3.0, np.nan]),
            "soil_organic_carbon": ("plot", [4.0, 8.0, np.nan]),
            "nearest_plot": nearest,
        }
    )
    survey = np.array([2.0, np.nan, 5.0])
    carbon = cell_soil_carbon(forest, survey, np.ones(3), 0.1, "forest.nc")
    np.testing.assert_allclose(carbon.forest_fast, [2.0, 3.0, 2.0])
    np.testing.assert_allclose(carbon.forest_structural, [6.0, 8.0, 6.0])
    assert carbon.survey_ratio == pytest.approx(12.0 / 7.0)
    np.testing.assert_allclose(carbon.other_structural, [24.0 / 7.0, 8.0, 60.0 / 7.0])
    np.testing.assert_allclose(carbon.other_fast, 0.1 * carbon.other_structural)
    forest["litter_carbon"][:] = np.nan
    with pytest.raises(InputError, match="litter_carbon"):
        cell_soil_carbon(forest, survey, np.ones(3), 0.1, "forest.nc")


def test_tiles_follow_the_configuration(folder):
    initial_state(folder)
    with xr.open_dataset(folder / "t.nc", engine="netcdf4") as tiles:
        assert tiles.attrs["n_tile"] == 3
        assert set(tiles["tile"].values) == {0, 1, 2}
        assert tiles.attrs["synthetic"] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"grass_pft": {}}, "initial.grass_pft.Test"),
        ({"grass_pft": {"Test": "MHW"}}, "initial.grass_pft.Test"),
        ({"crop_pft": {"Test": "DC3"}}, "initial.crop_pft.Test"),
        ({"max_patches": 0}, "initial.max_patches"),
        ({"max_cohorts": 2}, "initial.max_cohorts"),
        ({"dbh_class": 0}, "initial.dbh_class"),
        ({"cohorts": 3}, "initial.cohorts"),
    ],
)
def test_unusable_settings(folder, capsys, change, message):
    initial_state(folder, PARAMS | {"initial": PARAMS["initial"] | change}, code=2)
    assert message in capsys.readouterr().err
    assert not (folder / "state.nc").exists()
    assert not (folder / "t.nc").exists()


def test_unusable_files(folder, capsys):
    def refused(message, **paths):
        initial_state(folder, code=2, **paths)
        assert message in capsys.readouterr().err
        assert not (folder / "state.nc").exists()

    refused("missing", lai=folder / "absent.nc")
    refused("lai_cover", lai=folder / "cover.nc")
    other = make_domain(40.0, -90.0)
    refused("cell_id", domain=write_domain(folder / "other.nc", other))
    refused("sums off", cover=write_cover(folder / "half.nc", DOMAIN, [0, 0.2, 0.2, 0.2]))
    initial_state(folder, PARAMS | {"n_tile": 13}, code=2)
    assert "n_tile" in capsys.readouterr().err
    with xr.open_dataset(folder / "forest.nc", engine="netcdf4") as ds:
        broken = ds.load()
    broken["dbh"][3] = -1.0
    path = write_dataset(broken, folder / "broken.nc", region="Test")
    refused("dbh is", forest=path)
