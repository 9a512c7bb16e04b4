"""Figures: every axis has a label with a unit, titles say that a demo is synthetic."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from fake_results import write_tree
from matplotlib.image import imread

from edlite.errors import InputError, MissingInput
from edlite.figures import catalogue, maps, prepare, runtime, score, sensitivity, series, style
from edlite.figures.gallery import Drawn, Missing, read_gallery, save_gallery
from edlite.figures.paper import Paper, read_paper
from edlite.figures.results import Results
from edlite.figures.texture import relative_response


def test_nothing_is_missing_from_a_complete_tree(items):
    assert [item.title for item in items if isinstance(item, Missing)] == []
    names = [item.name for item in items]
    assert len(set(names)) == len(names) == 22


def test_titles_say_synthetic(items):
    for item in items:
        assert item.figure.get_suptitle().endswith("synthetic demo"), item.name
        assert item.caption.endswith((".", ".)")) and item.alt


def test_quantities_have_units(items):
    """Every visible axis is labelled itself or by its outer neighbour; numbers carry units."""
    units = (
        "(°)",
        "(m",
        "(kgC",
        "(gC",
        "(W",
        "(%)",
        "(1)",
        "(UTC)",
        "kgC m",
        "(min)",
        "(s)",
        "(years",
    )
    for item in items:
        axes = [axis for axis in item.figure.axes if axis.axison]
        labels = [text for axis in axes for text in (axis.get_xlabel(), axis.get_ylabel()) if text]
        assert labels, item.name
        for text in labels:
            plain = text.replace("$", "").replace(r"\theta", "").replace("^", "")
            assert any(unit in plain for unit in units), (item.name, text)


def test_cells_are_drawn_as_30_arc_second_rectangles(results):
    domain = results.domain("Howland")
    values = np.arange(10.0)
    values[3] = np.nan
    panel = maps.Panel(values, "x", "u", "s")
    figure = maps.map_figure(domain, [panel], "t", synthetic=False)
    cells = figure.axes[0].collections[0]
    assert len(cells.get_paths()) == 10
    width, height = np.ptp(cells.get_paths()[0].vertices, axis=0)
    assert width == pytest.approx(1 / 120) and height == pytest.approx(1 / 120)
    assert bool(cells.get_array().mask[3]) and cells.get_array().mask.sum() == 1
    assert figure.get_suptitle() == "t"


def test_scale_bar_length(results):
    """Five cells of 1/120 degree at 45.2 N are 3.3 km wide: the bar has a round length below."""
    figure = maps.map_figure(
        results.domain("Howland"), [maps.Panel(np.ones(10), "x", "u", "s")], "t", synthetic=True
    )
    assert maps.scale_bar(figure.axes[0], results.domain("Howland")) == 1.0


def test_difference_maps_are_centred():
    panels = maps.moisture_panels(np.array([0.1, 0.2]), np.array([0.3, 0.2]), None)
    low, high = maps._limits(panels)["bias"]
    assert low == -high and high > 0


def test_limits_of_degenerate_values():
    assert style.symmetric_limit(np.array([np.nan])) == 1.0
    low, high = style.value_limits(np.array([0.2, 0.2]))
    assert low < 0.2 < high


def test_signed_numbers():
    assert style.signed("-0.00") == "0.00"
    assert style.signed("+0 %") == "0 %"
    assert style.signed("-1.5") == "\N{MINUS SIGN}1.5"
    assert style.signed("+10") == "+10"


def test_region_statistics_by_hand():
    cells = pd.DataFrame(
        {
            "region": "A",
            "flux": "gpp",
            "beta": [1.0, 4.0, np.nan],
            "area": [2.0, 1.0, 1.0],
        }
    )
    row = sensitivity.region_statistics(cells).iloc[0]
    assert row["mean"] == pytest.approx(2.0)
    assert row["sd"] == pytest.approx(np.sqrt((2 * 1.0 + 4.0) / 3))
    assert (row["n"], row["masked_percent"]) == (2, pytest.approx(25.0))


def test_daily_series_needs_half_of_the_day():
    time = pd.date_range("2013-01-01", periods=48, freq="h").values
    values = np.ones(48)
    values[24:37] = np.nan
    daily = series.daily_series(time, values)
    assert daily.iloc[0] == 1.0 and np.isnan(daily.iloc[1])


def test_tower_units(results):
    """A GPP of 1e-8 kgC m-2 s-1 is 0.864 gC m-2 d-1; filled days do not count."""
    label, factor, _ = prepare.TOWER_VARIABLES["gpp"]
    assert factor * 1e-8 == pytest.approx(0.864) and "gC" in label
    daily = prepare.tower_daily(results, "US-Ho1")
    assert set(daily["gpp"]) == {"native", "prescribed", "observed"}
    assert daily["theta_rootzone"]["observed"].iloc[:40].isna().all()


def test_paper_values(project):
    paper = read_paper(project / "resources/paper")
    harvard = paper.fluxes.set_index("region").loc["Harvard"]
    assert (harvard.native, harvard.blended) == (1.09, 1.89)
    metolius = paper.fluxes.set_index("region").loc["Metolius"]
    assert metolius.native == pytest.approx(1.01 / (1 - 0.283))
    assert paper.composition.loc["Howland", "LC"] == 51.4
    assert paper.value("Howland", "RZSM_bias_0_100cm_model_minus_blended") == -0.21
    with pytest.raises(MissingInput):
        read_paper(project / "no such folder")


def test_texture_response_is_relative_to_the_lowest(results):
    texture = results.tower("US-Ho1", "texture")
    ratio = relative_response(texture, "gpp")
    assert float(ratio.sel(sand=10, clay=10)) == 1.0
    assert np.isnan(ratio.sel(sand=80, clay=50))
    assert float(relative_response(texture, "nee").sel(sand=10, clay=10)) == 0.0


def test_time_by_rule(tree, tmp_path):
    table = runtime.time_by_rule(tree / "benchmarks").set_index("rule")
    assert table.loc["spinup", "jobs"] == 2
    assert table.loc["spinup", "total_s"] == pytest.approx(2 * table.loc["spinup", "mean_s"])
    assert runtime.time_by_rule(tmp_path) is None
    (tmp_path / "x.tsv").write_text("a\tb\n1\t2\n")
    with pytest.raises(InputError, match="benchmark"):
        runtime.time_by_rule(tmp_path)


def test_tables_without_a_column_are_refused():
    with pytest.raises(InputError, match="rmse_native"):
        score.truth_errors(pd.DataFrame({"region": [], "depth_top": [], "depth_bottom": []}))


def test_saved_figures(drawn):
    entries, missing, synthetic = read_gallery(drawn)
    assert synthetic and not missing and len(entries) == 22
    for entry in entries:
        height, width = imread(drawn / entry.file).shape[:2]
        assert 400 < width < 1500 and 200 < height < 2200, entry.name
        assert (drawn / f"{entry.name}.txt").read_text(encoding="utf-8").strip() == entry.caption
    assert sum(path.stat().st_size for path in drawn.iterdir()) < 8e6


def test_a_failure_leaves_the_old_figures(tmp_path):
    folder = tmp_path / "figures"
    folder.mkdir()
    (folder / "old.txt").write_text("kept")

    def broken():
        yield Missing("key", "a", "b")
        raise InputError("file", "key", 1, "2")

    with pytest.raises(InputError):
        save_gallery(broken(), folder, True)
    assert [path.name for path in tmp_path.iterdir()] == ["figures"]
    assert (folder / "old.txt").read_text() == "kept"


def test_without_optional_inputs_the_gaps_are_named(results, tmp_path, tree):
    """Only native runs: the rest is listed as missing, with what it needs."""
    bare = tmp_path / "results"
    for name in ("domain.nc", "native"):
        source = tree / "Howland" / name
        (bare / "Howland").mkdir(parents=True, exist_ok=True)
        (bare / "Howland" / name).symlink_to(source)
    found = list(catalogue.all_figures(Results(bare), Paper()))
    drawn = {item.name for item in found if isinstance(item, Drawn)}
    missing = {item.section for item in found if isinstance(item, Missing)}
    assert drawn == {"moisture_map_Howland", "composition"}
    assert missing == {
        *("key", "truth", "sensitivity", "attribution", "regions", "towers", "texture", "run")
    }
    assert all(item.needs for item in found if isinstance(item, Missing))


def test_a_study_of_which_all_cells_are_masked(tmp_path):
    """Two cells, four days, no flight, no finite beta: what cannot be drawn is named."""
    tree = write_tree(tmp_path, ("Howland",), shape=(1, 2), n_tile=1, days=4)
    (tree / "Howland/rzsm/2013.nc").unlink()
    path = tree / "Howland/sensitivity.nc"
    ds = xr.load_dataset(path, engine="netcdf4")
    ds["masked"][:] = 1
    ds.to_netcdf(path, engine="netcdf4")
    table = pd.read_csv(tree / "tables/regression.csv")
    table.assign(standardised=np.nan, se=np.nan).to_csv(tree / "tables/regression.csv", index=False)
    found = [
        *catalogue.truth_figures(Results(tree)),
        *catalogue.sensitivity_figures(Results(tree), Paper()),
        *catalogue.attribution_figures(Results(tree), Paper()),
        *catalogue.region_figures(Results(tree), "Howland", {}),
    ]
    missing = [item.title for item in found if isinstance(item, Missing)]
    assert len(missing) == 3 and len(found) == 11


def test_unusable_index(tmp_path):
    with pytest.raises(MissingInput):
        read_gallery(tmp_path)
    (tmp_path / "index.json").write_text(json.dumps({"figures": [{"name": "x"}]}))
    with pytest.raises(InputError, match="index written by figures"):
        read_gallery(tmp_path)
