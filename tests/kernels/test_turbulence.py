"""Surface layer and boundary layers: root of the stability equation, slopes, limits."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from edlite.constants import PRANDTL, VON_KARMAN
from edlite.kernels import turbulence as tu
from edlite.model.exchange import STABILITY_STEPS
from helpers.kernel_calls import each, sample

RNG = np.random.default_rng(14)


def profiles(zeta, ratio):
    """F_m, F_h and their rates."""
    function = tu.profiles_stable if zeta >= 0.0 else tu.profiles_unstable
    return function(zeta, math.log(1.0 / ratio), ratio)


def psi(zeta):
    """Textbook forms of psi_m and psi_h: Beljaars & Holtslag (1991), Paulson (1970)."""
    if zeta >= 0.0:
        both = -2.0 / 3.0 * (zeta - 5.0 / 0.35) * math.exp(-0.35 * zeta) - 2.0 / 3.0 * 5.0 / 0.35
        return -zeta + both, 1.0 - (1.0 + 2.0 / 3.0 * zeta) ** 1.5 + both
    x = (1.0 - 13.0 * zeta) ** 0.25
    psi_m = 2 * math.log((1 + x) / 2) + math.log((1 + x * x) / 2) - 2 * math.atan(x) + math.pi / 2
    return psi_m, 2 * math.log((1 + x * x) / 2)


def solve(rib, ratio):
    """zeta as the model finds it."""
    zeta = tu.stability_guess(rib, math.log(1.0 / ratio))
    for _ in range(STABILITY_STEPS):
        zeta = tu.stability_newton(zeta, rib, *profiles(zeta, ratio))
    return zeta


def residual(zeta, rib, ratio):
    """zeta - Rib F_m^2 / (Pr F_h)."""
    fm, fh, _, _ = profiles(zeta, ratio)
    return zeta - rib * fm * fm / (PRANDTL * fh)


def root(rib, ratio):
    """zeta by bracketing."""
    end = math.copysign(1e-9, rib)
    while residual(end, rib, ratio) * math.copysign(1.0, rib) < 0.0:
        end *= 2.0
    return brentq(residual, 0.0, end, args=(rib, ratio), xtol=1e-14, rtol=1e-13)


def test_newton_finds_the_root():
    """The steps taken reach the root for any stratification and roughness the model can meet."""
    n = sample(1500)
    rib = np.concatenate(
        [-(10.0 ** RNG.uniform(-6, math.log10(15.0), n)), RNG.uniform(1e-6, 0.5, n)]
    )
    ratio = 10.0 ** RNG.uniform(-5.0, math.log10(0.75), 2 * n)
    found = each(solve, rib, ratio)
    exact = each(root, rib, ratio)
    assert np.max(np.abs(found / exact - 1.0)) <= 1e-6
    # what the model takes from it
    for at in (0, 1):
        f, expected = (
            [profiles(z, r)[at] for z, r in zip(x, ratio, strict=True)] for x in (found, exact)
        )
        np.testing.assert_allclose(f, expected, rtol=1e-6)


ZETA = np.concatenate([-(10.0 ** np.linspace(-9, 2, 60)), [0.0], 10.0 ** np.linspace(-9, 2, 60)])


@pytest.mark.parametrize("ratio", [1e-5, 0.01, 0.7])
def test_profiles_are_the_textbook_functions(ratio):
    for zeta in ZETA:
        above, below = psi(zeta), psi(zeta * ratio)
        expected = [math.log(1.0 / ratio) - a + b for a, b in zip(above, below, strict=True)]
        np.testing.assert_allclose(profiles(zeta, ratio)[:2], expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("ratio", [1e-5, 0.01, 0.7])
def test_rates_are_slopes_times_zeta(ratio):
    for zeta in ZETA[np.abs(ZETA) > 1e-3]:
        h = 1e-5 * zeta
        above, below = profiles(zeta + h, ratio), profiles(zeta - h, ratio)
        numeric = [(a - b) / 2e-5 for a, b in zip(above[:2], below[:2], strict=True)]
        np.testing.assert_allclose(profiles(zeta, ratio)[2:], numeric, rtol=1e-5, atol=1e-7)


def test_neutral_limit_is_the_logarithmic_profile():
    ln_ratio = math.log(100.0)
    fm, fh, _, _ = tu.profiles_stable(0.0, ln_ratio, 0.01)
    np.testing.assert_allclose(tu.profiles_unstable(0.0, ln_ratio, 0.01)[:2], (fm, fh), rtol=1e-14)
    assert tu.friction_velocity(5.0, fm, 0.05) == pytest.approx(VON_KARMAN * 5.0 / ln_ratio)
    assert tu.scalar_transfer(fh) == pytest.approx(VON_KARMAN / (0.74 * ln_ratio))
    assert tu.friction_velocity(0.01, fm, 0.05) == 0.05


def test_richardson_number_has_the_sign_of_the_stratification():
    assert tu.bulk_richardson(300.0, 298.0, 2.0, 20.0) == pytest.approx(
        9.80665 * 20.0 * 2.0 / (299.0 * 4.0), rel=1e-12
    )
    assert tu.bulk_richardson(298.0, 300.0, 2.0, 20.0) < 0.0


def test_wind_at_canopy_top_continues_the_profile():
    """Neutral: logarithmic; never below its floor."""
    assert tu.canopy_top_wind(0.4, math.log(5.0), 0.25) == pytest.approx(math.log(5.0))
    fm = math.log(tu.profile_height(0.9, 1.0))
    assert tu.canopy_top_wind(0.05, fm, 0.25) == 0.25


def test_ground_conductance_of_bare_and_buried_ground_is_that_of_the_air():
    assert tu.ground_conductance(0.01, 0.002, 1.0, 0.0) == 0.01
    assert tu.ground_conductance(0.01, 0.002, 0.0, 0.95) == 0.01
    # closed canopy: resistances in series
    assert tu.ground_conductance(0.01, 0.002, 0.0, 0.0) == pytest.approx(
        1.0 / (1.0 / 0.01 + 1.0 / 0.002)
    )


def test_understorey_conductance():
    """Leuning's form, written out for a stand of 20 m."""
    h, z0, d, zs, wind = 20.0, 2.6, 12.6, 42.4, 3.0
    r = math.log(zs / z0) / (0.4**2 * wind)
    expected = 2.5 * (h - d) / (r * d * (math.exp(2.5) - math.exp(2.5 * (1 - (d + z0) / h))))
    assert tu.understorey_conductance(wind, zs, z0, d, h) == pytest.approx(expected, rel=1e-12)


