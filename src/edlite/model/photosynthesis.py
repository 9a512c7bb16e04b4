"""Photosynthesis, stomata and leaf respiration of every cohort, once per 600 s step."""

from edlite.constants import EPS, M_DRY, PAR_TO_MOL, STEP_S, UMOL_TO_KGC
from edlite.kernels.mathematics import lane_loop, loop_group, process, where
from edlite.kernels.photosynthesis import (
    BOUNDARY_RATIO,
    CONVERGED,
    G_MAX,
    LOW_CO2,
    NEWTON_STEPS,
    compensation_point,
    demand_function,
    dry_conductance,
    intercellular_co2,
    leuning,
    leuning_newton,
    light_threshold,
    net_assimilation,
    open_fraction,
    rate_response,
    rubisco_constant,
    smallest_demand,
    supply_terms,
)
from edlite.kernels.thermodynamics import saturation_humidity
from edlite.model.lanes import LANES
from edlite.model.root_water import supply_water

TO_UMOL = 1e6
TO_KGC = STEP_S * TO_UMOL * UMOL_TO_KGC  # a step's carbon of mol m-2 s-1
USUAL_CI = 0.7  # of the CO2 of the air, to guess which limitation is the smallest


@lane_loop
def capacities(q10_option, c, cohorts, plants, step, work):
    """Vm and Rd of cohort row c in work.c3 and work.c4. Returns whether any lane has light."""
    bright = False
    for i in range(LANES):
        vm = (plants.capacity_factor[c, i] * cohorts.vm0[c, i]) * rate_response(
            q10_option,
            cohorts.vm_hor[c, i],
            cohorts.vm_log_q10[c, i],
            cohorts.vm_cold[c, i],
            cohorts.vm_hot[c, i],
            cohorts.vm_decay[c, i],
            work.t_leaf[c, i],
        )
        rd = cohorts.gamma_rd[c, i] * vm
        work.c3[c, i], work.c4[c, i] = vm, rd
        bright |= step.par[c, i] > 0.0
    return bright


@process
def _constants_of_rubisco(q10_option, c, i, cohorts, work):
    t = work.t_leaf[c, i]
    work.c5[c, i] = compensation_point(q10_option, cohorts.c4[c, i], t)
    work.a4[i] = rubisco_constant(q10_option, t)


@lane_loop
def light_response(q10_option, c, leaf_par, fast, cohorts, step, work):
    """Quantum yield times absorbed photons in work.c6, 0 where stomata stay closed for lack of it.

    leaf_par : (lane) PAR that a leaf absorbs [W m-2 leaf]

    Leaves Gamma* in work.c5 and Kc (1 + O/Ko) in work.a4. Returns whether any lane is lit.
    """
    if q10_option > 0.5:
        for i in range(LANES):
            _constants_of_rubisco(1.0, c, i, cohorts, work)
    else:
        for i in range(LANES):
            _constants_of_rubisco(0.0, c, i, cohorts, work)
    lit = False
    for i in range(LANES):
        lai, alpha = step.lai[c, i], cohorts.alpha[c, i]
        photons = PAR_TO_MOL * leaf_par[i]
        ca = fast.co2[i] * 1e-6
        threshold = light_threshold(work.c4[c, i], ca, work.c5[c, i], alpha)
        light = where((lai > 0.0) and (photons >= threshold), alpha * photons, 0.0)
        work.c6[c, i] = light
        lit |= light > 0.0
    return lit


@lane_loop
def diffusion(c, fast, cohorts, step, work):
    """Boundary-layer conductance to water [mol m-2 s-1] in work.c7, the same raised by the dryness
    of the air in work.c0, resistance to CO2 in work.a6."""
    for i in range(LANES):
        g_bw = work.g_bw[c, i] * cohorts.sides[c, i] * (1.0 / M_DRY)
        w_i = saturation_humidity(work.t_leaf[c, i], step.pressure[i]) / EPS
        work.c7[c, i] = g_bw
        work.c0[c, i] = dry_conductance(g_bw, w_i, fast.q[i] / EPS, cohorts.d0[c, i])
        work.a6[i] = BOUNDARY_RATIO / max(g_bw, 1e-9)


@process
def _smallest_at(ci, c, i, cohorts, work):
    return smallest_demand(
        ci, cohorts.c4[c, i], work.c6[c, i], work.c3[c, i], work.c5[c, i], work.a4[i]
    )


@process
def _newton(g, c, i, fast, cohorts, work):
    """One Newton step of the conductance `g` of cohort row c, lane i."""
    return leuning_newton(
        g,
        work.a6[i],
        work.c7[c, i],
        work.c0[c, i],
        fast.co2[i] * 1e-6 - work.c5[c, i],
        cohorts.slope_m[c, i],
        cohorts.intercept_b[c, i],
        work.s0[i],
        work.s1[i],
        work.s2[i],
        work.s3[i],
    )


