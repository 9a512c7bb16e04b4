"""Rates of change of the fast state: canopy air, leaves, surface water, soil."""

import math

from numba import njit

from edlite.constants import (
    CP_DRY,
    CP_VAP,
    M_DRY,
    RHO_W,
    T3,
    USTAR_MIN,
    WIND_CANOPY_MIN,
)
from edlite.kernels.mathematics import clip01, lane_loop, power, where
from edlite.kernels.soil_heat import heat_flux, snow_conductivity, soil_conductivity
from edlite.kernels.soil_water import (
    available_water,
    conductivity,
    darcy_flux,
    ground_humidity,
    ice_impedance,
    log_saturation,
    matric_potential,
    pore_humidity,
    room_ramp,
    supply_ramp,
    surface_wetness,
)
from edlite.kernels.thermodynamics import (
    air_temperature,
    liquid_energy,
    pool_liquid_fraction,
    pool_temperature,
    saturation_humidity,
    vapour_enthalpy,
)
from edlite.kernels.turbulence import (
    RIB_MAX,
    bulk_richardson,
    canopy_top_wind,
    friction_velocity,
    ground_conductance,
    leaf_heat_conductance,
    profile_heat,
    profile_momentum,
    scalar_transfer,
    stability_guess,
    stability_newton,
)
from edlite.model.lanes import LANES, N_LAYER

STABILITY_STEPS = 4
POOL_OWN_TEMPERATURE = 5.0  # kg m-2; a thinner pool shares the top soil layer's temperature
POOL_COVERS = 0.1  # kg m-2 of surface water from which all evaporation comes from it
UNSATURATED_RAMP = 200.0  # evaporation fades out over the last 0.5 % of relative humidity
HEAT_TO_VAPOUR = 1.075
WATER_SUPPLY_RAMP = 10.0  # m2 kg-1; transpiration fades out below 0.1 kg m-2 of available water


@lane_loop
def diagnose(fast, ground, soil, step, work):
    """Temperatures, liquid fractions, potentials and conductivities of the present state."""
    for i in range(LANES):
        t = air_temperature(fast.enthalpy[i], fast.q[i])
        rh = fast.q[i] / saturation_humidity(t, step.pressure[i])
        work.t_canopy[i] = t
        work.rh[i] = rh
        work.unsaturated[i] = clip01((1.0 - rh) * UNSATURATED_RAMP)
        work.cp[i] = (1.0 - fast.q[i]) * CP_DRY + fast.q[i] * CP_VAP
    for k in range(N_LAYER):
        for i in range(LANES):
            water = fast.theta[k, i] * RHO_W
            work.t_soil[k, i] = pool_temperature(fast.energy[k, i], water, soil.c_dry[k, i])
            work.f_soil[k, i] = pool_liquid_fraction(fast.energy[k, i], water, soil.c_dry[k, i])
    for i in range(LANES):
        dz = soil.dz[0]
        mass = fast.water[i]
        energy = fast.energy[0, i] * dz + fast.water_energy[i]
        water = fast.theta[0, i] * RHO_W * dz + mass
        capacity = soil.c_dry[0, i] * dz
        shared_t = pool_temperature(energy, water, capacity)
        shared_f = pool_liquid_fraction(energy, water, capacity)
        own = mass >= POOL_OWN_TEMPERATURE
        own_mass = max(mass, 1.0)
        pool_t = pool_temperature(fast.water_energy[i], own_mass, 0.0)
        pool_f = pool_liquid_fraction(fast.water_energy[i], own_mass, 0.0)
        work.t_soil[0, i] = where(own, work.t_soil[0, i], shared_t)
        work.f_soil[0, i] = where(own, work.f_soil[0, i], shared_f)
        work.t_ground[i] = where(own, pool_t, shared_t)
        work.a8[i] = where(own, pool_f, shared_f)
    for k in range(N_LAYER):
        for i in range(LANES):
            log_s = log_saturation(fast.theta[k, i], soil.theta_s[k, i])
            work.psi[k, i] = matric_potential(soil.psi_s[k, i], soil.b[k, i], log_s)
            work.k[k, i] = conductivity(soil.k_sat[k, i], soil.b[k, i], log_s)
    for k in range(N_LAYER):
        for i in range(LANES):
            work.conduct[k, i] = soil_conductivity(
                fast.theta[k, i],
                soil.theta_s[k, i],
                soil.lambda0[k, i],
                soil.lambda1[k, i],
                soil.lambda2[k, i],
            )


@lane_loop
def leaf_temperatures(fast, step, work):
    """Temperature of every cohort's leaves; canopy air where no leaf area is resolved."""
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            t = pool_temperature(
                fast.leaf_energy[c, i], fast.leaf_water[c, i], max(step.capacity[c, i], 1e-6)
            )
            work.t_leaf[c, i] = where(step.lai[c, i] > 0.0, t, work.t_canopy[i])


