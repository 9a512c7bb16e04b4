"""Spin-up: soil water and temperature by repeating a year, slow soil carbon by repeating its rates.

Fast and structural carbon are measured (inventory) and set back at the start of every cycle; only
the slow pool has to be found. It comes into balance with the measured structural pool, whose
decomposition and litter repeat year by year.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from edlite.constants import YEAR_DAYS
from edlite.kernels.soil_carbon import (
    K_FAST,
    K_SLOW,
    K_SLOW_RAPID,
    K_STRUCTURAL,
    RESPIRED_STRUCTURAL,
    STRUCTURAL_LIGNIN_FACTOR,
)
from edlite.model.columns import Columns
from edlite.model.driver import DayResult
from edlite.model.meteorology import AIR_TEMPERATURE, CO2, SPECIFIC_HUMIDITY, Meteorology
from edlite.model.state import State

MAX_CYCLES = 2000  # yr


@dataclass
class DecompositionRecord:
    """Sink that keeps the daily decomposition activity and litter of every patch."""

    activity: list[np.ndarray] = field(default_factory=list)
    litter_fast: list[np.ndarray] = field(default_factory=list)
    litter_structural: list[np.ndarray] = field(default_factory=list)
    rootzone: list[float] = field(default_factory=list)

    def __call__(self, day: DayResult) -> None:
        for name in ("activity", "litter_fast", "litter_structural"):
            getattr(self, name).append(day.patch[name].copy())
        self.rootzone.append(float(day.theta[:, :5].mean()))


@dataclass(frozen=True)
class SettledCarbon:
    """Slow carbon (patch,) [kgC m-2], cycles it took, whether it became steady, and its course."""

    slow: np.ndarray
    cycles: int
    steady: bool
    history: pd.DataFrame


def settle_slow_carbon(
    record: DecompositionRecord,
    fast: np.ndarray,
    structural: np.ndarray,
    slow: np.ndarray,
    option: int,
    tolerance: float,
) -> SettledCarbon:
    """Repeat the recorded days until the slow pool changes by less than `tolerance` a cycle.

    fast, structural : (patch,) kgC m-2 at the start of every cycle;  slow : of the first
    option : decomposition option 0, 1 or 2
    The criterion is the largest change over the patches relative to max(pool, 1e-3 kgC m-2).
    """
    k_slow = K_SLOW if option == 2 else K_SLOW_RAPID
    rates = np.array([K_FAST, K_STRUCTURAL * STRUCTURAL_LIGNIN_FACTOR, k_slow]) / YEAR_DAYS
    activity = np.array(record.activity)
    litter = np.array(record.litter_fast), np.array(record.litter_structural)
    # as in the model, where a day's loss (at most 27 % of the pool) leaves the pool at midnight
    share = activity[:, None] * rates[:, None]
    measured = fast, structural
    rows = []
    for cycle in range(1, MAX_CYCLES + 1):
        before = slow
        fast, structural = measured
        for day in range(len(activity)):
            lost = share[day, 1] * structural
            fast = fast * (1.0 - share[day, 0]) + litter[0][day]
            slow = slow * (1.0 - share[day, 2]) + (1.0 - RESPIRED_STRUCTURAL) * lost
            structural = structural - lost + litter[1][day]
        change = np.abs(slow - before) / np.maximum(slow, 1e-3)
        rows.append(
            {
                "cycle": cycle,
                "fast_carbon": fast.mean(),
                "structural_carbon": structural.mean(),
                "slow_carbon": slow.mean(),
                "largest_relative_change": change.max(),
            }
        )
        if change.max() < tolerance:
            return SettledCarbon(slow, cycle, True, pd.DataFrame(rows))
    return SettledCarbon(slow, MAX_CYCLES, False, pd.DataFrame(rows))


def first_state(
    columns: Columns, meteorology: Meteorology, date: np.datetime64, days: int
) -> State:
    """A start from weather: soil at the mean air temperature of `days` days, air of the first."""
    sample = range(0, days, max(1, days // 24))
    day = np.timedelta64(1, "D")
    mean = np.mean([meteorology.day(date + i * day)[:, AIR_TEMPERATURE].mean() for i in sample])
    first = meteorology.day(date)[0].mean(axis=-1)
    return State.initial(
        columns,
        air_temperature=first[AIR_TEMPERATURE],
        q=first[SPECIFIC_HUMIDITY],
        co2=first[CO2],
        soil_temperature=float(mean),
    )
