"""Farquhar/Collatz photosynthesis with Leuning stomata and limitation by water supply.

Demand functions have the form A(ci) = (r ci + s)/(x ci + t) - Rd. Each limitation is solved to its
own stomatal conductance; the one with the smallest net assimilation is the open-stomata solution.
Molar units: mol m-2 leaf s-1 and mol mol-1.
"""

import math

from edlite.constants import (
    M_CO2,
    M_DRY,
    M_O2,
    O2_FRACTION,
    P_STANDARD,
    T_0C,
    T_PHYSIOLOGY,
)
from edlite.kernels.mathematics import exp, log, process, where

KC_15, KC_HOR = 150e-6, 6000.0  # mol mol-1, K (Foley et al. 1996)
KO_15, KO_HOR = 0.250, 1400.0
GAMMA_STAR_15, GAMMA_STAR_HOR = O2_FRACTION / (2.0 * 4500.0), 5000.0
# Q10 option (Collatz et al. 1991): 30 Pa, 30 kPa and 2600 at 25 degC; ED2 turns pressures into
# mixing ratios with the ratio of molar masses, and its parameters were calibrated with the result
KC_Q10, KO_Q10, TAU_Q10 = 2.1, 1.2, 0.57
KC_15_Q10 = 30.0 / P_STANDARD * (M_CO2 / M_DRY) / KC_Q10
KO_15_Q10 = 3e4 / P_STANDARD * (M_O2 / M_DRY) / KO_Q10
TAU_15 = 2600.0 / TAU_Q10
C4_INITIAL_SLOPE = 4000.0 * M_CO2 / M_DRY
DIFFUSIVITY_RATIO = 1.6  # stomata, water over CO2
BOUNDARY_RATIO = 1.4  # leaf boundary layer, water over CO2
G_MAX = 100.0  # mol m-2 s-1
NEWTON_STEPS = 20  # fewer do not reach the root where two of them nearly meet


@process
def arrhenius(value_15, hor, temperature):
    """Value at `temperature` [K] of a quantity known at 15 degC; hor = E/R [K]."""
    return value_15 * exp(hor * (1.0 / T_PHYSIOLOGY - 1.0 / temperature))


@process
def q10_response(value_15, q10, temperature):
    """Value at `temperature` [K] of a quantity known at 15 degC that grows by `q10` in 10 K."""
    return value_15 * exp(0.1 * (temperature - T_PHYSIOLOGY) * log(q10))


@process
def temperature_cutoff(temperature, t_low, t_high, decay):
    """Product of the low- and high-temperature denominators; t_low, t_high [degC]."""
    t = temperature - T_0C
    return (1.0 + exp(decay * (t_low - t))) * (1.0 + exp(decay * (t - t_high)))


@process
def vcmax(q10_option, vm0, hor, q10, t_low, t_high, decay, temperature):
    """Carboxylation capacity at leaf temperature, in the unit of `vm0` (its value at 15 degC).

    q10_option : 1 for a Q10 function of temperature, 0 for Arrhenius's
    """
    response = where(
        q10_option > 0.5, q10_response(vm0, q10, temperature), arrhenius(vm0, hor, temperature)
    )
    return response / temperature_cutoff(temperature, t_low, t_high, decay)


@process
def compensation_point(q10_option, c4, temperature):
    """CO2 compensation point without day respiration; 0 for C4."""
    gamma = where(
        q10_option > 0.5,
        0.5 * O2_FRACTION / q10_response(TAU_15, TAU_Q10, temperature),
        arrhenius(GAMMA_STAR_15, GAMMA_STAR_HOR, temperature),
    )
    return where(c4 > 0.5, 0.0, gamma)


