"""One 600 s step of a block: what is held over it, and what follows it."""

from edlite.constants import (
    CP_DRY,
    GRAVITY,
    P_REFERENCE,
    R_DRY,
    RHO_W,
    T3,
    WIND_MIN,
    Z0_SNOW,
    Z0_SOIL,
)
from edlite.kernels.mathematics import exp, lane_loop, log, power, where
from edlite.kernels.soil_heat import fresh_snow_density, frozen_precipitation
from edlite.kernels.thermodynamics import (
    air_density,
    air_enthalpy,
    air_temperature,
    ice_energy,
    liquid_energy,
    pool_liquid_fraction,
    pool_temperature,
    water_energy,
)
from edlite.model.lanes import LANES
from edlite.model.meteorology import (
    AIR_PRESSURE,
    AIR_TEMPERATURE,
    CO2,
    N_MET,
    PRECIPITATION,
    SPECIFIC_HUMIDITY,
    WIND_SPEED,
)

# leaves of less area and less than a tenth of the cohort's full leaf have no energy of their own
LAI_RESOLVED = 0.005
SHARE_RESOLVED = 0.1
KAPPA = R_DRY / CP_DRY


@lane_loop
def lane_weather(met_points, stand, met):
    """Bilinear interpolation of one step's forcing (N_MET, point) to the lanes."""
    for v in range(N_MET):
        for i in range(LANES):
            met[v, i] = 0.0
    for p in range(stand.met_point.shape[0]):
        at = stand.met_point[p, 0]
        for v in range(N_MET):
            value = met_points[v, at]
            for i in range(LANES):
                met[v, i] += stand.met_weight[p, i] * value


@lane_loop
def atmosphere(met, fast, ground, stand, step, book):
    """Canopy pressure, density and mass; properties of the air above; roughness.

    A changed mass of canopy air exchanges air of canopy properties with the atmosphere; the
    exchange is booked so that budgets close.
    """
    for i in range(LANES):
        t, q, p = met[AIR_TEMPERATURE, i], met[SPECIFIC_HUMIDITY, i], met[AIR_PRESSURE, i]
        exner_air = power(p / P_REFERENCE, KAPPA)
        theta_v = t / exner_air * (1.0 + 0.61 * q)
        fall = stand.reference_height[i] - stand.canopy_depth[i]
        exner = exner_air + GRAVITY * fall / (CP_DRY * theta_v)
        pressure = P_REFERENCE * power(exner, 1.0 / KAPPA)
        step.pressure[i] = pressure
        step.exner[i] = 1.0 / exner
        step.theta_v_air[i] = theta_v
        step.enthalpy_air[i] = air_enthalpy(t * exner / exner_air, q)
        step.q_air[i] = q
        step.co2_air[i] = met[CO2, i]
        step.wind[i] = max(met[WIND_SPEED, i], WIND_MIN)
        t_canopy = air_temperature(fast.enthalpy[i], fast.q[i])
        density = air_density(pressure, t_canopy, fast.q[i])
        mass = density * stand.canopy_depth[i]
        change = mass - ground.air_mass[i]
        book.air_water[i] = change * fast.q[i]
        book.air_energy[i] = change * fast.enthalpy[i]
        book.air_carbon[i] = change * fast.co2[i]
        step.density[i] = density
        step.air_mass[i] = mass
        ground.air_mass[i] = mass
    for i in range(LANES):
        h = stand.veg_height[i]
        buried = min(0.99, ground.snow_depth[i] / h)
        opened = stand.open_fraction[i]
        z0 = Z0_SNOW * buried + (1.0 - buried) * (Z0_SOIL * opened + 0.13 * h * (1.0 - opened))
        d = 0.63 * h
        depth = stand.reference_height[i] - d
        step.snow_fraction[i] = buried
        step.z0[i] = z0
        step.displacement[i] = d
        step.profile_depth[i] = depth
        step.ratio[i] = z0 / depth
        step.ln_ratio[i] = log(depth / z0)


