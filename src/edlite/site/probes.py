"""Soil moisture of probes mapped to the model's layers."""

from __future__ import annotations

import numpy as np

from edlite.soil.layers import LAYER_BOTTOM


def probe_weights(depths: np.ndarray, layer_bottom: np.ndarray = LAYER_BOTTOM) -> np.ndarray:
    """Weights (probe, layer), each column sums to 1, of probes at increasing `depths` [m].

    layer_bottom : (layer,) m

    The profile is linear between probes and constant above the first and below the last; a layer
    takes its mean over the layer's thickness. The profile is piecewise linear, so that
    trapezoids between all knots are exact.
    """
    depths = np.asarray(depths, float)
    edges = np.concatenate([[0.0], layer_bottom])
    knots = np.unique(np.concatenate([edges, depths[depths < edges[-1]]]))
    hats = np.stack([np.interp(knots, depths, unit) for unit in np.eye(len(depths))])
    pieces = 0.5 * (hats[:, 1:] + hats[:, :-1]) * np.diff(knots)
    integral = np.concatenate([np.zeros((len(depths), 1)), np.cumsum(pieces, axis=1)], axis=1)
    weights = np.diff(integral[:, np.searchsorted(knots, edges)], axis=1) / np.diff(edges)
    return np.where(weights > 1e-12, weights, 0.0)


def probes_to_layers(
    values: np.ndarray, depths: np.ndarray, layer_bottom: np.ndarray = LAYER_BOTTOM
) -> np.ndarray:
    """Moisture of the layers: (..., probe) -> (..., layer), see `probe_weights`.

    A layer is NaN where a probe that has weight in it is NaN.
    """
    weights = probe_weights(depths, layer_bottom)
    values = np.asarray(values, float)
    layers = np.nan_to_num(values) @ weights
    missing = np.isnan(values).astype(float) @ (weights > 0).astype(float) > 0
    return np.where(missing, np.nan, layers)
