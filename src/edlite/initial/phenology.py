"""Dates of leaf flush and leaf colour by cell, and the curves of leaf display through them.

Leaf display of cold-deciduous trees is G(d) = 1 / (1 + (a d)^b) of the day of year d, with
b < 0 in spring and b > 0 in autumn (ED2, prescribed phenology). It is taken as proportional to the
EVI2 amplitude, so that the spring curve passes 0.15 at Greenup and 0.50 at MidGreenup, and the
autumn curve 0.90 at Senescence and 0.50 at MidGreendown.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from edlite.initial.options import EVENTS, LAST_SPRING_DAY, PhenologyOptions
from edlite.sources.modis_phenology import PhenologySource
from edlite.sources.pixels import assign_pixels, sum_by_cell

logger = logging.getLogger(__name__)

OWN, FILLED, DEFAULT = 0, 1, 2


def fit_spring(greenup: ArrayLike, mid_greenup: ArrayLike) -> tuple[NDArray, NDArray]:
    """(a, b) of the curve with G = 0.15 at `greenup` and 0.50 at `mid_greenup` (days); b < 0."""
    t15, t50 = np.asarray(greenup, float), np.asarray(mid_greenup, float)
    return 1.0 / t50, np.log(0.85 / 0.15) / np.log(t15 / t50)


def fit_autumn(senescence: ArrayLike, mid_greendown: ArrayLike) -> tuple[NDArray, NDArray]:
    """(a, b) of the curve with G = 0.90 at `senescence`, 0.50 at `mid_greendown` (days); b > 0."""
    t90, t50 = np.asarray(senescence, float), np.asarray(mid_greendown, float)
    return 1.0 / t50, np.log(0.10 / 0.90) / np.log(t90 / t50)


def usable(days: dict[str, NDArray]) -> NDArray[np.bool_]:
    """Where the four dates describe a cycle that the two curves can follow.

    They must be in order, within the year, with mid-greenup in January-July and mid-greendown
    in August-December, because the model changes from one curve to the other at the end of July.
    """
    spring = (days["greenup"] >= 1) & (days["greenup"] < days["mid_greenup"])
    autumn = (days["senescence"] < days["mid_greendown"]) & (days["mid_greendown"] <= 366)
    halves = (days["mid_greenup"] <= LAST_SPRING_DAY) & (days["mid_greendown"] > LAST_SPRING_DAY)
    return spring & autumn & halves & (days["mid_greenup"] < days["senescence"])


def cell_dates(
    sources: Sequence[PhenologySource], cells: NDArray[np.int64], qa_max: int
) -> dict[str, NDArray[np.float64]]:
    """Mean date of the usable pixels of each cell, NaN where there is none.

    Raises InputError if the sources do not cover all cells.
    """
    first = next(iter(sources[0].files.values()))
    where = assign_pixels([s.grid for s in sources], [s.name for s in sources], cells, str(first))
    total = {event: np.zeros(cells.size) for event in EVENTS}
    count = np.zeros(cells.size, dtype=np.int64)
    n_valid = 0
    for source, part in zip(sources, where, strict=True):
        if part.is_empty:
            continue
        days, valid = source.read(part.rows, part.cols, qa_max)
        good = valid & usable(days)
        for event in EVENTS:
            s, n = sum_by_cell(days[event], good, part, cells.size)
            total[event] += s
        count += n
        n_valid += int(sum_by_cell(days["greenup"], valid, part, cells.size)[1].sum())
    logger.info("%d of %d dated pixels have a usable cycle", count.sum(), n_valid)
    return {e: np.where(count > 0, t / np.maximum(count, 1), np.nan) for e, t in total.items()}


def fill_gaps(
    dates: dict[str, NDArray], lat: NDArray, lon: NDArray, default: dict[str, float]
) -> tuple[dict[str, NDArray], NDArray[np.int8]]:
    """Give cells without dates those of the nearest cell that has some, else `default`.

    Returns the dates and their source: 0 own pixels, 1 nearest cell, 2 default.
    """
    known = np.all([np.isfinite(dates[e]) for e in EVENTS], axis=0)
    source = np.where(known, OWN, FILLED if known.any() else DEFAULT).astype(np.int8)
    if not known.any():
        return {e: np.full(lat.size, float(default[e])) for e in EVENTS}, source
    phi, lam = np.radians(lat), np.radians(lon)
    place = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)
    _, nearest = cKDTree(place[known]).query(place)
    return {e: dates[e][known][nearest] for e in EVENTS}, source


def build_phenology(
    domain: xr.Dataset, sources: Sequence[PhenologySource], options: PhenologyOptions
) -> xr.Dataset:
    """Dataset of `phenology/{year}.nc` (no sources: the settings' dates, `source` 2)."""
    cells = domain["cell_id"].values
    missing = {event: np.full(cells.size, np.nan) for event in EVENTS}
    dates = cell_dates(sources, cells, options.qa_max) if sources else missing
    dates, source = fill_gaps(dates, domain["lat"].values, domain["lon"].values, options.default)
    for late, early in (("mid_greenup", "greenup"), ("mid_greendown", "senescence")):
        dates[early] = np.minimum(dates[early], dates[late] - options.min_span)
    # a mid-greenup in the first days of January leaves no room for the span
    dates["greenup"] = np.maximum(dates["greenup"], np.minimum(1.0, dates["mid_greenup"] / 2))
    counts = [int((source == flag).sum()) for flag in (OWN, FILLED, DEFAULT)]
    logger.info("cells with own dates %d, of the nearest cell %d, default %d", *counts)
    if not sources:
        logger.warning("no phenology granules: default dates of the configuration are used")
    spring_a, spring_b = fit_spring(dates["greenup"], dates["mid_greenup"])
    autumn_a, autumn_b = fit_autumn(dates["senescence"], dates["mid_greendown"])
    units = {"units": "1", "comment": "day of year, 1 is January 1"}
    names = {
        "greenup": "day on which 15 % of the leaf display is reached",
        "mid_greenup": "day on which 50 % of the leaf display is reached",
        "mid_greendown": "day on which leaf display has fallen to 50 %",
        "senescence": "day on which leaf display has fallen to 90 %",
    }
    variables = {e: ("cell", dates[e], {**units, "long_name": names[e]}) for e in EVENTS}
    curves = {
        "spring_a": spring_a,
        "spring_b": spring_b,
        "autumn_a": autumn_a,
        "autumn_b": autumn_b,
    }
    for name, values in curves.items():
        unit = "d-1" if name.endswith("_a") else "1"
        long_name = f"{name[-1]} of the {name[:-2]} curve G = 1 / (1 + (a d)^b), d day of year"
        variables[name] = ("cell", values, {"units": unit, "long_name": long_name})
    variables["source"] = (
        "cell",
        source,
        {
            "units": "1",
            "long_name": "origin of the dates",
            "flag_values": np.array([OWN, FILLED, DEFAULT], dtype=np.int8),
            "flag_meanings": "own_pixels nearest_cell config_default",
        },
    )
    return xr.Dataset(variables, coords={n: domain[n] for n in ("lat", "lon", "cell_id")})
