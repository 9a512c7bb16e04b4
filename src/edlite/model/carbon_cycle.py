"""What a cycle of days does to the soil-carbon pools of a patch, as one linear map.

Every day each pool loses a share of what it held at the day's start and gains litter; 70 % of what
the structural pool loses goes to the slow one (`edlite.model.daily`). Shares and litter do not
depend on the pools, so that a cycle is linear in them however many days it has:

    fast' = a_F fast + b_F      structural' = a_S structural + b_S
    slow' = a_P slow + c structural + d
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from edlite.constants import YEAR_DAYS
from edlite.kernels.soil_carbon import (
    K_FAST,
    K_SLOW,
    K_SLOW_RAPID,
    K_STRUCTURAL,
    RESPIRED_STRUCTURAL,
    STRUCTURAL_LIGNIN_FACTOR,
)
from edlite.model.day_result import DayResult


class Pools(NamedTuple):
    """Soil carbon, (patch,) kgC m-2."""

    fast: np.ndarray
    structural: np.ndarray
    slow: np.ndarray


class CarbonCycle:
    """Sink of a run that takes up each day's decomposition activity and litter.

    option : decomposition option 0, 1 or 2, which sets the rate of the slow pool
    """

    def __init__(self, n_patch: int, option: int) -> None:
        slow = K_SLOW if option == 2 else K_SLOW_RAPID
        rates = np.array([K_FAST, K_STRUCTURAL * STRUCTURAL_LIGNIN_FACTOR, slow])
        self._daily = rates / YEAR_DAYS
        self.days = 0
        self._kept = np.ones((3, n_patch))  # a_F, a_S, a_P
        self._gain = np.zeros((3, n_patch))  # b_F, b_S, d
        self._passed = np.zeros(n_patch)  # c

    def __call__(self, day: DayResult) -> None:
        self.add(*(day.patch[n] for n in ("activity", "litter_fast", "litter_structural")))

    def add(
        self, activity: np.ndarray, litter_fast: np.ndarray, litter_structural: np.ndarray
    ) -> None:
        """Append a day: mean activity [1] and litter [kgC m-2], (patch,)."""
        lost = self._daily[:, None] * activity
        humified = (1.0 - RESPIRED_STRUCTURAL) * lost[1]
        self._passed = self._passed * (1.0 - lost[2]) + humified * self._kept[1]
        slow_gain = self._gain[2] * (1.0 - lost[2]) + humified * self._gain[1]
        self._gain = self._gain * (1.0 - lost) + np.stack(
            [litter_fast, litter_structural, 0.0 * lost[2]]
        )
        self._gain[2] = slow_gain
        self._kept = self._kept * (1.0 - lost)
        self.days += 1

    def after(self, pools: Pools) -> Pools:
        """Pools at the end of a cycle that starts with `pools`."""
        fast = self._kept[0] * pools.fast + self._gain[0]
        structural = self._kept[1] * pools.structural + self._gain[1]
        slow = self._kept[2] * pools.slow + self._passed * pools.structural + self._gain[2]
        return Pools(fast, structural, slow)

    def steady(self, pools: Pools, held: bool) -> Pools:
        """Pools that a cycle reproduces.

        held : fast and structural carbon are those of `pools` at the start of every cycle, and only
            the slow pool is in balance; else all three are
        A patch where nothing decomposes keeps what it has.
        """
        fast, structural = pools.fast, pools.structural
        if not held:
            fast = _balance(self._kept[0], self._gain[0], fast)
            structural = _balance(self._kept[1], self._gain[1], structural)
        gain = self._passed * structural + self._gain[2]
        return Pools(fast, structural, _balance(self._kept[2], gain, pools.slow))


def _balance(kept: np.ndarray, gain: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """x = kept x + gain."""
    loss = 1.0 - kept
    return np.where(loss > 0.0, gain / np.where(loss > 0.0, loss, 1.0), otherwise)
