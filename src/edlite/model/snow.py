"""Water and snow on the surface: up to four sublayers, top first.

A pool of less than POOL_OWN_TEMPERATURE is one sublayer that shares its temperature with the top
soil layer. A heavier one is divided as in ED2: the more mass, the more sublayers, thin at the top,
where the sun melts it, and at the bottom, where the ground does. All sublayers have one density.
"""

import math

from edlite.constants import L_F, T3
from edlite.kernels.mathematics import clip01, exp, lane_loop, process, where
from edlite.kernels.soil_heat import heat_flux, snow_conductivity
from edlite.kernels.thermodynamics import (
    ice_energy,
    liquid_energy,
    pool_liquid_fraction,
    pool_temperature,
)
from edlite.model.lanes import LANES, N_SNOW

POOL_OWN_TEMPERATURE = 5.0  # kg m-2; a thinner pool shares the top soil layer's temperature
POOL_COVERS = 0.1  # kg m-2 of surface water that covers the ground
SUBLAYER_MIN = 5.0  # kg m-2 for each further sublayer
EMPTY = 0.01  # kg m-2; what holds less is no sublayer of its own
BOUND_LIQUID = 0.1  # liquid share that snow holds
SNOW_DENSITY_MIN, SNOW_DENSITY_MAX = 30.0, 1000.0
EXTINCTION = 20.0  # m-1, of shortwave


@lane_loop
def sum_pool(fast, work):
    """Mass and energy of the whole pool in work.pool, work.pool_energy; whether any lane has a
    pool with a temperature of its own. Without one the sublayers below the first are empty."""
    for i in range(LANES):
        work.pool[i] = 0.0
        work.pool_energy[i] = 0.0
    for j in range(N_SNOW):
        for i in range(LANES):
            work.pool[i] += fast.snow[j, i]
            work.pool_energy[i] += fast.snow_energy[j, i]
    deep = False
    for i in range(LANES):
        deep |= (work.pool[i] >= POOL_OWN_TEMPERATURE) or (fast.snow[1, i] != 0.0)
    return deep


@lane_loop
def pool_state(fast, work):
    """What `sum_pool` leaves; temperature and liquid fraction of the sublayers of pools with a
    temperature of their own."""
    if not sum_pool(fast, work):
        return
    for j in range(N_SNOW):
        for i in range(LANES):
            mass, energy = fast.snow[j, i], fast.snow_energy[j, i]
            there = mass > EMPTY
            held = max(mass, EMPTY)
            work.t_snow[j, i] = where(there, pool_temperature(energy, held, 0.0), T3)
            work.f_snow[j, i] = where(there, pool_liquid_fraction(energy, held, 0.0), 0.0)


@lane_loop
def snow_fluxes(fast, d, ground, soil, step, work):
    """Rates of the sublayers; leaves the heat that enters the soil in work.a2 [W m-2].

    Shortwave is absorbed exponentially with depth. What comes from above meets a thin pool first
    and melts or freezes it before the soil.
    """
    received, light = work.a2, work.a3
    deep = False
    for i in range(LANES):
        deep |= work.pool[i] >= POOL_OWN_TEMPERATURE
        depth = max(ground.snow_depth[i], 1e-3)
        density = min(max(work.pool[i] / depth, SNOW_DENSITY_MIN), SNOW_DENSITY_MAX)
        work.a4[i] = density
        work.a5[i] = exp(-EXTINCTION * work.pool[i] / density)
        received[i] = step.lw_ground[i] - work.h_ground[i] - work.ground_vapour_energy[i]
        light[i] = 1.0
        d.snow[0, i] = step.throughfall[i] - work.e_pool[i]
    for j in range(N_SNOW):
        for i in range(LANES):
            d.snow_energy[j, i] = 0.0
    for j in range(N_SNOW if deep else 0):
        below = min(j + 1, N_SNOW - 1)
        for i in range(LANES):
            own = work.pool[i] >= POOL_OWN_TEMPERATURE
            mass, next_mass = fast.snow[j, i], fast.snow[below, i]
            there = own and ((mass > EMPTY) or (j == 0))
            has_next = there and (j < N_SNOW - 1) and (next_mass > EMPTY)
            density, t = work.a4[i], work.t_snow[j, i]
            thickness = max(mass, EMPTY) / density
            conductivity = snow_conductivity(t, density)
            next_t = where(has_next, work.t_snow[below, i], work.t_soil[0, i])
            next_thickness = where(has_next, max(next_mass, EMPTY) / density, soil.dz[0])
            next_conductivity = where(
                has_next, snow_conductivity(work.t_snow[below, i], density), work.conduct[0, i]
            )
            down = -heat_flux(t, next_t, thickness, next_thickness, conductivity, next_conductivity)
            all_light = work.a5[i]
            left = where(has_next, light[i] * exp(-EXTINCTION * thickness), all_light)
            share = where(there, (light[i] - left) / max(1.0 - all_light, 1e-9), 0.0)
            gained = received[i] + share * step.sw_pool[i] - down
            d.snow_energy[j, i] = where(there, gained, 0.0)
            received[i] = where(there, down, received[i])
            light[i] = where(there, left, light[i])
    for i in range(LANES):
        own = work.pool[i] >= POOL_OWN_TEMPERATURE
        above = received[i] + step.sw_pool[i]
        met_by_pool = where(own, 0.0, clip01(work.pool[i] / POOL_COVERS) * above)
        d.snow_energy[0, i] += step.throughfall_energy[i] + met_by_pool
        received[i] = where(own, received[i], above - met_by_pool) + step.sw_soil[i]