@lane_loop
def turbulence(stand, step, work, fast):
    """Friction velocity, exchange with the atmosphere, ground conductance, wind at canopy top."""
    for i in range(LANES):
        theta_v = work.t_canopy[i] * step.exner[i] * (1.0 + 0.61 * fast.q[i])
        rib = bulk_richardson(
            step.theta_v_air[i], theta_v, step.wind[i], step.profile_depth[i] - step.z0[i]
        )
        slow = rib > RIB_MAX
        work.wind[i] = where(
            slow, step.wind[i] * math.sqrt(max(rib, RIB_MAX) / RIB_MAX), step.wind[i]
        )
        rib = where(slow, RIB_MAX, rib)
        rib = where(abs(rib) < 1e-9, 1e-9, rib)
        work.rib[i] = rib
        work.zeta[i] = stability_guess(rib, step.ln_ratio[i])
    for _ in range(STABILITY_STEPS):
        for i in range(LANES):
            work.zeta[i] = stability_newton(
                work.zeta[i], work.rib[i], step.ln_ratio[i], step.ratio[i]
            )
    for i in range(LANES):
        zeta = work.zeta[i]
        fm = profile_momentum(zeta, step.ln_ratio[i], step.ratio[i])
        fh = profile_heat(zeta, step.ln_ratio[i], step.ratio[i])
        ustar = friction_velocity(work.wind[i], fm, USTAR_MIN)
        bare = scalar_transfer(fh) * ustar
        work.ustar[i] = ustar
        work.conductance[i] = step.density[i] * bare
        work.g_ground[i] = ground_conductance(
            bare, step.g_understorey[i], stand.open_fraction[i], step.snow_fraction[i]
        )
        work.u_top[i] = canopy_top_wind(
            ustar,
            stand.veg_height[i] - step.displacement[i],
            step.z0[i],
            zeta,
            step.profile_depth[i],
            WIND_CANOPY_MIN,
        )


@lane_loop
def boundary_layers(cohorts, step, work):
    """Vapour conductance of each cohort's leaf boundary layer, one side [kg m-2 s-1]."""
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            wind = max(WIND_CANOPY_MIN, work.u_top[i] * step.wind_factor[c, i])
            g = leaf_heat_conductance(
                wind, cohorts.leaf_width[c, i], work.t_leaf[c, i] - work.t_canopy[i]
            )
            work.g_bw[c, i] = HEAT_TO_VAPOUR * g * step.density[i]


@lane_loop
def root_zone(fast, soil, work):
    """Available water by layer, its sum from the top, and the mean energy of what roots take."""
    for i in range(LANES):
        work.a0[i] = 0.0
        work.a1[i] = 0.0
    for k in range(N_LAYER):
        for i in range(LANES):
            water = soil.active[k, i] * available_water(
                fast.theta[k, i], soil.theta_wp[k, i], work.f_soil[k, i], RHO_W * soil.dz[k]
            )
            work.available[k, i] = water
            work.a0[i] += water
            work.a1[i] += water * liquid_energy(work.t_soil[k, i])
            work.available_sum[k, i] = work.a0[i]
            work.source_energy[k, i] = work.a1[i] / max(work.a0[i], 1e-12)
            work.tr_at[k, i] = 0.0


@lane_loop
def ground_fluxes(fast, d, soil, step, work):
    """Evaporation or dew and sensible heat of the ground [kg m-2 s-1, W m-2]."""
    for i in range(LANES):
        t = work.t_ground[i]
        g = work.g_ground[i] * step.density[i]
        q_sat = saturation_humidity(t, step.pressure[i])
        potential = g * (q_sat - fast.q[i])
        alpha = pore_humidity(work.psi[0, i], t)
        beta = surface_wetness(fast.theta[0, i], soil.theta_r[0, i], soil.theta_fc[0, i])
        q_soil = ground_humidity(q_sat, fast.q[i], alpha, beta)
        covered = clip01(fast.water[i] / POOL_COVERS)
        supply = supply_ramp(fast.theta[0, i], soil.theta_r[0, i], work.f_soil[0, i])
        open_air = work.unsaturated[i]
        from_soil = g * (q_soil - fast.q[i]) * supply * (1.0 - covered) * open_air
        dew = potential <= 0.0
        e_pool = where(dew, potential, potential * covered * open_air)
        e_soil = where(dew, 0.0, from_soil)
        work.e_pool[i] = e_pool
        work.e_soil[i] = e_soil
        work.h_ground[i] = g * work.cp[i] * (t - work.t_canopy[i])
        work.h_sum[i] = work.h_ground[i]
        work.vapour_sum[i] = e_pool + e_soil
        work.vapour_energy[i] = (e_pool + e_soil) * vapour_enthalpy(t)
        d.e_ground[i] = e_pool + e_soil
        d.e_film[i] = 0.0
        d.transpiration[i] = 0.0


