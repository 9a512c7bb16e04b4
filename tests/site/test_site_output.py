"""What a site run writes: levels, steps, budgets, any layers, prescribed leaves."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner
from ed2_files import plants, write_folder
from site_files import record_table, site_content, write_site

from edlite import site
from edlite.cli import group
from edlite.errors import InputError
from edlite.model.records import BUDGET as BUDGET_NAMES
from edlite.model.records import COHORT as COHORT_NAMES
from edlite.site.config import parse_site_run
from edlite.variables import BUDGET, BUDGETS, COHORT

ONE_DAY = {"start": "2013-07-01", "end": "2013-07-02"}


def content(**changes) -> dict:
    """A run of one day without observations; `changes` update its sections."""
    base = {k: v for k, v in site_content().items() if k not in ("prescribe", "observations")}
    base["time"] = ONE_DAY
    for key, value in changes.items():
        base[key] = base[key] | value if isinstance(base.get(key), dict) else value
    return base


@pytest.fixture(scope="module")
def by_cohort(tmp_path_factory):
    """600 s output of every patch and cohort, six layers on bedrock, run from a mapping."""
    folder = tmp_path_factory.mktemp("site")
    write_site(folder)
    keys = content(
        soil={"layer_bottoms": [0.05, 0.15, 0.4, 0.9, 1.6, 2.5], "bottom": "bedrock"},
        output={"step": "step", "level": "cohort", "budgets": True},
        parameters={"MHW": {"Vm0_15C": 17.0}},
    )
    return site.run(keys, folder=folder).native


def test_the_tables_name_what_the_model_gives():
    assert set(BUDGET) == set(BUDGET_NAMES) and set(COHORT) == set(COHORT_NAMES)
    terms = {name for kind in BUDGETS for name in BUDGETS[kind]}
    assert terms | {f"{k}_{end}" for k in BUDGETS for end in ("storage", "residual")} == set(BUDGET)


def test_shape_and_names(by_cohort):
    sizes = dict(by_cohort.sizes)
    assert sizes["time"] == 144 and sizes["patch"] == 2 and sizes["layer"] == 6
    assert by_cohort["time"].values[1] - by_cohort["time"].values[0] == np.timedelta64(600, "s")
    np.testing.assert_allclose(by_cohort["layer_bottom"], [0.05, 0.15, 0.4, 0.9, 1.6, 2.5])
    assert float(by_cohort["drainage"].max()) == 0.0
    for name, variable in by_cohort.data_vars.items():
        assert variable.attrs.get("units") and variable.attrs.get("long_name"), name
    assert json.loads(by_cohort.attrs["pft_overrides"]) == {"MHW": {"Vm0_15C": 17.0}}
    assert json.loads(by_cohort.attrs["model_options"])["integrator"] == "rk4"


@pytest.mark.parametrize("kind", list(BUDGETS))
def test_budgets_close_term_by_term(by_cohort, kind):
    budget = {name: by_cohort[f"budget_{name}"] for name in BUDGET}
    total = sum(sign * budget[name] for name, sign in BUDGETS[kind].items())
    storage, residual = budget[f"{kind}_storage"], budget[f"{kind}_residual"]
    scale = float(sum(abs(budget[name]) for name in BUDGETS[kind]).max())
    np.testing.assert_allclose(storage, total + residual, rtol=0, atol=1e-9 * scale)
    assert float(abs(storage).max()) > 1e-3 * scale


def test_budget_terms_are_the_fluxes(by_cohort):
    for term, flux in (("vapour_out", "evapotranspiration"), ("runoff", "runoff")):
        np.testing.assert_allclose(by_cohort[f"budget_{term}"], by_cohort[flux], atol=1e-12)
    net = by_cohort["budget_shortwave_net"] + by_cohort["budget_longwave_net"]
    np.testing.assert_allclose(net, by_cohort["rnet"], atol=1e-8)


def test_cohorts_sum_to_their_patch(by_cohort):
    patch = by_cohort["cohort_patch"].values
    for name in ("gpp", "leaf_respiration", "root_respiration", "transpiration", "lai"):
        values = by_cohort[f"cohort_{name}"].values
        total = np.stack([values[:, patch == p].sum(axis=1) for p in range(2)], axis=1)
        np.testing.assert_allclose(total, by_cohort[name], rtol=1e-7, atol=1e-15, err_msg=name)
    heights = by_cohort["cohort_height"].values
    assert (np.diff(heights[patch == 0]) <= 0).all()
    assert set(by_cohort["cohort_name"].values) == {"1", "2", "3", "4"}
    assert (by_cohort["cohort_leaf_temperature"] > 270).all()


def test_steps_average_to_hours(by_cohort, tmp_path):
    keys = content(
        soil={"layer_bottoms": [0.05, 0.15, 0.4, 0.9, 1.6, 2.5], "bottom": "bedrock"},
        parameters={"MHW": {"Vm0_15C": 17.0}},
    )
    write_site(tmp_path)
    hourly = site.run(keys, folder=tmp_path).native
    area = by_cohort["area"]
    assert "budget_runoff" in hourly and "area" not in hourly
    for name in ("gpp", "le", "theta", "budget_energy_storage"):
        mean = (by_cohort[name] * area).sum("patch").resample(time="1h").mean()
        expected = mean.transpose(*hourly[name].dims)
        np.testing.assert_allclose(hourly[name], expected, rtol=1e-9, atol=1e-12, err_msg=name)


def test_prescribed_leaves(tmp_path):
    """Leaf area is what the table says, day by day, for every cohort."""
    write_site(tmp_path)
    table = pd.read_csv(tmp_path / "cohorts.csv")
    lai = {"1": 0.5, "2": 0.7, "3": 0.2, "4": 0.3}
    rows = [
        (f"2013-07-0{day}", row.patch, str(i + 1), lai[str(i + 1)] * (1 + 0.1 * day))
        for day in (1, 2)
        for i, row in enumerate(table.itertuples())
    ]
    leaves = pd.DataFrame(rows, columns=["date", "patch", "cohort", "lai"])
    leaves.to_csv(tmp_path / "leaves.csv", index=False)
    keys = content(
        time={"end": "2013-07-03"},
        stand={"leaf_area": "leaves.csv", "divide": False},
        output={"level": "cohort"},
    )
    native = site.run(keys, folder=tmp_path).native
    for name, value in lai.items():
        found = native["cohort_lai"].values[:, native["cohort_name"].values == name][:, 0]
        np.testing.assert_allclose(found[:24], 1.1 * value, rtol=1e-9)
        np.testing.assert_allclose(found[24:], 1.2 * value, rtol=1e-9)
    assert float(native["energy_residual_max"].max()) < 1e-5
    short = content(time={"end": "2013-07-04"}, stand={"leaf_area": "leaves.csv"})
    with pytest.raises(InputError, match="the days of the run, 2013-07-01 to 2013-07-03"):
        site.run(short, folder=tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"site": {"reference_height": 12.0}}, "reference_height is 12.0; expected"),
        ({"options": {"tolerence": 0.01}}, "tolerence is 0.01; expected one of"),
        ({"options": {"integrator": "euler"}}, "integrator is 'euler'"),
        ({"soil": {"theta": 0.6}}, "soil.theta is 0.6; expected 0.07.* to 0.41"),
        ({"soil": {"theta": [0.25] * 8 + [0.01]}}, "soil.theta is 0.01; .* in layer 9"),
        ({"soil": {"colour": 3}}, "soil.colour is 3"),
        (
            {"options": {"dynamics": "full"}, "output": {"level": "patch"}},
            "output.level is 'patch'; expected cell where patches come and go",
        ),
        (
            {"options": {"dynamics": "growth"}, "output": {"level": "cohort"}},
            "output.level is 'cohort'; expected cell where plants grow and die",
        ),
        (
            {"options": {"dynamics": "full"}, "prescribe": site_content()["prescribe"]},
            "prescribe; expected none where patches come and go",
        ),
        ({"output": {"cohorts": "day"}}, "output.cohorts is 'day'; expected one of none, month"),
        ({"options": {"demography": {"treefall": 1}}}, "options.demography.treefall is 1"),
        ({"state": "none.nc"}, "state is 'none.nc'; expected an existing file"),
        ({"parameters": {"OAK": {"SLA": 20}}}, "pft is 'OAK'"),
        ({"parameters": {"MHW": {"SLO": 20}}}, "MHW.SLO"),
    ],
)
def test_refused_before_the_run(tmp_path, changes, message):
    write_site(tmp_path)
    with pytest.raises(InputError, match=message):
        site.run(content(**changes), folder=tmp_path)


def test_changes_belong_to_the_preset_of_the_options(tmp_path):
    """A change that the default preset does not allow is one of the preset that is named."""
    write_site(tmp_path)
    options = {"dynamics": "full", "demography": {"reproduction": True, "max_patches": 4}}
    run = parse_site_run(content(options=options), tmp_path / "run")
    assert run.options == options
    options["dynamics"] = "fixed"
    with pytest.raises(InputError, match=r"options\.demography\.reproduction is True"):
        parse_site_run(content(options=options), tmp_path / "run")


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Files of a run over the end of June in which trees grow, and its folder."""
    folder = tmp_path_factory.mktemp("grown")
    keys = content(
        site={"reference_height": 60},
        time={"start": "2013-06-30", "end": "2013-07-03"},
        options={"dynamics": "growth"},
        output={"step": "day", "stand": True, "cohorts": "month", "state": True},
    )
    path = write_site(folder, keys, record_table(start="2013-06-29"))
    CliRunner().invoke(group, ["site", str(path), "--out", str(folder / "out")])
    return folder, keys