def test_leaf_boundary_layer():
    """Forced laminar convection over a plate, Nu = 0.6 Re^0.5; free convection adds to it."""
    forced = tu.leaf_heat_conductance(1.0, 0.05, 0.0)
    assert forced == pytest.approx(0.6 * math.sqrt(0.05 / 2.06e-5) * 2.06e-5 / 0.05, rel=1e-3)
    warm, cold = (tu.leaf_heat_conductance(1.0, 0.05, t) for t in (3.0, -3.0))
    assert warm == cold > forced
    wind = np.linspace(0.25, 30.0, 200)
    assert np.all(np.diff(each(tu.leaf_heat_conductance, wind, 0.05, 1.0)) > 0.0)


def test_louis_functions():
    """Neutral limit, signs of the branches, and continuity."""
    ln_ratio, ratio = math.log(50.0), 1.0 / 50.0
    for function in (tu.louis_momentum, tu.louis_heat):
        assert function(0.0, ln_ratio, ratio) == 1.0
        assert function(1e-9, ln_ratio, ratio) == pytest.approx(1.0, abs=1e-6)
        assert function(-1e-9, ln_ratio, ratio) == pytest.approx(1.0, abs=1e-6)
        values = [function(x, ln_ratio, ratio) for x in np.linspace(-5.0, 0.5, 100)]
        assert np.all(np.diff(values) < 0.0) and values[-1] > 0.0
    neutral = tu.louis_conductance(3.0, 0.0, ln_ratio, ratio)
    assert neutral == pytest.approx((0.4 / ln_ratio) ** 2 * 3.0)


def test_louis_written_out():
    """Louis (1979) with b = 5, c_m = 7.5, c_h = 5, as ED2 has it."""
    zs, z0, u = 40.0, 1.6, 3.0
    ln_ratio, a2 = math.log(zs / z0), (0.4 / math.log(zs / z0)) ** 2
    e = (zs / z0) ** (1.0 / 3.0) - 1.0
    for rib in (-3.0, -0.4, -0.01, 0.02, 0.3):
        root, c2 = math.sqrt(1.0 + 5.0 * max(rib, 0.0)), 5.0 * a2 * e * math.sqrt(e * abs(rib))
        unstable = (1.0 - 10.0 * rib / (1.0 + 15.0 * c2), 1.0 - 15.0 * rib / (1.0 + 15.0 * c2))
        stable = (1.0 / (1.0 + 10.0 * rib / root), 1.0 / (1.0 + 15.0 * rib * root))
        momentum, heat = stable if rib > 0.0 else unstable
        assert tu.louis_momentum(rib, ln_ratio, z0 / zs) == pytest.approx(momentum, rel=1e-12)
        assert tu.louis_heat(rib, ln_ratio, z0 / zs) == pytest.approx(heat, rel=1e-12)
        g = tu.louis_conductance(u, rib, ln_ratio, z0 / zs)
        assert g == pytest.approx(a2 * heat * u, rel=1e-12)


def test_other_understorey_conductances():
    """Both rise with friction velocity; a warm canopy over cold ground slows the exchange."""
    slow, fast = (tu.understorey_conductance_profile(u, 10.0, 16.0, 0.05) for u in (0.1, 0.4))
    assert fast == pytest.approx(4.0 * slow)
    stable, unstable = (
        tu.understorey_conductance_stability(0.3, 16.0, 295.0, t) for t in (285.0, 300.0)
    )
    assert unstable == pytest.approx(0.004 * 0.3) and stable < 0.5 * unstable
