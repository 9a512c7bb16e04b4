"""Observed soil moisture as the profile that a run is told to follow."""

from __future__ import annotations

import numpy as np
import xarray as xr

from edlite.site.forcing import read_record
from edlite.site.gaps import fill_gaps, on_period
from edlite.site.observed import HOUR, hourly, known_depths
from edlite.site.probes import probes_to_layers
from edlite.site.settings import SiteRun


def prescribed_moisture(
    run: SiteRun, theta_r: np.ndarray, theta_s: np.ndarray, n_patch: int
) -> tuple[xr.DataArray, float]:
    """Moisture to prescribe, and the mean absolute value [m3 m-3] that the bounds took away.

    theta_r, theta_s : (layer,) bounds of the soil. The result has dims (time, layer, patch), all
    patches alike; time is the centre of each hour, with one more hour held at either end, so
    that linear interpolation covers the run. Gaps follow `prescribe.gaps`. Raises InputError
    for unknown probe depths and for gaps left open.
    """
    prescribe = run.prescribe
    source = str(prescribe.record.paths[0])
    record = read_record(prescribe.record)
    depths = known_depths(record, source)
    step = np.timedelta64(int(record.attrs["step_s"]), "s")
    time = np.arange(run.start, run.end, step).astype("datetime64[ns]")
    record = on_period(record[["theta"]], time, prescribe.gaps.ends)
    record = fill_gaps(record, ["theta"], prescribe.gaps, source)
    means = hourly(record, run.start, run.end)
    observed = probes_to_layers(means["theta"].values, depths, np.array(run.soil.layer_bottoms))
    theta = np.clip(observed, theta_r, theta_s)
    clipped = float(np.abs(observed - theta).mean())
    theta = np.concatenate([theta[:1], theta, theta[-1:]])
    hours = np.arange(run.start - HOUR, run.end + HOUR, HOUR) + np.timedelta64(30, "m")
    profile = xr.DataArray(
        np.repeat(theta[:, :, None], n_patch, axis=2),
        dims=("time", "layer", "patch"),
        coords={"time": hours.astype("datetime64[ns]")},
        attrs={"units": "m3 m-3", "long_name": "prescribed volumetric soil water"},
        name="theta",
    )
    return profile, clipped
