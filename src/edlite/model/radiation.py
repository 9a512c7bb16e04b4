"""Absorbed radiation of every cohort and of the ground, once per 600 s step.

Layers are joined by adding: from the ground up the albedo of all that lies below each layer, then
from the top down the fluxes (`edlite.kernels.radiation` holds the layer solution).
"""

from edlite.constants import EMIS_SOIL, EMIS_WATER
from edlite.kernels.mathematics import exp, lane_loop, loop_group, where
from edlite.kernels.radiation import (
    beam_backscatter,
    beam_down_amplitude,
    beam_extinction,
    beam_resonance,
    beam_up_amplitude,
    coloured_soil_albedo,
    emitted_longwave,
    layer_multiple,
    layer_reflectance,
    layer_transmittance,
    moved_attenuation,
    projection,
    soil_albedo,
    surface_water_albedo,
    surface_water_transmission,
)
from edlite.model.lanes import LANES
from edlite.model.meteorology import (
    COS_ZENITH,
    LONGWAVE_DOWN,
    NIR_BEAM,
    NIR_DIFFUSE,
    PAR_BEAM,
    PAR_DIFFUSE,
)

MU_MIN = 0.0174524  # cosine of 89 degrees
SURFACE_WATER_MIN = 1e-3  # kg m-2


@lane_loop
def beam_in_rows(cohorts, step, work):
    """What both bands share: beam extinction, backscatter and attenuation in work.c7 to c9.

    `work.a5` holds the cosine of the zenith angle on entry.
    """
    for i in range(LANES):
        work.a6[i] = 1.0 / work.a5[i]
    for c in range(cohorts.n.shape[0]):
        for i in range(LANES):
            mu, phi1, phi2 = work.a5[i], cohorts.phi1[c, i], cohorts.phi2[c, i]
            psi = cohorts.clumping[c, i] * projection(mu, phi1, phi2) * work.a6[i]
            work.c7[c, i] = psi
            work.c8[c, i] = beam_backscatter(mu, phi1, phi2, cohorts.mubar[c, i])
            work.c9[c, i] = exp(-psi * step.lai[c, i])


@lane_loop
def shortwave_band(
    top_beam,
    top_diffuse,
    optics,
    absorbed,
    coloured,
    dry,
    wet,
    fast,
    ground,
    soil,
    step,
    work,
):
    """Add one shortwave band to `step.radiation` and `step.sw_*`; its own share to `absorbed`.

    top_beam, top_diffuse : (lane) W m-2 above the canopy
    optics : (omega, eta, zeta, k, thick reflectance) in this band, each (cohort, lane)
    coloured : 1 where the ground's albedo follows its colour, `dry` and `wet` in this band
    """
    all_omega, all_eta, all_zeta, all_k, all_thick = optics
    n_cohort = step.lai.shape[0]
    reflect, through, tau, up, down, back_diffuse, back_beam = (
        work.c0,
        work.c1,
        work.c2,
        work.c3,
        work.c4,
        work.c5,
        work.c6,
    )
    diffuse_albedo, beam_albedo, beam, diffuse = work.a0, work.a1, work.a2, work.a3
    for i in range(LANES):
        covered = fast.snow[0, i] > SURFACE_WATER_MIN
        liquid = work.a8[i]
        bare = where(
            coloured > 0.5,
            coloured_soil_albedo(fast.theta[0, i], dry, wet),
            soil_albedo(fast.theta[0, i], soil.theta_s[0, i]),
        )
        albedo = where(covered, surface_water_albedo(liquid), bare)
        diffuse_albedo[i] = albedo
        beam_albedo[i] = albedo
    for c in range(n_cohort - 1, -1, -1):
        for i in range(LANES):
            x, k, thick = step.lai[c, i], all_k[c, i], all_thick[c, i]
            eta, zeta = all_eta[c, i], all_zeta[c, i]
            attenuation = exp(-k * x)
            multiple = layer_multiple(attenuation, thick)
            r = layer_reflectance(attenuation, thick, multiple)
            # a row without leaves leaves no trace, not even of rounding: results must not depend on
            # how many rows the block has
            t = where(x > 0.0, layer_transmittance(attenuation, thick, multiple), 1.0)
            psi = beam_extinction(work.c7[c, i], k)
            direct = moved_attenuation(work.c9[c, i], psi - work.c7[c, i], x)
            scattered, back = psi * all_omega[c, i], work.c8[c, i]
            s_up, s_down = scattered * back, scattered * (1.0 - back)
            resonance = beam_resonance(psi, k)
            a_up = beam_up_amplitude(eta, zeta, resonance, psi, s_up, s_down)
            a_down = beam_down_amplitude(eta, zeta, resonance, psi, s_up, s_down)
            reflect[c, i], through[c, i], tau[c, i] = r, t, direct
            up[c, i] = a_up - a_down * r - a_up * direct * t
            down[c, i] = a_down * direct - a_down * t - a_up * direct * r
        for i in range(LANES):
            r, t, direct = reflect[c, i], through[c, i], tau[c, i]
            lower, lower_beam = diffuse_albedo[i], beam_albedo[i]
            # upward light between this layer and what lies below, per unit of light from above
            multiple = 1.0 / (1.0 - r * lower)
            from_diffuse = multiple * lower
            from_beam = multiple * lower_beam * direct + from_diffuse * down[c, i]
            back_diffuse[c, i], back_beam[c, i] = from_diffuse, from_beam
            diffuse_albedo[i] = r + t * t * from_diffuse
            beam_albedo[i] = up[c, i] + t * from_beam
    for i in range(LANES):
        beam[i] = top_beam[i]
        diffuse[i] = top_diffuse[i]
        reflected = beam_albedo[i] * beam[i] + diffuse_albedo[i] * diffuse[i]
        step.sw_net[i] += beam[i] + diffuse[i] - reflected
        step.sw_in[i] += beam[i] + diffuse[i]
        work.a4[i] = reflected
    for c in range(n_cohort):
        for i in range(LANES):
            r, t, direct = reflect[c, i], through[c, i], tau[c, i]
            b, d = beam[i], diffuse[i]
            u = back_beam[c, i] * b + back_diffuse[c, i] * (t * d)
            u = where(step.lai[c, i] > 0.0, u, work.a4[i])
            d_below = down[c, i] * b + t * d + r * u
            b_below = direct * b
            gained = (d + b - work.a4[i]) - (d_below + b_below - u)
            work.a4[i] = u
            beam[i], diffuse[i] = b_below, d_below
            step.radiation[c, i] += gained
            absorbed[c, i] = gained
    for i in range(LANES):
        entering = beam[i] + diffuse[i] - work.a4[i]
        covered = fast.snow[0, i] > SURFACE_WATER_MIN
        reaches_soil = where(covered, surface_water_transmission(ground.snow_depth[i]), 1.0)
        step.sw_soil[i] += entering * reaches_soil
        step.sw_pool[i] += entering * (1.0 - reaches_soil)


