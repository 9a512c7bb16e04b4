"""Composition of the regions: share of each plant functional type in the leaf area."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from edlite.figures import style as st
from edlite.figures.results import require_columns
from edlite.parameters import PFT_CODES, PFT_NAMES

_LABEL_SHARE = 8.0  # percent: smaller segments carry no label


def lai_shares(lai_pft: xr.DataArray, area: xr.DataArray) -> pd.Series:
    """Share (percent) of each PFT in the leaf area of a region.

    lai_pft : (cell, pft) leaf area index (m2 m-2); area : (cell) m2
    """
    leaf_area = (lai_pft * xr.DataArray(area.values, dims="cell")).sum("cell").values
    total = leaf_area.sum()
    shares = 100.0 * leaf_area / total if total > 0 else np.full(leaf_area.shape, np.nan)
    return pd.Series(shares, index=list(PFT_CODES))


def paper_shares(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Table 1 of Zhang et al. (2019): percent of LAI by region and PFT; a dash counts as 0."""
    require_columns(table, source, ("region", *PFT_CODES))
    return table.set_index("region")[list(PFT_CODES)].astype(float).fillna(0.0)


@st.styled
def composition_figure(
    ours: pd.DataFrame, paper: pd.DataFrame | None, *, synthetic: bool
) -> Figure:
    """Stacked bars of LAI shares, ours above the paper's for each region.

    ours, paper : regions x PFT codes, percent of the region's LAI
    """
    regions = list(ours.index)
    with_paper = paper is not None
    height = 1.25 + (0.62 if with_paper else 0.42) * len(regions)
    figure, axes = st.new_figure(st.WIDTH, height)
    axis = axes[0, 0]
    ticks, labels = [], []
    for row, region in enumerate(regions):
        pairs = [("this run", ours.loc[region])]
        if with_paper and region in paper.index:
            pairs.append(("paper", paper.loc[region]))
        for offset, (who, shares) in enumerate(pairs):
            y = row * (2.6 if with_paper else 1.3) + offset
            left = 0.0
            for code in st.PFT_ORDER:
                share = float(shares[code])
                if not share > 0:
                    continue
                axis.barh(
                    y,
                    share,
                    left=left,
                    height=0.86,
                    color=st.PFT_COLOURS[code],
                    edgecolor="white",
                    linewidth=0.6,
                    alpha=1.0 if who == "this run" else 0.72,
                )
                if share >= _LABEL_SHARE:
                    axis.text(
                        left + 0.5 * share,
                        y,
                        f"{code} {share:.0f}",
                        ha="center",
                        va="center",
                        fontsize=7,
                        color=_text_colour(st.PFT_COLOURS[code]),
                    )
                left += share
            ticks.append(y)
            labels.append(f"{region}  " if who == "this run" else "Table 1  ")
    axis.set_yticks(ticks, labels)
    for tick, label in zip(axis.get_yticklabels(), labels, strict=True):
        paper_row = label.startswith("Table 1")
        tick.set(color="#777777" if paper_row else "#222222", size=7.5 if paper_row else 9)
    axis.tick_params(axis="y", length=0)
    axis.set_ylim(max(ticks) + 0.6, min(ticks) - 0.6)
    axis.set(xlim=(0, 100.5), xlabel="Share of the region's leaf area (%)")
    axis.spines["left"].set_visible(False)
    present = [c for c in st.PFT_ORDER if _present(c, ours, paper if with_paper else None)]
    handles = [axis.barh(0, 0, color=st.PFT_COLOURS[c]) for c in present]
    figure.legend(
        handles,
        [f"{c}  {PFT_NAMES[c]}" for c in present],
        loc="outside right center",
        handlelength=1.0,
        handleheight=1.0,
        labelspacing=0.55,
    )
    st.set_title(figure, "Composition of the regions", synthetic)
    return figure


def _present(code: str, ours: pd.DataFrame, paper: pd.DataFrame | None) -> bool:
    shown = float(np.nanmax(ours[code].to_numpy(dtype=float), initial=0.0)) > 0
    if paper is None:
        return shown
    common = [region for region in ours.index if region in paper.index]
    return shown or bool((paper.loc[common, code] > 0).any())


def _text_colour(background: str) -> str:
    """Black or white, whichever reads better on a colour (relative luminance, sRGB weights)."""
    red, green, blue = (int(background[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return "white" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5 else "#222222"
