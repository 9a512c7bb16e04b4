"""The entry points that are compiled and cached: everything else is compiled into them.

Numba notices a change only in the file of the cached function itself, so the cache directory is
named after a hash of all sources that end up in these two functions.
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
from edlite.model.day import run_steps  # noqa: E402

compiled_steps = njit(error_model="numpy", nogil=True, cache=True)(run_steps.py_func)
compiled_daily = njit(error_model="numpy", nogil=True, cache=True)(daily_update.py_func)
