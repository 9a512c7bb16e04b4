"""Internal energy, enthalpy and saturation: inverses, conservation, published values."""

import numpy as np
import pytest
from numpy.polynomial import Chebyshev

from edlite.constants import C_ICE, C_LIQ, EPS, L_F, L_V3, T3
from edlite.kernels import thermodynamics as th
from helpers.kernel_calls import each, sample

RNG = np.random.default_rng(12)
N = sample(5_000)


@pytest.mark.parametrize("dry", [0.0, 1.2e6])
def test_pool_temperature_inverts_energy_with_phase_change(dry):
    """Energy from temperature and liquid fraction and back, on both sides of and at T3."""
    water = 10.0 ** RNG.uniform(-1.0, 2.7, N)
    temperature = RNG.uniform(230.0, 320.0, N)
    liquid = (temperature > T3).astype(float)
    melting = RNG.random(N) < 0.3
    temperature = np.where(melting, T3, temperature)
    liquid = np.where(melting, RNG.random(N), liquid)
    energy = dry * temperature + water * each(th.water_energy, temperature, liquid)
    np.testing.assert_allclose(
        each(th.pool_temperature, energy, water, dry), temperature, rtol=1e-9
    )
    # rounding of the dry matter's energy shows in the fraction of little water
    atol = 1e-9 + 4e-16 * dry * T3 / (water.min() * L_F) * 10.0
    np.testing.assert_allclose(each(th.pool_liquid_fraction, energy, water, dry), liquid, atol=atol)


@pytest.mark.parametrize("dry", [1e3, 1.2e6])
def test_limits_of_temperature_without_a_division(dry):
    water = 10.0 ** RNG.uniform(-1.0, 2.7, N)
    energy = RNG.uniform(0.0, 2.0, N) * (dry * T3 + water * L_F)
    t = each(th.pool_temperature, energy, water, dry)
    near = np.minimum(abs(t - 184.0), abs(t - 351.0)) < 1e-9
    outside = each(th.is_outside, energy, water, dry, 184.0, 351.0)
    np.testing.assert_array_equal(outside[~near], ((t < 184.0) | (t > 351.0))[~near])


def test_pool_without_water_has_only_its_dry_heat():
    assert th.pool_temperature(2.0e6 * 285.0, 0.0, 2.0e6) == pytest.approx(285.0, rel=1e-14)
    assert th.pool_liquid_fraction(2.0e6 * 285.0, 0.0, 2.0e6) == 1.0
    assert th.pool_liquid_fraction(2.0e6 * 270.0, 0.0, 2.0e6) == 0.0


def test_temperature_is_continuous_and_rises_with_energy():
    water, dry = 100.0, 5e4
    frozen = (dry + water * C_ICE) * T3
    energy = np.linspace(0.9 * frozen, frozen + 1.5 * water * L_F, 2001)
    t = each(th.pool_temperature, energy, water, dry)
    f = each(th.pool_liquid_fraction, energy, water, dry)
    step = np.diff(energy).max() / (dry + water * C_ICE)
    assert np.all(np.diff(t) >= 0.0) and np.diff(t).max() <= step * (1 + 1e-9)
    assert np.all(np.diff(f) >= 0.0) and f[0] == 0.0 and f[-1] == 1.0


def test_latent_heats_are_differences_of_energies():
    t = np.linspace(250.0, 320.0, 20)
    evaporation = each(th.vapour_enthalpy, t) - each(th.liquid_energy, t)
    np.testing.assert_allclose(evaporation, each(th.latent_heat, t), rtol=1e-12)
    assert th.liquid_energy(T3) - th.ice_energy(T3) == pytest.approx(L_F, rel=1e-10)
    assert th.latent_heat(T3) == L_V3
    # 2.45 MJ kg-1 at 20 degC (Monteith & Unsworth 2008, table A.3)
    assert th.latent_heat(293.15) == pytest.approx(2.454e6, rel=3e-3)


def test_enthalpy_of_moist_air_inverts():
    t, q = RNG.uniform(200.0, 330.0, N), RNG.uniform(0.0, 0.06, N)
    np.testing.assert_allclose(
        each(th.air_temperature, each(th.air_enthalpy, t, q), q), t, rtol=1e-13
    )


# degC, Pa: Goff-Gratch as tabulated by the World Meteorological Organization and List (1949)
LIQUID = [(0.1, 615.6), (10, 1227.2), (20, 2337.3), (25, 3167.4), (30, 4243.0), (40, 7377.7)]
ICE = [(-5, 401.5), (-10, 259.7), (-20, 103.2), (-30, 37.98), (-40, 12.83), (-60, 1.080)]


