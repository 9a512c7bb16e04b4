"""A day of two patches, saved to a file: run as a program with and without the JIT.

python -m helpers.checked_day OUT
"""

from __future__ import annotations

import sys

import numpy as np

from edlite.model.options import CHOICES, ModelOptions
from helpers.model_columns import PATCHES, run_days, weather

# a pine over shallow rock, C4 grass
CHOSEN = (PATCHES[3], PATCHES[4])


def day() -> dict[str, np.ndarray]:
    """Means of a showery autumn day with frost at night, and the state after it, by integrator."""
    met = weather("2001-10-20", 1, warm=275.0)
    found = {}
    for integrator in CHOICES["integrator"]:
        options = ModelOptions(integrator=integrator)
        run = run_days(met, CHOSEN, days=1, temperature=275.0, options=options)
        (result,) = run.days
        values = {
            "fluxes": result.fluxes,
            "theta": result.theta,
            "soil_temperature": result.soil_temperature,
            "budget": result.budget,
            "substeps": result.patch["substeps"],
            "leaf_energy": run.last.leaf_energy,
            "leaf_carbon": run.last.leaf_carbon,
            "snow": run.last.snow,
        }
        found |= {f"{integrator}: {name}": value for name, value in values.items()}
    return found


if __name__ == "__main__":
    np.savez(sys.argv[1], **day())
