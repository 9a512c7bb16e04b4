"""Plants die: of age, of hunger, under falling trees, of frost.

Rates follow ED2 (Moorcroft et al. 2001; Medvigy et al. 2009; Longo et al. 2019) and act over the
month that ended; each cause can be switched off.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edlite.constants import YEAR_DAYS
from edlite.model.column_sizes import heights
from edlite.model.columns import Columns
from edlite.model.demography.death import thin
from edlite.model.demography.settings import Demography
from edlite.model.state import State

TALL = 10.0  # m; falling trees kill lower plants, and gaps open where taller ones stood


def starvation_rate(ratio: np.ndarray, most: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Mortality by starvation [yr-1]: most / (1 + exp(slope ratio)).

    ratio : running mean of the relative carbon balance, see `balances.relative_balance`
    most [yr-1], slope [1] : `mort_cb_max` and `mort_cb_slope` of the type
    """
    return most / (1.0 + np.exp(slope * ratio))


def mortality_rate(columns: Columns, state: State, settings: Demography) -> np.ndarray:
    """Mortality of every cohort [yr-1] but for that by frost."""
    rate = np.zeros(state.n_cohort)
    if settings.age_mortality:
        rate += columns.of_pft("mort_age")[state.pft]
    if settings.starvation_mortality:
        most, slope = (columns.of_pft(x)[state.pft] for x in ("mort_cb_max", "mort_cb_slope"))
        rate += starvation_rate(state.balance_ratio, most, slope)
    if settings.treefall_mortality:
        low = heights(columns, state.pft, state.dbh) < TALL
        rate += np.where(low, settings.treefall_rate, 0.0)
    return rate


def apply_mortality(columns: Columns, state: State, settings: Demography, days: float) -> State:
    """The state after `days` of mortality: n exp(-(rate days / 365.2425 + frost)).

    Frost mortality has been summed up day by day; the sum starts anew. The dead are litter.
    """
    lost = mortality_rate(columns, state, settings) * (days / YEAR_DAYS)
    if settings.frost_mortality:
        lost = lost + state.frost
    state = replace(state, frost=np.zeros(state.n_cohort))
    return thin(columns, state, np.exp(-lost)) if settings.mortality else state
