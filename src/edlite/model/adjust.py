"""What happens between substeps: drip, percolation, runoff, saturation; all conserving.

Every function works only on lanes whose substep was accepted (`done` > 0.5).
"""

from edlite.constants import RHO_W
from edlite.kernels.mathematics import clip01, lane_loop, loop_group, where
from edlite.kernels.thermodynamics import (
    air_temperature,
    liquid_energy,
    own_liquid,
    pool_liquid_fraction,
    pool_temperature,
    saturation_humidity,
    vapour_enthalpy,
    water_energy,
)
from edlite.model.lanes import LANES, N_SNOW
from edlite.model.snow import (
    BOUND_LIQUID,
    EMPTY,
    POOL_OWN_TEMPERATURE,
    divide,
    percolate,
    return_lowest,
    take_lowest,
)

FILM_MIN = 5e-4  # of capacity; a thinner film evaporates at once
POOL_MIN = 1e-3  # kg m-2; a smaller pool enters the soil whole
DRIP_DENSITY = 200.0  # kg m-3 of snow that slides off leaves


@lane_loop
def leaf_water(done, fast, ground, step, work):
    """Excess film drips to the ground; traces and deficits are exchanged with canopy air."""
    dry_air, boiled, boiled_energy = work.a0, work.a1, work.a2
    for i in range(LANES):
        t_air = air_temperature(fast.enthalpy[i], fast.q[i])
        dry = fast.q[i] < 0.99 * saturation_humidity(t_air, step.pressure[i])
        dry_air[i] = where(dry, 1.0, 0.0)
        boiled[i] = 0.0
        boiled_energy[i] = 0.0
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            ok = (done[i] > 0.5) and (step.lai[c, i] > 0.0)
            water, energy = fast.leaf_water[c, i], fast.leaf_energy[c, i]
            capacity = max(step.capacity[c, i], 1e-6)
            t = pool_temperature(energy, water, capacity)
            f = pool_liquid_fraction(energy, water, capacity)
            drip = where(ok, max(water - step.film_max[c, i], 0.0), 0.0)
            drip_energy = drip * water_energy(t, f)
            trace = (water < FILM_MIN * step.film_max[c, i]) and (dry_air[i] > 0.5)
            boil = where(ok and ((water < 0.0) or trace), water, 0.0)
            boil_energy = boil * vapour_enthalpy(t)
            fast.leaf_water[c, i] = water - drip - boil
            fast.leaf_energy[c, i] = energy - drip_energy - boil_energy
            fast.snow[0, i] += drip
            fast.snow_energy[0, i] += drip_energy
            ground.snow_depth[i] += drip * (f * (1.0 / RHO_W) + (1.0 - f) * (1.0 / DRIP_DENSITY))
            boiled[i] += boil
            boiled_energy[i] += boil_energy
    for i in range(LANES):
        fast.q[i] += boiled[i] / step.air_mass[i]
        fast.enthalpy[i] += boiled_energy[i] / step.air_mass[i]
        fast.e_film[i] += boiled[i]


@loop_group
def _move(k_from, k_to, amount, fast, soil, i):
    """Move `amount` [kg m-2] of water with its energy between two layers of lane i."""
    t = pool_temperature(
        fast.energy[k_from, i], fast.theta[k_from, i] * RHO_W, soil.c_dry[k_from, i]
    )
    f = pool_liquid_fraction(
        fast.energy[k_from, i], fast.theta[k_from, i] * RHO_W, soil.c_dry[k_from, i]
    )
    energy = amount * water_energy(t, f)
    fast.theta[k_from, i] -= amount / (RHO_W * soil.dz[k_from])
    fast.theta[k_to, i] += amount / (RHO_W * soil.dz[k_to])
    fast.energy[k_from, i] -= energy / soil.dz[k_from]
    fast.energy[k_to, i] += energy / soil.dz[k_to]


@loop_group
def _lowest(fast, i):
    """The sublayer of surface water that touches the soil."""
    j = N_SNOW - 1
    while j > 0 and fast.snow[j, i] <= EMPTY:
        j -= 1
    return j


@loop_group
def _settle_deficit(fast, soil, i):
    """The soil makes up for surface water below nothing."""
    pool = 0.0
    energy = 0.0
    for j in range(N_SNOW):
        pool += fast.snow[j, i]
        energy += fast.snow_energy[j, i]
    if pool < 0.0:
        fast.theta[0, i] += pool / (RHO_W * soil.dz[0])
        fast.energy[0, i] += energy / soil.dz[0]
        for j in range(N_SNOW):
            fast.snow[j, i] = 0.0
            fast.snow_energy[j, i] = 0.0


