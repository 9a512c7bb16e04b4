"""Initial soil carbon of the patches of a cell from forest inventory and soil survey."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from edlite.errors import InputError

logger = logging.getLogger(__name__)


class SoilCarbon(NamedTuple):
    """Fast and structural soil carbon [kgC m-2] of forest and of other patches, by cell."""

    forest_fast: NDArray[np.float64]
    forest_structural: NDArray[np.float64]
    other_fast: NDArray[np.float64]
    other_structural: NDArray[np.float64]
    survey_ratio: float


def cell_soil_carbon(
    forest: xr.Dataset,
    survey: NDArray[np.float64] | None,
    forest_area: NDArray[np.float64],
    fast_fraction: float,
    source: str | Path,
) -> SoilCarbon:
    """Soil carbon of the patches of each cell.

    forest : `forest.nc`;  source : its path, for messages
    survey : (cell,) organic carbon of the survey [kg m-2, 0-30 cm], NaN unknown; None: no survey
    forest_area : (cell,) area of forest [m2]
    fast_fraction : fast over structural carbon of patches that are not forest

    Forest: fast carbon is litter carbon, structural carbon is soil organic carbon, both means of
    the nearest plots that report them, else of all plots of the region. Other patches have no
    inventory: structural carbon is that of the survey times the ratio of inventory to survey over
    the region's forest, because the two measure different depths; without a survey value it is
    that of the cell's plots. Raises InputError if no plot reports carbon.
    """
    litter, organic = (
        _cell_mean(forest, name, source) for name in ("litter_carbon", "soil_organic_carbon")
    )
    structural, ratio = organic.copy(), np.nan
    known = np.zeros(organic.size, dtype=bool) if survey is None else np.isfinite(survey)
    if known.any() and (survey[known] > 0).any():
        weight = np.where(known, forest_area, 0.0)
        weight = weight if weight.sum() > 0 else known.astype(float)
        surveyed = np.where(known, survey, 0.0) if survey is not None else organic
        ratio = float((weight * organic).sum() / (weight * surveyed).sum())
        structural = np.where(known, surveyed * ratio, organic)
    if not known.all():
        logger.warning(
            "%d of %d cells without soil survey: patches outside forest take the inventory's "
            "soil carbon",
            (~known).sum(),
            known.size,
        )
    return SoilCarbon(litter, organic, fast_fraction * structural, structural, ratio)


def _cell_mean(forest: xr.Dataset, name: str, source: str | Path) -> NDArray[np.float64]:
    """Mean over the nearest plots of each cell that have a value, else over all plots."""
    plots = forest[name].values
    if not np.isfinite(plots).any():
        raise InputError(source, name, "missing on all plots", "a value on some plot")
    near = plots[forest["nearest_plot"].values]
    count = np.isfinite(near).sum(axis=1)
    mean = np.nansum(near, axis=1) / np.maximum(count, 1)
    return np.where(count > 0, mean, np.nanmean(plots))
