"""Soil survey tables -> profiles of components -> map units and cells.

A component's value is the thickness-weighted mean of its horizons; a map unit's the mean of its
components weighted by `comppct_r`; a cell's the mean of its map units weighted by area.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from edlite.grid.aggregate import KeyCounts
from edlite.sources.ssurgo import SurveyTables

# Restrictions (`reskind`) that end the column: rock and indurated pans. Softer restrictions, such
# as a fragipan or an abrupt change of texture, slow water but do not stop it.
IMPERMEABLE = ("bedrock", "duripan", "petrocalcic", "petroferric", "petrogypsic", "cemented")
_ROCK_HORIZON = r"^\d*'*(?:R|Cr)"

# kg of organic carbon per kg of organic matter (van Bemmelen factor, as the survey itself uses)
CARBON_PER_ORGANIC_MATTER = 0.58
CARBON_DEPTH = 0.30  # m
_KG_M3 = 1000.0  # per g cm-3

MEANS = ("sand", "clay", "theta_s", "theta_15bar", "bulk_density", "organic_carbon")


def horizon_table(tables: SurveyTables) -> pd.DataFrame:
    """Horizons of soil (not rock) in SI: cokey, top, bottom [m], sand, clay, theta_s, theta_15bar
    (1), bulk_density [kg m-3], carbon_density [kg m-3 of the whole soil, stones included].

    A horizon whose sand, silt and clay are all 0 (organic layers) has no texture (NaN).
    """
    h = tables.chorizon
    h = h[~h["hzname"].fillna("").str.contains(_ROCK_HORIZON)]
    textureless = h["sandtotal_r"] + h["claytotal_r"] + h["silttotal_r"].fillna(0.0) == 0
    stones = pd.Series(0.0, index=h.index)
    if tables.chfrags is not None:
        volume = tables.chfrags.groupby("chkey")["fragvol_r"].sum().clip(upper=100.0)
        stones = h["chkey"].map(volume).fillna(0.0) / 100.0
    density = h["dbthirdbar_r"] * _KG_M3
    carbon = CARBON_PER_ORGANIC_MATTER * h["om_r"] / 100.0 * density * (1.0 - stones)
    table = pd.DataFrame(
        {
            "cokey": h["cokey"],
            "top": h["hzdept_r"] / 100.0,
            "bottom": h["hzdepb_r"] / 100.0,
            "sand": (h["sandtotal_r"] / 100.0).where(~textureless),
            "clay": (h["claytotal_r"] / 100.0).where(~textureless),
            "theta_s": h["wsatiated_r"] / 100.0,
            "theta_15bar": h["wfifteenbar_r"] / 100.0,
            "bulk_density": density,
            "carbon_density": carbon,
        }
    )
    return table.dropna(subset=["top", "bottom"]).reset_index(drop=True)


def restriction_depth(tables: SurveyTables) -> pd.Series:
    """Depth [m] to rock or an indurated pan by component (index cokey; absent: none recorded).

    The shallower of the recorded restriction and the top of an R or Cr horizon. A survey without
    the table corestrictions but with muaggatt lends each component the minimum bedrock depth of
    its map unit (which is too shallow where only some components reach rock).
    """
    h = tables.chorizon
    rock = h[h["hzname"].fillna("").str.contains(_ROCK_HORIZON)]
    depths = [rock.set_index("cokey")["hzdept_r"]]
    if tables.corestrictions is not None:
        r = tables.corestrictions
        hard = r["reskind"].fillna("").str.lower().str.contains("|".join(IMPERMEABLE))
        depths.append(r[hard].set_index("cokey")["resdept_r"])
    elif tables.muaggatt is not None:
        c = tables.component.merge(tables.muaggatt, on="mukey")
        depths.append(c.set_index("cokey")["brockdepmin"])
    return pd.concat(depths).dropna().groupby(level=0).min() / 100.0


def component_profiles(tables: SurveyTables) -> pd.DataFrame:
    """One row per component: mukey, weight (comppct_r as fraction) and its profile values.

    sand, clay, theta_s, theta_15bar (1), bulk_density [kg m-3]: means over the horizons above the
    restriction that have both sand and clay. organic_carbon [kg m-2]: 0-30 cm, mean density of the
    horizons known times the thickness of soil there. surveyed_depth [m]: lowest soil described.
    restriction [m]: see `restriction_depth`; NaN where none. NaN where the survey has no value.
    """
    h = horizon_table(tables)
    restriction = restriction_depth(tables)
    floor = h["cokey"].map(restriction).where(lambda depth: depth > 0)
    h["bottom"] = h["bottom"].where(~(h["bottom"] > floor), floor)
    h["thickness"] = h["bottom"] - h["top"]
    known = h[h["sand"].notna() & h["clay"].notna() & (h["thickness"] > 0)]
    columns = ["sand", "clay", "theta_s", "theta_15bar", "bulk_density"]
    profile = _weighted_mean(known, "cokey", columns, "thickness")
    h["shallow"] = (h["bottom"].clip(upper=CARBON_DEPTH) - h["top"]).clip(lower=0.0)
    density = _weighted_mean(h[h["shallow"] > 0], "cokey", ["carbon_density"], "shallow")
    thickness = h.groupby("cokey")["shallow"].sum().clip(upper=CARBON_DEPTH)
    c = tables.component
    result = c[["mukey", "cokey"]].assign(weight=c["comppct_r"].fillna(0.0) / 100.0)
    for column in columns:
        result[column] = result["cokey"].map(profile[column])
    result["organic_carbon"] = result["cokey"].map(density["carbon_density"] * thickness)
    result["surveyed_depth"] = result["cokey"].map(h.groupby("cokey")["bottom"].max())
    result["restriction"] = result["cokey"].map(restriction)
    return result.reset_index(drop=True)


def mapunit_values(profiles: pd.DataFrame) -> pd.DataFrame:
    """Mean of `MEANS` over the components of each map unit that have them (index mukey)."""
    return _weighted_mean(profiles, "mukey", list(MEANS), "weight")


def cell_values(
    counts: KeyCounts, profiles: pd.DataFrame, depth_max: float, unrestricted: str
) -> pd.DataFrame:
    """Values of each cell of the domain, from the components of its map units (index: cell).

    Weights are pixels of the map unit times the share of the component; components without
    texture (water, rock outcrop, urban land) are left out. Columns: `MEANS`, `sand_sd`, `clay_sd`
    (spread among components), soil_depth [m], bedrock (bool), valid_fraction (share of the cell
    that has a texture); NaN where a cell has none.

    soil_depth is the weighted median of the depth to rock or an indurated pan, components without
    one counting as `depth_max` (unrestricted = "full") or as their surveyed depth ("surveyed");
    bedrock tells whether at least half of the cell reaches rock within `depth_max`.
    """
    pixels = pd.DataFrame({"cell": counts.cell, "mukey": counts.key, "count": counts.count})
    soil = profiles[profiles["sand"].notna() & (profiles["weight"] > 0)]
    joined = pixels.merge(soil, on="mukey")
    joined["weight"] *= joined["count"]
    result = _weighted_mean(joined, "cell", list(MEANS), "weight")
    for name in ("sand", "clay"):
        joined["square"] = (joined[name] - joined["cell"].map(result[name])) ** 2
        result[f"{name}_sd"] = np.sqrt(_weighted_mean(joined, "cell", ["square"], "weight"))
    result["valid_fraction"] = joined.groupby("cell")["weight"].sum()
    result["valid_fraction"] = (result["valid_fraction"] / counts.n_pixel[result.index]).clip(0, 1)
    rocky = joined["restriction"] < depth_max
    other = depth_max if unrestricted == "full" else joined["surveyed_depth"].clip(upper=depth_max)
    joined["depth"] = joined["restriction"].where(rocky, other)
    result["soil_depth"] = _weighted_median(joined, "cell", "depth", "weight")
    share = joined["weight"].where(rocky, 0.0).groupby(joined["cell"]).sum()
    share /= joined.groupby("cell")["weight"].sum()
    result["bedrock"] = (share >= 0.5).astype(float)
    return result.reindex(np.arange(counts.n_pixel.size))


def _weighted_mean(
    table: pd.DataFrame, group: str, columns: list[str], weight: str
) -> pd.DataFrame:
    """Mean of each column over the rows of a group where it is known; NaN where none is."""
    result = {}
    for column in columns:
        known = table[column].notna()
        w = table[weight].where(known, 0.0)
        total = (table[column].fillna(0.0) * w).groupby(table[group]).sum()
        weights = w.groupby(table[group]).sum()
        result[column] = total / weights.where(weights > 0)
    return pd.DataFrame(result)


def _weighted_median(table: pd.DataFrame, group: str, column: str, weight: str) -> pd.Series:
    """Lower weighted median: the least value at which half the weight of the group is reached."""
    ordered = table.sort_values([group, column], kind="stable")
    cumulative = ordered.groupby(group)[weight].cumsum()
    half = 0.5 * ordered.groupby(group)[weight].transform("sum")
    return ordered[cumulative >= half * (1.0 - 1e-12)].groupby(group)[column].first()


def nearest_known(
    lat: NDArray[np.float64], lon: NDArray[np.float64], known: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """For each cell the position of the nearest cell that is known (itself if it is)."""
    scale = np.cos(np.radians(lat.mean()))
    points = np.column_stack([lat, lon * scale])
    position = np.flatnonzero(known)
    _, nearest = cKDTree(points[known]).query(points)
    return np.where(known, np.arange(known.size), position[nearest])
