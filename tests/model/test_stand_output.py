"""Stands through time: by hand, and where patches change during a run."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from benchmarks import stands as bench
from benchmarks.tile_files import arguments, write_tile
from click.testing import CliRunner

from edlite.cli import group
from edlite.errors import InputError
from edlite.model import driver
from edlite.model.options import ModelOptions
from edlite.model.output import RunWriter
from edlite.model.stand_output import (
    CLASS_BOUNDS,
    POOLS,
    CohortRecord,
    StandRecord,
    both,
    cohort_table,
    size_class,
    stand_structure,
)
from edlite.parameters import PFT_CODES
from edlite.variables import STAND, STAND_CELL, STAND_PFT, STAND_SIZE
from helpers.changing_stand import SAME_SOIL, halved, shared_cells
from helpers.model_columns import CURVES, start_state, weather

FULL = ModelOptions(dynamics="full", integrator="split")


@pytest.fixture
def stand():
    """Columns of three cells, and a state whose plants are off allometry."""
    columns = shared_cells()
    state = start_state(columns, SAME_SOIL)
    state.leaf_carbon *= 0.4
    state.storage_carbon[:] = np.linspace(-0.1, 1.0, state.n_cohort)
    state.growth_export[:] = np.arange(8.0)
    state.seed_import[:] = np.arange(8.0)[::-1]
    state.seed_carbon[PFT_CODES.index("NP"), :2] = 0.5, 0.1
    return columns, state


def test_size_classes_hold_their_lower_bound():
    dbh = np.array([0.3, 4.99, 5.0, 10.0, 79.9, 80.0, 300.0])
    np.testing.assert_array_equal(size_class(dbh), [0, 0, 1, 2, 5, 6, 6])


def test_structure_by_hand(stand):
    """Basal area, number, leaf area and carbon of single cohorts, and of whole cells."""
    columns, state = stand
    found = stand_structure(columns, state)
    assert set(found) == set(STAND)
    # the forest is patch 1 with half of the first cell; its only MHW has 30 cm, 0.02 m-2
    mhw, forest = PFT_CODES.index("MHW"), 0.5 * 0.02
    of_mhw = found["basal_area"][0, mhw]
    assert of_mhw[4] == pytest.approx(forest * np.pi * 0.15**2) and of_mhw.sum() == of_mhw[4]
    assert found["stem_density"][0, mhw, 4] == pytest.approx(forest)
    at = int(np.flatnonzero(state.pft == mhw)[0])
    table = columns.parameters.loc["MHW"]
    leaf, stem = state.leaf_carbon[at], state.sapwood_carbon[at] + state.wood_carbon[at]
    assert found["lai"][0, mhw, 4] == pytest.approx(forest * leaf * table["SLA"])
    assert found["agb"][0, mhw, 4] == pytest.approx(forest * (leaf + table["agf_bs"] * stem))
    # all plants of a cell
    share = state.n * state.area[state.patch_index]
    for cell in range(3):
        own = state.cell_index[state.patch_index] == cell
        basal = np.sum(share[own] * np.pi / 4 * (state.dbh[own] / 100) ** 2)
        assert found["basal_area"][cell].sum() == pytest.approx(basal)
        for pool in POOLS:
            total = np.sum(share[own] * getattr(state, pool)[own])
            assert found[pool][cell].sum() == pytest.approx(total, rel=1e-12)
    np.testing.assert_allclose(found["growth_export"], [1.1, 3.4, 6.7])
    np.testing.assert_allclose(found["seed_import"], [5.9, 3.6, 0.3])
    assert found["seed_carbon"][0, PFT_CODES.index("NP")] == pytest.approx(0.2 * 0.5 + 0.5 * 0.1)
    np.testing.assert_array_equal(found["n_patch"], [3, 2, 3])
    np.testing.assert_array_equal(found["n_cohort"], [6, 2, 3])


def test_dataset_says_what_it_holds(stand):
    columns, state = stand
    record = StandRecord()
    record(np.datetime64("2001-02-01"), columns, state)
    record(np.datetime64("2001-03-01"), *halved(columns, state))
    ds = record.dataset()
    assert list(ds["time"].values) == [np.datetime64(d, "ns") for d in ("2001-02-01", "2001-03-01")]
    np.testing.assert_array_equal(ds["size_class"], CLASS_BOUNDS[:-1])
    assert ds["size_class"].attrs["bounds"] == "size_class_bounds"
    for names, dims in (
        (STAND_SIZE, ("time", "cell", "pft", "size_class")),
        (STAND_PFT, ("time", "cell", "pft")),
        (STAND_CELL, ("time", "cell")),
    ):
        for name in names:
            assert ds[name].dims == dims and ds[name].attrs["units"] and ds[name].attrs["long_name"]
            if name not in ("n_patch", "n_cohort"):
                assert "per m2 of cell" in ds[name].attrs["long_name"]
                np.testing.assert_allclose(ds[name][0], ds[name][1], rtol=1e-6, err_msg=name)
    np.testing.assert_array_equal(2 * ds["n_patch"][0], ds["n_patch"][1])


def test_table_of_cohorts(stand):
    columns, state = stand
    table = cohort_table(np.datetime64("2001-02-01"), columns, state)
    first = table[table["cell_id"] == 11]
    # the first patch is bare, the second a forest, the third has a conifer stand
    assert first["patch"].tolist() == [1, 2, 2, 2, 2, 3, 3]
    assert first["cohort"].tolist()[1:] == [1, 2, 3, 4, 1, 2] and first["dbh"].isna().iloc[0]
    assert first["pft"].tolist()[1:3] == ["MHW", "LHW"]
    assert (first["height"].diff().iloc[2:5] < 0).all()
    own = table.dropna(subset="dbh")
    assert len(own) == state.n_cohort
    for name in (*POOLS, "n", "dbh", "balance_ratio"):
        np.testing.assert_array_equal(own[name], getattr(state, name))
    # leaf area and carbon are per m2 of patch: with the areas they are those of the cells
    cells = stand_structure(columns, state)
    for name in ("lai", "agb"):
        total = (own[name] * own["area"]).groupby(own["cell_id"]).sum()
        np.testing.assert_allclose(total, cells[name].sum(axis=(1, 2)))


def test_yearly_tables_come_at_new_year_and_at_the_end(stand):
    dates = ["2001-12-01", "2002-01-01", "2002-02-01", "2002-02-11"]
    for every, kept in (("year", [1, 3]), ("month", [0, 1, 2, 3])):
        record = CohortRecord(every, np.datetime64("2002-02-11"))
        for date in dates:
            record(np.datetime64(date), *stand)
        assert list(record.table()["date"].unique()) == [dates[i] for i in kept]


def changing_run(folder, turn, monkeypatch, theta=None):
    """Files and stands of five days over the end of June, with `turn` as the turn of the month."""
    monkeypatch.setattr(driver, "turn_of_month", lambda columns, state, *_: turn(columns, state))
    columns = shared_cells(reference_height=np.full(3, 60.0))
    names = {kind: folder / f"2001_{kind}.nc" for kind in ("hourly", "daily", "annual")}
    meta = {"region": "Somewhere", "synthetic": True, "parameters": {}, "sources": []}
    stand, cohorts = StandRecord(), CohortRecord("month", np.datetime64("2001-07-04"))
    days = []
    with RunWriter(columns, **names, theta=theta, **meta) as writer:

        def sink(day):
            days.append(day)
            writer(day)

        driver.run(
            columns,
            start_state(columns, SAME_SOIL),
            weather("2001-06-29", 5, warm=293.0),
            FULL,
            "2001-06-29",
            "2001-07-04",
            phenology=CURVES,
            sink=sink,
            month_sink=both(stand, cohorts),
        )
        writer.finish()
    files = {kind: xr.load_dataset(path, engine="netcdf4") for kind, path in names.items()}
    return files | {"stand": stand.dataset()}, cohorts.table(), days


def test_files_of_a_run_whose_patches_change(compiled, tmp_path, monkeypatch):
    """Patches in two halves: twice the lanes, the same cells."""
    with monkeypatch.context() as patched:
        whole, table, days = changing_run(tmp_path / "a", lambda *same: same, patched)
    with monkeypatch.context() as patched:
        split, halves, split_days = changing_run(tmp_path / "b", halved, patched)
    assert [day.columns.n_patch for day in days] == [8] * 5
    assert [day.columns.n_patch for day in split_days] == [8, 8, 16, 16, 16]
    for kind in ("hourly", "daily"):
        xr.testing.assert_allclose(whole[kind], split[kind], rtol=1e-5, atol=1e-12)
    # sums by patch since the patches last changed are added by their size
    annual = whole["annual"].drop_vars("water_residual_sum")
    xr.testing.assert_allclose(annual, split["annual"][list(annual.data_vars)], rtol=1e-6)
    total = sum(day.patch["water_sum"] for day in days)
    largest = np.maximum.reduceat(abs(total), [0, 3, 5])
    np.testing.assert_array_equal(whole["annual"]["water_residual_sum"], largest)
    parts = [sum(day.patch["water_sum"] for day in split_days[i]) for i in (slice(2), slice(2, 5))]
    largest = [np.maximum.reduceat(abs(p), at) for p, at in zip(parts, STARTS, strict=True)]
    np.testing.assert_allclose(split["annual"]["water_residual_sum"], sum(largest), rtol=1e-12)
    # the stand of the midnight that ends June, and of the run's end
    expected = [np.datetime64(d, "ns") for d in ("2001-07-01", "2001-07-04")]
    np.testing.assert_array_equal(split["stand"]["time"], expected)
    assert table["date"].unique().tolist() == ["2001-07-01", "2001-07-04"]
    assert len(halves) == 2 * len(table)
    same = [name for name in STAND if name not in ("n_patch", "n_cohort")]
    xr.testing.assert_allclose(whole["stand"][same], split["stand"][same], rtol=1e-5, atol=1e-12)


STARTS = ([0, 3, 5], [0, 6, 10])  # first patches of the cells, whole and in halves


def test_moisture_by_patch_needs_patches_that_stay(compiled, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="patches that stay the same"):
        changing_run(tmp_path, halved, monkeypatch, theta=tmp_path / "theta.nc")
    assert list(tmp_path.iterdir()) == []


def test_command_writes_stand_and_cohorts(compiled, tmp_path):
    """Succession without moisture by patch: everything else of a year's first days."""
    write_tile(tmp_path, "5 cohorts", 2, 2)
    words = arguments(tmp_path, 2, {"dynamics": "full", "integrator": "split"})
    at = words.index("--out-theta")
    words[at : at + 2] = ["--out-stand", f"{tmp_path}/stand.nc"]
    words += ["--out-cohorts", f"{tmp_path}/cohorts.csv", "--cohorts-every", "year"]
    CliRunner().invoke(group, words, catch_exceptions=False)
    assert not (tmp_path / "run/out-theta.nc").exists()
    stand = xr.load_dataset(tmp_path / "stand.nc", engine="netcdf4")
    assert stand["time"].values.tolist() == np.array(["2001-01-03"], "M8[ns]").tolist()
    assert stand.attrs["region"] == "Benchmark" and stand.attrs["synthetic"] == 1
    table = pd.read_csv(tmp_path / "cohorts.csv")
    assert table["date"].unique().tolist() == ["2001-01-03"] and len(table) == 10
    with xr.open_dataset(tmp_path / "run/out-state.nc", engine="netcdf4") as state:
        np.testing.assert_allclose(table["storage_carbon"], state["storage_carbon"], rtol=1e-7)


