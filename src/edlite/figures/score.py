"""Score against the known truth of the demo, and changes of flux from native to blended."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from edlite.figures import style as st


@st.styled
def rmse_bars(table: pd.DataFrame, panels: dict[str, tuple[str, str]], *, synthetic: bool) -> Figure:
    """Error against the truth: bars of RMSE of the native and the blended run by region.

    table : columns region, variable, run (native, blended), rmse
    panels : variable -> (title, unit) in the order of the panels
    """
    regions = st.sorted_regions(table.region.unique())
    names = [name for name in panels if (table.variable == name).any()]
    columns = min(len(names), 2)
    rows = -(-len(names) // columns)
    figure, axes = st.new_figure(st.WIDTH, 0.8 + 2.15 * rows, rows, columns, sharex=True)
    position = np.arange(len(regions))
    for axis, name in zip(axes.flat, names, strict=False):
        heights = {}
        for offset, run in ((-0.2, "native"), (0.2, "blended")):
            chosen = table[(table.variable == name) & (table.run == run)].set_index("region").rmse
            heights[run] = chosen.reindex(regions).to_numpy(dtype=float)
            axis.bar(
                position + offset,
                heights[run],
                width=0.38,
                color=st.RUN_COLOURS[run],
                label=st.RUN_LABELS[run],
            )
        top = np.nanmax(np.concatenate(list(heights.values())))
        for x, native, blended in zip(position, heights["native"], heights["blended"], strict=True):
            if np.isfinite(native) and native > 0 and np.isfinite(blended):
                change = 100.0 * (blended / native - 1.0)
                axis.annotate(
                    f"{change:+.0f} %".replace("-", "\N{MINUS SIGN}"),
                    (x, max(native, blended)),
                    xytext=(0, 2),
                    textcoords="offset points",
                    ha="center",
                    fontsize=7.5,
                    color="#444444",
                )
        title, unit = panels[name]
        axis.set(ylabel=f"RMSE ({unit})", ylim=(0, 1.15 * top))
        axis.set_title(title, loc="left")
        axis.set_xticks(position, regions, rotation=30 if len(regions) > 4 else 0)
        st.grid(axis)
    for axis in list(axes.flat)[len(names) :]:
        axis.set_axis_off()
        axes.flat[len(names) - columns].tick_params(labelbottom=True)
    for axis in axes.flat[:columns] if rows == 1 else axes[-1]:
        axis.set_xlabel("Region")
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2, borderaxespad=0.2)
    st.set_title(figure, "Error against the known truth", synthetic)
    return figure


@st.styled
def beta_recovery(cells: pd.DataFrame, *, synthetic: bool) -> Figure:
    """Recovered beta (blended run) against beta from the noiseless true moisture, cell by cell.

    cells : columns region, flux, beta, beta_perfect and optionally beta_sd (jackknife over
    flights), kgC m-2 yr-1 per m3 m-3. Axes hold the central 96 percent of the values.
    """
    regions = st.sorted_regions(cells.region.unique())
    figure, axes = st.new_figure(7.2, 7.0, 2, 2)
    for axis, flux in zip(axes.flat, st.BETA_FLUXES, strict=True):
        chosen = cells[(cells.flux == flux) & cells.beta.notna() & cells.beta_perfect.notna()]
        for region in regions:
            part = chosen[chosen.region == region]
            if part.empty:
                continue
            colour = st.region_colour(region, regions)
            if "beta_sd" in part and part.beta_sd.notna().any():
                axis.errorbar(
                    part.beta_perfect,
                    part.beta,
                    yerr=part.beta_sd,
                    fmt="none",
                    ecolor=colour,
                    elinewidth=0.6,
                    alpha=0.5,
                )
            axis.plot(
                part.beta_perfect,
                part.beta,
                ls="none",
                marker="o",
                ms=4,
                mfc=colour,
                mec="white",
                mew=0.3,
                alpha=0.85,
            )
        low, high = st.value_limits(chosen[["beta", "beta_perfect"]].to_numpy().ravel())
        margin = 0.15 * (high - low)
        limits = (low - margin, high + margin)
        axis.plot(limits, limits, color="#555555", lw=0.9, ls=(0, (4, 2)), zorder=1)
        axis.set(xlim=limits, ylim=limits)
        axis.set_aspect("equal")
        axis.set_title(f"{st.FLUX_LABELS[flux]}   {_agreement(chosen)}", loc="left")
        st.grid(axis, "both")
    figure.supxlabel(rf"$\beta$ with true moisture prescribed ({st.BETA})", fontsize=9)
    figure.supylabel(rf"$\beta$ recovered by blending ({st.BETA})", fontsize=9)
    _region_legend(figure, regions)
    st.set_title(figure, r"Is $\beta$ recovered?", synthetic)
    return figure


@st.styled
def flux_change(
    ours: pd.DataFrame, paper: pd.DataFrame | None, *, synthetic: bool
) -> Figure:
    """Regional GPP, Reco and NEE: native to blended as an arrow for each region.

    ours : columns region, flux, native, blended and optionally truth (kgC m-2 yr-1)
    paper : the same columns for GPP as the paper printed it
    """
    regions = st.sorted_regions(ours.region.unique())
    fluxes = ("gpp", "reco", "nee")
    figure, axes = st.new_figure(st.WIDTH, 1.1 + 0.42 * len(regions), 1, len(fluxes), sharey=True)
    for axis, flux in zip(axes[0], fluxes, strict=True):
        for row, region in enumerate(regions):
            _arrow(axis, ours, region, flux, row - (0.14 if paper is not None else 0.0), False)
            if paper is not None:
                _arrow(axis, paper, region, flux, row + 0.24, True)
        axis.set_xlabel(f"{st.FLUX_LABELS[flux]} ({st.CARBON_YEAR})")
        if flux == "nee":
            st.zero_line(axis, vertical=True)
        else:
            axis.set_xlim(left=0)
        st.grid(axis, "x")
    axes[0, 0].set_yticks(range(len(regions)), regions)
    axes[0, 0].set_ylim(len(regions) - 0.4, -0.6)
    entries = [("native", "o", st.RUN_COLOURS["native"]), ("blended", "o", st.RUN_COLOURS["blended"])]
    if "truth" in ours:
        entries.append(("truth", "|", "black"))
    if paper is not None:
        entries.append(("native, blended in Zhang et al. (2019)", "D", st.PAPER_COLOUR))
    handles = [Line2D([], [], ls="none", marker=m, color=c, ms=5, mew=1.5) for _, m, c in entries]
    figure.legend(
        handles,
        [label for label, _, _ in entries],
        loc="outside upper right",
        ncols=len(entries),
        borderaxespad=0.2,
        handletextpad=0.2,
        columnspacing=1.2,
    )
    st.set_title(figure, "Regional fluxes", synthetic)
    return figure


def _arrow(axis: Axes, table: pd.DataFrame, region: str, flux: str, y: float, paper: bool) -> None:
    found = table[(table.region == region) & (table.flux == flux)]
    if found.empty:
        return
    row = found.iloc[0]
    native, blended = float(row["native"]), float(row["blended"])
    colours = (
        (st.PAPER_COLOUR, st.PAPER_COLOUR)
        if paper
        else (st.RUN_COLOURS["native"], st.RUN_COLOURS["blended"])
    )
    marker, size = ("D", 3.5) if paper else ("o", 5.5)
    axis.plot([native, blended], [y, y], color="#BBBBBB", lw=2.0 if not paper else 1.2, zorder=1)
    axis.plot(native, y, marker=marker, ms=size, mfc="white" if paper else colours[0], mec=colours[0])
    axis.plot(blended, y, marker=marker, ms=size, color=colours[1])
    if not paper and "truth" in row.index and np.isfinite(row["truth"]):
        axis.plot(row["truth"], y, marker="|", ms=12, mew=1.8, color="black", zorder=5)


def _agreement(cells: pd.DataFrame) -> str:
    if len(cells) < 3:
        return f"n = {len(cells)}"
    r = np.corrcoef(cells.beta, cells.beta_perfect)[0, 1]
    bias = float((cells.beta - cells.beta_perfect).median())
    return f"r = {r:.2f}, median error {bias:+.2f}, n = {len(cells)}".replace("-", "\N{MINUS SIGN}")


def _region_legend(figure: Figure, regions: list[str]) -> None:
    handles = [
        Line2D([], [], ls="none", marker="o", ms=5, color=st.region_colour(region, regions))
        for region in regions
    ]
    figure.legend(
        handles,
        regions,
        loc="outside lower center",
        ncols=min(len(regions), 7),
        handletextpad=0.2,
        columnspacing=1.2,
    )
