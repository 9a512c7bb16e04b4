"""Coupled photosynthesis and stomata: root of the Leuning equation, limits, dark and dry leaves."""

import math

import numpy as np
import pytest
from numba import njit
from scipy.optimize import brentq

from edlite.kernels import photosynthesis as ps
from helpers.kernel_calls import each, sample

RNG = np.random.default_rng(15)
SCAN = 200  # points above the root in the search for a larger one


@njit
def assimilation(g, g_bc, ca, r, s, x, t, rd):
    """Net assimilation that the stomatal conductance `g` allows."""
    r_bc = 1.0 / g_bc
    return ps.net_assimilation(g, r_bc, *ps.supply_terms(r_bc, ca, r, s, x, t, rd), x)


@njit
def target(g, a, g_bc, g_bw, ca, gamma, w_i, w_a, m, b, d0):
    """Leuning's conductance for the state at conductance `g`."""
    g_dry = ps.dry_conductance(g_bw, w_i, w_a, d0)
    return ps.leuning(g, a, 1.0 / g_bc, g_bw, g_dry, ca - gamma, m, b)


@njit
def newton(g_bc, g_bw, ca, gamma, w_i, w_a, m, b, d0, r, s, x, t, rd):
    """Conductance as the model finds it: from above, until it stands."""
    r_bc = 1.0 / g_bc
    capacity, span, margin = ps.supply_terms(r_bc, ca, r, s, x, t, rd)
    a = assimilation(ps.G_MAX, g_bc, ca, r, s, x, t, rd)
    g = target(ps.G_MAX, a, g_bc, g_bw, ca, gamma, w_i, w_a, m, b, d0)
    g = min(max(g, b), ps.G_MAX)
    g_dry = ps.dry_conductance(g_bw, w_i, w_a, d0)
    for _ in range(ps.NEWTON_STEPS):
        before = g
        g = ps.leuning_newton(g, r_bc, g_bw, g_dry, ca - gamma, m, b, capacity, span, margin, x)
        if abs(g - before) <= ps.CONVERGED * g:
            break
    return g


@njit
def mismatch(g, g_bc, g_bw, ca, gamma, w_i, w_a, m, b, d0, r, s, x, t, rd):
    """g - Leuning(g), with the assimilation that g allows."""
    a = assimilation(g, g_bc, ca, r, s, x, t, rd)
    return g - target(g, a, g_bc, g_bw, ca, gamma, w_i, w_a, m, b, d0)


@njit
def check_all(cases, found, relative, larger):
    """Of every case: conductance, relative mismatch, and whether a larger root exists."""
    for i in range(len(cases)):
        g_bc, g_bw, ca, gamma, w_i, w_a, m, b, d0, r, s, x, t, rd = cases[i]
        g = newton(g_bc, g_bw, ca, gamma, w_i, w_a, m, b, d0, r, s, x, t, rd)
        found[i] = g
        f = mismatch(g, g_bc, g_bw, ca, gamma, w_i, w_a, m, b, d0, r, s, x, t, rd)
        relative[i] = f / g
        step = (math.log(ps.G_MAX) - math.log(g)) / SCAN
        for j in range(1, SCAN + 1):
            above = g * 1.00001 * math.exp(j * step)
            value = mismatch(above, g_bc, g_bw, ca, gamma, w_i, w_a, m, b, d0, r, s, x, t, rd)
            larger[i] = larger[i] or value < 0.0


def conditions(n, c4, night=False):
    """Random leaves and air from frost to desert heat, a row per case, as `newton` takes them."""
    t = RNG.uniform(272.0, 316.0, n)
    wet = RNG.random(n) < 0.2
    w_i = 0.0062 * np.exp(17.3 * (t - 273.16) / (t - 35.9))  # mol mol-1 at about 99 kPa
    w_a = w_i * np.where(wet, RNG.uniform(0.95, 1.1, n), RNG.uniform(0.05, 0.95, n))
    ca = RNG.uniform(250e-6, 700e-6, n)
    cold, hot = math.exp(0.4 * (8.0 if c4 else 4.7137)), math.exp(-0.4 * 45.0)
    vm = RNG.uniform(4e-6, 40e-6, n) * each(
        ps.rate_response, 0.0, 3000.0, math.log(2.4), cold, hot, 0.4, t
    )
    rd = vm * (0.04 if c4 else 0.0145)
    gamma = each(ps.compensation_point, 0.0, float(c4), t)
    photons = np.zeros(n) if night else 10.0 ** RNG.uniform(-6.0, math.log10(1.5e-3), n)
    alpha = 0.055 if c4 else 0.08
    which = RNG.integers(0, 3 if c4 else 2, n)
    g_bw = 10.0 ** RNG.uniform(-1.3, 0.9, n)
    k_rubisco = each(ps.rubisco_constant, 0.0, t)
    demands = (
        ps.demand_function(*row)
        for row in np.broadcast(which, float(c4), alpha * photons, vm, gamma, k_rubisco)
    )
    r, s, x, half = np.array(list(demands)).T
    m = RNG.uniform(3.0, 12.0, n)
    b = 10.0 ** RNG.uniform(-3.0, -1.5, n)
    d0 = np.full(n, 0.01)
    columns = (g_bw / ps.BOUNDARY_RATIO, g_bw, ca, gamma, w_i, w_a, m, b, d0, r, s, x, half, rd)
    return np.column_stack(columns)


