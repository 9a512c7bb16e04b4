"""Sensitivity beta = change of a flux per change of root-zone moisture: by region and by PFT."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from edlite.analysis.regional import weighted_mean_sd, weighted_share
from edlite.figures import style as st
from edlite.figures.results import require_columns
from edlite.parameters import PFT_NAMES

METRICS = {"gpp": "beta_GPP", "ra": "beta_Ra", "rh": "beta_Rh", "nee": "beta_NEE"}


def region_statistics(cells: pd.DataFrame) -> pd.DataFrame:
    """Area-weighted mean and SD of beta over the cells of each region and flux.

    cells : columns region, flux, beta (kgC m-2 yr-1 per m3 m-3; NaN where masked), area (m2)
    Returns region, flux, mean, sd, n (cells that count), masked_percent (of the area).
    """
    rows = []
    for (region, flux), group in cells.groupby(["region", "flux"], sort=False):
        beta, area = group.beta.to_numpy(dtype=float), group.area.to_numpy(dtype=float)
        valid = np.isfinite(beta)
        mean, sd = weighted_mean_sd(beta, area, valid)
        rows.append(
            {
                "region": region,
                "flux": flux,
                "mean": float(mean),
                "sd": float(sd) if valid.sum() > 1 else np.nan,
                "n": int(valid.sum()),
                "masked_percent": 100.0 * weighted_share(~valid, area),
            }
        )
    return pd.DataFrame(rows)


def paper_statistics(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Table 3 of Zhang et al. (2019) as region, flux, mean, sd."""
    require_columns(table, source, ("region", "metric", "mean", "sd"))
    flux = {metric: key for key, metric in METRICS.items()}
    table = table[table.metric.isin(flux)]
    return table.assign(flux=table.metric.map(flux))[["region", "flux", "mean", "sd"]]


@st.styled
def beta_by_region(
    cells: pd.DataFrame,
    statistics: pd.DataFrame,
    paper: pd.DataFrame | None,
    *,
    synthetic: bool,
) -> Figure:
    """Box plots of beta over the cells of each region, with mean +- SD, ours and the paper's."""
    regions = st.sorted_regions(cells.region.unique())
    paper = None if paper is None else paper[paper.region.isin(regions)]
    figure, axes = st.new_figure(
        st.WIDTH, 1.2 + 0.42 * len(regions), 1, len(st.BETA_FLUXES), sharey=True
    )
    for axis, flux in zip(axes[0], st.BETA_FLUXES, strict=True):
        groups = [_finite(cells, region, "region", flux) for region in regions]
        colours = [st.region_colour(region, regions) for region in regions]
        _boxes(axis, groups, colours, offset=-0.12)
        for row, region in enumerate(regions):
            mine = _row(statistics, region, flux)
            if mine is not None:
                _mean_sd(axis, mine, row - 0.12, "black", "o")
            published = None if paper is None else _row(paper, region, flux)
            if published is not None:
                _mean_sd(axis, published, row + 0.28, st.PAPER_COLOUR, "D")
        axis.set_title(rf"$\beta$ of {st.FLUX_LABELS[flux]}", loc="left")
        _limit_to_boxes(axis, groups, statistics[statistics.flux == flux], paper, flux)
        axis.set_xlabel(st.BETA, fontsize=7.5)
        st.zero_line(axis, vertical=True)
        st.grid(axis, "x")
    axes[0, 0].set_yticks(range(len(regions)), regions)
    axes[0, 0].set_ylim(len(regions) - 0.4, -0.6)
    _legend(figure, paper is not None)
    st.set_title(figure, "Sensitivity of carbon fluxes to root-zone moisture", synthetic)
    return figure


