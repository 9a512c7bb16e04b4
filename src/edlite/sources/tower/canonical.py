"""Names, units and plausible ranges of what a tower record becomes.

A record is an `xarray.Dataset` with `time` (UTC, start of the interval of `step_s` seconds over
which each value is a mean). Missing values are NaN. Names ending in `_quality` hold 0 measured,
1 good, 2 medium, 3 poor fill, NaN unknown.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """One canonical variable: SI unit, range that valid data never leave, and what to call it.

    `peak` is the value that the maximum of a long record certainly exceeds; it catches data that
    are too small by a wrong unit.
    """

    unit: str
    dimension: str
    minimum: float
    maximum: float
    long_name: str
    peak: float | None = None


FORCING = {
    "air_temperature": Quantity("K", "temperature", 190, 333, "air temperature", 263),
    "specific_humidity": Quantity("kg kg-1", "humidity", 0, 0.04, "specific humidity", 1e-3),
    "air_pressure": Quantity("Pa", "pressure", 4.5e4, 1.1e5, "air pressure"),
    "wind_speed": Quantity("m s-1", "speed", 0, 60, "wind speed", 0.5),
    "longwave_down": Quantity("W m-2", "energy flux", 50, 650, "downward longwave radiation"),
    "shortwave_down": Quantity(
        "W m-2", "energy flux", -25, 1500, "downward shortwave radiation", 100
    ),
    "precipitation": Quantity("kg m-2 s-1", "water flux", 0, 0.06, "precipitation"),
    "co2": Quantity("umol mol-1", "mole fraction", 250, 1500, "CO2 above the canopy"),
}
HUMIDITY = {
    "relative_humidity": Quantity("1", "fraction", -0.05, 1.1, "relative humidity", 0.05),
    "vapour_pressure": Quantity("Pa", "pressure", 0, 8000, "vapour pressure", 100),
    "vapour_pressure_deficit": Quantity(
        "Pa", "pressure", -500, 12000, "vapour pressure deficit", 50
    ),
}
OBSERVATIONS = {
    "gpp": Quantity("kgC m-2 s-1", "carbon flux", -3e-6, 3e-6, "gross primary production"),
    "reco": Quantity("kgC m-2 s-1", "carbon flux", -3e-6, 3e-6, "ecosystem respiration"),
    "nee": Quantity(
        "kgC m-2 s-1", "carbon flux", -3e-6, 3e-6, "net ecosystem exchange, positive upward"
    ),
    "le": Quantity("W m-2", "energy flux", -600, 1500, "latent heat flux, positive upward"),
    "h": Quantity("W m-2", "energy flux", -1300, 1500, "sensible heat flux, positive upward"),
    "rnet": Quantity("W m-2", "energy flux", -500, 1300, "net radiation, positive downward"),
    "ground_heat": Quantity("W m-2", "energy flux", -800, 800, "ground heat flux, downward"),
    "ustar": Quantity("m s-1", "speed", 0, 15, "friction velocity"),
}
PROFILES = {
    "theta": Quantity("m3 m-3", "fraction", 0, 1, "volumetric soil water", 0.02),
    "soil_temperature": Quantity("K", "temperature", 230, 345, "soil temperature", 268),
}
QUANTITIES = FORCING | HUMIDITY | OBSERVATIONS | PROFILES
DEPTH_DIMENSION = {"theta": "theta_depth", "soil_temperature": "temperature_depth"}
