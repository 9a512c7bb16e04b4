"""The exact solutions the other tests lean on satisfy their own equations."""

import numpy as np
import pytest

from helpers.analytic import FreezingFront, HeatWave, Infiltration

HOUR = 3600.0
SOIL = Infiltration(
    length=1.0,
    alpha=10.0,
    k_sat=0.01 / HOUR,
    theta_s=0.34,
    psi_base=-0.01,
    q_before=0.001 / HOUR,
    q_after=0.009 / HOUR,
)
GROUND = FreezingFront(262.0, 277.0, 273.16, 1.6, 1.2, 2.0e6, 2.9e6, 9.0e7)


def test_infiltration_satisfies_the_linear_richards_equation():
    """dtheta/dt = d/dz (K dpsi/dz + K), with d psi = d ln K / alpha, in the interior."""
    z, h, dt = np.linspace(0.1, 0.95, 30), 1e-3, 5.0
    for time in (1.0 * HOUR, 5.0 * HOUR, 20.0 * HOUR):
        low, mid, high = (
            SOIL.k_sat * SOIL.relative_conductivity(z + s, time) for s in (-h, 0.0, h)
        )
        change = (SOIL.theta(z, time + dt) - SOIL.theta(z, time - dt)) / (2.0 * dt)
        spread = (high - 2.0 * mid + low) / (SOIL.alpha * h * h) + (high - low) / (2.0 * h)
        np.testing.assert_allclose(change, spread, atol=2e-4 * np.abs(spread).max())


def test_infiltration_meets_its_boundary_and_initial_conditions():
    time, h = 3.0 * HOUR, 1e-4
    assert SOIL.relative_conductivity(0.0, time) == pytest.approx(np.exp(-0.1), rel=1e-12)
    top = SOIL.k_sat * SOIL.relative_conductivity(SOIL.length + h * np.arange(-2, 3), time)
    slope = (8.0 * (top[3] - top[1]) - (top[4] - top[0])) / (12.0 * h)
    assert top[2] + slope / SOIL.alpha == pytest.approx(SOIL.q_after, rel=1e-6)
    # the jump at the surface spreads by a few mm in the first second
    z = np.linspace(0.0, 0.95, 20)
    start = SOIL.relative_conductivity(z, 1.0, terms=4000)
    np.testing.assert_allclose(start, SOIL.steady(z, SOIL.q_before), atol=1e-4)
    end = SOIL.relative_conductivity(z, 2000.0 * HOUR)
    np.testing.assert_allclose(end, SOIL.steady(z, SOIL.q_after), rtol=1e-9)


def test_freezing_front_meets_its_conditions():
    """Heat equation on both sides, melting point at the front, and Stefan's condition: what the
    frozen side conducts away is latent heat and what the thawed side brings."""
    time, h = 10.0 * 86400.0, 1e-4
    front = GROUND.depth(time)
    assert 0.2 < front < 2.0
    for offset in (-1e-9, 1e-9):
        assert GROUND.temperature(front + offset, time) == pytest.approx(273.16, abs=1e-6)
    frozen, thawed = (
        (GROUND.temperature(front + s * 2 * h, time) - GROUND.temperature(front + s * h, time))
        / (s * h)
        for s in (-1, 1)
    )
    conducted = GROUND.frozen_conductivity * frozen - GROUND.thawed_conductivity * thawed
    speed = (GROUND.depth(time + 1.0) - GROUND.depth(time - 1.0)) / 2.0
    assert conducted == pytest.approx(GROUND.latent * speed, rel=1e-3)
    for depth, diffusivity in zip((0.5 * front, 2.0 * front), GROUND.diffusivities, strict=True):
        rate = GROUND.temperature(depth, time + 60.0) - GROUND.temperature(depth, time - 60.0)
        x = depth + 0.01 * np.arange(-1, 2)
        bend = np.diff(GROUND.temperature(x, time), 2)[0] / 1e-4
        assert rate / 120.0 == pytest.approx(diffusivity * bend, rel=1e-2)
    assert GROUND.temperature(0.0, time) == 262.0
    assert GROUND.temperature(50.0, time) == pytest.approx(277.0)


def test_heat_wave_satisfies_the_heat_equation():
    wave = HeatWave(285.0, 8.0, 86400.0, 6e-7)
    for depth in (0.02, 0.1, 0.3):
        for time in (0.0, 2e4, 7e4):
            rate = (wave.temperature(depth, time + 5.0) - wave.temperature(depth, time - 5.0)) / 10
            bend = np.diff(wave.temperature(depth + 1e-3 * np.arange(-1, 2), time), 2)[0] / 1e-6
            assert rate == pytest.approx(wave.diffusivity * bend, rel=1e-3, abs=1e-8)
    assert wave.temperature(0.0, 21600.0) == pytest.approx(293.0)
