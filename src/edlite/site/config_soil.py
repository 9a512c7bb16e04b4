"""The section `soil` of a site run: layers, texture or explicit properties, values at the start."""

from __future__ import annotations

import numpy as np

from edlite.site import settings as st
from edlite.site.nodes import Node
from edlite.soil.layers import LAYER_BOTTOM, MIN_LAYERS, N_LAYER

MAX_LAYERS = 60
# property -> plausible range and unit
PROPERTY_LIMITS = {
    "theta_s": (0.05, 0.95, "m3 m-3"),
    "theta_r": (0.0, 0.6, "m3 m-3"),
    "theta_wp": (0.001, 0.7, "m3 m-3"),
    "theta_fc": (0.01, 0.9, "m3 m-3"),
    "psi_s": (-10.0, -1e-4, "m (negative)"),
    "b": (0.5, 30.0, ""),
    "k_sat": (1e-10, 1e-2, "m s-1"),
    "c_dry": (1e5, 5e6, "J m-3 K-1"),
    "lambda0": (0.01, 10.0, "W m-1 K-1"),
    "lambda1": (0.0, 10.0, "W m-1 K-1"),
    "lambda2": (-10.0, 10.0, "W m-1 K-1"),
}
# without a texture these must be given; the other water limits follow from them
WITHOUT_TEXTURE = ("theta_s", "psi_s", "b", "k_sat", "c_dry", "lambda0", "lambda1", "lambda2")


def soil_of(node: Node) -> st.Soil:
    """Read and validate the section; raises InputError naming the key."""
    bottoms = _layer_bottoms(node)
    n = len(bottoms)
    properties = {
        name: node.numbers(name, low, high, unit, count=n)
        for name, (low, high, unit) in PROPERTY_LIMITS.items()
        if node.has(name)
    }
    sand, clay = _texture(node, properties)
    soil = st.Soil(
        sand=sand,
        clay=clay,
        layer_bottoms=bottoms,
        bottom=node.choice("bottom", st.BOTTOMS, "free"),
        depth=node.number("depth", bottoms[MIN_LAYERS - 1], bottoms[-1], "m", bottoms[-1]),
        properties=properties,
        colour=node.integer("colour", 1, 20, None),
        theta=node.numbers("theta", 0.0, 1.0, "m3 m-3", None, count=n),
        temperature=node.numbers("temperature", 220, 330, "K", count=n),
    )
    node.done()
    return soil


def _layer_bottoms(node: Node) -> tuple[float, ...]:
    default = tuple(LAYER_BOTTOM.tolist())
    if not node.has("layer_bottoms"):
        return default
    value = node.raw("layer_bottoms")
    expected = f"{MIN_LAYERS} to {MAX_LAYERS} increasing depths [m]"
    if not isinstance(value, list) or not MIN_LAYERS <= len(value) <= MAX_LAYERS:
        raise node.error("layer_bottoms", value, expected)
    bottoms = node.numbers("layer_bottoms", 0.005, 50.0, "m")
    if np.any(np.diff(bottoms) <= 0.0):
        raise node.error("layer_bottoms", value, expected)
    return default if len(bottoms) == N_LAYER and np.allclose(bottoms, default) else bottoms


def _texture(node: Node, properties: dict) -> tuple[float | None, float | None]:
    if not node.has("sand") and not node.has("clay"):
        for name in WITHOUT_TEXTURE:
            if name not in properties:
                raise node.error(
                    name, None, f"sand and clay, or all of {', '.join(WITHOUT_TEXTURE)}"
                )
        return None, None
    sand = node.number("sand", 0, 1, "(fraction)")
    clay = node.number("clay", 0, 1, "(fraction)")
    if sand + clay > 1:
        raise node.error("clay", clay, f"at most {1 - sand:g}: sand and clay together exceed 1")
    return sand, clay