def test_command_goes_on_with_the_patches_of_the_state(compiled, tmp_path):
    """Patches that succession left, held fixed from then on."""
    write_tile(tmp_path, "5 cohorts", 2, 1)
    columns = bench.columns_of(bench.STANDS["5 cohorts"], 2)
    columns, state = halved(columns, bench.start_state(columns, "winter"))
    state.to_dataset(columns).to_netcdf(tmp_path / "state.nc", engine="netcdf4")
    words = arguments(tmp_path, 1, {"dynamics": "fixed", "integrator": "split"})
    CliRunner().invoke(group, words, catch_exceptions=False)
    with xr.open_dataset(tmp_path / "run/out-theta.nc", engine="netcdf4") as theta:
        np.testing.assert_array_equal(theta["area"], [0.5] * 4)


@pytest.mark.parametrize("option", ["--out-theta", "--rzsm"])
def test_command_refuses_files_by_patch_where_patches_change(option):
    needed = ("domain", "soil", "initial-state", "tiles", "state", "forcing", "phenology", "out")
    needed += ("out-daily", "out-annual", "out-state")
    arguments = [word for name in needed for word in (f"--{name}", f"{name}.nc")]
    arguments += ["--tile", "0", "--year", "2001", "--run", "native"]
    arguments += ["--params", '{"model": {"dynamics": "full"}}', option, "theta.nc"]
    result = CliRunner().invoke(group, ["simulate", *arguments])
    assert isinstance(result.exception, InputError)
    assert f"or leave {option} out" in str(result.exception)
