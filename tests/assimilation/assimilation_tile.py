"""A tile of three cells with five patches, its soil, two days of moisture and radar flights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from edlite.assimilation.tile_soil import TileSoil
from edlite.files import write_dataset
from edlite.soil.layers import RADAR_BOTTOM

CELL_ID = np.array([100, 101, 205])
N_LAYER = np.array([9, 9, 4])  # the third cell is a shallow soil of 40 cm
CELL_INDEX = np.array([0, 0, 1, 2, 2])
AREA = np.array([0.3, 0.7, 1.0, 0.5, 0.5])


def described(dims, values, units="m3 m-3"):
    return dims, values, {"units": units, "long_name": "test"}


class Tile:
    """Writes the files of the tile into a folder; every writer returns the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cells = {
            "cell_id": ("cell", CELL_ID),
            "lat": ("cell", [45.0, 45.0, 44.9]),
            "lon": ("cell", [-70.0, -69.9, -70.0]),
        }
        exists = np.arange(9)[:, None] < N_LAYER
        self.theta_r = np.where(exists, 0.05 + 0.002 * np.arange(9)[:, None], np.nan)
        self.theta_s = np.where(exists, 0.45 - 0.01 * np.arange(3), np.nan)
        self.soil_path = folder / "soil.nc"
        ds = xr.Dataset(
            {
                "theta_r": described(("cell", "layer"), self.theta_r.T),
                "theta_s": described(("cell", "layer"), self.theta_s.T),
                "n_layer": described("cell", N_LAYER, "1"),
            },
            coords=self.cells,
        )
        write_dataset(ds, self.soil_path, region="Test")
        self.tiles_path = folder / "tiles.nc"
        tiles = xr.Dataset({"tile": described("cell", np.zeros(3, int), "1")}, coords=self.cells)
        write_dataset(tiles.assign_attrs(n_tile=1), self.tiles_path, region="Test")

    @property
    def soil(self) -> TileSoil:
        return TileSoil.read(self.soil_path, self.tiles_path, 0)

    def hours(self, start="2013-05-01T00:30", count=48):
        return np.datetime64(start, "ns") + np.arange(count) * np.timedelta64(1, "h")

    def theta_values(self, count=48, seed=1):
        """Random moisture (time, layer, patch) inside the bounds; NaN below shallow soils."""
        rng = np.random.default_rng(seed)
        share = rng.uniform(0.0, 1.0, (count, 9, 5))
        low, high = self.theta_r[:, CELL_INDEX], self.theta_s[:, CELL_INDEX]
        return (low + share * (high - low)).astype(np.float32)

    def theta(self, name="2013_theta.nc", time=None, values=None, cell_index=CELL_INDEX, area=AREA):
        time = self.hours() if time is None else time
        values = self.theta_values(len(time)) if values is None else values
        ds = xr.Dataset(
            {
                "theta": described(("time", "layer", "patch"), np.asarray(values, np.float32)),
                "cell_index": described("patch", cell_index, "1"),
                "area": described("patch", area, "1"),
            },
            coords={"time": time, **self.cells},
        )
        return write_dataset(ds, self.folder / name, region="Test")

    def rzsm(self, time, values, name="rzsm.nc", cell_id=CELL_ID, bottom=RADAR_BOTTOM):
        time = np.asarray(time, "datetime64[ns]")
        ds = xr.Dataset(
            {"theta": described(("flight", "layer", "cell"), values)},
            coords={
                "time": ("flight", time),
                "cell_id": ("cell", cell_id),
                "layer_bottom": ("layer", bottom),
            },
        )
        return write_dataset(ds, self.folder / name, region="Test")

    def bias(self, time, eps, valid=None, name="bias.nc"):
        eps = np.broadcast_to(np.asarray(eps, float), (len(time), 9, 3)).copy()
        valid = np.ones(eps.shape, np.int8) if valid is None else valid.astype(np.int8)
        time = np.asarray(time, "datetime64[ns]")
        ds = xr.Dataset(
            {
                "eps": described(("flight", "layer", "cell"), eps),
                "valid": described(("flight", "layer", "cell"), valid, "1"),
            },
            coords={"time_hour": ("flight", time), "cell_id": ("cell", CELL_ID)},
        )
        return write_dataset(ds, self.folder / name, region="Test")
