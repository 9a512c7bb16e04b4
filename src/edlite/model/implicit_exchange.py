"""Exchange of canopy air between the two implicit solutions, and what follows from the last one."""

from edlite.constants import C_ICE, C_LIQ, M_DRY, T3, T_LZ
from edlite.kernels.mathematics import exp, lane_loop, process, where
from edlite.kernels.thermodynamics import (
    air_enthalpy,
    air_temperature,
    pool_temperature,
    saturation_humidity,
    vapour_enthalpy,
)
from edlite.model.lanes import LANES

LEAF_STRAY = 1.0  # K by which the energy of a leaf may stray from the solution


@process
def towards(old, new, share):
    """`share` of the way from one positive value to another, kept above half of the smaller."""
    return max(old + share * (new - old), 0.5 * min(old, new))


@process
def held_by_leaf(temperature, water, capacity):
    """Energy [J m-2] of a leaf and its film of one phase; capacity [J m-2 K-1] of the dry leaf."""
    liquid = capacity * temperature + water * C_LIQ * (temperature - T_LZ)
    return where(temperature > T3, liquid, (capacity + water * C_ICE) * temperature)


@lane_loop
def keep_exchange(work, implicit):
    """Remember the exchange that the last solution had."""
    for i in range(LANES):
        implicit.exchange[i] = work.conductance[i]
        implicit.exchange_ground[i] = work.g_ground[i]
        implicit.exchange_ustar[i] = work.ustar[i]
        implicit.exchange_top[i] = work.u_top[i]


@lane_loop
def settle_exchange(step, work, implicit):
    """Move the exchange to where the next solution will agree with it, by the secant method.

    Where air is unstable, warmer canopy air has more exchange, which cools it: the exchange of the
    last solution is too far away. In calm nights they drive each other, and it is too near.
    """
    for i in range(LANES):
        t, q = work.t_canopy[i], implicit.q[i]
        air = work.conductance[i] - implicit.exchange[i]
        # share by which the ground's conductance changes
        ground = work.g_ground[i] / implicit.exchange_ground[i] - 1.0
        q_sat = saturation_humidity(work.t_ground[i], step.pressure[i])
        wet, soil_wet = implicit.pool_g[i], implicit.soil_g[i]
        evaporation = wet * (q_sat - q) + soil_wet * (implicit.pore[i] * q_sat - q)
        heat = implicit.exchange_ground[i] * step.density[i] * work.cp[i] * (work.t_ground[i] - t)
        heat = heat + evaporation * vapour_enthalpy(work.t_ground[i])
        energy = air * (step.enthalpy_air[i] - air_enthalpy(t, q)) + ground * heat
        vapour = air * (step.q_air[i] - q) + ground * evaporation
        warming = implicit.by_energy[i] * energy + implicit.by_vapour[i] * vapour
        change = t - implicit.t_before[i]
        feedback = warming / where(abs(change) > 1e-3, change, 1e30)
        share = where(feedback < 0.5, 1.0 / (1.0 - min(feedback, 0.5)), 2.0)
        work.conductance[i] = towards(implicit.exchange[i], work.conductance[i], share)
        work.g_ground[i] = towards(implicit.exchange_ground[i], work.g_ground[i], share)
        work.ustar[i] = towards(implicit.exchange_ustar[i], work.ustar[i], share)
        work.u_top[i] = towards(implicit.exchange_top[i], work.u_top[i], share)


@lane_loop
def finish_ground(step, work, implicit):
    """Fluxes of the ground at the solution, and its temperature."""
    for i in range(LANES):
        before, q = work.t_ground[i], implicit.q[i]
        t = (
            implicit.ground_0[i]
            + implicit.ground_t[i] * work.t_canopy[i]
            + implicit.ground_q[i] * q
        )
        q_sat = implicit.ground_q_sat[i] + implicit.ground_q_slope[i] * (t - before)
        work.e_pool[i] = implicit.pool_g[i] * (q_sat - q)
        work.e_soil[i] = implicit.soil_g[i] * (implicit.pore[i] * q_sat - q)
        evaporated = work.e_pool[i] + work.e_soil[i]
        work.h_ground[i] = work.g_ground[i] * step.density[i] * work.cp[i] * (t - work.t_canopy[i])
        work.ground_vapour_energy[i] = evaporated * vapour_enthalpy(before)
        work.t_ground[i] = t
        work.h_sum[i] = work.h_ground[i]
        work.vapour_sum[i] = evaporated
        work.vapour_energy[i] = work.ground_vapour_energy[i]


