"""Units in which tower records are delivered, and their conversion to SI."""

from __future__ import annotations

import numpy as np

from edlite.constants import M_CO2, T_0C, UMOL_TO_KGC
from edlite.errors import InputError

CARBON_PER_CO2 = UMOL_TO_KGC * 1e6 / M_CO2  # kgC per kg of CO2
SECONDS_PER_DAY = 86400.0
MM_PER_INCH = 25.4

# unit -> (dimension, factor, offset): SI = value * factor + offset
UNITS = {
    "K": ("temperature", 1.0, 0.0),
    "degC": ("temperature", 1.0, T_0C),
    "Pa": ("pressure", 1.0, 0.0),
    "hPa": ("pressure", 100.0, 0.0),
    "kPa": ("pressure", 1000.0, 0.0),
    "1": ("fraction", 1.0, 0.0),
    "percent": ("fraction", 0.01, 0.0),
    "m3 m-3": ("fraction", 1.0, 0.0),
    "kg kg-1": ("humidity", 1.0, 0.0),
    "g kg-1": ("humidity", 1e-3, 0.0),
    "m s-1": ("speed", 1.0, 0.0),
    "W m-2": ("energy flux", 1.0, 0.0),
    "kg m-2 s-1": ("water flux", 1.0, 0.0),
    "mm s-1": ("water flux", 1.0, 0.0),
    "mm h-1": ("water flux", 1.0 / 3600.0, 0.0),
    "umol mol-1": ("mole fraction", 1.0, 0.0),
    "kgC m-2 s-1": ("carbon flux", 1.0, 0.0),
    "umol m-2 s-1": ("carbon flux", UMOL_TO_KGC, 0.0),
    "gC m-2 d-1": ("carbon flux", 1e-3 / SECONDS_PER_DAY, 0.0),
    "gCO2 m-2 s-1": ("carbon flux", 1e-3 * CARBON_PER_CO2, 0.0),
    "flag": ("flag", 1.0, 0.0),
}
# amounts of one step -> mm
STEP_AMOUNTS = {"mm": 1.0, "inch": MM_PER_INCH}


def unit_names(dimension: str) -> list[str]:
    """Units of a dimension; amounts per step belong to the dimension `water flux`."""
    names = [name for name, (kind, *_) in UNITS.items() if kind == dimension]
    return names + (list(STEP_AMOUNTS) if dimension == "water flux" else [])


def to_si(
    values: np.ndarray, unit: str, dimension: str, step_s: float, source: str, key: str
) -> np.ndarray:
    """`values` in `unit` as float64 in SI units.

    `step_s` [s] is the length of the interval to which an amount (`mm`, `inch`) belongs.
    Raises InputError (with `source`, `key`) for a unit that is not of the `dimension`.
    """
    values = np.asarray(values, float)
    if dimension == "water flux" and unit in STEP_AMOUNTS:
        return values * STEP_AMOUNTS[unit] / step_s
    if unit not in UNITS or UNITS[unit][0] != dimension:
        raise InputError(
            source, f"unit of {key}", unit, f"one of {', '.join(unit_names(dimension))}"
        )
    _, factor, offset = UNITS[unit]
    return values * factor + offset
