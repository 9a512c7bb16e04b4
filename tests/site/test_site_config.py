"""The YAML of a site run: what is accepted, and the key that each error names."""

from __future__ import annotations

import copy

import numpy as np
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
        ("forcing.longwave", "guessed", "forcing.longwave is 'guessed'"),
        ("forcing.gaps", {"ends": "mirror"}, "forcing.gaps.ends is 'mirror'"),
        ("co2", "high", "co2 is 'high'"),
        ("co2", 0.0004, "co2 is 0.0004"),
        ("co2", {"file": "x"}, "co2.path"),
        ("stand", {"pss": "patches.csv"}, "stand.css"),
        ("stand", {}, "stand.patches"),
        ("soil.sand", 60, "soil.sand is 60"),
        ("soil.clay", 0.5, "soil.clay is 0.5; expected at most 0.4"),
        ("soil.layer_bottoms", [0.1, 0.5, 1.0], "soil.layer_bottoms is .* nine standard layers"),
        ("soil.theta", [0.2, 0.3], "soil.theta"),
        ("soil.temperature", 15, "soil.temperature is 15; expected 220 to 330 K"),
        ("soil.bottom", "aquifer", "soil.bottom is 'aquifer'"),
        ("soil.depth", 0.1, "soil.depth is 0.1"),
        ("options", ["rk4"], "options"),
        ("phenology", {"greenup": 100}, "phenology.mid_greenup"),
        ("phenology.senescence", 100, "phenology.mid_greendown"),
        ("spinup", {"years": -1}, "spinup.years is -1"),
        ("spinup", {"years": 1.5}, "spinup.years is 1.5"),
        ("output", {"step": "minute"}, "output.step is 'minute'"),
        ("output", {"budgets": "yes"}, "output.budgets is 'yes'"),
        ("prescribe.format", "edlite", "prescribe.format is 'edlite'"),
    ],
)
def test_errors_name_the_key(tmp_path, key, value, message):
    path = write_site(tmp_path)
    with pytest.raises(InputError, match=message):
        parse_site_run(changed(site_content(), key, value), path)


def test_standard_layers_may_be_written_out(tmp_path):
    bottoms = [0.02, 0.08, 0.2, 0.4, 0.8, 1.6, 3, 5, 8]
    path = write_site(tmp_path, changed(site_content(), "soil.layer_bottoms", bottoms))
    assert read_site_run(path).soil.depth == 8.0


def test_not_yaml(tmp_path):
    (tmp_path / "run.yaml").write_text("site: [1, 2")
    with pytest.raises(InputError, match="valid YAML"):
        read_site_run(tmp_path / "run.yaml")
    (tmp_path / "list.yaml").write_text("- 1\n")
    with pytest.raises(InputError, match="a mapping"):
        read_site_run(tmp_path / "list.yaml")
    with pytest.raises(InputError, match="missing"):
        read_site_run(tmp_path / "absent.yaml")