@lane_loop
def foliage(incanopy, fast, ground, cohorts, plants, step, book):
    """Resolved leaf area and heat capacity; leaves that (dis)appear take or leave their energy.

    Wind falls from cohort to cohort with the leaf area above, or exponentially with height where
    `incanopy` is 1.
    """
    for i in range(LANES):
        book.biomass_energy[i] = 0.0
        step.elapsed[i] = 1.0
    for c in range(cohorts.n.shape[0]):
        for i in range(LANES):
            carbon = cohorts.n[c, i] * plants.leaf_carbon[c, i]
            lai = carbon * cohorts.sla[c, i]
            full = cohorts.n[c, i] * cohorts.leaf_max[c, i] * cohorts.sla[c, i]
            enough = lai > min(LAI_RESOLVED, SHARE_RESOLVED * full)
            resolved = enough and (cohorts.height[c, i] > ground.snow_depth[i])
            capacity = carbon * cohorts.c_leaf[c, i]
            t_canopy = air_temperature(fast.enthalpy[i], fast.q[i])
            had = step.capacity[c, i] > 0.0
            t_leaf = pool_temperature(
                fast.leaf_energy[c, i], fast.leaf_water[c, i], max(step.capacity[c, i], 1e-6)
            )
            f_leaf = pool_liquid_fraction(
                fast.leaf_energy[c, i], fast.leaf_water[c, i], max(step.capacity[c, i], 1e-6)
            )
            # new leaves come at the temperature of the old, or else of canopy air
            gained = where(
                resolved,
                where(had, (capacity - step.capacity[c, i]) * t_leaf, capacity * t_canopy),
                0.0,
            )
            lost = (not resolved) and had
            drip = where(lost, fast.leaf_water[c, i], 0.0)
            drip_energy = drip * water_energy(t_leaf, f_leaf)
            left = where(lost, fast.leaf_energy[c, i] - drip_energy, 0.0)
            fast.leaf_energy[c, i] += gained - drip_energy - left
            fast.leaf_water[c, i] -= drip
            fast.snow[0, i] += drip
            fast.snow_energy[0, i] += drip_energy
            book.biomass_energy[i] += gained - left
            step.lai[c, i] = where(resolved, lai, 0.0)
            step.capacity[c, i] = where(resolved, capacity, 0.0)
            step.film_max[c, i] = cohorts.film_capacity[c, i] * step.lai[c, i]
            above = step.elapsed[i] * exp(-0.25 * step.lai[c, i])
            profile = exp(-2.5 * (1.0 - cohorts.crown_fraction[c, i]))
            step.wind_factor[c, i] = where(incanopy == 1.0, profile, above)
            step.elapsed[i] *= exp(-0.5 * step.lai[c, i])


@lane_loop
def precipitation(met, stand, step):
    """Phase of precipitation; what leaves intercept and what falls through [kg m-2 s-1, W m-2]."""
    leaf_area = step.error
    for i in range(LANES):
        leaf_area[i] = 0.0
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            leaf_area[i] += step.lai[c, i]
    for i in range(LANES):
        rain, t = met[PRECIPITATION, i], met[AIR_TEMPERATURE, i]
        frozen = frozen_precipitation(t)
        energy = rain * (
            (1.0 - frozen) * liquid_energy(max(t, T3)) + frozen * ice_energy(min(t, T3))
        )
        caught = where(leaf_area[i] > 0.0, 1.0 - stand.open_fraction[i], 0.0)
        step.precipitation[i] = rain
        step.precipitation_energy[i] = energy
        step.throughfall[i] = rain * (1.0 - caught)
        step.throughfall_energy[i] = energy * (1.0 - caught)
        step.snowfall[i] = rain * (1.0 - caught) * frozen
        step.snowfall_density[i] = fresh_snow_density(t)
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            caught = where(leaf_area[i] > 0.0, 1.0 - stand.open_fraction[i], 0.0)
            share = caught * step.lai[c, i] / max(leaf_area[i], 1e-12)
            step.interception[c, i] = step.precipitation[i] * share
            step.interception_energy[c, i] = step.precipitation_energy[i] * share


@lane_loop
def prescribe(target, fast, soil, stand):
    """Set the moisture of prescribed lanes; temperature and liquid fraction stay.

    The water and energy that this takes are booked as assimilation increments.
    """
    for k in range(soil.active.shape[0]):
        for i in range(LANES):
            on = (stand.prescribed[i] > 0.5) and (soil.active[k, i] > 0.5)
            theta, energy = fast.theta[k, i], fast.energy[k, i]
            t = pool_temperature(energy, theta * RHO_W, soil.c_dry[k, i])
            f = pool_liquid_fraction(energy, theta * RHO_W, soil.c_dry[k, i])
            wanted = where(on, target[k, i], theta)
            added = (wanted - theta) * RHO_W
            added_energy = added * water_energy(t, f)
            fast.theta[k, i] = wanted
            fast.energy[k, i] = energy + added_energy
            fast.assim_water[i] += added * soil.dz[k]
            fast.assim_energy[i] += added_energy * soil.dz[k]
