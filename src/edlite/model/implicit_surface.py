"""Leaves, canopy air and ground surface over a long step, solved implicitly together.

All conductances are those of an iterate; humidity at saturation is linearised about it. Each
cohort's leaf temperature, and that of the ground, is then linear in temperature and humidity of
canopy air and is eliminated; two equations remain. Film water decays with its own exact solution.
"""

from edlite.constants import C_ICE, C_LIQ, CP_DRY, CP_VAP, L_F, R_VAP, T3, T_LZ, T_VZ
from edlite.kernels.mathematics import clip01, inverse_root_3, lane_loop, process, where
from edlite.kernels.soil_water import pore_humidity, supply_ramp, surface_wetness
from edlite.kernels.thermodynamics import (
    air_enthalpy,
    latent_heat,
    saturation_humidity,
    vapour_enthalpy,
)
from edlite.model.derivatives import UNSATURATED_RAMP, WATER_SUPPLY_RAMP
from edlite.model.exchange import HEAT_TO_VAPOUR
from edlite.model.implicit_column import water_heat_capacity
from edlite.model.lanes import LANES


@process
def saturation_slope(temperature, q_sat):
    """Slope of saturation humidity with temperature [K-1], Clausius and Clapeyron."""
    heat = latent_heat(temperature) + where(temperature > T3, 0.0, L_F)
    return q_sat * heat / (R_VAP * temperature * temperature)


@process
def mean_wet_fraction(film, capacity, potential, dt):
    """Mean over a step of the wet share of leaves, (film/capacity)^(2/3), while the film dries.

    film, capacity [kg m-2];  potential : evaporation of a wholly wet leaf [kg m-2 s-1], >= 0.
    Exact for a constant potential: the cube root of the film falls linearly.
    """
    share = max(min(film / max(capacity, 1e-12), 1.0), 1e-12)
    inverse = inverse_root_3(share)
    start = share * inverse * inverse
    fall = potential * dt / (3.0 * max(capacity, 1e-12))
    end = max(start - fall, 0.0)
    mean = (start * start + start * end + end * end) / 3.0
    wet = mean * where(fall > start, start / max(fall, 1e-30), 1.0)
    return where(film > 0.0, wet, 0.0)


@process
def phase_of_leaf(energy, capacity, water, slope):
    """Heat capacity [J m-2 K-1] and offset [J m-2] of a leaf with its film after the step.

    energy : of the leaf at the triple point's fluxes, i.e. stock plus what it would receive
    slope : loss per kelvin over the step.  A capacity of 0 means that the film melts or freezes.
    """
    liquid = capacity + water * C_LIQ
    ice = capacity + water * C_ICE
    warm = energy + water * C_LIQ * T_LZ >= (liquid + slope) * T3
    cold = energy <= (ice + slope) * T3
    return (
        where(warm, liquid, where(cold, ice, 0.0)),
        where(warm, water * C_LIQ * T_LZ, 0.0),
    )


@lane_loop
def leaf_vapour(dt, fast, step, work, implicit):
    """Saturation about the iterate, its slope, and the conductance of leaf films to vapour.

    The iterate: work.t_leaf, work.g_bw, work.unsaturated, implicit.q.
    """
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            t = work.t_leaf[c, i]
            q_sat = saturation_humidity(t, step.pressure[i])
            transfer = step.lai[c, i] * work.g_bw[c, i]
            deficit = q_sat - implicit.q[i]
            film = fast.leaf_water[c, i] + 0.5 * dt * step.interception[c, i]
            evaporating = max(transfer * deficit, 0.0) * work.unsaturated[i]
            wet = mean_wet_fraction(film, step.film_max[c, i], evaporating, dt)
            implicit.q_sat[c, i] = q_sat
            implicit.q_slope[c, i] = saturation_slope(t, q_sat)
            implicit.film_g[c, i] = transfer * where(deficit < 0.0, 1.0, wet * work.unsaturated[i])


@lane_loop
def leaf_conductances(cohorts, step, work, implicit):
    """Conductances to what roots supply: of all leaves, and of the leaf area with open stomata.

    Leaves the energy of the water that roots take in implicit.source_energy [J kg-1].
    """
    for c in range(step.lai.shape[0]):
        first, last = int(cohorts.root_first[c, 0]), int(cohorts.root_last[c, 0])
        for k in range(first, last + 1):
            for i in range(LANES):
                ends_here = cohorts.root_layer[c, i] == k
                work.a2[i] = where(ends_here, work.available_sum[k, i], work.a2[i])
                work.a3[i] = where(ends_here, work.source_energy[k, i], work.a3[i])
        for i in range(LANES):
            g_bw = work.g_bw[c, i]
            supply = clip01(work.a2[i] * WATER_SUPPLY_RAMP) * work.unsaturated[i]
            dew = implicit.q_sat[c, i] < implicit.q[i]
            pull = where(dew, 0.0, cohorts.sides[c, i] * supply)
            g_o, g_c = step.g_open[c, i], step.g_closed[c, i]
            # both conductances in series with one division
            scaled = pull * g_bw / ((g_bw + g_o) * (g_bw + g_c))
            open_g = scaled * g_o * (g_bw + g_c)
            closed_g = scaled * g_c * (g_bw + g_o)
            implicit.open_g[c, i] = open_g
            implicit.root_g[c, i] = step.lai[c, i] * (
                step.f_open[c, i] * open_g + step.f_closed[c, i] * closed_g
            )
            implicit.source_energy[c, i] = work.a3[i]


