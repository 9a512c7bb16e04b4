"""The nine soil layers of the regions, the six layers of the radar product, and depth averages.

Depths are in m below the surface, positive downward; index 0 is the top layer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

LAYER_BOTTOM = np.array([0.02, 0.08, 0.20, 0.40, 0.80, 1.60, 3.00, 5.00, 8.00])
LAYER_TOP = np.concatenate([[0.0], LAYER_BOTTOM[:-1]])
LAYER_THICKNESS = LAYER_BOTTOM - LAYER_TOP
LAYER_CENTRE = 0.5 * (LAYER_TOP + LAYER_BOTTOM)
N_LAYER = LAYER_BOTTOM.size

# Radar layer i is model layer i, but for the last one, which ends at the depth the radar reaches.
RADAR_BOTTOM = np.array([0.02, 0.08, 0.20, 0.40, 0.80, 1.00])
RADAR_TOP = np.concatenate([[0.0], RADAR_BOTTOM[:-1]])
N_RADAR = RADAR_BOTTOM.size

ROOT_ZONE_BOTTOM = 1.00
MIN_LAYERS = 3


def overlap(
    top: float, bottom: float, n_layer: ArrayLike = N_LAYER, layer_bottom: ArrayLike = LAYER_BOTTOM
) -> NDArray[np.float64]:
    """Thickness [m] of each layer between two depths, shape (..., layer).

    n_layer : (...) existing layers; those below have thickness 0
    layer_bottom : (layer,) m, increasing
    """
    ends = np.asarray(layer_bottom, dtype=float)
    starts = np.concatenate([[0.0], ends[:-1]])
    thickness = np.clip(np.minimum(ends, bottom) - np.maximum(starts, top), 0.0, None)
    exists = np.arange(ends.size) < np.asarray(n_layer)[..., None]
    return np.where(exists, thickness, 0.0)


def depth_weights(
    top: float, bottom: float, n_layer: ArrayLike = N_LAYER, layer_bottom: ArrayLike = LAYER_BOTTOM
) -> NDArray[np.float64]:
    """Weights (..., layer) of the layers in the mean between two depths, over existing layers.

    They sum to 1, or are all 0 where no layer exists between the two depths.
    """
    thickness = overlap(top, bottom, n_layer, layer_bottom)
    total = thickness.sum(axis=-1, keepdims=True)
    return np.divide(thickness, total, out=np.zeros_like(thickness), where=total > 0)


def root_zone_weights(
    n_layer: ArrayLike = N_LAYER, layer_bottom: ArrayLike = LAYER_BOTTOM
) -> NDArray[np.float64]:
    """Weights (..., layer) of the mean over 0-1.00 m, or over the existing depth if less."""
    return depth_weights(0.0, ROOT_ZONE_BOTTOM, n_layer, layer_bottom)


def layers_of_depth(
    depth: ArrayLike, min_layers: int = MIN_LAYERS, layer_bottom: ArrayLike = LAYER_BOTTOM
) -> NDArray[np.int64]:
    """Existing layers of soils of the given depth [m].

    A layer exists if its centre lies above that depth, so that the column ends at the layer bottom
    nearest to it; at least `min_layers` are kept.
    """
    ends = np.asarray(layer_bottom, dtype=float)
    centre = 0.5 * (ends + np.concatenate([[0.0], ends[:-1]]))
    number = (np.asarray(depth, dtype=float)[..., None] > centre).sum(axis=-1)
    return np.maximum(number, min_layers)
