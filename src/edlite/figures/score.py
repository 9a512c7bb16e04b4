"""Score against the known truth of the demo, and changes of flux from native to blended."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from edlite.figures import style as st
from edlite.figures.results import SCORED, require_columns
from edlite.figures.scatter import correlation

# Depth bands (m) of `truth.csv` that are drawn, and their titles.
TRUTH_BANDS = {
    (0.0, 1.0): "Root zone, 0-100 cm",
    (0.0, 0.1): "0-10 cm",
    (0.1, 0.4): "10-40 cm",
    (0.4, 1.0): "40-100 cm",
}
FLUX_PANELS = {"gpp": "GPP", "ra": r"R$_a$", "rh": r"R$_h$", "nee": "NEE"}


def truth_errors(table: pd.DataFrame | None) -> pd.DataFrame | None:
    """Rows of `truth.csv` for the bands of TRUTH_BANDS; None where there is no table.

    Columns region (`all`: the cells of all regions), panel, native, blended (RMSE of soil moisture
    against the truth, m3 m-3), reduction_percent.
    """
    if table is None:
        return None
    require_columns(
        table,
        "truth.csv",
        (
            *("region", "depth_top", "depth_bottom"),
            *("rmse_native", "rmse_blended", "reduction_percent"),
        ),
    )
    parts = []
    for (top, bottom), title in TRUTH_BANDS.items():
        same = np.isclose(table.depth_top, top) & np.isclose(table.depth_bottom, bottom)
        parts.append(table[same].assign(panel=title))
    names = {"rmse_native": "native", "rmse_blended": "blended"}
    joined = pd.concat(parts, ignore_index=True).rename(columns=names)
    return joined[["region", "panel", "native", "blended", "reduction_percent"]]


@st.styled
def rmse_bars(
    table: pd.DataFrame, unit: str, title: str, *, synthetic: bool, share_y: bool = True
) -> Figure:
    """Error against the truth: bars of RMSE of the runs by region.

    table : columns region (`all` comes last), panel, native, blended and optionally perfect (RMSE
    in `unit`). Above the bars stands the change of the error from native to blended in percent.
    """
    names = list(dict.fromkeys(table.panel))
    regions = st.sorted_regions([r for r in table.region.unique() if r != "all"])
    regions += ["all"] if (table.region == "all").any() else []
    columns = min(len(names), 2)
    rows = -(-len(names) // columns)
    figure, axes = st.new_figure(
        st.WIDTH, 1.2 + 2.1 * rows, rows, columns, sharex=True, sharey=share_y
    )
    position = np.arange(len(regions)) + np.array([0.4 * (r == "all") for r in regions])
    for index, axis in enumerate(axes.flat):
        if index >= len(names):
            axis.set_axis_off()
            continue
        chosen = table[table.panel == names[index]].set_index("region").reindex(regions)
        runs = [run for run in SCORED if run in chosen]
        width = 0.8 / len(runs)
        for number, run in enumerate(runs):
            axis.bar(
                position + width * (number - 0.5 * (len(runs) - 1)),
                chosen[run],
                width=0.95 * width,
                color=st.RUN_COLOURS[run],
                label=st.RUN_LABELS[run],
            )
        _label_changes(axis, position, chosen)
        axis.set_title(names[index], loc="left")
        axis.set_ylabel(f"RMSE ({unit})" if index % columns == 0 else "")
        axis.set_xticks(position, regions, rotation=35 if len(regions) > 5 else 0)
        axis.tick_params(axis="x", length=0)
        axis.margins(y=0.12)
        axis.set_xlim(-0.6, max(position[-1] + 0.6, 2.6))
        st.grid(axis)
    st.legend_below(figure, *axes.flat[0].get_legend_handles_labels())
    st.set_title(figure, title, synthetic)
    return figure


def _label_changes(axis: Axes, position: np.ndarray, errors: pd.DataFrame) -> None:
    highest = errors[[run for run in SCORED if run in errors]].max(axis=1)
    rows = zip(position, errors.native, errors.blended, highest, strict=True)
    for x, native, blended, height in rows:
        if native > 0 and np.isfinite(blended):
            axis.annotate(
                st.signed(f"{100.0 * (blended / native - 1.0):+.0f} %"),
                (x, height),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=7,
                color="#444444",
            )


def recovered_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells and fluxes with both a beta by blending and its reference."""
    return cells[cells.beta.notna() & cells.beta_perfect.notna()]


