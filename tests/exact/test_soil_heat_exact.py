"""Heat in the model's soil against exact solutions: a freezing front, a wave of temperature."""

import numpy as np
import pytest

from edlite.constants import C_ICE, C_LIQ, L_F, RHO_W, T3
from helpers.analytic import FreezingFront, HeatWave
from helpers.soil_column import SoilColumn, march

DAY = 86400.0
THETA, DRY, LAMBDA = 0.30, 1.3e6, 1.4  # m3 m-3, J m-3 K-1, W m-1 K-1
CAPACITY_ICE, CAPACITY_LIQUID = (DRY + RHO_W * THETA * c for c in (C_ICE, C_LIQ))


def column(bottoms):
    """Uniform soil of constant conductivity without flow of water."""
    return SoilColumn(
        bottoms,
        c_dry=DRY,
        lambda0=LAMBDA,
        lambda1=0.0,
        lambda2=0.0,
        k_sat=0.0,
        theta_s=0.45,
        theta_r=0.05,
    )


def freeze(thickness, days):
    """Depth of the front [m] below the centre of the top layer, which is held at the surface's
    temperature, and temperature of the layers, of model and exact solution.

    Layers of `thickness` to 0.8 m, growing by a tenth below.
    """
    exact = FreezingFront(
        surface=T3 - 8.0,
        initial=T3 + 4.0,
        melting=T3,
        frozen_conductivity=LAMBDA,
        thawed_conductivity=LAMBDA,
        frozen_capacity=CAPACITY_ICE,
        thawed_capacity=CAPACITY_LIQUID,
        latent=RHO_W * THETA * L_F,
    )
    fine = np.full(round(0.8 / thickness), thickness)
    soil = column(np.cumsum(np.append(fine, thickness * 1.1 ** np.arange(1, 36))))
    theta = np.full(len(soil.depth), THETA)
    energy = soil.energy_at(exact.initial, theta)
    energy[0] = soil.energy_at(exact.surface, theta, 0.0)[0]

    def rates(t, y):
        change = soil.rates(theta, y)[1]
        change[0] = 0.0
        return change

    steps = int(np.ceil(days * DAY / (0.5 * thickness**2 * CAPACITY_ICE / LAMBDA)))
    rates(0.0, march(rates, energy, days * DAY, steps))
    front = soil.thickness @ (1.0 - soil.liquid_fraction()) - 0.5 * thickness
    expected = exact.temperature(soil.depth - soil.depth[0], days * DAY)
    return front, exact.depth(days * DAY), soil.temperature(), expected


def test_freezing_front_is_neumanns(record_property):
    """The ice in the column is that of the exact front, within 0.5 %; the temperatures follow."""
    front, exact, found, expected = freeze(0.02, 15.0)
    record_property("relative_error_of_front", float(front / exact - 1.0))
    record_property("largest_error_of_temperature", float(np.abs(found - expected).max()))
    print(f"front {front} m, exact {exact} m; temperature {np.abs(found - expected).max()} K")
    assert exact > 0.3
    assert front == pytest.approx(exact, rel=0.005)
    # a layer that freezes stays at the melting point while the front crosses it
    assert np.abs(found - expected).max() < 0.2


def wave_error(thickness):
    """Largest error of amplitude (relative to the surface's) and of phase [rad] down to two damping
    depths, over one period."""
    wave = HeatWave(285.0, 8.0, DAY, LAMBDA / CAPACITY_LIQUID)
    soil = column(thickness * np.arange(1, round(1.0 / thickness) + 1))
    theta = np.full(len(soil.depth), THETA)
    below = soil.depth - soil.depth[0]

    def rates(t, y):
        y = y.copy()
        y[0] = soil.energy_at(wave.temperature(0.0, t), THETA)[0]
        return soil.rates(theta, y)[1]

    energy = soil.energy_at(wave.temperature(below, 0.0), theta)
    samples, components = 24, np.zeros(len(below), complex)
    steps = int(np.ceil(DAY / samples / (0.5 * thickness**2 * CAPACITY_LIQUID / LAMBDA)))
    for i in range(3 * samples):
        start = i * DAY / samples
        energy = march(lambda t, y, s=start: rates(s + t, y), energy, DAY / samples, steps)
        if i >= 2 * samples:
            rates(start + DAY / samples, energy)
            turn = np.exp(-2j * np.pi * (i + 1) / samples)
            components += soil.temperature() * turn * 2.0 / samples
    shallow = (below < 2.0 * wave.damping_depth) & (below > 0.0)
    expected = wave.amplitude * np.exp(-(1.0 + 1.0j) * below / wave.damping_depth) / 1j
    ratio = (components / expected)[shallow]
    return np.abs(np.abs(ratio) - 1.0).max(), np.abs(np.angle(ratio)).max()


def test_heat_wave_is_damped_and_delayed(record_property):
    """Amplitude and phase at depth within 0.5 %, and of second order in the thickness."""
    coarse, fine = (np.array(wave_error(dz)) for dz in (0.02, 0.01))
    record_property("relative_error_of_amplitude", float(fine[0]))
    record_property("error_of_phase", float(fine[1]))
    print(f"amplitude {fine[0]}, phase {fine[1]} rad; order {np.log2(coarse / fine)}")
    assert fine.max() < 5e-3
    np.testing.assert_allclose(np.log2(coarse / fine), 2.0, atol=0.2)
