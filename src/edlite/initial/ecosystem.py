"""Initial ecosystem: patches and cohorts of every cell from cover, inventory and leaf area.

A cell has up to one patch each of bare ground (no cohort), grassland and cropland (one PFT at its
full size and the leaf area of `lai_cover`), and several of forest (the subplots of the nearest
inventory plots). Patches are fused within the forest only, down to the number that the other
covers leave.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from edlite.errors import InputError
from edlite.initial.allometry import Allometry
from edlite.initial.cohorts import layers
from edlite.initial.options import InitialOptions
from edlite.initial.soil_carbon import SoilCarbon
from edlite.initial.stands import Stand, build_stand, plot_trees
from edlite.parameters import COVERS, PFT_CODES

logger = logging.getLogger(__name__)

BARE, GRASSLAND, CROPLAND, FOREST = range(4)
# a vegetated patch keeps at least this leaf area, so that its plants exist
MIN_LAI = 0.05


def herb_pft(options: InitialOptions, cover: str, region: str, allometry: Allometry) -> int:
    """Index of the PFT of grassland or cropland; raises InputError if unset or unfit."""
    key = {"grassland": "grass_pft", "cropland": "crop_pft"}[cover]
    table = getattr(options, key)
    if region not in table:
        raise InputError("config", f"initial.{key}.{region}", None, "the code of a PFT")
    is_crop = allometry.parameters["is_crop"] > 0
    fits = (allometry.parameters["is_grass"] > 0) & (is_crop == (cover == "cropland"))
    known = [code for code, ok in zip(PFT_CODES, fits, strict=True) if ok]
    if table[region] not in known:
        expected = f"one of {', '.join(known)}"
        raise InputError("config", f"initial.{key}.{region}", table[region], expected)
    return PFT_CODES.index(table[region])


def keep_covers(
    fraction: NDArray[np.float64], min_area: float, max_covers: int = len(COVERS)
) -> NDArray[np.float64]:
    """Shares of the covers (cell, cover) without those below `min_area`, again summing to 1.

    Of a cell with more than `max_covers`, the largest are kept.
    """
    rank = np.argsort(np.argsort(-fraction, axis=1, kind="stable"), axis=1)
    kept = np.where((fraction >= min_area) & (rank < max_covers), fraction, 0.0)
    return kept / kept.sum(axis=1, keepdims=True)


def herb_patches(
    cover: int,
    area: NDArray[np.float64],
    lai: NDArray[np.float64],
    pft: int,
    limit: int,
    allometry: Allometry,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Patches and cohorts of one herbaceous cover.

    area, lai : (cell,) share of the cell and leaf area index

    n = lai / leaf area of a full-grown plant; divided into equal cohorts of leaf area index at
    most 1, at most `limit` of them.
    """
    cells = np.flatnonzero(area > 0)
    patches = pd.DataFrame({"cell": cells, "cover": cover, "rank": 0, "area": area[cells]})
    dbh = allometry.dbh_crit[pft]
    target = np.maximum(lai[cells], MIN_LAI)
    parts = np.minimum(layers(target), limit)
    n = target / allometry.leaf_area(pft, dbh) / parts
    cohorts = pd.DataFrame({"cell": np.repeat(cells, parts), "n": np.repeat(n, parts)})
    return patches, cohorts.assign(cover=cover, rank=0, pft=pft, dbh=dbh)


