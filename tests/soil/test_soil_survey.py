"""Survey tables to components, map units and cells, against hand-computed values."""

import numpy as np
import pandas as pd
import pytest

from edlite.grid.aggregate import KeyCounts
from edlite.soil.survey import (
    cell_values,
    component_profiles,
    mapunit_values,
    nearest_known,
    restriction_depth,
)
from edlite.sources.ssurgo import read_tables
from survey_tables import write_native


@pytest.fixture
def profiles(tmp_path):
    return component_profiles(read_tables(write_native(tmp_path, True))).set_index("cokey")


def test_profiles_are_thickness_weighted_over_mineral_soil_above_rock(profiles):
    # component 11 ends at the duripan at 0.9 m: 0.2 m of A and 0.6 m of Bw
    alpha = profiles.loc[11]
    assert alpha["sand"] == pytest.approx((0.2 * 0.40 + 0.6 * 0.60) / 0.8)
    assert alpha["clay"] == pytest.approx((0.2 * 0.20 + 0.6 * 0.10) / 0.8)
    assert alpha["theta_s"] == pytest.approx((0.2 * 0.50 + 0.6 * 0.40) / 0.8)
    assert alpha["restriction"] == pytest.approx(0.9)
    assert alpha["surveyed_depth"] == pytest.approx(0.9)
    assert profiles.loc[12, "restriction"] == pytest.approx(0.5)  # Cr above the recorded 0.6 m
    assert profiles.loc[12, "sand"] == pytest.approx(0.80)
    assert np.isnan(profiles.loc[21, "restriction"])  # a fragipan is no floor
    assert np.isnan(profiles.loc[13, "sand"])


def test_organic_carbon_of_the_upper_30_cm(profiles):
    # litter layer 10 cm, then 20 cm of A with 20 % stones by volume
    litter = 0.10 * 0.58 * 0.60 * 200
    a = 0.20 * 0.58 * 0.04 * 1200 * 0.80
    assert profiles.loc[11, "organic_carbon"] == pytest.approx(litter + a)
    assert profiles.loc[21, "organic_carbon"] == pytest.approx(0.30 * 0.58 * 0.03 * 1300)


def test_map_units_weigh_components_that_have_soil(profiles):
    values = mapunit_values(profiles.reset_index())
    expected = (0.6 * profiles.loc[11, "clay"] + 0.3 * 0.05) / 0.9
    assert values.loc[1, "clay"] == pytest.approx(expected)
    assert values.loc[2, "sand"] == pytest.approx(0.20)
    assert np.isnan(values.loc[3, "sand"])


def cells_of(*cells):
    rows = [(i, key, n) for i, cell in enumerate(cells) for key, n in sorted(cell.items())]
    cell, key, count = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return KeyCounts(cell, key, count, np.full(len(cells), 100, dtype=np.int64))


def test_cells_weigh_map_units_by_area(profiles):
    counts = cells_of({1: 50, 2: 50}, {3: 100}, {2: 100}, {1: 80, 3: 20})
    values = cell_values(counts, profiles.reset_index(), 8.0, "full")
    weight = np.array([0.30, 0.15, 0.50])  # of components 11, 12, 21
    sand = profiles.loc[[11, 12, 21], "sand"].to_numpy()
    mean = (weight * sand).sum() / 0.95
    assert values.loc[0, "sand"] == pytest.approx(mean)
    spread = np.sqrt((weight * (sand - mean) ** 2).sum() / 0.95)
    assert values.loc[0, "sand_sd"] == pytest.approx(spread)
    assert values.loc[0, "valid_fraction"] == pytest.approx(0.95)
    assert values.loc[1].isna().all()
    assert values.loc[2, "sand_sd"] == pytest.approx(0.0)


def test_depth_is_the_median_and_rock_needs_half_of_the_cell(profiles):
    counts = cells_of({1: 50, 2: 50}, {2: 100}, {1: 100}, {1: 60, 2: 40})
    values = cell_values(counts, profiles.reset_index(), 8.0, "full")
    # cell 0: rock on 0.45 of 0.95; cell 3: on 0.54 of 0.94, half is reached at the duripan
    np.testing.assert_allclose(values["soil_depth"], [8.0, 8.0, 0.9, 0.9])
    np.testing.assert_array_equal(values["bedrock"], [0, 0, 1, 1])
    surveyed = cell_values(counts, profiles.reset_index(), 8.0, "surveyed")
    np.testing.assert_allclose(surveyed["soil_depth"], [2.0, 2.0, 0.9, 0.9])
    np.testing.assert_array_equal(surveyed["bedrock"], [0, 0, 1, 1])
    shallow = cell_values(counts, profiles.reset_index(), 0.7, "full")
    np.testing.assert_allclose(shallow["soil_depth"], 0.7)
    np.testing.assert_array_equal(shallow["bedrock"], 0)


def test_without_restrictions_the_map_unit_lends_its_bedrock_depth(tmp_path):
    depth = restriction_depth(read_tables(write_native(tmp_path, True, ("crstrcts",))))
    pd.testing.assert_series_equal(
        depth, pd.Series({11: 0.5, 12: 0.5, 13: 0.5}), check_names=False, check_index_type=False
    )
    only_rock = restriction_depth(
        read_tables(write_native(tmp_path / "b", True, ("crstrcts", "muaggatt")))
    )
    assert only_rock.to_dict() == {12: 0.5}


def test_nearest_known_cell():
    lat, lon = np.full(5, 40.0), np.arange(5) / 120
    known = np.array([True, False, False, False, True])
    assert nearest_known(lat, lon, known).tolist()[::2] == [0, nearest_known(lat, lon, known)[2], 4]
    assert nearest_known(lat, lon, known)[[1, 3]].tolist() == [0, 4]


@pytest.mark.shared
def test_real_texas_survey(shared):
    tables = read_tables(shared / "data" / "ssurgo" / "tx347_tx401")
    profiles = component_profiles(tables)
    assert len(tables.component) == 402
    assert tables.mapunits.size == 141
    with_soil = profiles[profiles["sand"].notna()]
    assert (with_soil["sand"] + with_soil["clay"] <= 1).all()
    assert with_soil["restriction"].notna().sum() > 30
    # one component recomputed from the file by hand
    raw = pd.read_csv(
        next((shared / "data" / "ssurgo").rglob("chorizon.txt")), sep="|", escapechar="\\"
    )
    free = with_soil[with_soil["restriction"].isna()]["cokey"].iloc[0]
    rows = raw[raw["cokey"] == free]
    thickness = rows["hzdepb_r"] - rows["hzdept_r"]
    expected = np.average(rows["claytotal_r"], weights=thickness) / 100
    assert with_soil.set_index("cokey").loc[free, "clay"] == pytest.approx(expected)
