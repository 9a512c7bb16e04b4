"""Adaptive Runge-Kutta (Cash & Karp 1990) over one 600 s step, each lane with its own step size.

All lanes of a block go through the stages together; a lane that has arrived takes steps of length
zero. No lane reads another, so a lane's result does not depend on its neighbours.
"""

import math

from edlite.kernels.mathematics import exp, lane_loop, log, loop_group, where
from edlite.kernels.thermodynamics import air_temperature, is_outside
from edlite.model.adjust import after_substep
from edlite.model.derivatives import derivatives
from edlite.model.lanes import LANES

B21 = 1.0 / 5.0
B31, B32 = 3.0 / 40.0, 9.0 / 40.0
B41, B42, B43 = 3.0 / 10.0, -9.0 / 10.0, 6.0 / 5.0
B51, B52, B53, B54 = -11.0 / 54.0, 5.0 / 2.0, -70.0 / 27.0, 35.0 / 27.0
B61, B62, B63 = 1631.0 / 55296.0, 175.0 / 512.0, 575.0 / 13824.0
B64, B65 = 44275.0 / 110592.0, 253.0 / 4096.0
C1, C3, C4, C6 = 37.0 / 378.0, 250.0 / 621.0, 125.0 / 594.0, 512.0 / 1771.0
E1, E3, E4 = C1 - 2825.0 / 27648.0, C3 - 18575.0 / 48384.0, C4 - 13525.0 / 55296.0
E5, E6 = -277.0 / 14336.0, C6 - 1.0 / 4.0
SAFETY, SHRINK, GROWTH_MAX = 0.9, -0.25, 5.0
# exponents of the error and of the one before in the growth of the step (Gustafsson 1991)
PROPORTIONAL, INTEGRAL = -0.7 / 5.0, 0.4 / 5.0
LOG_ERROR_MIN = -9.0  # of the error that the next step remembers
STEP_MIN = 1e-4  # s
BAD = 10.0  # error that stands for a state outside the sanity bounds


@lane_loop
def insane(new, error, soil, stand, step):
    """Raise the error of lanes whose new state is outside the sanity bounds."""
    for i in range(LANES):
        q = new.q[i]
        t = air_temperature(new.enthalpy[i], q)
        bad = (q < 1e-8) or (q > 0.06) or (t < 184.0) or (t > 351.0)
        bad |= (new.co2[i] < 30.0) or (new.co2[i] > 50000.0)
        error[i] = where(bad, max(error[i], BAD), error[i])
    for c in range(step.lai.shape[0]):
        for i in range(LANES):
            capacity = max(step.capacity[c, i], 1e-6)
            bad = is_outside(new.leaf_energy[c, i], new.leaf_water[c, i], capacity, 184.0, 351.0)
            bad = bad and (step.lai[c, i] > 0.0)
            error[i] = where(bad, max(error[i], BAD), error[i])
    for k in range(soil.active.shape[0]):
        for i in range(LANES):
            theta = new.theta[k, i]
            bad = (theta < 0.98 * soil.theta_r[k, i]) or (theta > 1.02 * soil.theta_s[k, i])
            bad = bad and (soil.active[k, i] > 0.5) and (stand.prescribed[i] < 0.5)
            error[i] = where(bad, max(error[i], BAD), error[i])


# the stages need only the rows that rates depend on


@lane_loop
def _stage2(rows, trial, y, size, k1):
    for r in range(rows):
        for i in range(LANES):
            trial[r, i] = y[r, i] + size[i] * (B21 * k1[r, i])


@lane_loop
def _stage3(rows, trial, y, size, k1, k2):
    for r in range(rows):
        for i in range(LANES):
            trial[r, i] = y[r, i] + size[i] * (B31 * k1[r, i] + B32 * k2[r, i])


@lane_loop
def _stage4(rows, trial, y, size, k1, k2, k3):
    for r in range(rows):
        for i in range(LANES):
            slope = B41 * k1[r, i] + B42 * k2[r, i] + B43 * k3[r, i]
            trial[r, i] = y[r, i] + size[i] * slope


@lane_loop
def _stage5(rows, trial, y, size, k1, k2, k3, k4):
    for r in range(rows):
        for i in range(LANES):
            slope = B51 * k1[r, i] + B52 * k2[r, i] + B53 * k3[r, i] + B54 * k4[r, i]
            trial[r, i] = y[r, i] + size[i] * slope


@lane_loop
def _stage6(rows, trial, y, size, k1, k2, k3, k4, k5):
    for r in range(rows):
        for i in range(LANES):
            slope = B61 * k1[r, i] + B62 * k2[r, i] + B63 * k3[r, i]
            slope = slope + B64 * k4[r, i] + B65 * k5[r, i]
            trial[r, i] = y[r, i] + size[i] * slope


