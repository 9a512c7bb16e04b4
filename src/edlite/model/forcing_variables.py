"""The meteorological variables that the model takes: unit, plausible range, what to suspect."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edlite.errors import InputError


@dataclass(frozen=True)
class ForcingVariable:
    """One forcing variable; values outside [low, high] are refused with the `hint`."""

    name: str
    units: str
    long_name: str
    low: float
    high: float
    hint: str


_RADIATION = "downward radiation, never negative"
FORCING_VARIABLES = {
    v.name: v
    for v in (
        ForcingVariable(
            "air_temperature", "K", "air temperature", 180.0, 340.0, "kelvin, not degrees Celsius"
        ),
        ForcingVariable(
            "specific_humidity", "kg kg-1", "specific humidity", 0.0, 0.06, "kg kg-1, not g kg-1"
        ),
        ForcingVariable(
            "air_pressure", "Pa", "surface air pressure", 3.0e4, 1.2e5, "pascal, not hPa or kPa"
        ),
        ForcingVariable("wind_speed", "m s-1", "wind speed", 0.0, 75.0, "a speed, not a component"),
        ForcingVariable(
            "longwave_down", "W m-2", "downward longwave radiation", 30.0, 700.0, _RADIATION
        ),
        ForcingVariable(
            "shortwave_down", "W m-2", "downward shortwave radiation", 0.0, 1500.0, _RADIATION
        ),
        ForcingVariable(
            "precipitation",
            "kg m-2 s-1",
            "precipitation",
            0.0,
            0.1,
            "kg m-2 s-1, not mm per hour or per step",
        ),
        ForcingVariable(
            "co2", "umol mol-1", "CO2 in dry air", 150.0, 2000.0, "umol mol-1 (ppm), not mol mol-1"
        ),
        ForcingVariable("par_beam", "W m-2", "beam PAR", 0.0, 800.0, _RADIATION),
        ForcingVariable("par_diffuse", "W m-2", "diffuse PAR", 0.0, 800.0, _RADIATION),
        ForcingVariable("nir_beam", "W m-2", "beam near infrared", 0.0, 1000.0, _RADIATION),
        ForcingVariable("nir_diffuse", "W m-2", "diffuse near infrared", 0.0, 1000.0, _RADIATION),
        ForcingVariable(
            "cos_zenith", "1", "cosine of the solar zenith angle", -1.0, 1.0, "a cosine"
        ),
    )
}


def check_plausible(source: str | Path, name: str, values: np.ndarray, label: str = "") -> None:
    """Raise InputError where a finite value of forcing variable `name` cannot be in its unit.

    `values` in the unit of FORCING_VARIABLES; NaN is let through (gaps are the caller's).
    `label` is the name of the variable in the file, where that differs.
    """
    variable = FORCING_VARIABLES[name]
    bad = (values < variable.low) | (values > variable.high)
    if np.any(bad):
        raise InputError(
            source,
            label or name,
            float(np.asarray(values)[bad].flat[0]),
            f"{variable.low:g} to {variable.high:g} {variable.units} ({variable.hint})",
        )
