"""Soil of the cells of a tile: existing layers and bounds of the moisture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.soil.layers import N_LAYER


@dataclass(frozen=True)
class TileSoil:
    """Soil of the cells of one tile, in domain order.

    `cell_id` `lat` `lon` `n_layer` (cell); `theta_r` `theta_s` (layer, cell) m3 m-3;
    `exists` (layer, cell) bool: the layer lies above the bottom of the soil.
    """

    source: Path
    region: str
    cell_id: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    n_layer: np.ndarray
    theta_r: np.ndarray
    theta_s: np.ndarray

    @property
    def exists(self) -> np.ndarray:
        return np.arange(N_LAYER)[:, None] < self.n_layer

    @classmethod
    def read(cls, soil: Path, tiles: Path, tile: int) -> TileSoil:
        """Select the cells of `tile`; raises InputError where files or cells do not fit."""
        ds = read_dataset(soil, ("theta_r", "theta_s", "n_layer", "cell_id", "lat", "lon"))
        split = read_dataset(tiles, ("tile", "cell_id"))
        if not np.array_equal(ds["cell_id"], split["cell_id"]):
            raise InputError(tiles, "cell_id", None, f"the cells of {soil}, in the same order")
        if ds.sizes.get("layer") != N_LAYER:
            raise InputError(soil, "layer", ds.sizes.get("layer"), f"{N_LAYER} layers")
        member = split["tile"].values == tile
        if not member.any():
            known = sorted(int(t) for t in np.unique(split["tile"].values))
            raise InputError(tiles, "tile", tile, f"one of {known}")
        ds = ds.isel(cell=np.flatnonzero(member))
        instance = cls(
            source=Path(soil),
            region=str(ds.attrs.get("region", "")),
            cell_id=ds["cell_id"].values,
            lat=ds["lat"].values,
            lon=ds["lon"].values,
            n_layer=ds["n_layer"].values.astype(int),
            theta_r=ds["theta_r"].transpose("layer", "cell").values.astype(float),
            theta_s=ds["theta_s"].transpose("layer", "cell").values.astype(float),
        )
        instance._check()
        return instance

    def _check(self) -> None:
        bad = (self.n_layer < 1) | (self.n_layer > N_LAYER)
        if bad.any():
            raise InputError(self.source, "n_layer", int(self.n_layer[bad][0]), f"1 to {N_LAYER}")
        # written so that NaN fails too
        good = (self.theta_r >= 0) & (self.theta_r < self.theta_s) & (self.theta_s <= 1)
        wrong = self.exists & ~good
        if wrong.any():
            layer, cell = np.argwhere(wrong)[0]
            pair = (float(self.theta_r[layer, cell]), float(self.theta_s[layer, cell]))
            raise InputError(
                self.source,
                f"theta_r, theta_s of layer {layer}, cell {self.cell_id[cell]}",
                pair,
                "0 <= theta_r < theta_s <= 1",
            )

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper bound (layer, cell) float32; infinite in layers that do not exist.

        Rounding to float32 is monotonic, so a moisture within the float64 bounds stays within
        these after its own rounding and is not touched by clipping.
        """
        lower = np.where(self.exists, self.theta_r, -np.inf).astype(np.float32)
        upper = np.where(self.exists, self.theta_s, np.inf).astype(np.float32)
        return lower, upper

    def coordinates(self) -> dict[str, xr.DataArray]:
        """`cell_id`, `lat`, `lon` as coordinates of a dataset."""
        attributes = {
            "cell_id": {
                "units": "1",
                "long_name": "row * 43200 + column of the 30 arc-second grid",
            },
            "lat": {"units": "degrees_north", "long_name": "latitude of the cell's centre"},
            "lon": {"units": "degrees_east", "long_name": "longitude of the cell's centre"},
        }
        return {
            name: xr.DataArray(getattr(self, name), dims="cell", attrs=attrs)
            for name, attrs in attributes.items()
        }
