"""`edlite site`: the model at one place."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.errors import InputError
from edlite.figures.site_run import site_figure
from edlite.files import atomic_path
from edlite.site.config import read_site_run
from edlite.site.simulate import run_site, write_site


@click.command()
@click.argument("run_yaml", metavar="RUN.yaml", type=Path)
@click.option("--threads", type=click.IntRange(1, 256), default=1, show_default=True)
@click.option("--figure", type=Path, help="PNG of daily means beside the observations.")
@click.option("--out", type=Path, required=True, help="Folder for native.nc and the rest.")
def site(run_yaml: Path, threads: int, figure: Path | None, out: Path) -> None:
    """Run the model at a site; docs/reference/site-run.md describes RUN.yaml."""
    run = read_site_run(run_yaml)
    if figure is not None and run.observations is None:
        raise InputError(run_yaml, "observations", None, "to be given for --figure")
    if figure is not None and run.output.level != "cell":
        raise InputError(run_yaml, "output.level", run.output.level, "cell, for --figure")
    result = run_site(run, threads)
    write_site(result, run, out)
    if figure is not None:
        runs = {"native": result.native}
        if result.prescribed is not None:
            runs["prescribed"] = result.prescribed
        title = f"{run.site.name}: daily means"
        drawing = site_figure(runs, result.observed, title, synthetic=run.synthetic)
        with atomic_path(figure) as path:
            drawing.savefig(path)
