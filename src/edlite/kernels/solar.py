"""Sun: position, mean height above the horizon, splitting of shortwave into bands.

Scalars in, scalars out; the two loops at the end fill arrays for callers outside the kernels.
"""

import math

import numpy as np
from numba import njit

J2000 = np.datetime64("2000-01-01T12:00:00", "s")  # UTC; the 64 s to terrestrial time do not matter
SOLAR_CONSTANT_WN = 1353.3  # W m-2, the value Weiss & Norman's coefficients go with
PAR_SHARE_TOP = 0.43  # 1, of the radiation above the atmosphere
PAR_SHARE_DIFFUSE = 0.52  # 1, of shortwave where the sun is too low for the scheme
MU_MIN_BEAM = math.cos(math.radians(89.0))
P_SEA_LEVEL = 101325.0  # Pa
SECONDS_PER_DAY = 86400.0
TWO_PI = 2.0 * math.pi


@njit(error_model="numpy", cache=True)
def solar_position(days):
    """Declination and equation of time [rad] at `days` since 2000-01-01T12 UTC.

    Low-precision formulae of the Astronomical Almanac as given by Michalsky (1988, Solar Energy
    40, 227-235): 0.01 degree in position, a few seconds of time, 1950-2050. The equation of time
    is apparent minus mean solar time, positive where the sun is ahead of the clock.
    """
    mean_longitude = math.radians(280.460 + 0.9856474 * days)
    anomaly = math.radians(357.528 + 0.9856003 * days)
    longitude = (
        mean_longitude
        + math.radians(1.915) * math.sin(anomaly)
        + math.radians(0.020) * math.sin(2.0 * anomaly)
    )
    obliquity = math.radians(23.439 - 4.0e-7 * days)
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))
    ascension = math.atan2(math.cos(obliquity) * math.sin(longitude), math.cos(longitude))
    difference = mean_longitude - ascension
    equation_of_time = difference - TWO_PI * math.floor(difference / TWO_PI + 0.5)
    return declination, equation_of_time


@njit(error_model="numpy", cache=True)
def hour_angle(seconds, longitude, equation_of_time):
    """Hour angle [rad], 0 at solar noon, growing with time (not wrapped).

    `seconds` since 2000-01-01T12 UTC, `longitude` in degrees east, `equation_of_time` in rad.
    """
    return TWO_PI * seconds / SECONDS_PER_DAY + math.radians(longitude) + equation_of_time


@njit(error_model="numpy", cache=True)
def cos_zenith(seconds, latitude, longitude):
    """Cosine of the solar zenith angle at one instant (negative at night; no refraction).

    `seconds` since 2000-01-01T12 UTC; `latitude`, `longitude` in degrees north and east.
    """
    declination, equation_of_time = solar_position(seconds / SECONDS_PER_DAY)
    phi = math.radians(latitude)
    angle = hour_angle(seconds, longitude, equation_of_time)
    return math.sin(phi) * math.sin(declination) + math.cos(phi) * math.cos(declination) * math.cos(
        angle
    )


@njit(error_model="numpy", cache=True)
def _integral_to(angle, a, b, sunset):
    """Integral of max(0, a + b cos h) over the hour angle from 0 to `angle` [rad]."""
    turns = math.floor(angle / TWO_PI + 0.5)
    wrapped = angle - TWO_PI * turns
    x = min(max(wrapped, -sunset), sunset)
    return 2.0 * turns * (a * sunset + b * math.sin(sunset)) + a * x + b * math.sin(x)


@njit(error_model="numpy", cache=True)
def mean_cos_zenith(start, duration, latitude, longitude):
    """Mean over an interval of max(0, cos zenith): exact integral over the sunlit part.

    `start` in seconds since 2000-01-01T12 UTC and `duration` in seconds; declination and equation
    of time are those of the middle of the interval (error below 1e-4 for an hour).
    """
    declination, equation_of_time = solar_position((start + 0.5 * duration) / SECONDS_PER_DAY)
    phi = math.radians(latitude)
    a = math.sin(phi) * math.sin(declination)
    b = math.cos(phi) * math.cos(declination)
    sunset = math.acos(min(max(-a / max(b, 1e-12), -1.0), 1.0))
    first = hour_angle(start, longitude, equation_of_time)
    last = hour_angle(start + duration, longitude, equation_of_time)
    total = _integral_to(last, a, b, sunset) - _integral_to(first, a, b, sunset)
    return max(0.0, total / (last - first))


