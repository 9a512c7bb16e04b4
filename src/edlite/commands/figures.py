"""`edlite figures`: all figures of a results folder."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.figures.catalogue import all_figures
from edlite.figures.gallery import save_gallery
from edlite.figures.options import open_results
from edlite.figures.paper import read_paper


@click.command()
@click.option("--results", "root", type=Path, required=True, help="Folder of the results.")
@click.option("--paper", type=Path, help="Folder of published values, resources/paper.")
@params_option
@click.option("--out-dir", type=Path, required=True, help="Folder of the figures; replaced.")
def figures(root: Path, paper: Path | None, params: dict, out_dir: Path) -> None:
    """Draw all figures (sections `report`, `period`, `spinup`): PNG, captions and index.json."""
    results = open_results(root, params)
    published = read_paper(paper)
    drawn = all_figures(results, published, params.get("spinup"))
    entries = save_gallery(drawn, out_dir, results.synthetic)
    click.echo(f"{len(entries)} figures in {out_dir}")
