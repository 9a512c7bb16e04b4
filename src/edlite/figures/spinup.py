"""How soil carbon approached its balance in the spin-up."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from edlite.figures import style as st

POOLS = {
    "fast_carbon": ("fast", "#E69F00"),
    "structural_carbon": ("structural", "#0072B2"),
    "slow_carbon": ("slow", "#009E73"),
}
CHANGE = "largest_relative_change"
COURSE = ("cycle", "year", *POOLS, CHANGE)  # columns of a table of `edlite spinup`
CHANGE_COLOUR, GREY = "#444444", "#777777"
MOST_DOTS = 40  # cycles that are marked one by one
CARBON = r"kgC m$^{-2}$"


def criterion(settings: Mapping[str, object]) -> dict[str, object]:
    """`tolerance` and `held` of `approach_figure`, from section `spinup` of the configuration."""
    return {
        "tolerance": float(settings.get("steady_tolerance", 1e-3)),
        "held": settings.get("reset", "cycle") == "cycle",
    }


@st.styled
def approach_figure(
    courses: Mapping[str, pd.DataFrame],
    tolerance: float,
    title: str,
    *,
    held: bool,
    synthetic: bool,
) -> Figure:
    """Three pools and the criterion over the years of the spin-up, one line a course.

    courses : name -> table of `edlite spinup`; the row of cycle 0 is the inventory
    tolerance : of the criterion;  held : fast and structural carbon start every cycle anew
    """
    figure, axes = st.new_figure(st.WIDTH, 5.0, 2, 2, sharex=True)
    panels = dict(zip([*POOLS, CHANGE], axes.flat, strict=True))
    for course in courses.values():
        at_start, later = course[course["cycle"] == 0].iloc[0], course[course["cycle"] > 0]
        marker = "o" if len(later) <= MOST_DOTS else None
        line = {"marker": marker, "ms": 2.5, "lw": 1.4}
        for name, (_, colour) in POOLS.items():
            measured = name != "slow_carbon"
            shown = later if held and measured else course
            panels[name].plot(shown["year"], shown[name], color=colour, **line)
            if measured:
                panels[name].axhline(at_start[name], color=GREY, lw=1.0, ls=":")
        if "slow_carbon_solved" in course:
            solved = course["slow_carbon_solved"].iloc[-1]
            panels["slow_carbon"].axhline(solved, color=GREY, lw=1.0, ls="--")
        panels[CHANGE].plot(later["year"], later[CHANGE], color=CHANGE_COLOUR, **line)
    for name, (label, _) in POOLS.items():
        axis = panels[name]
        axis.set_title(f"{label.capitalize()} soil carbon", loc="left")
        axis.set_ylabel(f"{label} carbon ({CARBON})")
        axis.set_ylim(0.0, 1.08 * max(axis.get_ylim()[1], 1e-6) / 1.05)
        st.grid(axis)
    dotted = "dotted: inventory, where each cycle starts" if held else "dotted: inventory"
    for name in ("fast_carbon", "structural_carbon"):
        _note(panels[name], dotted)
    if any("slow_carbon_solved" in course for course in courses.values()):
        _note(panels["slow_carbon"], "dashed: balance, solved for")
    axis = panels[CHANGE]
    axis.set_title("Criterion: largest relative change over the patches", loc="left")
    axis.set_ylabel("change over a cycle (1)")
    axis.set_yscale("log")
    axis.axhline(tolerance, color="#D55E00", lw=1.0, ls="--")
    axis.annotate(
        f"steady below {tolerance:g}",
        (0.0, tolerance),
        xycoords=("axes fraction", "data"),
        xytext=(4, 3),
        textcoords="offset points",
        fontsize=7.5,
        color="#D55E00",
    )
    st.grid(axis)
    for axis in axes[-1]:
        axis.set_xlabel("end of the cycle (years of the spin-up)")
    st.set_title(figure, title, synthetic)
    return figure


def _note(axis, text: str) -> None:
    axis.annotate(
        text,
        (1.0, 1.0),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        ha="right",
        fontsize=7.5,
        color="#666666",
    )
