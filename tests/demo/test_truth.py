"""Hidden soils: size of the errors, valid textures, consistent properties."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from edlite.cli import group
from edlite.demo.random import generator
from edlite.demo.truth import bounded_texture, hidden_soil, texture_errors
from edlite.errors import InputError
from edlite.files import read_dataset, write_dataset
from edlite.soil.hydraulics import PROPERTIES, soil_properties
from edlite.soil.layers import LAYER_BOTTOM, LAYER_TOP
from edlite.soil.texture import texture_class


def survey_soil(cells):
    """A soil.nc of loams."""
    n = len(cells)
    sand, clay = np.linspace(0.3, 0.6, n), np.linspace(0.25, 0.1, n)

    def variable(dims, values):
        return dims, values, {"units": "1", "long_name": "made up"}

    data = {
        "sand": variable("cell", sand),
        "clay": variable("cell", clay),
        "texture_class": variable("cell", texture_class(sand, clay).astype(np.int32)),
        "n_layer": variable("cell", np.full(n, 6, dtype=np.int32)),
        "soil_depth": variable("cell", np.full(n, 1.6)),
        "layer_top": variable("layer", LAYER_TOP),
        "layer_bottom": variable("layer", LAYER_BOTTOM),
    }
    for name, values in soil_properties(sand, clay).items():
        data[name] = variable(("cell", "layer"), values)
    return xr.Dataset(data, coords={"cell_id": ("cell", np.asarray(cells))})


def test_errors_have_the_published_size_and_the_stated_correlations(recipe):
    law = recipe["truth"]
    assert (law["sand_rms"], law["clay_rms"]) == (17.8, 12.0)
    rng = generator(recipe, "test", "texture")
    draws = np.array([texture_errors(rng, law, 4) for _ in range(4000)])  # region, 2, cell
    rms = np.sqrt((draws**2).mean(axis=(0, 2)))
    assert rms == pytest.approx([17.8, 12.0], rel=0.03)
    sand, clay = draws[:, 0], draws[:, 1]
    assert np.corrcoef(sand.ravel(), clay.ravel())[0, 1] == pytest.approx(-0.5, abs=0.03)
    # cells of a region share half of the variance
    assert np.corrcoef(sand[:, 0], sand[:, 1])[0, 1] == pytest.approx(0.5, abs=0.04)


def test_bounds_hold_and_leave_good_textures_alone(recipe):
    bounds = recipe["truth"]["bounds"]
    sand, clay = np.meshgrid(np.linspace(-40, 140, 37), np.linspace(-30, 110, 29))
    new_sand, new_clay = bounded_texture(sand, clay, bounds)
    assert new_sand.min() >= 3 and new_sand.max() <= 95
    assert new_clay.min() >= 2 and new_clay.max() <= 60
    assert (100 - new_sand - new_clay).min() >= 2 - 1e-9
    good = (sand >= 3) & (sand <= 95) & (clay >= 2) & (clay <= 60) & (sand + clay <= 98)
    assert np.array_equal(new_sand[good], sand[good]) and np.array_equal(new_clay[good], clay[good])


def test_properties_follow_the_new_texture(recipe, walnut_cells):
    soil = survey_soil(walnut_cells)
    hidden = hidden_soil(recipe, "Walnut", soil, "soil.nc")
    assert not np.allclose(hidden["sand"], soil["sand"], atol=0.01)
    expected = soil_properties(hidden["sand"].values, hidden["clay"].values)
    for name in PROPERTIES:
        assert np.array_equal(hidden[name].values, expected[name])
        assert hidden[name].attrs == soil[name].attrs
    for name in ("n_layer", "soil_depth"):
        assert np.array_equal(hidden[name], soil[name])
    assert np.array_equal(
        hidden["texture_class"], texture_class(hidden["sand"].values, hidden["clay"].values)
    )


def test_a_smaller_run_has_the_same_hidden_soils(recipe, walnut_cells):
    whole = hidden_soil(recipe, "Walnut", survey_soil(walnut_cells), "soil.nc")
    part = hidden_soil(recipe, "Walnut", survey_soil(walnut_cells).isel(cell=[2, 7]), "soil.nc")
    assert np.array_equal(part["sand"], whole["sand"][[2, 7]])
    again = hidden_soil(recipe, "Walnut", survey_soil(walnut_cells), "soil.nc")
    xr.testing.assert_identical(whole, again)


def test_command_writes_a_marked_file_and_refuses_foreign_cells(
    recipe_path, walnut_cells, tmp_path
):
    for name, cells in (("soil", walnut_cells), ("foreign", walnut_cells + 5000)):
        write_dataset(survey_soil(cells), tmp_path / f"{name}.nc", region="Walnut")
    arguments = ["demo-truth", "--recipe", recipe_path, "--region", "Walnut", "--soil"]

    def run(name):
        out = ["--out", tmp_path / f"{name}-truth.nc"]
        return CliRunner().invoke(group, list(map(str, [*arguments, tmp_path / name, *out])))

    assert run("soil.nc").exit_code == 0
    ds = read_dataset(tmp_path / "soil.nc-truth.nc")
    assert ds.attrs["synthetic"] == 1 and "SYNTHETIC" in ds.attrs["title"]
    failed = run("foreign.nc")
    assert isinstance(failed.exception, InputError) and "cell_id" in str(failed.exception)
    assert not (tmp_path / "foreign.nc-truth.nc").exists()
