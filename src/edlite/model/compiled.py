"""The entry points that are compiled and cached: everything else is compiled into them.

Numba notices a change only in the file of the cached function itself, so the cache directory is
named after a hash of all sources that end up in these two functions.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from numba import config, njit

import edlite.kernels
import edlite.model

CACHE_VARIABLE = "EDLITE_KERNEL_CACHE"


def source_hash() -> str:
    """First 16 digits of the SHA-256 of the kernel and model sources and constants."""
    digest = hashlib.sha256()
    package = Path(edlite.model.__file__).parent.parent
    rooms = [package / "kernels", package / "model"]
    paths = [package / "constants.py", *(p for r in rooms for p in sorted(r.glob("*.py")))]
    for path in paths:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_directory() -> Path:
    """Where compiled code is kept: EDLITE_KERNEL_CACHE, else the user's cache, by source hash."""
    base = os.environ.get(CACHE_VARIABLE) or os.environ.get("NUMBA_CACHE_DIR")
    root = Path(base) if base else Path.home() / ".cache" / "edlite"
    return root / source_hash()


config.CACHE_DIR = str(cache_directory())

from edlite.model.daily import daily_update  # noqa: E402
from edlite.model.day import run_steps  # noqa: E402

compiled_steps = njit(error_model="numpy", nogil=True, cache=True)(run_steps.py_func)
compiled_daily = njit(error_model="numpy", nogil=True, cache=True)(daily_update.py_func)
