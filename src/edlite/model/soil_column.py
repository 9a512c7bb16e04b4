"""Rates of change of water and heat in the soil."""

from edlite.constants import RHO_W, T3
from edlite.kernels.mathematics import lane_loop, loop_group, where
from edlite.kernels.soil_heat import heat_flux
from edlite.kernels.soil_water import (
    conductivity,
    darcy_flux,
    ice_impedance,
    log_saturation,
    matric_potential,
    room_ramp,
    supply_ramp,
)
from edlite.kernels.thermodynamics import liquid_energy
from edlite.model.lanes import LANES


@lane_loop
def soil_potentials(fast, soil, work):
    """Matric potential and conductivity of the present moisture."""
    for k in range(soil.active.shape[0]):
        for i in range(LANES):
            log_s = log_saturation(fast.theta[k, i], soil.theta_s[k, i])
            work.psi[k, i] = matric_potential(soil.psi_s[k, i], soil.b[k, i], log_s)
            work.k[k, i] = conductivity(soil.k_sat[k, i], soil.b[k, i], log_s)


@lane_loop
def uptake_by_layer(work):
    """Water that roots take from each layer, of what is available there in work.uptake."""
    n_layer = work.uptake.shape[0]
    demand = work.a0
    for i in range(LANES):
        demand[i] = 0.0
    for k in range(n_layer - 1, -1, -1):
        for i in range(LANES):
            demand[i] += work.tr_at[k, i] / max(work.available_sum[k, i], 1e-12)
            work.uptake[k, i] = work.available[k, i] * demand[i]


@lane_loop
def limits_of_flow(fast, soil, work):
    """Ramps of every layer, and the impedance by ice of the flux through its lower boundary."""
    n_layer = soil.active.shape[0]
    frozen = False
    for k in range(n_layer):
        for i in range(LANES):
            theta, f = fast.theta[k, i], work.f_soil[k, i]
            work.room[k, i] = room_ramp(theta, soil.theta_s[k, i])
            work.supply[k, i] = supply_ramp(theta, soil.theta_r[k, i], f)
            work.impedance[k, i] = 1.0  # as without ice
            frozen |= f < 1.0
    if not frozen:
        return
    for k in range(n_layer):
        below = min(k + 1, n_layer - 1)
        for i in range(LANES):
            f = work.f_soil[k, i]
            mean = where(soil.last[k, i] > 0.5, f, 0.5 * (f + work.f_soil[below, i]))
            work.impedance[k, i] = ice_impedance(mean)


@lane_loop
def layer_fluxes(fast, d, soil, stand, work):
    """Rates of all layers from the fluxes through their boundaries."""
    n_layer = soil.active.shape[0]
    water_in, heat_in = work.a1, work.a2
    for i in range(LANES):
        kept = 1.0 - stand.prescribed[i]
        returned = work.e_soil[i] * (1.0 - kept)
        returned_energy = returned * liquid_energy(max(work.t_soil[0, i], T3))
        d.assim_water[i] = returned
        d.assim_energy[i] = returned_energy
        water_in[i] = -work.e_soil[i] * kept * (1.0 / RHO_W)
        heat_in[i] += returned_energy
    for k in range(n_layer):
        below = min(k + 1, n_layer - 1)
        for i in range(LANES):
            kept = 1.0 - stand.prescribed[i]
            is_last = soil.last[k, i] > 0.5
            exists = soil.active[k, i]
            inner = darcy_flux(
                work.k[k, i],
                work.k[below, i],
                work.psi[k, i] + soil.z[k],
                work.psi[below, i] + soil.z[below],
                max(soil.z[k] - soil.z[below], 1e-9),
                work.impedance[k, i],
            )
            upward = inner > 0.0
            room = where(upward, work.room[k, i], work.room[below, i])
            supply = where(upward, work.supply[below, i], work.supply[k, i])
            drain = -work.k[k, i] * work.impedance[k, i] * soil.free[i] * work.supply[k, i]
            up = where(is_last, drain, inner * room * supply) * kept * exists
            t_source = where(upward and not is_last, work.t_soil[below, i], work.t_soil[k, i])
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
            taken_energy = taken * liquid_energy(work.t_soil[k, i])
            share = exists * (1.0 / soil.dz[k])
            d.theta[k, i] = share * (water_in[i] + up - taken * kept * (1.0 / RHO_W))
            d.energy[k, i] = share * (heat_in[i] + conducted + carried - taken_energy * kept)
            d.assim_water[i] += taken * (1.0 - kept)
            d.assim_energy[i] += taken_energy * (1.0 - kept)
            water_in[i] = where(is_last, water_in[i], -up)
            heat_in[i] = where(is_last, heat_in[i], -conducted - carried)
            d.drainage[i] = where(is_last, -up * RHO_W, d.drainage[i])
            d.drainage_energy[i] = where(is_last, -carried, d.drainage_energy[i])


@loop_group
def soil_fluxes(fast, d, soil, stand, work):
    """Water and heat in the soil; the heat that enters it from above is expected in work.a2.

    Where moisture is prescribed, water does not move; what roots and evaporation take is given back
    at once with the energy of liquid water, and counted as assimilation increment.
    """
    uptake_by_layer(work)
    limits_of_flow(fast, soil, work)
    layer_fluxes(fast, d, soil, stand, work)
