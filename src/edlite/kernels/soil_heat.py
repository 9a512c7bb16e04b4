"""Heat in soil, snow and ponded water."""

from edlite.constants import T3
from edlite.kernels.mathematics import clip01, exp, power, process, where

RHO_FRESH_COLD = 50.0  # kg m-3


@process
def soil_conductivity(theta, theta_s, lambda0, lambda1, lambda2):
    """Thermal conductivity [W m-1 K-1], quadratic in saturation (Walko et al. 2000)."""
    s = clip01(theta / theta_s)
    return lambda0 + s * (lambda1 + s * lambda2)


@process
def heat_flux(t_upper, t_lower, dz_upper, dz_lower, lambda_upper, lambda_lower):
    """Conduction [W m-2], positive up, between two layers with resistances in series."""
    resistance = dz_upper * lambda_lower + dz_lower * lambda_upper
    return (t_lower - t_upper) * (2.0 * lambda_upper * lambda_lower) / resistance


@process
def snow_conductivity(temperature, density):
    """Thermal conductivity of snow or ponded water [W m-1 K-1]; density [kg m-3]."""
    polynomial = (2.25e-9 * density - 1.77e-7) * density * density + 3.03e-4 * density + 0.030
    return 1.093e-3 * exp(0.028 * temperature) * polynomial


@process
def frozen_precipitation(temperature):
    """Frozen share of precipitation at air temperature [K] (after Jin et al. 1999)."""
    mixed = min(1.0, 55.62 - 0.2 * temperature)
    return where(
        temperature > T3 + 2.5,
        0.0,
        where(temperature > T3 + 2.0, 0.6, where(temperature > T3, clip01(mixed), 1.0)),
    )


@process
def fresh_snow_density(temperature):
    """Density of new snow [kg m-3] at air temperature [K] (after Jin et al. 1999)."""
    above = max(temperature - 258.15, 0.0)
    medium = RHO_FRESH_COLD + 1.7 * power(max(above, 1e-12), 1.5)
    return where(
        temperature > T3 + 2.0, 189.0, where(temperature > T3 - 15.0, medium, RHO_FRESH_COLD)
    )