@lane_loop
def solve_limitation(c, fast, cohorts, work):
    """Solve the limitation work.a5 of lanes with work.a7 = 1: conductance in work.c1[c], net
    assimilation in work.c2[c].

    A lane is left alone as soon as it has converged, so that its result is its own.
    """
    g = work.c1
    for i in range(LANES):
        ca, gamma, b = fast.co2[i] * 1e-6, work.c5[c, i], cohorts.intercept_b[c, i]
        r_bc = work.a6[i]
        r, s, x, t = demand_function(
            work.a5[i], cohorts.c4[c, i], work.c6[c, i], work.c3[c, i], gamma, work.a4[i]
        )
        capacity, span, margin = supply_terms(r_bc, ca, r, s, x, t, work.c4[c, i])
        a = net_assimilation(G_MAX, r_bc, capacity, span, margin, x)
        first = leuning(
            G_MAX,
            a,
            r_bc,
            work.c7[c, i],
            work.c0[c, i],
            ca - gamma,
            cohorts.slope_m[c, i],
            b,
        )
        g[c, i] = min(max(first, b), G_MAX)
        work.s0[i], work.s1[i], work.s2[i], work.s3[i] = capacity, span, margin, x
    for _ in range(NEWTON_STEPS):
        moving = False
        for i in range(LANES):
            before = g[c, i]
            after = where(work.a7[i] > 0.5, _newton(before, c, i, fast, cohorts, work), before)
            g[c, i] = after
            moves = abs(after - before) > CONVERGED * after
            work.a7[i] = where(moves, 1.0, 0.0)
            moving |= moves
        if not moving:
            break
    for i in range(LANES):
        work.c2[c, i] = net_assimilation(
            g[c, i], work.a6[i], work.s0[i], work.s1[i], work.s2[i], work.s3[i]
        )


@lane_loop
def doubtful(c, fast, cohorts, work):
    """Mark in work.a2 the lit lanes where another limitation than the solved one is the smallest at
    the solution; keep the solutions in work.a0 and work.a1. Returns whether there are any.

    Demands rise with ci, supply falls and Leuning's conductance rises with assimilation: where the
    others are larger at the solution of one, their own solutions have more assimilation.
    """
    any_lane = False
    for i in range(LANES):
        g, a = work.c1[c, i], work.c2[c, i]
        ci = intercellular_co2(g, a, fast.co2[i] * 1e-6, work.a6[i])
        other = _smallest_at(ci, c, i, cohorts, work) != work.a5[i]
        doubt = (work.c6[c, i] > 0.0) and other
        work.a2[i] = where(doubt, 1.0, 0.0)
        work.a0[i], work.a1[i] = g, where(doubt, 1e30, a)
        any_lane |= doubt
    return any_lane


@lane_loop
def stomata(c, fast, cohorts, work):
    """Open-stomata solution of cohort row c: that of the limitation of smallest assimilation.

    Leaves conductance in work.c1[c] and net assimilation in work.c2[c] [mol m-2 leaf s-1].
    """
    best_g, best_a = work.a0, work.a1
    has_c4 = False
    for i in range(LANES):
        has_c4 |= cohorts.c4[c, i] > 0.5
        work.a5[i] = _smallest_at(USUAL_CI * fast.co2[i] * 1e-6, c, i, cohorts, work)
        work.a7[i] = where(work.c6[c, i] > 0.0, 1.0, 0.0)
    solve_limitation(c, fast, cohorts, work)
    if not doubtful(c, fast, cohorts, work):
        return
    for limitation in range(3 if has_c4 else 2):
        for i in range(LANES):
            counts = (limitation != LOW_CO2) or (cohorts.c4[c, i] > 0.5)
            work.a5[i] = limitation
            work.a7[i] = where(counts, work.a2[i], 0.0)
            work.a3[i] = work.a7[i]
        solve_limitation(c, fast, cohorts, work)
        for i in range(LANES):
            smaller = (work.a3[i] > 0.5) and (work.c2[c, i] < best_a[i])
            best_g[i] = where(smaller, work.c1[c, i], best_g[i])
            best_a[i] = where(smaller, work.c2[c, i], best_a[i])
    for i in range(LANES):
        work.c1[c, i], work.c2[c, i] = best_g[i], best_a[i]


@lane_loop
def start_light(step):
    """Sums of the patch start at zero; the tallest leaves are yet to be found."""
    for i in range(LANES):
        step.gpp[i] = 0.0
        step.leaf_resp[i] = 0.0
        step.trial_size[i] = -1.0