def test_stand_cohorts_and_state_of_a_run(grown):
    folder, _ = grown
    names = {path.name for path in (folder / "out").iterdir()}
    assert names == {"native.nc", *(f"native_{x}" for x in FILES)}
    stand = xr.load_dataset(folder / "out/native_stand.nc", engine="netcdf4")
    assert stand["basal_area"].dims == ("time", "pft", "size_class")
    dates = ["2013-06-30", "2013-07-01", "2013-07-03"]
    np.testing.assert_array_equal(stand["time"], np.array(dates, "M8[ns]"))
    table = pd.read_csv(folder / "out/native_cohorts.csv")
    assert table["date"].unique().tolist() == dates
    # the start is the stand of the tables: 70 % old, 30 % young
    trees = pd.read_csv(folder / "cohorts.csv")
    trees["share"] = trees["n"] * trees["patch"].map({"old": 0.7, "young": 0.3})
    basal = (trees["share"] * np.pi / 4 * (trees["dbh"] / 100) ** 2).sum()
    assert float(stand["basal_area"][0].sum()) == pytest.approx(basal, rel=1e-6)
    first = table[table["date"] == dates[0]]
    ha = first["area"] * first["n"] * np.pi / 4 * (first["dbh"] / 100) ** 2
    assert ha.sum() == pytest.approx(basal, rel=1e-6)
    native = xr.load_dataset(folder / "out/native.nc", engine="netcdf4")
    parts = sum(native[f"{part}_respiration"] for part in PARTS)
    np.testing.assert_allclose(native["ra"], parts, rtol=1e-12)


