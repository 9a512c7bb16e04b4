"""Water of the ground over a long step, and the heat that it carries.

Darcy's fluxes, linearised in the moisture of both layers, make a tridiagonal system. Its fluxes are
what moves water and energy, so both are conserved to rounding whatever the step. Where water falls
or stands, the step is taken in parts.
"""

from edlite.constants import RHO_W, T3
from edlite.kernels.mathematics import lane_loop, process, where
from edlite.kernels.soil_heat import heat_flux
from edlite.kernels.soil_water import RAMP
from edlite.kernels.thermodynamics import ice_energy, liquid_energy, pool_temperature
from edlite.model.lanes import LANES, N_SNOW
from edlite.model.snow import EMPTY, POOL_OWN_TEMPERATURE

PARTS = 6.0  # of a step in which water moves where it stands or falls
STRAY = 1.0  # K by which the energy of a sublayer may stray from the solution
WET = 0.02  # kg m-2 of water that stands or falls


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
            kept_energy = held * where(kept > T3, liquid_energy(kept), ice_energy(kept))
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
