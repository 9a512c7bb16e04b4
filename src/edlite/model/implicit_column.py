"""Heat and water of the ground over a long step, solved implicitly.

Heat: the column of snow sublayers and soil layers below the surface node is eliminated from the
bottom up, so that each node's temperature is linear in that of the node above; the node that meets
the air is solved together with leaves and canopy air. Water: Darcy's fluxes, linearised in the
moisture of both layers, make a tridiagonal system. The fluxes of either solution are what moves
energy and water, so both are conserved to rounding whatever the step.
"""

from edlite.constants import C_ICE, C_LIQ, RHO_W, T3, T_LZ
from edlite.kernels.mathematics import exp, lane_loop, process, where
from edlite.kernels.soil_heat import heat_flux, snow_conductivity
from edlite.kernels.soil_water import (
    RAMP,
    conductivity,
    log_saturation,
    matric_potential,
)
from edlite.kernels.thermodynamics import liquid_energy, pool_temperature
from edlite.model.lanes import LANES, N_SNOW
from edlite.model.snow import (
    EMPTY,
    EXTINCTION,
    POOL_OWN_TEMPERATURE,
    SNOW_DENSITY_MAX,
    SNOW_DENSITY_MIN,
)

PARTS = 6.0  # of a step in which water moves where it stands or falls
STRAY = 1.0  # K by which the energy of a sublayer may stray from the solution
WET = 0.02  # kg m-2 of water that stands or falls


@process
def water_heat_capacity(temperature):
    """Heat capacity of water of one phase [J kg-1 K-1]."""
    return where(temperature > T3, C_LIQ, C_ICE)


@process
def node_coefficients(capacity, temperature, source, above, below, below_0, below_t):
    """Offset and slope of an inner node's new temperature in that of the node above.

    capacity : heat capacity over the step [W m-2 K-1];  source : heat it receives [W m-2]
    above, below : conductances to its neighbours [W m-2 K-1]
    below_0, below_t : the same coefficients of the node below
    A node that melts or freezes stays at the triple point.
    """
    scale = 1.0 / (capacity + above + below * (1.0 - below_t))
    offset = (capacity * temperature + source + below * below_0) * scale
    melts = temperature == T3
    return where(melts, T3, offset), where(melts, 0.0, above * scale)


@lane_loop
def eliminate_soil(dt, fast, soil, work, implicit):
    """Coefficients of the soil's layers below the first, and all conductances [W m-2 K-1]."""
    n_layer = soil.active.shape[0]
    for k in range(n_layer):
        for i in range(LANES):
            implicit.resistance[k, i] = 0.5 * soil.dz[k] / work.conduct[k, i]
            water = fast.theta[k, i] * RHO_W
            heat = soil.c_dry[k, i] + water * water_heat_capacity(work.t_soil[k, i])
            implicit.capacity[k, i] = heat * soil.dz[k] / dt
    for k in range(n_layer):
        below = min(k + 1, n_layer - 1)
        for i in range(LANES):
            inner = (soil.active[k, i] > 0.5) and (soil.last[k, i] < 0.5)
            conductance = 1.0 / (implicit.resistance[k, i] + implicit.resistance[below, i])
            implicit.conductance[k, i] = where(inner, conductance, 0.0)
    for k in range(n_layer - 1, 0, -1):
        below = min(k + 1, n_layer - 1)
        for i in range(LANES):
            implicit.soil_0[k, i], implicit.soil_t[k, i] = node_coefficients(
                implicit.capacity[k, i],
                work.t_soil[k, i],
                0.0,
                implicit.conductance[k - 1, i],
                implicit.conductance[k, i],
                implicit.soil_0[below, i],
                implicit.soil_t[below, i],
            )


