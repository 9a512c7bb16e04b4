"""`edlite tower-run`: the YAML of a tower's site run."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.errors import InputError
from edlite.site.towers import read_towers, write_tower_run


@click.command()
@click.option("--site", required=True, help="Code of the tower, such as US-Ha1.")
@click.option("--towers", type=Path, required=True, help="config/towers.csv")
@click.option("--stands", type=Path, required=True, help="resources/towers/stands.csv")
@click.option("--record", type=Path, required=True, help="Table of FLUXNET or BASE.")
@click.option("--start", required=True, help="First day, UTC (2013-01-01).")
@click.option("--end", required=True, help="Day after the last, UTC.")
@click.option("--co2", help="umol mol-1, or NOAA's monthly file; default: from the record.")
@click.option("--spinup-years", type=click.IntRange(0, 1000), default=1, show_default=True)
@params_option
@click.option("--out", type=Path, required=True, help="run.yaml; its stand goes beside it.")
def tower_run(
    site: str,
    towers: Path,
    stands: Path,
    record: Path,
    start: str,
    end: str,
    co2: str | None,
    spinup_years: int,
    params: dict,
    out: Path,
) -> None:
    """Write RUN.yaml, patches.csv and cohorts.csv of a tower (section `model`)."""
    table = read_towers(towers)
    if site not in table.index:
        raise InputError(towers, "site", site, f"one of {', '.join(table.index)}")
    write_tower_run(
        out,
        tower=table.loc[site],
        stands=stands,
        record=record,
        start=start,
        end=end,
        options=dict(params.get("model") or {}),
        co2=co2,
        spinup_years=spinup_years,
        synthetic=bool(params.get("synthetic", False)),
    )
