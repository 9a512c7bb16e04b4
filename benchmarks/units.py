"""What this machine can do: two fixed kernels, timed in the same run as the model.

Machines differ, and a shared one differs from hour to hour. Every cost is therefore also given as a
ratio to these units, which is what can be compared between machines and days.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from numba import njit

from edlite.kernels.mathematics import exp, lane_loop
from edlite.model.lane_views import lane_views
from edlite.model.lanes import LANES

ROWS = 64
SCALAR_COUNT = 1024


@lane_loop
def _lanes(x, y):
    for r in range(ROWS):
        for i in range(LANES):
            y[r, i] = exp(x[r, i] - 0.5 * y[r, i]) + 0.25 * x[r, i] * y[r, i]


@njit(error_model="numpy")
def _vector(x, y, repeats):
    view_x, view_y = lane_views((x, y))
    for _ in range(repeats):
        _lanes(view_x, view_y)


@njit(error_model="numpy")
def _scalar(x, repeats):
    total = 0.0
    for _ in range(repeats):
        for i in range(x.size):
            # each argument waits for the result before: nothing to do side by side
            total = math.exp(x[i] - 0.125 * total)
    return total


def fastest(work: Callable[[], object], tries: int) -> float:
    """Shortest processor time [s] of `tries` calls, after one that is not counted."""
    work()
    seconds = []
    for _ in range(tries):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return min(seconds)


def machine_units(tries: int = 5) -> dict[str, float]:
    """Nanoseconds of one core per element.

    vector_ns : polynomial exponential and three fused or simple operations, packed over lanes
    scalar_ns : exponential of the C library in a chain, one after the other
    """
    x = np.linspace(-1.0, 1.0, ROWS * LANES).reshape(ROWS, LANES)
    y = np.zeros_like(x)
    chain = np.linspace(-1.0, 1.0, SCALAR_COUNT)
    vector_repeats, scalar_repeats = 20000, 2000
    return {
        "vector_ns": fastest(lambda: _vector(x, y, vector_repeats), tries)
        / (vector_repeats * x.size)
        * 1e9,
        "scalar_ns": fastest(lambda: _scalar(chain, scalar_repeats), tries)
        / (scalar_repeats * SCALAR_COUNT)
        * 1e9,
    }
