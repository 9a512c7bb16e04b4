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


@st.styled
def tower_scatter(
    daily: pd.DataFrame, variables: dict[str, str], *, synthetic: bool
) -> Figure:
    """Rows native and prescribed, columns variables; one colour a site; the 1:1 line.

    daily : columns site, run, variable, observed, modelled (daily means in the unit of the label)
    variables : variable -> axis label with unit
    """
    sites = sorted(daily.site.unique())
    runs = [run for run in ("native", "prescribed") if (daily.run == run).any()]
    names = [name for name in variables if (daily.variable == name).any()]
    panel = st.WIDTH / max(len(names), 1)
    figure, axes = st.new_figure(
        st.WIDTH, 1.1 + min(panel, 2.6) * len(runs), len(runs), len(names)
    )
    for column, name in enumerate(names):
        chosen = daily[daily.variable == name].dropna(subset=["observed", "modelled"])
        low, high = st.value_limits(chosen[["observed", "modelled"]].to_numpy().ravel(), 0.002, 0.998)
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
            label = variables[name]
            axis.set_xlabel(f"Observed {label}" if row == len(runs) - 1 else "")
            axis.set_ylabel(f"{st.RUN_LABELS[run].capitalize()}\n{label}" if column == 0 else label)
            axis.set_title(_score(part), loc="left", fontsize=8)
            st.grid(axis, "both")
    handles = [
        Line2D([], [], ls="none", marker="o", ms=5, color=_SITE_COLOURS[i % len(_SITE_COLOURS)])
        for i in range(len(sites))
    ]
    figure.legend(
        handles, sites, loc="outside upper right", ncols=len(sites), handletextpad=0.1,
        columnspacing=1.0, borderaxespad=0.2,
    )
    st.set_title(figure, "Towers, daily means", synthetic)
    return figure


def _score(part: pd.DataFrame) -> str:
    if len(part) < 3:
        return ""
    error = part.modelled - part.observed
    r = np.corrcoef(part.observed, part.modelled)[0, 1]
    text = f"r {r:.2f}  RMSE {np.sqrt((error**2).mean()):.2g}  bias {error.mean():+.2g}"
    return text.replace("-", "\N{MINUS SIGN}")
