"""A UTC day of a block: 144 steps, means over its records, then the daily update."""

from edlite.constants import STEP_S
from edlite.kernels.mathematics import lane_loop, loop_group
from edlite.model.budgets import close_step, stocks_before
from edlite.model.derivatives import diagnose, leaf_temperatures
from edlite.model.exchange import boundary_layers, turbulence
from edlite.model.fast_step import (
    atmosphere,
    foliage,
    lane_weather,
    precipitation,
    prescribe,
)
from edlite.model.lanes import LANES
from edlite.model.photosynthesis import photosynthesis
from edlite.model.radiation import radiation
from edlite.model.records import (
    STEPS_PER_DAY,
    record_budget,
    record_cohorts,
    record_fluxes,
    record_soil,
)
from edlite.model.respiration import respiration
from edlite.model.root_water import root_water, root_zone
from edlite.model.snow import pool_state, runoff, snow_pack, sum_pool


@lane_loop
def _zero_integrals(first, buffer):
    for r in range(first, buffer.shape[0]):
        for i in range(LANES):
            buffer[r, i] = 0.0


def steps_with(advance):
    """The loop over steps of a day, compiled with one integrator.

    advance : `edlite.model.integrator.integrate` or `edlite.model.split.split_step`
    """

    def run_steps(
        switches,
        first_step,
        last_step,
        met_points,
        theta_target,
        output,
        buffers,
        views,
        floors,
        ground,
        soil,
        stand,
        cohorts,
        plants,
        met,
        step,
        work,
        implicit,
        book,
    ):
        """Run steps [first_step, last_step) of a day.

        Means go to the records of `output`, as many as it has.

        met_points : (144, N_MET, point);  theta_target : (145, layer, lane) at the step boundaries,
        used by prescribed lanes only. Returns -1, or the step whose integration failed.
        """
        fast = views[0]
        n_cohort = cohorts.n.shape[0]
        n_controlled = floors.shape[0]
        per_record = STEPS_PER_DAY // output.fluxes.shape[0]
        share = 1.0 / per_record
        for s in range(first_step, last_step):
            at = s // per_record
            seconds = s * STEP_S
            stocks_before(seconds, fast, ground, soil, cohorts, plants, book)
            lane_weather(met_points[s], stand, met)
            _zero_integrals(n_controlled, buffers[0])
            prescribe(theta_target[s], fast, soil, stand)
            atmosphere(met, fast, ground, stand, step, book)
            foliage(switches.incanopy, fast, ground, cohorts, plants, step, book)
            for c in range(n_cohort):
                for i in range(LANES):
                    # floors of film water and leaf energy follow the leaf area
                    floors[n_controlled - n_cohort + c, i] = 0.1 * max(step.film_max[c, i], 1e-4)
                    capacity = step.capacity[c, i]
                    few = max(min(1e3, 10.0 * capacity), 1.0)
                    floors[n_controlled - 2 * n_cohort + c, i] = few + 100.0 * capacity
            precipitation(met, stand, step)
            pool_state(fast, work)
            diagnose(fast, ground, soil, step, work)
            # the end of the step before is the start of this one
            if s > first_step:
                record_soil((s - 1) // per_record, share, fast, work, output)
            record_soil(at, share, fast, work, output)
            leaf_temperatures(fast, step, work)
            turbulence(switches, stand, step, work, fast)
            boundary_layers(cohorts, step, work)
            radiation(switches, met, fast, ground, soil, cohorts, step, work)
            root_water(switches.water_limitation, fast, soil, work)
            root_zone(soil, work)
            photosynthesis(switches, fast, soil, cohorts, plants, step, work)
            respiration(switches, STEP_S, fast, ground, soil, cohorts, plants, step, work)
            for i in range(LANES):
                step.water_before[i] = work.pool[i]
            count = advance(
                *(STEP_S, switches, buffers, views, floors, ground, soil, stand, cohorts, step),
                *(work, implicit),
            )
            if count < 0:
                return s
            for c in range(n_cohort):
                for i in range(LANES):
                    plants.psi_open[c, i] = fast.psi_open[c, i] / STEP_S
            prescribe(theta_target[s + 1], fast, soil, stand)
            pool_state(fast, work)
            runoff(STEP_S, switches.runoff_timescale, fast, book, work)
            snow_pack(STEP_S, step.water_before, fast, ground, step, work)
            for i in range(LANES):
                ground.canopy_t_sum[i] += fast.temperature[i]
                ground.coldest[i] = min(ground.coldest[i], fast.temperature[i] / STEP_S)
            sum_pool(fast, work)
            close_step(STEP_S, seconds + STEP_S, fast, ground, soil, cohorts, plants, step, book)
            record_fluxes(at, share, met, fast, ground, plants, step, work, book, output)
            record_budget(at, share, fast, step, book, output)
            if output.cohorts.shape[0] > 0:
                pool_state(fast, work)
                diagnose(fast, ground, soil, step, work)
                leaf_temperatures(fast, step, work)
                record_cohorts(at, share, fast, step, work, output)
        if last_step > first_step:
            pool_state(fast, work)
            diagnose(fast, ground, soil, step, work)
            record_soil((last_step - 1) // per_record, share, fast, work, output)
        return -1

    # compiled code is linked by name: the loops of two integrators must not share one
    run_steps.__name__ = f"run_steps_{advance.__name__}"
    run_steps.__qualname__ = run_steps.__name__
    return loop_group(run_steps)
