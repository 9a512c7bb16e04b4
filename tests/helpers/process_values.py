"""Random arguments that depend on each other, for the cases of the process functions."""

from __future__ import annotations

import math

import numpy as np

from edlite.constants import PRANDTL
from edlite.kernels import radiation, turbulence

Values = dict[str, np.ndarray]


def sign_of(difference):
    """Bounds of a result that has the sign of `difference` of the arguments."""
    return {
        "low": lambda v: np.where(difference(v) >= 0.0, 0.0, -math.inf),
        "high": lambda v: np.where(difference(v) <= 0.0, 0.0, math.inf),
    }


def leaf_angles(v: Values) -> Values:
    """phi1, phi2, mubar of the drawn leaf-angle distribution."""
    angles = np.array([radiation.leaf_angle_coefficients(chi) for chi in v["orient_factor"]]).T
    return v | dict(zip(("phi1", "phi2", "mubar"), angles, strict=True))


def two_stream(v: Values) -> Values:
    """Multiple reflection of the drawn layer."""
    return v | {"multiple": 1.0 / (1.0 - (v["thick"] * v["attenuation"]) ** 2)}


def c3_demand(v: Values) -> Values:
    """A demand of C3 leaves: positive above the compensation point."""
    return v | {"s": -v["r"] * 4e-5, "x": np.ones_like(v["r"])}


def c3_supply(v: Values) -> Values:
    """A C3 demand beside a supply: net assimilation neither negative nor above capacity."""
    return dry_leaf(v | {"margin": v["margin"] * v["capacity"], "x": np.ones_like(v["capacity"])})


def dry_leaf(v: Values) -> Values:
    """Dryness does not lower the conductance it stands for."""
    return v | {"g_dry": v["g_bw"] * v["g_dry"]} if "g_dry" in v else v


def roughness(v: Values) -> Values:
    """ln(1/ratio)."""
    return v | {"ln_ratio": np.log(1.0 / v["ratio"])}


def towards_root(v: Values) -> Values:
    """zeta between a tenth and ten times the neutral guess, and the profiles there."""
    v = roughness(v)
    zeta = v["rib"] * v["ln_ratio"] / PRANDTL * v["factor"]
    profiles = [
        (turbulence.profiles_stable if z >= 0.0 else turbulence.profiles_unstable)(z, *rest)
        for z, *rest in zip(zeta, v["ln_ratio"], v["ratio"], strict=True)
    ]
    names = ("fm", "fh", "fm_rate", "fh_rate")
    return v | {"zeta": zeta} | dict(zip(names, np.array(profiles).T, strict=True))


def stand_geometry(v: Values) -> Values:
    """Displacement and roughness of the vegetation; a reference height above it."""
    h = v["veg_height"]
    return v | {"displacement": 0.63 * h, "z0": 0.13 * h, "zs": 0.37 * h + v["zs"]}


def soil_colour(v: Values) -> Values:
    """A dry soil is no darker than a wet one."""
    return v | {"wet": v["wet"] * v["dry"]}


def shared_liquid(v: Values) -> Values:
    """Liquid water of the soil and in all that soil and pool can hold."""
    liquid = v["liquid_fraction"] * (v["soil_water"] + v["pool_water"])
    return v | {"total": liquid, "soil_liquid": v["soil_liquid"] * v["soil_water"]}


def autumn(v: Values) -> Values:
    """Greenness as the model computes it for the day."""
    spring = (v["day_of_year"] * v["spring_a"], np.maximum(v["spring_b"], -100.0))
    fall = (v["day_of_year"] * v["autumn_a"], np.minimum(v["autumn_b"], 100.0))
    base, power = (
        np.where(v["day_of_year"] < 213.0, s, f) for s, f in zip(spring, fall, strict=True)
    )
    green = 1.0 / (1.0 + np.exp(np.minimum(power * np.log(base), 300.0)))
    return v | {"greenness_now": np.where(green < 0.05, 0.0, green)}
