"""National Land Cover Database (USGS/MRLC): 30 m raster of class codes.

Any raster that GDAL opens and any CRS; CRS and nodata value are taken from the file.
Legend: https://www.mrlc.gov/data/legends/national-land-cover-database-class-legend-and-description
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edlite.errors import InputError
from edlite.grid.aggregate import KeyCounts, count_keys, open_raster


@cache
def class_table() -> pd.DataFrame:
    """Known classes: index `nlcd_class`; columns name, cover, switch, source.

    `cover` is bare, grassland, cropland, forest, water or shrubland; `switch` names the setting
    of the config section `cover` that overrides it (empty: none).
    """
    with files("edlite.tables").joinpath("nlcd_cover.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream, index_col="nlcd_class", keep_default_na=False)


def count_classes(path: str | Path, cells: NDArray[np.int64]) -> KeyCounts:
    """Pixels of each land-cover class in each cell (`cells`: sorted cell numbers).

    Raises InputError if the file is missing, unreadable or truncated, has no CRS, does not cover
    the cells (both extents are named), or holds codes that are not in `class_table`.
    """
    with open_raster(path) as raster:
        nodata = raster.nodata
        counts = count_keys(raster, cells)
    known = class_table().index
    unknown = np.setdiff1d(counts.key, known)
    if unknown.size:
        raise InputError(
            path,
            "land-cover class",
            unknown.tolist(),
            f"NLCD codes {', '.join(map(str, known))}, or the file's nodata value ({nodata})",
        )
    return counts
