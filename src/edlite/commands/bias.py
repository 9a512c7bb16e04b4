"""`edlite bias`: native minus radar soil moisture at each flight."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.assimilation.bias import BlendOptions, compute_bias
from edlite.assimilation.series import ThetaSeries
from edlite.assimilation.tile_soil import TileSoil
from edlite.cli import params_option
from edlite.files import write_dataset


@click.command()
@click.option("--native-theta", type=Path, multiple=True, required=True, help="{year}_theta.nc")
@click.option("--rzsm", type=Path, multiple=True, required=True, help="rzsm/{year}.nc")
@click.option("--soil", "soil_path", type=Path, required=True, help="soil.nc")
@click.option("--tiles", type=Path, required=True, help="tiles.nc")
@click.option("--tile", type=int, required=True, help="Number of the tile.")
@params_option
@click.option("--out", type=Path, required=True, help="bias/{tile}.nc")
def bias(
    native_theta: tuple[Path, ...],
    rzsm: tuple[Path, ...],
    soil_path: Path,
    tiles: Path,
    tile: int,
    params: dict,
    out: Path,
) -> None:
    """Bias of the native soil moisture against the radar (section `blend` of the configuration)."""
    options = BlendOptions.from_params(params)
    soil = TileSoil.read(soil_path, tiles, tile)
    with ThetaSeries(native_theta, soil) as native:
        ds = compute_bias(native, rzsm, soil, options.below)
    ds = ds.assign_attrs(options.attributes())
    write_dataset(
        ds,
        out,
        region=soil.region,
        synthetic=bool(params.get("synthetic", False)),
        parameters=params,
        sources=[*native_theta, *rzsm, soil_path, tiles],
    )
