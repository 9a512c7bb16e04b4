"""Midnight: soil-carbon pools, growth respiration, litter, leaf area of the next day.

Vegetation is static: stems do not grow, turnover is replaced on the same day, leaf area follows
the prescribed greenness or the drought rule. What is left over or missing goes to or comes from
the pool `growth_export`, so that carbon closes over plant, litter, soil and air.
"""

from typing import NamedTuple

import numpy as np

from edlite.constants import DAY_S, PSI_WILTING, YEAR_S
from edlite.kernels.mathematics import lane_loop, loop_group, where
from edlite.kernels.soil_carbon import RESPIRED_STRUCTURAL
from edlite.kernels.vegetation import (
    COLD_DECIDUOUS,
    DROUGHT_DECIDUOUS,
    EVERGREEN,
    RETAINED,
    daily_turnover,
    elongation,
    greenness,
    leaf_ageing,
    maintenance_factor,
    ten_day_mean,
)
from edlite.model.lanes import LANES

PSI_LEAF_DROP = -122.37  # m, -1.2 MPa


class Calendar(NamedTuple):
    """Greenness curves of the year, (lane)."""

    spring_a: np.ndarray
    spring_b: np.ndarray
    autumn_a: np.ndarray
    autumn_b: np.ndarray


class Target(NamedTuple):
    """Leaf and fine-root carbon of the next day, (cohort, lane) kgC plant-1; -1: not prescribed."""

    leaf: np.ndarray
    root: np.ndarray


class DayBook(NamedTuple):
    """What the spin-up of soil carbon and the daily output need of a day, (lane)."""

    litter_fast: np.ndarray  # kgC m-2
    litter_structural: np.ndarray
    activity: np.ndarray  # daily mean of the decomposition factor
    lai: np.ndarray  # m2 m-2 after the update
    leaf_carbon: np.ndarray  # kgC m-2


def allocate_day_book() -> DayBook:
    """Zeroed day book of a block."""
    return DayBook(*(np.zeros(LANES) for _ in DayBook._fields))


@lane_loop
def _soil_pools(ground, book):
    """Take what decomposed during the day from the pools and pass humified carbon on."""
    for i in range(LANES):
        humified = (1.0 - RESPIRED_STRUCTURAL) * ground.structural_loss[i]
        ground.fast_carbon[i] -= ground.fast_loss[i]
        ground.structural_carbon[i] -= ground.structural_loss[i]
        ground.slow_carbon[i] += humified - ground.slow_loss[i]
        ground.fast_loss[i] = 0.0
        ground.structural_loss[i] = 0.0
        ground.slow_loss[i] = 0.0
        book.activity[i] = ground.activity_sum[i] / DAY_S
        ground.activity_sum[i] = 0.0
        book.litter_fast[i] = 0.0
        book.litter_structural[i] = 0.0
        book.lai[i] = 0.0
        book.leaf_carbon[i] = 0.0


@lane_loop
def _wetness(c, cohorts, soil, work):
    """Plant-available water index of a row of cohorts in work.a0 (potential form)."""
    for i in range(LANES):
        work.a0[i] = 0.0
        work.a1[i] = 0.0
    for k in range(soil.active.shape[0]):
        for i in range(LANES):
            rooted = where(cohorts.root_layer[c, i] >= k, soil.dz[k] * soil.active[k, i], 0.0)
            head = work.psi[k, i] + soil.z[k] - cohorts.crown_middle[c, i] - PSI_WILTING
            work.a0[i] += rooted * max(head, 0.0) / (PSI_LEAF_DROP - PSI_WILTING)
            work.a1[i] += rooted
    for i in range(LANES):
        work.a0[i] /= max(work.a1[i], 1e-9)


@loop_group
def daily_update(day_of_year, calendar, target, ground, soil, cohorts, leaves, work, book):
    """Close the day that ends; `day_of_year` (1-366) is that of the day that begins.

    Prescribed leaves and roots (`target`) replace phenology. Expects matric potentials of the
    present state in `work.psi`.
    """
    _soil_pools(ground, book)
    for c in range(cohorts.n.shape[0]):
        _wetness(c, cohorts, soil, work)
        for i in range(LANES):
            n, habit = cohorts.n[c, i], cohorts.habit[c, i]
            leaf, root = leaves.leaf_carbon[c, i], cohorts.root_carbon[c, i]
            evergreen = habit == EVERGREEN
            factor = maintenance_factor(1.0 if evergreen else 0.0, ground.canopy_t_sum[i] / DAY_S)
            turnover = n * (
                daily_turnover(cohorts.leaf_turnover[c, i], leaf, factor)
                + daily_turnover(cohorts.root_turnover[c, i], root, factor)
            )
            gain = leaves.gain[c, i]
            growth = max(0.0, cohorts.growth_fraction[c, i] * gain)

            green = greenness(
                day_of_year,
                calendar.spring_a[i],
                calendar.spring_b[i],
                calendar.autumn_a[i],
                calendar.autumn_b[i],
            )
            wetness = ten_day_mean(leaves.wetness[c, i], work.a0[i])
            stretch = elongation(leaves.elongation[c, i], wetness)
            display = where(
                habit == COLD_DECIDUOUS,
                green,
                where(habit == DROUGHT_DECIDUOUS, stretch, 1.0),
            )
            ageing = leaf_ageing(day_of_year, green, calendar.autumn_a[i], calendar.autumn_b[i])
            held = target.leaf[c, i] >= 0.0
            wanted = where(held, target.leaf[c, i], display * cohorts.leaf_max[c, i])
            display = where(held, wanted / max(cohorts.leaf_max[c, i], 1e-12), display)
            new_root = where(target.root[c, i] >= 0.0, target.root[c, i], root)
            change = n * (wanted - leaf)
            dropped = where(change < 0.0, -change * (1.0 - RETAINED), 0.0)

            # tissues that would flush are kept alive from reserves while the crown is bare
            full = cohorts.leaf_max[c, i]
            allocation = max((full + root + cohorts.sapwood_carbon[c, i]) / max(full, 1e-12), 1.0)
            alive = leaf + root + cohorts.sapwood_carbon[c, i]
            bare = where(habit == COLD_DECIDUOUS, max(1.0 - display, 0.0), 0.0)
            virtual = n * bare * alive / allocation * cohorts.storage_turnover[c, i] / YEAR_S

            litter = turnover + dropped
            book.litter_fast[i] += cohorts.f_labile[c, i] * litter
            book.litter_structural[i] += (1.0 - cohorts.f_labile[c, i]) * litter
            ground.growth_export[i] += gain - growth - virtual * DAY_S - turnover
            ground.growth_export[i] -= change + dropped + n * (new_root - root)
            cohorts.root_carbon[c, i] = new_root
            leaves.gain[c, i] = 0.0
            leaves.growth_resp[c, i] = growth / DAY_S
            leaves.virtual_resp[c, i] = virtual
            leaves.leaf_carbon[c, i] = wanted
            leaves.wetness[c, i] = wetness
            leaves.elongation[c, i] = where(habit == DROUGHT_DECIDUOUS, stretch, 1.0)
            leaves.capacity_factor[c, i] = where(habit == COLD_DECIDUOUS, ageing, 1.0)
            book.lai[i] += n * wanted * cohorts.sla[c, i]
            book.leaf_carbon[i] += n * wanted
    for i in range(LANES):
        ground.fast_carbon[i] += book.litter_fast[i]
        ground.structural_carbon[i] += book.litter_structural[i]
        ground.canopy_t_sum[i] = 0.0
