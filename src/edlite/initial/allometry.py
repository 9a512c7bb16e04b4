"""Sizes of plants of given functional type and diameter, for arrays (see `kernels.allometry`)."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from edlite.kernels import allometry as kernels
from edlite.parameters import load_pft, pft_arrays

# scalar process functions over arrays of plants
_height = np.vectorize(kernels.height, otypes=[float])
_leaf_carbon = np.vectorize(kernels.leaf_carbon_max, otypes=[float])


def basal_area(dbh: ArrayLike) -> NDArray[np.float64]:
    """Basal area [m2 plant-1] of plants of diameter `dbh` [cm]."""
    return np.pi / 4.0 * (np.asarray(dbh, dtype=float) / 100.0) ** 2


class Allometry:
    """Height and leaf area by index of the PFT and diameter [cm].

    pft : parameters as from `edlite.parameters.load_pft` (default: the table as shipped)
    """

    def __init__(self, pft: pd.DataFrame | None = None) -> None:
        self.parameters = pft_arrays(load_pft() if pft is None else pft)

    @cached_property
    def dbh_min(self) -> NDArray[np.float64]:
        """Diameter [cm] of the smallest plant of each PFT."""
        return self.parameters["dbh_min"]

    @cached_property
    def dbh_crit(self) -> NDArray[np.float64]:
        """Diameter [cm] from which leaf area and height of each PFT no longer grow."""
        return self.parameters["dbh_crit"]

    def height(self, pft: ArrayLike, dbh: ArrayLike) -> NDArray[np.float64]:
        """Height [m]."""
        pft, p = np.asarray(pft, dtype=np.int64), self.parameters
        if pft.size == 0:
            return np.zeros(pft.shape)
        names = ("loglog", "b1Ht", "b2Ht", "h_ref", "h_max")
        return _height(np.asarray(dbh, dtype=float), *(p[name][pft] for name in names))

    def leaf_area(self, pft: ArrayLike, dbh: ArrayLike) -> NDArray[np.float64]:
        """Leaf area [m2 plant-1] in full leaf."""
        pft, p = np.asarray(pft, dtype=np.int64), self.parameters
        if pft.size == 0:
            return np.zeros(pft.shape)
        names = ("dbh_crit", "b1_leaf", "b2_leaf")
        carbon = _leaf_carbon(np.asarray(dbh, dtype=float), *(p[name][pft] for name in names))
        return carbon * p["SLA"][pft]