@lane_loop
def eliminate_leaves(dt, fast, step, work, implicit):
    """Coefficients of leaf temperature and the sums of what leaves give to canopy air.

    Expects `leaf_vapour` and `leaf_conductances` of the iterate.
    """
    for i in range(LANES):
        implicit.energy_0[i] = 0.0
        implicit.energy_t[i] = 0.0
        implicit.energy_q[i] = 0.0
        implicit.vapour_0[i] = 0.0
        implicit.vapour_t[i] = 0.0
        implicit.vapour_q[i] = 0.0
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            lai, t, q = step.lai[c, i], work.t_leaf[c, i], implicit.q[i]
            q_sat, q_slope = implicit.q_sat[c, i], implicit.q_slope[c, i]
            film_g, root_g = implicit.film_g[c, i], implicit.root_g[c, i]
            heat_g = (2.0 / HEAT_TO_VAPOUR) * lai * work.g_bw[c, i] * work.cp[i]
            vapour_h = vapour_enthalpy(t)
            latent = film_g * vapour_h + root_g * (vapour_h - implicit.source_energy[c, i])
            loss = dt * (heat_g + latent * q_slope)
            caught = step.interception[c, i] * dt
            water = max(fast.leaf_water[c, i] + caught - dt * film_g * (q_sat - q), 0.0)
            gained = step.radiation[c, i] + step.interception_energy[c, i]
            still = fast.leaf_energy[c, i] + dt * (gained + latent * (q_slope * t - q_sat))
            received = still + dt * (heat_g * work.t_canopy[i] + latent * q)
            capacity, offset = phase_of_leaf(received, step.capacity[c, i], water, loss)
            fixed = capacity == 0.0
            there = lai > 0.0
            scale = where(fixed, 0.0, 1.0 / (max(capacity, 1e-6) + loss))
            leaf_0 = where(there, where(fixed, T3, (still + offset) * scale), 0.0)
            leaf_t = where(there, dt * heat_g * scale, 1.0)
            leaf_q = where(there, dt * latent * scale, 0.0)
            implicit.leaf_0[c, i], implicit.leaf_t[c, i] = leaf_0, leaf_t
            implicit.leaf_q[c, i], implicit.heat_g[c, i] = leaf_q, heat_g
            vapour_g = film_g + root_g
            vapour_0 = vapour_g * (q_sat + q_slope * (leaf_0 - t))
            vapour_t = vapour_g * q_slope * leaf_t
            vapour_q = vapour_g * (q_slope * leaf_q - 1.0)
            implicit.energy_0[i] += heat_g * leaf_0 + vapour_h * vapour_0
            implicit.energy_t[i] += heat_g * (leaf_t - 1.0) + vapour_h * vapour_t
            implicit.energy_q[i] += heat_g * leaf_q + vapour_h * vapour_q
            implicit.vapour_0[i] += vapour_0
            implicit.vapour_t[i] += vapour_t
            implicit.vapour_q[i] += vapour_q


