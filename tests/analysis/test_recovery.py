"""Scores against the truth: moisture error, its reduction, and recovery of beta."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner
from small_study import AREA, CELL_ID, N_LAYER, PERIOD, cells, daily, rates

from edlite.analysis.daily import Period
from edlite.analysis.recovery import beta_recovery, truth_scores
from edlite.analysis.sensitivity import FLUXES
from edlite.commands.evaluate import evaluate as command
from edlite.errors import InputError
from edlite.files import write_dataset


def region_files(folder, region="Test", shift=0.04):
    """Files in which the native run is too wet by `shift` and the blended by a quarter of it."""
    theta = np.random.default_rng(0).uniform(0.1, 0.3, (61, 9, 4))
    theta[:, 4:, 2] = np.nan  # below the shallow soil
    files = {}
    for run, offset in (("native", shift), ("blended", shift / 4), ("truth", 0.0)):
        path = folder / region / run / "2013_daily.nc"
        files[run] = daily(path, rates(), region=region, theta=theta + offset)
    files["soil"] = cells(folder / region / "soil.nc", region, n_layer=("cell", N_LAYER))
    files["sensitivity"] = sensitivity_file(folder / region / "sensitivity.nc", region)
    return files


def sensitivity_file(path, region, error=(0.0, 1.0, 5.0, -1.0)):
    perfect = np.arange(20.0).reshape(5, 4) + 1
    fields = {
        "beta": (("flux", "cell"), perfect + np.array(error)),
        "beta_perfect": (("flux", "cell"), perfect),
        "masked": ("cell", np.array([0, 0, 1, 0])),
        "masked_perfect": ("cell", np.zeros(4, int)),
        "area": ("cell", AREA),
        "beta_region": ("flux", np.ones(5)),
        "beta_region_perfect": ("flux", np.array([1.1, 1.1, 1.1, 1.1, 9.0])),
        "beta_region_jackknife_sd": ("flux", np.full(5, 0.1)),
        "beta_region_low": ("flux", np.full(5, 0.8)),
        "beta_region_high": ("flux", np.full(5, 1.2)),
    }
    ds = xr.Dataset(
        {n: (d, v, {"units": "1", "long_name": "test"}) for n, (d, v) in fields.items()},
        coords={"flux": list(FLUXES), "cell_id": ("cell", CELL_ID)},
    )
    return write_dataset(ds, path, region=region)


def scores(*groups):
    names = ("native", "blended", "truth", "soil", "sensitivity")
    columns = [[g[name] for g in groups] for name in names]
    return truth_scores(*columns, Period.from_params({"period": PERIOD}))


def test_error_and_its_reduction(tmp_path):
    table = scores(region_files(tmp_path))
    assert len(table) == 13
    np.testing.assert_allclose(table["rmse_native"], 0.04, rtol=1e-6)
    np.testing.assert_allclose(table["rmse_blended"], 0.01, rtol=1e-6)
    np.testing.assert_allclose(table["reduction_percent"], 75.0, rtol=1e-6)
    np.testing.assert_allclose(table["bias_blended"], 0.01, rtol=1e-6)
    deep = table[(table["depth_top"] == 3.0)].iloc[0]
    assert deep["n_cell"] == 3 and table.iloc[0]["n_cell"] == 4


def test_all_regions_are_pooled(tmp_path):
    table = scores(region_files(tmp_path, "A"), region_files(tmp_path, "B", shift=0.08))
    root = table[(table["depth_top"] == 0.0) & (table["depth_bottom"] == 1.0)].set_index("region")
    assert root.loc["all", "rmse_native"] == pytest.approx(np.sqrt((0.04**2 + 0.08**2) / 2))
    assert root.loc["all", "n_cell"] == 8


def test_recovery_of_beta(tmp_path):
    paths = [sensitivity_file(tmp_path / f"{r}.nc", r) for r in ("A", "B")]
    table = beta_recovery(paths).set_index(["region", "flux"])
    row = table.loc[("A", "gpp")]
    assert row["n_cell"] == 3 and row["masked_share"] == pytest.approx(1 / 8)
    assert row["error"] == pytest.approx((2 * 1 - 4 * 1) / 7)
    assert row["rmse"] == pytest.approx(np.sqrt(6 / 7))
    assert row["inside"] == 1 and table.loc[("A", "nee"), "inside"] == 0
    assert np.isnan(table.loc[("all", "gpp"), "inside"])
    assert table.loc[("all", "gpp"), "n_cell"] == 6


def arguments(files, folder, **changes):
    result = []
    for name, path in (files | changes).items():
        result += [f"--{name}", str(path)] if path else []
    for name in ("towers", "truth", "recovery"):
        result += [f"--out-{name}", str(folder / f"{name}.csv")]
    return [*result, "--params", json.dumps({"period": PERIOD, "synthetic": True})]


def test_command(tmp_path):
    files = region_files(tmp_path)
    result = CliRunner().invoke(command, arguments(files, tmp_path))
    assert result.exit_code == 0, result.exception
    assert len(pd.read_csv(tmp_path / "truth.csv")) == 13
    assert list(pd.read_csv(tmp_path / "recovery.csv")["flux"]) == list(FLUXES)


def test_unusable_input(tmp_path):
    files = region_files(tmp_path)
    other = region_files(tmp_path, "Other")
    unnamed = sensitivity_file(tmp_path / "unnamed.nc", "")
    cases = [{"truth": None}, {"soil": other["soil"]}, {"blended": None}]
    cases += [{"sensitivity": unnamed}, {"native": tmp_path / "absent.nc"}]
    for change in cases:
        result = CliRunner().invoke(command, arguments(files, tmp_path, **change))
        assert isinstance(result.exception, InputError), change
    assert not (tmp_path / "truth.csv").exists() and not (tmp_path / "towers.csv").exists()