@lane_loop
def percolate(done, fast, work):
    """Loose liquid of every sublayer runs into the next one; the pool's mass goes to work.pool."""
    if not sum_pool(fast, work):
        return
    for j in range(N_SNOW - 1):
        for i in range(LANES):
            mass, energy = max(fast.snow[j, i], EMPTY), fast.snow_energy[j, i]
            moves = (done[i] > 0.5) and (work.pool[i] >= POOL_OWN_TEMPERATURE)
            moves = moves and (fast.snow[j, i] > EMPTY) and (fast.snow[j + 1, i] > EMPTY)
            f = pool_liquid_fraction(energy, mass, 0.0)
            loose = mass * max(f - BOUND_LIQUID, 0.0) / (1.0 - BOUND_LIQUID)
            amount = where(moves, loose, 0.0)
            carried = amount * liquid_energy(pool_temperature(energy, mass, 0.0))
            fast.snow[j, i] -= amount
            fast.snow_energy[j, i] -= carried
            fast.snow[j + 1, i] += amount
            fast.snow_energy[j + 1, i] += carried


@lane_loop
def take_lowest(fast, work):
    """Mass and energy of the sublayer that touches the soil in work.s0 and work.s1.

    A thin pool is the first sublayer alone. Expects the pool's mass in work.pool.
    """
    for i in range(LANES):
        work.s0[i] = fast.snow[0, i]
        work.s1[i] = fast.snow_energy[0, i]
    for j in range(1, N_SNOW):
        for i in range(LANES):
            own = work.pool[i] >= POOL_OWN_TEMPERATURE
            lower = own and (fast.snow[j, i] > EMPTY)
            work.s0[i] = where(lower, fast.snow[j, i], work.s0[i])
            work.s1[i] = where(lower, fast.snow_energy[j, i], work.s1[i])


@lane_loop
def return_lowest(fast, work):
    """Put back what `take_lowest` took."""
    for i in range(LANES):
        work.s2[i] = 0.0
    for j in range(N_SNOW - 1, -1, -1):
        for i in range(LANES):
            own = work.pool[i] >= POOL_OWN_TEMPERATURE
            there = own and (fast.snow[j, i] > EMPTY)
            here = (work.s2[i] < 0.5) and (there or (j == 0))
            fast.snow[j, i] = where(here, work.s0[i], fast.snow[j, i])
            fast.snow_energy[j, i] = where(here, work.s1[i], fast.snow_energy[j, i])
            work.s2[i] = where(here, 1.0, work.s2[i])


@process
def mass_above(j, pool):
    """Share of a pool's mass above the lower edge of sublayer j (top first), as in ED2."""
    n = min(max(math.floor(pool / SUBLAYER_MIN), 1.0), 4.0)
    two = 0.5 if j == 0 else 1.0
    three = 0.25 if j == 0 else (0.75 if j == 1 else 1.0)
    four = 0.15 if j == 0 else (0.5 if j == 1 else (0.85 if j == 2 else 1.0))
    return where(n < 1.5, 1.0, where(n < 2.5, two, where(n < 3.5, three, four)))


