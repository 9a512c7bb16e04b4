"""Exchange of momentum, heat and vapour: surface layer above, canopy air, leaves and ground."""

import math

from edlite.constants import USTAR_MIN, WIND_CANOPY_MIN, Z0_SOIL
from edlite.kernels.mathematics import lane_loop, log, loop_group, where
from edlite.kernels.turbulence import (
    RIB_MAX,
    bulk_richardson,
    canopy_top_wind,
    canopy_top_wind_louis,
    friction_velocity,
    ground_conductance,
    leaf_heat_conductance,
    louis_conductance,
    louis_momentum,
    profile_height,
    profiles_stable,
    profiles_unstable,
    scalar_transfer,
    stability_guess,
    stability_newton,
    understorey_conductance,
    understorey_conductance_profile,
    understorey_conductance_stability,
)
from edlite.model.lanes import LANES

STABILITY_STEPS = 4
HEAT_TO_VAPOUR = 1.075


@lane_loop
def richardson(step, work, fast):
    """Bulk Richardson number in work.rib, limited; wind in work.wind, raised where it was."""
    for i in range(LANES):
        theta_v = work.t_canopy[i] * step.exner[i] * (1.0 + 0.61 * fast.q[i])
        rib = bulk_richardson(
            step.theta_v_air[i], theta_v, step.wind[i], step.profile_depth[i] - step.z0[i]
        )
        slow = rib > RIB_MAX
        work.wind[i] = where(
            slow, step.wind[i] * math.sqrt(max(rib, RIB_MAX) / RIB_MAX), step.wind[i]
        )
        rib = where(slow, RIB_MAX, rib)
        work.rib[i] = where(abs(rib) < 1e-9, 1e-9, rib)


@lane_loop
def surface_layer_iterative(stand, step, work):
    """Friction velocity, bare-ground conductance (work.g_ground), wind at canopy top.

    Beljaars & Holtslag (1991) where stable, Businger-Dyer where unstable. A form that no lane needs
    is left out.
    """
    zeta, fm, fh, fm_top = work.zeta, work.a0, work.a1, work.a2
    ln_top, top_ratio = work.a3, work.a4
    stable, unstable = False, False
    for i in range(LANES):
        stable |= work.rib[i] >= 0.0
        unstable |= work.rib[i] < 0.0
        zeta[i] = stability_guess(work.rib[i], step.ln_ratio[i])
        top = profile_height(stand.veg_height[i] - step.displacement[i], step.z0[i])
        ln_top[i] = log(top / step.z0[i])
        top_ratio[i] = top / step.profile_depth[i]
    for _ in range(STABILITY_STEPS if stable else 0):
        for i in range(LANES):
            z, rib = zeta[i], work.rib[i]
            profiles = profiles_stable(z, step.ln_ratio[i], step.ratio[i])
            zeta[i] = where(rib >= 0.0, stability_newton(z, rib, *profiles), z)
    for _ in range(STABILITY_STEPS if unstable else 0):
        for i in range(LANES):
            z, rib = zeta[i], work.rib[i]
            profiles = profiles_unstable(z, step.ln_ratio[i], step.ratio[i])
            zeta[i] = where(rib < 0.0, stability_newton(z, rib, *profiles), z)
    if stable:
        for i in range(LANES):
            fm[i], fh[i], _, _ = profiles_stable(zeta[i], step.ln_ratio[i], step.ratio[i])
            below = step.ratio[i] / top_ratio[i]
            fm_top[i], _, _, _ = profiles_stable(zeta[i] * top_ratio[i], ln_top[i], below)
    if unstable:
        for i in range(LANES):
            here = work.rib[i] < 0.0
            m, h, _, _ = profiles_unstable(zeta[i], step.ln_ratio[i], step.ratio[i])
            below = step.ratio[i] / top_ratio[i]
            m_top, _, _, _ = profiles_unstable(zeta[i] * top_ratio[i], ln_top[i], below)
            fm[i] = where(here, m, fm[i])
            fh[i] = where(here, h, fh[i])
            fm_top[i] = where(here, m_top, fm_top[i])
    for i in range(LANES):
        ustar = friction_velocity(work.wind[i], fm[i], USTAR_MIN)
        work.ustar[i] = ustar
        work.g_ground[i] = scalar_transfer(fh[i]) * ustar
        work.u_top[i] = canopy_top_wind(ustar, fm_top[i], WIND_CANOPY_MIN)


@lane_loop
def surface_layer_louis(stand, step, work):
    """As `surface_layer_iterative`, with the functions of Louis (1979)."""
    for i in range(LANES):
        rib, ln_ratio, ratio = work.rib[i], step.ln_ratio[i], step.ratio[i]
        fm = louis_momentum(rib, ln_ratio, ratio)
        profile = ln_ratio / math.sqrt(fm)
        ustar = friction_velocity(work.wind[i], profile, USTAR_MIN)
        work.ustar[i] = ustar
        work.g_ground[i] = louis_conductance(work.wind[i], rib, ln_ratio, ratio)
        work.u_top[i] = canopy_top_wind_louis(
            ustar, stand.veg_height[i] - step.displacement[i], step.z0[i], fm, WIND_CANOPY_MIN
        )


@lane_loop
def understorey(option, stand, step, work):
    """Conductance of the ground to canopy air under vegetation in work.g_understorey [m s-1]."""
    if option < 0.5:
        for i in range(LANES):
            work.g_understorey[i] = understorey_conductance(
                step.wind[i],
                step.profile_depth[i],
                step.z0[i],
                step.displacement[i],
                stand.veg_height[i],
            )
    elif option < 1.5:
        for i in range(LANES):
            work.g_understorey[i] = understorey_conductance_profile(
                work.ustar[i], step.displacement[i], stand.veg_height[i], Z0_SOIL
            )
    else:
        for i in range(LANES):
            work.g_understorey[i] = understorey_conductance_stability(
                work.ustar[i], stand.veg_height[i], work.t_canopy[i], work.t_ground[i]
            )


@lane_loop
def net_conductances(stand, step, work):
    """Conductance of canopy air to the atmosphere [kg m-2 s-1] and of the ground [m s-1]."""
    for i in range(LANES):
        bare = work.g_ground[i]
        work.conductance[i] = step.density[i] * bare
        work.g_ground[i] = ground_conductance(
            bare, work.g_understorey[i], stand.open_fraction[i], step.snow_fraction[i]
        )


@loop_group
def turbulence(switches, stand, step, work, fast):
    """Friction velocity, exchange with the atmosphere, ground conductance, wind at canopy top.

    Expects the diagnosed temperatures in `work`.
    """
    richardson(step, work, fast)
    if switches.louis > 0.5:
        surface_layer_louis(stand, step, work)
    else:
        surface_layer_iterative(stand, step, work)
    understorey(switches.incanopy, stand, step, work)
    net_conductances(stand, step, work)


@lane_loop
def boundary_layers(cohorts, step, work):
    """Vapour conductance of each cohort's leaf boundary layer, one side [kg m-2 s-1]."""
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            wind = max(WIND_CANOPY_MIN, work.u_top[i] * step.wind_factor[c, i])
            g = leaf_heat_conductance(
                wind, cohorts.leaf_width[c, i], work.t_leaf[c, i] - work.t_canopy[i]
            )
            work.g_bw[c, i] = HEAT_TO_VAPOUR * g * step.density[i]
