"""Rates of change of water and heat in soil and surface water."""

from edlite.constants import RHO_W, T3
from edlite.kernels.mathematics import clip01, lane_loop, where
from edlite.kernels.soil_heat import heat_flux, snow_conductivity
from edlite.kernels.soil_water import darcy_flux, ice_impedance, room_ramp, supply_ramp
from edlite.kernels.thermodynamics import liquid_energy, vapour_enthalpy
from edlite.model.lanes import LANES

POOL_OWN_TEMPERATURE = 5.0  # kg m-2; a thinner pool shares the top soil layer's temperature
POOL_COVERS = 0.1  # kg m-2 of surface water that covers the ground


@lane_loop
def soil_fluxes(fast, d, ground, soil, stand, step, work):
    """Water and heat in soil and surface water.

    Where moisture is prescribed, water does not move; what roots and evaporation take is given back
    at once with the energy of liquid water, and counted as assimilation increment.
    """
    n_layer = soil.dz.shape[0]
    demand, water_in, heat_in = work.a0, work.a1, work.a2
    for i in range(LANES):
        demand[i] = 0.0
    for k in range(n_layer - 1, -1, -1):
        for i in range(LANES):
            demand[i] += work.tr_at[k, i] / max(work.available_sum[k, i], 1e-12)
            work.uptake[k, i] = work.available[k, i] * demand[i]
    for i in range(LANES):
        own = fast.water[i] >= POOL_OWN_TEMPERATURE
        vapour_h = vapour_enthalpy(work.t_ground[i])
        surface = (
            step.sw_pool[i]
            + step.lw_ground[i]
            - work.h_ground[i]
            - (work.e_pool[i] + work.e_soil[i]) * vapour_h
        )
        depth = max(ground.snow_depth[i], 1e-3)
        density = min(max(fast.water[i] / depth, 30.0), 1000.0)
        conduction = where(
            own,
            -heat_flux(
                work.t_ground[i],
                work.t_soil[0, i],
                depth,
                soil.dz[0],
                snow_conductivity(work.t_ground[i], density),
                work.conduct[0, i],
            ),
            0.0,
        )
        d.water[i] = step.throughfall[i] - work.e_pool[i]
        # a thin pool shares its temperature with the top layer, but what comes from above meets it
        # first and melts or freezes it before the soil
        met_by_pool = clip01(fast.water[i] / POOL_COVERS) * surface
        d.water_energy[i] = step.throughfall_energy[i] + where(
            own, surface - conduction, met_by_pool
        )
        kept = 1.0 - stand.prescribed[i]
        returned = work.e_soil[i] * (1.0 - kept)
        returned_energy = returned * liquid_energy(max(work.t_soil[0, i], T3))
        d.assim_water[i] = returned
        d.assim_energy[i] = returned_energy
        water_in[i] = -work.e_soil[i] * kept / RHO_W
        heat_in[i] = (
            where(own, conduction, surface - met_by_pool) + step.sw_soil[i] + returned_energy
        )
    for k in range(n_layer):
        below = min(k + 1, n_layer - 1)
        for i in range(LANES):
            kept = 1.0 - stand.prescribed[i]
            is_last = soil.last[k, i] > 0.5
            exists = soil.active[k, i]
            impedance = ice_impedance(0.5 * (work.f_soil[k, i] + work.f_soil[below, i]))
            inner = darcy_flux(
                work.k[k, i],
                work.k[below, i],
                work.psi[k, i] + soil.z[k],
                work.psi[below, i] + soil.z[below],
                max(soil.z[k] - soil.z[below], 1e-9),
                impedance,
            )
            upward = inner > 0.0
            room = where(
                upward,
                room_ramp(fast.theta[k, i], soil.theta_s[k, i]),
                room_ramp(fast.theta[below, i], soil.theta_s[below, i]),
            )
            supply = where(
                upward,
                supply_ramp(fast.theta[below, i], soil.theta_r[below, i], work.f_soil[below, i]),
                supply_ramp(fast.theta[k, i], soil.theta_r[k, i], work.f_soil[k, i]),
            )
            drain = (
                -work.k[k, i]
                * ice_impedance(work.f_soil[k, i])
                * soil.free[i]
                * supply_ramp(fast.theta[k, i], soil.theta_r[k, i], work.f_soil[k, i])
            )
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
            dz = soil.dz[k]
            d.theta[k, i] = exists * (water_in[i] + up - taken * kept / RHO_W) / dz
            d.energy[k, i] = exists * (heat_in[i] + conducted + carried - taken_energy * kept) / dz
            d.assim_water[i] += taken * (1.0 - kept)
            d.assim_energy[i] += taken_energy * (1.0 - kept)
            water_in[i] = where(is_last, water_in[i], -up)
            heat_in[i] = where(is_last, heat_in[i], -conducted - carried)
            d.drainage[i] = where(is_last, -up * RHO_W, d.drainage[i])
            d.drainage_energy[i] = where(is_last, -carried, d.drainage_energy[i])
