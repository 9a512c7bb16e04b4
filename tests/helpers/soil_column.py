"""The model's own loops over soil layers on a bare column whose boundaries a test sets."""

from __future__ import annotations

import types
from collections.abc import Callable

import numpy as np
import pandas as pd

from edlite.constants import C_ICE, C_LIQ, RHO_W, T_LZ
from edlite.kernels.mathematics import exp, lane_loop, process
from edlite.model.block import make_block, pack
from edlite.model.columns import SOIL_FIELDS, Columns
from edlite.model.derivatives import temperatures
from edlite.model.soil_column import (
    layer_fluxes,
    limits_of_flow,
    soil_fluxes,
    soil_potentials,
    uptake_by_layer,
)
from edlite.soil.hydraulics import soil_properties
from helpers.from_python import from_python
from helpers.narrow import narrow

SOIL_LOOPS = (temperatures, soil_potentials, uptake_by_layer, limits_of_flow, layer_fluxes)


@process
def gardner_potential(length, b, log_s):
    """Matric potential of the exponential soil (Gardner 1958); `length` = 1/alpha [m], b unused."""
    return length * log_s


@process
def gardner_conductivity(k_sat, b, log_s):
    """Conductivity of the exponential soil: proportional to theta."""
    return k_sat * exp(log_s)


def with_functions(loop, **functions):
    """A lane loop of the model in which some process functions are replaced."""
    python = loop.py_func
    return from_python(
        lane_loop(types.FunctionType(python.__code__, python.__globals__ | functions))
    )


gardner_potentials = with_functions(
    soil_potentials, matric_potential=gardner_potential, conductivity=gardner_conductivity
)


class SoilColumn:
    """A column of any layers over rock, without plants; what crosses its boundaries is set.

    bottoms : depth of the layers' bottoms [m];  properties : of the soil, over those of a loam
    gardner : the exponential soil, whose `psi_s` is 1/alpha [m]
    """

    def __init__(self, bottoms, *, gardner: bool = False, **properties: float):
        bottoms = np.asarray(bottoms, float)
        n = len(bottoms)
        loam = soil_properties(np.array([0.4]), np.array([0.2]))
        columns = Columns.from_stand(
            lat=42.5,
            lon=-72.2,
            patches=pd.DataFrame({"patch": [1], "area": [1.0], "cover": ["bare"]}),
            cohorts=pd.DataFrame({"patch": [], "pft": [], "dbh": [], "n": []}),
            soil={name: np.full(n, loam[name].flat[0]) for name in SOIL_FIELDS},
            layer_bottoms=bottoms,
            free_drainage=False,
        )
        (patches,) = pack(columns)
        corner = np.array([[1.0, 0.0, 0.0, 0.0]])
        block = make_block(columns, patches, np.zeros((1, 4), int), corner, np.zeros(1, bool))
        parts = (block.views[0], block.views[1], block.ground, block.soil, block.stand)
        self._parts = [narrow(x, *SOIL_LOOPS) for x in (*parts, block.step, block.work)]
        self.fast, self._rates, self._ground, self.soil, self._stand, self._step, self.work = (
            self._parts
        )
        for name, value in properties.items():
            getattr(self.soil, name)[:] = value
        self._temperatures = from_python(temperatures)
        self._potentials = gardner_potentials if gardner else from_python(soil_potentials)
        self._soil_fluxes = from_python(soil_fluxes)
        self.depth, self.thickness = -self.soil.z, self.soil.dz

    def energy_at(self, temperature, theta, liquid=1.0):
        """Internal energy [J m-3] of soil at `temperature` [K]."""
        specific = liquid * C_LIQ * (temperature - T_LZ) + (1.0 - liquid) * C_ICE * temperature
        return self.soil.c_dry[:, 0] * temperature + RHO_W * np.asarray(theta) * specific

    def rates(self, theta, energy, water_flux: float = 0.0):
        """d theta/dt [s-1] and d energy/dt [W m-3] by layer; `water_flux` [m s-1] enters above."""
        self.fast.theta[:] = np.asarray(theta)[:, None]
        self.fast.energy[:] = np.asarray(energy)[:, None]
        self.work.e_soil[:] = -water_flux * RHO_W
        self._temperatures(self.fast, self._ground, self.soil, self._step, self.work)
        self._potentials(self.fast, self.soil, self.work)
        self.work.a2[:] = 0.0  # no heat from above
        self._soil_fluxes(self.fast, self._rates, self.soil, self._stand, self.work)
        return self._rates.theta[:, 0].copy(), self._rates.energy[:, 0].copy()

    def liquid_fraction(self) -> np.ndarray:
        """Liquid fraction of the water of each layer after the last `rates`."""
        return self.work.f_soil[:, 0].copy()

    def temperature(self) -> np.ndarray:
        """Temperature [K] of each layer after the last `rates`."""
        return self.work.t_soil[:, 0].copy()


def march(rates: Callable, y: np.ndarray, end: float, n: int) -> np.ndarray:
    """`y` at time `end` from `n` classical Runge-Kutta steps of dy/dt = rates(t, y)."""
    h = end / n
    for i in range(n):
        t = i * h
        k1 = rates(t, y)
        k2 = rates(t + 0.5 * h, y + 0.5 * h * k1)
        k3 = rates(t + 0.5 * h, y + 0.5 * h * k2)
        k4 = rates(t + h, y + h * k3)
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return y
