"""`edlite site`: the model at one place."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.site.config import read_site_run
from edlite.site.simulate import run_site, write_site


@click.command()
@click.argument("run_yaml", metavar="RUN.yaml", type=Path)
@click.option("--threads", type=click.IntRange(1, 256), default=1, show_default=True)
@click.option("--out", type=Path, required=True, help="Folder for native.nc and the rest.")
def site(run_yaml: Path, threads: int, out: Path) -> None:
    """Run the model at a site; docs/reference/site-run.md describes RUN.yaml."""
    run = read_site_run(run_yaml)
    write_site(run_site(run, threads), run, out)
