"""Hydraulic and thermal properties of soil from its texture (Clapp-Hornberger form).

psi = psi_s (theta/theta_s)^-b and K = k_sat (theta/theta_s)^(2b+3) (Clapp & Hornberger 1978), with
the coefficients of Cosby et al. (1984) on sand and clay as ED2 uses them. All fractions are 0-1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edlite.constants import PSI_WILTING
from edlite.errors import InputError
from edlite.soil.layers import N_LAYER
from edlite.soil.texture import check_texture, class_table, texture_class

PSI_RESIDUAL = -316.11  # m, -3.1 MPa (air-dry)
K_FIELD_CAPACITY = 1.157e-9  # m s-1, 0.1 mm per day
CAPACITY_SAND, CAPACITY_SILT, CAPACITY_CLAY = 2.128e6, 2.286e6, 2.385e6  # J m-3 K-1 of solids
CAPACITY_AIR = 1212.0  # J m-3 K-1
MIN_GAP = 0.01  # m3 m-3, least distance between limits when the survey overrides them

# unit and long name of what `soil_properties` returns, in that order
PROPERTIES = {
    "theta_s": ("m3 m-3", "volumetric water content at saturation"),
    "theta_r": ("m3 m-3", "residual (air-dry) volumetric water content, the lower bound"),
    "theta_wp": ("m3 m-3", "volumetric water content at the wilting point (-1.5 MPa)"),
    "theta_fc": ("m3 m-3", "volumetric water content at field capacity (K = 0.1 mm per day)"),
    "psi_s": ("m", "matric potential at saturation (negative)"),
    "b": ("1", "Clapp-Hornberger exponent"),
    "k_sat": ("m s-1", "saturated hydraulic conductivity"),
    "c_dry": ("J m-3 K-1", "heat capacity of the dry soil"),
    "lambda0": ("W m-1 K-1", "thermal conductivity of dry soil"),
    "lambda1": ("W m-1 K-1", "linear coefficient of thermal conductivity in theta/theta_s"),
    "lambda2": ("W m-1 K-1", "quadratic coefficient of thermal conductivity in theta/theta_s"),
}


def exponent(sand: ArrayLike, clay: ArrayLike) -> NDArray[np.float64]:
    """Clapp-Hornberger b (1): 3.10 + 15.7 clay - 0.3 sand."""
    return 3.10 + 15.7 * np.asarray(clay, dtype=float) - 0.3 * np.asarray(sand, dtype=float)


def residual_from_wilting(theta_15bar: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Water content at -3.1 MPa from the measured one at -1.5 MPa, along psi ~ theta^-b."""
    return np.asarray(theta_15bar, dtype=float) * (PSI_WILTING / PSI_RESIDUAL) ** (
        1.0 / np.asarray(b, dtype=float)
    )


def soil_properties(
    sand: ArrayLike,
    clay: ArrayLike,
    n_layer: int = N_LAYER,
    *,
    theta_s: ArrayLike | None = None,
    theta_r: ArrayLike | None = None,
    source: str = "soil",
) -> dict[str, NDArray[np.float64]]:
    """Properties of every layer from sand and clay fractions; see `PROPERTIES` for names and units.

    sand, clay : (cell,) one texture per column, or (cell, layer)
    n_layer : layers of the result
    theta_s, theta_r : surveyed limits [m3 m-3], (cell,) or (cell, layer); None, or NaN in a place:
        from texture. Where given, the wilting point is kept at least 0.01 above theta_r, and field
        capacity at least 0.01 above the wilting point and below theta_s.

    Returns float64 arrays (cell, n_layer). The potential at saturation, b and k_sat always follow
    texture. Raises InputError, naming `source`, for impossible fractions and for limits that leave
    no room (theta_s < theta_r + 0.03) or lie outside 0-1.
    """
    check_texture(sand, clay, source)
    sand, clay = _by_layer(sand, n_layer), _by_layer(clay, n_layer)
    b = exponent(sand, clay)
    psi_s = -0.01 * 10.0 ** (2.17 - 0.63 * clay - 1.58 * sand)
    k_sat = 10.0 ** (-0.60 + 1.26 * sand - 0.64 * clay) * 0.0254 / 3600.0  # from inch per hour
    saturated = 0.505 - 0.142 * sand - 0.037 * clay
    saturated, surveyed_s = _override(saturated, theta_s, n_layer)
    residual = saturated * (psi_s / PSI_RESIDUAL) ** (1.0 / b)
    residual, surveyed_r = _override(residual, theta_r, n_layer)
    wilting = saturated * (psi_s / PSI_WILTING) ** (1.0 / b)
    field = saturated * (K_FIELD_CAPACITY / k_sat) ** (1.0 / (2.0 * b + 3.0))
    surveyed = surveyed_s | surveyed_r
    _check_limits(residual, saturated, surveyed, source)
    low = np.minimum(np.maximum(wilting, residual + MIN_GAP), saturated - 2.0 * MIN_GAP)
    wilting = np.where(surveyed, low, wilting)
    field = np.where(surveyed, np.clip(field, wilting + MIN_GAP, saturated - MIN_GAP), field)
    solids = CAPACITY_SAND * sand + CAPACITY_SILT * (1.0 - sand - clay) + CAPACITY_CLAY * clay
    capacity = (1.0 - saturated) * solids + 0.5 * (saturated - residual) * CAPACITY_AIR
    conductivity = class_table().loc[
        texture_class(sand, clay).ravel(), ["lambda0", "lambda1", "lambda2"]
    ]
    lambdas = conductivity.to_numpy(dtype=float).T.reshape(3, *sand.shape)
    values = (saturated, residual, wilting, field, psi_s, b, k_sat, capacity, *lambdas)
    return {name: np.array(v) for name, v in zip(PROPERTIES, values, strict=True)}


def _by_layer(values: ArrayLike, n_layer: int) -> NDArray[np.float64]:
    """(cell,) or (cell, layer) -> (cell, layer)."""
    values = np.atleast_1d(np.asarray(values, dtype=float))
    if values.ndim == 1:
        values = values[:, None]
    return np.broadcast_to(values, (values.shape[0], n_layer))


def _override(
    values: NDArray[np.float64], surveyed: ArrayLike | None, n_layer: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Values with the surveyed ones in place where they are known, and where that is."""
    if surveyed is None:
        return values, np.zeros(values.shape, dtype=bool)
    surveyed = np.broadcast_to(_by_layer(surveyed, n_layer), values.shape)
    known = ~np.isnan(surveyed)
    return np.where(known, surveyed, values), known


def _check_limits(
    residual: NDArray[np.float64],
    saturated: NDArray[np.float64],
    surveyed: NDArray[np.bool_],
    source: str,
) -> None:
    good = (residual >= 0) & (saturated <= 1) & (saturated >= residual + 3.0 * MIN_GAP)
    bad = surveyed & ~good
    if bad.any():
        i = np.unravel_index(int(np.argmax(bad)), bad.shape)
        raise InputError(
            source,
            "theta_r, theta_s",
            (round(float(residual[i]), 4), round(float(saturated[i]), 4)),
            f"water contents in 0-1 with theta_s at least {3 * MIN_GAP} above theta_r",
        )
