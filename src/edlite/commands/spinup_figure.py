"""`edlite spinup-figure`: picture of the pools' approach in the spin-up of a tile."""

from __future__ import annotations

from pathlib import Path

import click

from edlite import __version__
from edlite.cli import params_option
from edlite.figures import style as st
from edlite.figures.results import read_course
from edlite.figures.spinup import approach_figure, criterion
from edlite.files import atomic_path


@click.command("spinup-figure")
@click.option("--table", type=Path, required=True, help="Table of `edlite spinup`, CSV.")
@click.option("--title", default="", help="What the table is of.")
@params_option
@click.option("--out", type=Path, required=True, help="PNG")
def spinup_figure(table: Path, title: str, params: dict, out: Path) -> None:
    """Draw fast, structural and slow carbon and the criterion over the years (section spinup)."""
    figure = approach_figure(
        {title: read_course(table)},
        title="Spin-up of soil carbon" + (f": {title}" if title else ""),
        synthetic=bool(params.get("synthetic", False)),
        **criterion(params.get("spinup", {})),
    )
    with atomic_path(out) as path:
        figure.savefig(path, dpi=st.DPI, metadata={"Software": f"edlite {__version__}"})
