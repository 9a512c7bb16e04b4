"""The model's soil in the cases that have an exact solution."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from edlite.constants import C_ICE, C_LIQ, L_F, RHO_W, T3
from helpers.analytic import FreezingFront, HeatWave, Infiltration
from helpers.soil_column import SoilColumn, march

HOUR, DAY = 3600.0, 86400.0
TEMPERATURE = 290.0  # K of the soil that takes up water
THETA, DRY, LAMBDA = 0.30, 1.3e6, 1.4  # m3 m-3, J m-3 K-1, W m-1 K-1 of the soil that conducts heat
CAPACITY_ICE, CAPACITY_LIQUID = (DRY + RHO_W * THETA * c for c in (C_ICE, C_LIQ))
NODES, WEIGHTS = np.polynomial.legendre.leggauss(6)


def infiltration(length):
    """The homogeneous soil of the paper: alpha 0.1 cm-1, 1 cm h-1, flux from 0.1 to 0.9 cm h-1,
    moisture over a range of 0.34. The base is a little drier than at its water table, as the model
    shuts the flow into a layer that saturates."""
    return Infiltration(length, 10.0, 0.01 / HOUR, 0.34, -0.01, 0.001 / HOUR, 0.009 / HOUR)


def layer_means(exact, bottoms, time):
    """Exact mean moisture of layers between `bottoms` [m]; of the steady start at time 0."""
    bottoms = np.asarray(bottoms)
    thickness = np.diff(bottoms, prepend=0.0)
    pieces = int(np.ceil(thickness.max() / 0.05))
    above = (np.arange(pieces)[:, None] + 0.5 * (1.0 + NODES)).ravel() / pieces
    height = exact.length - bottoms + above[:, None] * thickness
    k = exact.relative_conductivity(height, time) if time else exact.steady(height, exact.q_before)
    return exact.theta_s * np.tile(0.5 * WEIGHTS / pieces, pieces) @ k


def infiltration_errors(exact, bottoms, times):
    """Root mean square error (thickness-weighted) of moisture at `times` [h].

    The deepest layer is held at the exact solution and does not count.
    """
    bottoms = np.asarray(bottoms)
    column = SoilColumn(
        bottoms,
        gardner=True,
        psi_s=1.0 / exact.alpha,
        k_sat=exact.k_sat,
        theta_s=exact.theta_s,
        theta_r=0.0,
    )
    thin = np.min(column.thickness)
    longest = 0.4 * thin**2 * exact.alpha * exact.theta_s / exact.k_sat
    knots = np.linspace(0.0, times[-1], 121) * HOUR
    base = CubicSpline(knots, [layer_means(exact, bottoms, t)[-1] for t in knots])
    theta, found, now = layer_means(exact, bottoms, 0.0), [], 0.0
    for time in np.array(times) * HOUR:

        def rates(t, y, start=now):
            y = np.append(y[:-1], base(start + t))
            energy = column.energy_at(TEMPERATURE, y)
            return column.rates(y, energy, exact.q_after)[0]

        theta = march(rates, theta, time - now, int(np.ceil((time - now) / longest)))
        now = time
        square = (theta - layer_means(exact, bottoms, time))[:-1] ** 2
        found.append(np.sqrt(np.average(square, weights=column.thickness[:-1])))
    return np.array(found)


def uniform_soil(bottoms):
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
    soil = uniform_soil(np.cumsum(np.append(fine, thickness * 1.1 ** np.arange(1, 36))))
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


def wave_error(thickness):
    """Largest error of amplitude (relative to the surface's) and of phase [rad] down to two damping
    depths, over one period."""
    wave = HeatWave(285.0, 8.0, DAY, LAMBDA / CAPACITY_LIQUID)
    soil = uniform_soil(thickness * np.arange(1, round(1.0 / thickness) + 1))
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