def test_stand_of_the_spin_up_and_near_bare_ground(tmp_path):
    """Seedlings; the spin-up's months are dated as many years before the run as they are old."""
    keys = content(
        site={"reference_height": 60},
        time={"start": "2013-06-30", "end": "2013-07-03"},
        options={"dynamics": "full", "integrator": "split"},
        output={"step": "day", "stand": True},
    )
    keys["stand"] = {"near_bare": {"pfts": ["MHW", "NP"], "density": 0.2, "fast_carbon": 0.1}}
    keys["spinup"] = {"years": 2}
    path = write_site(tmp_path, keys, record_table(start="2013-06-29"))
    result = CliRunner().invoke(group, ["site", str(path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    stand = xr.load_dataset(tmp_path / "out/native_stand.nc", engine="netcdf4")
    days = [-6, -5, -3, -2, 0, 1, 3]  # the weather has three days, in which July begins
    start = np.datetime64("2013-06-30", "ns")
    dates = start + np.array(days) * np.timedelta64(1, "D")
    np.testing.assert_array_equal(stand["time"], dates)
    density = stand["stem_density"].sum("size_class")[0]
    assert density.sel(pft=["MHW", "NP"]).values == pytest.approx([0.2, 0.2])
    assert float(density.sum()) == pytest.approx(0.4)
    assert float(stand["seed_import"][-1]) > 0.0


FILES = ("stand.nc", "cohorts.csv", "state.nc")
PARTS = ("leaf", "root", "growth", "storage", "virtual")


def test_a_run_goes_on_from_its_state(grown, caplog):
    """Two runs in a row are one run."""
    folder, keys = grown
    whole = keys | {"time": {"start": "2013-06-30", "end": "2013-07-05"}}
    rest = keys | {
        "time": {"start": "2013-07-03", "end": "2013-07-05"},
        "state": "out/native_state.nc",
    }
    expected = site.run(whole, folder=folder)
    found = site.run(rest, folder=folder)
    assert "starts a run on" not in caplog.text
    for name in ("theta", "gpp", "ra", "lai"):
        np.testing.assert_array_equal(found.native[name], expected.native[name][3:])
    for name, value in expected.states["native"].items():
        np.testing.assert_array_equal(found.states["native"][name], value, err_msg=name)
    late = rest | {"time": {"start": "2013-07-04", "end": "2013-07-05"}}
    site.run(late, folder=folder)
    assert "the state of 2013-07-03 starts a run on 2013-07-04" in caplog.text
    other = rest | {"parameters": {"MHW": {"SLA": 25.0}}}
    with pytest.raises(InputError, match="native_state.nc: pft_parameters"):
        site.run(other, folder=folder)


def test_an_ed2_case_runs(tmp_path):
    """`edlite ed2-case` and `edlite site`, one after the other, with the folder's own soil."""
    folder = write_folder(
        tmp_path / "case", IDATEZ="02", IPHYSIOL="2", ICANTURB="4", ISOILCOL="7", Q10_C3="2.2"
    )
    for arguments in (
        ["ed2-case", str(folder), "--out", str(tmp_path / "run"), "--level", "cohort"],
        ["site", str(tmp_path / "run" / "run.yaml"), "--out", str(tmp_path / "out")],
    ):
        CliRunner().invoke(group, arguments, catch_exceptions=False)
    with xr.open_dataset(tmp_path / "out" / "native.nc", engine="netcdf4") as native:
        assert native.attrs["synthetic"] == 1 and native.sizes["layer"] == 4
        table = plants()
        lai = table["bleaf_kgC"] * table["nplant_m2"] * np.array([9.5, 30.0, 9.5])
        np.testing.assert_allclose(native["cohort_lai"][0], lai, rtol=1e-6)
        np.testing.assert_allclose(native["theta"][0, :, 1], 0.32, atol=2e-3)
        assert float(native["water_residual_max"].max()) < 1e-9
        overrides = json.loads(native.attrs["pft_overrides"])
        assert overrides["SP"]["SLA"] == 9.5 and overrides["DC3"]["Vm_q10"] == 2.2
        options = json.loads(native.attrs["model_options"])
        assert (options["physiology"], options["incanopy"]) == ("q10", 4)
        assert (options["ground_albedo"], options["soil_colour"]) == ("colour", 7)
