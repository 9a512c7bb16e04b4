"""The demo's weather and a tower of the study become a site run."""

from __future__ import annotations

import numpy as np
import pytest

from edlite.demo.forcing import tower_weather
from edlite.demo.recipe import load_recipe
from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.skill.response import demo_site


@pytest.fixture(scope="module")
def arguments(project):
    resources = project / "resources"
    return (
        *(resources / "demo" / "recipe.yaml", "Harvard", project / "config" / "towers.csv"),
        *("US-Ha1", resources / "towers" / "stands.csv"),
    )


def test_demo_site_has_the_towers_weather(arguments, tmp_path):
    run = demo_site(*arguments, tmp_path)
    assert (run.site.name, run.synthetic) == ("US-Ha1", True)
    met = read_dataset(run.forcing.record.paths[0])
    weather = tower_weather(load_recipe(arguments[0], ["Harvard"]), "Harvard")
    # a point of the grid some kilometres away, at another height
    difference = met["air_temperature"].values - weather["temperature"].to_numpy()
    assert np.abs(difference).max() < 1.0
    total = float(met["precipitation"][1:].sum()) * 3600.0
    assert total == pytest.approx(weather["precipitation"][1:].sum(), rel=0.15)
    assert met["precipitation"].attrs["units"] == "kg m-2 s-1"


def test_an_unknown_tower_is_refused(arguments, tmp_path):
    with pytest.raises(InputError, match="US-Xyz"):
        demo_site(*arguments[:3], "US-Xyz", arguments[4], tmp_path)
