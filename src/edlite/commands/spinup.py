"""`edlite spinup`: settle soil water, soil temperature and slow soil carbon of a tile."""

from __future__ import annotations

import logging
from pathlib import Path

import click
import numpy as np

from edlite.cli import params_option
from edlite.errors import InputError
from edlite.files import write_dataset, write_table

log = logging.getLogger(__name__)


@click.command()
@click.option("--domain", type=Path, required=True, help="domain.nc")
@click.option("--soil", type=Path, required=True, help="soil.nc of the run")
@click.option("--initial-state", type=Path, required=True, help="initial_state.nc")
@click.option("--tiles", type=Path, required=True, help="tiles.nc")
@click.option("--tile", type=int, required=True, help="Number of the tile.")
@click.option("--forcing", type=Path, required=True, help="forcing/{year}.nc of the repeated year")
@click.option("--phenology", type=Path, required=True, help="phenology/{year}.nc of that year")
@params_option
@click.option("--out", type=Path, required=True, help="State at the start of the first year.")
@click.option("--table", type=Path, required=True, help="Course of the pools, CSV.")
def spinup(
    domain: Path,
    soil: Path,
    initial_state: Path,
    tiles: Path,
    tile: int,
    forcing: Path,
    phenology: Path,
    params: dict,
    out: Path,
    table: Path,
) -> None:
    """Repeat a year's weather, then its decomposition rates until the slow carbon is steady."""
    from edlite.model.columns import Columns
    from edlite.model.driver import run
    from edlite.model.meteorology import Meteorology
    from edlite.model.options import ModelOptions
    from edlite.model.spinup import DecompositionRecord, first_state, settle_slow_carbon
    from edlite.model.tile_inputs import ONE_DAY, read_curves, region_name, span

    options = ModelOptions.from_mapping(params.get("model", {}), "config, section model")
    settings = {"years": 2, "steady_tolerance": 1e-3} | params.get("spinup", {})
    if settings["years"] < 1:
        raise InputError("config", "spinup.years", settings["years"], "at least one cycle")
    columns = Columns.from_files(domain, soil, initial_state, tiles, tile, options.parameters)
    meteorology = Meteorology.from_forcing_file(forcing)
    curves = read_curves(phenology, columns)
    year = int(str(meteorology.first)[:4])
    start, end = span(year, params.get("days"))
    if meteorology.last < end.astype("datetime64[s]"):
        raise InputError(forcing, "time", str(meteorology.last), f"weather to {end}")
    state = first_state(columns, meteorology, start, int((end - start) / ONE_DAY))
    record = DecompositionRecord()
    for cycle in range(settings["years"]):
        record = DecompositionRecord()
        state = run(
            columns,
            state,
            meteorology,
            options,
            start,
            end,
            phenology=curves,
            sink=record,
            progress=True,
            label=f"cycle {cycle + 1}",
        )
    settled = settle_slow_carbon(
        record,
        columns.pools["fast_carbon"],
        columns.pools["structural_carbon"],
        columns.pools["slow_carbon"],
        options.decomposition,
        settings["steady_tolerance"],
    )
    level = log.info if settled.steady else log.warning
    level("slow carbon %s after %d cycles", _word(settled.steady), settled.cycles)
    state.slow_carbon = settled.slow
    # the inventory's pools hold at the start of the first year
    state.fast_carbon = columns.pools["fast_carbon"].copy()
    state.structural_carbon = columns.pools["structural_carbon"].copy()
    state.growth_export = np.zeros(columns.n_patch)
    write_table(settled.history, table)
    write_dataset(
        state.to_dataset(columns),
        out,
        region=region_name(domain),
        synthetic=bool(params.get("synthetic", False)),
        parameters=params,
        sources=(soil, initial_state, tiles, forcing, phenology),
    )


def _word(steady: bool) -> str:
    return "steady" if steady else "not steady"
