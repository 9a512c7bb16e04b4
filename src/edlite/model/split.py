"""The semi-implicit step `split`: one solution over 600 s instead of many explicit substeps.

In the order of processes: leaves, canopy air and ground surface together (twice, the second time
with the conductances of the first solution), heat of the column below, water of the soil, then
drip, percolation and melt as after a substep of the Runge-Kutta integrator. Physics and budgets
are the same; only the integration in time differs.
"""

from edlite.kernels.mathematics import lane_loop, loop_group, where
from edlite.model.adjust import leaf_water, soil_bounds, surface_water
from edlite.model.exchange import boundary_layers, turbulence
from edlite.model.implicit_column import column_temperatures, eliminate_snow, eliminate_soil
from edlite.model.implicit_exchange import (
    finish_air,
    finish_ground,
    finish_leaves,
    keep_exchange,
    settle_exchange,
)
from edlite.model.implicit_surface import (
    eliminate_ground,
    eliminate_leaves,
    iterate,
    leaf_conductances,
    leaf_vapour,
    solve_air,
)
from edlite.model.implicit_water import (
    count_parts,
    darcy_linear,
    move_in_soil,
    pass_on_heat,
    solve_moisture,
    take_part,
    uptake_energy,
)
from edlite.model.integrator import insane
from edlite.model.lanes import LANES
from edlite.model.snow import divide, percolate, snow_fluxes
from edlite.model.soil_column import limits_of_flow, soil_potentials, uptake_by_layer

SOLUTIONS = 2


@lane_loop
def _start(fast, step, implicit):
    for i in range(LANES):
        implicit.q[i] = fast.q[i]
        step.done[i] = 1.0
        step.error[i] = 0.0
        step.substeps[i] += SOLUTIONS


@lane_loop
def _before_drip(fast, implicit):
    for i in range(LANES):
        implicit.drip[i] = fast.snow[0, i]
        implicit.drip_energy[i] = fast.snow_energy[0, i]


@lane_loop
def _take_drip(fast, implicit):
    """Hold back what dripped."""
    for i in range(LANES):
        before, before_energy = implicit.drip[i], implicit.drip_energy[i]
        implicit.drip[i] = fast.snow[0, i] - before
        implicit.drip_energy[i] = fast.snow_energy[0, i] - before_energy
        fast.snow[0, i] = before
        fast.snow_energy[0, i] = before_energy


@lane_loop
def _spread_drip(dt, d, work, implicit):
    """It falls over the whole step, like rain."""
    for i in range(LANES):
        d.snow[0, i] += implicit.drip[i] / dt
        d.snow_energy[0, i] += implicit.drip_energy[i] / dt
        implicit.heat_in[i] = work.a2[i]


@lane_loop
def _any_error(step):
    """Whether the state of any lane is out of bounds; its step size becomes 0, which tells it."""
    wrong = False
    for i in range(LANES):
        # a comparison that not-a-number fails
        right = step.error[i] < 1.0
        step.size[i] = where(right, 1.0, 0.0)
        wrong |= not right
    return wrong


@loop_group
def split_step(
    dt, switches, buffers, views, floors, ground, soil, stand, cohorts, step, work, implicit
):
    """Advance the fast state over `dt` seconds.

    Expects in `work` the diagnosed temperatures, exchange, boundary layers and available water of
    the present state. The first of the `views` of buffers is the state, the second scratch. Returns
    the number of solutions, or -1 if the new state is outside the sanity bounds.
    """
    fast, d = views[0], views[1]
    _start(fast, step, implicit)
    eliminate_soil(dt, fast, soil, work, implicit)
    deep = eliminate_snow(dt, fast, ground, soil, step, work, implicit)
    for solution in range(SOLUTIONS):
        if solution > 0:
            iterate(fast, step, work, implicit)
            keep_exchange(work, implicit)
            turbulence(switches, stand, step, work, fast)
            settle_exchange(step, work, implicit)
            boundary_layers(cohorts, step, work)
        leaf_vapour(dt, fast, step, work, implicit)
        leaf_conductances(cohorts, step, work, implicit)
        eliminate_leaves(dt, fast, step, work, implicit)
        eliminate_ground(dt, fast, soil, step, work, implicit)
        solve_air(dt, fast, step, work, implicit)
    finish_ground(step, work, implicit)
    finish_leaves(dt, fast, cohorts, step, work, implicit)
    finish_air(dt, fast, step, work, implicit)
    uptake_by_layer(work)
    uptake_energy(work, implicit)
    column_temperatures(deep, fast, soil, work, implicit)
    _before_drip(fast, implicit)
    leaf_water(step.done, fast, ground, step, work)
    _take_drip(fast, implicit)
    snow_fluxes(fast, d, ground, soil, step, work)
    _spread_drip(dt, d, work, implicit)
    if deep:
        pass_on_heat(dt, fast, d, work, implicit)
    most = count_parts(dt, fast, d, work, implicit)
    for part in range(most):
        take_part(part, dt, fast, d, implicit, step.done)
        if part > 0:
            soil_potentials(fast, soil, work)
        limits_of_flow(fast, soil, work)
        darcy_linear(fast, soil, stand, work, implicit)
        solve_moisture(soil, stand, work, implicit)
        move_in_soil(fast, soil, stand, work, implicit)
        soil_bounds(step.done, fast, soil, stand)
        percolate(step.done, fast, work)
        surface_water(step.done, fast, soil, stand, work)
        divide(step.done, fast, work)
    insane(fast, step.error, soil, stand, step)
    if _any_error(step):
        return -1
    return SOLUTIONS
