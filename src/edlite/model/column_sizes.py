"""Sizes of plants and canopies that follow from diameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edlite.kernels.allometry import crown_area, crown_base, height, leaf_carbon_max, root_depth

if TYPE_CHECKING:
    from edlite.model.columns import Columns

SHAPE = ("loglog", "b1Ht", "b2Ht", "h_ref", "h_max")
LEAF = ("dbh_crit", "b1_leaf", "b2_leaf")
CANOPY_CLOSED = 1e-3  # open fraction below which lower cohorts do not set the canopy height
VEG_HEIGHT_MIN = 0.15  # m
REFERENCE_HEIGHT_MIN = 10.0  # m
REFERENCE_ABOVE = 10.0  # m above the tallest cohort


def heights(columns: Columns, pft: np.ndarray, dbh: np.ndarray) -> np.ndarray:
    """Height [m] of plants of types `pft` and diameters `dbh` [cm]."""
    rows = zip(dbh, *(columns.of_pft(name)[pft] for name in SHAPE), strict=True)
    return np.array([height(*row) for row in rows], float)


def full_leaf(columns: Columns, pft: np.ndarray, dbh: np.ndarray) -> np.ndarray:
    """Leaf carbon in full leaf [kgC plant-1]."""
    rows = zip(dbh, *(columns.of_pft(name)[pft] for name in LEAF), strict=True)
    return np.array([leaf_carbon_max(*row) for row in rows], float)


def set_sizes(columns: Columns) -> None:
    """Height, leaf carbon in full leaf, crown middle and deepest rooted layer of every cohort."""
    columns.height = heights(columns, columns.pft, columns.dbh)
    columns.leaf_max = full_leaf(columns, columns.pft, columns.dbh)
    depth = np.array(
        [
            root_depth(*row)
            for row in zip(
                columns.height,
                columns.of_cohort("b1_rootdepth"),
                columns.of_cohort("b2_rootdepth"),
                strict=True,
            )
        ]
    )
    base = zip(
        columns.height,
        columns.of_cohort("b1_crownlen"),
        columns.of_cohort("b2_crownlen"),
        strict=True,
    )
    columns.crown_middle = 0.5 * (columns.height + np.array([crown_base(*row) for row in base]))
    deepest = np.searchsorted(columns.layer_top, depth, side="left") - 1
    columns.root_layer = np.clip(deepest, 0, columns.n_layer[columns.patch_index] - 1)


def set_canopies(columns: Columns) -> None:
    """Open fraction and mean height of the vegetation of each patch.

    The height is the basal-area-weighted mean over cohorts from the top until crowns close.
    """
    crown = np.array(
        [
            crown_area(*row)
            for row in zip(
                columns.dbh,
                columns.of_cohort("dbh_crit"),
                columns.of_cohort("b1_crown"),
                columns.of_cohort("b2_crown"),
                columns.of_cohort("SLA") * columns.leaf_max,
                strict=True,
            )
        ]
    )
    covered = np.minimum(1.0, columns.n * crown)
    basal = columns.n * columns.dbh**2
    columns.open_fraction = np.ones(columns.n_patch)
    columns.veg_height = np.full(columns.n_patch, VEG_HEIGHT_MIN)
    weight = np.zeros(columns.n_patch)
    moment = np.zeros(columns.n_patch)
    for j, p in enumerate(columns.patch_index):
        if columns.open_fraction[p] > CANOPY_CLOSED:
            weight[p] += basal[j]
            moment[p] += basal[j] * columns.height[j]
            columns.open_fraction[p] *= 1.0 - covered[j]
    vegetated = weight > 0.0
    mean = moment[vegetated] / weight[vegetated]
    columns.veg_height[vegetated] = np.maximum(mean, VEG_HEIGHT_MIN)


def default_reference_height(columns: Columns) -> np.ndarray:
    """Height of the forcing [m] of every cell, where none is given."""
    tallest = np.zeros(columns.n_cell)
    np.maximum.at(tallest, columns.cell_index[columns.patch_index], columns.height)
    return np.maximum(REFERENCE_HEIGHT_MIN, tallest + REFERENCE_ABOVE)