@lane_loop
def _fifth_order(error, tolerance, trial, y, size, floors, k1, k3, k4, k5, k6):
    """Trial state, and its difference from the fourth order over tolerance and scale; the worst
    row counts."""
    for i in range(LANES):
        error[i] = 0.0
    for r in range(floors.shape[0]):
        for i in range(LANES):
            slope = C1 * k1[r, i] + C3 * k3[r, i] + C4 * k4[r, i] + C6 * k6[r, i]
            trial[r, i] = y[r, i] + size[i] * slope
            difference = size[i] * (
                E1 * k1[r, i] + E3 * k3[r, i] + E4 * k4[r, i] + E5 * k5[r, i] + E6 * k6[r, i]
            )
            scale = abs(y[r, i]) + abs(size[i] * k1[r, i])
            relative = abs(difference) / max(scale, floors[r, i])
            # not-a-number counts as too large, and later rows must not hide it
            error[i] = max(error[i], where(relative < 1e30, relative, 1e30))
    for r in range(floors.shape[0], y.shape[0]):
        for i in range(LANES):
            slope = C1 * k1[r, i] + C3 * k3[r, i] + C4 * k4[r, i] + C6 * k6[r, i]
            trial[r, i] = y[r, i] + size[i] * slope
    for i in range(LANES):
        scaled = error[i] / tolerance
        error[i] = where(scaled < BAD * 1e3, scaled, BAD)


@lane_loop
def _accept(dt, y, trial, done, elapsed, size, trial_size, error, log_error):
    """Keep what is within tolerance, propose the next step; the smallest step size.

    Growth by the error and the one before it: stability limits the step more often than accuracy,
    and a step that grew by its error alone would cross that limit and be rejected every third time.
    """
    for i in range(LANES):
        moving = trial_size[i] > 0.0
        accepted = moving and (error[i] <= 1.0)
        new = log(max(error[i], 1e-30))
        shrunk = max(0.1, SAFETY * exp(SHRINK * new))
        grown = SAFETY * exp(PROPORTIONAL * new + INTEGRAL * log_error[i])
        grown = min(grown, GROWTH_MAX)
        log_error[i] = where(accepted, max(new, LOG_ERROR_MIN), log_error[i])
        truncated = trial_size[i] < size[i]
        proposed = trial_size[i] * where(accepted, grown, shrunk)
        proposed = where(accepted and truncated, max(proposed, size[i]), proposed)
        size[i] = where(moving, min(proposed, dt), size[i])
        passed = where(accepted, elapsed[i] + trial_size[i], elapsed[i])
        elapsed[i] = where(accepted and (dt - passed < 1e-9 * dt), dt, passed)
        done[i] = where(accepted, 1.0, 0.0)
    for r in range(y.shape[0]):
        for i in range(LANES):
            y[r, i] = where(done[i] > 0.5, trial[r, i], y[r, i])
    smallest = 1e30
    for i in range(LANES):
        smallest = min(smallest, size[i])
    return smallest


@lane_loop
def _trial_sizes(dt, elapsed, size, trial_size):
    """Size of the next substep, 0 where `dt` is over; whether any lane goes on."""
    for i in range(LANES):
        left = dt - elapsed[i]
        trial = min(size[i], left)
        # avoid a last sliver
        trial = where(left - trial < 1e-3 * dt, left, trial)
        trial_size[i] = where(left <= 0.0, 0.0, trial)
    running = False
    for i in range(LANES):
        running |= trial_size[i] > 0.0
    return running


@loop_group
def integrate(
    dt, switches, buffers, views, floors, ground, soil, stand, cohorts, step, work, implicit
):
    """Advance the fast state over `dt` seconds.

    buffers : (8, row, lane): state, stages k1-k6, trial state;  views : their named views
    floors : (row, lane) smallest scale of the rows under error control, which come first
    Returns the number of substeps of the slowest lane, or -1 if a step size fell below STEP_MIN.
    """
    y, k1, k2, k3, k4, k5, k6, trial = buffers
    fast, d1, d2, d3, d4, d5, d6, new = views
    elapsed, size, trial_size, error, done = (
        step.elapsed,
        step.size,
        step.trial_size,
        step.error,
        step.done,
    )
    for i in range(LANES):
        elapsed[i] = 0.0
        size[i] = ground.step_size[i]
        step.log_error[i] = 0.0
    rows = floors.shape[0]
    count = 0
    while _trial_sizes(dt, elapsed, size, trial_size):
        count += 1
        derivatives(switches, fast, d1, ground, soil, stand, cohorts, step, work)
        _stage2(rows, trial, y, trial_size, k1)
        derivatives(switches, new, d2, ground, soil, stand, cohorts, step, work)
        _stage3(rows, trial, y, trial_size, k1, k2)
        derivatives(switches, new, d3, ground, soil, stand, cohorts, step, work)
        _stage4(rows, trial, y, trial_size, k1, k2, k3)
        derivatives(switches, new, d4, ground, soil, stand, cohorts, step, work)
        _stage5(rows, trial, y, trial_size, k1, k2, k3, k4)
        derivatives(switches, new, d5, ground, soil, stand, cohorts, step, work)
        _stage6(rows, trial, y, trial_size, k1, k2, k3, k4, k5)
        derivatives(switches, new, d6, ground, soil, stand, cohorts, step, work)
        _fifth_order(error, switches.tolerance, trial, y, trial_size, floors, k1, k3, k4, k5, k6)
        insane(new, error, soil, stand, step)
        smallest = _accept(dt, y, trial, done, elapsed, size, trial_size, error, step.log_error)
        if not (smallest > STEP_MIN) or math.isnan(smallest):
            return -1
        after_substep(done, fast, ground, soil, stand, step, work)
        for i in range(LANES):
            ground.step_size[i] = size[i]
            step.substeps[i] += where(trial_size[i] > 0.0, 1.0, 0.0)
    return count
