"""Two-stream transfer through one cohort layer; layers are joined by adding.

Every cohort is a homogeneous layer, tallest on top. Layer properties solve Sellers (1985) with the
conservative pair of beam sources, in closed form; the adding method needs no matrix.
"""

import math

from numba import njit

from edlite.constants import SIGMA_SB
from edlite.kernels.mathematics import exp, log, process, where


@njit(error_model="numpy")
def leaf_angle_coefficients(orient_factor):
    """(phi1, phi2, mubar) of the leaf-angle distribution (Ross; Sellers 1985).

    `orient_factor` chi in [-0.4, 0.6]; 0 is spherical. mubar is the mean inverse diffuse optical
    depth per unit leaf area.
    """
    phi1 = 0.5 - 0.633 * orient_factor - 0.33 * orient_factor * orient_factor
    phi2 = 0.877 * (1.0 - 2.0 * phi1)
    if abs(phi2) < 1e-9:
        return phi1, phi2, 1.0
    mubar = (1.0 - phi1 / phi2 * math.log((phi1 + phi2) / phi1)) / phi2
    return phi1, phi2, mubar


@process
def projection(mu, phi1, phi2):
    """Leaf area projected towards the beam, G(mu); mu is the cosine of the zenith angle."""
    return phi1 + phi2 * mu


@process
def diffuse_backscatter(refl, trans, orient_factor):
    """Backscattered share of scattered diffuse light."""
    omega = refl + trans
    return (omega + 0.25 * (refl - trans) * (1.0 + orient_factor) ** 2) / (2.0 * omega)


@process
def beam_backscatter(mu, phi1, phi2, mubar):
    """Backscattered share of scattered beam light (single-scattering albedo drops out)."""
    g = projection(mu, phi1, phi2)
    extinction = mubar * g / mu
    denominator = phi2 * mu + g
    ratio = phi1 * mu / denominator
    a = 0.5 * g / denominator * (1.0 - ratio * log((denominator + phi1 * mu) / (phi1 * mu)))
    return (1.0 + extinction) / extinction * a


@process
def diffuse_rate(eta, zeta):
    """Eigenvalue k of the two-stream equations."""
    return math.sqrt(max(eta * eta - zeta * zeta, 1e-12))


@process
def layer_denominator(x, eta, k):
    """k cosh(kx) + eta sinh(kx), times exp(-kx) so that thick layers do not overflow."""
    decay = exp(-2.0 * k * x)
    return 0.5 * (k * (1.0 + decay) + eta * (1.0 - decay))


@process
def layer_reflectance(x, eta, zeta, k):
    """Diffuse reflectance of a layer of area index x."""
    decay = exp(-2.0 * k * x)
    return 0.5 * zeta * (1.0 - decay) / layer_denominator(x, eta, k)


@process
def layer_transmittance(x, eta, k):
    """Diffuse transmittance of a layer of area index x."""
    return k * exp(-k * x) / layer_denominator(x, eta, k)


@process
def beam_extinction(psi, k):
    """Beam extinction moved off the resonance psi = k, where the solution is singular."""
    return where(abs(psi - k) < 1e-6 * k, psi * (1.0 + 2e-6), psi)


@process
def beam_up_amplitude(eta, zeta, k, psi, s_up, s_down):
    """Amplitude of the upward particular solution per unit beam."""
    return ((eta - psi) * s_up + zeta * s_down) / (k * k - psi * psi)


@process
def beam_down_amplitude(eta, zeta, k, psi, s_up, s_down):
    """Amplitude of the downward particular solution per unit beam."""
    return ((eta + psi) * s_down + zeta * s_up) / (k * k - psi * psi)


@process
def emitted_longwave(temperature):
    """Black-body emission [W m-2]."""
    t2 = temperature * temperature
    return SIGMA_SB * t2 * t2


@process
def soil_albedo(theta, theta_s):
    """Albedo of bare soil, both bands (Medvigy et al. 2009)."""
    return max(0.14, 0.31 - 0.34 * theta / theta_s)


@process
def coloured_soil_albedo(theta, dry, wet):
    """Albedo of bare soil of a colour class, `dry` and `wet` (Oleson et al. 2010)."""
    return min(dry, wet + max(0.0, 0.11 - 0.40 * theta))


@process
def surface_water_albedo(liquid_fraction):
    """Albedo of snow or ponded water."""
    return 0.5 - 0.36 * liquid_fraction


@process
def surface_water_transmission(depth):
    """Share of the shortwave entering snow or a pond of `depth` [m] that reaches the soil."""
    return exp(-20.0 * depth)
