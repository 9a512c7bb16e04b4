"""The calendar: days and months that begin, greenness curves of a year."""

from __future__ import annotations

import numpy as np
import xarray as xr

from edlite.errors import InputError
from edlite.model.columns import Columns

CURVES = ("spring_a", "spring_b", "autumn_a", "autumn_b")
# greenness curves that stand for "always in leaf", for stands without cold-deciduous plants
ALWAYS_GREEN = {"spring_a": 1e3, "spring_b": -40.0, "autumn_a": 1e-6, "autumn_b": 30.0}


def day_of_year(date: np.datetime64) -> float:
    """1 on 1 January."""
    return float((date - date.astype("datetime64[Y]").astype("datetime64[D]")).astype(int) + 1)


def month_of(date: np.datetime64) -> int:
    """1-12."""
    return int(date.astype("datetime64[M]").astype(int) % 12 + 1)


def month_begun(date: np.datetime64) -> float:
    """Month (1-12) that begins at midnight of `date`, 0 on any but its first day."""
    first = date == date.astype("datetime64[M]").astype("datetime64[D]")
    return float(month_of(date)) if first else 0.0


def calendar_of(
    phenology: xr.Dataset | None, columns: Columns, year: int, *, needed: bool = True
) -> dict[str, np.ndarray]:
    """Greenness curves (cell,) of a year; raises InputError where deciduous plants need them.

    phenology : dataset with spring_a, spring_b, autumn_a, autumn_b by cell, or by year and cell
    """
    if phenology is None:
        if needed and np.any(columns.of_cohort("phenology_habit") == 2):
            raise InputError(
                columns.source, "phenology", None, "greenness curves for cold-deciduous cohorts"
            )
        return {k: np.full(columns.n_cell, v) for k, v in ALWAYS_GREEN.items()}
    if "year" in phenology.dims:
        if year not in phenology["year"]:
            raise InputError("phenology", "year", year, f"one of {phenology['year'].values}")
        phenology = phenology.sel(year=year)
    return {k: np.broadcast_to(phenology[k].values, columns.n_cell).astype(float) for k in CURVES}