@lane_loop
def finish_leaves(dt, fast, cohorts, step, work, implicit):
    """Energy and film water of leaves at the end of the step, and their fluxes."""
    for k in range(work.tr_at.shape[0]):
        for i in range(LANES):
            work.tr_at[k, i] = 0.0
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            before, q = work.t_leaf[c, i], implicit.q[i]
            t = (
                implicit.leaf_0[c, i]
                + implicit.leaf_t[c, i] * work.t_canopy[i]
                + implicit.leaf_q[c, i] * q
            )
            deficit = implicit.q_sat[c, i] + implicit.q_slope[c, i] * (t - before) - q
            sensible = implicit.heat_g[c, i] * (t - work.t_canopy[i])
            film, tr = implicit.film_g[c, i] * deficit, implicit.root_g[c, i] * deficit
            # what would be dew after all settles on the leaf, not in the soil
            film = film + min(tr, 0.0)
            tr = max(tr, 0.0)
            film = min(film, max(fast.leaf_water[c, i], 0.0) / dt + step.interception[c, i])
            vapour_h = vapour_enthalpy(before)
            fast.leaf_energy[c, i] += dt * (
                step.radiation[c, i]
                - sensible
                - (film + tr) * vapour_h
                + step.interception_energy[c, i]
                + tr * implicit.source_energy[c, i]
            )
            fast.leaf_water[c, i] += dt * (step.interception[c, i] - film)
            # a film that ends early, or of another mass than the solution assumed, leaves energy
            # that thin leaves cannot hold: they give it to the air
            water, capacity = fast.leaf_water[c, i], max(step.capacity[c, i], 1e-6)
            found = pool_temperature(fast.leaf_energy[c, i], water, capacity)
            held = min(max(found, t - LEAF_STRAY), t + LEAF_STRAY)
            strayed = (held != found) and (step.capacity[c, i] > 0.0)
            held_energy = held_by_leaf(held, water, capacity)
            surplus = where(strayed, fast.leaf_energy[c, i] - held_energy, 0.0)
            fast.leaf_energy[c, i] -= surplus
            sensible = sensible + surplus / dt
            fast.psi_open[c, i] = dt * implicit.open_g[c, i] * max(deficit, 0.0)
            work.t_leaf[c, i] = t
            work.tr[c, i] = tr
            work.c0[c, i] = film
            work.c1[c, i] = sensible
            work.h_sum[i] += sensible
            work.vapour_sum[i] += film + tr
            work.vapour_energy[i] += (film + tr) * vapour_h
            fast.e_film[i] += dt * film
            fast.transpiration[i] += dt * tr
        for k in range(int(cohorts.root_first[c, 0]), int(cohorts.root_last[c, 0]) + 1):
            for i in range(LANES):
                ends_here = cohorts.root_layer[c, i] == k
                work.tr_at[k, i] += where(ends_here, work.tr[c, i], 0.0)
    for c in range(fast.leaf_heat.shape[0]):
        for i in range(LANES):
            fast.leaf_transpiration[c, i] += dt * work.tr[c, i]
            fast.leaf_evaporation[c, i] += dt * work.c0[c, i]
            fast.leaf_heat[c, i] += dt * work.c1[c, i]


@lane_loop
def finish_air(dt, fast, step, work, implicit):
    """State of canopy air; what leaves to the atmosphere is what its budgets leave over.

    CO2 relaxes exactly towards its equilibrium with a constant source.
    """
    for i in range(LANES):
        mass = step.air_mass[i]
        t, q = work.t_canopy[i], implicit.q[i]
        enthalpy = air_enthalpy(t, q)
        fast.enthalpy_out[i] += dt * (work.h_sum[i] + work.vapour_energy[i]) - mass * (
            enthalpy - fast.enthalpy[i]
        )
        fast.vapour_out[i] += dt * work.vapour_sum[i] - mass * (q - fast.q[i])
        fast.enthalpy[i] = enthalpy
        fast.q[i] = q
        exchange = work.conductance[i]
        balance = step.co2_air[i] + step.co2_source[i] * M_DRY / exchange
        co2 = balance + (fast.co2[i] - balance) * exp(-exchange * dt / mass)
        fast.co2_out[i] += dt * step.co2_source[i] - mass / M_DRY * (co2 - fast.co2[i])
        fast.co2[i] = co2
        fast.h_surface[i] += dt * work.h_sum[i]
        fast.e_ground[i] += dt * (work.e_pool[i] + work.e_soil[i])
        fast.temperature[i] += dt * air_temperature(enthalpy, q)
        fast.ustar[i] += dt * work.ustar[i]
