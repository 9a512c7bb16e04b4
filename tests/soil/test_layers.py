"""Layers, depth averages, layers of shallow soils."""

import numpy as np
import pytest

from edlite.soil import layers


def test_layer_geometry():
    assert layers.LAYER_THICKNESS.sum() == pytest.approx(8.0)
    np.testing.assert_allclose(
        layers.LAYER_CENTRE, [0.01, 0.05, 0.14, 0.30, 0.60, 1.20, 2.30, 4.00, 6.50]
    )
    np.testing.assert_allclose(layers.RADAR_BOTTOM[:5], layers.LAYER_BOTTOM[:5])


def test_root_zone_mean_takes_20_cm_of_the_sixth_layer():
    expected = [0.02, 0.06, 0.12, 0.20, 0.40, 0.20, 0, 0, 0]
    np.testing.assert_allclose(layers.root_zone_weights(), expected)


def test_means_of_shallow_soils_are_over_the_existing_depth():
    weights = layers.root_zone_weights(np.array([3, 5, 9]))
    np.testing.assert_allclose(weights.sum(1), 1.0)
    np.testing.assert_allclose(weights[0, :3], np.array([0.02, 0.06, 0.12]) / 0.20)
    np.testing.assert_allclose(weights[1, 5:], 0)
    # 10-40 cm does not exist below 20 cm; the three layers of the evaluation, in cm
    np.testing.assert_allclose(layers.depth_weights(0.10, 0.40, 3)[2], 1.0)
    np.testing.assert_allclose(layers.overlap(0.0, 0.10)[:3], [0.02, 0.06, 0.02])
    assert layers.depth_weights(0.40, 1.00, 3).sum() == 0


@pytest.mark.parametrize(
    ("depth", "number"),
    [(0.0, 3), (0.2, 3), (0.31, 4), (0.5, 4), (1.0, 5), (1.5, 6), (2.0, 6), (3.0, 7), (8.0, 9)],
)
def test_layers_of_a_depth(depth, number):
    assert layers.layers_of_depth(depth) == number