@lane_loop
def eliminate_snow(dt, fast, ground, soil, step, work, implicit):
    """The node that meets the air, and what lies below it; sublayers of deep pools eliminated.

    Leaves in `implicit`: surface_capacity [W m-2 K-1], surface_water [kg m-2], surface_heat
    [W m-2] (shortwave), and below_0, below_t, below_g: coefficients of the next node and its
    conductance. Returns whether any lane has a pool with a temperature of its own.
    """
    n_layer = soil.active.shape[0]
    under = min(1, n_layer - 1)
    deep = False
    for i in range(LANES):
        mass = max(work.pool[i], 0.0)
        deep |= work.pool[i] >= POOL_OWN_TEMPERATURE
        t = work.t_soil[0, i]
        implicit.surface_t[i] = t
        implicit.surface_capacity[i] = implicit.capacity[0, i] + mass * water_heat_capacity(t) / dt
        implicit.surface_heat[i] = step.sw_pool[i] + step.sw_soil[i]
        implicit.below_0[i] = implicit.soil_0[under, i]
        implicit.below_t[i] = implicit.soil_t[under, i]
        implicit.below_g[i] = implicit.conductance[0, i]
    if not deep:
        return False
    light = work.a0
    for i in range(LANES):
        depth = max(ground.snow_depth[i], 1e-3)
        work.a1[i] = min(max(work.pool[i] / depth, SNOW_DENSITY_MIN), SNOW_DENSITY_MAX)
        work.a2[i] = exp(-EXTINCTION * work.pool[i] / work.a1[i])
        light[i] = 1.0
    for j in range(N_SNOW):
        below = min(j + 1, N_SNOW - 1)
        for i in range(LANES):
            mass = fast.snow[j, i]
            there = (mass > EMPTY) or (j == 0)
            has_next = (j < N_SNOW - 1) and (fast.snow[below, i] > EMPTY)
            thickness = max(mass, EMPTY) / work.a1[i]
            left = where(has_next, light[i] * exp(-EXTINCTION * thickness), work.a2[i])
            share = (light[i] - left) / max(1.0 - work.a2[i], 1e-9)
            implicit.snow_heat[j, i] = where(there, share * step.sw_pool[i], 0.0)
            light[i] = where(there, left, light[i])
    # the node below, from the top soil layer upward
    for i in range(LANES):
        work.a3[i] = implicit.resistance[0, i]
        work.a4[i] = implicit.capacity[0, i]
        work.a5[i] = work.t_soil[0, i]
        work.a6[i] = step.sw_soil[i]
    for j in range(N_SNOW - 1, -1, -1):
        for i in range(LANES):
            own = work.pool[i] >= POOL_OWN_TEMPERATURE
            mass, t = fast.snow[j, i], work.t_snow[j, i]
            there = own and ((mass > EMPTY) or (j == 0))
            held = max(mass, EMPTY)
            conductivity = snow_conductivity(t, work.a1[i])
            resistance = 0.5 * held / (work.a1[i] * conductivity)
            above = 1.0 / (resistance + work.a3[i])
            offset, slope = node_coefficients(
                work.a4[i],
                work.a5[i],
                work.a6[i],
                above,
                implicit.below_g[i],
                implicit.below_0[i],
                implicit.below_t[i],
            )
            capacity = held * water_heat_capacity(t) / dt
            implicit.snow_0[j, i] = offset
            implicit.snow_t[j, i] = slope
            implicit.below_0[i] = where(there, offset, implicit.below_0[i])
            implicit.below_t[i] = where(there, slope, implicit.below_t[i])
            implicit.below_g[i] = where(there, above, implicit.below_g[i])
            work.a3[i] = where(there, resistance, work.a3[i])
            work.a4[i] = where(there, capacity, work.a4[i])
            work.a5[i] = where(there, t, work.a5[i])
            work.a6[i] = where(there, implicit.snow_heat[j, i], work.a6[i])
    for i in range(LANES):
        own = work.pool[i] >= POOL_OWN_TEMPERATURE
        implicit.surface_t[i] = where(own, work.t_snow[0, i], implicit.surface_t[i])
        implicit.surface_capacity[i] = where(own, work.a4[i], implicit.surface_capacity[i])
        implicit.surface_heat[i] = where(own, work.a6[i], implicit.surface_heat[i])
    return True


