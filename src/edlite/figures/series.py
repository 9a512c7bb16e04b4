"""Time series: soil moisture of a region with its flights, and fluxes at the towers."""

from __future__ import annotations

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edlite.figures import style as st

_ORDER = ("truth", "native", "perfect", "blended", "prescribed")


@st.styled
def theta_series(
    series: dict[str, dict[str, pd.Series]],
    flights: dict[str, pd.DataFrame],
    title: str,
    *,
    synthetic: bool,
) -> Figure:
    """Daily soil moisture of a region by depth band: one panel a band, one line a run.

    series : band -> run -> daily mean (m3 m-3, indexed by time)
    flights : band -> columns `mean` and `sd` over the cells (m3 m-3), indexed by time of flight
    """
    bands = list(series)
    figure, axes = st.new_figure(st.WIDTH, 1.1 + 1.6 * len(bands), len(bands), 1, sharex=True)
    for axis, band in zip(axes[:, 0], bands, strict=True):
        for run in (r for r in _ORDER if r in series[band]):
            values = series[band][run]
            _line(axis, values, run)
        points = flights.get(band)
        if points is not None and len(points):
            axis.errorbar(
                points.index,
                points["mean"],
                yerr=points["sd"],
                fmt="o",
                ms=4,
                mfc="white",
                mec="black",
                ecolor="#888888",
                elinewidth=0.8,
                capsize=0,
                zorder=6,
                label="radar (mean, SD of cells)",
            )
        axis.set_ylabel(rf"$\theta$ ({st.MOISTURE})")
        axis.set_title(band, loc="left")
        st.grid(axis)
    _time_axis(axes[-1, 0])
    _legend(figure, axes[0, 0])
    st.set_title(figure, title, synthetic)
    return figure


@st.styled
def tower_series(
    panels: list[dict],
    title: str,
    *,
    synthetic: bool,
) -> Figure:
    """Daily values at a tower: one panel a variable, lines for runs and dots for observations.

    panels : each with `label` (y axis, with unit), `runs` (run -> daily series) and optionally
        `observed` (daily series); time series indexed by time
    """
    figure, axes = st.new_figure(st.WIDTH, 1.1 + 1.45 * len(panels), len(panels), 1, sharex=True)
    for axis, panel in zip(axes[:, 0], panels, strict=True):
        observed = panel.get("observed")
        if observed is not None and len(observed):
            axis.plot(
                observed.index,
                observed,
                ls="none",
                marker="o",
                ms=2.2,
                mfc="#9A9A9A",
                mec="none",
                zorder=2,
                label="observed",
            )
        for run in (r for r in _ORDER if r in panel["runs"]):
            _line(axis, panel["runs"][run], run)
        axis.set_ylabel(panel["label"])
        if panel.get("signed"):
            st.zero_line(axis)
        st.grid(axis)
    _time_axis(axes[-1, 0])
    _legend(figure, *axes[:, 0])
    st.set_title(figure, title, synthetic)
    return figure


def _line(axis: Axes, values: pd.Series, run: str) -> None:
    """One run; gaps of more than a day break the line."""
    values = values.asfreq("D") if len(values) > 1 else values
    axis.plot(
        values.index,
        values,
        color=st.RUN_COLOURS[run],
        lw=1.6 if run == "truth" else 1.2,
        ls=(0, (4, 1.5)) if run == "perfect" else "-",
        alpha=0.55 if run == "truth" else 1.0,
        marker="o" if values.notna().sum() < 4 else None,
        ms=3,
        label=st.RUN_LABELS[run],
        zorder=3,
    )


def _time_axis(axis: Axes) -> None:
    locator = mdates.AutoDateLocator(minticks=4, maxticks=12)
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
    axis.set_xlabel("Date (UTC)")
    axis.margins(x=0.01)


def _legend(figure: Figure, *axes: Axes) -> None:
    """One legend for all panels."""
    entries: dict[str, object] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    st.legend_below(figure, list(entries.values()), list(entries))


def daily_series(times: np.ndarray, values: np.ndarray) -> pd.Series:
    """Daily means of any regular series; days with less than half of their steps are left out."""
    series = pd.Series(np.asarray(values, dtype=float), index=pd.DatetimeIndex(times))
    if len(series) < 2:
        return series
    step = pd.Timedelta(np.median(np.diff(series.index.values)))
    if step >= pd.Timedelta(days=1):
        return series
    counts = series.resample("D").count()
    return series.resample("D").mean().where(counts >= 0.5 * pd.Timedelta(days=1) / step)
