"""Photosynthesis, stomata and leaf respiration of every cohort, once per 600 s step."""

from edlite.constants import EPS, M_DRY, PAR_TO_MOL
from edlite.kernels.mathematics import lane_loop, process, where
from edlite.kernels.photosynthesis import (
    BOUNDARY_RATIO,
    C4_INITIAL_SLOPE,
    G_MAX,
    NEWTON_STEPS,
    compensation_point,
    leuning,
    leuning_newton,
    light_threshold,
    net_assimilation,
    open_fraction,
    rubisco_constant,
    vcmax,
)
from edlite.kernels.thermodynamics import saturation_humidity
from edlite.model.lanes import LANES
from edlite.model.root_water import supply_water

TO_UMOL = 1e6
LIGHT, CO2 = 0, 2  # limitations: light, Rubisco (1), low CO2 (C4 only)


@lane_loop
def demand_function(which, c, cohorts, work):
    """Coefficients r, s, x, t of one limitation for a row of cohorts, in work.s0 to s3.

    Rows of `work` on entry: c3 Vm, c4 Rd, c5 Gamma*, c6 absorbed photons [mol m-2 s-1]; a4 the
    half-saturation of Rubisco.
    """
    for i in range(LANES):
        c4 = cohorts.c4[c, i] > 0.5
        vm, gamma = work.c3[c, i], work.c5[c, i]
        light = which == LIGHT
        capacity = where(light, cohorts.alpha[c, i] * work.c6[c, i], vm)
        half = where(light, 2.0 * gamma, work.a4[i])
        low_co2 = which == CO2
        work.s0[i] = where(low_co2, C4_INITIAL_SLOPE * vm, where(c4, 0.0, capacity))
        work.s1[i] = where(low_co2, 0.0, where(c4, capacity, -capacity * gamma))
        work.s2[i] = where(low_co2 or c4, 0.0, 1.0)
        work.s3[i] = where(low_co2 or c4, 1.0, half)


@process
def _stomata_step(g, c, i, fast, cohorts, work):
    """One Newton step of the conductance `g` of cohort row c, lane i."""
    g_bw = work.c7[c, i]
    return leuning_newton(
        g,
        g_bw / BOUNDARY_RATIO,
        g_bw,
        fast.co2[i] * 1e-6,
        work.c5[c, i],
        work.c0[c, i],
        fast.q[i] / EPS,
        cohorts.slope_m[c, i],
        cohorts.intercept_b[c, i],
        cohorts.d0[c, i],
        work.s0[i],
        work.s1[i],
        work.s2[i],
        work.s3[i],
        work.c4[c, i],
    )


@lane_loop
def solve_limitation(c, fast, cohorts, work):
    """Solve the limitation in work.s0 to s3: conductance in work.c1[c], assimilation in work.c2[c].

    work.c7 holds the boundary-layer conductance to water [mol m-2 s-1], work.c0 the humidity inside
    the leaf.
    """
    g = work.c1
    for i in range(LANES):
        g_bw = work.c7[c, i]
        g_bc, ca = g_bw / BOUNDARY_RATIO, fast.co2[i] * 1e-6
        a = net_assimilation(
            G_MAX, g_bc, ca, work.s0[i], work.s1[i], work.s2[i], work.s3[i], work.c4[c, i]
        )
        first = leuning(
            G_MAX,
            a,
            g_bc,
            g_bw,
            ca,
            work.c5[c, i],
            work.c0[c, i],
            fast.q[i] / EPS,
            cohorts.slope_m[c, i],
            cohorts.intercept_b[c, i],
            cohorts.d0[c, i],
        )
        g[c, i] = min(max(first, cohorts.intercept_b[c, i]), G_MAX)
    for _ in range(NEWTON_STEPS):
        for i in range(LANES):
            g[c, i] = _stomata_step(g[c, i], c, i, fast, cohorts, work)
    for i in range(LANES):
        g_bc, ca = work.c7[c, i] / BOUNDARY_RATIO, fast.co2[i] * 1e-6
        b, rd = cohorts.intercept_b[c, i], work.c4[c, i]
        r, s, x, t = work.s0[i], work.s1[i], work.s2[i], work.s3[i]
        a = net_assimilation(g[c, i], g_bc, ca, r, s, x, t, rd)
        at_rest = net_assimilation(b, g_bc, ca, r, s, x, t, rd)
        # where even the largest conductance gains nothing, stomata rest at the intercept
        g[c, i] = where(a > 0.0, g[c, i], b)
        work.c2[c, i] = where(a > 0.0, a, at_rest)


