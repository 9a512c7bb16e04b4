"""`edlite tower-evaluation`: the model at real flux towers, scored."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

from edlite.figures.tower_skill import case_figure, skill_figure
from edlite.files import atomic_path, write_table, write_text
from edlite.skill.anchors import read_anchors
from edlite.skill.cases import Case, option_folder, read_cases
from edlite.skill.evaluate import Evaluation, evaluate, run_cases, skill_of_options
from edlite.skill.report import balance_table, flux_table, option_table, state_table

DATA = Path("data")  # in the folder of the samples


@click.command()
@click.argument("definitions", metavar="CASE.yaml...", nargs=-1, type=Path, required=True)
@click.option(
    "--shared",
    type=Path,
    required=True,
    envvar="EDLITE_SHARED",
    help="Folder of the sample data, with `data/` in it; default: EDLITE_SHARED.",
)
@click.option(
    *("--incanopy", "incanopy"),
    multiple=True,
    type=int,
    help="In-canopy options to compare; default: that of the cases.",
)
@click.option("--parameters", type=Path, help="CSV of PFT parameters for all cases.")
@click.option(
    *("--step", "output_step"),
    type=click.Choice(["step", "hour"]),
    default="step",
    show_default=True,
    help="Of the model's output: 600 s, or hourly means.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--scores-only", is_flag=True, help="Score runs that are there already.")
@click.option("--out", type=Path, required=True, help="Folder of runs, scores and figures.")
def tower_evaluation(
    definitions: tuple[Path, ...],
    shared: Path,
    incanopy: tuple[int, ...],
    parameters: Path | None,
    output_step: str,
    jobs: int,
    scores_only: bool,
    out: Path,
) -> None:
    """Run the cases and score them: scores.csv, towers.md, one figure a case.

    With several --incanopy values, each has a folder of its own, and incanopy.csv compares them.
    """
    cases = read_cases(definitions)
    anchors = read_anchors(shared / DATA / "plumber2_benchmark")
    choices = [{"incanopy": value} for value in incanopy] or [{}]
    found = {}
    for options in choices:
        if not scores_only:
            run_cases(
                *(cases, shared / DATA, out),
                options=options,
                parameters=parameters,
                output_step=output_step,
                jobs=jobs,
            )
        evaluation = evaluate(cases, out, options, parameters)
        folder = option_folder(out, options, parameters)
        write_evaluation(evaluation, cases, anchors, folder)
        found[folder.name] = evaluation.scores
    if len(found) > 1:
        skill = skill_of_options(found)
        write_table(skill, out / "incanopy.csv")
        click.echo(option_table(skill))
    else:
        click.echo(flux_table(evaluation.scores, anchors, "half-hourly"))


def write_evaluation(
    evaluation: Evaluation, cases: list[Case], anchors: pd.DataFrame, folder: Path
) -> None:
    """scores.csv, towers.md and the figures of an evaluation."""
    scores = evaluation.scores
    write_table(scores, folder / "scores.csv")
    tables = {
        "Half-hourly fluxes": flux_table(scores, anchors, "half-hourly"),
        "Daily fluxes": flux_table(scores, anchors, "daily"),
        "Daily states of the soil": state_table(scores),
        "Balances of the records": balance_table(evaluation),
    }
    text = "\n".join(f"## {title}\n\n{table}" for title, table in tables.items())
    write_text(text, folder / "towers.md")
    figures = {"skill": skill_figure(scores, anchors)}
    for case in cases:
        figures[case.slug] = case_figure(
            evaluation.pairs[case.name], f"{case.name}: tower and model", case.utc_offset
        )
    for name, figure in figures.items():
        with atomic_path(folder / f"{name}.png") as path:
            figure.savefig(path)