@pytest.mark.parametrize(("celsius", "expected"), LIQUID + ICE)
def test_saturation_pressure_against_tables(celsius, expected):
    assert th.saturation_pressure(273.15 + celsius) == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize(
    ("kelvin", "expected"),
    [
        *((150.0, 6.106e-6), (180.0, 0.0053975), (210.0, 0.70202), (240.0, 27.272)),
        *((273.15, 611.154), (273.16, 611.657), (300.0, 3536.8)),
    ],
)
def test_saturation_pressure_against_the_values_its_authors_print(kelvin, expected):
    """Murphy & Koop (2005), table C1: ice up to the triple point, liquid above."""
    assert th.saturation_pressure(kelvin) == pytest.approx(expected, rel=2e-5)


def log_ice(t):
    return 9.550426 - 5723.265 / t + 3.53068 * np.log(t) - 0.00728332 * t


def log_liquid(t):
    warm = 54.842763 - 6763.22 / t - 4.210 * np.log(t) + 0.000367 * t
    cold = 53.878 - 1331.22 / t - 9.44523 * np.log(t) + 0.014025 * t
    return warm + np.tanh(0.0415 * (t - 218.8)) * cold


def test_saturation_pressure_is_the_formula():
    """Murphy & Koop (2005), equations 7 and 10, from end to end and beside the change of phase."""
    t = np.linspace(th.COLDEST, th.HOTTEST, 4 * N)
    t = np.concatenate([t, T3 + np.linspace(-1e-3, 1e-3, 21)])
    exact = np.exp(np.where(t > T3, log_liquid(t), log_ice(t)))
    np.testing.assert_allclose(each(th.saturation_pressure, t), exact, rtol=1e-10)
    assert th.saturation_pressure(50.0) == th.saturation_pressure(th.COLDEST)
    assert th.saturation_pressure(900.0) == th.saturation_pressure(th.HOTTEST)


@pytest.mark.parametrize(
    ("polynomial", "formula", "low", "high", "nodes"),
    [
        (th.log_pressure_ice, log_ice, th.COLDEST, T3, 15),
        (th.log_pressure_liquid, log_liquid, T3, th.HOTTEST, 13),
    ],
)
def test_polynomials_interpolate_the_formula_at_the_chebyshev_nodes(
    polynomial, formula, low, high, nodes
):
    exact = Chebyshev.interpolate(formula, nodes - 1, domain=[low, high])
    t = np.linspace(low, high, N)
    np.testing.assert_allclose(each(polynomial, t), exact(t), rtol=0.0, atol=1e-12)


def test_saturation_pressure_is_continuous_at_the_triple_point():
    below, above = th.saturation_pressure(T3 - 1e-6), th.saturation_pressure(T3 + 1e-6)
    assert below == pytest.approx(611.657, rel=1e-4)
    assert above == pytest.approx(below, rel=1e-4)


def test_saturation_obeys_clausius_clapeyron():
    """d ln e / dT = L / (Rv T^2) within the departure of vapour from an ideal gas."""
    t = np.linspace(275.0, 315.0, 9)
    slope = np.log(each(th.saturation_pressure, t + 0.01) / each(th.saturation_pressure, t - 0.01))
    np.testing.assert_allclose(slope / 0.02, each(th.latent_heat, t) / (461.5 * t * t), rtol=5e-3)


def test_saturation_humidity():
    e = th.saturation_pressure(293.15)
    assert th.saturation_humidity(293.15, 1e5) == pytest.approx(
        EPS * e / (1e5 - (1 - EPS) * e), rel=1e-14
    )
    assert th.saturation_humidity(150.0, 1e5) == 1e-8


def test_water_holds_more_heat_than_ice():
    assert th.liquid_energy(290.0) - th.liquid_energy(280.0) == pytest.approx(10 * C_LIQ)
    assert th.ice_energy(270.0) - th.ice_energy(260.0) == pytest.approx(10 * C_ICE)


def test_density_is_that_of_moist_air():
    # 1.204 kg m-3 for dry air at 20 degC and 101325 Pa
    assert th.air_density(101325.0, 293.15, 0.0) == pytest.approx(1.204, rel=1e-3)
    assert th.air_density(101325.0, 293.15, 0.02) < th.air_density(101325.0, 293.15, 0.0)
