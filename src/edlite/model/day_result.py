"""Results of a day by patch, as the driver hands them on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edlite.model.columns import Columns


@dataclass
class DayResult:
    """Results of a day by patch.

    columns : the patches and cohorts of this day; the same object as long as they do not change
    fluxes : (record, len(HOURLY), patch), named by `edlite.model.records.HOURLY`
    theta, soil_temperature : (record, layer, patch)
    budget : (record, len(BUDGET), patch), mean rates named by `edlite.model.records.BUDGET`
    cohorts : (record, len(COHORT), cohort), or None if not asked for
    lai, leaf_carbon : (patch,) during the day
    litter_fast, litter_structural [kgC m-2], activity : (patch,) at its end
    fast_carbon, structural_carbon, slow_carbon, growth_export : (patch,) kgC m-2 at its end
    water_max, water_sum [kg m-2], energy_max [W m-2], carbon_max [1], below, above [m3 m-3] :
        (patch,) budget residuals and excursions of moisture of the day's steps
    substeps : (patch,) of the integrator
    """

    date: np.datetime64
    columns: Columns
    fluxes: np.ndarray
    theta: np.ndarray
    soil_temperature: np.ndarray
    budget: np.ndarray
    cohorts: np.ndarray | None
    patch: dict[str, np.ndarray]
