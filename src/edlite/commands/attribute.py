"""`edlite attribute`: beta against biomass, leaf area, soil and dominant plant functional type."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.analysis.attribution import (
    AttributionOptions,
    read_cells,
    read_paper_regression,
    regression,
    variance_tables,
    with_paper,
)
from edlite.cli import params_option
from edlite.files import write_table


@click.command()
@click.option("--sensitivity", type=Path, multiple=True, required=True, help="sensitivity.nc")
@click.option("--annual", type=Path, multiple=True, required=True, help="native/.._annual.nc")
@click.option("--soil", type=Path, multiple=True, required=True, help="soil.nc of each region")
@click.option("--paper", type=Path, help="Published coefficients, resources/paper/paper_table4.csv")
@params_option
@click.option("--out-dir", type=Path, required=True, help="Folder of the three tables.")
def attribute(
    sensitivity: tuple[Path, ...],
    annual: tuple[Path, ...],
    soil: tuple[Path, ...],
    paper: Path | None,
    params: dict,
    out_dir: Path,
) -> None:
    """Attribute the sensitivity (section `attribute`): regression, anova and pairwise.csv."""
    options = AttributionOptions.from_params(params)
    published = None if paper is None else read_paper_regression(paper)
    cells = read_cells(sensitivity, annual, soil)
    anova, pairwise = variance_tables(cells, options)
    tables = {
        "regression": with_paper(regression(cells, options), published),
        "anova": anova,
        "pairwise": pairwise,
    }
    synthetic = int(bool(params.get("synthetic", False)))
    for name, table in tables.items():
        write_table(table.assign(synthetic=synthetic), out_dir / f"{name}.csv")
