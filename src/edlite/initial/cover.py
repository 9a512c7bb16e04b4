"""Land-cover classes of a cell -> fractions of bare ground, grassland, cropland and forest."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from edlite.errors import InputError
from edlite.grid.aggregate import KeyCounts
from edlite.parameters import COVERS
from edlite.sources.nlcd import class_table

logger = logging.getLogger(__name__)

# setting -> (accepted values, default); see the column `switch` of tables/nlcd_cover.csv
SWITCHES = {
    "developed_open_space": (("bare", "grassland"), "bare"),
    "pasture": (("cropland", "grassland"), "cropland"),
    "shrubland": (("grassland", "bare", "forest"), "grassland"),
}


def cover_of_class(options: Mapping[str, str]) -> dict[int, str]:
    """Cover of each NLCD class (water, bare, grassland, cropland or forest).

    `options` is the config section `cover`; raises InputError for a key or value it may not have.
    """
    for key, value in options.items():
        if key not in SWITCHES:
            raise InputError("config", f"cover.{key}", value, f"one of {', '.join(SWITCHES)}")
        if value not in SWITCHES[key][0]:
            raise InputError("config", f"cover.{key}", value, f"one of {SWITCHES[key][0]}")
    chosen = {key: options.get(key, default) for key, (_, default) in SWITCHES.items()}
    table = class_table()
    return {
        int(code): chosen.get(switch, cover)
        for code, cover, switch in zip(table.index, table["cover"], table["switch"], strict=True)
    }


def build_cover(
    domain: xr.Dataset, counts: KeyCounts, options: Mapping[str, str], source: str | Path
) -> xr.Dataset:
    """Dataset of `cover.nc`: `fraction` (cell, cover) and the water, shrub and valid fractions.

    counts : pixels of each NLCD class in the cells of `domain`
    options : the config section `cover`

    `fraction` are shares of the cell's land and sum to 1; water pixels are taken out first. A cell
    without land is bare (its `water_fraction` is 1). `shrub_fraction` is the share of the cell's
    land that NLCD calls shrub, already counted in `fraction` under the cover chosen for it.
    Raises InputError, naming `source`, if a cell has no pixel with data.
    """
    cover_of = cover_of_class(options)
    valid = counts.n_valid
    if (valid == 0).any():
        first = int(np.flatnonzero(valid == 0)[0])
        lat, lon = float(domain["lat"][first]), float(domain["lon"][first])
        raise InputError(
            source,
            "land-cover class",
            f"no data in {int((valid == 0).sum())} of {valid.size} cells, "
            f"the first at {lat:.4f} N, {lon:.4f} E",
            "data in every cell of the region",
        )
    table = class_table()
    codes = table.index.to_numpy()
    share = counts.fractions(codes)
    covers = np.array([cover_of[int(code)] for code in codes])
    water = share[:, covers == "water"].sum(axis=1)
    land = 1.0 - water
    has_land = counts.fractions(codes[covers != "water"]).sum(axis=1) > 0
    if not has_land.all():
        logger.warning("%d of %d cells hold only water", (~has_land).sum(), valid.size)
    divisor = np.where(has_land, land, 1.0)
    fraction = np.stack([share[:, covers == c].sum(axis=1) / divisor for c in COVERS], axis=1)
    fraction[~has_land] = np.array(COVERS) == "bare"
    fraction /= fraction.sum(axis=1, keepdims=True)
    shrub = share[:, (table["cover"] == "shrubland").to_numpy()].sum(axis=1) / divisor

    def variable(values: np.ndarray, long_name: str, *dims: str) -> tuple:
        return (("cell", *dims), values, {"units": "1", "long_name": long_name})

    return xr.Dataset(
        {
            "fraction": variable(fraction, "share of the land of the cell", "cover"),
            "water_fraction": variable(water, "share of open water in the cell"),
            "shrub_fraction": variable(shrub, "share of shrubland in the land of the cell"),
            "valid_fraction": variable(
                valid / counts.n_pixel, "share of the pixels of the cell that have data"
            ),
        },
        coords={**{n: domain[n] for n in ("lat", "lon", "cell_id")}, "cover": list(COVERS)},
    )
