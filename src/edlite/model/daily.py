"""Midnight: soil-carbon pools, phenology, carbon balance and allocation of plants, litter.

Leaves and fine roots follow the carbon balance of the plant (`Switches.carbon_balance`), or, where
they are prescribed or the balance is switched off, phenology alone: turnover is then replaced on
the same day, and what is left over or missing goes to or comes from the pool `growth_export`.
Either way carbon closes over plant, litter, soil and air, which `Book.carbon_max` shows.
"""

from typing import NamedTuple

import numpy as np

from edlite.constants import DAY_S
from edlite.kernels.mathematics import lane_loop, loop_group
from edlite.kernels.soil_carbon import RESPIRED_STRUCTURAL
from edlite.model.budgets import close_midnight, stocks_before
from edlite.model.lanes import LANES
from edlite.model.plant_day import (
    carbon_balance,
    close_plants,
    display,
    follow_phenology,
    respirations,
    root_zone_wetness,
    set_aside,
    shed_leaves,
    spend,
    turnover,
)


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


@lane_loop
def _close_ground(ground, day_book):
    """Litter joins the soil's pools."""
    for i in range(LANES):
        ground.fast_carbon[i] += day_book.litter_fast[i]
        ground.structural_carbon[i] += day_book.litter_structural[i]
        ground.canopy_t_sum[i] = 0.0


@loop_group
def daily_update(
    switches,
    day_of_year,
    month,
    calendar,
    target,
    fast,
    ground,
    soil,
    cohorts,
    plants,
    work,
    book,
    day_book,
):
    """Close the day that ends; `day_of_year` (1-366) is that of the day that begins.

    month : of the day that begins if it is the first of a month, else 0
    target : prescribed leaves and roots; they count only with the carbon balance switched off

    Expects matric potentials of the present state in `work.psi`.
    """
    stocks_before(DAY_S, fast, ground, soil, cohorts, plants, book)
    _soil_pools(ground, day_book)
    follows = switches.carbon_balance < 0.5
    for c in range(cohorts.n.shape[0]):
        root_zone_wetness(c, cohorts, soil, work)
        turnover(c, ground, cohorts, plants, work, day_book)
        display(switches.phenology, day_of_year, c, calendar, cohorts, plants, work)
        if follows:
            respirations(c, cohorts, plants, work)
            follow_phenology(c, target, ground, cohorts, plants, work, day_book)
        else:
            shed_leaves(day_of_year, c, cohorts, plants, work, day_book)
            respirations(c, cohorts, plants, work)
            carbon_balance(c, cohorts, plants, work)
            spend(c, cohorts, plants, work)
            if (month > 0.0) and (switches.export > 0.5):
                set_aside(month, c, ground, cohorts, plants)
        close_plants(switches.counts, c, ground, cohorts, plants, work)
    _close_ground(ground, day_book)
    close_midnight(fast, ground, soil, cohorts, plants, book)
