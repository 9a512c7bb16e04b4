"""`edlite simulate`: run a tile for a year, free or with prescribed soil moisture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edlite.cli import params_option
from edlite.errors import InputError
from edlite.files import write_dataset, write_table

if TYPE_CHECKING:
    from edlite.model.demography.settings import Demography


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
@click.option("--out-theta", type=Path, help="Hourly soil moisture by patch; patches must stay.")
@click.option("--out-state", type=Path, required=True, help="State at the end.")
@click.option("--out-stand", type=Path, help="Stand structure by cell at the ends of months.")
@click.option("--out-cohorts", type=Path, help="Table (CSV) of every cohort.")
@click.option(
    "--cohorts-every",
    type=click.Choice(["month", "year"]),
    default="month",
    show_default=True,
    help="When the table is written: at the end of each month, or of the year.",
)
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
    out_theta: Path | None,
    out_state: Path,
    out_stand: Path | None,
    out_cohorts: Path | None,
    cohorts_every: str,
) -> None:
    """Run the patches of a tile through a year (UTC)."""
    from edlite.model.columns import Columns
    from edlite.model.driver import run
    from edlite.model.meteorology import Meteorology
    from edlite.model.options import ModelOptions
    from edlite.model.output import RunWriter
    from edlite.model.prescription import open_prescription
    from edlite.model.stand_output import CohortRecord, StandRecord, both
    from edlite.model.state import State
    from edlite.model.tile_inputs import read_curves, region_name, span

    options = ModelOptions.from_mapping(params.get("model", {}), "config, section model")
    _require_patches_that_stay(options.slow(), {"--rzsm": rzsm, "--out-theta": out_theta})
    columns = Columns.from_files(
        *(domain, soil, initial_state, tiles, tile),
        options.parameters,
        options.reference_height,
    )
    state = State.read(state_path, columns)
    columns = columns.with_structure(state)  # the stand may have changed since its start
    meteorology = Meteorology.from_forcing_file(forcing)
    curves = read_curves(phenology, columns)
    start, end = span(year, params.get("days"))
    if not meteorology.first <= start.astype("datetime64[s]") < meteorology.last:
        raise InputError(forcing, "time", str(meteorology.first), f"weather of {year}")
    region, synthetic = region_name(domain), bool(params.get("synthetic", False))
    sources = [soil, initial_state, tiles, state_path, forcing, phenology]
    sources += [rzsm] if rzsm else []
    provenance = {**params, "run": run_name}
    meta = {
        "region": region,
        "synthetic": synthetic,
        "parameters": provenance,
        "sources": sources,
    }
    stand = None if out_stand is None else StandRecord()
    cohorts = None if out_cohorts is None else CohortRecord(cohorts_every, end)
    with (
        open_prescription(rzsm, columns) as theta,
        RunWriter(
            columns,
            hourly=out,
            daily=out_daily,
            annual=out_annual,
            theta=out_theta,
            **meta,
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
            month_sink=both(stand, cohorts),
            threads=threads,
            progress=True,
            label=f"{region} {run_name} {year}",
        )
        writer.finish()
    if stand is not None:
        write_dataset(stand.dataset(), out_stand, **meta)
    if cohorts is not None:
        write_table(cohorts.table(), out_cohorts, float_format="%.8g")
    write_dataset(final.to_dataset(columns), out_state, **meta)


def _require_patches_that_stay(slow: Demography, files: dict[str, Path | None]) -> None:
    """Raise InputError where patches come and go and a file by patch is asked for."""
    for option, path in files.items():
        if slow.patches_change and path is not None:
            raise InputError(
                "config, section model",
                "dynamics",
                "patches that come and go",
                f"dynamics static, fixed or growth, without disturbance and patch_fusion in"
                f" demography, with {option} (soil moisture by patch); or leave {option} out",
            )
