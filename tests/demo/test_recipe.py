"""A recipe that cannot be cooked is refused before anything is written."""

from __future__ import annotations

import copy

import pytest
import yaml
from click.testing import CliRunner

from edlite.cli import group
from edlite.demo.recipe import load_recipe
from edlite.errors import InputError

BAD = {
    "a missing section": (("radar",), None, "radar"),
    "a missing part of a region": (("regions", "Walnut", "soil"), None, "Walnut.soil"),
    "eleven months": (("regions", "Walnut", "climate", "wind"), [3.0] * 11, "climate.wind"),
    "a humidity of 140": (
        ("regions", "Walnut", "climate", "relative_humidity"),
        [140] * 12,
        "relative_humidity",
    ),
    "rain without wet days": (("regions", "Walnut", "climate", "wet_days"), [0] * 12, "wet_days"),
    "cover that does not sum": (("regions", "Walnut", "cover", "classes"), {52: 0.5}, "classes"),
    "unknown cover": (("regions", "Walnut", "cover", "classes"), {99: 1.0}, "classes"),
    "a gap between horizons": (
        ("regions", "Walnut", "soil", "units"),
        [{"name": "x", "share": 1.0, "horizons": [[0, 10, 60, 10, 1, 1], [20, 50, 60, 10, 1, 1]]}],
        "units",
    ),
    "impossible texture": (
        ("regions", "Walnut", "soil", "units"),
        [{"name": "x", "share": 1.0, "horizons": [[0, 10, 80, 30, 1, 1]]}],
        "units",
    ),
    "autumn before spring": (("regions", "Walnut", "phenology", "greenup"), 350, "phenology"),
    "a flight in another year": (
        ("regions", "Walnut", "flights", "times"),
        ["2012-05-01T10:00"],
        "flights",
    ),
    "more correlated than total error": (("radar", "correlated_rms"), 0.2, "correlated_rms"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_recipe(recipe, tmp_path, case):
    keys, value, message = BAD[case]
    changed = copy.deepcopy(dict(recipe))
    section = changed
    for key in keys[:-1]:
        section = section[key]
    if value is None:
        del section[keys[-1]]
    else:
        section[keys[-1]] = value
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(changed), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_recipe(path, ["Walnut"])
    out = tmp_path / "out"
    arguments = ["demo-region", "--recipe", path, "--region", "Walnut", "--out", out]
    result = CliRunner().invoke(group, [str(a) for a in arguments])
    assert isinstance(result.exception, InputError)
    assert not out.exists()
