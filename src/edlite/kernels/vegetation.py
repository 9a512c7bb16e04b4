"""Daily state of leaves: prescribed greenness, the 10-day drought rule, maintenance, litter."""

from numba import njit

from edlite.constants import C_LIQ, YEAR_DAYS
from edlite.kernels.mathematics import clip01, exp, inverse_root_3, log, process, where

EVERGREEN, COLD_DECIDUOUS, DROUGHT_DECIDUOUS = 0, 2, 4
AUTUMN = 213.0  # day of the year from which greenness follows the autumn curve
GREENNESS_MIN = 0.05
REGROWTH_MIN = 0.25
RETAINED = 0.5  # share of leaf carbon that is kept when leaves are shed


@process
def greenness(day_of_year, spring_a, spring_b, autumn_a, autumn_b):
    """Share of full leaf of cold-deciduous plants, 0 below 0.05 (Medvigy et al. 2009).

    Months 1-7 (before day 213) follow the spring curve 1/(1+(a doy)^b), b < 0; later months the
    autumn curve, b > 0. Northern hemisphere.
    """
    spring = _sigmoid(day_of_year, spring_a, max(spring_b, -100.0))
    autumn = _sigmoid(day_of_year, autumn_a, min(autumn_b, 100.0))
    g = where(day_of_year < AUTUMN, spring, autumn)
    return where(g < GREENNESS_MIN, 0.0, g)


@process
def leaf_ageing(day_of_year, greenness_now, autumn_a, autumn_b):
    """Factor on leaf capacity in autumn: ageing over greenness; 1 in spring and without leaves."""
    age = _sigmoid(day_of_year, 1.095 * autumn_a, min(autumn_b, 100.0))
    in_autumn = (day_of_year >= AUTUMN) and (age > 0.01) and (greenness_now > 1e-4)
    return where(in_autumn, age / max(greenness_now, 1e-4), 1.0)


@process
def _sigmoid(day, a, b):
    return 1.0 / (1.0 + exp(min(b * log(max(a * day, 1e-10)), 300.0)))


@process
def ten_day_mean(previous, today):
    """Exponential mean over ten days."""
    return previous + 0.1 * (today - previous)


@process
def frost_mortality(lowest, rate, temperature):
    """Mortality by frost [yr-1] at a daily mean temperature [K].

    None above `lowest` + 5 K, `rate` at and below `lowest` [K], linear between.
    """
    return rate * clip01(1.0 - (temperature - lowest) / 5.0)


@process
def maintenance_factor(evergreen, temperature):
    """Slow-down of turnover of evergreens in the cold; daily mean canopy-air temperature [K]."""
    return where(evergreen > 0.5, 1.0 / (1.0 + exp(0.4 * (278.15 - temperature))), 1.0)


@process
def daily_turnover(rate, carbon, factor):
    """Tissue lost to litter in a day; rate [yr-1]."""
    return rate * carbon * factor / YEAR_DAYS


@njit(error_model="numpy")
def leaf_heat_capacity(leaf_carbon, c_leaf_dry, water_per_dry):
    """Heat capacity [J m-2 K-1] of leaf carbon [kgC m-2] with its internal water."""
    return 2.0 * leaf_carbon * (c_leaf_dry + water_per_dry * C_LIQ)


@process
def wet_share(water, capacity):
    """Share of the leaf area under a film of water, (water/capacity)**(2/3), at most 1."""
    film = max(water / max(capacity, 1e-12), 1e-12)
    return where(water > 0.0, min(1.0, film * inverse_root_3(film)), 0.0)
