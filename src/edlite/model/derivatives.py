"""Rates of change of the fast state: canopy air, leaves, surface water, soil."""

from edlite.constants import CP_DRY, CP_VAP, M_DRY, RHO_W
from edlite.kernels.mathematics import clip01, lane_loop, loop_group, where
from edlite.kernels.soil_heat import soil_conductivity
from edlite.kernels.soil_water import (
    ground_humidity,
    pore_humidity,
    supply_ramp,
    surface_wetness,
)
from edlite.kernels.thermodynamics import (
    air_temperature,
    own_liquid,
    pool_liquid_fraction,
    pool_temperature,
    saturation_humidity,
    vapour_enthalpy,
)
from edlite.kernels.vegetation import wet_share
from edlite.model.exchange import HEAT_TO_VAPOUR, boundary_layers, turbulence
from edlite.model.lanes import LANES
from edlite.model.root_water import root_water, root_zone
from edlite.model.snow import POOL_COVERS, POOL_OWN_TEMPERATURE, pool_state, snow_fluxes
from edlite.model.soil_column import soil_fluxes, soil_potentials

UNSATURATED_RAMP = 200.0  # evaporation fades out over the last 0.5 % of relative humidity
WATER_SUPPLY_RAMP = 10.0  # m2 kg-1; transpiration fades out below 0.1 kg m-2 of available water


@lane_loop
def temperatures(fast, ground, soil, step, work):
    """Temperatures, liquid fractions and thermal conductivities of the present state.

    Expects what `edlite.model.snow.pool_state` leaves in `work`.
    """
    for i in range(LANES):
        t = air_temperature(fast.enthalpy[i], fast.q[i])
        rh = fast.q[i] / saturation_humidity(t, step.pressure[i])
        work.t_canopy[i] = t
        work.rh[i] = rh
        work.unsaturated[i] = clip01((1.0 - rh) * UNSATURATED_RAMP)
        work.cp[i] = (1.0 - fast.q[i]) * CP_DRY + fast.q[i] * CP_VAP
    n_layer = soil.active.shape[0]
    for k in range(n_layer):
        for i in range(LANES):
            water = fast.theta[k, i] * RHO_W
            work.t_soil[k, i] = pool_temperature(fast.energy[k, i], water, soil.c_dry[k, i])
            work.f_soil[k, i] = pool_liquid_fraction(fast.energy[k, i], water, soil.c_dry[k, i])
    for i in range(LANES):
        dz = soil.dz[0]
        mass = work.pool[i]
        energy = fast.energy[0, i] * dz + work.pool_energy[i]
        water = fast.theta[0, i] * RHO_W * dz + mass
        capacity = soil.c_dry[0, i] * dz
        shared_t = pool_temperature(energy, water, capacity)
        shared_f = pool_liquid_fraction(energy, water, capacity)
        soil_water = fast.theta[0, i] * RHO_W * dz
        soil_liquid = own_liquid(
            shared_f * water, work.f_soil[0, i] * soil_water, soil_water, max(mass, 0.0)
        )
        rest = where(mass > 1e-9, (shared_f * water - soil_liquid) / max(mass, 1e-9), shared_f)
        own = mass >= POOL_OWN_TEMPERATURE
        work.t_soil[0, i] = where(own, work.t_soil[0, i], shared_t)
        work.f_soil[0, i] = where(own, work.f_soil[0, i], soil_liquid / max(soil_water, 1e-9))
        work.t_ground[i] = where(own, work.t_snow[0, i], shared_t)
        work.a8[i] = where(own, work.f_snow[0, i], clip01(rest))
    for k in range(n_layer):
        for i in range(LANES):
            work.conduct[k, i] = soil_conductivity(
                fast.theta[k, i],
                soil.theta_s[k, i],
                soil.lambda0[k, i],
                soil.lambda1[k, i],
                soil.lambda2[k, i],
            )


