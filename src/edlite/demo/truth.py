"""Hidden soils of the demo's truth: the survey's texture with the survey's own error added."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from edlite.demo.cells import block_cell_ids, positions
from edlite.demo.random import generator
from edlite.soil.hydraulics import PROPERTIES, soil_properties
from edlite.soil.texture import texture_class


def texture_errors(
    rng: np.random.Generator, law: Mapping, n_cell: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Errors (cell,) of sand and clay [absolute per cent], normally distributed.

    Each is the sum of a part that all cells share (`regional_share` of the variance) and a part of
    the cell's own; sand and clay are correlated in both.
    """
    r = law["correlation"]
    mixing = np.array([[1.0, 0.0], [r, np.sqrt(1.0 - r**2)]])
    shared = mixing @ rng.standard_normal((2, 1))
    own = mixing @ rng.standard_normal((2, n_cell))
    weight = law["regional_share"]
    errors = np.sqrt(weight) * shared + np.sqrt(1.0 - weight) * own
    return law["sand_rms"] * errors[0], law["clay_rms"] * errors[1]


def bounded_texture(
    sand: NDArray[np.float64], clay: NDArray[np.float64], bounds: Mapping
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sand and clay [per cent] brought into `bounds`.

    Each is clipped; where less silt is left than the least, both give way in proportion to what
    they have above their own least.
    """
    (sand_low, sand_high), (clay_low, clay_high) = bounds["sand"], bounds["clay"]
    sand, clay = np.clip(sand, sand_low, sand_high), np.clip(clay, clay_low, clay_high)
    excess = np.maximum(sand + clay - (100.0 - bounds["silt"]), 0.0)
    room_sand, room_clay = sand - sand_low, clay - clay_low
    room = np.where(excess > 0, room_sand + room_clay, 1.0)
    return sand - excess * room_sand / room, clay - excess * room_clay / room


def hidden_soil(recipe: Mapping, region: str, soil: xr.Dataset, source: str | Path) -> xr.Dataset:
    """`soil` (see `soil.nc`) with perturbed texture and all properties that follow from it.

    Depth, existing layers, lower boundary and organic carbon stay. The draws depend on the recipe's
    seed, the region and the place of the cell in the block only. Raises InputError for a cell
    outside the block.
    """
    law = recipe["truth"]
    chosen = positions(recipe, region, soil["cell_id"].values, source)
    rng = generator(recipe, region, "hidden soil")
    errors = texture_errors(rng, law, block_cell_ids(recipe, region).size)
    sand, clay = bounded_texture(
        100 * soil["sand"].values + errors[0][chosen],
        100 * soil["clay"].values + errors[1][chosen],
        law["bounds"],
    )
    sand, clay = sand / 100, clay / 100
    properties = soil_properties(sand, clay, soil.sizes["layer"], source=str(source))
    hidden = soil.copy()
    for name, values in (("sand", sand), ("clay", clay)):
        hidden[name] = ("cell", values, soil[name].attrs)
    hidden["texture_class"] = (
        "cell",
        texture_class(sand, clay).astype(np.int32),
        soil["texture_class"].attrs,
    )
    for name in PROPERTIES:
        hidden[name] = (("cell", "layer"), properties[name], soil[name].attrs)
    return hidden.assign_attrs(
        title=f"SYNTHETIC hidden soil of {region}: the truth run's, never given to the native run"
    )
