"""Verification: a clean tree passes, each broken rule is found, the table is always written."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner
from small_study import CELL_ID, N_LAYER, annual, cells, domain

from edlite.analysis.sensitivity import FLUXES, combine
from edlite.analysis.verification import Bounds, verify_results
from edlite.commands.verify import verify as command
from edlite.errors import InputError
from edlite.files import write_dataset

TEXT = {"units": "1", "long_name": "test"}


def sensitivity(folder, nee_error=0.0):
    beta = combine(np.random.default_rng(0).normal(3, 1, (3, 4)))
    beta[4] += nee_error
    fields = {"beta": (("flux", "cell"), beta, TEXT)}
    fields |= {"delta_flux": (("flux", "cell"), beta / 10, TEXT)}
    fields |= {"delta_theta": ("cell", np.full(4, 0.1), TEXT)}
    fields |= {"masked": ("cell", np.zeros(4, int), TEXT)}
    coords = {"flux": list(FLUXES), "cell_id": ("cell", CELL_ID)}
    write_dataset(xr.Dataset(fields, coords=coords), folder / "sensitivity.nc", region="Test")


def prescribed(folder, value=0.2):
    theta = np.full((30, 9, 4), value, np.float32)
    theta[:, 4:, 2] = np.nan  # no soil there
    ds = xr.Dataset(
        {
            "theta": (("time", "layer", "patch"), theta, TEXT),
            "cell_index": ("patch", np.arange(4), TEXT),
        }
    )
    write_dataset(ds, folder / "blended/0/2013_rzsm.nc", region="Test")


@pytest.fixture
def tree(tmp_path):
    """A results tree that passes every check; returns the region's folder."""
    folder = tmp_path / "results" / "Test"
    domain(folder)
    fraction = np.array([[0.2, 0.3, 0.5, 0.0]] * 4)
    cells(folder / "cover.nc", fraction=(("cell", "cover"), fraction))
    soil = {
        name: (("cell", "layer"), np.full((4, 9), v))
        for name, v in (("theta_r", 0.05), ("theta_s", 0.45))
    }
    cells(folder / "soil.nc", n_layer=("cell", N_LAYER), **soil)
    cells(folder / "tiles.nc", tile=("cell", np.zeros(4, int)))
    for run in ("native", "blended"):
        for year in (2012, 2013):
            annual(folder / run / "0" / f"{year}_annual.nc")
    prescribed(folder)
    sensitivity(folder)
    return folder


def failed(folder, bounds=None):
    table = verify_results(folder.parent, bounds or Bounds())
    return list(table[~table["passed"]]["check"])


def test_clean_tree_passes(tree):
    table = verify_results(tree.parent, Bounds())
    assert table["passed"].all() and len(table) > 30
    assert {"native", "blended"} <= set(table["run"])


@pytest.mark.parametrize(
    ("variable", "value", "check"),
    [
        ("water_residual_max", 2e-9, "water per step"),
        ("energy_residual_max", -2e-5, "energy per step"),
        ("carbon_residual_max", 2e-12, "carbon per step, of the stock"),
        ("theta_above_theta_s", 1e-3, "theta above theta_s"),
        ("theta_below_theta_r", np.nan, "theta below theta_r"),
        ("water_residual_sum", 6e-7, "water over the run"),
        ("agb", np.nan, "values that are not finite"),
    ],
)
def test_broken_annual_values_are_found(tree, variable, value, check):
    values = np.zeros(4)
    values[2] = value
    for year in (2012, 2013):  # 6e-7 mm a year breaks the bound over two years only
        annual(tree / "native/0" / f"{year}_annual.nc", **{variable: ("cell", values)})
    assert check in failed(tree)


def test_other_broken_rules_are_found(tree):
    sensitivity(tree, nee_error=1e-6)
    prescribed(tree, 0.46)
    cells(tree / "cover.nc", fraction=(("cell", "cover"), np.full((4, 4), 0.3)))
    found = failed(tree)
    assert "identity of beta: nee = ra + rh - gpp" in found and "cover sums to one" in found
    assert "prescribed theta beyond the soil's bounds" in found
    prescribed(tree, np.nan)
    assert "prescribed theta that is not finite" in failed(tree)
    for path in (tree / "blended/0").glob("*_annual.nc"):
        path.unlink()
    assert "annual files of blended missing" in failed(tree)


def test_bounds_are_settings(tree):
    annual(tree / "native/0/2013_annual.nc", energy_residual_max=("cell", np.full(4, 1e-4)))
    assert failed(tree) == ["energy per step"]
    assert not failed(tree, Bounds.from_params({"verify": {"energy_step": 1e-3}}))
    for section in ({"energy": 1}, {"energy_step": -1}, {"energy_step": "x"}):
        with pytest.raises(InputError, match=r"verify\.energy"):
            Bounds.from_params({"verify": section})


def test_command_writes_the_table_and_fails(tree, tmp_path):
    out = tmp_path / "verification.csv"
    arguments = ["--results", str(tree.parent), "--out", str(out)]
    assert CliRunner().invoke(command, arguments).exit_code == 0
    annual(tree / "native/0/2013_annual.nc", water_residual_max=("cell", np.full(4, 1.0)))
    out.unlink()
    result = CliRunner().invoke(command, [*arguments, "--params", json.dumps({"synthetic": True})])
    assert result.exit_code == 1 and "water per step, Test/native/0/2013" in result.output
    table = pd.read_csv(out)
    assert (~table["passed"]).sum() == 1 and (table["synthetic"] == 1).all()


def test_unusable_trees(tree, tmp_path):
    with pytest.raises(InputError, match="folder"):
        verify_results(tmp_path / "absent", Bounds())
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"domain\.nc"):
        verify_results(tmp_path / "empty", Bounds())
    (tree / "sensitivity.nc").unlink()
    with pytest.raises(InputError, match="existing"):
        verify_results(tree.parent, Bounds())
