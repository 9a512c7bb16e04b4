"""Static inputs: shares, formats, and the readers of the real products."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from pyhdf.SD import SD

from edlite.demo.cells import block_cell_ids
from edlite.demo.hdfeos import pixel_numbers
from edlite.demo.inventory import inventory_tables
from edlite.demo.land_cover import land_cover
from edlite.demo.layout import lai_dates
from edlite.demo.modis import write_leaf_area
from edlite.demo.raster import albers_grid
from edlite.demo.soil_survey import mapunit_keys, mapunit_raster, survey_tables
from edlite.grid.grid import cell_area
from edlite.parameters import load_pft
from edlite.sources import fia, nlcd, ssurgo
from edlite.sources.hdfeos import GridFile
from edlite.sources.modis import open_lai, read_lai

REGIONS = ("Howland", "Harvard", "Duke", "Metolius", "Tonzi", "Walnut", "MOISST")


@pytest.mark.parametrize("region", REGIONS)
def test_land_cover_has_the_shares_of_the_recipe(recipe, region):
    grid = albers_grid(recipe, region)
    inside = land_cover(recipe, region, grid)[grid.inside]
    shares = recipe["regions"][region]["cover"]["classes"]
    for code, share in shares.items():  # whole pixels; the first class takes what is left
        assert (inside == code).mean() == pytest.approx(share, abs=len(shares) / inside.size)


def test_land_cover_file_covers_every_cell(recipe, walnut, walnut_cells):
    counts = nlcd.count_classes(walnut["nlcd"][0], walnut_cells)
    assert set(counts.key) <= set(recipe["regions"]["Walnut"]["cover"]["classes"])
    with rasterio.open(walnut["nlcd"][0]) as raster:
        assert raster.crs.to_epsg() == 5070 and raster.res == (30.0, 30.0)
        assert raster.dtypes == ("uint8",) and raster.tags()["synthetic"] == "1"
        assert "SYNTHETIC" in raster.tags()["TIFFTAG_IMAGEDESCRIPTION"]


def test_survey_opens_with_its_reader(recipe, walnut, walnut_cells):
    tables = ssurgo.read_tables(Path(walnut["soil_tables"][0]).parent)
    counts = ssurgo.count_mapunits(walnut["soil_raster"][0], walnut_cells)
    assert np.isin(counts.key, tables.mapunits).all()
    assert set(counts.key) == set(mapunit_keys(recipe, "Walnut"))
    assert tables.component["comppct_r"].groupby(tables.component["mukey"]).sum().eq(100).all()
    with rasterio.open(walnut["soil_raster"][0]) as raster:
        assert raster.dtypes == ("uint32",) and raster.crs.to_epsg() == 5070


def test_survey_shares_and_texture(recipe):
    grid = albers_grid(recipe, "Tonzi")
    keys = mapunit_raster(recipe, "Tonzi", grid)[grid.inside]
    units = recipe["regions"]["Tonzi"]["soil"]["units"]
    for key, unit in zip(mapunit_keys(recipe, "Tonzi"), units, strict=True):
        assert (keys == key).mean() == pytest.approx(unit["share"], abs=1e-3)
    horizons = survey_tables(recipe, "Tonzi")["chorizon"]
    total = horizons[["sandtotal_r", "silttotal_r", "claytotal_r"]].sum(axis=1)
    assert np.allclose(total, 100)
    moisture = horizons[["wfifteenbar_r", "wthirdbar_r", "wsatiated_r"]].to_numpy()
    assert np.all(np.diff(moisture, axis=1) > 0)


def test_map_units_of_regions_do_not_mix(recipe):
    keys = [key for region in REGIONS for key in mapunit_keys(recipe, region)]
    assert len(set(keys)) == len(keys) and min(keys) > 2**24


# percentages of the regional leaf area, Table 1 of Zhang et al. 2019, forest types above 5 %
TABLE_1 = {
    "Howland": {"LC": 51.4, "MHW": 16.9, "LHW": 12.6, "EHW": 11.5, "NP": 7.5},
    "Harvard": {"MHW": 40.4, "NP": 20.0, "LC": 16.2, "LHW": 14.3, "EHW": 9.0},
    "Duke": {"MHW": 38.8, "SP": 26.9, "EHW": 10.0, "LHW": 7.3},
    "Metolius": {"FR": 71.3, "WP": 26.2},
    "Tonzi": {"WP": 30.3, "WHW": 21.9, "FR": 5.2},
    "Walnut": {"NP": 17.2, "WP": 9.4},
    "MOISST": {"MHW": 21.0, "EHW": 7.7},
}


@pytest.mark.parametrize("region", REGIONS)
def test_leaf_area_of_the_stands_is_shared_as_in_table_1(recipe, region):
    trees = inventory_tables(recipe, region)["TREE"]
    trees = trees[(trees["STATUSCD"] == 1) & (trees["INVYR"] == 2009)]
    lookup = pd.read_csv(Path(fia.__file__).parents[1] / "tables/fia_species_pft.csv")
    lookup = lookup[lookup["level"] == "spcd"] if "spcd" in set(lookup["level"]) else lookup
    code = trees["SPCD"].map(dict(zip(lookup["spcd"], lookup["pft"], strict=True)))
    pft = load_pft().loc[code]
    dbh = np.minimum(2.54 * trees["DIA"].to_numpy(), pft["dbh_crit"].to_numpy())
    leaf = pft["b1_leaf"].to_numpy() / 2 * dbh ** pft["b2_leaf"].to_numpy() * pft["SLA"].to_numpy()
    lai = pd.Series(leaf * trees["TPA_UNADJ"].to_numpy() / 4046.856, index=code.to_numpy())
    share = 100 * lai.groupby(level=0).sum() / lai.sum()
    published = pd.Series(TABLE_1[region])
    among_these = 100 * published / published.sum()
    found = 100 * share[published.index] / share[published.index].sum()
    assert np.abs(found - among_these).max() < 9.0


def test_inventory_opens_with_its_reader_and_has_the_standard_design(walnut):
    tables = {Path(path).stem.split("_")[1]: pd.read_csv(path) for path in walnut["fia"]}
    tree, plot = tables["TREE"], tables["PLOT"]
    assert tree["PLT_CN"].isin(plot["CN"]).all() and plot["CN"].is_unique and tree["CN"].is_unique
    large = tree["DIA"] >= 5.0
    assert tree.loc[large, "TPA_UNADJ"].eq(6.018046).all()
    assert tree.loc[~large, "TPA_UNADJ"].eq(74.965282).all()
    assert tree["DIA"].min() >= 1.0 and set(tree["SUBP"]) == {1, 2, 3, 4}
    assert plot["PLOT"].duplicated().sum() == 1  # one plot was visited twice
    for table in tables.values():
        assert table["CREATED_BY"].eq("SYNTHETIC").all()


def test_leaf_area_granules(recipe, walnut, walnut_cells):
    granule = open_lai(walnut["lai"][1])
    assert granule.day == lai_dates(recipe, "Walnut")[1] == date(2013, 8, 13)
    place = recipe["regions"]["Walnut"]["place"]
    row, col = pixel_numbers(np.array([place["lat"]]), np.array([place["lon"]]), (8, 5))
    around = slice(int(row[0]) - 3, int(row[0]) + 4), slice(int(col[0]) - 3, int(col[0]) + 4)
    lai, valid = read_lai(granule, *around, "main")
    assert valid.all() and 0.1 < lai.mean() < 1.5
    lai, valid = read_lai(granule, slice(0, 50), slice(0, 50), "backup")
    assert not valid.any()  # the rest of the tile is fill
    file = SD(walnut["lai"][0])
    assert file.attributes()["synthetic"] == "1"
    assert file.datasets()["Lai_500m"][1] == (2400, 2400)
    file.end()


def test_pixel_numbers_agree_with_the_reader(walnut):
    with GridFile(walnut["lai"][0]) as file:
        lat, lon = file.grid.lat_lon(np.array([10, 1200]), np.array([2000, 3]))
    row, col = pixel_numbers(lat, lon, (8, 5))
    assert row.tolist() == [10, 1200] and col.tolist() == [2000, 3]


@pytest.mark.parametrize("i", [0, 1])
def test_phenology_granules(recipe, walnut, i):
    own, place = recipe["regions"]["Walnut"]["phenology"], recipe["regions"]["Walnut"]["place"]
    row, col = pixel_numbers(np.array([place["lat"]]), np.array([place["lon"]]), (8, 5))
    window = slice(int(row[0]) - 3, int(row[0]) + 4), slice(int(col[0]) - 3, int(col[0]) + 4)
    first = (date(recipe["years"][i], 1, 1) - date(1970, 1, 1)).days
    days = {}
    with GridFile(walnut["phenology"][i]) as file:
        for name in ("Greenup", "MidGreenup", "Senescence", "MidGreendown"):
            values = file.read(name, *window)
            assert np.all(values[:, :, 1] == 32767)  # no second cycle
            days[name] = values[:, :, 0].astype(int) - first + 1
    assert days["Greenup"].mean() == pytest.approx(own["greenup"], abs=3)
    assert days["Senescence"].mean() == pytest.approx(own["senescence"], abs=3)
    assert np.all(days["Greenup"] < days["MidGreenup"])
    assert np.all(days["Senescence"] < days["MidGreendown"])


def test_granules_are_the_same_bytes_wherever_they_are_written(recipe, walnut, tmp_path):
    grid = albers_grid(recipe, "Walnut")
    classes = land_cover(recipe, "Walnut", grid)
    one_date = copy.deepcopy(recipe)
    one_date["lai_years"] = one_date["lai_years"][:1]
    one_date["regions"]["Walnut"]["leaf_area"]["periods"] = [25]
    name = str(tmp_path / "deeper" / Path(walnut["lai"][0]).name)
    write_leaf_area(one_date, "Walnut", classes, grid, [name])
    assert Path(name).read_bytes() == Path(walnut["lai"][0]).read_bytes()


def test_maps_and_tables_are_deterministic(recipe):
    grid = albers_grid(recipe, "Duke")
    assert np.array_equal(land_cover(recipe, "Duke", grid), land_cover(recipe, "Duke", grid))
    keys = mapunit_raster(recipe, "Duke", grid)
    assert np.array_equal(keys, mapunit_raster(recipe, "Duke", grid))
    for name, table in inventory_tables(recipe, "Duke").items():
        pd.testing.assert_frame_equal(table, inventory_tables(recipe, "Duke")[name])


@pytest.mark.parametrize("region", ["Howland", "Tonzi"])
def test_maps_hold_the_whole_block(recipe, region):
    # Albers is equal-area: pixels inside the block times 900 m2 is the area of its cells
    grid = albers_grid(recipe, region)
    area = cell_area(block_cell_ids(recipe, region).ravel()).sum()
    assert 900 * grid.inside.sum() == pytest.approx(area, rel=0.01)
