"""Leaves and reserves of a start in any season."""

from __future__ import annotations

import numpy as np

from edlite.kernels.plant_carbon import BARE, COMPLETE, DROPPING, GROWING, ON_ALLOMETRY
from edlite.kernels.vegetation import AUTUMN, COLD_DECIDUOUS, RETAINED, greenness
from edlite.model.columns import Columns
from edlite.model.seasons import CURVES
from edlite.model.state import State

NEARLY_ALL = 0.999  # greenness from which a start is in full leaf: the curve never reaches 1


def displayed(
    columns: Columns,
    pft: np.ndarray,
    cell: np.ndarray,
    curves: dict[str, np.ndarray],
    day_of_year: float,
) -> np.ndarray:
    """Share of their leaves that plants of types `pft` display in a season; 1 but for
    cold-deciduous ones. Curves as in `in_season`."""
    by_cell = zip(*(curves[name] for name in CURVES), strict=True)
    green = np.array([greenness(float(day_of_year), *map(float, curve)) for curve in by_cell])
    return np.where(columns.of_pft("phenology_habit")[pft] == COLD_DECIDUOUS, green[cell], 1.0)


def status_of(green: np.ndarray, day_of_year: float) -> np.ndarray:
    """Status of leaves of which the share `green` is displayed."""
    part = np.where(green > 0.0, DROPPING if day_of_year >= AUTUMN else GROWING, BARE)
    return np.where(green < 1.0 - ON_ALLOMETRY, part, COMPLETE).astype(int)


def in_season(
    state: State, columns: Columns, curves: dict[str, np.ndarray], day_of_year: float
) -> State:
    """A start with cold-deciduous plants as the season has them; others stay in full leaf.

    curves : greenness curves by cell, as `edlite.model.seasons.calendar_of` returns them

    What leaf fall would have left in store (half of the leaf carbon that is missing) is in store:
    plants that start bare could not flush otherwise. The other half is no litter of this run.
    """
    state = state.copy()
    cell = columns.cell_index[columns.patch_index]
    green = displayed(columns, columns.pft, cell, curves, day_of_year)
    green = np.where(green < NEARLY_ALL, green, 1.0)
    full = state.leaf_carbon
    shown = green * full
    state.status = status_of(green, day_of_year)
    state.storage_carbon = state.storage_carbon + RETAINED * (full - shown)
    state.leaf_carbon = shown
    return state
