"""Cells of a region's block: where they are, and which of them a run has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edlite.demo.layout import block_cells, region_recipe
from edlite.errors import InputError
from edlite.grid.grid import cell_id, cell_id_at


def block_cell_ids(recipe: Mapping, region: str) -> NDArray[np.int64]:
    """Cell numbers (row, column) of the whole block, north-west corner first."""
    rows, columns = block_cells(recipe, region)
    return cell_id(np.array(rows)[:, None], np.array(columns)[None, :])


def positions(
    recipe: Mapping, region: str, cells: ArrayLike, source: str | Path
) -> NDArray[np.int64]:
    """Positions of `cells` in the flattened block.

    Random numbers are drawn for the whole block and then picked, so that a run of fewer cells has
    the same ones. Raises InputError, naming `source`, for a cell outside the block.
    """
    block = block_cell_ids(recipe, region).ravel()
    cells = np.asarray(cells, dtype=np.int64)
    outside = ~np.isin(cells, block)
    if outside.any():
        raise InputError(
            source,
            "cell_id",
            int(cells[outside][0]),
            f"cells of the demo's region {region} ({block[0]}..{block[-1]})",
        )
    return np.searchsorted(block, cells)


def tower_cell(recipe: Mapping, region: str, cells: ArrayLike, source: str | Path) -> int:
    """Index in `cells` of the tower's cell; raises InputError if it is not among them."""
    place = region_recipe(recipe, region)["place"]
    found = np.flatnonzero(np.asarray(cells) == cell_id_at(place["lat"], place["lon"]))
    if found.size != 1:
        raise InputError(
            source, "cell_id", None, f"the tower's cell at {place['lat']} N, {place['lon']} E"
        )
    return int(found[0])