@st.styled
def beta_by_pft(cells: pd.DataFrame, *, synthetic: bool) -> Figure:
    """Box plots of beta over cells grouped by dominant PFT (columns pft, flux, beta)."""
    present = [code for code in st.PFT_ORDER if (cells.pft == code).any()]
    figure, axes = st.new_figure(
        st.WIDTH, 1.2 + 0.36 * len(present), 1, len(st.BETA_FLUXES), sharey=True
    )
    for axis, flux in zip(axes[0], st.BETA_FLUXES, strict=True):
        groups = [_finite(cells, code, "pft", flux) for code in present]
        _boxes(axis, groups, [st.PFT_COLOURS[code] for code in present], offset=0.0)
        axis.set_title(rf"$\beta$ of {st.FLUX_LABELS[flux]}", loc="left")
        _limit_to_boxes(axis, groups, None, None, flux)
        axis.set_xlabel(st.BETA, fontsize=7.5)
        st.zero_line(axis, vertical=True)
        st.grid(axis, "x")
    counts = cells[cells.flux == st.BETA_FLUXES[0]].pft.value_counts()
    labels = [f"{PFT_NAMES[code]} ({counts.get(code, 0)})" for code in present]
    axes[0, 0].set_yticks(range(len(present)), labels)
    axes[0, 0].set_ylim(len(present) - 0.4, -0.6)
    st.set_title(
        figure, "Sensitivity by dominant plant functional type (number of cells)", synthetic
    )
    return figure


def _finite(cells: pd.DataFrame, key: str, column: str, flux: str) -> np.ndarray:
    values = cells.loc[(cells[column] == key) & (cells.flux == flux), "beta"].to_numpy(dtype=float)
    return values[np.isfinite(values)]


def _row(table: pd.DataFrame, region: str, flux: str) -> pd.Series | None:
    found = table[(table.region == region) & (table.flux == flux)]
    return None if found.empty or not np.isfinite(found.iloc[0]["mean"]) else found.iloc[0]


def _boxes(axis: Axes, groups: list[np.ndarray], colours: list[str], offset: float) -> None:
    """Horizontal boxes (quartiles, whiskers at 5 and 95 percent)."""
    for row, (values, colour) in enumerate(zip(groups, colours, strict=True)):
        if not values.size:
            axis.text(0.0, row + offset, "all cells masked", fontsize=7, color="#777777", ha="left")
            continue
        drawn = axis.boxplot(
            [values],
            positions=[row + offset],
            orientation="horizontal",
            widths=0.42,
            whis=(5, 95),
            showfliers=False,
            patch_artist=True,
            manage_ticks=False,
        )
        for box in drawn["boxes"]:
            box.set(facecolor=colour, alpha=0.75, edgecolor="#555555", linewidth=0.8)
        for part in ("whiskers", "caps"):
            for line in drawn[part]:
                line.set(color="#555555", linewidth=0.9)
        for line in drawn["medians"]:
            line.set(color="#222222", linewidth=1.2)


def _mean_sd(axis: Axes, row: pd.Series, y: float, colour: str, marker: str) -> None:
    sd = row["sd"] if np.isfinite(row["sd"]) else 0.0
    axis.errorbar(
        row["mean"],
        y,
        xerr=sd,
        fmt=marker,
        ms=4.2,
        mfc="white" if marker == "o" else colour,
        mec=colour,
        ecolor=colour,
        elinewidth=1.0,
        zorder=6,
    )


def _limit_to_boxes(
    axis: Axes,
    groups: list[np.ndarray],
    statistics: pd.DataFrame | None,
    paper: pd.DataFrame | None,
    flux: str,
) -> None:
    """Limits that hold the whiskers and the means with a bounded part of the SD bars.

    The paper's SD reach several times the mean; bars may run out of the panel, points may not.
    """
    points = [np.quantile(values, [0.05, 0.95]) for values in groups if values.size]
    for table in (statistics, paper):
        if table is not None:
            mean = table.loc[table.flux == flux, "mean"].to_numpy(dtype=float)
            points.append(mean[np.isfinite(mean)])
    finite = np.concatenate([np.zeros(1), *points])
    margin = 0.12 * max(float(finite.max() - finite.min()), 1e-3)
    axis.set_xlim(finite.min() - margin, finite.max() + margin)


def _legend(figure: Figure, with_paper: bool) -> None:
    handles = [Line2D([], [], color="black", marker="o", mfc="white", ms=4.2, lw=1)]
    labels = ["mean and SD of cells, this run"]
    if with_paper:
        handles.append(Line2D([], [], color=st.PAPER_COLOUR, marker="D", ms=4.2, lw=1))
        labels.append("mean and SD, Zhang et al. (2019), Table 3")
    st.legend_below(figure, handles, labels)