def forest_patches(
    area: NDArray[np.float64], stand_of_cell: NDArray[np.int64], stands: list[Stand]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Patches and cohorts of the forest: each cell repeats the stand of its plots."""
    patches, cohorts = [], []
    for number, stand in enumerate(stands):
        cells = np.flatnonzero((stand_of_cell == number) & (area > 0))
        rank = np.arange(stand.share.size)
        patches.append(
            pd.DataFrame(
                {
                    "cell": np.repeat(cells, rank.size),
                    "cover": FOREST,
                    "rank": np.tile(rank, cells.size),
                    "area": np.outer(area[cells], stand.share).ravel(),
                }
            )
        )
        size = [p.n.size for p in stand.patches]
        columns = {
            name: np.tile(np.concatenate([getattr(p, name) for p in stand.patches]), cells.size)
            for name in ("pft", "dbh", "n")
        }
        cohorts.append(
            pd.DataFrame(
                {
                    "cell": np.repeat(cells, sum(size)),
                    "cover": FOREST,
                    "rank": np.tile(np.repeat(rank, size), cells.size),
                    **columns,
                }
            )
        )
    return pd.concat(patches), pd.concat(cohorts)


def build_stands(
    forest: xr.Dataset,
    limits: NDArray[np.int64],
    has_forest: NDArray[np.bool_],
    options: InitialOptions,
    allometry: Allometry,
    source: str | Path,
) -> tuple[NDArray[np.int64], list[Stand]]:
    """Stand of each cell (-1 without forest) and the stands: one for each set of plots and limit.

    limits : (cell,) patches that the forest of the cell may have
    """
    trees = plot_trees(forest, allometry, source)
    keys = np.column_stack([np.sort(forest["nearest_plot"].values, axis=1), limits])
    distinct, inverse = np.unique(keys[has_forest], axis=0, return_inverse=True)
    stand_of_cell = np.full(limits.size, -1)
    stand_of_cell[has_forest] = inverse.ravel()
    stands = [
        build_stand(
            tuple(int(i) for i in key[:-1]),
            forest,
            trees,
            int(key[-1]),
            options,
            allometry,
            source,
        )
        for key in distinct
    ]
    return stand_of_cell, stands


def build_initial_state(
    domain: xr.Dataset,
    cover: xr.Dataset,
    lai: xr.Dataset,
    forest: xr.Dataset,
    carbon: SoilCarbon,
    options: InitialOptions,
    *,
    region: str,
    forest_source: str | Path = "forest.nc",
    allometry: Allometry | None = None,
) -> xr.Dataset:
    """Dataset of `initial_state.nc` (see `docs/design.md`).

    Attributes say what merging did: mean leaf area index and basal area of the forest of the
    region before (inventory) and after. Raises InputError for a missing or unfit PFT of grassland
    or cropland, for missing leaf area, and for a limit of cohorts below the number of PFTs.
    """
    allometry = allometry or Allometry()
    area = keep_covers(cover["fraction"].values, options.min_area, options.max_patches)
    tables = [_bare(area[:, BARE])]
    for index in (GRASSLAND, CROPLAND):
        name, share = COVERS[index], area[:, index]
        if share.any():
            pft = herb_pft(options, name, region, allometry)
            leaf_area = lai["lai_cover"].values[:, index]
            if not np.isfinite(leaf_area[share > 0]).all():
                raise InputError("lai.nc", f"lai_cover of {name}", "missing", "a value")
            tables.append(
                herb_patches(index, share, leaf_area, pft, options.max_cohorts, allometry)
            )
    has_forest = area[:, FOREST] > 0
    attrs = {"cells_with_forest": int(has_forest.sum())}
    if has_forest.any():
        limits = options.max_patches - (area[:, :FOREST] > 0).sum(axis=1)
        if options.min_area > 0:  # little forest is not worth many patches
            affordable = np.floor(area[:, FOREST] / options.min_area).astype(np.int64)
            limits = np.clip(affordable, 1, limits)
        stand_of_cell, stands = build_stands(
            forest, limits, has_forest, options, allometry, forest_source
        )
        tables.append(forest_patches(area[:, FOREST], stand_of_cell, stands))
        attrs |= _forest_means(
            domain["area"].values * area[:, FOREST], stand_of_cell, stands, allometry
        )
    patches = pd.concat([t[0] for t in tables], ignore_index=True)
    cohorts = pd.concat([t[1] for t in tables], ignore_index=True)
    return _dataset(domain, patches, cohorts, carbon, allometry).assign_attrs(attrs)


def _bare(area: NDArray[np.float64]) -> tuple[pd.DataFrame, pd.DataFrame]:
    cells = np.flatnonzero(area > 0)
    patches = pd.DataFrame({"cell": cells, "cover": BARE, "rank": 0, "area": area[cells]})
    columns = {"cell": int, "cover": int, "rank": int, "pft": int, "dbh": float, "n": float}
    return patches, pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})


def _forest_means(
    forest_area: NDArray[np.float64],
    stand_of_cell: NDArray[np.int64],
    stands: list[Stand],
    allometry: Allometry,
) -> dict[str, float]:
    """Leaf area index and basal area, means over the forest, before and after merging."""
    has = stand_of_cell >= 0
    weight = np.bincount(stand_of_cell[has], forest_area[has], len(stands))
    weight /= weight.sum()
    before = weight @ np.array([s.inventory for s in stands])
    after = weight @ np.array([s.means(allometry) for s in stands])
    logger.info(
        "forest: leaf area index %.3f (inventory %.3f), basal area %.2f (%.2f) m2 ha-1",
        *(after[0], before[0], after[1] * 1e4, before[1] * 1e4),
    )
    names = ("forest_lai_inventory", "forest_basal_area_inventory", "forest_lai")
    values = (before[0], before[1], after[0], after[1])
    return dict(zip((*names, "forest_basal_area"), map(float, values), strict=True))


def _dataset(
    domain: xr.Dataset,
    patches: pd.DataFrame,
    cohorts: pd.DataFrame,
    carbon: SoilCarbon,
    allometry: Allometry,
) -> xr.Dataset:
    key = ["cell", "cover", "rank"]
    patches = patches.sort_values(key, ignore_index=True)
    number = pd.Series(np.arange(len(patches)), index=pd.MultiIndex.from_frame(patches[key]))
    height = allometry.height(cohorts["pft"], cohorts["dbh"])
    patch_index = number.reindex(pd.MultiIndex.from_frame(cohorts[key])).to_numpy(np.int64)
    cohorts = cohorts.assign(height=height, patch_index=patch_index)
    # of equal heights (crowns at their largest) the larger diameter comes first
    order = np.lexsort((cohorts["pft"], -cohorts["dbh"], -cohorts["height"], patch_index))
    cohorts = cohorts.iloc[order]
    cell = patches["cell"].to_numpy(np.int64)
    is_forest = patches["cover"].to_numpy() == FOREST
    fast = np.where(is_forest, carbon.forest_fast[cell], carbon.other_fast[cell])
    structural = np.where(is_forest, carbon.forest_structural[cell], carbon.other_structural[cell])

    def variable(dim: str, values, units: str, long_name: str) -> tuple:
        return (dim, np.asarray(values), {"units": units, "long_name": long_name})

    pools = {
        "fast_carbon": (fast, "fast soil carbon"),
        "structural_carbon": (structural, "structural soil carbon"),
        "structural_lignin": (structural, "carbon of lignin in structural soil carbon"),
        "slow_carbon": (np.zeros(cell.size), "slow soil carbon, to be found by the spin-up"),
    }
    codes = ", ".join(f"{i} {code}" for i, code in enumerate(PFT_CODES))
    covers = ", ".join(f"{i} {name}" for i, name in enumerate(COVERS))
    return xr.Dataset(
        {
            "cell_index": variable("patch", cell.astype(np.int32), "1", "index of the cell"),
            "area": variable("patch", patches["area"], "1", "share of the land of the cell"),
            "cover": variable(
                "patch", patches["cover"].to_numpy(np.int32), "1", f"land cover: {covers}"
            ),
            **{k: variable("patch", v, "kg m-2", text) for k, (v, text) in pools.items()},
            "patch_index": variable(
                "cohort", cohorts["patch_index"].to_numpy(np.int32), "1", "index of the patch"
            ),
            "pft": variable(
                "cohort", cohorts["pft"].to_numpy(np.int32), "1", f"plant functional type: {codes}"
            ),
            "dbh": variable("cohort", cohorts["dbh"], "cm", "diameter"),
            "height": variable("cohort", cohorts["height"], "m", "height"),
            "n": variable("cohort", cohorts["n"], "m-2", "plants per area of patch"),
        },
        coords={n: domain[n] for n in ("lat", "lon", "cell_id")},
    )
