"""Real towers, nothing tuned: floors of skill, closed budgets, the in-canopy option.

Floors are far below what is reached (docs/concepts/how-right-towers.md); they catch a model that
breaks, not one that gets a little worse.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edlite.commands.tower_evaluation import write_evaluation
from edlite.files import read_dataset, write_table
from edlite.model.options import ModelOptions
from edlite.skill.anchors import read_anchors
from edlite.skill.cases import option_folder, read_cases
from edlite.skill.evaluate import EDLITE, evaluate, run_cases, skill_of_options

pytestmark = [pytest.mark.verify, pytest.mark.shared]
INCANOPY = (0, 1, 4)
ALTERNATIVE = "gas-exchange-rev84.csv"  # of the plant parameters, beside the cases
JOBS = min(6, os.cpu_count() or 1)
# case -> variable -> least r of daily means; NEE and GPP where the tower has them
FLOORS = {
    "US-Blo 2001-2003": {"le": 0.25, "h": 0.75},
    "US-Bo1 1998": {"le": 0.7, "h": 0.2},
    "US-Me2 2002": {"le": 0.35, "h": 0.75, "gpp": 0.5},
    "US-Me2 2004": {"le": 0.25, "h": 0.7, "gpp": 0.5},
    "US-Me2 2005": {"le": 0.6, "h": 0.8, "gpp": 0.6},
    "US-Whs 2014-15": {"le": 0.75, "h": 0.8},
}
HALF_HOURLY = {"le": 0.45, "h": 0.6}  # least r
CLOSURE = {"energy_residual_max": 1e-5, "water_residual_max": 1e-9, "carbon_residual_max": 1e-12}


@pytest.fixture(scope="module")
def cases(project):
    return read_cases(sorted((project / "resources/towers/evaluation").glob("*.yaml")))


@pytest.fixture(scope="module")
def evaluations(cases, project, shared, verify_results):
    """Evaluations by in-canopy option, each in a folder of results/verify/towers."""
    out = verify_results / "towers"
    anchors = read_anchors(shared / "data" / "plumber2_benchmark")
    found = {}
    for value in INCANOPY:
        options = {"incanopy": value}
        run_cases(cases, shared / "data", out, options=options, jobs=JOBS)
        found[value] = evaluate(cases, out, options)
        write_evaluation(found[value], cases, anchors, option_folder(out, options))
    default = {"incanopy": ModelOptions().incanopy}
    other = project / "resources" / "towers" / "evaluation" / ALTERNATIVE
    run_cases(cases, shared / "data", out, options=default, parameters=other, jobs=JOBS)
    alternative = evaluate(cases, out, default, other)
    write_evaluation(alternative, cases, anchors, option_folder(out, default, other))
    tables = {str(value): evaluation.scores for value, evaluation in found.items()}
    write_table(skill_of_options(tables), out / "incanopy.csv")
    tables = {"shipped": found[default["incanopy"]].scores, "revision 84": alternative.scores}
    write_table(skill_of_options(tables), out / "parameters.csv")
    return found


def test_skill(cases, evaluations, summary):
    scores = evaluations[ModelOptions().incanopy].scores
    own = scores[scores["model"] == EDLITE].set_index(["case", "variable", "step"])["r"]
    for case, floors in FLOORS.items():
        for variable, floor in floors.items():
            value = own.loc[case, variable, "daily"]
            summary.row(case, variable, "r daily", value, floor, "1")
        for variable, floor in HALF_HOURLY.items():
            value = own.loc[case, variable, "half-hourly"]
            summary.row(case, variable, "r half-hourly", value, floor, "1")


def test_default_in_canopy_option_has_the_best_skill(evaluations, summary):
    skill = skill_of_options({str(k): e.scores for k, e in evaluations.items()})
    skill = skill[skill["variable"].isin(("le", "h"))]
    wide = skill.pivot(index="options", columns=["step", "variable"], values="r").mean(axis=1)
    default = str(ModelOptions().incanopy)
    behind = float(wide.max() - wide[default])
    summary.row("all towers", "le, h", "median r behind the best option", behind, 0.01, "1")


def test_budgets(cases, evaluations, verify_results, summary):
    folder = option_folder(Path(verify_results) / "towers", {"incanopy": ModelOptions().incanopy})
    for case in cases:
        native = read_dataset(folder / case.slug / "native.nc", CLOSURE)
        for name, bound in CLOSURE.items():
            value, unit = float(native[name].max()), native[name].attrs["units"]
            summary.row(case.name, name, "largest", value, bound, unit)