@process
def rubisco_constant(q10_option, temperature):
    """Kc (1 + O/Ko)."""
    by_q10 = q10_option > 0.5
    kc = where(
        by_q10,
        q10_response(KC_15_Q10, KC_Q10, temperature),
        arrhenius(KC_15, KC_HOR, temperature),
    )
    ko = where(
        by_q10,
        q10_response(KO_15_Q10, KO_Q10, temperature),
        arrhenius(KO_15, KO_HOR, temperature),
    )
    return kc * (1.0 + O2_FRACTION / ko)


@process
def total_conductance(g_sw, g_bc):
    """Conductance to CO2 from canopy air to the intercellular space."""
    return 1.0 / (1.0 / g_bc + DIFFUSIVITY_RATIO / g_sw)


@process
def intercellular_co2(g, ca, r, s, x, t, rd):
    """ci at which demand equals supply g (ca - ci); the positive root, x is 0 or 1."""
    b = r - g * ca - rd + t * g
    c = s - t * (g * ca + rd)
    root = math.sqrt(max(b * b - 4.0 * g * c, 0.0))
    # the two forms of the same root, each used where it does not cancel
    quadratic = where(b > 0.0, -2.0 * c / max(b + root, 1e-300), 0.5 * (root - b) / g)
    linear = (g * ca - s + rd) / (r + g)
    return where(x > 0.5, quadratic, linear)


@process
def net_assimilation(g_sw, g_bc, ca, r, s, x, t, rd):
    """Net assimilation at stomatal conductance `g_sw` to water."""
    g = total_conductance(g_sw, g_bc)
    return g * (ca - intercellular_co2(g, ca, r, s, x, t, rd))


@process
def surface_deficit(g_sw, g_bw, w_i, w_a):
    """Humidity deficit at the leaf surface [mol mol-1], not negative."""
    return max(g_bw * (w_i - w_a) / (g_bw + g_sw), 0.0)


@process
def leuning(g_sw, a, g_bc, g_bw, ca, gamma_star, w_i, w_a, m, b, d0):
    """Stomatal conductance that Leuning (1995) gives for the state at conductance `g_sw`."""
    cs = max(ca - gamma_star - a / g_bc, 1e-9)
    return b + m * a / (cs * (1.0 + surface_deficit(g_sw, g_bw, w_i, w_a) / d0))


@process
def leuning_newton(g_sw, g_bc, g_bw, ca, gamma_star, w_i, w_a, m, b, d0, r, s, x, t, rd):
    """One Newton step for g_sw = leuning(g_sw), bounded by [b, G_MAX].

    The right-hand side rises with g_sw and is concave, so steps that start above the root come down
    to it without passing it.
    """
    g = total_conductance(g_sw, g_bc)
    ci = intercellular_co2(g, ca, r, s, x, t, rd)
    a = g * (ca - ci)
    demand_slope = (r * t - s * x) / ((x * ci + t) * (x * ci + t))
    g_slope = g * g * DIFFUSIVITY_RATIO / (g_sw * g_sw)
    a_slope = demand_slope * (ca - ci) / (demand_slope + g) * g_slope
    cs = max(ca - gamma_star - a / g_bc, 1e-9)
    deficit = surface_deficit(g_sw, g_bw, w_i, w_a)
    dryness = 1.0 + deficit / d0
    bottom = cs * dryness
    bottom_slope = -a_slope / g_bc * dryness - cs * deficit / (d0 * (g_bw + g_sw))
    value = g_sw - b - m * a / bottom
    slope = 1.0 - m * (a_slope * bottom - a * bottom_slope) / (bottom * bottom)
    return min(max(g_sw - value / max(slope, 1e-3), b), G_MAX)


@process
def light_threshold(rd, ca, gamma_star, alpha):
    """Absorbed photons below which stomata count as closed [mol m-2 s-1]."""
    return rd * (ca + 2.0 * gamma_star) / (alpha * max(ca - gamma_star, 1e-9))


@process
def open_fraction(demand, supply):
    """Share of open stomata from transpiration demand and root supply [kg m-2 s-1]."""
    return where(supply > 0.0, supply / max(supply + demand, 1e-30), 0.0)
