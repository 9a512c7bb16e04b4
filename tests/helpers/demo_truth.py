"""A made-up truth run with the names of the contract."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr


def made_up_truth(cells, start="2013-01-01", days=4):
    """Hourly file of a truth run: smooth numbers with the names of the contract."""
    time = pd.date_range(start, periods=24 * days, freq="h").as_unit("ns")
    cells = np.asarray(cells)
    wave = np.sin(2 * np.pi * np.arange(time.size) / 24)[:, None] + np.zeros((1, cells.size))
    layer = np.linspace(0.12, 0.30, 9)[None, :, None]
    theta = layer + 0.001 * np.arange(cells.size) + 0.01 * wave[:, None, :]
    flat = {
        "gpp": np.maximum(wave, 0) * 1e-7,
        "ra": np.full(wave.shape, 3e-8),
        "rh": np.full(wave.shape, 2e-8),
        "nee": 5e-8 - np.maximum(wave, 0) * 1e-7,
        "le": 50 * wave,
        "h": 80 * wave,
        "rnet": 150 * wave,
        "ustar": 0.3 + 0 * wave,
    }
    return xr.Dataset(
        {
            "theta": (("time", "layer", "cell"), theta),
            "soil_temperature": (("time", "layer", "cell"), 285 + 0 * theta),
            **{name: (("time", "cell"), values) for name, values in flat.items()},
        },
        coords={"time": time, "cell_id": ("cell", cells)},
    )
