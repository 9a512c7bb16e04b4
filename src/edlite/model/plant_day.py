"""A plant's midnight, one row of cohorts after the other: turnover, phenology, carbon balance.

Loops over lanes that `edlite.model.daily` calls in order. What they hand on stands in `work`: plant
wetness a0, turnover of leaves and roots a1 and a2, greenness a3, elongation of the day before a4,
growth and virtual-leaf respiration a5 and a6, balance a7; kgC of a plant and day.
"""

from edlite.constants import DAY_S, PSI_WILTING, YEAR_DAYS
from edlite.kernels.mathematics import lane_loop, process, where
from edlite.kernels.plant_carbon import (
    BARE,
    COMPLETE,
    DROPPING,
    GROWING,
    allocate,
    drought_elongation,
    on_allometry,
    pay,
    shed_by_calendar,
    shed_by_drought,
)
from edlite.kernels.vegetation import (
    AUTUMN,
    COLD_DECIDUOUS,
    DROUGHT_DECIDUOUS,
    EVERGREEN,
    RETAINED,
    daily_turnover,
    frost_mortality,
    greenness,
    leaf_ageing,
    maintenance_factor,
    ten_day_mean,
)
from edlite.model.lanes import LANES

PSI_LEAF_DROP = -122.37  # m, -1.2 MPa
GROWTH_MONTH = 6.0  # June, at whose start cold-deciduous plants spend their storage on growth


@lane_loop
def root_zone_wetness(c, cohorts, soil, work):
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


@process
def _to_litter(litter, c, i, cohorts, book):
    """Leaves and fine roots [kgC m-2] of cohort row c, lane i into the day's litter."""
    book.litter_fast[i] += cohorts.f_labile[c, i] * litter
    book.litter_structural[i] += (1.0 - cohorts.f_labile[c, i]) * litter


@lane_loop
def turnover(c, ground, cohorts, plants, work, book):
    """Leaves and fine roots that age become litter; work.a1 and work.a2 keep what a plant lost."""
    for i in range(LANES):
        evergreen = where(cohorts.habit[c, i] == EVERGREEN, 1.0, 0.0)
        factor = maintenance_factor(evergreen, ground.canopy_t_sum[i] / DAY_S)
        lost_leaf = daily_turnover(cohorts.leaf_turnover[c, i], plants.leaf_carbon[c, i], factor)
        lost_root = daily_turnover(cohorts.root_turnover[c, i], plants.root_carbon[c, i], factor)
        litter = cohorts.n[c, i] * (lost_leaf + lost_root)
        work.a1[i], work.a2[i] = lost_leaf, lost_root
        _to_litter(litter, c, i, cohorts, book)


@lane_loop
def display(seasons, day_of_year, c, calendar, cohorts, plants, work):
    """Greenness in work.a3, ten-day wetness, ageing, and the elongation of the next day.

    seasons : 0 keeps all plants in full display
    """
    for i in range(LANES):
        habit = cohorts.habit[c, i]
        a, b = calendar.autumn_a[i], calendar.autumn_b[i]
        green = greenness(day_of_year, calendar.spring_a[i], calendar.spring_b[i], a, b)
        cold = (habit == COLD_DECIDUOUS) and (seasons > 0.5)
        ageing = leaf_ageing(day_of_year, green, a, b)
        plants.capacity_factor[c, i] = where(cold, ageing, 1.0)
        wetness = ten_day_mean(plants.wetness[c, i], work.a0[i])
        plants.wetness[c, i] = wetness
        before = plants.elongation[c, i]
        stretch = drought_elongation(plants.status[c, i], before, wetness)
        work.a3[i] = where(cold, green, 1.0)
        work.a4[i] = before
        dry = (habit == DROUGHT_DECIDUOUS) and (seasons > 0.5)
        plants.elongation[c, i] = where(dry, stretch, 1.0)


