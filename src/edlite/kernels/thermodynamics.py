"""Internal energy of water, enthalpy of moist air, saturation.

Zero of internal energy is ice at 0 K. Evaporation carries the vapour's enthalpy away, so latent
heat never appears by itself (Walko et al. 2000; Longo et al. 2019).
"""

from edlite.constants import C_ICE, C_LIQ, CP_DRY, CP_VAP, EPS, L_F, L_V3, R_DRY, T3, T_LZ, T_VZ
from edlite.kernels.mathematics import clip01, exp, process, where


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
    is_frozen = energy <= frozen
    excess = where(is_frozen, energy, energy + water * (C_LIQ * T_LZ))
    t = excess / max(where(is_frozen, capacity_ice, capacity_liquid), 1e-30)
    return where(is_frozen or (energy >= melted), t, T3)


@process
def is_outside(energy, water, dry_capacity, coldest, hottest):
    """Whether the temperature of such a pool is outside limits below and above T3."""
    too_cold = energy < coldest * (dry_capacity + water * C_ICE)
    too_hot = energy + water * (C_LIQ * T_LZ) > hottest * (dry_capacity + water * C_LIQ)
    return too_cold or too_hot


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


# limits of the polynomials of `saturation_pressure` [K]
COLDEST, HOTTEST = 150.0, 360.0
_ICE_MIDDLE, _ICE_SCALE = 0.5 * (COLDEST + T3), 2.0 / (T3 - COLDEST)
_LIQUID_MIDDLE, _LIQUID_SCALE = 0.5 * (T3 + HOTTEST), 2.0 / (HOTTEST - T3)


@process
def log_pressure_ice(temperature):
    """Logarithm of the saturation vapour pressure over ice, COLDEST to T3.

    Murphy & Koop (2005), equation 7, interpolated at the 15 Chebyshev nodes; within 3e-11.
    """
    x = (temperature - _ICE_MIDDLE) * _ICE_SCALE
    z = x * x
    even = -1.1860469581866558e-06 * z - 9.57371272581516e-06
    odd = 4.0778058703949686e-06 * z + 3.292677099805038e-05
    even = even * z - 0.00011993962900640476
    odd = odd * z + 0.0004126840940764283
    even = even * z - 0.001415354335731811
    odd = odd * z + 0.0048741068448516145
    even = even * z - 0.016799909521223778
    odd = odd * z + 0.05796785564035128
    even = even * z - 0.20043549865163118
    odd = odd * z + 0.6959213827575546
    even = even * z - 2.4409323542113226
    odd = odd * z + 8.451983946170145
    even = even * z - 0.13531138361807188
    return even + x * odd


@process
def log_pressure_liquid(temperature):
    """Logarithm of the saturation vapour pressure over liquid water, T3 to HOTTEST.

    Murphy & Koop (2005), equation 10, interpolated at the 13 Chebyshev nodes; within 7e-11.
    """
    x = (temperature - _LIQUID_MIDDLE) * _LIQUID_SCALE
    z = x * x
    even = -9.798325856492396e-07 * z - 3.912929468082775e-06
    odd = 2.883963517535521e-06 * z + 4.975622423938257e-06
    even = even * z - 3.121705062620627e-06
    odd = odd * z - 9.618811178739263e-06
    even = even * z - 3.0234653414983154e-05
    odd = odd * z + 0.000794782477227512
    even = even * z - 0.007258632551443489
    odd = odd * z + 0.05341842424068103
    even = even * z - 0.35173424027601163
    odd = odd * z + 2.2583172085372585
    even = even * z + 9.087731517274365
    return even + x * odd


@process
def saturation_pressure(temperature):
    """Saturation vapour pressure [Pa], liquid above the triple point, ice below.

    Polynomials within 1e-10 of Murphy & Koop (2005), which is valid 123-332 K; temperatures are
    limited to COLDEST and HOTTEST.
    """
    t = min(max(temperature, COLDEST), HOTTEST)
    return exp(where(t > T3, log_pressure_liquid(t), log_pressure_ice(t)))


@process
def saturation_humidity(temperature, pressure):
    """Saturation specific humidity [kg kg-1], at least 1e-8."""
    e = saturation_pressure(temperature)
    return max(EPS * e / (pressure - (1.0 - EPS) * e), 1e-8)
