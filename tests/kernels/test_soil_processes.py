"""Soil water, heat and carbon: retention, signs of fluxes, ramps, decomposition."""

import math

import numpy as np
import pytest

from edlite.constants import GRAVITY, R_VAP, T3
from edlite.kernels import soil_carbon as carbon
from edlite.kernels import soil_heat as heat
from edlite.kernels import soil_water as water
from edlite.soil.hydraulics import soil_properties
from helpers.kernel_calls import each

LOAM = {k: float(v[0, 0]) for k, v in soil_properties(np.array([0.4]), np.array([0.2])).items()}
THETA = np.linspace(LOAM["theta_r"], LOAM["theta_s"], 200)


def potential(theta):
    log_s = each(water.log_saturation, theta, LOAM["theta_s"])
    return each(water.matric_potential, LOAM["psi_s"], LOAM["b"], log_s)


def conductivity(theta):
    log_s = each(water.log_saturation, theta, LOAM["theta_s"])
    return each(water.conductivity, LOAM["k_sat"], LOAM["b"], log_s)


def test_retention_at_its_defining_points():
    """-1.5 MPa at the wilting point, -3.1 MPa at air-dryness, psi_s at saturation."""
    assert potential(LOAM["theta_s"]) == pytest.approx(LOAM["psi_s"], rel=1e-12)
    assert potential(LOAM["theta_wp"]) == pytest.approx(-152.96, rel=1e-6)
    assert potential(LOAM["theta_r"]) == pytest.approx(-316.11, rel=1e-6)
    assert np.all(np.diff(potential(THETA)) > 0.0)
    np.testing.assert_allclose(
        each(water.potential_at, THETA, LOAM["theta_s"], LOAM["psi_s"], LOAM["b"]), potential(THETA)
    )


def test_conductivity_at_its_defining_points():
    assert conductivity(LOAM["theta_s"]) == pytest.approx(LOAM["k_sat"], rel=1e-12)
    assert conductivity(LOAM["theta_fc"]) == pytest.approx(1.157e-9, rel=1e-6)  # 0.1 mm d-1
    assert np.all(np.diff(conductivity(THETA)) > 0.0)


def test_ice_cuts_conductivity_by_seven_orders():
    assert water.ice_impedance(1.0) == 1.0
    assert water.ice_impedance(0.0) == pytest.approx(1e-7, rel=1e-9)


def test_darcy_flux_goes_down_the_head():
    """Positive up; equal heads (hydrostatic) give none; free fall under unit gradient gives -K."""
    assert water.darcy_flux(1e-7, 1e-7, -1.0, -1.0, 0.3, 1.0) == 0.0
    assert water.darcy_flux(1e-7, 1e-7, -0.5, -1.0, 0.3, 1.0) < 0.0
    assert water.darcy_flux(1e-7, 1e-7, -1.0, -0.5, 0.3, 1.0) > 0.0
    assert water.darcy_flux(2e-7, 2e-7, -1.0, -1.3, 0.3, 1.0) == pytest.approx(-2e-7)
    up = water.darcy_flux(1e-7, 3e-7, -2.0, -1.0, 0.5, 0.1)
    assert up == pytest.approx(0.1 * 2e-7 * 1.0 / 0.5, rel=1e-12)


def test_ramps_close_at_the_bounds_and_open_inside():
    s, r = LOAM["theta_s"], LOAM["theta_r"]
    assert water.room_ramp(s, s) == 0.0 and water.room_ramp(s + 0.01, s) == 0.0
    assert water.room_ramp(s - water.RAMP, s) == pytest.approx(1.0)
    assert water.room_ramp(s - 0.5 * water.RAMP, s) == pytest.approx(0.5)
    assert water.supply_ramp(r, r, 1.0) == 0.0 and water.supply_ramp(r - 0.01, r, 1.0) == 0.0
    assert water.supply_ramp(r + water.RAMP, r, 1.0) == pytest.approx(1.0)
    assert water.supply_ramp(0.3, r, 0.0) == 0.0  # all frozen


def test_available_water():
    assert water.available_water(0.30, 0.10, 1.0, 200.0) == pytest.approx(40.0)
    assert water.available_water(0.30, 0.10, 0.5, 200.0) == pytest.approx(20.0)
    assert water.available_water(0.05, 0.10, 1.0, 200.0) == 0.0
    psi_wp, psi_fc = -152.96, float(potential(LOAM["theta_fc"]))
    for psi, share in ((psi_fc + 2.3, 1.0), (psi_wp, 0.0), (-1e4, 0.0)):
        amount = water.available_water_potential(
            psi - 2.3, 0.0, psi_wp, psi_fc, LOAM["theta_fc"] - LOAM["theta_wp"], 1.0, 1000.0
        )
        assert amount == pytest.approx(share * (LOAM["theta_fc"] - LOAM["theta_wp"]) * 1000.0)


