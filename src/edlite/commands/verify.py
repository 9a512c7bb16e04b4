"""`edlite verify`: budgets, bounds and identities of all results."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from edlite.analysis.verification import Bounds, verify_results
from edlite.cli import params_option
from edlite.files import write_table


@click.command()
@click.option("--results", type=Path, required=True, help="Folder with one folder per region.")
@params_option
@click.option("--out", type=Path, required=True, help="verification.csv")
def verify(results: Path, params: dict, out: Path) -> None:
    """Check the results (section `verify`); exit status 1, with the table written, if one fails."""
    table = verify_results(results, Bounds.from_params(params))
    write_table(table.assign(synthetic=int(bool(params.get("synthetic", False)))), out)
    failed = table[~table["passed"]]
    click.echo(f"{len(table)} checks, {len(failed)} failed")
    for row in failed.itertuples():
        place = "/".join(p for p in (row.region, row.run, row.tile, row.year) if p)
        click.echo(f"failed: {row.check}, {place}: {row.value:g} {row.unit}, bound {row.bound:g}")
    if len(failed):
        sys.exit(1)
