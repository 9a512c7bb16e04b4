"""Soil moisture that a run is to follow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import xarray as xr

from edlite.constants import STEP_S
from edlite.errors import InputError, require_file
from edlite.model.columns import Columns
from edlite.model.records import STEPS_PER_DAY


class Prescription:
    """Moisture to prescribe: (time, layer, patch), linear between the times of its values."""

    def __init__(self, theta: xr.DataArray, columns: Columns) -> None:
        self.time = theta["time"].values.astype("datetime64[s]").astype(np.int64)
        self.values = theta.transpose("time", "layer", "patch")
        if self.values.sizes["patch"] != columns.n_patch:
            raise InputError(
                "theta", "patch", self.values.sizes["patch"], f"{columns.n_patch} patches"
            )
        self.low = columns.soil["theta_r"].T
        self.high = columns.soil["theta_s"].T

    def day(self, date: np.datetime64) -> np.ndarray:
        """Moisture (145, layer, patch) at the step boundaries of a day, within the soil's bounds.

        Before the first and after the last value the nearest one holds.
        """
        start = date.astype("datetime64[s]").astype(np.int64)
        wanted = start + int(STEP_S) * np.arange(STEPS_PER_DAY + 1)
        position = np.interp(wanted, self.time, np.arange(len(self.time)))
        first = int(position[0])
        chunk = self.values[first : int(position[-1]) + 2].values.astype(float)
        lower = np.minimum((position - first).astype(int), len(chunk) - 1)
        upper = np.minimum(lower + 1, len(chunk) - 1)
        share = (position - first - lower)[:, None, None]
        theta = chunk[lower] * (1.0 - share) + chunk[upper] * share
        return np.clip(theta, self.low, self.high)


@contextmanager
def open_prescription(path: str | Path | None, columns: Columns) -> Iterator[xr.DataArray | None]:
    """The series of `{year}_rzsm.nc`, read day by day; None without a file.

    Raises InputError if it belongs to other patches.
    """
    if path is None:
        yield None
        return
    path = require_file(path)
    with xr.open_dataset(path, engine="netcdf4") as ds:
        if "theta" not in ds or "cell_index" not in ds:
            raise InputError(path, "theta, cell_index", None, "variables of a moisture series")
        if not np.array_equal(ds["cell_index"].values, columns.cell_index):
            raise InputError(path, "cell_index", None, "the patches of this tile, in their order")
        yield ds["theta"]