@lane_loop
def divide(done, fast, work):
    """Divide the pool anew into its sublayers; every bit of mass keeps its energy."""
    mass, energy = work.snow_mass, work.snow_heat
    if not sum_pool(fast, work):
        return
    for i in range(LANES):
        # what evaporated below nothing takes from the next
        spent = (fast.snow[0, i] <= EMPTY) and (fast.snow[1, i] > EMPTY)
        gone = where(spent, fast.snow[0, i], 0.0)
        gone_energy = where(spent, fast.snow_energy[0, i], 0.0)
        fast.snow[0, i] -= gone
        fast.snow_energy[0, i] -= gone_energy
        fast.snow[1, i] += gone
        fast.snow_energy[1, i] += gone_energy
    for j in range(N_SNOW):
        for i in range(LANES):
            energy[j, i] = 0.0
    for j in range(N_SNOW):
        for i in range(LANES):
            work.a0[i] = 0.0  # mass above sublayer k of the old division
        for i in range(LANES):
            work.a1[i] = where(j == 0, 0.0, work.pool[i] * mass_above(j - 1, work.pool[i]))
            work.a2[i] = work.pool[i] * mass_above(j, work.pool[i])
            mass[j, i] = work.a2[i] - work.a1[i]
        for k in range(N_SNOW):
            for i in range(LANES):
                old = fast.snow[k, i]
                top = work.a0[i]
                bottom = top + old
                shared = max(min(bottom, work.a2[i]) - max(top, work.a1[i]), 0.0)
                energy[j, i] += fast.snow_energy[k, i] * where(
                    old > 1e-12, shared / max(old, 1e-12), 0.0
                )
                work.a0[i] = bottom
    for i in range(LANES):
        thin = work.pool[i] < POOL_OWN_TEMPERATURE
        mass[0, i] = where(thin, work.pool[i], mass[0, i])
        energy[0, i] = where(thin, work.pool_energy[i], energy[0, i])
        for j in range(1, N_SNOW):
            mass[j, i] = where(thin, 0.0, mass[j, i])
            energy[j, i] = where(thin, 0.0, energy[j, i])
    for j in range(N_SNOW):
        for i in range(LANES):
            fast.snow[j, i] = where(done[i] > 0.5, mass[j, i], fast.snow[j, i])
            fast.snow_energy[j, i] = where(done[i] > 0.5, energy[j, i], fast.snow_energy[j, i])


@lane_loop
def snow_pack(dt, water_before, fast, ground, step, work):
    """Depth of surface water: new snow adds its own, losses shrink it, liquid collapses it."""
    sum_pool(fast, work)
    for i in range(LANES):
        water = max(work.pool[i], 0.0)
        # what fell from leaves onto bare ground brought its own depth
        kept = where(water_before[i] > 0.0, min(1.0, water / max(water_before[i], 1e-12)), 1.0)
        depth = ground.snow_depth[i] * kept + dt * step.snowfall[i] / step.snowfall_density[i]
        f = where(
            water >= POOL_OWN_TEMPERATURE,
            pool_liquid_fraction(work.pool_energy[i], max(water, 1.0), 0.0),
            clip01((work.pool_energy[i] / max(water, 1e-12) - ice_energy(T3)) / L_F),
        )
        thickest = water * ((1.0 - f) / SNOW_DENSITY_MIN + f / SNOW_DENSITY_MAX)
        ground.snow_depth[i] = max(water / SNOW_DENSITY_MAX, min(depth, thickest))


@lane_loop
def runoff(dt, timescale, fast, book, work):
    """Loose liquid of the top sublayer leaves with a time constant [s]; 0 means none.

    Expects the pool's mass in work.pool.
    """
    for i in range(LANES):
        water = max(fast.snow[0, i], 0.0)
        own = work.pool[i] >= POOL_OWN_TEMPERATURE
        specific = fast.snow_energy[0, i] / max(water, 1e-12)
        f = clip01((specific - ice_energy(T3)) / L_F)
        t = where(own, pool_temperature(fast.snow_energy[0, i], max(water, EMPTY), 0.0), 0.0)
        liquid_t = where(f > 0.0, max(t, T3), T3)
        share = where(timescale > 0.0, min(1.0, dt / max(timescale, 1e-9)), 0.0)
        amount = water * share * max(f - BOUND_LIQUID, 0.0) / (1.0 - BOUND_LIQUID)
        # liquid leaves with the energy it has: of the pool's mean where all is liquid
        energy = amount * where(f >= 1.0, specific, liquid_energy(liquid_t))
        fast.snow[0, i] -= amount
        fast.snow_energy[0, i] -= energy
        book.runoff[i] = amount
        book.runoff_energy[i] = energy
