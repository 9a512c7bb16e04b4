"""`edlite initial-state`: patches and cohorts of the cells, and the tiles."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.files import read_cells, write_dataset
from edlite.grid.domain import read_domain
from edlite.initial.ecosystem import FOREST, build_initial_state
from edlite.initial.inputs import read_cover
from edlite.initial.options import InitialOptions
from edlite.initial.soil_carbon import cell_soil_carbon
from edlite.initial.tiles import build_tiles, check_n_tile

FOREST_VARIABLES = (
    *("tree_plot", "subplot", "pft", "dbh", "n", "subplot_weight", "nearest_plot"),
    *("litter_carbon", "soil_organic_carbon"),
)


@click.command()
@click.option("--domain", "domain_path", type=Path, required=True, help="domain.nc")
@click.option(
    "--soil", "soil_path", type=Path, help="soil.nc; without it all soil carbon is the inventory's."
)
@click.option("--cover", "cover_path", type=Path, required=True, help="cover.nc")
@click.option("--lai", "lai_path", type=Path, required=True, help="lai.nc")
@click.option("--forest", "forest_path", type=Path, required=True, help="forest.nc")
@params_option
@click.option("--out", type=Path, required=True, help="initial_state.nc")
@click.option("--tiles", type=Path, required=True, help="tiles.nc")
def initial_state(
    domain_path: Path,
    soil_path: Path | None,
    cover_path: Path,
    lai_path: Path,
    forest_path: Path,
    params: dict,
    out: Path,
    tiles: Path,
) -> None:
    """Patches, cohorts and soil carbon of the cells, and cells shared out to tiles."""
    options = InitialOptions.from_params(params)
    domain = read_domain(domain_path)
    n_tile = check_n_tile(params.get("n_tile", 1), domain.sizes["cell"])
    region = domain.attrs.get("region", "")
    cover = read_cover(cover_path, domain)
    lai = read_cells(lai_path, domain, ["lai_cover"])
    forest = read_cells(forest_path, domain, FOREST_VARIABLES)
    survey = None
    if soil_path is not None:
        survey = read_cells(soil_path, domain, ["organic_carbon"])["organic_carbon"].values
    forest_area = domain["area"].values * cover["fraction"].values[:, FOREST]
    carbon = cell_soil_carbon(forest, survey, forest_area, options.fast_fraction, forest_path)
    state = build_initial_state(
        domain, cover, lai, forest, carbon, options, region=region, forest_source=forest_path
    )
    state.attrs["survey_carbon_ratio"] = carbon.survey_ratio
    common = {
        "region": region,
        "synthetic": bool(params.get("synthetic", False)),
        "parameters": params,
        "sources": [
            p for p in (domain_path, soil_path, cover_path, lai_path, forest_path) if p is not None
        ],
    }
    shared_out = build_tiles(domain, state, n_tile)
    write_dataset(state, out, **common)
    write_dataset(shared_out, tiles, **common)