@lane_loop
def soil_bounds(done, fast, soil, stand):
    """Push water above saturation upward and take water below air-dryness from the layer below.

    The fluxes fade out towards both bounds, so this moves only what one substep overshoots; it is
    rare, and therefore a scalar loop behind a test.
    """
    n_layer = soil.active.shape[0]
    for i in range(LANES):
        if done[i] < 0.5 or stand.prescribed[i] > 0.5:
            continue
        for k in range(n_layer - 1, 0, -1):
            excess = (fast.theta[k, i] - soil.theta_s[k, i]) * RHO_W * soil.dz[k]
            if soil.active[k, i] > 0.5 and excess > 0.0:
                _move(k, k - 1, excess, fast, soil, i)
                fast.theta[k, i] = min(fast.theta[k, i], soil.theta_s[k, i])
        excess = (fast.theta[0, i] - soil.theta_s[0, i]) * RHO_W * soil.dz[0]
        if excess > 0.0:
            t = pool_temperature(fast.energy[0, i], fast.theta[0, i] * RHO_W, soil.c_dry[0, i])
            f = pool_liquid_fraction(fast.energy[0, i], fast.theta[0, i] * RHO_W, soil.c_dry[0, i])
            energy = excess * water_energy(t, f)
            fast.theta[0, i] = min(
                fast.theta[0, i] - excess / (RHO_W * soil.dz[0]), soil.theta_s[0, i]
            )
            fast.energy[0, i] -= energy / soil.dz[0]
            lowest = _lowest(fast, i)
            fast.snow[lowest, i] += excess
            fast.snow_energy[lowest, i] += energy
        if fast.snow[0, i] < 0.0:
            _settle_deficit(fast, soil, i)
        for k in range(n_layer - 1):
            deficit = (soil.theta_r[k, i] - fast.theta[k, i]) * RHO_W * soil.dz[k]
            if deficit > 0.0 and soil.active[k + 1, i] > 0.5:
                _move(k + 1, k, deficit, fast, soil, i)
                fast.theta[k, i] = max(fast.theta[k, i], soil.theta_r[k, i])


@lane_loop
def surface_water(done, fast, soil, stand, work):
    """Percolation into the soil; a thin pool takes the temperature of the top soil layer.

    Works on the sublayer that touches the soil. Into a prescribed column the same amount leaves the
    pool, and counts as assimilation increment. Expects the pool's mass in work.pool.
    """
    take_lowest(fast, work)
    bottom, bottom_energy = work.s0, work.s1
    for i in range(LANES):
        ok = done[i] > 0.5
        dz = soil.dz[0]
        water, energy_before = bottom[i], bottom_energy[i]
        theta = fast.theta[0, i]
        capacity = soil.c_dry[0, i] * dz
        own = work.pool[i] >= POOL_OWN_TEMPERATURE
        shared_energy = fast.energy[0, i] * dz + energy_before
        shared_water = theta * RHO_W * dz + water
        t = where(
            own,
            pool_temperature(energy_before, max(water, EMPTY), 0.0),
            pool_temperature(shared_energy, shared_water, capacity),
        )
        soil_water = theta * RHO_W * dz
        soil_f = pool_liquid_fraction(fast.energy[0, i], theta * RHO_W, soil.c_dry[0, i])
        liquid = pool_liquid_fraction(shared_energy, shared_water, capacity) * shared_water
        rest = liquid - own_liquid(liquid, soil_f * soil_water, soil_water, max(water, 0.0))
        f = where(
            own,
            pool_liquid_fraction(energy_before, max(water, EMPTY), 0.0),
            where(water > 1e-9, clip01(rest / max(water, 1e-9)), liquid / shared_water),
        )
        trace = (not own) and (abs(water) < POOL_MIN)
        loose = water * max(f - BOUND_LIQUID, 0.0) / (1.0 - BOUND_LIQUID)
        room = max(soil.theta_s[0, i] - theta, 0.0) * RHO_W * dz
        amount = where(ok, where(trace, water, min(loose, room)), 0.0)
        # a trace that a full layer cannot hold stays
        amount = where(amount > room, 0.0, amount)
        energy = amount * where(trace, water_energy(t, f), liquid_energy(t))
        emptied = ok and trace and (amount == water)
        pool_energy = where(own, energy_before, water * water_energy(t, f))
        # what sharing the temperature moves from the soil to the pool
        shared = where(ok, pool_energy - energy_before, 0.0)
        energy = where(emptied, energy_before + shared, energy)
        prescribed = stand.prescribed[i]
        fast.energy[0, i] += (energy * (1.0 - prescribed) - shared) / dz
        fast.theta[0, i] += amount * (1.0 - prescribed) / (RHO_W * dz)
        bottom[i] = where(emptied, 0.0, water - amount)
        bottom_energy[i] = where(emptied, 0.0, energy_before + shared - energy)
        fast.assim_water[i] -= amount * prescribed
        fast.assim_energy[i] -= energy * prescribed
    return_lowest(fast, work)


@loop_group
def after_substep(done, fast, ground, soil, stand, step, work):
    """All adjustments after an accepted substep."""
    leaf_water(done, fast, ground, step, work)
    soil_bounds(done, fast, soil, stand)
    percolate(done, fast, work)
    surface_water(done, fast, soil, stand, work)
    divide(done, fast, work)
