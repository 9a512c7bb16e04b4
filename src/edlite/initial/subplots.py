"""Trees per area of forest on the subplots of inventory plots, and the forested area of subplots.

A subplot has a radius of 24 ft (trees from 5 in), its microplot 6.8 ft (1 to 5 in), and a
macroplot 58.9 ft (large trees in the Pacific states). TPA_UNADJ, trees per acre that a tree
stands for on the plot, is 1 / (4 areas), so that on its own subplot it stands for four times that
(Bechtold and Patterson 2005, USDA Forest Service GTR SRS-80).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edlite.errors import InputError
from edlite.sources.fia import ACRE, SHORT_TON_PER_ACRE, Tables

logger = logging.getLogger(__name__)

N_SUBPLOT = 4
FOOT = 0.3048  # m
# trees per acre on four subplots, microplots, macroplots; in the order of the columns below
STANDARD_TPA = np.array([ACRE / (N_SUBPLOT * np.pi * (r * FOOT) ** 2) for r in (24.0, 6.8, 58.9)])
PLOT_PROPORTIONS = ("SUBPPROP_UNADJ", "MICRPROP_UNADJ", "MACRPROP_UNADJ")
SUBPLOT_PROPORTIONS = ("SUBPCOND_PROP", "MICRCOND_PROP", "MACRCOND_PROP")
_MICROPLOT_BELOW = 5.0  # inches
_FULL = 0.999


@dataclass(frozen=True)
class Subplots:
    """Forest of inventory plots.

    trees : rows with `plot` (key), `subplot` (1-4), `spcd`, `dia` (inch), `n` (plants m-2)
    weight : index plot, columns 1-4: forested area of each patch in units of a whole subplot,
        0 where there is none. A plot whose subplots cannot be told apart is one patch, in column 1
    """

    trees: pd.DataFrame
    weight: pd.DataFrame


def soil_carbon(conditions: pd.DataFrame, plots: pd.Index) -> pd.DataFrame:
    """Litter and soil organic carbon [kg m-2] of `plots`, means over the forested conditions.

    Weighted by CONDPROP_UNADJ over the conditions with a value; NaN where there is none.
    """
    columns = {"CARBON_LITTER": "litter_carbon", "CARBON_SOIL_ORG": "soil_organic_carbon"}
    result = pd.DataFrame(index=plots)
    for column, name in columns.items():
        known = conditions.dropna(subset=[column])
        weight = known["CONDPROP_UNADJ"].groupby(known["PLT_CN"]).sum()
        total = (known["CONDPROP_UNADJ"] * known[column]).groupby(known["PLT_CN"]).sum()
        result[name] = (total / weight).reindex(plots) * SHORT_TON_PER_ACRE
    return result


def build_subplots(
    tables: Tables,
    plots: pd.DataFrame,
    conditions: pd.DataFrame,
    subplot_conditions: pd.DataFrame,
    trees: pd.DataFrame,
) -> Subplots:
    """Densities and forested areas of `plots` (frames as read by `edlite.sources.fia`).

    On plots of the four-subplot design, recognised by TPA_UNADJ itself, each forested subplot is
    a patch with n = TPA_UNADJ * 4 / 4046.856 plants m-2, divided by the forested proportion of
    the subplot, microplot or macroplot. Without SUBP_COND a wholly forested plot has four whole
    subplots; a partly forested one, whose subplots cannot be told apart, becomes one patch with
    n = TPA_UNADJ / 4046.856 over the forested proportion of the plot, and so do plots of other
    designs. Plots without forest are left out; plots of other designs that lack TPA_UNADJ are
    rejected with a count. Trees outside forest or without a diameter are left out, with a count.
    """
    forest = conditions.groupby("PLT_CN")[list(PLOT_PROPORTIONS)].sum(min_count=1)
    forest["any"] = conditions.groupby("PLT_CN")["CONDPROP_UNADJ"].sum()
    for column in PLOT_PROPORTIONS:
        forest[column] = forest[column].where(forest[column] > 0, forest["any"])
    trees = _tallied(trees, conditions)
    trees, rejected = _with_expansion(trees, plots["design"])
    keep = plots.index[plots.index.isin(forest.index[forest["any"] > 0])].difference(rejected)
    trees = trees[trees["PLT_CN"].isin(keep)]
    matches = np.isclose(trees["TPA_UNADJ"].to_numpy()[:, None], STANDARD_TPA, rtol=1e-3)
    trees = trees.assign(kind=matches.argmax(axis=1), standard=matches.any(axis=1))
    whole = pd.Series(True, index=keep) & trees.groupby("PLT_CN")["standard"].all().reindex(
        keep, fill_value=True
    )
    share = _subplot_shares(subplot_conditions, conditions, forest, whole)
    weight = share["SUBPCOND_PROP"].unstack(fill_value=0.0)
    weight = weight.reindex(index=keep, columns=range(1, N_SUBPLOT + 1), fill_value=0.0).fillna(0.0)
    pooled = keep[~keep.isin(share.index.get_level_values(0))]
    weight.loc[pooled, 1] = N_SUBPLOT * forest.loc[pooled, "SUBPPROP_UNADJ"]
    n = _densities(trees, pooled, share, forest, tables)
    logger.info("%d plots, %d as one patch each, %d trees", len(keep), len(pooled), len(trees))
    subplot = np.where(trees["PLT_CN"].isin(pooled), 1, trees["SUBP"])
    frame = pd.DataFrame(
        {
            "plot": trees["PLT_CN"].to_numpy(),
            "subplot": subplot.astype(np.int64),
            "spcd": trees["SPCD"].to_numpy().astype(np.int64),
            "dia": trees["DIA"].to_numpy(),
            "n": n,
        }
    )
    return Subplots(frame, weight)


def _tallied(trees: pd.DataFrame, conditions: pd.DataFrame) -> pd.DataFrame:
    """Live trees on forested conditions that have a diameter."""
    on_forest = trees.merge(conditions[["PLT_CN", "CONDID"]], on=["PLT_CN", "CONDID"])
    measured = on_forest[on_forest["DIA"] > 0]
    if len(measured) < len(trees):
        logger.info(
            "live trees left out: %d outside forest, %d without a diameter",
            len(trees) - len(on_forest),
            len(on_forest) - len(measured),
        )
    return measured


def _with_expansion(trees: pd.DataFrame, design: pd.Series) -> tuple[pd.DataFrame, pd.Index]:
    """Trees with TPA_UNADJ completed on the national design, and the plots to reject."""
    missing = ~(trees["TPA_UNADJ"] > 0)
    national = trees["PLT_CN"].map(design) == 1
    standard = np.where(trees["DIA"] < _MICROPLOT_BELOW, STANDARD_TPA[1], STANDARD_TPA[0])
    trees = trees.assign(TPA_UNADJ=np.where(missing, standard, trees["TPA_UNADJ"]))
    rejected = pd.Index(trees.loc[missing & ~national, "PLT_CN"].unique())
    if (missing & national).any():
        logger.info(
            "%d trees without TPA_UNADJ: areas of the national design used",
            int((missing & national).sum()),
        )
    if len(rejected):
        logger.warning("%d plots of other designs without TPA_UNADJ rejected", len(rejected))
    return trees, rejected


def _subplot_shares(
    subplot_conditions: pd.DataFrame,
    conditions: pd.DataFrame,
    forest: pd.DataFrame,
    whole: pd.Series,
) -> pd.DataFrame:
    """Forested proportions of each forested subplot (index plot, subplot) of standard plots."""
    standard = whole.index[whole]
    known = subplot_conditions[subplot_conditions["PLT_CN"].isin(standard)].merge(
        conditions[["PLT_CN", "CONDID"]], on=["PLT_CN", "CONDID"]
    )
    known = known.astype({"SUBP": np.int64})
    share = known.groupby(["PLT_CN", "SUBP"])[list(SUBPLOT_PROPORTIONS)].sum(min_count=1)
    for column in SUBPLOT_PROPORTIONS[1:]:
        share[column] = share[column].where(share[column] > 0, share["SUBPCOND_PROP"])
    share = share[share["SUBPCOND_PROP"] > 0]
    listed = subplot_conditions["PLT_CN"].unique()
    full = standard[(forest.loc[standard, "SUBPPROP_UNADJ"] >= _FULL) & ~standard.isin(listed)]
    index = pd.MultiIndex.from_product([full, range(1, N_SUBPLOT + 1)], names=["PLT_CN", "SUBP"])
    complete = pd.DataFrame(1.0, index=index, columns=list(SUBPLOT_PROPORTIONS))
    return pd.concat([frame for frame in (share, complete) if len(frame)] or [complete])


def _densities(
    trees: pd.DataFrame,
    pooled: pd.Index,
    share: pd.DataFrame,
    forest: pd.DataFrame,
    tables: Tables,
) -> NDArray[np.float64]:
    """Plants per m2 of forest of each tree's patch."""
    kind = trees["kind"].to_numpy()
    rows = np.arange(len(trees))
    keys = pd.MultiIndex.from_arrays([trees["PLT_CN"], trees["SUBP"].astype(np.int64)])
    of_subplot = share.reindex(keys)[list(SUBPLOT_PROPORTIONS)].to_numpy()[rows, kind]
    of_plot = forest.reindex(trees["PLT_CN"])[list(PLOT_PROPORTIONS)].to_numpy()[rows, kind]
    is_pooled = trees["PLT_CN"].isin(pooled).to_numpy()
    proportion = np.where(is_pooled, of_plot, of_subplot)
    if not (proportion > 0).all():
        row = trees.iloc[int(np.argmin(proportion > 0))]
        raise InputError(
            tables.first("SUBP_COND") if tables.of("SUBP_COND") else tables.first("COND"),
            f"forested proportion of plot {row['PLT_CN']}, subplot {row['SUBP']:g}",
            "0 or missing",
            "more than 0 where live trees were tallied on forest",
        )
    subplots = np.where(is_pooled, 1, N_SUBPLOT)
    return trees["TPA_UNADJ"].to_numpy() * subplots / ACRE / proportion
