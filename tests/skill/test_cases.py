"""Definitions become complete site runs; what they lack is borrowed; bad ones are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml

from edlite.errors import InputError
from edlite.site.config import read_site_run
from edlite.skill.borrowed import borrowed_table
from edlite.skill.cases import prepare, read_case, read_cases
from edlite.skill.leaves import leaf_table, yearly_course

PATTERN = "resources/towers/evaluation/*.yaml"
TABLE = {
    "time": "time",
    "label": "start",
    "columns": {"air_temperature": {"column": "T", "unit": "K"}},
}


def definition(**changes):
    content = {
        "evaluation": {"case": "X 2005", "tower": "X", "utc_offset": -6},
        "site": {"name": "X", "latitude": 40, "longitude": -90, "reference_height": 20},
        "time": {"start": "2005-01-01T00:00Z", "end": "2005-01-03T00:00Z"},
        "forcing": {"path": "x.csv", "format": "table", "utc_offset": -6, "table": TABLE},
        "co2": 380,
        "stand": {"table": "stands.csv", "tower": "X"}
        | {"fast_carbon": 0.1, "structural_carbon": 1, "slow_carbon": 0},
        "soil": {"sand": 0.4, "clay": 0.2, "temperature": 280},
    }
    return content | changes


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.csv").write_text("time,T\n2005-01-01T00:00,280\n")
    (tmp_path / "stands.csv").write_text(
        "tower,patch,area,cover,pft,dbh,n\nX,1,0.5,grassland,DC3,3.9,0.2\nX,2,0.5,bare,,,0\n"
    )
    return tmp_path


def write(folder, content, name="x.yaml"):
    path = folder / name
    path.write_text(yaml.safe_dump(content))
    return path


def test_a_case_becomes_a_site_run_with_its_tables(folder):
    case = read_case(write(folder, definition()))
    path = prepare(case, folder / "data", folder / "out", options={"tolerance": 1e-3})
    run = read_site_run(path)
    assert run.forcing.record.paths[0].resolve() == (folder / "data" / "x.csv").resolve()
    assert run.options["tolerance"] == 1e-3
    cohorts, patches = (pd.read_csv(folder / "out" / f"{n}.csv") for n in ("cohorts", "patches"))
    assert len(cohorts) == 1 and len(patches) == 2
    assert patches["fast_carbon"].tolist() == [0.1, 0.1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"evaluation": {"case": "X", "tower": "X"}}, "utc_offset"),
        (
            {"evaluation": {"case": "X", "tower": "X", "utc_offset": 0, "tune": 1}},
            "evaluation.tune",
        ),
        ({"stand": definition()["stand"] | {"tower": "Y"}}, "tower"),
        ({"forcing": definition()["forcing"] | {"path": "gone.csv"}}, "gone.csv"),
        ({"forcing": {"format": "table"}}, "path"),
    ],
)
def test_bad_cases_are_refused_by_name(folder, changes, message):
    with pytest.raises(InputError, match=message):
        prepare(read_case(write(folder, definition(**changes))), folder / "data", folder / "out")


def test_two_cases_of_one_name_are_refused(folder):
    paths = [write(folder, definition(), name) for name in ("a.yaml", "b.yaml")]
    with pytest.raises(InputError, match="X 2005"):
        read_cases(paths)


def test_borrowed_weather_is_the_mean_day_of_each_month():
    time = pd.date_range("2005-01-01", "2006-01-01", freq="30min", inclusive="left")
    local = time + pd.Timedelta(hours=-8)
    wind = local.month + local.hour / 24.0 + np.where(local.day % 2 == 0, 0.5, -0.5)
    lender = xr.Dataset(
        {"wind_speed": ("time", wind, {"units": "m s-1"})}, {"time": time}, {"step_s": 1800.0}
    )
    table, units = borrowed_table(lender, ["wind_speed"], "2002-03-01", "2002-03-03", -8, "x")
    assert units == {"wind_speed": "m s-1"}
    assert table["time"].iloc[0] == "2002-02-28T00:00" and len(table) == 4 * 48
    first_of_march = table[table["time"] == "2002-03-01T12:00"]["wind_speed"].iloc[0]
    # one odd day more than even ones
    assert first_of_march == pytest.approx(3.5 - 0.5 / 31, abs=1e-6)
    with pytest.raises(InputError, match="air_pressure"):
        borrowed_table(lender, ["air_pressure"], "2002-03-01", "2002-03-03", -8, "x")
    half = lender.isel(time=slice(0, 48 * 60))
    with pytest.raises(InputError, match="month 3"):
        borrowed_table(half, ["wind_speed"], "2002-03-01", "2002-03-03", -8, "x")


def test_leaf_area_runs_through_the_course_and_over_the_year(tmp_path):
    path = tmp_path / "course.csv"
    path.write_text("month,day,lai\n1,11,1.0\n7,1,5.0\n12,22,1.0\n")
    days = pd.date_range("2005-01-01", "2006-01-01", inclusive="left")
    lai = pd.Series(yearly_course(path, days), days)
    assert lai["2005-07-01"] == 5.0 and lai["2005-12-27"] == 1.0 and lai["2005-01-01"] == 1.0
    stand = pd.DataFrame({"patch": [1], "cohort": [1], "area": [0.5]})
    table = leaf_table(
        {"table": "course.csv"}, tmp_path / "x.yaml", tmp_path, stand, "2005-07-01", "2005-07-03"
    )
    assert table["lai"].iloc[0] == 10.0 and table["date"].tolist() == ["2005-07-01", "2005-07-02"]
    two = pd.concat([stand, stand])
    with pytest.raises(InputError, match="2 cohorts"):
        leaf_table({"table": "course.csv"}, tmp_path / "x.yaml", tmp_path, two, "2005", "2006")


def test_shipped_cases_name_each_tower_and_its_limits(project):
    cases = read_cases(sorted(project.glob(PATTERN)))
    assert {case.tower for case in cases} == {"US-Blo", "US-Bo1", "US-Me2", "US-Whs"}
    assert all(case.limits for case in cases)


@pytest.mark.shared
def test_shipped_cases_become_site_runs(project, shared, tmp_path):
    for case in read_cases(sorted(project.glob(PATTERN))):
        run = read_site_run(prepare(case, shared / "data", tmp_path / case.slug))
        assert run.observations is not None
