"""Numbers that Zhang et al. (2019, doi 10.1029/2018JG004589) printed, for comparison."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from edlite.analysis.attribution import read_paper_regression
from edlite.errors import MissingInput
from edlite.figures import prepare
from edlite.figures.composition import paper_shares
from edlite.figures.results import read_table
from edlite.figures.sensitivity import paper_statistics

CITATION = (
    "Zhang et al. (2019), Journal of Geophysical Research: Biogeosciences, doi 10.1029/2018JG004589"
)


@dataclass(frozen=True)
class Paper:
    """Published values; a table is None where none was given.

    composition : Table 1, percent of LAI, regions x PFT codes
    beta : Table 3, columns region, flux, mean, sd (kgC m-2 yr-1 per m3 m-3)
    coefficients : Table 4, columns flux, variable, paper (standardised coefficient), paper_p (text)
    fluxes : GPP native and blended, columns region, flux, native, blended (kgC m-2 yr-1)
    regional : all other numbers, columns region, variable, value, sd, unit
    """

    composition: pd.DataFrame | None = None
    beta: pd.DataFrame | None = None
    coefficients: pd.DataFrame | None = None
    fluxes: pd.DataFrame | None = None
    regional: pd.DataFrame | None = None

    def value(self, region: str, variable: str) -> float | None:
        """One number of the regional table, or None."""
        if self.regional is None:
            return None
        found = self.regional[
            (self.regional.region == region) & (self.regional.variable == variable)
        ]
        return None if found.empty else float(found.iloc[0]["value"])


def read_paper(folder: Path | None) -> Paper:
    """Published values from the folder of `paper_table1.csv` etc.; without a folder none.

    Raises InputError where the folder or one of its columns lacks.
    """
    if folder is None:
        return Paper()
    if not folder.is_dir():
        raise MissingInput(folder, "a folder with paper_table1.csv, paper_table3.csv ...")
    one, three, regional = (
        read_table(folder / f"paper_{name}.csv") for name in ("table1", "table3", "regional")
    )
    four = folder / "paper_table4.csv"
    return Paper(
        composition=None if one is None else paper_shares(one, f"{folder}/paper_table1.csv"),
        beta=None if three is None else paper_statistics(three, f"{folder}/paper_table3.csv"),
        coefficients=read_paper_regression(four) if four.exists() else None,
        fluxes=None
        if regional is None
        else prepare.paper_flux_change(regional, f"{folder}/paper_regional.csv"),
        regional=regional,
    )
