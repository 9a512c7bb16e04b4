"""`edlite evaluate`: site runs against towers; in the demo, moisture and beta against the truth."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

from edlite.analysis.daily import Period
from edlite.analysis.evaluation import COLUMNS, EvaluationOptions, Tower, evaluate_tower
from edlite.analysis.recovery import beta_recovery, truth_scores
from edlite.cli import params_option
from edlite.errors import InputError
from edlite.files import write_table


def read_towers(arguments: tuple[str, ...]) -> list[Tower]:
    """Towers named as SITE=DIR; raises InputError for another form."""
    towers = []
    for argument in arguments:
        site, equal, folder = argument.partition("=")
        if not (site and equal and folder):
            raise InputError("command line", "--tower", argument, "SITE=DIR")
        towers.append(Tower.read(site, folder))
    return towers


@click.command()
@click.option("--tower", multiple=True, help="SITE=DIR, folder of a tower's runs.")
@click.option("--native", type=Path, multiple=True, help="{year}_daily.nc, all regions")
@click.option("--blended", type=Path, multiple=True, help="{year}_daily.nc, all regions")
@click.option("--truth", type=Path, multiple=True, help="{year}_daily.nc of the truth run")
@click.option("--soil", type=Path, multiple=True, help="soil.nc of each region")
@click.option("--sensitivity", type=Path, multiple=True, help="sensitivity.nc of each region")
@params_option
@click.option("--out-towers", type=Path, required=True, help="towers.csv")
@click.option("--out-truth", type=Path, help="truth.csv")
@click.option("--out-recovery", type=Path, help="recovery.csv")
def evaluate(
    tower: tuple[str, ...],
    native: tuple[Path, ...],
    blended: tuple[Path, ...],
    truth: tuple[Path, ...],
    soil: tuple[Path, ...],
    sensitivity: tuple[Path, ...],
    params: dict,
    out_towers: Path,
    out_truth: Path | None,
    out_recovery: Path | None,
) -> None:
    """Evaluate runs (sections `evaluate` and, with a truth run, `period` of the configuration)."""
    options = EvaluationOptions.from_params(params)
    if bool(truth) != bool(out_truth and out_recovery):
        raise InputError(
            "command line", "--truth", None, "given together with --out-truth and --out-recovery"
        )
    synthetic = int(bool(params.get("synthetic", False)))
    towers = read_towers(tower)
    tables = {}
    if truth:
        period = Period.from_params(params)
        tables[out_truth] = truth_scores(native, blended, truth, soil, sensitivity, period)
        tables[out_recovery] = beta_recovery(sensitivity)
    rows = [evaluate_tower(item, options) for item in towers]
    tables[out_towers] = pd.concat(rows) if rows else pd.DataFrame(columns=list(COLUMNS))
    for path, table in tables.items():
        write_table(table.assign(synthetic=synthetic), path)
