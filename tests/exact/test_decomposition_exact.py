"""Soil carbon at constant climate and litterfall against the exact solution of its pools."""

from typing import NamedTuple

import numpy as np
import pytest
from scipy.linalg import expm

from edlite.constants import DAY_S, UMOL_TO_KGC, YEAR_DAYS
from edlite.model import budgets, daily, plant_day, respiration
from edlite.model.block import make_block, pack
from edlite.model.options import ModelOptions
from helpers.from_python import from_python
from helpers.model_columns import Patch, columns_of
from helpers.narrow import narrow

N, DAYS = 16, 500
# every other patch carries evergreens, whose turnover is litter
PATCHES = tuple(Patch(cohorts=(("NP", 18.0, 0.03),) if i % 2 else ()) for i in range(N))
RESPIRATION = (
    respiration.respiration,
    respiration.root_warmth,
    respiration.root_respiration,
    respiration.decomposition_activity,
)
MIDNIGHT = (
    *(daily.daily_update, daily._soil_pools, daily._close_ground),
    *(plant_day.root_zone_wetness, plant_day.turnover, plant_day.display, plant_day.respirations),
    *(plant_day.follow_phenology, plant_day.shed_leaves, plant_day.carbon_balance),
    *(plant_day.spend, plant_day.set_aside, plant_day.close_plants, plant_day._to_litter),
    *(budgets.stocks, budgets.stocks_before, budgets.stocks_after, budgets.close_midnight),
)
POOLS = ("fast_carbon", "structural_carbon", "slow_carbon")


def activity(option, t, s):
    """Factor of decomposition from temperature [K] and relative wetness, from the publications:
    Medvigy et al. (2009), Lloyd & Taylor (1994), Longo et al. (2019)."""
    s = np.clip(s, 0.0, 1.0)
    rise_and_fall = np.where(
        s <= 0.8938, np.exp(5.0786 * (s - 0.8938)), np.exp(4.5139 * (0.8938 - s))
    )
    if option == 0:
        return np.minimum(1.0, np.exp(0.0757 * (t - 318.15))) * rise_and_fall
    if option == 1:
        reference = 1.0 / 56.02 - 1.0 / (t - 227.15)
        return np.minimum(1.0, 0.0757 * np.exp(308.56 * reference)) * rise_and_fall
    warmth = (1.0 + np.exp(0.24 * (291.15 - t))) * (1.0 + np.exp(0.60 * (t - 318.15)))
    wetness = (1.0 + np.exp(12.0 * (0.48 - s))) * (1.0 + np.exp(36.0 * (s - 0.98)))
    return 1.0 / (warmth * wetness)


class Course(NamedTuple):
    """Days of the model at a climate that differs from patch to patch."""

    pools: np.ndarray  # (day, pool, patch) kgC m-2 at the start of the day
    respired: np.ndarray  # (day, patch) kgC m-2
    fallen: np.ndarray  # (day, fast and structural litter, patch) kgC m-2
    temperature: np.ndarray  # (patch) K
    wetness: np.ndarray  # (patch), relative


