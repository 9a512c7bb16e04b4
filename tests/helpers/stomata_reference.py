"""Leuning's stomata from bracketing and bisection in intercellular CO2, for many leaves at once.

Independent of the model's way: the unknown is ci, assimilation comes from the demand function
alone, and the conductance that carries it from the diffusion equation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

WATER_OVER_CO2 = 1.6
GRID = 160  # points between the smallest and the largest conductance
HALVINGS = 64
NEARLY = 0.02  # a minimum at a point of the grid that may hide a pair of roots
GOLDEN = 0.5 * (np.sqrt(5.0) - 1.0)


class Leaf(NamedTuple):
    """Arrays by leaf, molar units; demand A(ci) = (r ci + s)/(x ci + t) - rd."""

    g_bc: np.ndarray
    g_bw: np.ndarray
    ca: np.ndarray
    gamma: np.ndarray
    w_i: np.ndarray
    w_a: np.ndarray
    m: np.ndarray
    b: np.ndarray
    d0: np.ndarray
    r: np.ndarray
    s: np.ndarray
    x: np.ndarray
    t: np.ndarray
    rd: np.ndarray

    def take(self, index) -> Leaf:
        """Some of the leaves."""
        return Leaf(*(v[index] for v in self))


def bisect(function, low, high, halvings: int = HALVINGS):
    """Where a function that is positive at `low` and not at `high` changes sign."""
    low, high = np.array(low, float), np.array(high, float)
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        positive = function(middle) > 0.0
        low, high = np.where(positive, middle, low), np.where(positive, high, middle)
    return 0.5 * (low + high)


def lowest(function, low, high, cuts: int = 50):
    """Where a function has its minimum between `low` and `high`, by golden section."""
    for _ in range(cuts):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        keep_left = function(left) < function(right)
        low, high = np.where(keep_left, low, left), np.where(keep_left, right, high)
    return 0.5 * (low + high)


def demand(leaf: Leaf, ci):
    """Net assimilation that the leaf's biochemistry makes of `ci`."""
    return (leaf.r * ci + leaf.s) / (leaf.x * ci + leaf.t) - leaf.rd


def conductance(leaf: Leaf, ci):
    """Stomatal conductance to water that carries the demand at `ci`."""
    a = demand(leaf, ci)
    return WATER_OVER_CO2 * leaf.g_bc * a / ((leaf.ca - ci) * leaf.g_bc - a)


def mismatch(leaf: Leaf, ci):
    """Conductance at `ci` over what Leuning's equation makes of that state, minus 1."""
    a, g = demand(leaf, ci), conductance(leaf, ci)
    deficit = np.maximum(leaf.g_bw * (leaf.w_i - leaf.w_a) / (leaf.g_bw + g), 0.0)
    at_surface = leaf.ca - leaf.gamma - a / leaf.g_bc
    return g / (leaf.b + leaf.m * a / (at_surface * (1.0 + deficit / leaf.d0))) - 1.0


def at_conductance(leaf: Leaf, g):
    """Intercellular CO2 and net assimilation at stomatal conductance `g`."""
    total = 1.0 / (1.0 / leaf.g_bc + WATER_OVER_CO2 / g)
    # carbon balance of the leaf falls with ci: positive without CO2, negative above this bound
    highest = leaf.ca + leaf.rd / total + 1e-3
    lowest = np.where(leaf.x > 0.5, 0.0, leaf.ca - (leaf.s + leaf.r) / total - 1e-3)
    ci = bisect(lambda v: total * (leaf.ca - v) - demand(leaf, v), lowest, highest)
    return ci, demand(leaf, ci)


def most_open(leaf: Leaf, g_max: float):
    """Conductance and net assimilation of the most open root; rest at b where nothing is gained.

    A humid leaf surface opens stomata further, so that there may be three roots; the grid brackets
    the largest, pairs that nearly meet are found by minimising between its points.
    """
    n = len(leaf.ca)
    g, a = leaf.b.copy(), at_conductance(leaf, leaf.b)[1]
    ci_open, a_open = at_conductance(leaf, np.full(n, g_max))
    gains = np.flatnonzero((a_open > 0.0) & ((leaf.ca - ci_open) * leaf.g_bc > a_open))
    part = leaf.take(gains)
    ci_limit = ci_open[gains]
    span = ci_limit - at_conductance(part, part.b)[0]
    # distance from the widest opening, in logarithmic steps of about the same ratio of conductance
    first = a_open[gains] * WATER_OVER_CO2 / g_max
    steps = np.log1p(span / first)

    def f(which, v):
        return mismatch(part.take(which), ci_limit[which] - first[which] * np.expm1(v))

    every = np.arange(len(gains))
    values = np.array([f(every, steps * j / (GRID - 1)) for j in range(GRID)])
    crossing = np.argmax(values < 0.0, axis=0)
    inner = values[1:-1]
    dips = (inner < values[:-2]) & (inner < values[2:]) & (inner > 0.0)
    dips &= np.arange(2, GRID)[:, None] < crossing
    low, high = (steps * j / (GRID - 1) for j in (np.maximum(crossing - 1, 0), crossing))
    j, i = np.nonzero(dips & (inner < NEARLY))
    bottom = lowest(lambda v: f(i, v), steps[i] * j / (GRID - 1), steps[i] * (j + 2) / (GRID - 1))
    hidden = np.flatnonzero(f(i, bottom) < 0.0)[::-1]
    # the last assignment, which is the pair of the widest opening, holds
    low[i[hidden]], high[i[hidden]] = (steps[i] * j / (GRID - 1))[hidden], bottom[hidden]
    root = bisect(lambda v: f(every, v), low, high)
    ci = ci_limit - first * np.expm1(root)
    g[gains], a[gains] = np.minimum(conductance(part, ci), g_max), demand(part, ci)
    return g, a
