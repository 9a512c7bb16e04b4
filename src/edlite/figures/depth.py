"""Means of soil moisture over depth bands, from the model's layers or the radar's."""

from __future__ import annotations

import xarray as xr

# Bands (m) in which the study compares moisture, and the root zone.
BANDS = {
    "0-10 cm": (0.0, 0.10),
    "10-40 cm": (0.10, 0.40),
    "40-100 cm": (0.40, 1.00),
}
ROOT_ZONE = (0.0, 1.00)


def band_mean(
    theta: xr.DataArray,
    layer_top: xr.DataArray,
    layer_bottom: xr.DataArray,
    band: tuple[float, float],
    n_layer: xr.DataArray | None = None,
) -> xr.DataArray:
    """Thickness-weighted mean of `theta` (..., layer, ...) in m3 m-3 over a depth band in m.

    Layers count with the thickness that lies in the band; layers that do not exist (index at or
    beyond `n_layer` of the cell) and undefined values do not count. Undefined if nothing is left.
    """
    top, bottom = band
    overlap = layer_bottom.clip(max=bottom) - layer_top.clip(min=top)
    weight = overlap.clip(min=0.0).rename(None)
    if n_layer is not None:
        index = xr.DataArray(range(theta.sizes["layer"]), dims="layer")
        weight = weight.where(index < n_layer, 0.0)
    weight = weight.where(theta.notnull(), 0.0)
    total = weight.sum("layer")
    return (theta.fillna(0.0) * weight).sum("layer") / total.where(total > 0)