@st.styled
def beta_recovery(cells: pd.DataFrame, *, synthetic: bool) -> Figure:
    """Recovered beta (blended run) against beta from the noiseless true moisture, cell by cell.

    cells : columns region, flux, beta, beta_perfect and optionally beta_sd (jackknife over
    flights), kgC m-2 yr-1 per m3 m-3. Axes hold the central 96 percent of the values.
    """
    regions = st.sorted_regions(cells.region.unique())
    figure, axes = st.new_figure(7.6, 7.9, 2, 2, layout="compressed")
    cells = recovered_cells(cells)
    for axis, flux in zip(axes.flat, st.BETA_FLUXES, strict=True):
        chosen = cells[cells.flux == flux]
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
    for axis in axes[-1]:
        axis.set_xlabel(rf"$\beta$ with true moisture ({st.BETA})", fontsize=8)
    for axis in axes[:, 0]:
        axis.set_ylabel(rf"$\beta$ by blending ({st.BETA})", fontsize=8)
    _region_legend(figure, regions)
    st.set_title(figure, r"Is $\beta$ recovered?", synthetic)
    return figure


@st.styled
def flux_change(ours: pd.DataFrame, paper: pd.DataFrame | None, *, synthetic: bool) -> Figure:
    """Regional GPP, Reco and NEE: native to blended as an arrow for each region.

    ours : columns region, flux, native, blended and optionally truth (kgC m-2 yr-1)
    paper : the same columns for GPP as the paper printed it
    """
    regions = st.sorted_regions(ours.region.unique())
    fluxes = ("gpp", "reco", "nee")
    figure, axes = st.new_figure(st.WIDTH, 1.25 + 0.42 * len(regions), 1, len(fluxes), sharey=True)
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
    entries = [
        ("native", "o", st.RUN_COLOURS["native"]),
        ("blended", "o", st.RUN_COLOURS["blended"]),
    ]
    if "truth" in ours:
        entries.append(("truth", "|", "black"))
    if paper is not None:
        entries.append(("native, blended in Zhang et al. (2019)", "D", st.PAPER_COLOUR))
    handles = [Line2D([], [], ls="none", marker=m, color=c, ms=5, mew=1.5) for _, m, c in entries]
    st.legend_below(figure, handles, [label for label, _, _ in entries])
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
    axis.plot(
        native, y, marker=marker, ms=size, mfc="white" if paper else colours[0], mec=colours[0]
    )
    axis.plot(blended, y, marker=marker, ms=size, color=colours[1])
    if not paper and "truth" in row.index and np.isfinite(row["truth"]):
        axis.plot(row["truth"], y, marker="|", ms=12, mew=1.8, color="black", zorder=5)


def _agreement(cells: pd.DataFrame) -> str:
    if len(cells) < 3:
        return f"n = {len(cells)}"
    r = correlation(cells.beta, cells.beta_perfect)
    bias = float((cells.beta - cells.beta_perfect).median())
    return f"r {r:.2f}, median error {st.signed(f'{bias:+.2f}')}, n {len(cells)}"


def _region_legend(figure: Figure, regions: list[str]) -> None:
    handles = [
        Line2D([], [], ls="none", marker="o", ms=5, color=st.region_colour(region, regions))
        for region in regions
    ]
    st.legend_below(figure, handles, regions)
