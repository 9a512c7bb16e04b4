"""Leaves and reserves of a start in any season."""

from __future__ import annotations

import numpy as np

from edlite.kernels.plant_carbon import BARE, COMPLETE, DROPPING, GROWING
from edlite.kernels.vegetation import AUTUMN, COLD_DECIDUOUS, RETAINED, greenness
from edlite.model.columns import Columns
from edlite.model.state import State

NEARLY_ALL = 0.999  # greenness from which a start is in full leaf: the curve never reaches 1


def in_season(
    state: State, columns: Columns, curves: dict[str, np.ndarray], day_of_year: float
) -> State:
    """A start with cold-deciduous plants as the season has them; others stay in full leaf.

    curves : greenness curves by cell, as `edlite.model.seasons.calendar_of` returns them

    What leaf fall would have left in store (half of the leaf carbon that is missing) is in store:
    plants that start bare could not flush otherwise. The other half is no litter of this run.
    """
    state = state.copy()
    names = ("spring_a", "spring_b", "autumn_a", "autumn_b")
    by_cell = zip(*(curves[name] for name in names), strict=True)
    green = np.array([greenness(day_of_year, *curve) for curve in by_cell])
    green = green[columns.cell_index[columns.patch_index]]
    cold = columns.of_cohort("phenology_habit") == COLD_DECIDUOUS
    full = state.leaf_carbon
    green = np.where(cold & (green < NEARLY_ALL), green, 1.0)
    shown = green * full
    falling = DROPPING if day_of_year >= AUTUMN else GROWING
    part = np.where(green > 0.0, falling, BARE)
    state.status = np.where(green < 1.0, part, COMPLETE).astype(int)
    state.storage_carbon = state.storage_carbon + RETAINED * (full - shown)
    state.leaf_carbon = shown
    return state
