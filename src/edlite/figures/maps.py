"""Maps of a region: its cells as 30 arc-second rectangles in longitude and latitude."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from edlite.figures import style as st

CELL = 1.0 / 120.0  # degree, 30 arc-seconds
KM_PER_DEGREE = 111.195  # along a meridian of the sphere of radius 6,371 km
TALL = 1.6  # height over width beyond which all maps stand side by side
FLAT = 0.5  # height over width below which colour bars lie under the maps
_BAR_WIDTH = 0.95  # inches beside a map for its colour bar and labels
_NO_DATA = "#D9D9D9"


@dataclass(frozen=True)
class Panel:
    """One map: `values` per cell, with its title, colours and the key of its colour scale.

    Panels with the same `scale` share limits; `centred` scales are symmetrical about zero.
    """

    values: np.ndarray
    title: str
    unit: str
    scale: str
    cmap: str = "viridis"
    centred: bool = False


@st.styled
def map_figure(
    domain: xr.Dataset,
    panels: list[Panel],
    title: str,
    *,
    synthetic: bool,
    columns: int | None = None,
) -> Figure:
    """Figure of several maps of one region, each with its colour bar.

    domain : `lat`, `lon` (centre of the cell, degrees)
    panels : values in the order of the cells of `domain`
    """
    shape = _extent_height(domain) / _extent_width(domain)
    columns = len(panels) if columns is None or (shape > TALL and len(panels) <= 4) else columns
    rows = -(-len(panels) // columns)
    below = shape < FLAT  # colour bars below flat maps, beside others
    beside = 0.25 if below else _BAR_WIDTH
    panel_height = min(((st.WIDTH - 0.6) / columns - beside) * shape, 4.0 if shape > TALL else 2.6)
    panel_width = panel_height / shape
    figure, axes = st.new_figure(
        min(st.WIDTH, 0.6 + columns * (max(panel_width, 0.7) + beside)),
        0.55 + rows * (max(panel_height, 0.5) + (1.15 if below else 0.6)),
        rows,
        columns,
        sharex=True,
        sharey=True,
        layout="compressed",
    )
    limits = _limits(panels)
    for index, axis in enumerate(axes.flat):
        if index >= len(panels):
            axis.set_axis_off()
            continue
        panel = panels[index]
        drawn = draw_cells(axis, domain, panel.values, panel.cmap, limits[panel.scale])
        axis.set_title(panel.title, loc="left", fontsize=8.5 if panel_width < 1.6 else None)
        ticks = 2 if panel_width < 1.5 else 4 if panel_width < 2.4 else 6
        axis.xaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 5, 10], min_n_ticks=1))
        extend = _extend(panel.values, limits[panel.scale])
        place = {"location": "bottom", "aspect": 40} if below else {"aspect": 18}
        bar = figure.colorbar(drawn, ax=axis, pad=0.02, extend=extend, **place)
        bar.set_label(panel.unit, fontsize=8)
        bar.locator = MaxNLocator(5)
        bar.update_ticks()
        bar.outline.set_visible(False)
        if index // columns == rows - 1:
            axis.set_xlabel("Longitude (°)", labelpad=1)
        if index % columns == 0:
            axis.set_ylabel("Latitude (°)")
    scale_bar(axes.flat[0], domain)
    st.set_title(figure, title, synthetic)
    return figure


def draw_cells(
    axis: Axes,
    domain: xr.Dataset,
    values: np.ndarray,
    cmap: str,
    limits: tuple[float, float],
) -> PolyCollection:
    """Draw each cell as a rectangle of 1/120 degree; undefined cells are grey."""
    lat, lon = domain.lat.values, domain.lon.values
    corners = 0.5 * CELL * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    polygons = np.stack([lon, lat], axis=-1)[:, None, :] + corners[None, :, :]
    cells = PolyCollection(
        polygons, cmap=cmap, norm=Normalize(*limits), linewidths=0.2, edgecolors="face"
    )
    cells.set_array(np.ma.masked_invalid(np.asarray(values, dtype=float)))
    cells.cmap = cells.cmap.with_extremes(bad=_NO_DATA)
    axis.add_collection(cells)
    west, east, south, north = _extent(domain)
    axis.set(xlim=(west, east), ylim=(south, north))
    axis.set_aspect(1.0 / np.cos(np.deg2rad(lat.mean())), adjustable="box")
    axis.set_facecolor("#F7F7F7")
    for spine in axis.spines.values():
        spine.set_visible(True)
    axis.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], min_n_ticks=1))
    axis.ticklabel_format(useOffset=False, style="plain")
    return cells


def scale_bar(axis: Axes, domain: xr.Dataset) -> float:
    """Draw a scale bar of about a quarter of the map's width; returns its length in km."""
    west, east, south, north = _extent(domain)
    km_per_degree = KM_PER_DEGREE * np.cos(np.deg2rad(0.5 * (south + north)))
    target = 0.28 * (east - west) * km_per_degree
    steps = np.array([0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200])
    length = float(steps[steps <= max(target, steps[0])][-1])
    x0 = west + 0.04 * (east - west)
    y0 = south + 0.06 * (north - south)
    x1 = x0 + length / km_per_degree
    axis.plot([x0, x1], [y0, y0], color="black", lw=2.2, solid_capstyle="butt", zorder=5)
    axis.annotate(
        f"{length:g} km",
        (0.5 * (x0 + x1), y0),
        xytext=(0, 2.5),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=7,
        zorder=5,
        bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.75},
    )
    return length


