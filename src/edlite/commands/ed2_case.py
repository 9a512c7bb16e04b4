"""`edlite ed2-case`: the inputs of an ED2 run as a site run."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.site.ed2_case import write_ed2_case
from edlite.site.settings import LEVELS, STEPS


@click.command()
@click.argument("folder", type=Path)
@click.option(
    "--prescribe-leaves",
    type=Path,
    help="Daily cohort file (in FOLDER, or a path) whose leaf and root mass the run follows.",
)
@click.option("--step", type=click.Choice(STEPS), default="hour", show_default=True)
@click.option("--level", type=click.Choice(LEVELS), default="cell", show_default=True)
@click.option("--out", type=Path, required=True, help="Folder for run.yaml and its tables.")
def ed2_case(folder: Path, prescribe_leaves: Path | None, step: str, level: str, out: Path) -> None:
    """Write DIR/run.yaml and its tables from the inputs of an ED2 run in FOLDER.

    `edlite site DIR/run.yaml --out RESULTS` then runs it.
    """
    write_ed2_case(folder, out, leaves=prescribe_leaves, step=step, level=level)
