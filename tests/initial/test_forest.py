"""Inventory plots of the cells: densities on subplots, partial forest, nearest plots, errors."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from edlite.cli import main
from edlite.errors import InputError
from edlite.grid.domain import read_domain
from edlite.initial.forest import build_forest
from edlite.initial.options import ForestOptions
from edlite.initial.subplots import build_subplots, soil_carbon
from edlite.parameters import PFT_CODES
from edlite.sources import fia
from helpers.fia_files import (
    MACROPLOT_TPA,
    MICROPLOT_TPA,
    key,
    table,
    three_plots,
    write_tables,
)
from helpers.region_files import make_domain, write_domain

DOMAIN = make_domain(42.57, -72.20)
FULL, MICRO, MACRO = 1 / 168.1126, 1 / 13.4958, 1 / 1012.53  # plants m-2 of one tree


def subplots_of(folder, **frames):
    tables = fia.find_tables(write_tables(folder, **(three_plots() | frames)))
    plots = fia.read_plots(tables, (1999, 2011))
    return build_subplots(
        tables,
        plots,
        fia.read_conditions(tables, plots.index),
        fia.read_subplot_conditions(tables, plots.index),
        fia.read_trees(tables, plots.index),
    )


def one_plot(**frames):
    first = {"PLOT": table("PLOT", {}), "COND": table("COND", {}), "TREE": table("TREE", {})}
    return first | frames


def test_density_of_a_tree_on_its_subplot(tmp_path):
    trees = table(
        "TREE",
        {},
        {"DIA": 2.0, "TPA_UNADJ": MICROPLOT_TPA, "SUBP": 2},
        {"DIA": 30.0, "TPA_UNADJ": MACROPLOT_TPA, "SUBP": 3},
        {"DIA": 2.0, "TPA_UNADJ": None, "SUBP": 4},  # completed from the national design
    )
    result = subplots_of(tmp_path, **one_plot(TREE=trees))
    np.testing.assert_allclose(result.trees["n"], [FULL, MICRO, MACRO, MICRO], rtol=1e-4)
    np.testing.assert_array_equal(result.trees["subplot"], [1, 2, 3, 4])
    np.testing.assert_array_equal(result.weight.to_numpy(), [[1, 1, 1, 1]])


def test_partly_forested_subplots(tmp_path):
    conditions = table(
        "COND",
        {"CONDPROP_UNADJ": 0.4, "SUBPPROP_UNADJ": 0.4, "MICRPROP_UNADJ": 0.375},
        {"CONDID": 2, "COND_STATUS_CD": 2, "CONDPROP_UNADJ": 0.6, "SUBPPROP_UNADJ": 0.6},
    )
    shares = table(
        "SUBP_COND",
        {"SUBP": 1},
        {"SUBP": 2, "SUBPCOND_PROP": 0.6, "MICRCOND_PROP": 0.5},
        {"SUBP": 2, "CONDID": 2, "SUBPCOND_PROP": 0.4, "MICRCOND_PROP": 0.5},
        {"SUBP": 3, "CONDID": 2},
        {"SUBP": 4, "CONDID": 2},
    )
    trees = table(
        "TREE",
        {"SUBP": 2},
        {"SUBP": 2, "DIA": 3.0, "TPA_UNADJ": MICROPLOT_TPA},
        {"SUBP": 3, "CONDID": 2},  # a tree of the field
    )
    frames = one_plot(COND=conditions, TREE=trees)
    result = subplots_of(tmp_path, SUBP_COND=shares, **frames)
    np.testing.assert_allclose(result.trees["n"], [FULL / 0.6, MICRO / 0.5], rtol=1e-4)
    np.testing.assert_allclose(result.weight.to_numpy(), [[1.0, 0.6, 0, 0]])
    # without SUBP_COND the subplots cannot be told apart: one patch, the same trees per forest area
    (tmp_path / "RI_SUBP_COND.csv").unlink()
    result = subplots_of(tmp_path, **frames)
    np.testing.assert_allclose(result.trees["n"], [FULL / 4 / 0.4, MICRO / 4 / 0.375], rtol=1e-4)
    np.testing.assert_allclose(result.weight.to_numpy(), [[1.6, 0, 0, 0]])
    assert set(result.trees["subplot"]) == {1}


def test_inconsistent_proportions_are_an_error(tmp_path):
    shares = table("SUBP_COND", {"SUBP": 2})
    with pytest.raises(InputError, match=r"forested proportion of plot 100000000000001, subplot 1"):
        subplots_of(tmp_path, SUBP_COND=shares, **one_plot())


def test_other_designs(tmp_path, caplog):
    plots = table(
        "PLOT",
        {"CN": key(1), "PLOT": 1, "DESIGNCD": 111},
        {"CN": key(2), "PLOT": 2, "DESIGNCD": 111},
        {"CN": key(3), "PLOT": 3, "DESIGNCD": 501},
    )
    trees = table(
        "TREE",
        {"PLT_CN": key(1), "TPA_UNADJ": 5.0, "SUBP": 9},
        {"PLT_CN": key(2), "TPA_UNADJ": None},
        {"PLT_CN": key(3), "TPA_UNADJ": MACROPLOT_TPA},
    )
    conditions = table("COND", *({"PLT_CN": key(i)} for i in (1, 2, 3)))
    result = subplots_of(tmp_path, PLOT=plots, TREE=trees, COND=conditions)
    assert result.weight.index.tolist() == [key(1), key(3)]
    np.testing.assert_allclose(result.trees["n"], [5.0 / 4046.8564, MACRO], rtol=1e-4)
    assert "1 plots of other designs without TPA_UNADJ rejected" in caplog.text


def test_soil_carbon_weighted_by_condition():
    conditions = table(
        "COND",
        {"CONDPROP_UNADJ": 0.75, "CARBON_LITTER": 4.0},
        {"CONDID": 2, "CONDPROP_UNADJ": 0.25, "CARBON_LITTER": 8.0, "CARBON_SOIL_ORG": None},
    )
    carbon = soil_carbon(conditions, pd.Index([key(1), key(2)]))
    assert carbon.at[key(1), "litter_carbon"] == pytest.approx(5.0 * 0.2241702)
    assert carbon.at[key(1), "soil_organic_carbon"] == pytest.approx(30.0 * 0.2241702)
    assert carbon.loc[key(2)].isna().all()


def build(folder, options=None, **frames):
    tables = fia.find_tables(write_tables(folder, **(three_plots() | frames)))
    return build_forest(DOMAIN, tables, options or ForestOptions())


def test_nearest_plots_and_distances(tmp_path):
    more = three_plots()
    far = {"CN": key(4), "PLOT": 4, "LAT": 43.0}
    frames = {
        "PLOT": pd.concat([more["PLOT"], table("PLOT", far)]),
        "COND": pd.concat([more["COND"], table("COND", {"PLT_CN": key(4)})]),
    }
    ds = build(tmp_path, **frames)
    assert ds["plot_cn"].values.tolist() == [key(1), key(2), key(3)]
    assert (np.diff(ds["distance"], axis=1) >= 0).all()
    # one degree of latitude is 111.2 km on the mean sphere
    i = int(np.argmin(np.abs(DOMAIN["lon"].values + 72.18)))
    nearest = ds["nearest_plot"].values[i, 0]
    dlat = DOMAIN["lat"].values[i] - ds["plot_lat"].values[nearest]
    dlon = (DOMAIN["lon"].values[i] + 72.18) * np.cos(np.radians(42.56))
    expected = 111195.0 * np.hypot(dlat, dlon)
    assert ds["distance"].values[i, 0] == pytest.approx(expected, rel=1e-3)
    np.testing.assert_array_equal(ds["n_subplot"], 4)
    assert ds.sizes["tree"] == 24
    assert {PFT_CODES[i] for i in np.unique(ds["pft"])} == {"NP", "MHW"}
    assert ds["dbh"].values.min() == pytest.approx(9.0 * 2.54)


def test_no_plot_near_the_region(tmp_path):
    with pytest.raises(InputError, match=r"0 usable forested plots within 100 km"):
        build(tmp_path, **three_plots(LON=-110.0))
    with pytest.raises(InputError, match="forest.n_nearest"):
        build(tmp_path, ForestOptions(n_nearest=4))


def test_unknown_species(tmp_path, caplog):
    trees = three_plots()["TREE"]
    trees.loc[[0, 1, 2], "SPCD"] = [9991, 9991, 9990]
    with pytest.raises(InputError, match=r"RI_TREE.csv.*SPCD 9990: 1 trees, SPCD 9991: 2 trees"):
        build(tmp_path, TREE=trees)
    ds = build(tmp_path, ForestOptions(unknown_species="drop"), TREE=trees)
    assert ds.sizes["tree"] == 21
    assert "SPCD 9991: 2 trees" in caplog.text
    reference = pd.DataFrame(
        {"SPCD": [9990, 9991], "GENUS": ["Acer", "Pinus"], "SFTWD_HRDWD": ["H", "S"]}
    )
    assert build(tmp_path, TREE=trees, REF_SPECIES=reference).sizes["tree"] == 24


def test_command_leaves_nothing_behind_on_errors(tmp_path, capsys):
    domain = write_domain(tmp_path / "domain.nc", DOMAIN)
    paths = [str(p) for p in write_tables(tmp_path, **three_plots())]
    out = tmp_path / "forest.nc"
    arguments = ["forest", "--domain", str(domain), "--fia", *paths, "--out", str(out)]
    for bad in ({"n_nearest": 0}, {"unknown_species": "guess"}, {"inventory_years": [2011]}):
        with pytest.raises(SystemExit) as stop:
            main([*arguments, "--params", json.dumps({"forest": bad})])
        assert stop.value.code == 2
        assert f"forest.{next(iter(bad))}" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(arguments[:-2] + ["--out", str(out), "--params", '{"forest": {"n_nearest": 9}}'])
    assert stop.value.code == 2
    assert list(tmp_path.glob("*forest*")) == []
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 0
    with xr.open_dataset(out, engine="netcdf4") as ds:
        np.testing.assert_array_equal(ds["cell_id"], read_domain(domain)["cell_id"])
        for name, variable in ds.data_vars.items():
            assert variable.attrs["units"], name


@pytest.mark.shared
def test_basal_area_of_real_plots_is_that_of_the_survey(shared):
    """BALIVE of COND (ft2 acre-1 of the condition) is the survey's own sum over its trees."""
    folder = shared / "data/fia"
    tables = fia.find_tables(folder.glob("*.csv"))
    plots = fia.read_plots(tables, (1999, 2011))
    conditions = fia.read_conditions(tables, plots.index)
    shares = fia.read_subplot_conditions(tables, plots.index)
    result = build_subplots(tables, plots, conditions, shares, fia.read_trees(tables, plots.index))
    assert len(result.weight) == 133
    area = result.trees["n"] * np.pi / 4 * (result.trees["dia"] * 0.0254) ** 2
    patch = area.groupby([result.trees["plot"], result.trees["subplot"]]).sum().unstack()
    weight = result.weight.reindex(columns=patch.columns)
    own = (patch * weight.reindex(patch.index)).sum(axis=1) / result.weight.sum(axis=1)
    cond = pd.read_csv(folder / "RI_COND.csv", dtype={"PLT_CN": str}, low_memory=False)
    cond = cond[cond["COND_STATUS_CD"] == 1]
    share = cond["CONDPROP_UNADJ"].groupby(cond["PLT_CN"]).sum()
    survey = (cond["BALIVE"] * cond["CONDPROP_UNADJ"]).groupby(cond["PLT_CN"]).sum() / share
    survey = survey.reindex(plots.index) * 0.09290304 / fia.ACRE
    ratio = (own / survey)[survey > 0]
    assert ratio.median() == pytest.approx(1.0, abs=1e-4)
    assert (np.abs(ratio - 1) < 0.02).mean() > 0.95  # microplots differ where forest is partial
    assert np.isfinite(ratio).sum() == 130  # three plots have no live tree