@njit(error_model="numpy", cache=True)
def clear_sky_bands(mu, pressure):
    """Cloudless PAR beam, PAR diffuse, NIR beam, NIR diffuse [W m-2] on the horizontal.

    Weiss & Norman (1985, Agric. For. Meteorol. 34, 205-213) in the form of ED2, for `mu` (cosine
    of the solar zenith angle) > 0 and `pressure` [Pa]. Their near-infrared beam turns negative
    where the sun is lower than about 3.5 degrees; it is set to 0 there.
    """
    relative_pressure = pressure / P_SEA_LEVEL
    par_top = PAR_SHARE_TOP * SOLAR_CONSTANT_WN
    nir_top = (1.0 - PAR_SHARE_TOP) * SOLAR_CONSTANT_WN
    log_mass = -math.log10(mu)
    water = SOLAR_CONSTANT_WN * 10.0 ** (-1.195 + 0.4459 * log_mass - 0.0345 * log_mass**2)
    par_beam = par_top * math.exp(-0.185 * relative_pressure / mu) * mu
    par_diffuse = 0.4 * (par_top - par_beam) * mu
    nir_beam = max(0.0, (nir_top * math.exp(-0.06 * relative_pressure / mu) - water) * mu)
    nir_diffuse = 0.6 * (nir_top - nir_beam - water) * mu
    return par_beam, par_diffuse, nir_beam, nir_diffuse


@njit(error_model="numpy", cache=True)
def split_shortwave(shortwave, mu, pressure):
    """PAR beam, PAR diffuse, NIR beam, NIR diffuse [W m-2]; they sum to `shortwave`.

    Weiss & Norman (1985): the bands share `shortwave` [W m-2, >= 0, on the horizontal] as they
    would under a clear sky; the beam's share falls with the ratio to clear-sky shortwave. `mu` is
    the cosine of the solar zenith angle, `pressure` in Pa. All diffuse where the sun is less than
    one degree above the horizon.
    """
    if shortwave <= 0.0:
        return 0.0, 0.0, 0.0, 0.0
    if mu <= MU_MIN_BEAM:
        return 0.0, PAR_SHARE_DIFFUSE * shortwave, 0.0, (1.0 - PAR_SHARE_DIFFUSE) * shortwave
    par_beam, par_diffuse, nir_beam, nir_diffuse = clear_sky_bands(mu, pressure)
    ratio = shortwave / (par_beam + par_diffuse + nir_beam + nir_diffuse)
    par = ratio * (par_beam + par_diffuse)
    nir = shortwave - par
    beam_par = _beam_share(par_beam / (par_beam + par_diffuse), ratio, 0.9, 0.7)
    beam_nir = _beam_share(nir_beam / (nir_beam + nir_diffuse), ratio, 0.88, 0.68)
    return beam_par * par, (1.0 - beam_par) * par, beam_nir * nir, (1.0 - beam_nir) * nir


@njit(error_model="numpy", cache=True)
def _beam_share(potential, ratio, a, b):
    """Beam share of a band from its cloudless share and the ratio to cloudless shortwave."""
    cloud = ((a - min(ratio, a)) / b) ** (2.0 / 3.0)
    return min(max(potential * (1.0 - cloud), 0.0), 1.0)


@njit(error_model="numpy", cache=True)
def fill_mean_cos_zenith(starts, duration, latitude, longitude, out):
    """`out[step, point]` = mean_cos_zenith of the steps that begin at `starts` [s]."""
    for t in range(out.shape[0]):
        for p in range(out.shape[1]):
            out[t, p] = mean_cos_zenith(starts[t], duration, latitude[p], longitude[p])


@njit(error_model="numpy", cache=True)
def fill_cos_zenith(instants, latitude, longitude, out):
    """`out[step, point]` = cos_zenith at `instants` [s]."""
    for t in range(out.shape[0]):
        for p in range(out.shape[1]):
            out[t, p] = cos_zenith(instants[t], latitude[p], longitude[p])


@njit(error_model="numpy", cache=True)
def fill_split_shortwave(shortwave, mu, pressure, out):
    """`out[band, step, point]` = split_shortwave of `shortwave`, `mu`, `pressure` [step, point]."""
    for t in range(shortwave.shape[0]):
        for p in range(shortwave.shape[1]):
            bands = split_shortwave(shortwave[t, p], mu[t, p], pressure[t, p])
            for band in range(4):
                out[band, t, p] = bands[band]


def seconds_since_j2000(time):
    """Seconds (float64) since 2000-01-01T12 UTC of `datetime64` values."""
    return (np.asarray(time, "datetime64[ns]") - J2000).astype("timedelta64[ns]").astype(
        float
    ) / 1e9
