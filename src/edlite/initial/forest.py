"""Forest of the cells: the nearest inventory plots with their trees and soil carbon."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from edlite.errors import InputError
from edlite.initial.options import ForestOptions
from edlite.initial.species import UNIDENTIFIED, UNKNOWN, pft_of_trees
from edlite.initial.subplots import Subplots, build_subplots, soil_carbon
from edlite.parameters import PFT_CODES
from edlite.sources import fia

logger = logging.getLogger(__name__)

EARTH_RADIUS = 6371.0088  # km, mean radius (IUGG)


def unit_vectors(lat: NDArray, lon: NDArray) -> NDArray[np.float64]:
    """Points (degrees) on the unit sphere, shape (point, 3)."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def nearest_plots(
    domain: xr.Dataset, lat: NDArray, lon: NDArray, n_nearest: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Index of and great-circle distance [km] to the nearest plots, shape (cell, neighbour)."""
    cells = unit_vectors(domain["lat"].values, domain["lon"].values)
    chord, index = cKDTree(unit_vectors(lat, lon)).query(cells, k=list(range(1, n_nearest + 1)))
    return index, 2.0 * EARTH_RADIUS * np.arcsin(np.minimum(1.0, chord / 2.0))


def within_reach(domain: xr.Dataset, plots: pd.DataFrame, max_distance: float) -> pd.DataFrame:
    """Plots at most `max_distance` [km] from some cell."""
    cells = cKDTree(unit_vectors(domain["lat"].values, domain["lon"].values))
    chord, _ = cells.query(unit_vectors(plots["lat"].to_numpy(), plots["lon"].to_numpy()))
    return plots[2.0 * EARTH_RADIUS * np.arcsin(np.minimum(1.0, chord / 2.0)) <= max_distance]


def build_forest(domain: xr.Dataset, tables: fia.Tables, options: ForestOptions) -> xr.Dataset:
    """Dataset of `forest.nc` (see `docs/design.md`), with the plots that some cell uses.

    Raises InputError if tables or columns are missing, if fewer than `n_nearest` forested plots
    lie within `max_distance` of each cell, or if a tree of these plots has a species that cannot
    be mapped (unless `unknown_species` is `drop`).
    """
    plots = fia.read_plots(tables, options.inventory_years)
    near = within_reach(domain, plots, options.max_distance)
    _require_plots(tables, domain, plots, len(near), options)
    conditions = fia.read_conditions(tables, near.index)
    subplots = build_subplots(
        tables,
        near,
        conditions,
        fia.read_subplot_conditions(tables, near.index),
        fia.read_trees(tables, near.index),
    )
    near = near.loc[subplots.weight.index]
    _require_plots(tables, domain, plots, len(near), options)
    index, distance = nearest_plots(
        domain, near["lat"].to_numpy(), near["lon"].to_numpy(), options.n_nearest
    )
    if distance.max() > options.max_distance:
        _require_plots(
            tables, domain, plots, int((distance <= options.max_distance).sum(1).min()), options
        )
    used, index = np.unique(index, return_inverse=True)
    near = near.iloc[used]
    trees = subplots.trees[subplots.trees["plot"].isin(near.index)]
    trees = _with_pft(trees, near, tables, options)
    carbon = soil_carbon(conditions, near.index)
    weight = subplots.weight.loc[near.index]
    return _dataset(
        domain, near, carbon, Subplots(trees, weight), index.reshape(distance.shape), distance
    )


def _require_plots(
    tables: fia.Tables, domain: xr.Dataset, plots: pd.DataFrame, found: int, options: ForestOptions
) -> None:
    if found >= options.n_nearest:
        return
    lat, lon = domain["lat"].values, domain["lon"].values
    _, distance = nearest_plots(domain, plots["lat"].to_numpy(), plots["lon"].to_numpy(), 1)
    raise InputError(
        tables.first("PLOT"),
        "LAT, LON",
        f"{found} usable forested plots within {options.max_distance:g} km of a cell; the nearest "
        f"of all is {distance.min():.0f} km from the region",
        f"{options.n_nearest} plots near {lat.min():.2f}..{lat.max():.2f} N, "
        f"{lon.min():.2f}..{lon.max():.2f} E (forest.n_nearest, forest.max_distance)",
    )


def _with_pft(
    trees: pd.DataFrame, plots: pd.DataFrame, tables: fia.Tables, options: ForestOptions
) -> pd.DataFrame:
    """Trees with the index of their PFT; unidentified ones are left out, unknown codes checked."""
    place = plots.loc[trees["plot"]]
    pft = pft_of_trees(
        trees["spcd"], place["lat"].to_numpy(), place["lon"].to_numpy(), fia.read_species(tables)
    )
    unknown, unidentified = pft == UNKNOWN, pft == UNIDENTIFIED
    if unknown.any():
        counts = trees.loc[unknown, "spcd"].value_counts().sort_index()
        text = ", ".join(f"SPCD {code}: {n} trees" for code, n in counts.items())
        if options.unknown_species == "error":
            raise InputError(
                ", ".join(str(p) for p in tables.of("TREE")),
                "SPCD",
                text,
                "species of the built-in table or of REF_SPECIES.csv; or set "
                "forest.unknown_species: drop",
            )
        logger.warning("trees of unknown species left out: %s", text)
    if unidentified.any():
        logger.warning("%d unidentified trees left out", unidentified.sum())
    known = ~(unknown | unidentified)
    if not known.any():
        raise InputError(tables.first("TREE"), "trees", 0, "live trees on the plots of the region")
    return trees.assign(pft=pft)[known]


def _dataset(
    domain: xr.Dataset,
    plots: pd.DataFrame,
    carbon: pd.DataFrame,
    subplots: Subplots,
    index: NDArray[np.int64],
    distance: NDArray[np.float64],
) -> xr.Dataset:
    trees = subplots.trees.copy()
    trees["plot"] = plots.index.get_indexer(trees["plot"])
    trees = trees.sort_values(["plot", "subplot", "pft", "dia"], kind="stable")
    weight = subplots.weight.to_numpy()

    def variable(dims: str | tuple, values, units: str, long_name: str, **attrs) -> tuple:
        return (dims, values, {"units": units, "long_name": long_name, **attrs})

    fuzzed = "public coordinates, displaced by the survey by up to about 1.6 km"
    codes = ", ".join(f"{i} {code}" for i, code in enumerate(PFT_CODES))
    return xr.Dataset(
        {
            "plot_cn": variable("plot", plots.index.to_numpy(str), "1", "key of the plot's visit"),
            "plot_lat": variable(
                "plot", plots["lat"].to_numpy(), "degrees_north", "latitude", comment=fuzzed
            ),
            "plot_lon": variable(
                "plot", plots["lon"].to_numpy(), "degrees_east", "longitude", comment=fuzzed
            ),
            "inventory_year": variable(
                "plot", plots["year"].to_numpy(np.int32), "1", "year of the inventory"
            ),
            "litter_carbon": variable(
                "plot", carbon["litter_carbon"].to_numpy(), "kg m-2", "carbon in litter"
            ),
            "soil_organic_carbon": variable(
                "plot", carbon["soil_organic_carbon"].to_numpy(), "kg m-2", "soil organic carbon"
            ),
            "n_subplot": variable(
                "plot", (weight > 0).sum(1).astype(np.int32), "1", "forested subplot patches"
            ),
            "subplot_weight": variable(
                ("plot", "subplot_number"),
                weight,
                "1",
                "forested area of the subplot patch over the area of a whole subplot",
                comment="0: no forest; a plot whose subplots cannot be told apart has one patch",
            ),
            "tree_plot": variable(
                "tree", trees["plot"].to_numpy(np.int32), "1", "index of the plot of the tree"
            ),
            "subplot": variable(
                "tree", trees["subplot"].to_numpy(np.int32), "1", "subplot patch of the tree (1-4)"
            ),
            "pft": variable(
                "tree", trees["pft"].to_numpy(np.int32), "1", f"plant functional type: {codes}"
            ),
            "dbh": variable("tree", trees["dia"].to_numpy() * fia.INCH, "cm", "diameter"),
            "n": variable(
                "tree", trees["n"].to_numpy(), "m-2", "plants that the tree stands for in its patch"
            ),
            "nearest_plot": variable(
                ("cell", "neighbour"), index.astype(np.int32), "1", "index of the nearest plots"
            ),
            "distance": variable(
                ("cell", "neighbour"), distance * 1000.0, "m", "distance to the nearest plots"
            ),
        },
        coords={
            **{n: domain[n] for n in ("lat", "lon", "cell_id")},
            "subplot_number": np.arange(1, weight.shape[1] + 1),
        },
    )
