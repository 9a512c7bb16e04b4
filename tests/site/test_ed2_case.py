"""Inputs of ED2 runs as site runs: everything that a folder says arrives, or is refused by name."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from ed2_files import SETTINGS, plants, write_daily, write_folder

from edlite.cli import group
from edlite.errors import InputError
from edlite.parameters import load_pft
from edlite.site.cohorts import model_cohorts
from edlite.site.config import read_site_run
from edlite.site.ed2_case import write_ed2_case
from edlite.site.forcing import site_meteorology
from edlite.site.leaf_area import read_leaf_table
from edlite.site.overrides import parameter_overrides
from edlite.site.soil import site_soil
from edlite.site.stand import layer_table, read_stand


@pytest.fixture
def run(tmp_path):
    folder = write_folder(tmp_path / "case")
    arguments = ["ed2-case", str(folder), "--out", str(tmp_path / "out"), "--level", "cohort"]
    CliRunner().invoke(group, arguments, catch_exceptions=False)
    return read_site_run(tmp_path / "out" / "run.yaml")


def test_place_time_and_options(run):
    assert (run.site.latitude, run.site.longitude) == (35.9, -79.1)
    assert run.site.name == "case" and run.site.reference_height == 30.0 and run.synthetic
    assert (str(run.start)[:10], str(run.end)[:10]) == ("2003-10-01", "2003-10-03")
    assert run.co2 == 390.0 and run.output.level == "cohort"
    assert run.options == {
        "integrator": "rk4",
        "tolerance": 0.001,
        "physiology": "arrhenius",
        "water_limitation": 2,
        "decomposition": 2,
        "surface_layer": "louis",
        "incanopy": 0,
        "runoff_timescale": 1800.0,
        "dynamics": "static",
    }
    assert run.phenology == {
        "spring_a": 0.01,
        "spring_b": -20.0,
        "autumn_a": 0.0035,
        "autumn_b": 25.0,
    }


def test_soil(run):
    assert run.soil.layer_bottoms == (0.1, 0.3, 0.8, 2.0) and run.soil.bottom == "bedrock"
    soil = site_soil(run.soil, "run.yaml")
    expected = {"b": 9.32, "psi_s": -0.3, "k_sat": 2e-6, "theta_s": 0.47, "theta_r": 0.2}
    expected |= {"theta_wp": 0.24, "theta_fc": 0.38, "c_dry": 1.27e6}
    expected |= {"lambda0": 0.28, "lambda1": 3.63, "lambda2": -1.85}  # loam
    for name, value in expected.items():
        np.testing.assert_allclose(soil[name], value, err_msg=name)
    patches, _ = read_stand(run.stand)
    theta = layer_table(patches, "theta", 4, "")
    np.testing.assert_allclose(theta.T, [[0.31, 0.32, 0.33, 0.34], [0.32] * 4])
    warmth = layer_table(patches, "soil_temperature", 4, "")
    np.testing.assert_allclose(warmth.T, [[286, 287, 288, 289], [286] * 4])
    assert patches["canopy_air_temperature"].tolist() == [284.0, 285.0]
    assert patches["canopy_air_co2"].tolist() == [390.0, 390.0]


def test_plants(run):
    overrides = parameter_overrides(run)
    assert overrides == {
        "SP": {"leaf_water_max": 0.2, "SLA": 9.5},
        "DC3": {"leaf_water_max": 0.2},
    }
    patches, cohorts = read_stand(run.stand)
    table = model_cohorts(patches, cohorts, load_pft(overrides), run.stand.divide)
    assert table["pft"].tolist() == ["SP", "DC3", "SP"] and not run.stand.divide
    leaves = read_leaf_table(run.stand.leaf_area)
    # vegetation is frozen: the leaves of the start, every day
    assert leaves.dates.astype(str).tolist() == ["2003-10-01", "2003-10-02"]
    np.testing.assert_allclose(leaves.leaf_carbon, np.tile(plants()["bleaf_kgC"], (2, 1)))


def test_forcing(run):
    day = site_meteorology(run)[0].day("2003-10-02")
    assert day[:, 7].max() == pytest.approx(170.0, rel=1e-3)
    assert day[:, 6].max() == 390.0 and day[:, 11].max() == pytest.approx(0.7, rel=1e-3)


def test_leaves_of_a_daily_file(tmp_path):
    """A day has the leaves of the end of the day before."""
    folder = write_folder(tmp_path / "case", IVEGT_DYNAMICS="1")
    write_daily(folder)
    free = read_site_run(write_ed2_case(folder, tmp_path / "free"))
    assert free.stand.leaf_area is None
    run = read_site_run(write_ed2_case(folder, tmp_path / "out", leaves="daily_cohort.nc"))
    leaves = read_leaf_table(run.stand.leaf_area)
    np.testing.assert_allclose(leaves.leaf_carbon, np.outer([1.0, 1.01], plants()["bleaf_kgC"]))
    np.testing.assert_allclose(leaves.root_carbon[1], plants()["broot_kgC"] / 1.01)


def test_bare_soil(tmp_path):
    folder = write_folder(tmp_path / "case", cohorts=False)
    run = read_site_run(write_ed2_case(folder, tmp_path / "out"))
    patches, cohorts = read_stand(run.stand)
    assert len(cohorts) == 0 and patches["cover"].tolist() == ["bare", "bare"]
    assert parameter_overrides(run) == {} and run.stand.leaf_area is None
    with pytest.raises(InputError, match="initial_cohorts.csv"):
        write_ed2_case(folder, tmp_path / "no", leaves="daily_cohort.nc")


def test_what_is_not_taken_over_is_logged(tmp_path, caplog):
    folder = write_folder(tmp_path / "case", IVEGT_DYNAMICS="1")
    table = pd.read_csv(folder / "initial_patches.csv").assign(sfcwater_kg_m2=3.0)
    table.to_csv(folder / "initial_patches.csv", index=False)
    with caplog.at_level(logging.INFO):
        write_ed2_case(folder, tmp_path / "out")
    for text in (
        "IPERCOL = 1 is not taken over",
        "surface water at the start (3 kg m-2)",
        "leaves at the start (0.67 to 1.00 of full leaf)",
        "SP.c2n_leaf has no counterpart",
    ):
        assert text in caplog.text
    assert "heights" not in caplog.text and "qsw" not in caplog.text


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ICANTURB": "2"}, "ICANTURB is '2'; expected one of 0, 1, 4"),
        ({"ISOILBC": "3"}, "ISOILBC is '3'"),
        ({"ISOILCOL": "0"}, "ISOILCOL is 0"),
        ({"ITIMEA": "0600"}, "ITIMEA is 600"),
        ({"SLZ": "-2.0,deep"}, "SLZ is '-2.0,deep'"),
        ({"NZG": "9"}, "SLZ is .* 9 depths"),
        ({"SLZ": "-2,-1,-.5,-.3,-.1", "NZG": "5"}, "theta is .* each of 5 layers"),
        ({"POI_LAT": None}, "POI_LAT; expected a setting"),
        ({"RK4_TOLERANCE": "small"}, "RK4_TOLERANCE is 'small'"),
    ],
)
def test_settings_that_are_refused(tmp_path, settings, message):
    folder = write_folder(tmp_path / "case", **settings)
    with pytest.raises(InputError, match=message):
        write_ed2_case(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_soil_colour(tmp_path):
    folder = write_folder(tmp_path / "case", ISOILCOL="7")
    content = yaml.safe_load(write_ed2_case(folder, tmp_path / "out").read_text())
    assert content["soil"]["colour"] == 7 and content["options"]["ground_albedo"] == "colour"


def test_files_that_are_refused(tmp_path):
    with pytest.raises(InputError, match="folder is 'missing'"):
        write_ed2_case(tmp_path / "none", tmp_path / "out")
    folder = write_folder(tmp_path / "case")
    (folder / "soil.csv").unlink()
    with pytest.raises(InputError, match="soil.csv: file is 'missing'"):
        write_ed2_case(folder, tmp_path / "out")
    write_folder(folder)
    table = plants().assign(pft_slot=[7, 3, 7])  # a tropical tree
    table.to_csv(folder / "initial_cohorts.csv", index=False)
    with pytest.raises(InputError, match="pft_slot is 3"):
        write_ed2_case(folder, tmp_path / "out")
    write_folder(folder)
    write_daily(folder, days=1).rename(folder / "short.nc")
    with pytest.raises(InputError, match="every day of"):
        write_ed2_case(folder, tmp_path / "out", leaves="short.nc")
    assert SETTINGS["IVEGT_DYNAMICS"] == "0"


@pytest.mark.shared
@pytest.mark.parametrize("name", ["bare_soil_summer", "bare_soil_winter", "harvard_year"])
def test_reference_runs(shared, tmp_path, name, caplog):
    """Their soils and plant types are edlite's own to the digits that are printed."""
    folder = shared / "reference" / "ed2" / name
    leaves = "daily_cohort.nc" if name == "harvard_year" else None
    with caplog.at_level(logging.WARNING):
        run = read_site_run(write_ed2_case(folder, tmp_path / "out", leaves=leaves))
    assert not caplog.text
    assert run.soil.properties == {} and parameter_overrides(run) == {}
    patches, cohorts = read_stand(run.stand)
    if leaves:
        table = model_cohorts(patches, cohorts, load_pft(), divide=False)
        expected = pd.read_csv(folder / "initial_cohorts.csv")
        order = table["cohort"].astype(int).to_numpy() - 1
        np.testing.assert_allclose(table["height"], expected["height_m"].to_numpy()[order], 1e-5)
        assert read_leaf_table(run.stand.leaf_area).leaf_carbon.shape == (365, 30)