@lane_loop
def column_temperatures(deep, fast, soil, work, implicit):
    """New temperatures of all nodes in work.t_snow and work.t_soil, from work.t_ground down."""
    t = work.a0
    for i in range(LANES):
        t[i] = work.t_ground[i]
    if deep:
        for j in range(N_SNOW):
            for i in range(LANES):
                own = work.pool[i] >= POOL_OWN_TEMPERATURE
                there = own and ((fast.snow[j, i] > EMPTY) or (j == 0))
                work.t_snow[j, i] = where(there, t[i], work.t_snow[j, i])
                lower = implicit.snow_0[j, i] + implicit.snow_t[j, i] * t[i]
                t[i] = where(there, lower, t[i])
    for i in range(LANES):
        work.t_soil[0, i] = t[i]
    for k in range(1, soil.active.shape[0]):
        for i in range(LANES):
            t[i] = implicit.soil_0[k, i] + implicit.soil_t[k, i] * t[i]
            work.t_soil[k, i] = t[i]


@lane_loop
def uptake_energy(work, implicit):
    """Energy of what roots take (work.uptake) at the temperatures of the start of the step, with
    which leaves receive it [W m-2]."""
    for k in range(work.uptake.shape[0]):
        for i in range(LANES):
            implicit.uptake_energy[k, i] = work.uptake[k, i] * liquid_energy(work.t_soil[k, i])


@process
def ramp_slope(value):
    """Derivative of `clip01(x / RAMP)` at its `value`, taken from the side that opens."""
    return where(value < 1.0, 1.0 / RAMP, 0.0)


@lane_loop
def count_parts(dt, fast, d, work, implicit):
    """In how many equal parts each lane's water moves: one where the ground is dry, PARTS where
    water arrives or stands on it. Returns the largest number."""
    most = 1.0
    for i in range(LANES):
        arriving = dt * max(d.snow[0, i], 0.0)
        stands = (work.pool[i] > WET) and (work.pool[i] < POOL_OWN_TEMPERATURE)
        wet = stands or (arriving > WET)
        implicit.parts[i] = where(wet, PARTS, 1.0)
        most = max(most, implicit.parts[i])
    return int(most)


@lane_loop
def take_part(part, dt, fast, d, implicit, done):
    """Length of the part in implicit.part [s], 0 where a lane has no more; surface water moves."""
    for i in range(LANES):
        there = part < implicit.parts[i]
        implicit.part[i] = where(there, dt / implicit.parts[i], 0.0)
        done[i] = where(there, 1.0, 0.0)
        fast.snow[0, i] += implicit.part[i] * d.snow[0, i]
    for j in range(N_SNOW):
        for i in range(LANES):
            heat = implicit.part[i] * d.snow_energy[j, i]
            # a sublayer that an earlier part took away leaves its heat to the first
            there = (fast.snow[j, i] > EMPTY) or (j == 0)
            fast.snow_energy[j, i] += where(there, heat, 0.0)
            fast.snow_energy[0, i] += where(there, 0.0, heat)


@lane_loop
def pass_on_heat(dt, fast, d, work, implicit):
    """What the solution took for the heat of melting but a thin sublayer cannot hold goes to the
    next one, at last to the soil."""
    for i in range(LANES):
        implicit.beyond[i] = 0.0
    for j in range(N_SNOW):
        for i in range(LANES):
            own = work.pool[i] >= POOL_OWN_TEMPERATURE
            mass = fast.snow[j, i] + dt * d.snow[j, i] * where(j == 0, 1.0, 0.0)
            there = own and ((fast.snow[j, i] > EMPTY) or (j == 0))
            gained = d.snow_energy[j, i] + where(there, implicit.beyond[i] / dt, 0.0)
            energy, held = fast.snow_energy[j, i] + dt * gained, max(mass, EMPTY)
            found, t = pool_temperature(energy, held, 0.0), work.t_snow[j, i]
            # melting and freezing is no stray
            kept = min(max(found, min(t, T3) - STRAY), max(t, T3) + STRAY)
            kept_energy = held * where(kept > T3, C_LIQ * (kept - T_LZ), C_ICE * kept)
            strayed = there and (kept != found)
            d.snow_energy[j, i] = where(
                strayed,
                (kept_energy - fast.snow_energy[j, i]) / dt,
                where(there, gained, d.snow_energy[j, i]),
            )
            implicit.beyond[i] = where(
                there, where(strayed, energy - kept_energy, 0.0), implicit.beyond[i]
            )
    for i in range(LANES):
        implicit.heat_in[i] += implicit.beyond[i] / dt


