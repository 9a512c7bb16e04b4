"""Elementary functions against the C library, over the whole range."""

import math

import numpy as np
import pytest

from edlite.kernels import mathematics as m
from helpers.kernel_calls import each, sample, ulp_error

RNG = np.random.default_rng(11)
N = sample(20_000)


def libm(function, x):
    return np.array([function(v) for v in x])


def test_exp_to_two_units_in_the_last_place():
    x = np.concatenate([RNG.uniform(-708.0, 709.0, N), RNG.uniform(-2.0, 2.0, N), [0.0, 1.0]])
    assert ulp_error(each(m.exp, x), libm(math.exp, x)).max() <= 2.0


def test_exp_is_limited_instead_of_overflowing():
    assert m.exp(1e6) == m.exp(709.0) and math.isfinite(m.exp(1e6))
    assert m.exp(-1e6) == m.exp(-708.0) > 0.0


@pytest.mark.parametrize(
    ("function", "n"),
    [
        (m.inverse_root_3, 3),
        (m.inverse_root_4, 4),
        (m.inverse_root_10, 10),
        (m.inverse_root_12, 12),
    ],
)
def test_inverse_roots(function, n):
    """All magnitudes, and all of the mantissa that the first guess sees."""
    x = np.concatenate([10.0 ** RNG.uniform(-300.0, 300.0, N), RNG.uniform(1.0, 2.0**n, N)])
    exact = np.exp(np.log(x.astype(np.longdouble)) / -n).astype(float)
    assert ulp_error(each(function, x), exact).max() <= 2.0


def test_log_to_two_units_in_the_last_place():
    x = np.concatenate([10.0 ** RNG.uniform(-300.0, 300.0, N), RNG.uniform(0.5, 2.0, N)])
    exact = libm(math.log, x)
    assert ulp_error(each(m.log, x), exact).max() <= 2.0
    assert m.log(1.0) == 0.0


def test_atan_of_the_first_eighth():
    x = np.concatenate([np.linspace(0.0, 1.0, N), 10.0 ** RNG.uniform(-12.0, 0.0, N)])
    np.testing.assert_allclose(each(m.atan01, x), np.arctan(x), rtol=1e-14, atol=0.0)


def test_power():
    x, y = 10.0 ** RNG.uniform(-6.0, 6.0, N), RNG.uniform(-10.0, 10.0, N)
    np.testing.assert_allclose(each(m.power, x, y), x**y, rtol=1e-13)


def test_sine_of_the_first_quarter():
    x = np.linspace(0.0, math.pi / 2.0, N)
    np.testing.assert_allclose(each(m.sine_quarter, x), np.sin(x), rtol=0.0, atol=1e-15)


@pytest.mark.parametrize(("x", "expected"), [(-1.0, 0.0), (0.25, 0.25), (3.0, 1.0)])
def test_clip01(x, expected):
    assert m.clip01(x) == expected


def test_where():
    assert m.where(True, 1.0, 2.0) == 1.0
    assert m.where(False, 1.0, 2.0) == 2.0