def moisture_panels(
    native: np.ndarray, blended: np.ndarray | None, truth: np.ndarray | None
) -> list[Panel]:
    """Panels of root-zone moisture (m3 m-3): native, blended, truth, and native - blended."""
    unit = rf"$\theta$ ({st.MOISTURE})"
    panels = [Panel(native, "Native", unit, "theta", "viridis_r")]
    if blended is not None:
        panels.append(Panel(blended, "Blended", unit, "theta", "viridis_r"))
    if truth is not None:
        panels.append(Panel(truth, "Truth", unit, "theta", "viridis_r"))
    if blended is not None:
        unit = rf"$\Delta\theta$ ({st.MOISTURE})"
        panels.append(
            Panel(native - blended, "Native $-$ blended", unit, "bias", "BrBG", centred=True)
        )
    return panels


def flux_panels(native: dict[str, np.ndarray], blended: dict[str, np.ndarray]) -> list[Panel]:
    """Panels of GPP and NEE (kgC m-2 yr-1), native and blended, and blended - native."""
    panels = []
    for flux, cmap, centred in (("gpp", "cividis", False), ("nee", "PuOr_r", True)):
        name = st.FLUX_LABELS[flux]
        unit = f"{name} ({st.CARBON_YEAR})"
        for run, values in (("Native", native[flux]), ("Blended", blended[flux])):
            panels.append(Panel(values, f"{run} {name}", unit, flux, cmap, centred))
        change = blended[flux] - native[flux]
        unit = rf"$\Delta$ {name} ({st.CARBON_YEAR})"
        panels.append(
            Panel(change, f"Blended $-$ native {name}", unit, f"d{flux}", "PuOr_r", centred=True)
        )
    return panels


def beta_panels(beta: dict[str, np.ndarray]) -> list[Panel]:
    """Panels of beta (kgC m-2 yr-1 per m3 m-3) of GPP, Ra, Rh and NEE on one scale."""
    return [
        Panel(
            beta[flux],
            rf"$\beta$ of {st.FLUX_LABELS[flux]}",
            st.BETA,
            "beta",
            "PuOr_r",
            centred=True,
        )
        for flux in st.BETA_FLUXES
    ]


def _limits(panels: list[Panel]) -> dict[str, tuple[float, float]]:
    limits = {}
    for scale in {panel.scale for panel in panels}:
        same = [panel for panel in panels if panel.scale == scale]
        values = np.concatenate([np.asarray(panel.values, dtype=float) for panel in same])
        if same[0].centred:
            limit = st.symmetric_limit(values)
            limits[scale] = (-limit, limit)
        else:
            limits[scale] = st.value_limits(values)
    return limits


def _extend(values: np.ndarray, limits: tuple[float, float]) -> str:
    """Which ends of a colour bar are exceeded."""
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    below, above = bool((finite < limits[0]).any()), bool((finite > limits[1]).any())
    return {
        (False, False): "neither",
        (True, False): "min",
        (False, True): "max",
        (True, True): "both",
    }[below, above]


def _extent(domain: xr.Dataset) -> tuple[float, float, float, float]:
    """West, east, south, north edge (degrees), with a margin for the scale bar."""
    lat, lon = domain.lat.values, domain.lon.values
    return (
        float(lon.min() - 0.75 * CELL),
        float(lon.max() + 0.75 * CELL),
        float(lat.min() - 1.1 * CELL),
        float(lat.max() + 0.75 * CELL),
    )


def _extent_width(domain: xr.Dataset) -> float:
    west, east, south, north = _extent(domain)
    return (east - west) * float(np.cos(np.deg2rad(0.5 * (south + north))))


def _extent_height(domain: xr.Dataset) -> float:
    _, _, south, north = _extent(domain)
    return north - south
