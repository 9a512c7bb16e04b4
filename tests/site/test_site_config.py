"""The YAML of a site run: what is accepted, and the key that each error names."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest
from site_files import site_content, write_site

from edlite.errors import InputError
from edlite.site.config import parse_site_run, read_site_run


def test_defaults_and_types(tmp_path):
    run = read_site_run(write_site(tmp_path))
    assert run.start == np.datetime64("2013-07-01T00:00:00")
    assert run.soil.theta == (0.25,) * 9
    assert run.soil.depth == 8.0 and run.soil.bottom == "free"
    assert run.forcing.record.options["longitude"] == -72.2
    assert run.forcing.gaps.precipitation == "error"
    assert run.spinup_years == 0 and run.output.step == "hour"
    assert run.parameters == {}


def changed(content: dict, key: str, value: object) -> dict:
    content = copy.deepcopy(content)
    *parents, last = key.split(".")
    node = content
    for parent in parents:
        node = node.setdefault(parent, {})
    if value is KeyError:
        del node[last]
    else:
        node[last] = value
    return content


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("colour", "red", "colour; expected a known key"),
        ("site.height", 3, "site.height; expected a known key"),
        ("forcing.gaps.rule", "any", "forcing.gaps.rule; expected a known key"),
        ("site", KeyError, "site; expected to be given"),
        ("site.latitude", 142.5, "site.latitude is 142.5"),
        ("site.latitude", "north", "site.latitude is 'north'"),
        ("site.elevation", True, "site.elevation is True"),
        ("time.start", "2013-07-01T06:00Z", "time.start"),
        ("time.start", "2013-07-01T00:00-05:00", "time.start"),
        ("time.start", "July", "time.start is 'July'"),
        ("time.end", "2013-06-01", "time.end"),
        ("forcing.path", "none.csv", "forcing.path is 'none.csv'; expected an existing file"),
        ("forcing.format", "excel", "forcing.format is 'excel'"),
        ("forcing.utc_offset", KeyError, "forcing.utc_offset"),
        ("forcing.interpolation", "spline", "forcing.interpolation is 'spline'"),
        ("forcing.interpolation", "mean", "none, linear, mean-preserving"),
        ("forcing.longwave", "guessed", "forcing.longwave is 'guessed'"),
        ("forcing.gaps", {"ends": "mirror"}, "forcing.gaps.ends is 'mirror'"),
        ("co2", "none.csv", "co2 is 'none.csv'; expected an existing file"),
        ("co2", 0.0004, "co2 is 0.0004"),
        ("co2", {"file": "x"}, "co2.path"),
        ("stand", {"pss": "patches.csv"}, "stand.css"),
        ("stand", {}, "stand.patches"),
        ("stand.leaf_area", "none.csv", "stand.leaf_area is 'none.csv'"),
        ("stand.divide", "no", "stand.divide is 'no'"),
        ("soil.sand", 60, "soil.sand is 60"),
        ("soil.clay", 0.5, "soil.clay is 0.5; expected at most 0.4"),
        ("soil.layer_bottoms", [0.1, 0.5, 0.4], "soil.layer_bottoms is .* increasing"),
        ("soil.layer_bottoms", [0.1, 0.5], "soil.layer_bottoms is .* 3 to 60"),
        ("soil.layer_bottoms", 9, "soil.layer_bottoms is 9"),
        ("soil.layer_bottoms", [-0.1, 0.5, 1.0], r"soil.layer_bottoms is -0.1"),
        ("soil.theta", [0.2, 0.3], "soil.theta is .* one number or 9 numbers"),
        ("soil.theta", 25, "soil.theta is 25; expected 0 to 1"),
        ("soil.psi_s", 0.15, "soil.psi_s is 0.15"),
        ("soil.k_sat", 3.0, "soil.k_sat is 3.0"),
        ("soil.colour", 21, "soil.colour is 21"),
        ("soil.sand", KeyError, "soil.sand"),
        ("options", {"parameters": {"MHW": {"SLA": 20}}}, "options.parameters; expected to stand"),
        ("options", {"soil_colour": 3}, "options.soil_colour; expected to stand under"),
        ("soil.temperature", 15, "soil.temperature is 15; expected 220 to 330 K"),
        ("soil.bottom", "aquifer", "soil.bottom is 'aquifer'"),
        ("soil.depth", 0.1, "soil.depth is 0.1"),
        ("options", ["rk4"], "options"),
        ("options", {"incanopy": 7}, r"run.yaml: options.incanopy is 7; .*\[0, 1, 4\]"),
        ("options", {"tolerance": "1e-4"}, r"run.yaml: options.tolerance is '1e-4'; .*a number"),
        ("options", {"canopy": 1}, r"run.yaml: options.canopy is 1; .*'incanopy'"),
        ("soil.botom", "free", r"soil.botom; .* \(did you mean bottom\? known keys: b, bottom, "),
        ("colour", "red", r"known key \(known keys: co2, forcing, "),
        ("phenology", {"greenup": 100}, "phenology.mid_greenup"),
        ("phenology.senescence", 100, "phenology.mid_greendown"),
        ("spinup", {"years": -1}, "spinup.years is -1"),
        ("spinup", {"years": 1.5}, "spinup.years is 1.5"),
        ("output", {"step": "minute"}, "output.step is 'minute'"),
        ("output", {"level": "tree"}, "output.level is 'tree'"),
        ("output", {"budgets": "yes"}, "output.budgets is 'yes'"),
        ("prescribe.format", "edlite", "prescribe.format is 'edlite'"),
    ],
)
def test_errors_name_the_key(tmp_path, key, value, message):
    path = write_site(tmp_path)
    with pytest.raises(InputError, match=message):
        parse_site_run(changed(site_content(), key, value), path)


def test_layers(tmp_path):
    bottoms = [0.02, 0.08, 0.2, 0.4, 0.8, 1.6, 3, 5, 8]
    path = write_site(tmp_path, changed(site_content(), "soil.layer_bottoms", bottoms))
    assert read_site_run(path).soil.depth == 8.0
    content = changed(site_content(), "soil.layer_bottoms", [0.1, 0.5, 1.0, 2.0])
    content["soil"]["temperature"] = [288, 287, 286, 285]
    soil = read_site_run(write_site(tmp_path, content)).soil
    assert soil.n_layer == 4 and soil.depth == 2.0 and soil.theta == (0.25,) * 4
    assert soil.temperature == (288, 287, 286, 285)


def test_a_mapping_of_python(tmp_path):
    """Paths, arrays, numpy numbers and times are as good as the text of a YAML."""
    path = write_site(tmp_path)
    content = site_content()
    content["time"] = {"start": np.datetime64("2013-07-01"), "end": pd.Timestamp("2013-07-04")}
    content["stand"]["patches"] = tmp_path / "patches.csv"
    content["soil"]["theta"] = np.full(9, 0.25)
    content["site"]["latitude"] = np.float32(42.5)
    run, expected = parse_site_run(content, path), read_site_run(path)
    assert (run.start, run.end, run.soil, run.site) == (
        expected.start,
        expected.end,
        expected.soil,
        expected.site,
    )
    assert run.stand == expected.stand


def test_co2_and_parameters(tmp_path):
    path = write_site(tmp_path)
    table = tmp_path / "tower.csv"
    for value in ("tower.csv", {"path": "tower.csv"}):
        assert parse_site_run(changed(site_content(), "co2", value), path).co2 == table
    for value in ({"MHW": {"SLA": 20.0}}, {"pft": {"MHW": {"SLA": 20.0}}}):
        run = parse_site_run(changed(site_content(), "parameters", value), path)
        assert run.parameters == {"MHW": {"SLA": 20.0}}
    run = parse_site_run(changed(site_content(), "parameters", {"pft": "tower.csv"}), path)
    assert run.parameters == table


def test_not_yaml(tmp_path):
    (tmp_path / "run.yaml").write_text("site: [1, 2")
    with pytest.raises(InputError, match="valid YAML"):
        read_site_run(tmp_path / "run.yaml")
    (tmp_path / "list.yaml").write_text("- 1\n")
    with pytest.raises(InputError, match="a mapping"):
        read_site_run(tmp_path / "list.yaml")
    with pytest.raises(InputError, match="missing"):
        read_site_run(tmp_path / "absent.yaml")
