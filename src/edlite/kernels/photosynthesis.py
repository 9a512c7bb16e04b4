"""Farquhar/Collatz photosynthesis with Leuning stomata and limitation by water supply.

Demand functions have the form A(ci) = (r ci + s)/(x ci + t) - Rd, x being 0 or 1. Each limitation
has its own stomatal conductance; the one with the smallest net assimilation is the open-stomata
solution. Molar units: mol m-2 leaf s-1 and mol mol-1.

Where the demand meets the diffusion of CO2 through boundary layer (1/r_bc) and stomata (g_sw/1.6),
A is the smaller root of

    x (g_sw r_bc + 1.6) A**2 - (1.6 capacity + g_sw span) A + g_sw margin = 0

whose three coefficients (`supply_terms`) do not depend on the conductance.
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

KC_15, KO_15 = 150e-6, 0.250  # mol mol-1 (Foley et al. 1996)
GAMMA_STAR_15 = O2_FRACTION / (2.0 * 4500.0)
# their activation temperatures are 6000, 1400 and 5000 K: powers 30, 7, 25 of one exponential
COMMON_HOR = 200.0  # K
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
LIGHT, RUBISCO, LOW_CO2 = 0.0, 1.0, 2.0  # limitations; low CO2 only of C4
NEWTON_STEPS = 40  # at most: where two roots nearly meet, a step only halves the distance
CONVERGED = 1e-7  # relative step of the conductance after which no other is taken


@process
def arrhenius(value_15, hor, temperature):
    """Value at `temperature` [K] of a quantity known at 15 degC; hor = E/R [K]."""
    return value_15 * exp(hor * (1.0 / T_PHYSIOLOGY - 1.0 / temperature))


@process
def q10_response(value_15, log_q10, temperature):
    """Value at `temperature` [K] of a quantity known at 15 degC; log of its growth in 10 K."""
    return value_15 * exp(0.1 * (temperature - T_PHYSIOLOGY) * log_q10)


@process
def temperature_limits(temperature, cold, hot, decay):
    """Share of the capacity that low and high temperature leave, 0 to 1 (two logistic falls).

    cold, hot : exp(decay t_low) and exp(-decay t_high) of the temperatures [degC] that take half
    """
    warmth = exp(decay * (temperature - T_0C))
    return warmth / ((warmth + cold) * (1.0 + hot * warmth))


@process
def rate_response(q10_option, hor, log_q10, cold, hot, decay, temperature):
    """Capacity or respiration at `temperature` [K] over that at 15 degC without the limits.

    q10_option : 1 for a Q10 function of temperature, 0 for Arrhenius's
    """
    exponent = where(
        q10_option > 0.5,
        0.1 * (temperature - T_PHYSIOLOGY) * log_q10,
        hor * (1.0 / T_PHYSIOLOGY - 1.0 / temperature),
    )
    return exp(exponent) * temperature_limits(temperature, cold, hot, decay)


@process
def compensation_point(q10_option, c4, temperature):
    """CO2 compensation point without day respiration; 0 for C4."""
    z = arrhenius(1.0, COMMON_HOR, temperature)
    z2 = z * z
    z8 = (z2 * z2) * (z2 * z2)
    gamma = where(
        q10_option > 0.5,
        0.5 * O2_FRACTION / q10_response(TAU_15, log(TAU_Q10), temperature),
        GAMMA_STAR_15 * (z8 * z8) * z8 * z,
    )
    return where(c4 > 0.5, 0.0, gamma)


@process
def rubisco_constant(q10_option, temperature):
    """Kc (1 + O/Ko)."""
    z = arrhenius(1.0, COMMON_HOR, temperature)
    z2 = z * z
    z7 = z2 * z2 * z2 * z
    kc_over_ko = z7 * z7 * z7 * z2  # powers 30 - 7
    by_arrhenius = KC_15 * kc_over_ko * (z7 + O2_FRACTION / KO_15)
    kc = q10_response(KC_15_Q10, log(KC_Q10), temperature)
    o_over_ko = q10_response(O2_FRACTION / KO_15_Q10, -log(KO_Q10), temperature)
    return where(q10_option > 0.5, kc * (1.0 + o_over_ko), by_arrhenius)


@process
def demand_function(limitation, c4, light, vm, gamma_star, k_rubisco):
    """(r, s, x, t) of a limitation; light = quantum yield times absorbed photons."""
    capacity = where(limitation == LIGHT, light, vm)
    half = where(limitation == LIGHT, 2.0 * gamma_star, k_rubisco)
    is_c4, low_co2 = c4 > 0.5, limitation == LOW_CO2
    flat = where(low_co2, 0.0, capacity)  # of C4
    r = where(is_c4, where(low_co2, C4_INITIAL_SLOPE * vm, 0.0), capacity)
    s = where(is_c4, flat, -capacity * gamma_star)
    return r, s, where(is_c4, 0.0, 1.0), where(is_c4, 1.0, half)


@process
def smallest_demand(ci, c4, light, vm, gamma_star, k_rubisco):
    """The limitation whose demand is the smallest at `ci`, which is not below Gamma*."""
    low = C4_INITIAL_SLOPE * vm * ci
    by_light = where(
        c4 > 0.5,
        (light <= vm) and (light <= low),
        light * (ci + k_rubisco) <= vm * (ci + 2.0 * gamma_star),
    )
    dark_reaction = where((c4 > 0.5) and (low < vm), LOW_CO2, RUBISCO)
    return where(by_light, LIGHT, dark_reaction)


@process
def supply_terms(r_bc, ca, r, s, x, t, rd):
    """(capacity, span, margin) of a demand function, for `assimilation_terms`.

    capacity : net assimilation without end of CO2 (C3);  margin : net assimilation at ci = ca,
    times (x ca + t)
    """
    capacity = r - x * rd
    return capacity, x * ca + t + capacity * r_bc, ca * capacity + s - t * rd


@process
def assimilation_terms(g_sw, r_bc, capacity, span, margin, x):
    """(top, bottom, root) for net assimilation top/bottom at the stomatal conductance `g_sw`.

    root : square root of the discriminant
    """
    linear = DIFFUSIVITY_RATIO * capacity + g_sw * span
    quadratic = x * (g_sw * r_bc + DIFFUSIVITY_RATIO)
    root = math.sqrt(max(linear * linear - 4.0 * quadratic * (g_sw * margin), 0.0))
    return 2.0 * g_sw * margin, max(linear + root, 1e-300), root


@process
def net_assimilation(g_sw, r_bc, capacity, span, margin, x):
    """Net assimilation at stomatal conductance `g_sw` to water."""
    top, bottom, _ = assimilation_terms(g_sw, r_bc, capacity, span, margin, x)
    return top / bottom


@process
def dry_conductance(g_bw, w_i, w_a, d0):
    """g_bw (1 + deficit/D0) for the humidity deficit w_i - w_a of the air, not negative.

    At the leaf surface 1 + deficit/D0 is (g_sw + dry conductance)/(g_sw + g_bw).
    """
    return g_bw * (1.0 + max(w_i - w_a, 0.0) / d0)


@process
def leuning(g_sw, a, r_bc, g_bw, g_dry, excess, m, b):
    """Stomatal conductance that Leuning (1995) gives for the state at conductance `g_sw`.

    excess : ca - Gamma*;  g_dry : `dry_conductance`
    """
    surface = max(excess - a * r_bc, 1e-9)
    return b + m * a * (g_sw + g_bw) / (surface * (g_sw + g_dry))


@process
def leuning_newton(g_sw, r_bc, g_bw, g_dry, excess, m, b, capacity, span, margin, x):
    """One Newton step for g_sw = leuning(g_sw), bounded by [b, G_MAX].

    The right-hand side rises with g_sw and is concave about its largest root, so steps that start
    above come down to it without passing it. Mismatch and slope are multiplied by their common
    denominators: one division is left.
    """
    top, bottom, root = assimilation_terms(g_sw, r_bc, capacity, span, margin, x)
    surface = max(excess * bottom - r_bc * top, 1e-9 * bottom)
    moist, dry = g_sw + g_bw, g_sw + g_dry
    share = surface * dry
    mismatch = (g_sw - b) * share - m * top * moist
    gain = 2.0 * DIFFUSIVITY_RATIO * margin * (capacity * bottom - x * top) * moist * dry * excess
    slope = root * share * share - m * (gain + root * top * surface * (g_dry - g_bw))
    least = 1e-3 * root * share * share
    step = root * share * mismatch / max(slope, max(least, 1e-300))
    return min(max(g_sw - step, b), G_MAX)


@process
def intercellular_co2(g_sw, a, ca, r_bc):
    """ci at net assimilation `a`."""
    return ca - a * (r_bc + DIFFUSIVITY_RATIO / g_sw)


@process
def light_threshold(rd, ca, gamma_star, alpha):
    """Absorbed photons below which stomata count as closed [mol m-2 s-1]."""
    return rd * (ca + 2.0 * gamma_star) / (alpha * max(ca - gamma_star, 1e-9))


@process
def open_fraction(demand, supply):
    """Share of open stomata from transpiration demand and root supply [kg m-2 s-1]."""
    return where(supply > 0.0, supply / max(supply + demand, 1e-30), 0.0)
