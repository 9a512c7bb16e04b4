"""Modelled against observed daily values at the towers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from edlite.figures import style as st

_SITE_COLOURS = (
    *("#332288", "#44AA99", "#117733", "#88CCEE", "#999933", "#CC6677", "#882255"),
    *("#AA4499", "#DDCC77", "#661100"),
)


_RUN_NAMES = {"native": "Native", "prescribed": "Prescribed"}


@st.styled
def tower_scatter(daily: pd.DataFrame, variables: dict[str, str], *, synthetic: bool) -> Figure:
    """Rows native and prescribed, columns variables; one colour a site; the 1:1 line.

    daily : columns site, run, variable, observed, modelled (daily means in the unit of the label)
    variables : variable -> axis label with unit
    """
    sites = sorted(daily.site.unique())
    runs = [run for run in ("native", "prescribed") if (daily.run == run).any()]
    names = [name for name in variables if (daily.variable == name).any()]
    panel = st.WIDTH / max(len(names), 1)
    figure, axes = st.new_figure(
        st.WIDTH, 1.3 + min(panel, 2.6) * len(runs), len(runs), len(names), layout="compressed"
    )
    for column, name in enumerate(names):
        chosen = daily[daily.variable == name].dropna(subset=["observed", "modelled"])
        low, high = st.value_limits(
            chosen[["observed", "modelled"]].to_numpy().ravel(), 0.002, 0.998
        )
        margin = 0.06 * (high - low)
        limits = (low - margin, high + margin)
        for row, run in enumerate(runs):
            axis = axes[row, column]
            part = chosen[chosen.run == run]
            for index, site in enumerate(sites):
                points = part[part.site == site]
                axis.plot(
                    points.observed,
                    points.modelled,
                    ls="none",
                    marker="o",
                    ms=2.4,
                    mfc=_SITE_COLOURS[index % len(_SITE_COLOURS)],
                    mec="none",
                    alpha=0.55,
                    rasterized=True,
                )
            axis.plot(limits, limits, color="#555555", lw=0.9, ls=(0, (4, 2)), zorder=1)
            axis.set(xlim=limits, ylim=limits)
            axis.set_aspect("equal")
            axis.set_xlabel(
                f"Observed {variables[name]}" if row == len(runs) - 1 else "", fontsize=8
            )
            axis.set_ylabel(f"{_RUN_NAMES[run]} {variables[name]}", fontsize=8)
            axis.set_title(_score(part), loc="left", fontsize=8)
            st.grid(axis, "both")
    handles = [
        Line2D([], [], ls="none", marker="o", ms=5, color=_SITE_COLOURS[i % len(_SITE_COLOURS)])
        for i in range(len(sites))
    ]
    st.legend_below(figure, handles, sites)
    st.set_title(figure, "Towers, daily means", synthetic)
    return figure


def correlation(x: pd.Series, y: pd.Series) -> float:
    """Pearson's r; NaN where one of the two does not vary."""
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def _score(part: pd.DataFrame) -> str:
    if len(part) < 3:
        return ""
    error = part.modelled - part.observed
    r = correlation(part.observed, part.modelled)
    bias = st.signed(f"{error.mean():+.2g}")
    return f"r {r:.2f}   RMSE {np.sqrt((error**2).mean()):.2g}\nbias {bias}   n {len(part)}"
