"""How well plants fared: monthly carbon balances and what they say about light and water.

The relative balance r of a plant compares what it gained with what it would have gained in the
light of the tallest, and without shortage of water (Moorcroft et al. 2001; Medvigy et al. 2009;
blend of the two as in ED2 revision 84). Its running mean sets mortality by starvation
(`edlite.model.demography.mortality`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edlite.model.columns import Columns
from edlite.model.state import MONTHS, State

LEAST = np.log(1.19e-7)  # of the exponent of starvation mortality
WATER_WEIGHT = 0.8  # of the ratio for water in the blend of the two
KINDS = ("balance", "balance_light", "balance_water")


def relative_balance(
    balance: np.ndarray, light: np.ndarray, water: np.ndarray, worst: np.ndarray
) -> np.ndarray:
    """Relative carbon balance r, from `worst` to 1.

    r = s0 + (rL - s0)(rM - s0) / (0.8 rM + 0.2 rL - s0), with s0 = `worst` < 0 and

    rL, rM = min(1, balance / light), min(1, balance / water); s0 where the denominator is not
    positive, and never below s0.

    balance, light, water : carbon balance of a plant, the same in the light of the tallest and
        without shortage of water, of any but the same unit and period
    """
    r_light, r_water = (
        np.maximum(
            worst,
            np.where(best > 0.0, np.minimum(1.0, balance / np.where(best > 0.0, best, 1.0)), worst),
        )
        for best in (light, water)
    )
    mean = WATER_WEIGHT * r_water + (1.0 - WATER_WEIGHT) * r_light - worst
    known = mean > 0.0
    blend = (r_light - worst) * (r_water - worst) / np.where(known, mean, 1.0)
    return np.where(known, worst + blend, worst)


def close_balances(columns: Columns, state: State, month: int) -> State:
    """The state after the balances of `month` (1-12, the one that ended) are booked.

    Plants are judged by the sums over the last twelve months, once twelve are known: in single
    months the ratios of plants without leaves would be the worst there are, and every deciduous
    tree would starve at the highest rate for half a year. The running mean follows as in ED2:
    ratio = (11 ratio + r) / 12.
    """
    changed: dict[str, np.ndarray] = {}
    sums = []
    for kind in KINDS:
        monthly = getattr(state, f"monthly_{kind}").copy()
        monthly[month - 1] = getattr(state, kind)
        changed[f"monthly_{kind}"] = monthly
        changed[kind] = np.zeros(state.n_cohort)
        total = np.zeros(state.n_cohort)
        for row in monthly:
            total += row
        sums.append(total)
    months = np.minimum(state.months + 1, MONTHS)
    worst = LEAST / columns.of_pft("mort_cb_slope")[state.pft]
    mean = (11.0 * state.balance_ratio + relative_balance(*sums, worst)) / 12.0
    ratio = np.where(months >= MONTHS, mean, state.balance_ratio)
    return replace(state, months=months, balance_ratio=ratio, **changed)