def run(option):
    """The model's own steps of a day, as often as there are days."""
    columns = columns_of(PATCHES)
    (patches,) = pack(columns)
    corner = np.tile([1.0, 0.0, 0.0, 0.0], (N, 1))
    block = make_block(columns, patches, np.zeros((N, 4), int), corner, np.zeros(N, bool))
    fast, ground, step, work = block.views[0], block.ground, block.step, block.work
    rng = np.random.default_rng([31, option])
    t = rng.uniform(270.0, 308.0, N)
    wetness = rng.uniform(0.0, 1.0, N)
    low, high = block.soil.theta_r[0], block.soil.theta_s[0]
    fast.theta[:] = low + wetness * (high - low)
    work.t_soil[:] = t
    block.plants.leaf_carbon[:] = block.cohorts.leaf_max
    block.plants.root_carbon[:] = block.cohorts.root_ratio * block.cohorts.leaf_max
    block.plants.elongation[:] = 1.0
    for name, scale in zip(POOLS, (0.5, 4.0, 1.0), strict=True):
        getattr(ground, name)[:] = scale * rng.uniform(0.1, 1.0, N)
    hourly = [narrow(part, *RESPIRATION) for part in (fast, ground, block.soil, block.cohorts)]
    hourly += [narrow(part, *RESPIRATION) for part in (block.plants, step, work)]
    nightly = (block.calendar, block.target, fast, ground, block.soil, block.cohorts, block.plants)
    nightly = [narrow(part, *MIDNIGHT) for part in (*nightly, work, block.book, block.day_book)]
    options = ModelOptions(decomposition=option, dynamics="static").switches()
    switches, at_midnight = narrow(options, *RESPIRATION), narrow(options, *MIDNIGHT)
    course, respired, fallen = [], [], []
    for day in range(DAYS + 1):
        course.append([getattr(ground, name).copy() for name in POOLS])
        ground.canopy_t_sum[:] = t * DAY_S
        from_python(respiration.respiration)(switches, DAY_S, *hourly)
        respired.append(step.rh * UMOL_TO_KGC * DAY_S)
        from_python(daily.daily_update)(at_midnight, float(1 + day % 365), 0.0, *nightly)
        fallen.append([block.day_book.litter_fast.copy(), block.day_book.litter_structural.copy()])
    return Course(np.array(course), np.array(respired), np.array(fallen), t, wetness)


@pytest.mark.parametrize("option", [0, 1, 2])
def test_pools_at_constant_climate(option, record_property):
    """To rounding the solution of the daily update; off that of the differential equations by no
    more than a daily step must be: a share k lost in a day costs k/(2e) of a decaying pool."""
    course, respired, fallen, t, wetness = run(option)
    falls = fallen[0].sum(axis=0) > 0.0
    assert np.count_nonzero(falls) == N // 2
    np.testing.assert_allclose(fallen, np.broadcast_to(fallen[0], fallen.shape), rtol=1e-12)
    a = activity(option, t, wetness)
    slow = 0.2 if option == 2 else 100.2
    worst = 0.0
    for i in range(N):
        rates = np.array([11.0, 4.5 * np.exp(-3.0), slow]) * a[i] / YEAR_DAYS
        change = np.diag(-rates)
        change[2, 1] = 0.7 * rates[1]
        litter = np.append(fallen[0, :, i], 0.0)
        # pools and a constant 1, so that litterfall is part of one linear system
        daily, generator = np.eye(4), np.zeros((4, 4))
        daily[:3, :3] += change
        daily[:3, 3] = litter
        generator[:3, :3], generator[:3, 3] = change, litter
        start = np.append(course[0, :, i], 1.0)
        for day in (1, 30, DAYS):
            stepped = (np.linalg.matrix_power(daily, day) @ start)[:3]
            np.testing.assert_allclose(course[day, :, i], stepped, rtol=1e-11)
            exact = (expm(day * generator) @ start)[:3]
            scale = np.maximum(course[:, :, i].max(axis=0), 1e-6)
            off = np.abs(course[day, :, i] - exact) / scale
            worst = max(worst, off.max())
            assert off.max() <= rates.max()
        np.testing.assert_allclose(
            respired[0, i], rates @ (course[0, :, i] * [1.0, 0.3, 1.0]), rtol=1e-9
        )
    record_property("off_the_differential_equations", worst)
    print(f"option {option}: {worst:.2e} of the pool off the differential equations")
    # carbon: litter less respiration is what the pools gain
    gain = course[-1].sum(axis=0) - course[0].sum(axis=0)
    np.testing.assert_allclose(
        gain, fallen[:-1].sum(axis=(0, 1)) - respired[:-1].sum(axis=0), atol=1e-12
    )
