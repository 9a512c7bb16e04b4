"""Forest patches and cohorts of each set of nearest plots, shared by the cells that have it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from edlite.errors import InputError
from edlite.initial.allometry import Allometry, basal_area
from edlite.initial.cohorts import Cohorts, TooManyTypes, reduce_cohorts
from edlite.initial.options import InitialOptions
from edlite.initial.patches import fuse
from edlite.parameters import PFT_CODES


class Stand(NamedTuple):
    """Forest of a cell: shares of the forest area (sum 1) and cohorts of its patches.

    inventory : leaf area index and basal area [m2 m-2] of the plots' trees, means over the forest
    """

    share: NDArray[np.float64]
    patches: list[Cohorts]
    inventory: tuple[float, float]

    def means(self, allometry: Allometry) -> tuple[float, float]:
        """Leaf area index and basal area [m2 m-2] of the patches, means over the forest."""
        return _means(self.share, self.patches, allometry)


def _means(
    share: NDArray[np.float64], patches: list[Cohorts], allometry: Allometry
) -> tuple[float, float]:
    lai = [(p.n * allometry.leaf_area(p.pft, p.dbh)).sum() for p in patches]
    area = [(p.n * basal_area(p.dbh)).sum() for p in patches]
    return float(np.dot(share, lai)), float(np.dot(share, area))


def plot_trees(
    forest: xr.Dataset, allometry: Allometry, source: str | Path
) -> dict[tuple[int, int], Cohorts]:
    """Trees of each (plot index, subplot); diameters at least those of the smallest plant.

    Raises InputError, naming `source`, if a tree has no valid PFT, diameter or density.
    """
    plot, subplot = forest["tree_plot"].values, forest["subplot"].values
    pft, dbh, n = (forest[name].values for name in ("pft", "dbh", "n"))
    checks = {
        "pft": ((pft >= 0) & (pft < len(PFT_CODES)), f"0 to {len(PFT_CODES) - 1}"),
        "dbh": (np.isfinite(dbh) & (dbh > 0), "a positive diameter"),
        "n": (np.isfinite(n) & (n > 0), "a positive density"),
        "tree_plot": ((plot >= 0) & (plot < forest.sizes["plot"]), "an index of a plot"),
    }
    for name, (ok, expected) in checks.items():
        if not ok.all():
            raise InputError(source, name, forest[name].values[~ok][0], expected)
    dbh = np.maximum(dbh, allometry.dbh_min[pft])
    order = np.lexsort((subplot, plot))
    keys = np.stack([plot, subplot])[:, order]
    start = np.flatnonzero(np.any(np.diff(keys, axis=1, prepend=-1) != 0, axis=0))
    parts = np.split(order, start[1:])
    return {
        (int(plot[rows[0]]), int(subplot[rows[0]])): Cohorts(
            pft[rows].astype(np.int64), dbh[rows], n[rows]
        )
        for rows in parts
        if rows.size
    }


def build_stand(
    plots: tuple[int, ...],
    forest: xr.Dataset,
    trees: dict[tuple[int, int], Cohorts],
    max_patches: int,
    options: InitialOptions,
    allometry: Allometry,
    source: str | Path,
) -> Stand:
    """Patches and cohorts of a set of plots.

    Each forested subplot is a patch; its share is its forested area over that of all subplots of
    the plots. A subplot without trees is forest too, and stays an empty patch until it is fused.
    """
    weight = forest["subplot_weight"].values[list(plots)]
    which = np.argwhere(weight > 0)
    share = weight[weight > 0] / weight.sum()
    none = Cohorts(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    subplots = [trees.get((plots[i], int(j) + 1), none) for i, j in which]
    inventory = _means(share, subplots, allometry)
    share, fused = fuse(share, subplots, max_patches, allometry)
    try:
        patches = [
            reduce_cohorts(p, options.dbh_class, options.max_cohorts, allometry) for p in fused
        ]
    except TooManyTypes as error:
        types = max(np.unique(p.pft).size for p in fused)
        raise InputError(
            "config",
            "initial.max_cohorts",
            options.max_cohorts,
            f"at least {types}, the plant functional types of a patch of {Path(source).name}",
        ) from error
    return Stand(share, patches, inventory)
