"""Decomposition of soil carbon and respiration of fine roots."""

import math

from edlite.kernels.mathematics import clip01, exp, process, where

K_FAST = 11.0  # yr-1
K_STRUCTURAL = 4.5
K_SLOW_RAPID = 100.2  # options 0 and 1
K_SLOW = 0.2  # option 2
RESPIRED_STRUCTURAL = 0.3  # share of decomposed structural carbon that is respired
STRUCTURAL_LIGNIN_FACTOR = math.exp(-3.0)  # exp(-3 L/S), all structural carbon counted as lignin
OPTIMAL_WETNESS = 0.8938


@process
def temperature_exponential(temperature):
    """Option 0: exponential, 1 at 45 degC (Medvigy et al. 2009)."""
    return min(1.0, exp(0.0757 * (temperature - 318.15)))


@process
def temperature_lloyd_taylor(temperature):
    """Option 1: Lloyd & Taylor (1994), scaled, constants as in ED2."""
    return min(1.0, 0.0757 * exp(308.56 * (1.0 / 56.02 - 1.0 / (temperature - 227.15))))


@process
def wetness_exponential(theta, theta_r, theta_s):
    """Options 0 and 1: rises to the optimum at relative wetness 0.8938, then falls."""
    s = clip01((theta - theta_r) / (theta_s - theta_r))
    below = 5.0786 * (s - OPTIMAL_WETNESS)
    above = 4.5139 * (OPTIMAL_WETNESS - s)
    return exp(where(s <= OPTIMAL_WETNESS, below, above))


@process
def temperature_logistic(temperature):
    """Option 2: rise and heat decline, both logistic (Longo et al. 2019)."""
    return 1.0 / (
        (1.0 + exp(0.24 * (291.15 - temperature))) * (1.0 + exp(0.60 * (temperature - 318.15)))
    )


@process
def wetness_logistic(theta, theta_r, theta_s):
    """Option 2: dryness and anoxia, both logistic (Longo et al. 2019)."""
    s = clip01((theta - theta_r) / (theta_s - theta_r))
    return 1.0 / ((1.0 + exp(12.0 * (0.48 - s))) * (1.0 + exp(36.0 * (s - 0.98))))


@process
def slow_rate(option):
    """Decomposition rate of slow carbon [yr-1] at full activity."""
    return where(option < 1.5, K_SLOW_RAPID, K_SLOW)


@process
def fast_loss(activity, fast):
    """Loss of fast carbon [kgC m-2 yr-1], all respired."""
    return K_FAST * activity * fast


@process
def structural_loss(activity, structural):
    """Loss of structural carbon [kgC m-2 yr-1]; 30 % respired, the rest becomes slow."""
    return K_STRUCTURAL * activity * STRUCTURAL_LIGNIN_FACTOR * structural


@process
def slow_loss(activity, slow, option):
    """Loss of slow carbon [kgC m-2 yr-1], all respired."""
    return slow_rate(option) * activity * slow
