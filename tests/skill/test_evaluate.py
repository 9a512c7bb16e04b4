"""From runs on disk to scores, tables and figures; the model itself is not run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml

from edlite.commands.tower_evaluation import write_evaluation
from edlite.errors import InputError
from edlite.files import write_dataset
from edlite.skill.anchors import FILES, read_anchors
from edlite.skill.cases import prepare, read_cases
from edlite.skill.evaluate import energy_closure, evaluate, skill_of_options, water_balance
from edlite.skill.report import number, option_table

BOTTOM = [0.02, 0.08, 0.2]
UNITS = {
    "air_temperature": "K",
    "vapour_pressure": "Pa",
    "air_pressure": "Pa",
    "wind_speed": "m s-1",
    "shortwave_down": "W m-2",
    "longwave_down": "W m-2",
    "precipitation": "mm",
    "le": "W m-2",
    "h": "W m-2",
    "rnet": "W m-2",
}


def write_tower(folder, name, slope, days=12):
    """A tower whose latent heat is `slope` of its shortwave, and a model that is 10 W m-2 high."""
    time = pd.date_range("2005-06-01", periods=48 * days, freq="30min")
    sun = np.maximum(0.0, -np.cos(2 * np.pi * (time.hour + time.minute / 60) / 24)) * 800
    table = pd.DataFrame({"time": time.strftime("%Y-%m-%dT%H:%M")})
    constants = {
        "air_temperature": 290.0 + sun / 100,
        "vapour_pressure": 900.0 + np.arange(len(time)) % 7,
        "air_pressure": 9.5e4,
        "wind_speed": 2.0,
        "longwave_down": 320.0,
        "precipitation": 0.0,
        "shortwave_down": sun,
        "le": slope * sun,
        "h": 0.3 * sun,
        "rnet": (slope + 0.4) * sun,
    }
    table.assign(**constants).to_csv(folder / f"{name}.csv", index=False)
    record = {
        "path": f"{name}.csv",
        "format": "table",
        "utc_offset": 0,
        "table": {
            "time": "time",
            "label": "start",
            "columns": {k: {"column": k, "unit": u} for k, u in UNITS.items()},
        },
    }
    content = {
        "evaluation": {"case": f"{name} 2005", "tower": name, "utc_offset": 0, "limits": "none"},
        "site": {"name": name, "latitude": 40, "longitude": 0, "reference_height": 20},
        "time": {"start": "2005-06-01T00:00Z", "end": f"2005-06-{days + 1}T00:00Z"},
        "forcing": record | {"interpolation": "mean-preserving"},
        "observations": record,
        "co2": 380,
        "stand": {"table": "stands.csv", "tower": name}
        | {"fast_carbon": 0.1, "structural_carbon": 1, "slow_carbon": 0},
        "soil": {"sand": 0.4, "clay": 0.2, "layer_bottoms": BOTTOM, "temperature": 280},
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(content))
    (case,) = read_cases([path])
    prepare(case, folder, folder / "out" / "default" / name)
    native = xr.Dataset(coords={"time": time})
    attributes = {"units": "1", "long_name": "test"}
    for variable in ("le", "h", "rnet", "gpp", "ra", "rh", "nee"):
        values = constants.get(variable, np.zeros(len(time))) + 10.0
        native[variable] = ("time", np.asarray(values), attributes)
    for variable in ("theta", "soil_temperature"):
        native[variable] = (("time", "layer"), np.full((len(time), 3), 0.2), attributes)
    native = native.assign_coords(
        layer_top=("layer", [0.0, *BOTTOM[:-1]]), layer_bottom=("layer", BOTTOM)
    )
    write_dataset(native, folder / "out" / "default" / name / "native.nc")
    return case


@pytest.fixture
def evaluated(tmp_path):
    (tmp_path / "stands.csv").write_text(
        "tower,patch,area,cover,pft,dbh,n\nA,1,1,grassland,DC3,3.9,0.2\nB,1,1,bare,,,0\n"
    )
    cases = [write_tower(tmp_path, "A", 0.2), write_tower(tmp_path, "B", 0.5)]
    return tmp_path, cases, evaluate(cases, tmp_path / "out")


def anchors(folder):
    header = "site,period,variable,n,bias,rmse,r,nme,std_obs,std_mod,pct_measured\n"
    for name in FILES.values():
        (folder / name).write_text(header + "A,2000,Qle,9,1,40,0.8,1,1,1,1\nA,2000,NEE,0,,,,,,,\n")
    return read_anchors(folder)


def test_scores_of_model_and_regressions(evaluated):
    _, cases, evaluation = evaluated
    scores = evaluation.scores.set_index(["case", "variable", "step", "model"]).sort_index()
    own = scores.loc[("A 2005", "le", "half-hourly")]
    assert own.loc["edlite", "bias"] == pytest.approx(10.0)
    assert own.loc["edlite", "r"] == pytest.approx(1.0)
    # trained at B, whose slope is 0.5
    assert own.loc["1lin", "mean_modelled"] == pytest.approx(2.5 * own.loc["1lin", "mean_observed"])
    assert (own["n"] == 12 * 48).all()
    assert scores.loc[("A 2005", "le", "daily"), "n"].eq(12).all()
    assert energy_closure(evaluation.pairs["A 2005"]) == pytest.approx(0.5 / 0.6)
    evaporated, fallen = water_balance(evaluation.pairs["A 2005"])
    mean = own.loc["edlite", "mean_observed"]
    assert (evaporated, fallen) == (pytest.approx(mean / 2.5e6 * 86400 * 365.2425), 0.0)


def test_tables_and_figures_are_written(evaluated):
    folder, cases, evaluation = evaluated
    published = anchors(folder)
    assert set(published["variable"]) == {"le"}
    write_evaluation(evaluation, cases, published, folder / "out")
    text = (folder / "out" / "towers.md").read_text()
    assert "## Daily fluxes" in text and "0.80, 40.0" in text
    for name in ("A", "B", "skill"):
        assert (folder / "out" / f"{name}.png").stat().st_size > 10_000
    some = evaluation.scores[evaluation.scores["case"] == "A 2005"]
    skill = skill_of_options({"0": evaluation.scores, "1": some})
    assert (skill["n_case"] == 1).all()
    assert option_table(skill).count("| LE | ") == 2


def test_a_damaged_score_table_is_refused(tmp_path):
    for name in FILES.values():
        (tmp_path / name).write_text("site,n\nA,1\n")
    with pytest.raises(InputError, match="period"):
        read_anchors(tmp_path)


def test_numbers_have_a_minus_but_no_negative_zero():
    assert number(-1.26, 1) == "\N{MINUS SIGN}1.3"
    assert number(-0.001, 2) == "0.00"
    assert number(float("nan"), 2) == ""
