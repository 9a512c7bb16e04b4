"""`edlite spinup`: settle soil water, soil temperature, plants and slow soil carbon of a tile."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import click
import numpy as np

from edlite.cli import params_option
from edlite.errors import InputError
from edlite.files import read_dataset, write_dataset, write_table

log = logging.getLogger(__name__)


@click.command()
@click.option("--domain", type=Path, required=True, help="domain.nc")
@click.option("--soil", type=Path, required=True, help="soil.nc of the run")
@click.option("--initial-state", type=Path, required=True, help="initial_state.nc")
@click.option("--tiles", type=Path, required=True, help="tiles.nc")
@click.option("--tile", type=int, required=True, help="Number of the tile.")
@click.option(
    "--forcing",
    type=Path,
    required=True,
    multiple=True,
    help="forcing/{year}.nc of the years to repeat, in their order; the run follows the last.",
)
@click.option(
    "--phenology",
    type=Path,
    required=True,
    multiple=True,
    help="phenology/{year}.nc of the same years.",
)
@params_option
@click.option("--out", type=Path, required=True, help="State at the start of the first year.")
@click.option("--table", type=Path, required=True, help="Pools by cycle, CSV.")
def spinup(
    domain: Path,
    soil: Path,
    initial_state: Path,
    tiles: Path,
    tile: int,
    forcing: tuple[Path, ...],
    phenology: tuple[Path, ...],
    params: dict,
    out: Path,
    table: Path,
) -> None:
    """Repeat the weather of some years until the slow carbon is steady, or solve for it."""
    from edlite.model.columns import Columns
    from edlite.model.meteorology import Meteorology
    from edlite.model.options import ModelOptions
    from edlite.model.spinup import SpinupSettings, Year, spin_up
    from edlite.model.tile_inputs import read_curves, region_name, span

    options = ModelOptions.from_mapping(params.get("model", {}), "config, section model")
    settings = SpinupSettings.from_mapping(params.get("spinup", {}))
    if len(forcing) != len(phenology):
        raise InputError(
            "command line", "--phenology", len(phenology), f"{len(forcing)} files, as --forcing"
        )
    columns = Columns.from_files(
        *(domain, soil, initial_state, tiles, tile),
        options.parameters,
        options.reference_height,
    )
    years = []
    for weather, curves in zip(forcing, phenology, strict=True):
        meteorology = Meteorology.from_forcing_file(weather)
        start, end = span(int(str(meteorology.first)[:4]), params.get("days"))
        if meteorology.last < end.astype("datetime64[s]"):
            raise InputError(weather, "time", str(meteorology.last), f"weather to {end}")
        years.append(Year(meteorology, read_curves(curves, columns), start, end))
    cells = read_dataset(domain, ("area", "cell_id"))
    area = cells["area"].values[np.searchsorted(cells["cell_id"].values, columns.cell_id)]

    begun = time.perf_counter()
    result = spin_up(columns, years, options, settings, area, progress=True)
    settled, n = result.settled, len(result.settled.course) - 1
    log.info("%s spin-up took %.0f s", settings.method, time.perf_counter() - begun)
    if settled.steady:
        log.info("slow carbon steady after %d cycles", n)
    elif settings.method == "accelerated":
        log.info("slow carbon solved for; the criterion would take more than %d cycles", n)
    else:
        log.warning("slow carbon NOT steady after %d cycles", n)
    write_table(settled.course, table)
    write_dataset(
        result.state.to_dataset(columns),
        out,
        region=region_name(domain),
        synthetic=bool(params.get("synthetic", False)),
        parameters=params,
        sources=(soil, initial_state, tiles, *forcing, *phenology),
    )
