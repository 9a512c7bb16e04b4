"""What columns must be for the model to run: possible values, forcing above the plants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from edlite.errors import InputError
from edlite.kernels.vegetation import COLD_DECIDUOUS
from edlite.parameters import PFT_CODES
from edlite.soil.layers import MIN_LAYERS

if TYPE_CHECKING:
    from edlite.model.columns import Columns

CANOPY_TOP = 0.76  # displacement and roughness over the height of the vegetation


def check_columns(columns: Columns) -> None:
    """Raise InputError for impossible areas, plants, pools or soils."""
    if columns.layer_bottom.size < MIN_LAYERS or np.any(columns.layer_thickness <= 0.0):
        expected = f"{MIN_LAYERS} or more increasing depths in m"
        raise InputError(columns.source, "layer_bottom", columns.layer_bottom.tolist(), expected)
    if np.any((columns.area <= 0.0) | ~np.isfinite(columns.area)):
        raise InputError(columns.source, "area", float(columns.area.min()), "positive shares")
    total = np.bincount(columns.cell_index, columns.area, columns.n_cell)
    if np.any(abs(total - 1.0) > 1e-6):
        worst = total[np.argmax(abs(total - 1.0))]
        raise InputError(columns.source, "area", float(worst), "patch areas of a cell summing to 1")
    if np.any(np.diff(columns.cell_index) < 0):
        raise InputError(columns.source, "cell_index", None, "patches sorted by cell")
    if not np.all((columns.pft >= 0) & (columns.pft < len(PFT_CODES))):
        worst = columns.pft[(columns.pft < 0) | (columns.pft >= len(PFT_CODES))][0]
        raise InputError(columns.source, "pft", int(worst), f"0 to {len(PFT_CODES) - 1}")
    for name in ("dbh", "n"):
        values = getattr(columns, name)
        if values.size and not np.all(values > 0.0):
            raise InputError(columns.source, name, float(values.min()), "positive values")
    codes = np.array(PFT_CODES)[columns.pft]
    require_sizes(columns.source, codes, columns.dbh, columns.of_cohort("dbh_min"))
    for name, values in columns.pools.items():
        if not np.all(values >= 0.0):
            raise InputError(columns.source, name, float(np.min(values)), "0 or more kgC m-2")
    for name, values in columns.soil.items():
        if values.shape != (len(columns.area), columns.layer_bottom.size):
            expected = f"{len(columns.area)} patches with {columns.layer_bottom.size} layers"
            raise InputError(columns.source, name, values.shape, expected)
        if not np.all(np.isfinite(values)):
            raise InputError(columns.source, name, None, "finite soil properties")


def require_sizes(source: object, codes: np.ndarray, dbh: np.ndarray, least: np.ndarray) -> None:
    """Raise InputError if a plant is thinner than those that establish.

    codes, dbh [cm] of the plants; least [cm] : `dbh_min` of their types
    """
    low = dbh < least * (1.0 - 1e-6)
    if np.any(low):
        at = int(np.argmax(low))
        expected = f"at least {least[at]:.3f} cm, the smallest {codes[at]}"
        raise InputError(source, "dbh", float(dbh[at]), expected)


def _establish(columns: Columns, recruits: Sequence[str] | None) -> np.ndarray:
    """Whether a type may establish in a cell, (cell, pft) bool."""
    may = columns.recruits.copy() if recruits is None else np.zeros_like(columns.recruits)
    may[:, [PFT_CODES.index(code) for code in recruits or ()]] = True
    return may


def require_no_seasons(columns: Columns, recruits: Sequence[str] | None) -> None:
    """Raise InputError if a cold-deciduous type may establish: it needs greenness curves.

    recruits : codes of the types that may establish; None: those of the columns
    """
    cold = columns.of_pft("phenology_habit") == COLD_DECIDUOUS
    found = np.flatnonzero(_establish(columns, recruits).any(axis=0) & cold)
    if found.size:
        code = PFT_CODES[found[0]]
        expected = f"greenness curves: {code}, which is cold-deciduous, may establish"
        raise InputError(columns.source, "phenology", None, expected)


def require_room_to_grow(columns: Columns, recruits: Sequence[str] | None) -> None:
    """Raise InputError unless the forcing is above all canopies that may grow.

    recruits : codes of the types that may establish; None: those of the columns
    """
    may = _establish(columns, recruits)
    may[columns.cell_index[columns.patch_index], columns.pft] = True
    tallest = np.where(may, columns.of_pft("h_max"), 0.0).max(axis=1)
    needed = CANOPY_TOP * tallest + 1.0

    def why(at: int) -> str:
        return (
            f"at least {needed[at]:.1f} m: plants may grow to {tallest[at]:.1f} m, and the forcing"
            " must be above them"
        )

    _require_height(columns, needed, why)


def check_reference_height(columns: Columns) -> None:
    """Raise InputError unless the forcing is above displacement and roughness."""
    needed = np.zeros(columns.n_cell)
    np.maximum.at(needed, columns.cell_index, CANOPY_TOP * columns.veg_height + 1.0)

    def why(at: int) -> str:
        return f"more than displacement and roughness of the vegetation ({needed[at]:.1f} m)"

    _require_height(columns, needed, why)


def _require_height(columns: Columns, needed: np.ndarray, why: Callable[[int], str]) -> None:
    low = columns.reference_height < needed
    if np.any(low):
        at = int(np.argmax(low))
        height = float(columns.reference_height[at])
        raise InputError(columns.source, "reference_height", height, why(at))
