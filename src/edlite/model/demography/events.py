"""The turn of a month and of a year."""

from __future__ import annotations

import numpy as np

from edlite.model.columns import Columns
from edlite.model.demography.settings import Demography
from edlite.model.state import State


def turn_of_month(
    columns: Columns,
    state: State,
    settings: Demography,
    curves: dict[str, np.ndarray],
    date: np.datetime64,
) -> tuple[Columns, State]:
    """The stand at the midnight that begins a month, after what happens once a month or year."""
    return columns, state
