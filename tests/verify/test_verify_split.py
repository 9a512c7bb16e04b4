"""The semi-implicit integrator `split` beside the Runge-Kutta reference `rk4` (tolerance 1e-4).

Every plant type in the demo's synthetic weather, and the inputs of the public ED2 runs; with the
latter also beside ED2 itself. Tables and figures: results/verify/split.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from ed2_checks import check
from ed2_comparison import Pair, compare
from ed2_tolerances import SPLIT_JULY, SPLIT_KNOWN, SPLIT_SUMMER, SPLIT_WINTER, SPLIT_YEAR
from split_cases import INTEGRATORS, region_pairs
from split_comparison import (
    AIMS,
    heat_maps,
    markdown_of_cases,
    markdown_of_plants,
    rows_of,
    worst_day,
    write_page,
)
from split_tolerances import PLANTS, YEAR_CARBON

from edlite.demo.recipe import load_recipe
from edlite.files import write_table
from edlite.model.options import ModelOptions
from edlite.site import run
from edlite.site.config import read_site_run
from edlite.site.ed2_case import write_ed2_case
from edlite.site.simulate import write_site

pytestmark = pytest.mark.verify
CASES = {
    "July": ("harvard_july_static", "hourly_mean.nc", None),
    "year": ("harvard_year", "hourly_mean.nc", "daily_cohort.nc"),
    "bare, summer": ("bare_soil_summer", "hourly_mean.nc", None),
    "bare, winter": ("bare_soil_winter", "hourly_mean_tol1e-6.nc", None),
}
CARBON = ("gpp", "leaf_resp", "root_resp", "rh")
CASE_ROWS = (
    *CARBON,
    *("le", "h_surfaces", "rnet_absorbed", "t_canopy_air", "ustar"),
    *("theta_1", "theta_4", "soil_temperature_1", "soil_temperature_4"),
    *("sfcwater_mass", "runoff", "drainage"),
)
PLANT_ROWS = (
    *CARBON,
    *("le", "h", "rnet", "t_canopy_air", "ustar"),
    *("theta_1", "theta_4", "soil_temperature_1", "soil_temperature_4", "snow_water"),
)


@pytest.fixture(scope="module")
def folder(verify_results):
    """Where the tables and figures go."""
    out = verify_results / "split"
    out.mkdir(exist_ok=True)
    return out


@pytest.fixture(scope="module")
def plants(project, folder):
    """Table of all plants and regions; tables and figures are written."""
    recipe = project / "resources" / "demo" / "recipe.yaml"
    pairs = {
        (region, name): found
        for region in load_recipe(recipe)["regions"]
        for name, found in region_pairs(recipe, region, ModelOptions()).items()
    }
    table = pd.DataFrame(
        [row for (region, name), found in pairs.items() for row in rows_of(region, name, found)]
    )
    write_table(table, folder / "plants.csv")
    heat_maps(table, folder / "plants.png")
    worst_day(table, pairs, folder / "worst-day.png")
    write_page({"Plants": markdown_of_plants(table, PLANT_ROWS)}, folder / "plants.md")
    return table


@pytest.fixture(scope="module")
def ed2(shared, folder):
    """Per case: `split` beside `rk4`, and `split` beside ED2; variable -> pair."""
    found, rows = {}, []
    for case, (name, reference, leaves) in CASES.items():
        source = shared / "reference" / "ed2" / name
        beside = {}
        for integrator in INTEGRATORS:
            out = folder / name / integrator
            path = write_ed2_case(source, out, leaves=leaves and source / leaves)
            site = read_site_run(path)
            site = replace(site, options={**site.options, "integrator": integrator})
            write_site(run(site), site, out)
            beside[integrator] = compare(out / "native.nc", source / reference)
        pairs = {
            variable: Pair(p.model, beside["rk4"][variable].model, p.unit)
            for variable, p in beside["split"].items()
        }
        found[case] = (pairs, beside["split"])
        rows += rows_of(case, "", pairs)
    table = pd.DataFrame(rows)
    write_table(table, folder / "ed2_cases.csv")
    write_page({"ED2's cases": markdown_of_cases(table, CASE_ROWS)}, folder / "ed2_cases.md")
    return found


@pytest.mark.shared
def test_year_of_a_forest_is_within_three_times_the_noise_of_ed2(ed2, summary):
    pairs, _ = ed2["year"]
    names = {"h": "h_surfaces"}
    for variable, bound in AIMS.items():
        p = pairs[names.get(variable, variable)]
        summary.row("split year", variable, "rmsd", p.rmsd, bound, p.unit)
    for variable, bound in YEAR_CARBON.items():
        summary.row("split year", variable, "percent", pairs[variable].relative_bias, bound, "%")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("case", "name", "tolerances"),
    [
        ("July", "july", SPLIT_JULY),
        ("year", "year", SPLIT_YEAR),
        ("bare, summer", "summer", SPLIT_SUMMER),
        ("bare, winter", "winter", SPLIT_WINTER),
    ],
)
def test_beside_ed2(case, name, tolerances, ed2, summary):
    """Within ED2's tolerances for a model with a step of 600 s."""
    check(summary, f"{name}, split", ed2[case][1], tolerances, SPLIT_KNOWN)


def test_plants_in_the_weather_of_the_demo(plants, summary):
    """Median over plants and regions within the aim, the worst within what is documented."""
    for (variable, statistic), (aim, worst, why) in PLANTS.items():
        rows = plants[(plants["variable"] == variable) & plants[statistic].notna()]
        size = rows[statistic].abs()
        unit = "%" if statistic.endswith("percent") else rows["unit"].iloc[0]
        summary.row("split, plants", variable, f"{statistic}, median", size.median(), aim, unit)
        at = rows.loc[size.idxmax()]
        text = f"{statistic}, worst: {at['plants']}, {at['case']}"
        if worst > aim:
            text += f" ({100 * (size > aim).mean():.0f} % beyond {aim:g}: {why})"
        summary.row("split, plants", variable, text, size.max(), worst, unit)