@lane_loop
def soil_potentials(fast, soil, work):
    """Matric potential and conductivity of the present moisture."""
    for k in range(soil.active.shape[0]):
        for i in range(LANES):
            log_s = log_saturation(fast.theta[k, i], soil.theta_s[k, i])
            work.psi[k, i] = matric_potential(soil.psi_s[k, i], soil.b[k, i], log_s)
            work.k[k, i] = conductivity(soil.k_sat[k, i], soil.b[k, i], log_s)


@lane_loop
def darcy_linear(fast, soil, stand, work, implicit):
    """Flux through the bottom of each layer [m s-1, positive up] and its slopes in both moistures.

    The same flux as in `edlite.model.soil_column.layer_fluxes`; expects `limits_of_flow`.
    """
    n_layer = soil.active.shape[0]
    for k in range(n_layer):
        below = min(k + 1, n_layer - 1)
        for i in range(LANES):
            theta, theta_below = fast.theta[k, i], fast.theta[below, i]
            k_here, k_below = work.k[k, i], work.k[below, i]
            psi, psi_below = work.psi[k, i], work.psi[below, i]
            f, f_below = work.f_soil[k, i], work.f_soil[below, i]
            b, b_below = soil.b[k, i], soil.b[below, i]
            moving = (1.0 - stand.prescribed[i]) * soil.active[k, i]
            # of the power laws, for which moisture counts as saturated above theta_s
            inverse = where(theta < soil.theta_s[k, i], 1.0 / theta, 0.0)
            inverse_below = where(theta_below < soil.theta_s[below, i], 1.0 / theta_below, 0.0)
            k_slope = (2.0 * b + 3.0) * k_here * inverse
            psi_slope = -b * psi * inverse
            k_slope_below = (2.0 * b_below + 3.0) * k_below * inverse_below
            psi_slope_below = -b_below * psi_below * inverse_below
            impedance = work.impedance[k, i]
            scale = impedance / max(soil.z[k] - soil.z[below], 1e-9)
            drop = psi + soil.z[k] - psi_below - soil.z[below]
            mean = 0.5 * (k_here + k_below)
            inner = -scale * mean * drop
            slope = -scale * (0.5 * k_slope * drop + mean * psi_slope)
            slope_below = -scale * (0.5 * k_slope_below * drop - mean * psi_slope_below)
            upward = inner > 0.0
            room = where(upward, work.room[k, i], work.room[below, i])
            supply_here = work.supply[k, i]
            supply = where(upward, work.supply[below, i], supply_here)
            gate = room * supply
            closing = -inner * supply * ramp_slope(room)
            opening = inner * room * ramp_slope(supply) * where(upward, f_below, f)
            slope = slope * gate + where(upward, closing, opening)
            slope_below = slope_below * gate + where(upward, opening, closing)
            is_last = soil.last[k, i] > 0.5
            out = -impedance * soil.free[i]
            drain = out * k_here * supply_here
            drain_slope = out * (k_slope * supply_here + k_here * ramp_slope(supply_here) * f)
            implicit.flux[k, i] = moving * where(is_last, drain, inner * gate)
            implicit.slope[k, i] = moving * where(is_last, drain_slope, slope)
            implicit.slope_below[k, i] = moving * where(is_last, 0.0, slope_below)


