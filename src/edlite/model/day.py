"""A UTC day of a block: 144 steps, hourly means, then the daily update."""

from typing import NamedTuple

import numpy as np
from numba import njit

from edlite.constants import STEP_S, UMOL_TO_KGC
from edlite.kernels.mathematics import lane_loop
from edlite.kernels.thermodynamics import latent_heat
from edlite.model.budgets import close_step, stocks
from edlite.model.derivatives import (
    boundary_layers,
    diagnose,
    leaf_temperatures,
    root_zone,
    turbulence,
)
from edlite.model.fast_step import (
    atmosphere,
    foliage,
    lane_weather,
    precipitation,
    prescribe,
    runoff,
    snow_pack,
)
from edlite.model.integrator import integrate
from edlite.model.lanes import LANES, N_LAYER
from edlite.model.meteorology import AIR_TEMPERATURE
from edlite.model.photosynthesis import photosynthesis, respiration
from edlite.model.radiation import radiation

STEPS_PER_HOUR = 6
STEPS_PER_DAY = 144

HOURLY = (
    *("gpp", "leaf_respiration", "root_respiration", "growth_respiration", "storage_respiration"),
    *("rh", "le", "h", "rnet", "evapotranspiration", "transpiration", "ground_evaporation"),
    *("runoff", "drainage", "precipitation", "ustar", "canopy_air_temperature"),
    *("air_temperature", "shortwave_down", "snow_water"),
    *("assimilation_water", "assimilation_energy"),
)
N_HOURLY = len(HOURLY)


class Switches(NamedTuple):
    """Settings of a run."""

    tolerance: float
    decomposition: float
    runoff_timescale: float  # s


class Output(NamedTuple):
    """Hourly means of a day."""

    fluxes: np.ndarray  # (24, N_HOURLY, lane)
    theta: np.ndarray  # (24, layer, lane)
    soil_temperature: np.ndarray


def allocate_output() -> Output:
    """Zeroed output of a day."""
    return Output(
        np.zeros((24, N_HOURLY, LANES)),
        np.zeros((24, N_LAYER, LANES)),
        np.zeros((24, N_LAYER, LANES)),
    )


@lane_loop
def _record(hour, met, fast, ground, leaves, step, work, book, output):
    """Add a step to the means of its hour."""
    share = 1.0 / STEPS_PER_HOUR
    per_second = share / STEP_S
    out = output.fluxes[hour]
    for i in range(LANES):
        out[0, i] += share * step.gpp[i] * UMOL_TO_KGC
        out[1, i] += share * step.leaf_resp[i] * UMOL_TO_KGC
        out[2, i] += share * step.root_resp[i] * UMOL_TO_KGC
        out[5, i] += share * step.rh[i] * UMOL_TO_KGC
        out[6, i] += per_second * fast.vapour_out[i] * latent_heat(fast.temperature[i] / STEP_S)
        out[7, i] += per_second * fast.h_surface[i]
        out[8, i] += share * (step.sw_net[i] + step.lw_net[i])
        out[9, i] += per_second * fast.vapour_out[i]
        out[10, i] += per_second * fast.transpiration[i]
        out[11, i] += per_second * fast.e_ground[i]
        out[12, i] += per_second * book.runoff[i]
        out[13, i] += per_second * fast.drainage[i]
        out[14, i] += share * step.precipitation[i]
        out[15, i] += per_second * fast.ustar[i]
        out[16, i] += per_second * fast.temperature[i]
        out[17, i] += share * met[AIR_TEMPERATURE, i]
        out[18, i] += share * step.sw_in[i]
        out[19, i] += share * fast.water[i]
        out[20, i] += per_second * fast.assim_water[i]
        out[21, i] += per_second * fast.assim_energy[i]
    for c in range(leaves.gain.shape[0]):
        for i in range(LANES):
            out[3, i] += share * leaves.growth_resp[c, i]
            out[4, i] += share * leaves.virtual_resp[c, i]


@lane_loop
def _record_soil(hour, fast, work, output):
    """Half a step's weight of the present soil state, so that hours are trapezoidal means."""
    share = 0.5 / STEPS_PER_HOUR
    for k in range(N_LAYER):
        for i in range(LANES):
            output.theta[hour, k, i] += share * fast.theta[k, i]
            output.soil_temperature[hour, k, i] += share * work.t_soil[k, i]


@lane_loop
def _zero_integrals(n_controlled, buffer):
    for r in range(n_controlled, buffer.shape[0]):
        for i in range(LANES):
            buffer[r, i] = 0.0


@njit(error_model="numpy")
def run_steps(
    switches,
    first_step,
    last_step,
    met_points,
    theta_target,
    buffers,
    views,
    floors,
    n_controlled,
    ground,
    soil,
    stand,
    cohorts,
    leaves,
    met,
    step,
    work,
    book,
    output,
):
    """Run steps [first_step, last_step) of a day.

    met_points : (144, N_MET, point);  theta_target : (145, layer, lane) at the step boundaries,
    used by prescribed lanes only. Returns -1, or the step whose integration failed.
    """
    fast = views[0]
    n_cohort = cohorts.n.shape[0]
    for s in range(first_step, last_step):
        hour = s // STEPS_PER_HOUR
        seconds = s * STEP_S
        stocks(
            seconds,
            fast,
            ground,
            soil,
            cohorts,
            leaves,
            book.water,
            book.energy,
            book.carbon,
        )
        lane_weather(met_points[s], stand, met)
        _zero_integrals(n_controlled, buffers[0])
        prescribe(theta_target[s], fast, soil, stand)
        atmosphere(met, fast, ground, stand, step, book)
        foliage(fast, ground, cohorts, leaves, step, book)
        for c in range(n_cohort):
            for i in range(LANES):
                # floors of film water and leaf energy follow the leaf area
                floors[n_controlled - n_cohort + c, i] = 0.1 * max(step.film_max[c, i], 1e-4)
                floors[n_controlled - 2 * n_cohort + c, i] = 1e3 + 100.0 * step.capacity[c, i]
        precipitation(met, stand, step)
        diagnose(fast, ground, soil, step, work)
        _record_soil(hour, fast, work, output)
        leaf_temperatures(fast, step, work)
        turbulence(stand, step, work, fast)
        boundary_layers(cohorts, step, work)
        radiation(met, fast, ground, soil, cohorts, step, work)
        root_zone(fast, soil, work)
        photosynthesis(fast, cohorts, leaves, step, work)
        respiration(switches.decomposition, STEP_S, fast, ground, soil, cohorts, leaves, step, work)
        for i in range(LANES):
            step.water_before[i] = fast.water[i]
        count = integrate(
            STEP_S,
            switches.tolerance,
            buffers,
            views,
            floors,
            n_controlled,
            ground,
            soil,
            stand,
            cohorts,
            step,
            work,
        )
        if count < 0:
            return s
        for c in range(n_cohort):
            for i in range(LANES):
                leaves.psi_open[c, i] = fast.psi_open[c, i] / STEP_S
        prescribe(theta_target[s + 1], fast, soil, stand)
        runoff(STEP_S, switches.runoff_timescale, fast, book)
        snow_pack(STEP_S, step.water_before, fast, ground, step)
        for i in range(LANES):
            ground.canopy_t_sum[i] += fast.temperature[i]
        diagnose(fast, ground, soil, step, work)
        _record_soil(hour, fast, work, output)
        _record(hour, met, fast, ground, leaves, step, work, book, output)
        close_step(STEP_S, seconds + STEP_S, fast, ground, soil, cohorts, leaves, step, book)
    return -1