@loop_group
def diagnose(fast, ground, soil, step, work):
    """What `temperatures` and `edlite.model.soil_column.soil_potentials` leave in `work`."""
    temperatures(fast, ground, soil, step, work)
    soil_potentials(fast, soil, work)


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
        covered = clip01(work.pool[i] / POOL_COVERS)
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
        work.ground_vapour_energy[i] = work.vapour_energy[i]
        d.e_ground[i] = e_pool + e_soil
        d.e_film[i] = 0.0
        d.transpiration[i] = 0.0


@lane_loop
def leaf_fluxes(fast, d, cohorts, step, work):
    """Energy and film water of leaves; transpiration by rooting depth goes to `work.tr_at`."""
    deficit_of, wet_of = work.c2, work.c3
    # the long computations in a loop of their own, many of which the processor overlaps
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            q_sat = saturation_humidity(work.t_leaf[c, i], step.pressure[i])
            deficit_of[c, i] = q_sat - fast.q[i]
            wet_of[c, i] = wet_share(fast.leaf_water[c, i], step.film_max[c, i])
    for c in range(step.lai.shape[0]):
        first, last = int(cohorts.root_first[c, 0]), int(cohorts.root_last[c, 0])
        for k in range(first, last + 1):
            for i in range(LANES):
                ends_here = cohorts.root_layer[c, i] == k
                work.a2[i] = where(ends_here, work.available_sum[k, i], work.a2[i])
                work.a3[i] = where(ends_here, work.source_energy[k, i], work.a3[i])
        for i in range(LANES):
            lai, t = step.lai[c, i], work.t_leaf[c, i]
            g_bw, deficit = work.g_bw[c, i], deficit_of[c, i]
            g_heat = (2.0 / HEAT_TO_VAPOUR) * lai * g_bw * work.cp[i]
            sensible = g_heat * (t - work.t_canopy[i])
            potential = lai * g_bw * deficit
            dew = potential < 0.0
            open_air = work.unsaturated[i]
            e_film = where(dew, potential, potential * wet_of[c, i] * open_air)
            supply = clip01(work.a2[i] * WATER_SUPPLY_RAMP) * open_air
            pull = where(dew, 0.0, cohorts.sides[c, i] * deficit * supply)
            g_o, g_c = step.g_open[c, i], step.g_closed[c, i]
            # both conductances in series with one division
            scaled = pull * g_bw / ((g_bw + g_o) * (g_bw + g_c))
            tr_open = scaled * g_o * (g_bw + g_c)
            tr_closed = scaled * g_c * (g_bw + g_o)
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
            work.c0[c, i] = e_film
            work.c1[c, i] = sensible
            work.h_sum[i] += sensible
            work.vapour_sum[i] += e_film + tr
            work.vapour_energy[i] += (e_film + tr) * vapour_h
            d.e_film[i] += e_film
            d.transpiration[i] += tr
        for k in range(first, last + 1):
            for i in range(LANES):
                ends_here = cohorts.root_layer[c, i] == k
                work.tr_at[k, i] += where(ends_here, work.tr[c, i], 0.0)
    for c in range(d.leaf_heat.shape[0]):
        for i in range(LANES):
            d.leaf_transpiration[c, i] = work.tr[c, i]
            d.leaf_evaporation[c, i] = work.c0[c, i]
            d.leaf_heat[c, i] = work.c1[c, i]


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


@loop_group
def derivatives(switches, fast, d, ground, soil, stand, cohorts, step, work):
    """Fill `d` with the rates of change of `fast`."""
    pool_state(fast, work)
    diagnose(fast, ground, soil, step, work)
    leaf_temperatures(fast, step, work)
    turbulence(switches, stand, step, work, fast)
    boundary_layers(cohorts, step, work)
    root_water(switches.water_limitation, fast, soil, work)
    root_zone(soil, work)
    ground_fluxes(fast, d, soil, step, work)
    leaf_fluxes(fast, d, cohorts, step, work)
    snow_fluxes(fast, d, ground, soil, step, work)
    soil_fluxes(fast, d, soil, stand, work)
    canopy_air(fast, d, step, work)
