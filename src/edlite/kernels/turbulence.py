"""Surface layer above the canopy, conductance of the ground, leaf boundary layer."""

import math

from edlite.constants import (
    BETA_AIR,
    D_HEAT,
    GRAVITY,
    NU_AIR,
    PRANDTL,
    VON_KARMAN,
)
from edlite.kernels.mathematics import (
    atan01,
    exp,
    inverse_root_4,
    inverse_root_10,
    inverse_root_12,
    log,
    process,
    where,
)

RIB_MAX = 0.5
_GAMMA = 13.0
_GRASHOF = GRAVITY * BETA_AIR / (NU_AIR * NU_AIR)
_ATTENUATION = 2.5


@process
def bulk_richardson(theta_v_air, theta_v_canopy, wind, depth):
    """Bulk Richardson number over `depth` [m]; virtual potential temperatures [K], wind [m s-1]."""
    return (
        2.0
        * GRAVITY
        * depth
        * (theta_v_air - theta_v_canopy)
        / ((theta_v_air + theta_v_canopy) * wind * wind)
    )


@process
def profiles_stable(zeta, ln_ratio, ratio):
    """F_m and F_h for zeta = zs/L >= 0, and zeta times their slopes (Beljaars & Holtslag 1991).

    F = ln(zs/z0) - psi(zeta) + psi(zeta z0/zs), ratio = z0/zs, where
    psi_m = -zeta - 2/3 (zeta - 5/0.35) exp(-0.35 zeta) - 2/3 5/0.35
    psi_h = 1 - (1 + 2/3 zeta)**1.5 - 2/3 (zeta - 5/0.35) exp(-0.35 zeta) - 2/3 5/0.35
    """
    z = max(zeta, 0.0)
    z0 = z * ratio
    decay, decay0 = exp(-0.35 * z), exp(-0.35 * z0)
    root, root0 = math.sqrt(1.0 + 2.0 / 3.0 * z), math.sqrt(1.0 + 2.0 / 3.0 * z0)
    both = 2.0 / 3.0 * ((z - 5.0 / 0.35) * decay - (z0 - 5.0 / 0.35) * decay0)
    rate = 2.0 / 3.0 * (z * decay * (6.0 - 0.35 * z) - z0 * decay0 * (6.0 - 0.35 * z0))
    fm = ln_ratio + (z - z0) + both
    fh = ln_ratio + (root * root * root - root0 * root0 * root0) + both
    return fm, fh, (z - z0) + rate, (z * root - z0 * root0) + rate


@process
def profiles_unstable(zeta, ln_ratio, ratio):
    """As `profiles_stable` for zeta <= 0 (Businger-Dyer-Paulson).

    With x = (1 - 13 zeta)**(1/4), psi_m = ln((1 + x)**2 (1 + x**2)/8) - 2 atan(x) + pi/2 and
    psi_h = 2 ln((1 + x**2)/2). Differences of two logarithms or arc tangents are one, and their
    three quotients share a division.
    """
    z = min(zeta, 0.0)
    square, square0 = 1.0 - _GAMMA * z, 1.0 - _GAMMA * z * ratio
    inverse, inverse0 = inverse_root_4(square), inverse_root_4(square0)
    inverse2, inverse02 = inverse * inverse, inverse0 * inverse0
    y, y0 = square * inverse2, square0 * inverse02
    x, x0 = y * inverse, y0 * inverse0
    momentum, momentum0 = (1.0 + x) * (1.0 + x) * (1.0 + y), (1.0 + x0) * (1.0 + x0) * (1.0 + y0)
    tangent = 1.0 + x * x0
    shared = 1.0 / (momentum0 * tangent)
    heat = (1.0 + y) * ((1.0 + x0) * (1.0 + x0)) * tangent * shared
    turn = atan01((x - x0) * momentum0 * shared)
    fm = ln_ratio - log(momentum * tangent * shared) + 2.0 * turn
    fh = ln_ratio - 2.0 * log(heat)
    return fm, fh, inverse - inverse0, inverse2 - inverse02


@process
def stability_guess(rib, ln_ratio):
    """First guess of zeta = zs/L from the bulk Richardson number; below the root if stable."""
    return rib * ln_ratio / PRANDTL


@process
def stability_newton(zeta, rib, fm, fh, fm_rate, fh_rate):
    """One Newton step for zeta Pr F_h / F_m^2 = Rib; the rates are zeta times the slopes of F.

    In this form the stable branch rises and is concave: steps from the neutral guess come up to the
    root without passing it. Steps keep the sign of Rib.
    """
    value = (PRANDTL * zeta * fh - rib * fm * fm) * fm
    slope = PRANDTL * ((fh + fh_rate) * fm - 2.0 * fh * fm_rate)
    new = zeta - value / where(abs(slope) > 1e-12, slope, 1e-12)
    low, high = 0.25 * zeta, 4.0 * zeta
    return where(rib >= 0.0, min(max(new, low), high), max(min(new, low), high))


@process
def friction_velocity(wind, fm, ustar_min):
    """u* [m s-1]."""
    return max(ustar_min, VON_KARMAN * wind / fm)


@process
def scalar_transfer(fh):
    """c3: scale of a scalar per difference of air and canopy air, X* = c3 (X_air - X_canopy)."""
    return VON_KARMAN / (PRANDTL * fh)


