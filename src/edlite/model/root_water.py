"""Water that roots can take from the soil, by layer and within the reach of each cohort."""

from edlite.constants import PSI_WILTING, RHO_W
from edlite.kernels.mathematics import lane_loop, process, where
from edlite.kernels.soil_water import available_water, available_water_potential
from edlite.kernels.thermodynamics import liquid_energy
from edlite.model.lanes import LANES


@process
def _water_by_potential(height, k, i, soil, work):
    """Water of layer k in lane i that can be lifted to `height` [m] above the ground [kg m-2]."""
    return soil.active[k, i] * available_water_potential(
        work.psi[k, i] + soil.z[k],
        height,
        PSI_WILTING,
        soil.psi_fc[k, i],
        soil.theta_fc[k, i] - soil.theta_wp[k, i],
        work.f_soil[k, i],
        RHO_W * soil.dz[k],
    )


@lane_loop
def root_water(option, fast, soil, work):
    """Water that roots can take from each layer in work.available [kg m-2].

    option : 1 linear in moisture above the wilting point, 2 linear in potential
    """
    n_layer = soil.active.shape[0]
    if option < 1.5:
        for k in range(n_layer):
            for i in range(LANES):
                work.available[k, i] = soil.active[k, i] * available_water(
                    fast.theta[k, i], soil.theta_wp[k, i], work.f_soil[k, i], RHO_W * soil.dz[k]
                )
    else:
        for k in range(n_layer):
            for i in range(LANES):
                work.available[k, i] = _water_by_potential(0.0, k, i, soil, work)


@lane_loop
def root_zone(soil, work):
    """Sum of the available water from the top, and the mean energy of what roots take."""
    for i in range(LANES):
        work.a0[i] = 0.0
        work.a1[i] = 0.0
    for k in range(soil.active.shape[0]):
        for i in range(LANES):
            water = work.available[k, i]
            work.a0[i] += water
            work.a1[i] += water * liquid_energy(work.t_soil[k, i])
            work.available_sum[k, i] = work.a0[i]
            work.source_energy[k, i] = work.a1[i] / max(work.a0[i], 1e-12)
            work.tr_at[k, i] = 0.0


@lane_loop
def supply_water(option, c, fast, soil, cohorts, work):
    """Water within reach of the roots of cohort row c in work.a2 [kg m-2].

    Limited by potential (`option` 2), it also has to be lifted to the middle of the crown.
    """
    if option < 1.5:
        for i in range(LANES):
            work.a2[i] = work.available_sum[int(cohorts.root_layer[c, i]), i]
        return
    for i in range(LANES):
        work.a2[i] = 0.0
    for k in range(soil.active.shape[0]):
        for i in range(LANES):
            rooted = where(cohorts.root_layer[c, i] >= k, 1.0, 0.0)
            lifted = _water_by_potential(cohorts.crown_middle[c, i], k, i, soil, work)
            work.a2[i] += rooted * lifted
