"""The model beside a tower: daily series, mean day, scatter; and all scores at once."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edlite.figures import style as st
from edlite.skill.scores import daily_means, score

SUMMER = range(5, 10)  # May to September
MAX_GAP = pd.Timedelta(days=3)
CARBON = r"$\mu$mol m$^{-2}$ s$^{-1}$"
LABELS = {
    "le": (f"LE\n{st.POWER}", False),
    "h": (f"H\n{st.POWER}", True),
    "gpp": (f"GPP\n{CARBON}", False),
    "nee": (f"NEE\n{CARBON}", True),
    "theta": (f"$\\theta$\n{st.MOISTURE}", False),
    "soil_temperature": ("T soil\nK", False),
}
MODEL_COLOURS = {
    "edlite": "#D55E00",
    "1lin": "#56B4E9",
    "3lin": "#0072B2",
    "JULES-GL9": "#009E73",
    "ecLand": "#CC79A7",
}
MODEL_MARKERS = {"edlite": "D", "1lin": "o", "3lin": "s", "JULES-GL9": "^", "ecLand": "v"}
MODEL_LABELS = {
    "1lin": "regression on shortwave",
    "3lin": "regression on shortwave, temperature, humidity",
    "JULES-GL9": "JULES-GL9 (other years)",
    "ecLand": "ecLand (other years)",
}


@st.styled
def case_figure(
    pairs: Mapping[tuple[str, float | None], pd.DataFrame], title: str, utc_offset: float
) -> Figure:
    """One row a variable: daily means, mean course of a summer day, daily means against each other.

    pairs : (variable, depth) -> table of `edlite.skill.pairs.pair`
    utc_offset : local standard time minus UTC [h]; days and hours are local
    """
    keys = [key for name in LABELS for key in sorted(pairs, key=_order) if key[0] == name]
    figure, axes = st.new_figure(
        st.WIDTH, 1.0 + 1.35 * len(keys), len(keys), 3, width_ratios=(3.2, 1.1, 1.1)
    )
    for row, key in zip(axes, keys, strict=True):
        table = pairs[key][["observed", "modelled"]]
        label, signed = LABELS[key[0]]
        label = label if key[1] is None else label.replace("\n", f", {key[1]:g} m\n")
        daily = daily_means(table, utc_offset)
        _series(row[0], daily, label, signed)
        _course(row[1], table, utc_offset, signed)
        _scatter(row[2], daily)
    for axis in axes[1:, 0]:
        axis.sharex(axes[0, 0])
    axes[0, 0].set_title("Daily means", loc="left")
    axes[0, 1].set_title("Mean day, May-Sep", loc="left")
    axes[0, 2].set_title("Daily: model over tower", loc="left")
    for axis in axes[:-1, 1]:
        axis.set_xticklabels([])
    axes[-1, 0].set_xlabel("Date (local)")
    axes[-1, 1].set_xlabel("Hour (local)")
    axes[-1, 2].set_xlabel("Tower, unit of the row")
    handles, names = axes[0, 0].get_legend_handles_labels()
    st.legend_below(figure, handles, names)
    st.set_title(figure, title, synthetic=False)
    return figure


def _order(key: tuple[str, float | None]) -> float:
    return -1.0 if key[1] is None else key[1]


def _series(axis: Axes, daily: pd.DataFrame, label: str, signed: bool) -> None:
    axis.plot(
        *(daily.index, daily["observed"]),
        **{"ls": "none", "marker": "o", "ms": 1.8, "mfc": "#7A7A7A", "mec": "none"},
        label="tower",
    )
    whole = daily["modelled"].asfreq("D") if len(daily) > 1 else daily["modelled"]
    whole = whole.interpolate(limit=MAX_GAP.days, limit_area="inside")
    axis.plot(whole.index, whole, color=MODEL_COLOURS["edlite"], lw=1.0, label="edlite")
    axis.set_ylabel(label)
    axis.xaxis.set_major_formatter(mdates.ConciseDateFormatter(axis.xaxis.get_major_locator()))
    axis.margins(x=0.01)
    if signed:
        st.zero_line(axis)
    st.grid(axis)


def _course(axis: Axes, table: pd.DataFrame, utc_offset: float, signed: bool) -> None:
    complete = table.dropna()
    local = complete.index + pd.Timedelta(hours=utc_offset)
    summer = np.isin(local.month, SUMMER)
    hour = local.hour + local.minute / 60.0
    mean = complete[summer].groupby(hour[summer]).mean()
    step = np.diff(mean.index[:2])[0] if len(mean) > 1 else 0.5
    centre = mean.index.to_numpy() + 0.5 * step
    axis.plot(centre, mean["observed"], color="#444444", lw=1.4)
    axis.plot(centre, mean["modelled"], color=MODEL_COLOURS["edlite"], lw=1.2)
    axis.set_xlim(0, 24)
    axis.set_xticks([0, 6, 12, 18, 24])
    if signed:
        st.zero_line(axis)
    st.grid(axis)


def _scatter(axis: Axes, daily: pd.DataFrame) -> None:
    axis.plot(
        *(daily["observed"], daily["modelled"]),
        **{"ls": "none", "marker": "o", "ms": 1.8, "mec": "none"},
        mfc=MODEL_COLOURS["edlite"],
        alpha=0.5,
        rasterized=True,
    )
    if len(daily):
        low, high = st.value_limits(daily.to_numpy().ravel(), 0.0, 1.0)
        axis.plot([low, high], [low, high], color="#555555", lw=0.9, ls=(0, (4, 2)), zorder=1)
    found = score(daily["observed"], daily["modelled"])
    text = f"r {st.signed(format(found['r'], '.2f'))}\nn {found['n']}"
    axis.text(0.03, 0.97, text, transform=axis.transAxes, va="top", fontsize=7)
    st.grid(axis, "both")


@st.styled
def skill_figure(scores: pd.DataFrame, anchors: pd.DataFrame) -> Figure:
    """Half-hourly correlation and error of latent and sensible heat: every case, every model."""
    names = {"le": "LE", "h": "H"}
    cases = list(dict.fromkeys(scores["case"]))
    chosen = scores[scores["step"] == "half-hourly"]
    figure, axes = st.new_figure(st.WIDTH, 1.6 + 0.3 * 2 * len(cases), 2, 2, sharey=True)
    for column, (statistic, unit) in enumerate({"r": "1", "rmse": st.POWER}.items()):
        for row, (name, text) in enumerate(names.items()):
            axis = axes[row, column]
            for model, marker in MODEL_MARKERS.items():
                values = [_value(chosen, anchors, case, name, model, statistic) for case in cases]
                axis.plot(
                    *(values, np.arange(len(cases))),
                    **{"ls": "none", "marker": marker, "ms": 5.5, "mec": "white", "mew": 0.5},
                    color=MODEL_COLOURS[model],
                    zorder=5 if model == "edlite" else 3,
                    label=MODEL_LABELS.get(model, model),
                )
            axis.set_yticks(np.arange(len(cases)), cases)
            axis.set_ylim(len(cases) - 0.5, -0.5)
            axis.set_xlabel(f"{text}, half-hourly {'r' if statistic == 'r' else 'RMSE'} ({unit})")
            st.grid(axis, "both")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    st.legend_below(figure, handles, labels, columns=3)
    st.set_title(figure, "Towers: half-hourly skill, nothing tuned", synthetic=False)
    return figure


def _value(
    scores: pd.DataFrame,
    anchors: pd.DataFrame,
    case: str,
    name: str,
    model: str,
    statistic: str,
) -> float:
    own = scores[(scores["case"] == case) & (scores["variable"] == name)]
    if own.empty:
        return np.nan
    found = own.loc[own["model"] == model, statistic]
    if found.empty:
        published = (anchors["model"] == model) & (anchors["variable"] == name)
        found = anchors.loc[published & (anchors["tower"] == own["tower"].iloc[0]), statistic]
    return float(found.iloc[0]) if len(found) else np.nan
