"""`edlite blend`: soil moisture that the blended (or perfect) run is to follow."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path

import click

from edlite.assimilation.bias import BlendOptions
from edlite.assimilation.blend import (
    Bias,
    ClipSummary,
    blend_blocks,
    perfect_blocks,
    year_hours,
)
from edlite.assimilation.series import ThetaSeries, write_series
from edlite.assimilation.tile_soil import TileSoil
from edlite.cli import params_option
from edlite.errors import InputError

log = logging.getLogger(__name__)


@click.command()
@click.option("--native-theta", type=Path, multiple=True, required=True, help="{year}_theta.nc")
@click.option("--bias", "bias_path", type=Path, help="bias/{tile}.nc")
@click.option("--truth-theta", type=Path, multiple=True, help="{year}_theta.nc of the truth run")
@click.option("--soil", "soil_path", type=Path, required=True, help="soil.nc of the native run")
@click.option("--tiles", type=Path, required=True, help="tiles.nc")
@click.option("--tile", type=int, required=True, help="Number of the tile.")
@click.option("--year", type=int, required=True)
@params_option
@click.option("--out", type=Path, required=True, help="{run}/{tile}/{year}_rzsm.nc")
def blend(
    native_theta: tuple[Path, ...],
    bias_path: Path | None,
    truth_theta: tuple[Path, ...],
    soil_path: Path,
    tiles: Path,
    tile: int,
    year: int,
    params: dict,
    out: Path,
) -> None:
    """Native moisture less its bias, within the soil's bounds (section `blend`).

    With --truth-theta instead of --bias: the truth moisture within the bounds of the native soil.
    """
    if (bias_path is None) == (not truth_theta):
        raise InputError("command line", "--bias, --truth-theta", None, "exactly one of the two")
    options = BlendOptions.from_params(params)
    soil = TileSoil.read(soil_path, tiles, tile)
    with ExitStack() as stack:
        native = stack.enter_context(ThetaSeries(native_theta, soil))
        index = year_hours(native, year)
        if bias_path is not None:
            estimate = Bias.read(bias_path, soil, options.estimator)
            blocks = blend_blocks(native, index, estimate, soil, options)
            attributes = {"run": "blended", **options.attributes()}
        else:
            truth = stack.enter_context(ThetaSeries(truth_theta, soil))
            native.check_same_patches(truth.paths[0], truth.cell_index, truth.area)
            blocks = perfect_blocks(native, truth, index, soil)
            attributes = {"run": "perfect"}
        summary = ClipSummary(blocks)
        write_series(
            out,
            native.time[index],
            native,
            soil,
            iter(summary),
            attributes=attributes | {"synthetic": int(bool(params.get("synthetic", False)))},
            parameters=params,
            sources=[p for p in (*native_theta, bias_path, *truth_theta, soil_path) if p],
        )
    log.info(
        "clipped: %.2f %% of values, at most %.4f m3 m-3", 100 * summary.share, summary.largest
    )