def solve(cases):
    found, relative = np.empty(len(cases)), np.empty(len(cases))
    larger = np.zeros(len(cases), bool)
    check_all(cases, found, relative, larger)
    return found, relative, larger


def gains(cases):
    """Cases in which open stomata gain carbon, and less than the boundary layer can supply (where
    they would, another limitation is the smallest and the model takes that)."""
    a = each(assimilation, ps.G_MAX, *cases[:, [0, 2, 9, 10, 11, 12, 13]].T)
    return (a > 0.0) & (a < 0.95 * cases[:, 0] * cases[:, 2])


@pytest.mark.parametrize("c4", [False, True])
def test_newton_finds_the_most_open_root(c4):
    """The equation has up to three roots, as a more humid leaf surface opens stomata further; the
    model takes the largest."""
    cases = conditions(sample(30_000), c4)
    cases = cases[gains(cases)]
    found, relative, larger = solve(cases)
    assert np.max(np.abs(relative)) <= 1e-6
    assert not larger.any()
    assert np.all((found >= cases[:, 7]) & (found <= ps.G_MAX))


@pytest.mark.parametrize("c4", [False, True])
def test_unique_root_is_that_of_bisection(c4):
    cases = conditions(sample(1000), c4)
    cases = cases[gains(cases)]
    found, _, _ = solve(cases)
    compared = 0
    for case, g in zip(cases, found, strict=True):
        grid = np.geomspace(case[7], ps.G_MAX, 300)
        signs = np.sign(each(mismatch, grid, *case))
        if np.count_nonzero(np.diff(signs)) != 1 or g < case[7] * 1.001:
            continue
        compared += 1
        exact = brentq(mismatch, case[7], ps.G_MAX, args=tuple(case), xtol=1e-14, rtol=1e-12)
        assert g == pytest.approx(exact, rel=1e-6)
    assert compared > 0.5 * len(cases)


def test_supply_equals_demand_at_the_intercellular_co2():
    """A = (r ci + s)/(x ci + t) - Rd at the ci to which A brings the leaf, C3 and C4."""
    for c4 in (False, True):
        for case in conditions(sample(500), c4):
            g_bc, _, ca = case[:3]
            r, s, x, t, rd = case[9:]
            a = assimilation(0.2, g_bc, ca, r, s, x, t, rd)
            ci = ps.intercellular_co2(0.2, a, ca, 1.0 / g_bc)
            assert ci == pytest.approx(ca - a * (1.0 / g_bc + 1.6 / 0.2), rel=1e-12)
            assert a == pytest.approx((r * ci + s) / (x * ci + t) - rd, rel=1e-8, abs=1e-14)


@pytest.mark.parametrize("c4", [0.0, 1.0])
def test_smallest_demand(c4):
    """The limitation named is the one of the smallest assimilation at that CO2."""
    rng = np.random.default_rng(17)
    for _ in range(sample(500)):
        gamma, vm = (1.0 - c4) * rng.uniform(2e-5, 8e-5), rng.uniform(4e-6, 40e-6)
        leaf = (c4, vm * 10.0 ** rng.uniform(-1.0, 1.0), vm, gamma, rng.uniform(3e-4, 2e-3))
        ci = max(gamma, 10.0 ** rng.uniform(-4.5, -3.0))
        gross = []
        for limitation in (ps.LIGHT, ps.RUBISCO, ps.LOW_CO2)[: 3 if c4 else 2]:
            r, s, x, t = ps.demand_function(limitation, *leaf)
            gross.append((r * ci + s) / (x * ci + t))
        assert gross[int(ps.smallest_demand(ci, *leaf))] == pytest.approx(min(gross), rel=1e-12)


def test_dark_leaves_only_respire():
    for c4 in (False, True):
        cases = conditions(sample(500), c4, night=True)
        cases = cases[(cases[:, 9] == 0.0) & (cases[:, 10] == 0.0)]  # the light limitation
        a = each(assimilation, 0.2, *cases[:, [0, 2, 9, 10, 11, 12, 13]].T)
        np.testing.assert_allclose(a, -cases[:, 13], rtol=1e-9, atol=1e-15)


