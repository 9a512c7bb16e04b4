"""`edlite report`: one self-contained HTML page."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.figures.headline import summary
from edlite.figures.options import open_results, report_title
from edlite.figures.paper import read_paper
from edlite.figures.report import TITLE, build_report
from edlite.files import write_table, write_text


@click.command()
@click.option("--results", "root", type=Path, required=True, help="Folder of the results.")
@click.option("--figures", type=Path, required=True, help="Folder written by `figures`.")
@click.option("--paper", type=Path, help="Folder of published values, resources/paper.")
@params_option
@click.option("--summary", "summary_path", type=Path, help="Headline numbers as CSV.")
@click.option("--out", type=Path, required=True, help="report.html")
def report(
    root: Path,
    figures: Path,
    paper: Path | None,
    params: dict,
    summary_path: Path | None,
    out: Path,
) -> None:
    """Write the report (sections `report`, `period`) with its figures embedded."""
    results = open_results(root, params)
    numbers = summary(results)
    title = report_title(params, TITLE)
    page = build_report(results, figures, read_paper(paper), numbers, title)
    if summary_path is not None:
        write_table(numbers.assign(synthetic=int(results.synthetic)), summary_path)
    write_text(page, out)
