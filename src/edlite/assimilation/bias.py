"""Bias of the native soil moisture against the radar, at each flight, cell and layer."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from edlite.assimilation.estimator import Estimator, Linear, estimator_from
from edlite.assimilation.series import ThetaSeries
from edlite.assimilation.tile_soil import TileSoil
from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.soil.layers import LAYER_BOTTOM, N_LAYER, N_RADAR, RADAR_BOTTOM

log = logging.getLogger(__name__)

HALF_HOUR = np.timedelta64(30, "m")
MODES = ("patch", "cell")
STARTS = ("year", "first_flight")
BELOW = ("zero", "carry")


@dataclass(frozen=True)
class BlendOptions:
    """Switches of the blending.

    mode : "patch" subtracts the cell's bias from the moisture of each patch (with no bias the
        native run is reproduced), "cell" from the cell's mean, one moisture for all patches
    start : "year" holds the first bias back to the start of the runs, "first_flight" leaves the
        native moisture unchanged before the first flight
    below : bias of the layers that the radar does not see (below 1.6 m): "zero", or "carry" down
        that of the lowest layer seen
    estimator : how the bias follows from its values at the flights
    """

    mode: str = "patch"
    start: str = "year"
    below: str = "zero"
    estimator: Estimator = Linear()

    @classmethod
    def from_params(cls, params: Mapping[str, object]) -> BlendOptions:
        """From the section `blend`; raises InputError for unknown keys and values."""
        section = dict(params.get("blend", {}))
        interpolation = section.pop("interpolation", "linear")
        estimator = estimator_from(interpolation, section.pop("optimal", {}))
        for key, value in section.items():
            choices = {"mode": MODES, "start": STARTS, "below": BELOW}.get(key)
            if choices is None:
                expected = "mode, start, below, interpolation or optimal"
                raise InputError("--params", f"blend.{key}", value, expected)
            if value not in choices:
                raise InputError("--params", f"blend.{key}", value, f"one of {', '.join(choices)}")
        return cls(**section, estimator=estimator)

    def attributes(self) -> dict[str, object]:
        """What a file made with these switches records."""
        own = {"mode": self.mode, "start": self.start, "below": self.below}
        return own | self.estimator.attributes()


def hour_centre(time: np.ndarray) -> np.ndarray:
    """Centre of the hour that holds each time."""
    return time.astype("datetime64[h]").astype("datetime64[ns]") + HALF_HOUR


def read_flights(paths: Sequence[str | Path], soil: TileSoil) -> tuple[np.ndarray, np.ndarray]:
    """Radar moisture of a tile's cells from the regridded files of several years.

    Returns
    -------
    time : (flight,) datetime64[ns], increasing, each in an hour of its own
    theta : (flight, 6, cell) m3 m-3, NaN where the radar saw nothing

    Raises InputError for cells of the tile that a file lacks, times that do not increase, other
    layers and impossible moisture.
    """
    if not paths:
        raise InputError("command line", "rzsm", None, "at least one file of radar moisture")
    times, thetas, origins = [], [], []
    for path in paths:
        ds = read_dataset(path, ("theta", "time", "cell_id", "layer_bottom"))
        bottom = ds["layer_bottom"].values
        if bottom.shape != (N_RADAR,) or not np.allclose(bottom, RADAR_BOTTOM, atol=1e-6):
            raise InputError(path, "layer_bottom", bottom.tolist(), f"{RADAR_BOTTOM.tolist()} m")
        position = {int(c): i for i, c in enumerate(ds["cell_id"].values)}
        missing = [int(c) for c in soil.cell_id if int(c) not in position]
        if missing:
            raise InputError(path, "cell_id", f"without {missing[:5]}", "all cells of the tile")
        time = ds["time"].values
        if time.size and not np.issubdtype(time.dtype, np.datetime64):
            raise InputError(path, "time", str(time.dtype), "times with CF units")
        time = time.astype("datetime64[ns]")
        if not (np.diff(time) > np.timedelta64(0)).all():
            raise InputError(path, "time", [str(t) for t in time], "increasing times of flights")
        theta = ds["theta"].transpose("flight", "layer", "cell").values
        theta = theta[:, :, [position[int(c)] for c in soil.cell_id]].astype(float)
        wrong = (theta < 0) | (theta > 1)
        if wrong.any():
            raise InputError(path, "theta", float(theta[wrong][0]), "0 to 1 m3 m-3, or NaN")
        times.append(time)
        thetas.append(theta)
        origins += [Path(path)] * len(time)
    time, theta = np.concatenate(times), np.concatenate(thetas)
    order = np.argsort(time, kind="stable")
    time, theta = time[order], theta[order]
    hours = hour_centre(time)
    same = np.flatnonzero(np.diff(hours) == np.timedelta64(0))
    if same.size:
        raise InputError(
            origins[order[same[0] + 1]], "time", str(time[same[0] + 1]), "one flight an hour"
        )
    return time, theta


def radar_to_model(theta: np.ndarray, exists: np.ndarray) -> np.ndarray:
    """Radar moisture (flight, 6, cell) on the model's layers (flight, 9, cell).

    The layers to 80 cm are the same. The layer 80-160 cm takes the radar's 80-100 cm. Deeper
    layers, and those that the soil does not have (`exists` (9, cell) False), are NaN.
    """
    out = np.full((theta.shape[0], N_LAYER, theta.shape[2]), np.nan)
    out[:, :N_RADAR] = theta
    return np.where(exists, out, np.nan)


def compute_bias(
    native: ThetaSeries, rzsm: Sequence[str | Path], soil: TileSoil, below: str
) -> xr.Dataset:
    """Native minus radar moisture at each flight: eps = theta_native - theta_observed.

    theta_native is the area-weighted mean over the patches in the hour that holds the flight.
    Flights outside the native series are left out, logged and listed in the attributes.

    Returns
    -------
    The dataset of `bias/{tile}.nc`: flight, layer (9), cell: `eps` (0 where undefined), `valid`,
    `theta_native`, `theta_observed`; layer, cell: `n_valid`; flight: `time`, `time_hour`.
    """
    time, radar = read_flights(rzsm, soil)
    centre = hour_centre(time)
    index = np.searchsorted(native.time, centre)
    inside = index < len(native.time)
    inside[inside] = native.time[index[inside]] == centre[inside]
    outside = [str(t.astype("datetime64[m]")) for t in time[~inside]]
    if outside:
        log.warning("flights outside the native series are left out: %s", ", ".join(outside))
    time, centre, radar, index = time[inside], centre[inside], radar[inside], index[inside]

    exists = soil.exists
    model = native.read(index)
    native.require_finite(model, exists[:, native.cell_index], centre)
    theta_native = np.where(exists, native.cell_mean(model.astype(float)), np.nan)
    observed = radar_to_model(radar, exists)
    eps = theta_native - observed
    if below == "carry":
        eps[:, N_RADAR:] = np.where(exists[N_RADAR:], eps[:, N_RADAR - 1 : N_RADAR], np.nan)
    valid = np.isfinite(eps)
    n_valid = valid.sum(axis=0)
    blind = int((n_valid[0] == 0).sum())
    if blind:
        log.warning("%d of %d cells have no flight: their bias is 0", blind, len(soil.cell_id))
    return _dataset(
        {
            "eps": (np.where(valid, eps, 0.0), "m3 m-3", "native minus observed soil moisture"),
            "valid": (valid.astype(np.int8), "1", "1 where a flight defines the bias"),
            "theta_native": (theta_native, "m3 m-3", "cell mean of the native soil moisture"),
            "theta_observed": (observed, "m3 m-3", "soil moisture seen by the radar"),
        },
        n_valid,
        time,
        centre,
        soil,
    ).assign_attrs(n_flight_outside=len(outside), flights_outside=", ".join(outside))


def _dataset(
    fields: Mapping[str, tuple[np.ndarray, str, str]],
    n_valid: np.ndarray,
    time: np.ndarray,
    centre: np.ndarray,
    soil: TileSoil,
) -> xr.Dataset:
    variables = {
        name: (("flight", "layer", "cell"), values, {"units": units, "long_name": text})
        for name, (values, units, text) in fields.items()
    }
    variables["n_valid"] = (
        ("layer", "cell"),
        n_valid.astype(np.int32),
        {"units": "1", "long_name": "number of flights that define the bias"},
    )
    coordinates = soil.coordinates() | {
        "time": ("flight", time, {"long_name": "time of the flight"}),
        "time_hour": ("flight", centre, {"long_name": "centre of the hour that holds the flight"}),
        "layer_bottom": ("layer", LAYER_BOTTOM, {"units": "m", "long_name": "bottom of the layer"}),
    }
    return xr.Dataset(variables, coords=coordinates)