@lane_loop
def stomata(q10_option, c, fast, cohorts, work):
    """Open-stomata solution of cohort row c: the smallest of the limitations.

    Leaves conductance in work.c1[c] and net assimilation in work.c2[c] [mol m-2 leaf s-1].
    """
    best_a, best_g = work.a5, work.a6
    has_c4 = False
    for i in range(LANES):
        has_c4 |= cohorts.c4[c, i] > 0.5
        work.a4[i] = rubisco_constant(q10_option, work.t_leaf[c, i])
        best_a[i] = 1e30
        best_g[i] = 0.0
    for which in range(3 if has_c4 else 2):
        demand_function(which, c, cohorts, work)
        solve_limitation(c, fast, cohorts, work)
        for i in range(LANES):
            counts = (which != CO2) or (cohorts.c4[c, i] > 0.5)
            smaller = counts and (work.c2[c, i] < best_a[i])
            best_g[i] = where(smaller, work.c1[c, i], best_g[i])
            best_a[i] = where(smaller, work.c2[c, i], best_a[i])
    for i in range(LANES):
        work.c2[c, i], work.c1[c, i] = best_a[i], best_g[i]


@lane_loop
def photosynthesis(switches, fast, soil, cohorts, leaves, step, work):
    """Conductances, open fraction, GPP and leaf respiration; expects temperatures, boundary layers
    and available water of the present state in `work`."""
    for i in range(LANES):
        step.gpp[i] = 0.0
        step.leaf_resp[i] = 0.0
    for c in range(step.lai.shape[0]):
        lit = False
        for i in range(LANES):
            lai, t = step.lai[c, i], work.t_leaf[c, i]
            vm = leaves.capacity_factor[c, i] * vcmax(
                switches.q10,
                cohorts.vm0[c, i],
                cohorts.vm_hor[c, i],
                cohorts.vm_q10[c, i],
                cohorts.vm_low[c, i],
                cohorts.vm_high[c, i],
                cohorts.vm_decay[c, i],
                t,
            )
            rd = cohorts.gamma_rd[c, i] * vm
            gamma = compensation_point(switches.q10, cohorts.c4[c, i], t)
            photons = PAR_TO_MOL * step.par[c, i] / max(lai, 1e-9)
            ca = fast.co2[i] * 1e-6
            threshold = light_threshold(rd, ca, gamma, cohorts.alpha[c, i])
            photons = where((lai > 0.0) and (photons >= threshold), photons, 0.0)
            lit |= photons > 0.0
            work.c0[c, i] = saturation_humidity(t, step.pressure[i]) / EPS
            work.c3[c, i], work.c4[c, i], work.c5[c, i] = vm, rd, gamma
            work.c6[c, i] = photons
            work.c7[c, i] = work.g_bw[c, i] / M_DRY * cohorts.sides[c, i]
            work.c1[c, i] = cohorts.intercept_b[c, i]
            work.c2[c, i] = -rd
        if lit:
            stomata(switches.q10, c, fast, cohorts, work)
        supply_water(switches.water_limitation, c, fast, soil, cohorts, work)
        for i in range(LANES):
            lai, rd = step.lai[c, i], work.c4[c, i]
            b = cohorts.intercept_b[c, i]
            open_light = (work.c6[c, i] > 0.0) and (work.c2[c, i] >= -rd)
            a_open = where(open_light, work.c2[c, i], -rd)
            g_open = where(open_light, work.c1[c, i], b)
            supply = cohorts.kw[c, i] * cohorts.root_carbon[c, i] * cohorts.n[c, i] * work.a2[i]
            demand = leaves.psi_open[c, i] * lai
            f = where(open_light, open_fraction(demand, supply), 0.0)
            to_mass = M_DRY / cohorts.sides[c, i]
            step.g_open[c, i] = g_open * to_mass
            step.g_closed[c, i] = b * to_mass
            step.f_open[c, i] = f
            step.f_closed[c, i] = 1.0 - f
            gross = lai * (f * a_open - (1.0 - f) * rd + rd) * TO_UMOL
            respired = lai * rd * TO_UMOL
            step.gpp[i] += gross
            step.leaf_resp[i] += respired
            step.leaf_gpp[c, i] = gross
            step.leaf_dark[c, i] = respired
