"""Two-stream transfer through one cohort layer; layers are joined by adding.

Every cohort is a homogeneous layer, tallest on top. Layer properties solve Sellers (1985) with the
conservative pair of beam sources, in closed form; the adding method needs no matrix.
"""

import math

import numpy as np
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


def diffuse_backscatter(refl, trans, orient_factor):
    """Backscattered share of scattered diffuse light."""
    omega = refl + trans
    return (omega + 0.25 * (refl - trans) * (1.0 + orient_factor) ** 2) / (2.0 * omega)


def longwave_backscatter(orient_factor):
    """The same of thermal radiation, of which leaves transmit none."""
    return 0.5 + 0.125 * (1.0 + orient_factor) ** 2


def diffuse_rates(omega, beta, clumping, mubar):
    """(eta, zeta): loss of diffuse light and its return per unit leaf area."""
    return clumping * (1.0 - (1.0 - beta) * omega) / mubar, clumping * omega * beta / mubar


def diffuse_eigenvalue(eta, zeta):
    """Eigenvalue k of the two-stream equations."""
    return np.sqrt(np.maximum(eta * eta - zeta * zeta, 1e-12))


def thick_reflectance(eta, zeta, k):
    """Diffuse reflectance of an endless layer."""
    return zeta / (eta + k)


@process
def beam_backscatter(mu, phi1, phi2, mubar):
    """Backscattered share of scattered beam light (single-scattering albedo drops out)."""
    g = projection(mu, phi1, phi2)
    top, bottom = phi1 * mu, phi2 * mu + g
    inverse = 1.0 / (top * bottom * mubar)
    ratio = top * top * mubar * inverse  # top/bottom
    single = 1.0 - ratio * log(1.0 + bottom * bottom * mubar * inverse)
    return 0.5 * (mu + mubar * g) * (top * inverse) * single


@process
def layer_multiple(attenuation, thick):
    """Gain of light by reflection between the faces of a layer.

    attenuation : exp(-k x) of the layer of area index x;  thick : `thick_reflectance`
    """
    return 1.0 / (1.0 - (thick * attenuation) * (thick * attenuation))


@process
def layer_reflectance(attenuation, thick, multiple):
    """Diffuse reflectance of a layer; multiple : `layer_multiple`."""
    return thick * (1.0 - attenuation * attenuation) * multiple


@process
def layer_transmittance(attenuation, thick, multiple):
    """Diffuse transmittance of a layer; multiple : `layer_multiple`."""
    return (1.0 - thick * thick) * attenuation * multiple


@process
def beam_extinction(psi, k):
    """Beam extinction moved off the resonance psi = k, where the solution is singular."""
    return where(abs(psi - k) < 1e-6 * k, psi * (1.0 + 2e-6), psi)


@process
def beam_resonance(psi, k):
    """1/(k**2 - psi**2), common to the amplitudes of the particular solution."""
    return 1.0 / ((k - psi) * (k + psi))


@process
def beam_up_amplitude(eta, zeta, resonance, psi, s_up, s_down):
    """Amplitude of the upward particular solution per unit beam."""
    return ((eta - psi) * s_up + zeta * s_down) * resonance


@process
def beam_down_amplitude(eta, zeta, resonance, psi, s_up, s_down):
    """Amplitude of the downward particular solution per unit beam."""
    return ((eta + psi) * s_down + zeta * s_up) * resonance


@process
def moved_attenuation(direct, shift, x):
    """exp(-(psi + shift) x) from direct = exp(-psi x), for a shift as small as that of
    `beam_extinction`."""
    return direct * (1.0 - shift * x * (1.0 - 0.5 * shift * x))


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
