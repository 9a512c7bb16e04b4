"""Water in the soil: retention, Darcy flux, root-available water, ground evaporation."""

import math

from edlite.constants import GRAVITY, R_VAP
from edlite.kernels.mathematics import clip01, exp, log, power, process, sine_quarter

# exponent of the reduction of conductivity by ice, 10**(-7 (1 - liquid))
_ICE_IMPEDANCE = 7.0 * math.log(10.0)
# width of the ramp that shuts a flux towards saturation or air-dryness [m3 m-3]; ED2 switches
# abruptly, which makes explicit integration chatter
RAMP = 0.008


@process
def log_saturation(theta, theta_s):
    """ln(theta/theta_s), theta capped at saturation and kept off zero."""
    return log(min(max(theta / theta_s, 1e-3), 1.0))


@process
def matric_potential(psi_s, b, log_s):
    """Matric potential [m], <= 0 (Clapp & Hornberger 1978)."""
    return psi_s * exp(-b * log_s)


@process
def conductivity(k_sat, b, log_s):
    """Hydraulic conductivity [m s-1] (Clapp & Hornberger 1978)."""
    return k_sat * exp((2.0 * b + 3.0) * log_s)


@process
def ice_impedance(liquid_fraction):
    """Reduction of conductivity by ice."""
    return exp(-_ICE_IMPEDANCE * (1.0 - liquid_fraction))


@process
def darcy_flux(k_upper, k_lower, head_upper, head_lower, distance, impedance):
    """Flux [m s-1], positive up, between two layers; heads psi + z [m], arithmetic mean of K."""
    # the reciprocal, which is the same for all lanes, leaves the loop
    return (0.5 * impedance) * (k_upper + k_lower) * (head_lower - head_upper) * (1.0 / distance)


@process
def room_ramp(theta, theta_s):
    """Shuts the inflow of a layer as it saturates: 0 at theta_s, 1 from RAMP below."""
    return clip01((theta_s - theta) * (1.0 / RAMP))


@process
def supply_ramp(theta, theta_r, liquid_fraction):
    """Shuts the outflow of a layer as it dries: 0 at theta_r or all frozen, 1 from RAMP above."""
    return clip01((theta - theta_r) * liquid_fraction * (1.0 / RAMP))


@process
def available_water(theta, theta_wp, liquid_fraction, mass_per_theta):
    """Liquid water above the wilting point [kg m-2]; mass_per_theta = rho_w dz."""
    return max(theta - theta_wp, 0.0) * liquid_fraction * mass_per_theta


@process
def available_water_potential(
    head, z_crown, psi_wp, psi_fc, theta_range, liquid_fraction, mass_per_theta
):
    """Water available by potential [kg m-2]: full at field capacity, none at the wilting point.

    head : matric potential plus height of the layer [m];  z_crown : height it has to reach [m]
    theta_range : moisture at field capacity less that at the wilting point
    """
    share = clip01((head - z_crown - psi_wp) / (psi_fc - psi_wp))
    return share * liquid_fraction * theta_range * mass_per_theta


@process
def pore_humidity(psi, temperature):
    """Relative humidity of pore air over water at potential `psi` [m]."""
    return exp(GRAVITY * psi / (R_VAP * temperature))


@process
def surface_wetness(theta, theta_r, theta_fc):
    """Wetness factor of ground evaporation, 0.5 (1 - cos(pi s)) (Lee & Pielke 1992)."""
    sine = sine_quarter(0.5 * math.pi * clip01((theta - theta_r) / (theta_fc - theta_r)))
    return sine * sine


@process
def ground_humidity(q_sat, q_canopy, alpha, beta):
    """Specific humidity of the soil surface, not below that of canopy air."""
    return max(q_canopy, q_sat * alpha * beta + (1.0 - beta) * q_canopy)


@process
def potential_at(theta, theta_s, psi_s, b):
    """Matric potential [m] at a moisture content."""
    return psi_s * power(min(theta / theta_s, 1.0), -b)
