"""Heterotrophic and autotrophic respiration, once per 600 s step."""

from edlite.constants import UMOL_TO_KGC, YEAR_S
from edlite.kernels.mathematics import lane_loop, where
from edlite.kernels.photosynthesis import rate_response
from edlite.kernels.soil_carbon import (
    RESPIRED_STRUCTURAL,
    fast_loss,
    slow_loss,
    structural_loss,
    temperature_exponential,
    temperature_lloyd_taylor,
    temperature_logistic,
    wetness_exponential,
    wetness_logistic,
)
from edlite.model.lanes import LANES

UMOL_PER_KGC = 1.0 / UMOL_TO_KGC


@lane_loop
def root_warmth(q10_option, cohorts, soil, work):
    """Depth from the top down to each layer, weighted by the temperature response of each kind of
    roots [m], in work.root_warmth."""
    n_layer = soil.active.shape[0]
    for kind in range(cohorts.root_hor.shape[0]):
        for i in range(LANES):
            work.a2[i] = 0.0
        for k in range(n_layer):
            for i in range(LANES):
                response = rate_response(
                    q10_option,
                    cohorts.root_hor[kind, i],
                    cohorts.root_log_q10[kind, i],
                    cohorts.root_cold[kind, i],
                    cohorts.root_hot[kind, i],
                    cohorts.root_decay[kind, i],
                    work.t_soil[k, i],
                )
                work.a2[i] += soil.dz[k] * soil.active[k, i] * response
                work.root_warmth[kind * n_layer + k, i] = work.a2[i]


@lane_loop
def root_respiration(q10_option, cohorts, plants, step, work):
    """Fine-root respiration [umol m-2 s-1]. Thickness-weighted over roots."""
    for i in range(LANES):
        step.root_resp[i] = 0.0
    for c in range(cohorts.n.shape[0]):
        for i in range(LANES):
            at_15 = where(q10_option > 0.5, cohorts.root_resp_q10[c, i], cohorts.root_resp[c, i])
            roots = plants.root_carbon[c, i] * cohorts.n[c, i]
            respired = at_15 * roots * work.root_warmth[cohorts.root_entry[c, i], i]
            step.fine_root[c, i] = respired
            step.root_resp[i] += respired


@lane_loop
def decomposition_activity(option, fast, soil, work):
    """Temperature and wetness factor of decomposition in work.a2."""
    if option < 0.5:
        for i in range(LANES):
            f_w = wetness_exponential(fast.theta[0, i], soil.theta_r[0, i], soil.theta_s[0, i])
            work.a2[i] = temperature_exponential(work.t_soil[0, i]) * f_w
    elif option < 1.5:
        for i in range(LANES):
            f_w = wetness_exponential(fast.theta[0, i], soil.theta_r[0, i], soil.theta_s[0, i])
            work.a2[i] = temperature_lloyd_taylor(work.t_soil[0, i]) * f_w
    else:
        for i in range(LANES):
            work.a3[i] = 0.0
            work.a4[i] = 0.0
        for k in range(soil.active.shape[0]):
            for i in range(LANES):
                work.a3[i] += soil.topsoil[k] * work.t_soil[k, i]
                work.a4[i] += soil.topsoil[k] * fast.theta[k, i]
        for i in range(LANES):
            t, theta = work.a3[i], work.a4[i]
            f_w = wetness_logistic(theta, soil.theta_r[0, i], soil.theta_s[0, i])
            work.a2[i] = temperature_logistic(t) * f_w


@lane_loop
def respiration(switches, dt, fast, ground, soil, cohorts, plants, step, work):
    """Heterotrophic and autotrophic respiration; books the day's sums; net CO2 source of the step.

    Expects what `photosynthesis` leaves in `step`.
    """
    option = switches.decomposition
    root_warmth(switches.q10, cohorts, soil, work)
    root_respiration(switches.q10, cohorts, plants, step, work)
    decomposition_activity(option, fast, soil, work)
    for i in range(LANES):
        activity = work.a2[i]
        per_second = 1.0 / YEAR_S
        loss_f = fast_loss(activity, ground.fast_carbon[i]) * per_second
        loss_s = structural_loss(activity, ground.structural_carbon[i]) * per_second
        loss_p = slow_loss(activity, ground.slow_carbon[i], option) * per_second
        ground.fast_loss[i] += loss_f * dt
        ground.structural_loss[i] += loss_s * dt
        ground.slow_loss[i] += loss_p * dt
        ground.activity_sum[i] += activity * dt
        step.rh[i] = (loss_f + RESPIRED_STRUCTURAL * loss_s + loss_p) * UMOL_PER_KGC
        step.other_resp[i] = 0.0
    for c in range(cohorts.n.shape[0]):
        for i in range(LANES):
            emitted = (
                plants.growth_resp[c, i] + plants.storage_resp[c, i] + plants.virtual_resp[c, i]
            )
            step.other_resp[i] += emitted * UMOL_PER_KGC
            net = step.leaf_gpp[c, i] - step.leaf_dark[c, i] - step.fine_root[c, i]
            plants.gain[c, i] += net * (dt * UMOL_TO_KGC)
    for i in range(LANES):
        step.co2_source[i] = (
            step.root_resp[i] + step.rh[i] + step.other_resp[i] + step.leaf_resp[i] - step.gpp[i]
        )