def test_humidity_of_the_pores_and_the_surface():
    assert water.pore_humidity(-150.0, 293.0) == pytest.approx(
        math.exp(-150.0 * GRAVITY / (R_VAP * 293.0)), rel=1e-12
    )
    r, fc = LOAM["theta_r"], LOAM["theta_fc"]
    wet = each(water.surface_wetness, THETA, r, fc)
    s = np.clip((THETA - r) / (fc - r), 0.0, 1.0)
    np.testing.assert_allclose(wet, 0.5 * (1.0 - np.cos(np.pi * s)), atol=1e-14)
    assert water.ground_humidity(0.02, 0.008, 1.0, 1.0) == pytest.approx(0.02)
    assert water.ground_humidity(0.02, 0.008, 1.0, 0.0) == 0.008
    assert water.ground_humidity(0.005, 0.008, 0.9, 1.0) == 0.008


def test_heat_flows_to_the_cold():
    """Positive up; resistances in series."""
    assert heat.heat_flux(290.0, 290.0, 0.02, 0.06, 1.0, 2.0) == 0.0
    assert heat.heat_flux(295.0, 290.0, 0.02, 0.06, 1.0, 2.0) < 0.0
    flux = heat.heat_flux(285.0, 290.0, 0.02, 0.06, 1.0, 2.0)
    assert flux == pytest.approx(5.0 / (0.01 / 1.0 + 0.03 / 2.0), rel=1e-12)


def test_conductivity_of_soil_and_snow():
    assert heat.soil_conductivity(0.0, 0.45, 0.28, 2.0, -0.2) == pytest.approx(0.28)
    assert heat.soil_conductivity(0.9, 0.45, 0.28, 2.0, -0.2) == pytest.approx(2.08)
    density = np.linspace(30.0, 900.0, 50)
    snow = each(heat.snow_conductivity, 265.0, density)
    assert np.all(np.diff(snow) > 0.0)
    # fresh and old snow, W m-1 K-1 (Sturm et al. 1997, J. Glaciol. 43: about 0.05 and 0.3)
    assert 0.02 < heat.snow_conductivity(265.0, 100.0) < 0.15
    assert 0.15 < heat.snow_conductivity(265.0, 400.0) < 0.8


def test_phase_of_precipitation():
    t = np.linspace(T3 - 20.0, T3 + 6.0, 500)
    frozen = each(heat.frozen_precipitation, t)
    assert frozen[0] == 1.0 and frozen[-1] == 0.0
    assert np.all(frozen[t <= T3] == 1.0) and np.all(frozen[t > T3 + 2.5] == 0.0)
    assert heat.frozen_precipitation(T3 + 1.0) == pytest.approx(55.62 - 0.2 * (T3 + 1.0))
    density = each(heat.fresh_snow_density, t)
    assert density.min() == 50.0 and density.max() == 189.0
    assert heat.fresh_snow_density(268.15) == pytest.approx(50.0 + 1.7 * 10.0**1.5, rel=1e-9)


def test_decomposition_rises_with_warmth_to_its_limit():
    t = np.linspace(263.0, 318.0, 100)
    for function in (carbon.temperature_exponential, carbon.temperature_lloyd_taylor):
        f = each(function, t)
        assert np.all(np.diff(f) >= 0.0) and f.min() > 0.0 and f.max() <= 1.0
    assert carbon.temperature_exponential(318.15) == 1.0
    # Q10 of the exponential
    ratio = carbon.temperature_exponential(298.15) / carbon.temperature_exponential(288.15)
    assert ratio == pytest.approx(math.exp(0.757), rel=1e-12)
    logistic = each(carbon.temperature_logistic, np.linspace(263.0, 330.0, 300))
    best = int(np.argmax(logistic))
    assert 0 < best < 299 and np.all(np.diff(logistic[best:]) < 0.0)


def test_decomposition_has_an_optimum_of_wetness():
    r, s = LOAM["theta_r"], LOAM["theta_s"]
    fine = np.linspace(r, s, 5001)
    for function, optimum in (
        (carbon.wetness_exponential, carbon.OPTIMAL_WETNESS),
        (carbon.wetness_logistic, None),
    ):
        f = each(function, fine, r, s)
        best = int(np.argmax(f))
        assert np.all(np.diff(f[: best + 1]) > 0.0) and np.all(np.diff(f[best:]) < 0.0)
        assert f.min() > 0.0 and f.max() <= 1.0
        if optimum:
            assert (fine[best] - r) / (s - r) == pytest.approx(optimum, abs=2e-4)
            assert f[best] == pytest.approx(1.0, abs=1e-3)
        assert function(r - 0.01, r, s) == function(r, r, s)


def test_losses_are_proportional_to_pools():
    """Rates of the three pools; lignin slows the structural one by exp(-3)."""
    assert carbon.fast_loss(0.5, 0.2) == pytest.approx(11.0 * 0.5 * 0.2)
    assert carbon.structural_loss(0.5, 2.0) == pytest.approx(4.5 * math.exp(-3.0) * 0.5 * 2.0)
    assert carbon.slow_loss(0.5, 0.2, 0.0) == pytest.approx(100.2 * 0.5 * 0.2)
    assert carbon.slow_loss(0.5, 0.2, 2.0) == pytest.approx(0.2 * 0.5 * 0.2)
