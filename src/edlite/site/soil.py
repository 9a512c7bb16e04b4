"""Soil properties of a site: from texture, from explicit values, or from both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edlite.errors import InputError
from edlite.site.settings import Soil
from edlite.soil.hydraulics import (
    K_FIELD_CAPACITY,
    MIN_GAP,
    PROPERTIES,
    PSI_RESIDUAL,
    PSI_WILTING,
    soil_properties,
)

LIMITS = ("theta_r", "theta_wp", "theta_fc", "theta_s")  # increasing
THETA_TOLERANCE = 1e-6  # m3 m-3, rounding of values written in a file
_CURVE = ("theta_s", "psi_s", "b", "k_sat")


def site_soil(soil: Soil, source: str) -> dict[str, NDArray[np.float64]]:
    """Properties (1, layer) of the site's soil, by the names of `PROPERTIES`.

    Texture gives what is not explicit. Where the retention or conductivity curve is explicit
    (`theta_s`, `psi_s`, `b`, `k_sat`) the remaining water limits follow from it: the wilting point
    at -152.96 m, the residual content at -316.11 m (psi = psi_s (theta/theta_s)^-b), field capacity
    where K = k_sat (theta/theta_s)^(2b+3) is 0.1 mm per day, at most 0.01 below saturation.

    Raises InputError, naming `source`, unless theta_r < theta_wp < theta_fc < theta_s.
    """
    explicit = {k: np.array(v, float)[None] for k, v in soil.properties.items()}
    if soil.sand is None:
        values = explicit | _curve_limits(explicit)
    else:
        limits = {name: explicit.get(name) for name in ("theta_s", "theta_r")}
        n = soil.n_layer
        values = soil_properties([soil.sand], [soil.clay], n, **limits, source=source)
        if any(name in explicit for name in ("psi_s", "b", "k_sat")):
            values |= {name: explicit[name] for name in _CURVE if name in explicit}
            values |= _curve_limits(values)
    values |= explicit
    _check_limits(values, source)
    return {name: values[name] for name in PROPERTIES}


def check_start(
    soil: Soil, values: dict[str, NDArray[np.float64]], theta: NDArray | None, source: str
) -> None:
    """Raise InputError where initial moisture leaves theta_r ... theta_s of its layer.

    theta : (layer,) or (layer, patch) [m3 m-3], or None
    """
    if theta is None:
        return
    theta = np.asarray(theta, float).reshape(soil.n_layer, -1)
    low, high = values["theta_r"][0], values["theta_s"][0]
    bad = (theta < low[:, None] - THETA_TOLERANCE) | (theta > high[:, None] + THETA_TOLERANCE)
    if bad.any():
        k = int(np.argmax(bad.any(axis=1)))
        raise InputError(
            source,
            "soil.theta",
            float(theta[k][bad[k]][0]),
            f"{low[k]:.4f} to {high[k]:.4f} m3 m-3 (theta_r to theta_s) in layer {k + 1}",
        )


def _curve_limits(values: dict[str, NDArray]) -> dict[str, NDArray[np.float64]]:
    saturated, psi_s, b, k_sat = (values[name] for name in _CURVE)
    field = saturated * (K_FIELD_CAPACITY / k_sat) ** (1.0 / (2.0 * b + 3.0))
    return {
        "theta_r": saturated * (psi_s / PSI_RESIDUAL) ** (1.0 / b),
        "theta_wp": saturated * (psi_s / PSI_WILTING) ** (1.0 / b),
        "theta_fc": np.minimum(field, saturated - MIN_GAP),
    }


def _check_limits(values: dict[str, NDArray], source: str) -> None:
    for low, high in zip(LIMITS, LIMITS[1:], strict=False):
        bad = ~(values[low] < values[high])
        if bad.any():
            k = int(np.argmax(bad[0]))
            raise InputError(
                source,
                f"soil.{low}",
                round(float(values[low][0, k]), 5),
                f"below {high} = {values[high][0, k]:.5g} in layer {k + 1}: theta_r < theta_wp"
                " < theta_fc < theta_s",
            )
