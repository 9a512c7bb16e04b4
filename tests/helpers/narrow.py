"""Small tuples for single loops of the model: fewer arrays, much less to compile."""

from __future__ import annotations

from collections import namedtuple
from functools import cache

kind = cache(namedtuple)


def narrow(values, *loops):
    """The fields of a named tuple that the code of `loops` names, as a tuple of its own."""
    named = {name for loop in loops for name in loop.py_func.__code__.co_names}
    fields = tuple(f for f in values._fields if f in named)
    return kind(type(values).__name__, fields)(*(getattr(values, f) for f in fields))
