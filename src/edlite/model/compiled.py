"""The entry points that are compiled and cached: everything else is compiled into them.

Numba notices a change only in the file of the cached function itself, so the cache directory is
named after a hash of all sources that end up in these functions. They take the arrays of a block
and hand them on as lane views. Each integrator has an entry of its own: a run compiles and loads
only the one that it uses.
"""

from __future__ import annotations

import os
from pathlib import Path

from numba import config, njit

from edlite.dependencies import kernel_digest


def cache_directory() -> Path:
    """Where compiled code is kept: NUMBA_CACHE_DIR if set, else the user's cache by source hash."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    return Path(given) if given else Path.home() / ".cache" / "edlite" / kernel_digest()


config.CACHE_DIR = str(cache_directory())

from edlite.model.daily import daily_update  # noqa: E402
from edlite.model.day import steps_with  # noqa: E402
from edlite.model.integrator import integrate  # noqa: E402
from edlite.model.lane_views import lane_views  # noqa: E402
from edlite.model.split import split_step  # noqa: E402

_run_rk4, _run_split = steps_with(integrate), steps_with(split_step)

entry = njit(error_model="numpy", nogil=True, cache=True)


@entry
def _steps_rk4(switches, first_step, last_step, met_points, theta_target, output, *block):
    return _run_rk4(
        switches, first_step, last_step, met_points, theta_target, output, *lane_views(block)
    )


@entry
def _steps_split(switches, first_step, last_step, met_points, theta_target, output, *block):
    return _run_split(
        switches, first_step, last_step, met_points, theta_target, output, *lane_views(block)
    )


# by integrator; see `edlite.model.day.steps_with`
compiled_steps = {"rk4": _steps_rk4, "split": _steps_split}


@entry
def compiled_daily(switches, day_of_year, month, *block):
    """See `edlite.model.daily.daily_update`."""
    daily_update(switches, day_of_year, month, *lane_views(block))
