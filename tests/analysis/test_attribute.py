"""Table of cells for the attribution, and the command."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner
from small_study import CELL_ID, annual, cells

from edlite.analysis.attribution import read_cells
from edlite.analysis.sensitivity import FLUXES
from edlite.commands.attribute import attribute as command
from edlite.errors import InputError
from edlite.files import read_dataset, write_dataset


def sensitivity(path, region="Test", seed=0):
    beta = np.random.default_rng(seed).normal(3, 1, (5, 4))
    text = {"units": "1", "long_name": "test"}
    ds = xr.Dataset(
        {
            "beta": (("flux", "cell"), beta, text),
            "masked": ("cell", np.array([0, 0, 0, 1]), text),
        },
        coords={"flux": list(FLUXES), "cell_id": ("cell", CELL_ID)},
    )
    return write_dataset(ds, path, region=region)


def files(folder, region="Test", seed=0):
    rng = np.random.default_rng(seed)
    soil = cells(
        folder / region / "soil.nc",
        region,
        sand=("cell", rng.uniform(0.1, 0.6, 4)),
        clay=("cell", rng.uniform(0.1, 0.3, 4)),
    )
    years = [annual(folder / region / f"{y}_annual.nc", region, seed + y) for y in (2012, 2013)]
    return [sensitivity(folder / region / "sensitivity.nc", region, seed)], years, [soil]


def test_cells_of_two_regions(tmp_path):
    parts = [files(tmp_path, region, i) for i, region in enumerate("AB")]
    table = read_cells(*[sum((p[i] for p in parts), []) for i in range(3)])
    assert len(table) == 8 and list(table["region"]) == ["A"] * 4 + ["B"] * 4
    assert list(table["pft"][:4]) == ["NP", "MHW", "MHW", "DC3"]
    first = [read_dataset(p) for p in parts[0][1]]
    mean = np.mean([ds["agb"].values for ds in first], axis=0)
    np.testing.assert_allclose(table["agb"][:4], mean)
    total = sum(
        first[0][n] + first[1][n] for n in ("fast_carbon", "structural_carbon", "slow_carbon")
    )
    np.testing.assert_allclose(table["soil_carbon"][:4], total.values / 2)
    np.testing.assert_array_equal(table["masked"][:4], [0, 0, 0, 1])


def test_cell_without_leaves_has_no_type(tmp_path):
    group = files(tmp_path)
    bare = (("cell", "pft"), np.zeros((4, 13)))
    group[1][:] = [annual(tmp_path / "bare_annual.nc", lai_pft=bare)]
    assert (read_cells(*group)["pft"] == "").all()


def invoke(folder, group, *more):
    arguments = ["--out-dir", folder / "tables", *more]
    for name, paths in zip(("sensitivity", "annual", "soil"), group, strict=True):
        for path in paths:
            arguments += [f"--{name}", path]
    return CliRunner().invoke(command, [str(a) for a in arguments])


def test_command_with_few_cells(tmp_path, project):
    paper = project / "resources/paper/paper_table4.csv"
    result = invoke(tmp_path, files(tmp_path), "--paper", paper)
    assert result.exit_code == 0, result.exception
    table = pd.read_csv(tmp_path / "tables/regression.csv")
    assert {"flux", "variable", "standardised", "se", "p", "paper"} <= set(table)
    assert (table["n"] == 3).all() and table["se"].isna().all()
    assert len(pd.read_csv(tmp_path / "tables/anova.csv")) == 4
    pairs = pd.read_csv(tmp_path / "tables/pairwise.csv")
    assert len(pairs) == 4 and set(pairs["group_1"]) == {"MHW"}


def test_unusable_input(tmp_path):
    group = files(tmp_path)
    one, years, soil = group
    other = files(tmp_path, "Other")
    blended = write_dataset(
        read_dataset(years[0]).assign_attrs(run="blended"), tmp_path / "b.nc", region="Test"
    )
    unnamed = sensitivity(tmp_path / "unnamed.nc", "")
    cases = {
        "cell_id": (one, years, other[2]),
        "attribute run": (one, [blended], soil),
        "attribute region": ([unnamed], years, soil),
        "beta": (soil, years, soil),
    }
    for key, changed in cases.items():
        result = invoke(tmp_path, changed)
        assert isinstance(result.exception, InputError) and result.exception.key == key
    with pytest.raises(InputError, match="existing"):
        read_cells([tmp_path / "absent.nc"], years, soil)
    assert not (tmp_path / "tables").exists()
