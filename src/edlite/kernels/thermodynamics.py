"""Internal energy of water, enthalpy of moist air, saturation.

Zero of internal energy is ice at 0 K. Evaporation carries the vapour's enthalpy away, so latent
heat never appears by itself (Walko et al. 2000; Longo et al. 2019).
"""

from edlite.constants import C_ICE, C_LIQ, CP_DRY, CP_VAP, EPS, L_F, L_V3, R_DRY, T3, T_LZ, T_VZ
from edlite.kernels.mathematics import clip01, exp, log, process, tanh, where


@process
def liquid_energy(temperature):
    """Internal energy of liquid water [J kg-1]."""
    return C_LIQ * (temperature - T_LZ)


@process
def ice_energy(temperature):
    """Internal energy of ice [J kg-1]."""
    return C_ICE * temperature


@process
def water_energy(temperature, liquid_fraction):
    """Internal energy of a mixture of ice and liquid [J kg-1]."""
    return liquid_fraction * liquid_energy(temperature) + (1.0 - liquid_fraction) * ice_energy(
        temperature
    )


@process
def vapour_enthalpy(temperature):
    """Enthalpy of water vapour [J kg-1]."""
    return CP_VAP * (temperature - T_VZ)


@process
def latent_heat(temperature):
    """Latent heat of vaporisation of liquid water [J kg-1]."""
    return L_V3 + (CP_VAP - C_LIQ) * (temperature - T3)


@process
def air_enthalpy(temperature, q):
    """Specific enthalpy of moist air [J kg-1]; temperature [K], specific humidity q [kg kg-1]."""
    return (1.0 - q) * CP_DRY * temperature + q * vapour_enthalpy(temperature)


@process
def air_temperature(enthalpy, q):
    """Temperature [K] of moist air of the given specific enthalpy and humidity."""
    return (enthalpy + q * CP_VAP * T_VZ) / ((1.0 - q) * CP_DRY + q * CP_VAP)


@process
def air_density(pressure, temperature, q):
    """Density of moist air [kg m-3]."""
    return pressure / (R_DRY * temperature * (1.0 + 0.61 * q))


@process
def pool_temperature(energy, water, dry_capacity):
    """Temperature [K] of a pool of water (any phase) and dry matter.

    energy [J], water [kg], dry_capacity [J K-1], all on the same basis of area or volume.
    """
    capacity_ice = dry_capacity + water * C_ICE
    capacity_liquid = dry_capacity + water * C_LIQ
    frozen = capacity_ice * T3
    melted = frozen + water * L_F
    cold = energy / max(capacity_ice, 1e-30)
    warm = (energy + water * C_LIQ * T_LZ) / max(capacity_liquid, 1e-30)
    return where(energy <= frozen, cold, where(energy >= melted, warm, T3))


@process
def own_liquid(total, soil_liquid, soil_water, pool_water):
    """Liquid water of the soil that shares its temperature with a pool above, at the melting point.

    Of the liquid `total` of both the soil keeps what it had by its own energy (`soil_liquid`), as
    far as the pool can hold the rest: snow on wet ground melts by the heat of the ground, but does
    not trade its ice for the ground's liquid water. Masses in kg m-2.
    """
    return min(max(soil_liquid, total - pool_water), min(soil_water, total))


@process
def pool_liquid_fraction(energy, water, dry_capacity):
    """Liquid fraction of the water of such a pool; a step at T3 if there is no water."""
    frozen = (dry_capacity + water * C_ICE) * T3
    return clip01((energy - frozen) / max(water * L_F, 1e-12))


@process
def saturation_pressure(temperature):
    """Saturation vapour pressure [Pa], liquid above the triple point, ice below.

    Murphy & Koop (2005); valid 123-332 K.
    """
    ln_t = log(temperature)
    inverse = 1.0 / temperature
    a1 = 54.842763 - 6763.22 * inverse - 4.210 * ln_t + 0.000367 * temperature
    a2 = 53.878 - 1331.22 * inverse - 9.44523 * ln_t + 0.014025 * temperature
    liquid = a1 + tanh(0.0415 * (temperature - 218.8)) * a2
    ice = 9.550426 - 5723.265 * inverse + 3.53068 * ln_t - 0.00728332 * temperature
    return exp(where(temperature > T3, liquid, ice))


@process
def saturation_humidity(temperature, pressure):
    """Saturation specific humidity [kg kg-1], at least 1e-8."""
    e = saturation_pressure(temperature)
    return max(EPS * e / (pressure - (1.0 - EPS) * e), 1e-8)