@process
def profile_height(height_above_d, z0):
    """Height [m] above the displacement height where the profile of wind is taken."""
    return max(height_above_d, z0 * 1.0001)


@process
def canopy_top_wind(ustar, fm, wind_min):
    """Wind [m s-1] at the top of the vegetation, `fm` being F_m from z0 to there."""
    return max(wind_min, ustar * (1.0 / VON_KARMAN) * max(fm, 0.0))


@process
def louis_momentum(rib, ln_ratio, ratio):
    """Stability function of momentum (Louis 1979): u*^2 = a2 f_m u^2, a2 = (kappa/ln(zs/z0))^2.

    `ratio` = z0/zs.
    """
    return _louis(rib, ln_ratio, ratio, 10.0 / math.sqrt(1.0 + 5.0 * max(rib, 0.0)), 10.0)


@process
def louis_heat(rib, ln_ratio, ratio):
    """Stability function of heat, vapour and CO2 (Louis 1979)."""
    return _louis(rib, ln_ratio, ratio, 15.0 * math.sqrt(1.0 + 5.0 * max(rib, 0.0)), 15.0)


@process
def louis_conductance(wind, rib, ln_ratio, ratio):
    """Conductance [m s-1] of bare ground or canopy air to the atmosphere, a2 f_h u."""
    a = VON_KARMAN / ln_ratio
    return a * a * louis_heat(rib, ln_ratio, ratio) * wind


@process
def _louis(rib, ln_ratio, ratio, stable_factor, unstable_factor):
    stable = 1.0 / (1.0 + stable_factor * max(rib, 0.0))
    a2 = VON_KARMAN * VON_KARMAN / (ln_ratio * ln_ratio)
    growth = exp(log(1.0 / ratio) / 3.0) - 1.0
    unstable_rib = max(-rib, 0.0)
    c2 = 5.0 * a2 * growth * math.sqrt(growth * unstable_rib)
    return where(rib >= 0.0, stable, 1.0 + unstable_factor * unstable_rib / (1.0 + 15.0 * c2))


@process
def canopy_top_wind_louis(ustar, height_above_d, z0, fm, wind_min):
    """Wind [m s-1] at the top of the vegetation where Louis's functions hold above it."""
    z = profile_height(height_above_d, z0)
    return max(wind_min, ustar / VON_KARMAN * log(z / z0) / math.sqrt(fm))


@process
def understorey_conductance_profile(ustar, displacement, veg_height, z0_ground):
    """As `understorey_conductance`, from the diffusivity at canopy top and an exponential profile.

    In-canopy option 1 of ED2 (Medvigy et al. 2009); the diffusivity is kappa u* (h - d).
    """
    diffusivity = VON_KARMAN * ustar * (veg_height - displacement)
    shape = exp(-_ATTENUATION * min(z0_ground / veg_height, 0.999)) - exp(-_ATTENUATION)
    return _ATTENUATION * diffusivity / (exp(_ATTENUATION) * veg_height * max(shape, 1e-6))


@process
def understorey_conductance_stability(ustar, veg_height, t_canopy, t_ground):
    """As `understorey_conductance`, proportional to u* and reduced where canopy air is warmer than
    the ground (in-canopy option 4; Sakaguchi & Zeng 2009)."""
    drop = 2.0 * GRAVITY * veg_height * (t_canopy - t_ground)
    s = min(max(drop / ((t_canopy + t_ground) * ustar * ustar), 0.0), 10.0)
    return 0.004 * ustar / (1.0 + 0.5 * s)


@process
def understorey_conductance(wind, zs, z0, displacement, veg_height):
    """Conductance [m s-1] from the ground to canopy air under vegetation (Leuning form)."""
    resistance = log(zs / z0) / (VON_KARMAN * VON_KARMAN * wind)
    shape = exp(_ATTENUATION) - exp(
        _ATTENUATION * (1.0 - min((displacement + z0) / veg_height, 0.999))
    )
    return (
        _ATTENUATION * (veg_height - displacement) / (resistance * displacement * max(shape, 1e-6))
    )


@process
def ground_conductance(bare, vegetated, open_fraction, snow_fraction):
    """Net conductance [m s-1] of ground to canopy air."""
    net = bare * vegetated / (vegetated + (1.0 - open_fraction) * bare)
    return where((open_fraction > 0.999) or (snow_fraction >= 0.9), bare, net)


@process
def leaf_heat_conductance(wind, width, temperature_difference):
    """Conductance of the leaf boundary layer to heat, one side [m s-1].

    Forced plus free convection over plates, laminar or turbulent, whichever is larger
    (Monteith & Unsworth 2008); the Reynolds number uses the thermal diffusivity as ED2 does.
    """
    reynolds = wind * width * (1.0 / D_HEAT)
    y = inverse_root_10(reynolds)
    y2 = y * y
    forced = reynolds * y2 * max(0.6 * (y2 * y), 0.032)
    grashof = max(_GRASHOF * abs(temperature_difference) * width * width * width, 1e-20)
    z = inverse_root_12(grashof)
    z4 = z * z * (z * z)
    free = grashof * (z4 * z4) * max(0.5 * z, 0.19)
    return D_HEAT * (forced + free) / width