@lane_loop
def leaf_light(c, step):
    """PAR [W m-2 leaf] of cohort row c in step.error, of the tallest leaves in step.trial_size."""
    for i in range(LANES):
        lai = step.lai[c, i]
        own = step.par[c, i] / max(lai, 1e-9)
        above = step.trial_size[i]
        step.error[i] = own
        step.trial_size[i] = where((above < 0.0) and (lai > 0.0), own, above)


@lane_loop
def close_stomata(c, cohorts, work):
    """State of stomata without light, in work.c1, work.c2 and work.c6."""
    for i in range(LANES):
        work.c1[c, i], work.c2[c, i] = cohorts.intercept_b[c, i], -work.c4[c, i]
        work.c6[c, i] = 0.0


@process
def _opening(c, i, cohorts, plants, step, work):
    """Net assimilation and conductance of open stomata and their open fraction."""
    rd = work.c4[c, i]
    open_light = (work.c6[c, i] > 0.0) and (work.c2[c, i] >= -rd)
    a_open = where(open_light, work.c2[c, i], -rd)
    g_open = where(open_light, work.c1[c, i], cohorts.intercept_b[c, i])
    supply = cohorts.kw[c, i] * plants.root_carbon[c, i] * cohorts.n[c, i] * work.a2[i]
    demand = plants.psi_open[c, i] * step.lai[c, i]
    return a_open, g_open, where(open_light, open_fraction(demand, supply), 0.0)


@lane_loop
def assimilation(c, cohorts, plants, step, work):
    """Conductances, open fraction, GPP and leaf respiration of cohort row c from its solution."""
    for i in range(LANES):
        lai, rd = step.lai[c, i], work.c4[c, i]
        a_open, g_open, f = _opening(c, i, cohorts, plants, step, work)
        to_mass = M_DRY / cohorts.sides[c, i]
        step.g_open[c, i] = g_open * to_mass
        step.g_closed[c, i] = cohorts.intercept_b[c, i] * to_mass
        step.f_open[c, i] = f
        step.f_closed[c, i] = 1.0 - f
        gross = lai * (f * a_open - (1.0 - f) * rd + rd) * TO_UMOL
        respired = lai * rd * TO_UMOL
        step.gpp[i] += gross
        step.leaf_resp[i] += respired
        step.leaf_gpp[c, i] = gross
        step.leaf_dark[c, i] = respired


@lane_loop
def missed_for_water(c, plants, step, work):
    """Add what stomata that are wholly open would have assimilated more [kgC m-2]."""
    for i in range(LANES):
        lit = work.c6[c, i] > 0.0
        more = where(lit, step.f_closed[c, i] * max(work.c2[c, i] + work.c4[c, i], 0.0), 0.0)
        plants.missed_water[c, i] += step.lai[c, i] * more * TO_KGC


@lane_loop
def missed_for_light(c, cohorts, plants, step, work):
    """Add what leaves in the light of the tallest would have assimilated more [kgC m-2]."""
    for i in range(LANES):
        a_open, _, f = _opening(c, i, cohorts, plants, step, work)
        gross = step.lai[c, i] * f * (a_open + work.c4[c, i])
        plants.missed_light[c, i] += max(gross - step.leaf_gpp[c, i] / TO_UMOL, 0.0) * TO_KGC


@loop_group
def photosynthesis(switches, fast, soil, cohorts, plants, step, work):
    """Conductances, open fraction, GPP and leaf respiration; expects temperatures, boundary layers
    and available water of the present state in `work`.

    With `Switches.potential` also what the plants missed for lack of light and water.
    """
    start_light(step)
    for c in range(step.lai.shape[0]):
        bright = capacities(switches.q10, c, cohorts, plants, step, work)
        close_stomata(c, cohorts, work)
        leaf_light(c, step)
        if bright and light_response(switches.q10, c, step.error, fast, cohorts, step, work):
            diffusion(c, fast, cohorts, step, work)
            stomata(c, fast, cohorts, work)
        supply_water(switches.water_limitation, c, fast, soil, cohorts, work)
        assimilation(c, cohorts, plants, step, work)
        if switches.potential < 0.5:
            continue
        missed_for_water(c, plants, step, work)
        close_stomata(c, cohorts, work)
        if light_response(switches.q10, c, step.trial_size, fast, cohorts, step, work):
            diffusion(c, fast, cohorts, step, work)
            stomata(c, fast, cohorts, work)
            supply_water(switches.water_limitation, c, fast, soil, cohorts, work)
            missed_for_light(c, cohorts, plants, step, work)
