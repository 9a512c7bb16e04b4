"""Heat of the ground over a long step, solved implicitly.

The column of snow sublayers and soil layers below the surface node is eliminated from the bottom
up, so that each node's temperature is linear in that of the node above; the node that meets the air
is solved together with leaves and canopy air.
"""

from edlite.constants import C_ICE, C_LIQ, RHO_W, T3
from edlite.kernels.mathematics import exp, lane_loop, process, where
from edlite.kernels.soil_heat import snow_conductivity
from edlite.model.lanes import LANES, N_SNOW
from edlite.model.snow import (
    EMPTY,
    EXTINCTION,
    POOL_OWN_TEMPERATURE,
    SNOW_DENSITY_MAX,
    SNOW_DENSITY_MIN,
)


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