@lane_loop
def leaf_fluxes(fast, d, cohorts, step, work):
    """Energy and film water of leaves; transpiration by rooting depth goes to `work.tr_at`."""
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            # a gather, kept out of the vectorised loop
            k = int(cohorts.root_layer[c, i])
            work.a2[i] = work.available_sum[k, i]
            work.a3[i] = work.source_energy[k, i]
        for i in range(LANES):
            lai, t = step.lai[c, i], work.t_leaf[c, i]
            g_bw, q = work.g_bw[c, i], fast.q[i]
            deficit = saturation_humidity(t, step.pressure[i]) - q
            sensible = 2.0 * lai * g_bw / HEAT_TO_VAPOUR * work.cp[i] * (t - work.t_canopy[i])
            potential = lai * g_bw * deficit
            film = fast.leaf_water[c, i] / max(step.film_max[c, i], 1e-12)
            wet = where(film > 0.0, min(1.0, power(max(film, 1e-12), 2.0 / 3.0)), 0.0)
            dew = potential < 0.0
            open_air = work.unsaturated[i]
            e_film = where(dew, potential, potential * wet * open_air)
            supply = clip01(work.a2[i] * WATER_SUPPLY_RAMP) * open_air
            pull = where(dew, 0.0, cohorts.sides[c, i] * deficit * supply)
            g_o, g_c = step.g_open[c, i], step.g_closed[c, i]
            tr_open = pull * g_bw * g_o / (g_bw + g_o)
            tr_closed = pull * g_bw * g_c / (g_bw + g_c)
            tr = lai * (step.f_open[c, i] * tr_open + step.f_closed[c, i] * tr_closed)
            vapour_h = vapour_enthalpy(t)
            d.leaf_energy[c, i] = (
                step.radiation[c, i]
                - sensible
                - (e_film + tr) * vapour_h
                + step.interception_energy[c, i]
                + tr * work.a3[i]
            )
            d.leaf_water[c, i] = step.interception[c, i] - e_film
            d.psi_open[c, i] = tr_open
            work.tr[c, i] = tr
            work.h_sum[i] += sensible
            work.vapour_sum[i] += e_film + tr
            work.vapour_energy[i] += (e_film + tr) * vapour_h
            d.e_film[i] += e_film
            d.transpiration[i] += tr
        for i in range(LANES):
            work.tr_at[int(cohorts.root_layer[c, i]), i] += work.tr[c, i]


@lane_loop
def soil_fluxes(fast, d, ground, soil, stand, step, work):
    """Water and heat in soil and surface water.

    Where moisture is prescribed, water does not move; what roots and evaporation take is given back
    at once with the energy of liquid water, and counted as assimilation increment.
    """
    demand, water_in, heat_in = work.a0, work.a1, work.a2
    for i in range(LANES):
        demand[i] = 0.0
    for k in range(N_LAYER - 1, -1, -1):
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
        d.water_energy[i] = step.throughfall_energy[i] + where(own, surface - conduction, 0.0)
        kept = 1.0 - stand.prescribed[i]
        returned = work.e_soil[i] * (1.0 - kept)
        returned_energy = returned * liquid_energy(max(work.t_soil[0, i], T3))
        d.assim_water[i] = returned
        d.assim_energy[i] = returned_energy
        water_in[i] = -work.e_soil[i] * kept / RHO_W
        heat_in[i] = where(own, conduction, surface) + step.sw_soil[i] + returned_energy
    for k in range(N_LAYER):
        below = min(k + 1, N_LAYER - 1)
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


@lane_loop
def canopy_air(fast, d, step, work):
    """Enthalpy, humidity and CO2 of canopy air, and what leaves to the atmosphere."""
    for i in range(LANES):
        exchange = work.conductance[i]
        mass = step.air_mass[i]
        enthalpy_out = exchange * (fast.enthalpy[i] - step.enthalpy_air[i])
        vapour_out = exchange * (fast.q[i] - step.q_air[i])
        co2_out = exchange * (fast.co2[i] - step.co2_air[i]) / M_DRY
        d.enthalpy[i] = (work.h_sum[i] + work.vapour_energy[i] - enthalpy_out) / mass
        d.q[i] = (work.vapour_sum[i] - vapour_out) / mass
        d.co2[i] = (step.co2_source[i] - co2_out) * M_DRY / mass
        d.enthalpy_out[i] = enthalpy_out
        d.vapour_out[i] = vapour_out
        d.co2_out[i] = co2_out
        d.h_surface[i] = work.h_sum[i]
        d.temperature[i] = work.t_canopy[i]
        d.ustar[i] = work.ustar[i]


@njit(error_model="numpy")
def derivatives(fast, d, ground, soil, stand, cohorts, step, work):
    """Fill `d` with the rates of change of `fast`."""
    diagnose(fast, ground, soil, step, work)
    leaf_temperatures(fast, step, work)
    turbulence(stand, step, work, fast)
    boundary_layers(cohorts, step, work)
    root_zone(fast, soil, work)
    ground_fluxes(fast, d, soil, step, work)
    leaf_fluxes(fast, d, cohorts, step, work)
    soil_fluxes(fast, d, ground, soil, stand, step, work)
    canopy_air(fast, d, step, work)
