"""Diameters from wood, and plants as they establish."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from edlite.constants import BIOMASS_PER_CARBON
from edlite.kernels.allometry import structural_carbon
from edlite.model.column_sizes import full_leaf, heights
from edlite.model.columns import Columns

WOOD = ("b1_struct", "b2_struct")


def diameter_of_wood(columns: Columns, pft: np.ndarray, wood: np.ndarray) -> np.ndarray:
    """Diameter [cm] of plants with structural carbon `wood` [kgC plant-1, > 0], the inverse of
    `edlite.kernels.allometry.structural_carbon`."""
    b1, b2 = (columns.of_pft(name)[pft] for name in WOOD)
    rows = zip(BIOMASS_PER_CARBON * wood / b1, 1.0 / b2, strict=True)
    return np.array([float(x) ** float(y) for x, y in rows], float)


class Recruit(NamedTuple):
    """A plant of the smallest size on allometry, (pft): diameter [cm], carbon [kgC plant-1]."""

    dbh: np.ndarray
    leaf: np.ndarray
    root: np.ndarray
    sapwood: np.ndarray
    wood: np.ndarray

    @property
    def carbon(self) -> np.ndarray:
        """Carbon of the whole plant [kgC plant-1]."""
        return self.leaf + self.root + self.sapwood + self.wood


def recruits(columns: Columns) -> Recruit:
    """Plants as they establish: of height `h_min`, on allometry, without storage."""
    dbh = columns.of_pft("dbh_min")
    pft = np.arange(len(dbh))
    leaf = full_leaf(columns, pft, dbh)
    rows = zip(dbh, *(columns.of_pft(name) for name in WOOD), strict=True)
    return Recruit(
        dbh=dbh,
        leaf=leaf,
        root=columns.of_pft("q_root_leaf") * leaf,
        sapwood=columns.of_pft("qsw") * heights(columns, pft, dbh) * leaf,
        wood=np.array([structural_carbon(*row) for row in rows]),
    )


def smallest_density(columns: Columns) -> float:
    """Density [plants m-2] of the smallest cohort that may establish: a sixth of the least initial
    density of near-bare ground (as ED2)."""
    return float(columns.of_pft("init_density").min()) / 6.0
