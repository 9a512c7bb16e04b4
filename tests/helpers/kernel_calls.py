"""Helpers of the kernel tests: element-wise calls and sizes that suit both modes of Numba."""

import numpy as np
from numba import config

JIT = not config.DISABLE_JIT


def each(function, *values):
    """Call a process function on every element; arrays and scalars broadcast."""
    return np.vectorize(function, otypes=[float])(*values)


def sample(n: int) -> int:
    """Number of random cases: a hundredth without the JIT."""
    return n if JIT else max(n // 100, 20)


def ulp_error(value, exact):
    """Distance to `exact` in units of its last place."""
    return np.abs(value - exact) / np.spacing(np.abs(exact))
