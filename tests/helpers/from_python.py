"""Loops of the model, compiled so that Python can call them."""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cache

from numba import njit

from edlite.model.lane_views import lane_views


@cache
def from_python(loop: Callable) -> Callable:
    """A lane loop of the model, or a group of them, as the model calls it: with lane views of its
    arguments, whose arrays are LANES wide."""

    @njit(error_model="numpy")
    def call(*arguments):
        return loop(*lane_views(arguments))

    return call if hasattr(loop, "py_func") else loop


def interpreted(group: Callable, *loops: Callable) -> Callable:
    """A group of loops run by Python itself, the `loops` that it calls compiled."""
    python = group.py_func
    callable_loops = {loop.__name__: from_python(loop) for loop in loops}
    return types.FunctionType(python.__code__, python.__globals__ | callable_loops)
