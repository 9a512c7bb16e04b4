"""Radar soil moisture from 3 to 30 arc-seconds: mean, spread and valid fraction of each cell."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
import xarray as xr
from tqdm import tqdm

from edlite.errors import InputError
from edlite.grid.aggregate import cell_moments, pixel_index, pixels_per_cell
from edlite.grid.domain import cell_coordinates
from edlite.soil.layers import N_RADAR, RADAR_BOTTOM, RADAR_TOP
from edlite.sources.airmoss import FORMATS, Flight, read_flight, read_time

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RzsmOptions:
    """Section `rzsm` of the configuration.

    min_valid_fraction : cells with a smaller share of valid pixels have no value [1]
    valid_range : pixels whose layer mean lies outside are masked [m3 m-3]. Where retrieval noise is
        large against the moisture (dry soil), masking negative values makes the cell means too wet;
        a lower limit below zero avoids that.
    format, names : layout and names of the files, see `edlite.sources.airmoss.read_flight`
    """

    min_valid_fraction: float = 0.5
    valid_range: tuple[float, float] = (0.0, 0.7)
    format: str = "auto"
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_params(cls, section: Mapping) -> RzsmOptions:
        """Options from the configuration; raises InputError for an unknown or unusable one."""
        known = {f.name for f in fields(cls)}
        for key in section:
            if key not in known:
                raise InputError("rzsm", key, section[key], f"one of {sorted(known)}")
        options = cls(**{**section, "valid_range": tuple(section.get("valid_range", (0.0, 0.7)))})
        if not 0.0 <= options.min_valid_fraction <= 1.0:
            raise InputError("rzsm", "min_valid_fraction", options.min_valid_fraction, "0 to 1")
        if len(options.valid_range) != 2 or not options.valid_range[0] < options.valid_range[1]:
            raise InputError("rzsm", "valid_range", options.valid_range, "a lower and upper limit")
        if options.format not in FORMATS:
            raise InputError("rzsm", "format", options.format, f"one of {', '.join(FORMATS)}")
        return options


def regrid_flights(
    domain: xr.Dataset, paths: Iterable[str | Path], year: int, options: RzsmOptions
) -> xr.Dataset:
    """The snapshots of a year on the cells of a region: dataset of `rzsm/{year}.nc`.

    `theta`, `theta_sd` [m3 m-3], `valid_fraction` (flight, layer, cell); `out_of_range` (flight,
    layer) share of the retrieved pixels in the region that the valid range masked; `time` (flight).
    Flights of other years are left out; without any, the flight dimension has length 0.

    Raises InputError for an unreadable file, one without a pixel in the region, or two flights at
    one time.
    """
    flights: dict[np.datetime64, dict[str, np.ndarray]] = {}
    origin: dict[np.datetime64, Path] = {}
    for path in tqdm(list(paths), desc="flights", unit="file", disable=None):
        time = read_time(path, options.names)
        if time.astype("datetime64[Y]") != np.datetime64(str(year), "Y"):
            continue
        if time in origin:
            raise InputError(path, "time", str(time), f"another time than {origin[time]} has")
        flight = read_flight(path, options.names, options.format)
        origin[time] = flight.path
        flights[time] = regrid_flight(flight, domain["cell_id"].values, options)
    log.info("%d flights in %d", len(flights), year)
    times = sorted(flights)
    return _dataset(domain, times, [flights[time] for time in times])


def regrid_flight(flight: Flight, cells: np.ndarray, options: RzsmOptions) -> dict[str, np.ndarray]:
    """`theta`, `theta_sd`, `valid_fraction` (layer, cell) and `out_of_range` (layer) of a flight.

    Raises InputError if no pixel of the image lies in the region.
    """
    index = pixel_index(flight.lat, flight.lon, cells)
    if not (index >= 0).any():
        raise InputError(
            flight.path,
            "extent",
            f"{np.nanmin(flight.lat):.3f} to {np.nanmax(flight.lat):.3f} N, "
            f"{np.nanmin(flight.lon):.3f} to {np.nanmax(flight.lon):.3f} E",
            "pixels in the region",
        )
    layers = flight.layer_means(RADAR_TOP, RADAR_BOTTOM)
    retrieved = np.isfinite(layers) & (index >= 0)
    low, high = options.valid_range
    good = retrieved & (layers >= low) & (layers <= high)
    layers = np.where(good, layers, np.nan)
    moments = cell_moments(layers, index, cells.size, pixels_per_cell(flight.lat, flight.lon))
    enough = (moments.valid_fraction > 0.0) & (moments.valid_fraction >= options.min_valid_fraction)
    count = retrieved.sum(axis=(1, 2))
    masked = count - good.sum(axis=(1, 2))
    return {
        # a mean below zero can only come from a valid range below zero
        "theta": np.where(enough, np.clip(moments.mean, 0.0, 1.0), np.nan),
        "theta_sd": np.where(enough, moments.sd, np.nan),
        "valid_fraction": moments.valid_fraction,
        "out_of_range": np.divide(masked, count, out=np.zeros(N_RADAR), where=count > 0),
    }


_ATTRIBUTES = {
    "theta": ("m3 m-3", "radar soil moisture, mean of the valid pixels of the cell"),
    "theta_sd": ("m3 m-3", "standard deviation of the valid pixels of the cell"),
    "valid_fraction": ("1", "share of the cell's pixels with a valid retrieval"),
    "out_of_range": ("1", "share of the region's retrieved pixels masked by the valid range"),
}


def _dataset(
    domain: xr.Dataset, times: list[np.datetime64], parts: list[dict[str, np.ndarray]]
) -> xr.Dataset:
    """Stack the flights; dimensions also where there is none."""
    n_cell = domain.sizes["cell"]
    variables = {}
    for name, (units, long_name) in _ATTRIBUTES.items():
        dims = ("flight", "layer", "cell")[: 2 if name == "out_of_range" else 3]
        shape = (0, N_RADAR, n_cell)[: len(dims)]
        values = np.stack([part[name] for part in parts]) if parts else np.zeros(shape)
        attributes = {"units": units, "long_name": long_name}
        variables[name] = (dims, values.astype(np.float32), attributes)
    variables["layer_top"] = ("layer", RADAR_TOP, {"units": "m", "long_name": "top of the layer"})
    variables["layer_bottom"] = (
        "layer",
        RADAR_BOTTOM,
        {"units": "m", "long_name": "bottom of the layer"},
    )
    variables["time"] = (
        "flight",
        np.array(times, dtype="datetime64[ns]"),
        {"long_name": "time of the flight (UTC)"},
    )
    return xr.Dataset(variables, coords=cell_coordinates(domain["cell_id"].values))