@lane_loop
def respirations(c, cohorts, plants, work):
    """Growth respiration in work.a5, virtual-leaf respiration in work.a6 [kgC plant-1 d-1]."""
    for i in range(LANES):
        n = cohorts.n[c, i]
        gain = where(n > 0.0, plants.gain[c, i] / max(n, 1e-30), 0.0)
        # tissues that would flush are kept alive from reserves while the crown is bare
        salloc = 1.0 + cohorts.root_ratio[c, i] + cohorts.sapwood_ratio[c, i]
        alive = plants.leaf_carbon[c, i] + plants.root_carbon[c, i] + plants.sapwood_carbon[c, i]
        bare = max(1.0 - work.a3[i], 0.0)
        work.a5[i] = max(0.0, cohorts.growth_fraction[c, i] * gain)
        work.a6[i] = bare * alive / salloc * (cohorts.storage_turnover[c, i] / YEAR_DAYS)


@lane_loop
def follow_phenology(c, target, ground, cohorts, plants, work, book):
    """Leaves as prescribed, or as displayed in full health; the difference is set aside."""
    for i in range(LANES):
        n, full = cohorts.n[c, i], cohorts.leaf_max[c, i]
        held = target.leaf[c, i] >= 0.0
        shown = work.a3[i] * plants.elongation[c, i]
        wanted = where(held, target.leaf[c, i], shown * full)
        leaf, root = plants.leaf_carbon[c, i], plants.root_carbon[c, i]
        new_root = where(target.root[c, i] >= 0.0, target.root[c, i], root)
        dropped = max(leaf - wanted, 0.0) * (1.0 - RETAINED)
        litter = n * dropped
        _to_litter(litter, c, i, cohorts, book)
        replaced = work.a1[i] + work.a2[i] + wanted - leaf + new_root - root
        ground.growth_export[i] += plants.gain[c, i] - n * (
            work.a5[i] + work.a6[i] + replaced + dropped
        )
        plants.leaf_carbon[c, i], plants.root_carbon[c, i] = wanted, new_root
        plants.storage_resp[c, i] = 0.0
        part = where(wanted > 0.0, DROPPING, BARE)
        plants.status[c, i] = where(wanted >= (1.0 - 1e-6) * full, COMPLETE, part)


@lane_loop
def shed_leaves(day_of_year, c, cohorts, plants, work, book):
    """Leaves that the season or drought takes: half is kept in storage, half becomes litter.

    What falls is a loss of the month, whatever the light (ED2 counts it too).
    """
    for i in range(LANES):
        leaf, full = plants.leaf_carbon[c, i], cohorts.leaf_max[c, i]
        status, habit = plants.status[c, i], cohorts.habit[c, i]
        by_calendar, after_calendar = shed_by_calendar(
            status, leaf, work.a3[i] * full, day_of_year >= AUTUMN, work.a3[i]
        )
        by_drought, after_drought = shed_by_drought(
            status, leaf, full, plants.elongation[c, i], work.a4[i]
        )
        cold, dry = habit == COLD_DECIDUOUS, habit == DROUGHT_DECIDUOUS
        shed = where(cold, by_calendar, where(dry, by_drought, 0.0))
        plants.status[c, i] = where(cold, after_calendar, where(dry, after_drought, status))
        plants.leaf_carbon[c, i] = leaf - shed
        fallen = (1.0 - RETAINED) * shed
        plants.storage_carbon[c, i] += RETAINED * shed
        plants.balance[c, i] -= fallen
        plants.balance_light[c, i] -= fallen
        plants.balance_water[c, i] -= fallen
        _to_litter(cohorts.n[c, i] * fallen, c, i, cohorts, book)


@lane_loop
def carbon_balance(c, cohorts, plants, work):
    """Carbon balance of the day, in work.a7 and in the month's sums; storage respires.

    Expects turnover in work.a1 and work.a2, respirations in work.a5 and work.a6.
    """
    for i in range(LANES):
        n = cohorts.n[c, i]
        per_plant = where(n > 0.0, 1.0 / max(n, 1e-30), 0.0)
        storage = plants.storage_carbon[c, i]
        respired = max(storage, 0.0) * (cohorts.storage_turnover[c, i] / YEAR_DAYS)
        plants.storage_carbon[c, i] = storage - respired
        plants.storage_resp[c, i] = n * respired / DAY_S
        plants.leaf_carbon[c, i] -= work.a1[i]
        plants.root_carbon[c, i] -= work.a2[i]
        gain, fraction = plants.gain[c, i] * per_plant, cohorts.growth_fraction[c, i]
        balance = gain - work.a5[i] - work.a6[i]
        lost = work.a1[i] + work.a2[i]
        lit = gain + plants.missed_light[c, i] * per_plant
        watered = gain + plants.missed_water[c, i] * per_plant
        plants.balance[c, i] += balance - lost
        plants.balance_light[c, i] += lit - max(0.0, fraction * lit) - work.a6[i] - lost
        plants.balance_water[c, i] += watered - max(0.0, fraction * watered) - work.a6[i] - lost
        work.a7[i] = balance


