"""Exact solutions of the equations of water and heat in soil, for tests."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import erf, erfc


@dataclass(frozen=True)
class Infiltration:
    """Transient infiltration into a homogeneous exponential soil (Srivastava & Yeh 1991, WRR 27).

    K = k_sat exp(alpha psi) and theta = theta_s exp(alpha psi), which makes the Richards equation
    linear. Steady flow at `q_before` until time 0, then `q_after`, both downward [m s-1]; potential
    `psi_base` [m] held at height 0, the surface at height `length` [m].
    """

    length: float
    alpha: float  # m-1
    k_sat: float  # m s-1
    theta_s: float
    psi_base: float  # m
    q_before: float  # m s-1
    q_after: float

    def steady(self, height, flux) -> np.ndarray:
        """Relative conductivity exp(alpha psi) of the steady flow `flux`."""
        q = flux / self.k_sat
        return q - (q - np.exp(self.alpha * self.psi_base)) * np.exp(
            -self.alpha * np.asarray(height)
        )

    def relative_conductivity(self, height, time: float, terms: int = 400) -> np.ndarray:
        """exp(alpha psi) at `height` [m] and `time` > 0 [s]."""
        z = self.alpha * np.asarray(height, float)
        length = self.alpha * self.length
        t = self.alpha * self.k_sat * time / self.theta_s
        x = _roots(length, terms)[:, None]
        series = np.sin(x * z.ravel()) * np.sin(x * length) * np.exp(-x * x * t)
        series = (series / (1.0 + length / 2.0 + 2.0 * x * x * length)).sum(axis=0)
        jump = (self.q_after - self.q_before) / self.k_sat
        decay = 4.0 * jump * np.exp(0.5 * (length - z) - 0.25 * t) * series.reshape(z.shape)
        return self.steady(height, self.q_after) - decay

    def theta(self, height, time: float) -> np.ndarray:
        """Moisture [m3 m-3]."""
        return self.theta_s * self.relative_conductivity(height, time)


@functools.cache
def _roots(length: float, n: int) -> np.ndarray:
    """The first `n` positive roots of tan(x length) + 2 x = 0."""

    def equation(x):
        return np.sin(x * length) + 2.0 * x * np.cos(x * length)

    bounds = (np.arange(n + 1) + 0.5) * np.pi / length
    return np.array(
        [brentq(equation, low, low + 0.5 * np.pi / length, xtol=1e-15) for low in bounds[:n]]
    )


@dataclass(frozen=True)
class FreezingFront:
    """Neumann's solution of freezing from a cold surface (Carslaw & Jaeger 1959, section 11.2).

    The surface of a half-space at `initial`, above the melting point `melting`, is held at
    `surface` from time 0 on [K]. Conductivities [W m-1 K-1] and volumetric heat capacities
    [J m-3 K-1] of frozen and thawed ground; latent heat [J m-3].
    """

    surface: float
    initial: float
    melting: float
    frozen_conductivity: float
    thawed_conductivity: float
    frozen_capacity: float
    thawed_capacity: float
    latent: float

    @property
    def diffusivities(self) -> tuple[float, float]:
        """Of frozen and thawed ground [m2 s-1]."""
        return (
            self.frozen_conductivity / self.frozen_capacity,
            self.thawed_conductivity / self.thawed_capacity,
        )

    @property
    def constant(self) -> float:
        """The number x of the front's depth 2 x sqrt(D t)."""
        frozen, thawed = self.diffusivities
        ratio = np.sqrt(frozen / thawed)
        cold, warm = self.melting - self.surface, self.initial - self.melting
        conductivities = self.thawed_conductivity / self.frozen_conductivity

        def balance(x):
            from_above = np.exp(-x * x) / erf(x)
            below = np.exp(-((ratio * x) ** 2)) / erfc(ratio * x)
            stored = x * self.latent * np.sqrt(np.pi) / (self.frozen_capacity * cold)
            return from_above - conductivities * ratio * warm / cold * below - stored

        return brentq(balance, 1e-6, 5.0, xtol=1e-14)

    def depth(self, time) -> np.ndarray:
        """Depth of the front [m]."""
        return 2.0 * self.constant * np.sqrt(self.diffusivities[0] * np.asarray(time))

    def temperature(self, depth, time: float) -> np.ndarray:
        """Temperature [K] at `depth` [m]."""
        frozen, thawed = self.diffusivities
        x, ratio = self.constant, np.sqrt(frozen / thawed)
        depth = np.asarray(depth, float)
        cold = (self.melting - self.surface) / erf(x)
        above = self.surface + cold * erf(depth / (2.0 * np.sqrt(frozen * time)))
        warm = (self.initial - self.melting) / erfc(ratio * x)
        below = self.initial - warm * erfc(depth / (2.0 * np.sqrt(thawed * time)))
        return np.where(depth < self.depth(time), above, below)


@dataclass(frozen=True)
class HeatWave:
    """Periodic surface temperature over a half-space (Carslaw & Jaeger 1959, 2.6)."""

    mean: float  # K
    amplitude: float  # K
    period: float  # s
    diffusivity: float  # m2 s-1

    @property
    def damping_depth(self) -> float:
        """Depth [m] at which the amplitude is 1/e of the surface's."""
        return np.sqrt(self.diffusivity * self.period / np.pi)

    def temperature(self, depth, time: float) -> np.ndarray:
        """Temperature [K]."""
        scaled = np.asarray(depth, float) / self.damping_depth
        phase = 2.0 * np.pi * time / self.period - scaled
        return self.mean + self.amplitude * np.exp(-scaled) * np.sin(phase)
