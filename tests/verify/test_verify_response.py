"""The shapes that the paper reports, at Harvard Forest in the demo's synthetic weather."""

from __future__ import annotations

import numpy as np
import pytest

from edlite.figures.response import response_figure
from edlite.files import atomic_path, write_table
from edlite.site.texture import run_textures
from edlite.skill.response import demo_site, moisture_response, water_losses

pytestmark = pytest.mark.verify
SITE, REGION = "US-Ha1", "Harvard"
WETNESS = [0.05, 0.15, 0.3, 0.45, 0.6, 0.75, 0.85]  # decomposition falls above 0.89
SAND, CLAY = [10.0, 30.0, 50.0, 70.0], [10.0, 30.0, 50.0]


@pytest.fixture(scope="module")
def responses(project, verify_results):
    """Tables and datasets of the three responses; the figure is drawn and the table written."""
    folder = verify_results / "response"
    resources = project / "resources"
    run = demo_site(
        *(resources / "demo" / "recipe.yaml", REGION, project / "config" / "towers.csv", SITE),
        *(resources / "towers" / "stands.csv", folder),
    )
    moisture = moisture_response(run, WETNESS, "2013-05-01", "2013-06-01", "2013-09-01")
    losses = water_losses(run, folder, "2013-04-01")  # the start is forgotten by then
    texture = run_textures(run, SAND, CLAY)
    write_table(moisture, folder / "moisture.csv")
    write_table(texture.to_dataframe().reset_index(), folder / "texture.csv")
    write_table(losses.to_dataframe().reset_index(), folder / "losses.csv")
    with atomic_path(folder / "response.png") as path:
        response_figure(moisture, texture, losses, "US-Ha1, responses").savefig(path)
    return moisture, texture, losses


def test_fluxes_rise_with_moisture(responses, summary):
    moisture = responses[0]
    for name in ("gpp", "ra", "rh"):
        steps = np.diff(moisture[name]) / moisture[name].iloc[-1]
        least = float(steps.min())
        summary.row(SITE, name, "least rise from step to step", least, 0.0, "1", at_least=True)


def test_moisture_rises_with_clay_and_falls_with_sand(responses, summary):
    theta = responses[1]["theta_rootzone"]
    for name, sign in (("clay", 1.0), ("sand", -1.0)):
        steps = sign * theta.diff(name).values
        least = float(np.nanmin(steps))
        text = f"least {'rise' if sign > 0 else 'fall'} with {name}"
        summary.row(SITE, "theta", text, least, 0.0, "m3 m-3", at_least=True)


def test_drainage_dominates_the_dry_bias(responses, summary):
    losses = responses[2]
    rise = losses["theta_rootzone"] - losses["theta_rootzone"].sel(variant="as it is")
    drainage, plants = (float(rise.sel(variant=v)) for v in ("no drainage", "no plants"))
    text = "rise without drainage minus rise without plants"
    summary.row(SITE, "theta", text, drainage - plants, 0.0, "m3 m-3", at_least=True)
    profile = (losses["theta"] - losses["theta"].sel(variant="as it is")).sel(variant="no drainage")
    deep = profile.dropna("layer").values
    text = "rise without drainage, deepest minus top layer"
    summary.row(SITE, "theta", text, deep[-1] - deep[0], 0.0, "m3 m-3", at_least=True)