@lane_loop
def longwave(met, fast, cohorts, step, work):
    """Net longwave of cohorts and ground; temperatures are those in `work` at the step's start."""
    n_cohort = cohorts.n.shape[0]
    reflect, through, emit, below_albedo, below_source, gain = (
        work.c0,
        work.c1,
        work.c2,
        work.c3,
        work.c4,
        work.c5,
    )
    albedo, source, down, up = work.a0, work.a1, work.a2, work.a3
    for i in range(LANES):
        emissivity = where(fast.snow[0, i] > SURFACE_WATER_MIN, EMIS_WATER, EMIS_SOIL)
        albedo[i] = 1.0 - emissivity
        source[i] = emissivity * emitted_longwave(work.t_ground[i])
    for c in range(n_cohort - 1, -1, -1):
        for i in range(LANES):
            x, thick = step.lai[c, i], cohorts.thermal_thick[c, i]
            attenuation = exp(-cohorts.thermal_k[c, i] * x)
            between = layer_multiple(attenuation, thick)
            r = layer_reflectance(attenuation, thick, between)
            t = where(x > 0.0, layer_transmittance(attenuation, thick, between), 1.0)
            e = (1.0 - r - t) * emitted_longwave(work.t_leaf[c, i])
            reflect[c, i], through[c, i], emit[c, i] = r, t, e
            a, s = albedo[i], source[i]
            below_albedo[c, i], below_source[c, i] = a, s
            multiple = 1.0 / (1.0 - r * a)
            gain[c, i] = multiple
            source[i] = e + t * (s + a * multiple * (e + r * s))
            albedo[i] = r + t * t * a * multiple
    for i in range(LANES):
        down[i] = met[LONGWAVE_DOWN, i]
        up[i] = albedo[i] * down[i] + source[i]
        step.lw_net[i] = down[i] - up[i]
    for c in range(n_cohort):
        for i in range(LANES):
            r, t, e = reflect[c, i], through[c, i], emit[c, i]
            a, s = below_albedo[c, i], below_source[c, i]
            d_below = (t * down[i] + e + r * s) * gain[c, i]
            u_below = where(step.lai[c, i] > 0.0, a * d_below + s, up[i])
            step.radiation[c, i] += (down[i] - up[i]) - (d_below - u_below)
            down[i], up[i] = d_below, u_below
    for i in range(LANES):
        step.lw_ground[i] = down[i] - up[i]


@loop_group
def radiation(switches, met, fast, ground, soil, cohorts, step, work):
    """Fill the absorbed radiation of `step`; `work` holds the diagnosed temperatures.

    `work.a8` holds the liquid fraction of surface water on entry.
    """
    n_cohort = cohorts.n.shape[0]
    daylight = False
    for i in range(LANES):
        step.sw_net[i] = 0.0
        step.sw_in[i] = 0.0
        step.sw_soil[i] = 0.0
        step.sw_pool[i] = 0.0
        daylight |= (met[PAR_BEAM, i] + met[PAR_DIFFUSE, i]) > 0.0
        daylight |= (met[NIR_BEAM, i] + met[NIR_DIFFUSE, i]) > 0.0
    for c in range(n_cohort):
        for i in range(LANES):
            step.radiation[c, i] = 0.0
            step.par[c, i] = 0.0
            step.nir[c, i] = 0.0
    for i in range(LANES):
        work.a5[i] = max(met[COS_ZENITH, i], MU_MIN)
    if daylight:
        beam_in_rows(cohorts, step, work)
        visible = (
            cohorts.vis_omega,
            cohorts.vis_eta,
            cohorts.vis_zeta,
            cohorts.vis_k,
            cohorts.vis_thick,
        )
        infrared = (
            cohorts.nir_omega,
            cohorts.nir_eta,
            cohorts.nir_zeta,
            cohorts.nir_k,
            cohorts.nir_thick,
        )
        for band in range(2):
            par = band == 0
            shortwave_band(
                met[PAR_BEAM] if par else met[NIR_BEAM],
                met[PAR_DIFFUSE] if par else met[NIR_DIFFUSE],
                visible if par else infrared,
                step.par if par else step.nir,
                switches.coloured,
                switches.dry_vis if par else switches.dry_nir,
                switches.wet_vis if par else switches.wet_nir,
                fast,
                ground,
                soil,
                step,
                work,
            )
    longwave(met, fast, cohorts, step, work)
