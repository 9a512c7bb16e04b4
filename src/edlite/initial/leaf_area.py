"""Leaf area of cells from 8-day composites: yearly maxima, their mean, and values by cover."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.optimize import nnls

from edlite.errors import InputError
from edlite.initial.options import LaiOptions
from edlite.parameters import COVERS
from edlite.sources.modis import LaiGranule, open_lai, read_lai
from edlite.sources.pixels import assign_pixels, sum_by_cell

logger = logging.getLogger(__name__)

# Composites of a full year; fewer are reported because the maximum may be missed
COMPOSITES_PER_YEAR = 46
# Cover that a class must reach in some cell before its leaf area is separated from mixed cells
MIN_UNMIXED_FRACTION = 0.1
# Unmixed values below this are no leaf area of vegetated land
MIN_UNMIXED_LAI = 0.05


def read_granules(paths: Sequence[str | Path], years: tuple[int, int]) -> list[LaiGranule]:
    """Identify the granules whose first day lies in `years`, sorted by day and tile.

    Raises InputError for unusable files, if no granule lies in the years, for two granules of
    one tile and day, and for a mixture of pixel sizes.
    """
    granules = [open_lai(path) for path in paths]
    used = [g for g in granules if years[0] <= g.day.year <= years[1]]
    if not used:
        days = sorted(g.day for g in granules)
        raise InputError(
            granules[0].path,
            "granule dates",
            f"{days[0]} to {days[-1]}",
            f"leaf area of {years[0]} to {years[1]} (lai.years)",
        )
    if len(used) < len(granules):
        logger.info("%d granules outside %d-%d not used", len(granules) - len(used), *years)
    used.sort(key=lambda g: (g.day, g.tile))
    for first, second in zip(used, used[1:], strict=False):
        if (first.day, first.tile) == (second.day, second.tile):
            raise InputError(
                second.path, "tile and date", f"as {first.path.name}", "one granule for each"
            )
    sizes = {g.grid.n_col: g for g in used}
    if len(sizes) > 1:
        odd = list(sizes.values())[1]
        raise InputError(odd.path, "columns", sorted(sizes), "one pixel size, 1 km or 500 m")
    return used


def yearly_maxima(
    granules: Sequence[LaiGranule], cells: NDArray[np.int64], qc_max: str
) -> dict[int, NDArray[np.float64]]:
    """Largest composite of each year by cell, NaN where no composite is valid.

    A composite's value in a cell is the mean of its valid pixels. Raises InputError if the
    tiles do not cover all cells.
    """
    grids = {}
    for granule in granules:
        known = grids.setdefault(granule.tile, granule.grid)
        if not known.matches(granule.grid):
            raise InputError(
                granule.path, "StructMetadata corners", granule.grid, f"{known}, as other granules"
            )
    names = [f"tile {tile}" for tile in grids]
    where = assign_pixels(list(grids.values()), names, cells, str(granules[0].path))
    where = dict(zip(grids, where, strict=True))
    unused = [tile for tile, part in where.items() if part.is_empty]
    if unused:
        logger.info("tiles without a cell of the region: %s", ", ".join(unused))
    days: dict = {}
    for granule in granules:
        days.setdefault(granule.day, []).append(granule)
    maxima: dict[int, NDArray[np.float64]] = {}
    composites: dict[int, int] = {}
    for day, parts in days.items():
        total, count = np.zeros(cells.size), np.zeros(cells.size, dtype=np.int64)
        for granule in parts:
            part = where[granule.tile]
            if not part.is_empty:
                lai, valid = read_lai(granule, part.rows, part.cols, qc_max)
                s, n = sum_by_cell(lai, valid, part, cells.size)
                total, count = total + s, count + n
        value = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        year = day.year
        maxima[year] = np.fmax(maxima[year], value) if year in maxima else value
        composites[year] = composites.get(year, 0) + 1
    for year, n in composites.items():
        if n < COMPOSITES_PER_YEAR:
            logger.warning("%d: %d of %d composites", year, n, COMPOSITES_PER_YEAR)
    return maxima


def class_leaf_area(
    lai: NDArray[np.float64], fraction: NDArray[np.float64], cover: str, options: LaiOptions
) -> tuple[NDArray[np.float64], str, int]:
    """Leaf area of one cover in each cell, how it was found, and from how many cells.

    lai : (cell,) mean yearly maximum of the whole cell, NaN where unknown
    fraction : (cell, cover) shares of the land

    Cells dominated by the class keep their own value, the others take the mean of these
    (`dominant`). Without such cells lai = sum_i f_i L_i is solved over the region by non-negative
    least squares for the values L_i of grassland, cropland and forest, bare ground having none
    (`unmixed`); if the class is too rare for that, the setting counts (`default`). The result is
    at most `cap`.
    """
    column = COVERS.index(cover)
    known = np.isfinite(lai)
    pure = known & (fraction[:, column] >= options.dominant_fraction)
    if pure.any():
        values = np.where(pure, lai, lai[pure].mean())
        return np.minimum(values, options.cap), "dominant", int(pure.sum())
    vegetated = [i for i, name in enumerate(COVERS) if name != "bare"]
    design = fraction[known][:, vegetated]
    present = design.max(axis=0, initial=0.0) >= MIN_UNMIXED_FRACTION
    position = vegetated.index(column)
    if present[position] and known.sum() > present.sum():
        design = design[:, present]
        if np.linalg.matrix_rank(design) == present.sum():
            solution, _ = nnls(design, lai[known])
            value = solution[np.flatnonzero(present).tolist().index(position)]
            if value >= MIN_UNMIXED_LAI:
                return np.full(lai.size, min(value, options.cap)), "unmixed", int(known.sum())
    return np.full(lai.size, _default(cover, options)), "default", 0


def _default(cover: str, options: LaiOptions) -> float:
    value = {"grassland": options.default_grassland, "cropland": options.default_cropland}[cover]
    return min(value, options.cap)


def build_leaf_area(
    domain: xr.Dataset,
    fraction: NDArray[np.float64],
    granules: Sequence[LaiGranule],
    options: LaiOptions,
) -> xr.Dataset:
    """Dataset of `lai.nc` from granules (none: the settings' values, said in the attributes)."""
    cells = domain["cell_id"].values
    maxima = yearly_maxima(granules, cells, options.qc_max) if granules else {}
    years = np.stack(list(maxima.values())) if maxima else np.full((1, cells.size), np.nan)
    n_year = np.isfinite(years).sum(axis=0)
    lai_max = np.where(n_year > 0, np.nansum(years, axis=0) / np.maximum(n_year, 1), np.nan)
    lai_cover = np.full((cells.size, len(COVERS)), np.nan)
    attrs = {
        "satellite_years": ", ".join(map(str, maxima)) or "none",
        "satellite_granules": len(granules),
        "cells_without_leaf_area": int((n_year == 0).sum()),
    }
    for cover in ("grassland", "cropland"):
        values, how, n = class_leaf_area(lai_max, fraction, cover, options)
        lai_cover[:, COVERS.index(cover)] = values
        attrs[f"{cover}_source"], attrs[f"{cover}_source_cells"] = how, n
        logger.info("leaf area of %s: %s, %d cells, mean %.2f", cover, how, n, values.mean())
    if not granules:
        logger.warning("no leaf area granules: defaults of the configuration are used")
    return xr.Dataset(
        {
            "lai_max": (
                "cell",
                lai_max,
                {"units": "m2 m-2", "long_name": "mean of the yearly maxima of leaf area index"},
            ),
            "n_year": (
                "cell",
                n_year.astype(np.int32),
                {"units": "1", "long_name": "years with a valid leaf area index"},
            ),
            "lai_cover": (
                ("cell", "cover"),
                lai_cover,
                {
                    "units": "m2 m-2",
                    "long_name": "seasonal maximum of leaf area index of grassland and cropland",
                },
            ),
        },
        coords={**{n: domain[n] for n in ("lat", "lon", "cell_id")}, "cover": list(COVERS)},
        attrs=attrs,
    )