@lane_loop
def spend(c, cohorts, plants, work):
    """Gains go to tissues below their targets, then to storage; losses are paid from reserves."""
    for i in range(LANES):
        leaf, root = plants.leaf_carbon[c, i], plants.root_carbon[c, i]
        sapwood, storage = plants.sapwood_carbon[c, i], plants.storage_carbon[c, i]
        full, balance = cohorts.leaf_max[c, i], work.a7[i]
        thin = leaf < (1.0 - 1e-6) * full
        status = where((plants.status[c, i] == COMPLETE) and thin, GROWING, plants.status[c, i])
        leaf_target = work.a3[i] * plants.elongation[c, i] * full
        root_target = cohorts.root_ratio[c, i] * leaf_target
        sapwood_target = cohorts.sapwood_ratio[c, i] * leaf_target
        available = storage + balance
        grown = allocate(available, leaf, root, sapwood, leaf_target, root_target, sapwood_target)
        complete = on_allometry(
            grown[0], grown[1], grown[2], leaf_target, root_target, sapwood_target
        )
        paid = pay(max(-balance, 0.0), status, leaf, root, sapwood, storage)
        grows = (status == GROWING) and ((balance > 0.0) or (available > 0.0))
        gains = balance > 0.0
        hungry = (not gains) and (paid[0] + paid[1] < leaf + root) and (status == COMPLETE)
        leaf_now = where(grows, grown[0], where(gains, leaf, paid[0]))
        plants.leaf_carbon[c, i] = leaf_now
        plants.root_carbon[c, i] = where(grows, grown[1], where(gains, root, paid[1]))
        plants.sapwood_carbon[c, i] = where(grows, grown[2], where(gains, sapwood, paid[2]))
        plants.storage_carbon[c, i] = where(grows, grown[3], where(gains, available, paid[3]))
        done = grows and (complete > 0.5) and (plants.elongation[c, i] >= 1.0)
        plants.status[c, i] = where(done, COMPLETE, where(hungry, GROWING, status))


@lane_loop
def set_aside(month, c, ground, cohorts, plants):
    """Storage that growth and seeds would take at the start of `month`, into `growth_export`."""
    for i in range(LANES):
        in_season = (cohorts.habit[c, i] != COLD_DECIDUOUS) or (month == GROWTH_MONTH)
        spends = in_season and (plants.status[c, i] == COMPLETE)
        spent = where(spends, max(plants.storage_carbon[c, i], 0.0), 0.0)
        plants.storage_carbon[c, i] -= spent
        ground.growth_export[i] += cohorts.n[c, i] * spent


@lane_loop
def close_plants(counts, c, ground, cohorts, plants, work):
    """Respirations that the next day emits; frost; sums of the day start anew, and those of the
    month stay zero where they do not count."""
    for i in range(LANES):
        n = cohorts.n[c, i]
        plants.growth_resp[c, i] = n * work.a5[i] / DAY_S
        plants.virtual_resp[c, i] = n * work.a6[i] / DAY_S
        cold = frost_mortality(
            cohorts.frost_t[c, i], cohorts.frost_rate[c, i], ground.canopy_t_sum[i] / DAY_S
        )
        plants.frost[c, i] += counts * (cold / YEAR_DAYS)
        plants.balance[c, i] *= counts
        plants.balance_light[c, i] *= counts
        plants.balance_water[c, i] *= counts
        plants.gain[c, i] = 0.0
        plants.missed_light[c, i] = 0.0
        plants.missed_water[c, i] = 0.0