@lane_loop
def solve_moisture(soil, stand, work, implicit):
    """Fluxes at the end of the step in implicit.flux: tridiagonal system for the change of
    moisture, eliminated from the bottom up."""
    n_layer = soil.active.shape[0]
    for k in range(n_layer - 1, -1, -1):
        below, above = min(k + 1, n_layer - 1), max(k - 1, 0)
        inner, top = where(k < n_layer - 1, 1.0, 0.0), where(k == 0, 1.0, 0.0)
        for i in range(LANES):
            kept = 1.0 - stand.prescribed[i]
            flux_above = where(top > 0.5, work.e_soil[i] * kept / RHO_W, implicit.flux[above, i])
            own_above = (1.0 - top) * implicit.slope_below[above, i]
            from_above = (1.0 - top) * implicit.slope[above, i]
            slope_below = inner * implicit.slope_below[k, i]
            sink = work.uptake[k, i] * kept / RHO_W
            rest = implicit.flux[k, i] - flux_above - sink + slope_below * implicit.step_0[below, i]
            storage = soil.dz[k] / max(implicit.part[i], 1e-9)
            diagonal = storage - implicit.slope[k, i] + own_above
            diagonal -= slope_below * implicit.step_t[below, i]
            scale = soil.active[k, i] / max(diagonal, 1e-3 * storage)
            implicit.step_0[k, i] = rest * scale
            implicit.step_t[k, i] = -from_above * scale
    change, change_below = work.a0, work.a1
    for i in range(LANES):
        change[i] = implicit.step_0[0, i]
    for k in range(n_layer):
        below = min(k + 1, n_layer - 1)
        for i in range(LANES):
            change_below[i] = implicit.step_0[below, i] + implicit.step_t[below, i] * change[i]
            implicit.flux[k, i] += (
                implicit.slope[k, i] * change[i] + implicit.slope_below[k, i] * change_below[i]
            )
            change[i] = change_below[i]


@lane_loop
def move_in_soil(fast, soil, stand, work, implicit):
    """Update moisture and energy of the soil over a part of the step; heat from above in
    implicit.heat_in [W m-2].

    Where moisture is prescribed, what roots and evaporation take is given back at once with the
    energy of liquid water, and counted as assimilation increment.
    """
    n_layer = soil.active.shape[0]
    water_in, heat_in = work.a1, work.a2
    for i in range(LANES):
        kept, dt = 1.0 - stand.prescribed[i], implicit.part[i]
        returned = work.e_soil[i] * (1.0 - kept)
        returned_energy = returned * liquid_energy(max(work.t_soil[0, i], T3))
        fast.assim_water[i] += dt * returned
        fast.assim_energy[i] += dt * returned_energy
        water_in[i] = -work.e_soil[i] * kept / RHO_W
        heat_in[i] = implicit.heat_in[i] + returned_energy
    for k in range(n_layer):
        below = min(k + 1, n_layer - 1)
        for i in range(LANES):
            kept, dt = 1.0 - stand.prescribed[i], implicit.part[i]
            exists, dz = soil.active[k, i], soil.dz[k]
            is_last = soil.last[k, i] > 0.5
            up = implicit.flux[k, i]
            from_below = (up > 0.0) and not is_last
            t_source = where(from_below, work.t_soil[below, i], work.t_soil[k, i])
            carried = up * RHO_W * liquid_energy(t_source)
            conducted = where(
                is_last,
                0.0,
                heat_flux(
                    work.t_soil[k, i],
                    work.t_soil[below, i],
                    soil.dz[k],
                    soil.dz[below],
                    work.conduct[k, i],
                    work.conduct[below, i],
                ),
            )
            taken = work.uptake[k, i]
            taken_energy = implicit.uptake_energy[k, i]
            gained = water_in[i] + up - taken * kept / RHO_W
            heat = heat_in[i] + conducted + carried - taken_energy * kept
            fast.theta[k, i] += dt * exists * gained / dz
            fast.energy[k, i] += dt * exists * heat / dz
            fast.assim_water[i] += dt * taken * (1.0 - kept)
            fast.assim_energy[i] += dt * taken_energy * (1.0 - kept)
            water_in[i] = where(is_last, water_in[i], -up)
            heat_in[i] = where(is_last, heat_in[i], -conducted - carried)
            fast.drainage[i] += where(is_last, -up * RHO_W * dt, 0.0)
            fast.drainage_energy[i] += where(is_last, -carried * dt, 0.0)