@lane_loop
def eliminate_ground(dt, fast, soil, step, work, implicit):
    """Coefficients of the ground's temperature; its fluxes join the sums of the leaves.

    The iterate: work.t_ground, work.g_ground, implicit.q. Expects the elimination of the column.
    """
    for i in range(LANES):
        t, q, old = work.t_ground[i], implicit.q[i], implicit.surface_t[i]
        g = work.g_ground[i] * step.density[i]
        q_sat = saturation_humidity(t, step.pressure[i])
        q_slope = saturation_slope(t, q_sat)
        potential = g * (q_sat - q)
        dew = potential <= 0.0
        open_air = work.unsaturated[i]
        # the share of the step in which the pool lasts
        lasts = clip01(max(work.pool[i], 0.0) / max(potential * open_air * dt, 1e-30))
        alpha = pore_humidity(work.psi[0, i], t)
        beta = surface_wetness(fast.theta[0, i], soil.theta_r[0, i], soil.theta_fc[0, i])
        supply = supply_ramp(fast.theta[0, i], soil.theta_r[0, i], work.f_soil[0, i])
        wets = (alpha * q_sat > q) and not dew
        pool_g = g * where(dew, 1.0, lasts * open_air)
        soil_g = where(wets, g * beta * supply * (1.0 - lasts) * open_air, 0.0)
        heat_g = g * work.cp[i]
        vapour_h = vapour_enthalpy(t)
        slope = (pool_g + soil_g * alpha) * q_slope
        source = pool_g * (q_sat - q_slope * t) + soil_g * alpha * (q_sat - q_slope * t)
        falling = step.throughfall[i]
        settles = falling - pool_g * (q_sat - q) - soil_g * (alpha * q_sat - q)
        specific = water_heat_capacity(old)
        capacity = implicit.surface_capacity[i] + settles * specific
        stored = implicit.surface_capacity[i] * old + where(old > T3, settles * C_LIQ * T_LZ, 0.0)
        gained = implicit.surface_heat[i] + step.lw_ground[i] + step.throughfall_energy[i]
        loss = heat_g + slope * vapour_h + implicit.below_g[i] * (1.0 - implicit.below_t[i])
        scale = 1.0 / (max(capacity, 1e-3 * implicit.surface_capacity[i]) + loss)
        below = implicit.below_g[i] * implicit.below_0[i]
        # melting or freezing, or about to pass the triple point: stays there
        fixed = (old == T3) or ((old - T3) * (t - T3) < 0.0)
        ground_0 = (stored + gained + below - vapour_h * source) * scale
        ground_t = heat_g * scale
        ground_q = vapour_h * (pool_g + soil_g) * scale
        ground_0 = where(fixed, T3, ground_0)
        ground_t, ground_q = where(fixed, 0.0, ground_t), where(fixed, 0.0, ground_q)
        implicit.ground_0[i], implicit.ground_t[i], implicit.ground_q[i] = (
            ground_0,
            ground_t,
            ground_q,
        )
        implicit.pool_g[i], implicit.soil_g[i], implicit.pore[i] = pool_g, soil_g, alpha
        implicit.ground_q_sat[i], implicit.ground_q_slope[i] = q_sat, q_slope
        vapour_0 = source + slope * ground_0
        vapour_t = slope * ground_t
        vapour_q = slope * ground_q - pool_g - soil_g
        implicit.energy_0[i] += heat_g * ground_0 + vapour_h * vapour_0
        implicit.energy_t[i] += heat_g * (ground_t - 1.0) + vapour_h * vapour_t
        implicit.energy_q[i] += heat_g * ground_q + vapour_h * vapour_q
        implicit.vapour_0[i] += vapour_0
        implicit.vapour_t[i] += vapour_t
        implicit.vapour_q[i] += vapour_q


@lane_loop
def solve_air(dt, fast, step, work, implicit):
    """Temperature and humidity of canopy air at the end of the step: work.t_canopy, implicit.q.

    Leaves the temperature of the iterate in implicit.t_before.
    """
    for i in range(LANES):
        stored = step.air_mass[i] / dt
        exchange = work.conductance[i]
        total = stored + exchange
        t, q = work.t_canopy[i], implicit.q[i]
        cp = (1.0 - q) * CP_DRY + q * CP_VAP
        by_q = CP_VAP * (t - T_VZ) - CP_DRY * t
        # total (H + cp dT + by_q dq) = energy_0 + energy_t T + energy_q q + stored and imported
        a_t = total * cp - implicit.energy_t[i]
        a_q = total * by_q - implicit.energy_q[i]
        a_0 = (
            stored * fast.enthalpy[i]
            + exchange * step.enthalpy_air[i]
            + implicit.energy_0[i]
            - total * (air_enthalpy(t, q) - cp * t - by_q * q)
        )
        b_t = -implicit.vapour_t[i]
        b_q = total - implicit.vapour_q[i]
        b_0 = stored * fast.q[i] + exchange * step.q_air[i] + implicit.vapour_0[i]
        scale = 1.0 / (a_t * b_q - a_q * b_t)
        implicit.t_before[i] = t
        work.t_canopy[i] = (a_0 * b_q - a_q * b_0) * scale
        implicit.q[i] = max((a_t * b_0 - a_0 * b_t) * scale, 1e-8)
        implicit.by_energy[i] = b_q * scale
        implicit.by_vapour[i] = -a_q * scale


@lane_loop
def iterate(fast, step, work, implicit):
    """Temperatures of leaves and ground and what follows from the air's state, for new
    conductances."""
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            work.t_leaf[c, i] = (
                implicit.leaf_0[c, i]
                + implicit.leaf_t[c, i] * work.t_canopy[i]
                + implicit.leaf_q[c, i] * implicit.q[i]
            )
    for i in range(LANES):
        q = implicit.q[i]
        work.t_ground[i] = (
            implicit.ground_0[i]
            + implicit.ground_t[i] * work.t_canopy[i]
            + implicit.ground_q[i] * q
        )
        rh = q / saturation_humidity(work.t_canopy[i], step.pressure[i])
        open_air = clip01((1.0 - rh) * UNSATURATED_RAMP)
        work.rh[i] = rh
        work.unsaturated[i] = 0.5 * (work.unsaturated[i] + open_air)
        work.cp[i] = (1.0 - q) * CP_DRY + q * CP_VAP
