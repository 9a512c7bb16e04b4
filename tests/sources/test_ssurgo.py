"""Soil survey files: layouts that are read alike, and broken ones."""

import numpy as np
import pandas as pd
import pytest
import shapely

from edlite.errors import InputError
from edlite.grid import grid
from edlite.sources.ssurgo import count_mapunits, read_tables
from survey_tables import write_dotted_csv, write_native


def test_layouts_give_the_same_tables(tmp_path):
    plain = read_tables(write_native(tmp_path / "a", header=True))
    bare = read_tables(write_native(tmp_path / "b", header=False))
    dotted = read_tables(write_dotted_csv(tmp_path / "c"))
    assert plain.component.shape == (5, 3)
    assert plain.mapunits.tolist() == [1, 2, 3, 4]
    for other in (bare, dotted):
        for name in ("component", "chorizon", "corestrictions", "chfrags", "muaggatt"):
            pd.testing.assert_frame_equal(getattr(plain, name), getattr(other, name))


def test_survey_areas_are_joined_and_repeated_rows_dropped(tmp_path):
    write_native(tmp_path / "one", header=True)
    write_native(tmp_path / "two" / "tabular", header=False)
    both = read_tables(tmp_path)
    assert len(both.component) == 5
    assert len(both.chfrags) == 2  # two size classes of the same volume in one horizon


def test_escaped_quotes_of_the_other_export(tmp_path):
    folder = write_native(tmp_path, header=True)
    path = folder / "comp.txt"
    path.write_text(path.read_text().replace('""Beta""', r"\"Beta\""))
    assert read_tables(folder).component["cokey"].tolist() == [11, 12, 13, 21, 31]


def replace(folder, name, old, new):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("chorizon.txt", '"claytotal_r"', '"clay"', "column claytotal_r"),
        ("chorizon.txt", "60.0|30.0|10.0", "160.0|30.0|10.0", "sandtotal_r is 160"),
        ("chorizon.txt", '"A"|10|30', '"A"|10|3', "hzdepb_r of horizon 102"),
        ("chorizon.txt", "60.0|30.0|10.0", '"much"|30.0|10.0', "sandtotal_r is 'much'"),
        ("chorizon.txt", "21|201", "99|201", "cokey is 99"),
        ("chorizon.txt", "21|201", "|201", "key in every row"),
        ("comp.txt", "1|11|60", "1|11|600", "comppct_r is 600"),
    ],
)
def test_broken_tables(tmp_path, name, old, new, message):
    folder = write_native(tmp_path, header=True)
    replace(folder, name, old, new)
    with pytest.raises(InputError, match=message) as error:
        read_tables(folder)
    assert error.value.source.endswith(name)


def test_missing_tables_and_missing_catalogue(tmp_path):
    with pytest.raises(InputError, match="table chorizon"):
        read_tables(write_native(tmp_path / "a", header=True, leave_out=("chorizon",)))
    folder = write_native(tmp_path / "b", header=False)
    (folder / "mstabcol.txt").unlink()
    with pytest.raises(InputError, match="header row"):
        read_tables(folder)
    (tmp_path / "c").mkdir()
    with pytest.raises(InputError, match="table component"):
        read_tables(tmp_path / "c")


def test_catalogue_of_another_version(tmp_path):
    folder = write_native(tmp_path, header=False)
    replace(folder, "mstabcol.txt", '"component"|4|"compname"|"x"\n', "")
    with pytest.raises(InputError, match=r"columns is 4; expected 3"):
        read_tables(folder)


def test_polygons_without_key_or_away_from_the_cells(tmp_path):
    import geopandas as gpd

    cells = np.atleast_1d(grid.cell_id_at(40.004, -90.004))
    box = shapely.box(-90.1, 39.9, -89.9, 40.1)
    frame = gpd.GeoDataFrame({"MUKEY": ["5"]}, geometry=[box], crs=4326)
    frame.to_file(tmp_path / "a.geojson")
    counts = count_mapunits(tmp_path / "a.geojson", cells)
    assert (counts.key.tolist(), counts.count.tolist()) == ([5], [900])
    frame.rename(columns={"MUKEY": "unit"}).to_file(tmp_path / "b.geojson")
    with pytest.raises(InputError, match="MUKEY"):
        count_mapunits(tmp_path / "b.geojson", cells)
    with pytest.raises(InputError, match="polygons in the region"):
        count_mapunits(tmp_path / "a.geojson", cells + 43200 * 600)


@pytest.mark.shared
def test_real_michigan_raster(shared):
    path = shared / "data" / "ssurgo" / "gssurgo_mapunitraster_10m_crop_mi.tif"
    row, col = grid.row_col_at(42.18, -84.971)
    cells = grid.cell_id(row + np.arange(2)[:, None], col + np.arange(2)).ravel()
    counts = count_mapunits(path, cells)
    assert set(counts.key) <= set(range(188674, 188744))
    # 10 m pixels
    np.testing.assert_allclose(counts.n_pixel, grid.cell_area(cells) / 100, rtol=0.01)


@pytest.mark.shared
def test_real_survey_without_components(shared):
    with pytest.raises(InputError, match="table component"):
        read_tables(shared / "data" / "ssurgo" / "co670_part")


@pytest.mark.shared
def test_real_colorado_polygons(shared):
    path = shared / "data" / "ssurgo" / "co670_part" / "soilmu_a_co670.shp"
    cells = np.sort(grid.cell_id_at([37.1, 37.2], [-108.9, -108.9]))
    counts = count_mapunits(path, cells)
    known = pd.read_csv(path.with_name("muaggatt.csv"))["mukey"]
    assert np.isin(counts.key, known).all()
    assert (counts.n_valid > 800).all()


@pytest.mark.shared
def test_real_texas_tables_without_header_read_the_same(tmp_path, shared):
    source = shared / "data" / "ssurgo" / "tx347_tx401" / "tabular"
    for path in source.glob("*.txt"):
        if path.name in ("comp.txt", "chorizon.txt", "crstrcts.txt", "chfrags.txt"):
            (tmp_path / path.name).write_text(path.read_text().split("\n", 1)[1])
    (tmp_path / "mstabcol.txt").write_text((source / "mstabcol.txt").read_text())
    whole, bare = read_tables(source), read_tables(tmp_path)
    for name in ("component", "chorizon", "corestrictions", "chfrags"):
        pd.testing.assert_frame_equal(getattr(whole, name), getattr(bare, name))
