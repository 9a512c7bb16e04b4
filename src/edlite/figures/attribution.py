"""Attribution of beta: standardised regression coefficients beside the paper's Table 4."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from edlite.figures import style as st
from edlite.figures.results import require_columns
from edlite.parameters import PFT_NAMES

NORMAL_95 = 1.959964  # half-width of a 95 % interval in standard errors, large samples

# Variables of `regression.csv` in the order of the axis, with their labels.
VARIABLES = {
    "agb": "Above-ground biomass",
    "lai": "Leaf area index",
    "soil_carbon": "Soil carbon",
    "sand": "Sand",
    "clay": "Clay",
} | {code: PFT_NAMES[code][0].upper() + PFT_NAMES[code][1:] for code in st.PFT_ORDER}


def our_coefficients(table: pd.DataFrame | None) -> pd.DataFrame | None:
    """Rows of `regression.csv` that are drawn: variable (of VARIABLES), flux, coefficient ...

    The intercept is left out. None where there is no table.
    """
    if table is None:
        return None
    require_columns(
        table, "regression.csv", ("flux", "variable", "standardised", "se", "p", "reference")
    )
    table = table.rename(columns={"standardised": "coefficient"})
    return table[table.variable.isin(VARIABLES)][
        ["variable", "flux", "coefficient", "se", "p", "reference"]
    ]


@st.styled
def coefficients_figure(
    ours: pd.DataFrame, paper: pd.DataFrame | None, *, synthetic: bool
) -> Figure:
    """Standardised coefficients with 95 % intervals: a panel a flux, a row a variable."""
    ours = ours[np.isfinite(ours.coefficient)]  # aliased terms have none
    present = [name for name in VARIABLES if (ours.variable == name).any()]
    figure, axes = st.new_figure(
        st.WIDTH, 1.3 + 0.3 * len(present), 1, len(st.BETA_FLUXES), sharey=True
    )
    rows = {name: i for i, name in enumerate(present)}
    for axis, flux in zip(axes[0], st.BETA_FLUXES, strict=True):
        mine = ours[ours.flux == flux]
        y = mine.variable.map(rows).to_numpy(dtype=float)
        axis.errorbar(
            mine.coefficient,
            y - 0.13,
            xerr=NORMAL_95 * mine.se.fillna(0.0),
            fmt="o",
            ms=4.5,
            color=st.OURS_COLOUR,
            elinewidth=1.1,
        )
        if paper is not None:
            for name in present:
                published = paper[(paper.variable == name) & (paper.flux == flux)]
                axis.plot(
                    published.paper,
                    np.full(len(published), rows[name] + 0.17),
                    ls="none",
                    marker="D",
                    ms=4,
                    color=st.PAPER_COLOUR,
                )
        _limit(axis, mine, paper, flux, present)
        st.zero_line(axis, vertical=True)
        axis.set_title(rf"$\beta$ of {st.FLUX_LABELS[flux]}", loc="left")
        axis.set_xlabel("Standardised coefficient (1)", fontsize=8)
        axis.grid(True, axis="both")
    axes[0, 0].set_yticks(range(len(present)), [VARIABLES[name] for name in present])
    axes[0, 0].set_ylim(len(present) - 0.4, -0.6)
    handles = [Line2D([], [], color=st.OURS_COLOUR, marker="o", ms=4.5, lw=1.1)]
    labels = ["this run, 95 % interval"]
    if paper is not None:
        handles.append(Line2D([], [], ls="none", marker="D", ms=4, color=st.PAPER_COLOUR))
        labels.append("Zhang et al. (2019), Table 4")
    st.legend_below(figure, handles, labels)
    st.set_title(figure, "Regression of sensitivity on ecosystem properties", synthetic)
    return figure


def _limit(axis, mine: pd.DataFrame, paper: pd.DataFrame | None, flux: str, present: list) -> None:
    """Limits that hold all points; intervals of near-singular terms may run out."""
    points = [np.zeros(1), mine.coefficient.to_numpy(dtype=float)]
    if paper is not None:
        chosen = paper[paper.variable.isin(present) & (paper.flux == flux)]
        points.append(chosen.paper.to_numpy(dtype=float))
    values = np.concatenate(points)
    values = values[np.isfinite(values)]
    margin = 0.15 * max(float(np.ptp(values)), 0.1)
    axis.set_xlim(values.min() - margin, values.max() + margin)
