"""`edlite simulate`: run a tile for a year, free or with prescribed soil moisture."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.errors import InputError
from edlite.files import write_dataset


@click.command()
@click.option("--domain", type=Path, required=True, help="domain.nc")
@click.option("--soil", type=Path, required=True, help="soil.nc of the run")
@click.option("--initial-state", type=Path, required=True, help="initial_state.nc")
@click.option("--tiles", type=Path, required=True, help="tiles.nc")
@click.option("--tile", type=int, required=True, help="Number of the tile.")
@click.option("--state", "state_path", type=Path, required=True, help="State at the year's start.")
@click.option("--forcing", type=Path, required=True, help="forcing/{year}.nc")
@click.option("--phenology", type=Path, required=True, help="phenology/{year}.nc")
@click.option("--year", type=int, required=True)
@click.option(
    "--run", "run_name", required=True, help="Name of the run, for the files' attributes."
)
@click.option("--rzsm", type=Path, help="Soil moisture to prescribe, {year}_rzsm.nc.")
@click.option("--threads", type=int, default=1, show_default=True)
@params_option
@click.option("--out", type=Path, required=True, help="Hourly means by cell.")
@click.option("--out-daily", type=Path, required=True)
@click.option("--out-annual", type=Path, required=True)
@click.option("--out-theta", type=Path, required=True, help="Hourly soil moisture by patch.")
@click.option("--out-state", type=Path, required=True, help="State at the end.")
def simulate(
    domain: Path,
    soil: Path,
    initial_state: Path,
    tiles: Path,
    tile: int,
    state_path: Path,
    forcing: Path,
    phenology: Path,
    year: int,
    run_name: str,
    rzsm: Path | None,
    threads: int,
    params: dict,
    out: Path,
    out_daily: Path,
    out_annual: Path,
    out_theta: Path,
    out_state: Path,
) -> None:
    """Run the patches of a tile through a year (UTC)."""
    from edlite.model.columns import Columns
    from edlite.model.driver import run
    from edlite.model.meteorology import Meteorology
    from edlite.model.options import ModelOptions
    from edlite.model.output import RunWriter
    from edlite.model.prescription import open_prescription
    from edlite.model.state import State
    from edlite.model.tile_inputs import read_curves, region_name, span

    options = ModelOptions.from_mapping(params.get("model", {}), "config, section model")
    columns = Columns.from_files(domain, soil, initial_state, tiles, tile, options.parameters)
    state = State.read(state_path, columns)
    meteorology = Meteorology.from_forcing_file(forcing)
    curves = read_curves(phenology, columns)
    start, end = span(year, params.get("days"))
    if not meteorology.first <= start.astype("datetime64[s]") < meteorology.last:
        raise InputError(forcing, "time", str(meteorology.first), f"weather of {year}")
    region, synthetic = region_name(domain), bool(params.get("synthetic", False))
    sources = [soil, initial_state, tiles, state_path, forcing, phenology]
    sources += [rzsm] if rzsm else []
    provenance = {**params, "run": run_name}
    with (
        open_prescription(rzsm, columns) as theta,
        RunWriter(
            columns,
            hourly=out,
            daily=out_daily,
            annual=out_annual,
            theta=out_theta,
            region=region,
            synthetic=synthetic,
            parameters=provenance,
            sources=sources,
        ) as writer,
    ):
        final = run(
            columns,
            state,
            meteorology,
            options,
            start,
            end,
            phenology=curves,
            theta=theta,
            sink=writer,
            threads=threads,
            progress=True,
            label=f"{region} {run_name} {year}",
        )
        writer.finish()
    write_dataset(
        final.to_dataset(columns),
        out_state,
        region=region,
        synthetic=synthetic,
        parameters=provenance,
        sources=sources,
    )
