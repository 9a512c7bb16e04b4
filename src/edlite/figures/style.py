"""One look for every figure: fonts, colours that colour-blind readers can tell apart, units.

Colours: regions from Paul Tol's "muted" scheme, runs from Okabe & Ito's; sequential maps are
`viridis` (moisture) and `cividis` (carbon), differences `BrBG` (moisture) and `PuOr` (sensitivity).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

DPI = 150
WIDTH = 9.0  # inches: a full-width figure of the report

# Units as they are printed (matplotlib mathtext) and as they are written in tables (plain).
MOISTURE = r"m$^3$ m$^{-3}$"
CARBON_YEAR = r"kgC m$^{-2}$ yr$^{-1}$"
CARBON_DAY = r"gC m$^{-2}$ d$^{-1}$"
POWER = r"W m$^{-2}$"
BETA = r"kgC m$^{-2}$ yr$^{-1}$ per m$^3$ m$^{-3}$"

FLUX_LABELS = {"gpp": "GPP", "ra": r"R$_a$", "rh": r"R$_h$", "reco": r"R$_{eco}$", "nee": "NEE"}
FLUX_NAMES = {"gpp": "GPP", "ra": "Ra", "rh": "Rh", "reco": "Reco", "nee": "NEE", "le": "LE"}
BETA_FLUXES = ("gpp", "ra", "rh", "nee")

REGION_ORDER = ("Howland", "Harvard", "Duke", "Metolius", "Tonzi", "Walnut", "MOISST")
_REGION_COLOURS = ("#332288", "#44AA99", "#117733", "#88CCEE", "#999933", "#CC6677", "#882255")
_MORE_COLOURS = ("#AA4499", "#DDCC77", "#661100", "#6699CC", "#888888")

RUN_COLOURS = {
    "native": "#D55E00",
    "blended": "#0072B2",
    "prescribed": "#0072B2",
    "truth": "#000000",
    "perfect": "#009E73",
    "observed": "#000000",
}
RUN_LABELS = {
    "native": "native",
    "blended": "blended",
    "prescribed": "observed moisture prescribed",
    "truth": "truth",
    "perfect": "true moisture prescribed",
    "observed": "observed",
}
PAPER_COLOUR = "#7A7A7A"
OURS_COLOUR = "#0072B2"

# Conifers blue, hardwoods green, crops purple, dryland grasses ochre; light to dark in a group.
PFT_COLOURS = {
    "NP": "#C6DBEF",
    "SP": "#9ECAE1",
    "LC": "#6BAED6",
    "WP": "#3182BD",
    "FR": "#08519C",
    "EHW": "#C7E9C0",
    "MHW": "#74C476",
    "LHW": "#31A354",
    "WHW": "#006D2C",
    "CRC3": "#A9A2D3",
    "CRC4": "#54278F",
    "DC3": "#FEC44F",
    "DC4": "#CC6D10",
}
# Names of the groups that share a hue, in the order in which they are drawn.
PFT_ORDER = tuple(PFT_COLOURS)

_RC = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titleweight": "normal",
    "axes.labelsize": 9.0,
    "axes.labelcolor": "#222222",
    "axes.edgecolor": "#666666",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": "#E2E2E2",
    "grid.linewidth": 0.6,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "xtick.labelcolor": "#222222",
    "ytick.labelcolor": "#222222",
    "legend.fontsize": 8.0,
    "legend.frameon": False,
    "figure.titlesize": 11.0,
    "figure.titleweight": "bold",
    "figure.dpi": 100,
    "savefig.dpi": DPI,
    "savefig.facecolor": "white",
    "axes.formatter.use_mathtext": True,
    "axes.unicode_minus": True,
    "date.converter": "concise",
    "svg.hashsalt": "edlite",
}


@contextmanager
def style() -> Iterator[None]:
    """Use the style within a `with` block; nothing outside it changes."""
    with mpl.rc_context(_RC):
        yield


def styled(function):
    """Decorator: draw under the style of the project."""

    def wrapper(*args, **kwargs):
        with style():
            return function(*args, **kwargs)

    wrapper.__doc__, wrapper.__name__ = function.__doc__, function.__name__
    wrapper.__wrapped__ = function
    return wrapper


def new_figure(
    width: float,
    height: float,
    rows: int = 1,
    columns: int = 1,
    *,
    layout: str = "constrained",
    **kwargs,
) -> tuple[Figure, np.ndarray]:
    """Figure without pyplot's global state and its axes as a (rows, columns) array.

    layout : `constrained`, or `compressed` for axes with a fixed aspect ratio
    """
    figure = Figure(figsize=(width, height), layout=layout)
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.06, wspace=0.03, hspace=0.04)
    axes = figure.subplots(rows, columns, squeeze=False, **kwargs)
    return figure, axes


def set_title(figure: Figure, title: str, synthetic: bool) -> None:
    """Title of a figure, flush left; says "synthetic demo" where the data are synthetic."""
    suffix = "  |  synthetic demo" if synthetic else ""
    figure.suptitle(title + suffix, x=0.008, ha="left")


def legend_below(
    figure: Figure, handles: Sequence, labels: Sequence[str], columns: int = 7
) -> None:
    """Legend under the panels, in one row where it fits."""
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=min(len(labels), columns),
        columnspacing=1.6,
        handlelength=1.6,
        handletextpad=0.5,
        borderaxespad=0.3,
    )


def signed(text: str) -> str:
    """Number with a typographic minus; a rounded negative zero loses its sign."""
    if text.startswith(("-", "+")) and not text.strip("+-0. %"):
        text = text[1:]
    return text.replace("-", "\N{MINUS SIGN}")


def sorted_regions(names: Sequence[str]) -> list[str]:
    """Regions in the paper's order, others after them by name."""
    rank = {name: i for i, name in enumerate(REGION_ORDER)}
    return sorted(names, key=lambda name: (rank.get(name, len(rank)), name))


def region_colour(name: str, all_regions: Sequence[str] = ()) -> str:
    """Colour of a region; regions that the paper does not have take the next free colours."""
    if name in REGION_ORDER:
        return _REGION_COLOURS[REGION_ORDER.index(name)]
    others = [r for r in sorted_regions(list(all_regions) or [name]) if r not in REGION_ORDER]
    return _MORE_COLOURS[others.index(name) % len(_MORE_COLOURS)] if name in others else "#888888"


def grid(axis: Axes, which: str = "y") -> None:
    """Light grid lines along one or both directions, behind the data."""
    axis.grid(True, axis=which)


def zero_line(axis: Axes, vertical: bool = False) -> None:
    """Thin line at zero."""
    (axis.axvline if vertical else axis.axhline)(0.0, color="#888888", lw=0.8, zorder=1)


def symmetric_limit(values: np.ndarray, quantile: float = 0.98) -> float:
    """Half-width of a colour scale about zero that holds `quantile` of the finite values."""
    finite = np.abs(np.asarray(values, dtype=float))
    finite = finite[np.isfinite(finite)]
    limit = float(np.quantile(finite, quantile)) if finite.size else 0.0
    return limit if limit > 0 else 1.0


def value_limits(
    values: np.ndarray, low: float = 0.02, high: float = 0.98, minimum: float = 1e-3
) -> tuple[float, float]:
    """Limits of a colour scale from quantiles of the finite values, at least `minimum` apart."""
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    if not finite.size:
        return 0.0, 1.0
    bottom, top = (float(q) for q in np.quantile(finite, [low, high]))
    if top - bottom < minimum:
        middle = 0.5 * (bottom + top)
        return middle - 0.5 * minimum, middle + 0.5 * minimum
    return bottom, top