def test_dryness_closes_and_light_opens():
    """One leaf at 25 degC: conductance falls with the deficit, assimilation rises with light."""
    gamma, t = ps.compensation_point(0.0, 0.0, 298.15), 298.15

    def leaf(photons, humidity):
        r = 0.08 * photons
        case = (1.0, 1.4, 400e-6, gamma, 0.032, 0.032 * humidity, 8.0, 0.01, 0.01)
        g = newton(*case, r, -r * gamma, 1.0, 2.0 * gamma, 1e-6)
        return g, assimilation(g, 1.0, 400e-6, r, -r * gamma, 1.0, 2.0 * gamma, 1e-6)

    dry, moist = leaf(5e-4, 0.2), leaf(5e-4, 0.9)
    assert dry[0] < moist[0] and dry[1] < moist[1]
    assert leaf(1e-4, 0.6)[1] < leaf(5e-4, 0.6)[1]
    assert ps.rubisco_constant(0.0, t) > ps.rubisco_constant(0.0, 288.15)


def test_temperature_functions():
    """Arrhenius is exact at 15 degC; capacity has an optimum; C4 has no compensation point."""
    assert ps.arrhenius(3.0, 5000.0, 288.15) == 3.0
    assert ps.compensation_point(0.0, 0.0, 288.15) == pytest.approx(0.209 / 9000.0, rel=1e-14)
    assert ps.compensation_point(0.0, 1.0, 300.0) == 0.0
    assert ps.rubisco_constant(0.0, 288.15) == pytest.approx(150e-6 * (1 + 0.209 / 0.25), rel=1e-14)
    # the published activation temperatures [K]
    y = 1.0 / 288.15 - 1.0 / 305.0
    kc, ko = 150e-6 * math.exp(6000.0 * y), 0.250 * math.exp(1400.0 * y)
    assert ps.rubisco_constant(0.0, 305.0) == pytest.approx(kc * (1 + 0.209 / ko), rel=1e-13)
    assert ps.compensation_point(0.0, 0.0, 305.0) == pytest.approx(
        0.209 / 9000.0 * math.exp(5000.0 * y), rel=1e-13
    )
    t = np.linspace(253.0, 333.0, 161)
    limits = (math.exp(0.4 * 4.7137), math.exp(-0.4 * 45.0), 0.4)
    capacity = each(ps.rate_response, 0.0, 3000.0, math.log(2.4), *limits, t)
    best = int(np.argmax(capacity))
    assert 305.0 < t[best] < 320.0
    assert np.all(np.diff(capacity[: best + 1]) > 0) and np.all(np.diff(capacity[best:]) < 0)
    # Q10: 2.4 times as much 10 K warmer, beside the cut-offs; published constants at 25 degC
    left = [ps.temperature_limits(x, *limits) for x in (288.15, 298.15)]
    warm = [ps.rate_response(1.0, 3000.0, math.log(2.4), *limits, x) for x in (288.15, 298.15)]
    assert warm[1] / left[1] == pytest.approx(2.4 * warm[0] / left[0], rel=1e-12)
    assert ps.compensation_point(1.0, 0.0, 298.15) == pytest.approx(0.209 / 5200.0, rel=1e-12)
    kc, ko = 30.0 / 101325.0 * 44.01 / 28.97, 3e4 / 101325.0 * 32.0 / 28.97
    assert ps.rubisco_constant(1.0, 298.15) == pytest.approx(kc * (1 + 0.209 / ko), rel=1e-3)
    # each cut-off takes half at its temperature
    assert ps.temperature_limits(273.15 + 4.7137, *limits) == pytest.approx(0.5, rel=1e-6)
    assert ps.temperature_limits(273.15 + 45.0, *limits) == pytest.approx(0.5, rel=1e-6)


def test_open_fraction():
    assert ps.open_fraction(1e-4, 0.0) == 0.0
    assert ps.open_fraction(0.0, 1e-4) == 1.0
    assert ps.open_fraction(1e-4, 1e-4) == pytest.approx(0.5)


def test_light_threshold_is_where_light_limited_gain_meets_respiration():
    rd, ca, gamma, alpha = 4e-7, 400e-6, 4e-5, 0.08
    photons = ps.light_threshold(rd, ca, gamma, alpha)
    gross = alpha * photons * (ca - gamma) / (ca + 2.0 * gamma)
    assert gross == pytest.approx(rd, rel=1e-12)


def test_dryness_at_the_leaf_surface_is_the_mixing_of_two_conductances():
    g, g_bw, w_i, w_a, d0 = 0.3, 1.2, 0.03, 0.01, 0.01
    w_s = (g * w_i + g_bw * w_a) / (g + g_bw)
    g_dry = ps.dry_conductance(g_bw, w_i, w_a, d0)
    assert (g + g_dry) / (g + g_bw) == pytest.approx(1.0 + (w_i - w_s) / d0, rel=1e-12)
    assert ps.dry_conductance(g_bw, w_a, w_i, d0) == g_bw
