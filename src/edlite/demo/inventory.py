"""Synthetic forest inventory in the layout of the FIA DataMart (FIADB)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from edlite.demo.layout import block_bounds, region_recipe
from edlite.demo.random import generator
from edlite.files import write_table

HECTARE = 10_000.0  # m2
ACRE = 4046.856  # m2
INCH = 2.54  # cm
SHORT_TONS_PER_ACRE = 0.2241702  # kg m-2
SUBPLOT_AREA, MICROPLOT_AREA = 168.11, 13.50  # m2, radii of 24 and 6.8 feet
SUBPLOT_TPA, MICROPLOT_TPA = 6.018046, 74.965282  # trees per acre of one tree, four subplots
SUBPLOT_DIAMETER, MICROPLOT_DIAMETER = 5.0, 1.0  # inch, least diameters
DEAD_SHARE = 0.08
SPREAD = 0.02  # degree around the block in which plots lie
INVENTORY_YEAR, EARLIER_YEAR = 2009, 2004
MARK = "SYNTHETIC"  # FIADB has the column CREATED_BY in every table


def inventory_tables(recipe: Mapping, region: str) -> dict[str, pd.DataFrame]:
    """Tables PLOT, SUBPLOT, COND and TREE of the plots around a region.

    Plots lie at random in and near the block. Each has four subplots; the number of trees of each
    species on a subplot is Poisson distributed with the recipe's density, diameters are lognormal;
    trees of 5 inches and more are tallied on the subplot, smaller ones from 1 inch on the
    microplot. The first plot was also visited five years before, so that readers must choose.
    """
    own = region_recipe(recipe, region)
    rng = generator(recipe, region, "forest inventory")
    west, south, east, north = block_bounds(recipe, region)
    n = own["forest"]["plots"]
    lat = np.round(rng.uniform(south - SPREAD, north + SPREAD, n), 6)
    lon = np.round(rng.uniform(west - SPREAD, east + SPREAD, n), 6)
    visits = [(0, EARLIER_YEAR), *((i, INVENTORY_YEAR) for i in range(n))]
    plots, subplots, conditions, trees = [], [], [], []
    for visit, (i, year) in enumerate(visits):
        key = own["place"]["statecd"] * 10**9 + (visit + 1) * 10**5
        common = {
            "INVYR": year,
            "STATECD": own["place"]["statecd"],
            "UNITCD": 1,
            "COUNTYCD": 1,
            "PLOT": i + 1,
        }
        mark = {"CREATED_BY": MARK}
        plots.append(_plot(key, common, lat[i], lon[i], own["place"]["elevation"]) | mark)
        conditions.append(_condition(rng, key, common, own["forest"]) | mark)
        number = 0
        for subplot in range(1, 5):
            place = {"CN": key + 100 * subplot, "PLT_CN": key, **common, "SUBP": subplot}
            subplots.append(
                {**place, "SUBP_STATUS_CD": 1, "MICRCOND": 1, "SUBPCOND": 1, "CONDLIST": 1} | mark
            )
            for tree in _trees(rng, own["forest"]["trees"]):
                number += 1
                row = {"CN": key + 10_000 + number, "PLT_CN": key, **common, "SUBP": subplot}
                trees.append({**row, "TREE": number, "CONDID": 1, **tree} | mark)
    return {
        "PLOT": pd.DataFrame(plots),
        "SUBPLOT": pd.DataFrame(subplots),
        "COND": pd.DataFrame(conditions),
        "TREE": pd.DataFrame(trees),
    }


def _plot(key: int, common: dict, lat: float, lon: float, elevation: float) -> dict:
    return {
        "CN": key,
        **common,
        "PLOT_STATUS_CD": 1,
        "MEASYEAR": common["INVYR"],
        "MEASMON": 7,
        "MEASDAY": 15,
        "KINDCD": 1,
        "DESIGNCD": 1,
        "LAT": lat,
        "LON": lon,
        "ELEV": round(elevation / 0.3048),
    }


def _condition(rng: np.random.Generator, key: int, common: dict, forest: Mapping) -> dict:
    """One forest condition per plot; carbon pools vary by 20 % between plots."""
    litter, soil = np.exp(0.2 * rng.standard_normal(2) - 0.02)
    return {
        "CN": key + 1,
        "PLT_CN": key,
        **common,
        "CONDID": 1,
        "COND_STATUS_CD": 1,
        "PROP_BASIS": "SUBP",
        "CONDPROP_UNADJ": 1.0,
        "MICRPROP_UNADJ": 1.0,
        "SUBPPROP_UNADJ": 1.0,
        "MACRPROP_UNADJ": np.nan,
        "CARBON_LITTER": round(litter * forest["litter_carbon"] / SHORT_TONS_PER_ACRE, 4),
        "CARBON_SOIL_ORG": round(soil * forest["soil_organic_carbon"] / SHORT_TONS_PER_ACRE, 4),
    }


def _trees(rng: np.random.Generator, species: list[Mapping]) -> list[dict]:
    """Trees tallied on one subplot and its microplot."""
    rows = []
    for kind in species:
        variance = np.log(1 + (kind["sd"] / kind["dbh"]) ** 2)
        for area, low, high, tpa in (
            (SUBPLOT_AREA, SUBPLOT_DIAMETER, np.inf, SUBPLOT_TPA),
            (MICROPLOT_AREA, MICROPLOT_DIAMETER, SUBPLOT_DIAMETER, MICROPLOT_TPA),
        ):
            count = rng.poisson(kind["density"] * area / HECTARE)
            cm = np.exp(
                np.log(kind["dbh"]) - variance / 2 + np.sqrt(variance) * rng.standard_normal(count)
            )
            inches = np.round(cm / INCH, 1)
            dead = rng.random(count) < DEAD_SHARE
            for diameter, is_dead in zip(inches, dead, strict=True):
                if low <= diameter < high:
                    rows.append(
                        {
                            "STATUSCD": 2 if is_dead else 1,
                            "SPCD": kind["spcd"],
                            "DIA": diameter,
                            "TPA_UNADJ": tpa,
                        }
                    )
    return rows


def write_inventory(recipe: Mapping, region: str, files: Mapping) -> None:
    """Write the tables under the names in `files` (see `demo_files`)."""
    tables = inventory_tables(recipe, region)
    for path in files["fia"]:
        write_table(tables[path.rsplit("_", 1)[1].removesuffix(".csv")], path)
