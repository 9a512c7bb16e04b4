"""What a day leaves behind: means over its records (hours or steps) of fluxes, budgets, cohorts."""

from typing import NamedTuple

import numpy as np

from edlite.constants import M_DRY, STEP_S, UMOL_TO_KGC
from edlite.kernels.mathematics import lane_loop
from edlite.kernels.thermodynamics import latent_heat
from edlite.model.lanes import LANES, Rows
from edlite.model.meteorology import AIR_TEMPERATURE

STEPS_PER_DAY = 144
RECORDS = (24, STEPS_PER_DAY)  # a day: hours or steps

HOURLY = (
    *("gpp", "leaf_respiration", "root_respiration", "growth_respiration", "storage_respiration"),
    *("rh", "le", "h", "rnet", "evapotranspiration", "transpiration", "ground_evaporation"),
    *("runoff", "drainage", "precipitation", "ustar", "canopy_air_temperature"),
    *("air_temperature", "shortwave_down", "snow_water"),
    *("assimilation_water", "assimilation_energy"),
    *("film_evaporation", "snow_depth", "canopy_air_humidity", "canopy_air_co2"),
    "virtual_respiration",
)
# terms of the budgets of a patch: kg m-2 s-1, W m-2, kgC m-2 s-1
BUDGET = (
    *("precipitation", "vapour_out", "runoff", "drainage", "assimilation_water", "air_water"),
    *("water_storage", "water_residual"),
    *("shortwave_net", "longwave_net", "precipitation_energy", "enthalpy_out", "runoff_energy"),
    *("drainage_energy", "assimilation_energy", "air_energy", "biomass_energy"),
    *("energy_storage", "energy_residual"),
    *("co2_out", "air_carbon", "carbon_storage", "carbon_residual"),
)
COHORT = (
    *("gpp", "leaf_respiration", "root_respiration", "transpiration", "film_evaporation", "h"),
    *("par_absorbed", "shortwave_absorbed", "longwave_absorbed", "leaf_temperature", "lai"),
    *("open_fraction", "leaf_water"),
)


class Output(NamedTuple):
    """Means over the records of a day."""

    fluxes: np.ndarray  # (record, HOURLY, lane)
    theta: np.ndarray  # (record, layer, lane)
    soil_temperature: np.ndarray
    budget: np.ndarray  # (record, BUDGET, lane)
    cohorts: np.ndarray  # (record, COHORT, cohort, lane); no records unless cohorts are recorded


def allocate_output(rows: Rows, records: int) -> Output:
    """Zeroed output of a day."""
    by_cohort = records if rows.recorded else 0
    return Output(
        np.zeros((records, len(HOURLY), LANES)),
        np.zeros((records, rows.layer, LANES)),
        np.zeros((records, rows.layer, LANES)),
        np.zeros((records, len(BUDGET), LANES)),
        np.zeros((by_cohort, len(COHORT), rows.cohort, LANES)),
    )


@lane_loop
def record_fluxes(at, share, met, fast, ground, plants, step, work, book, output):
    """Add a step to the means of record `at`; `share` of the record is one over its steps."""
    per_second = share / STEP_S
    out = output.fluxes[at]
    for i in range(LANES):
        out[0, i] += share * step.gpp[i] * UMOL_TO_KGC
        out[1, i] += share * step.leaf_resp[i] * UMOL_TO_KGC
        out[2, i] += share * step.root_resp[i] * UMOL_TO_KGC
        out[5, i] += share * step.rh[i] * UMOL_TO_KGC
        out[6, i] += per_second * fast.vapour_out[i] * latent_heat(fast.temperature[i] / STEP_S)
        out[7, i] += per_second * fast.h_surface[i]
        out[8, i] += share * (step.sw_net[i] + step.lw_net[i])
        out[9, i] += per_second * fast.vapour_out[i]
        out[10, i] += per_second * fast.transpiration[i]
        out[11, i] += per_second * fast.e_ground[i]
        out[12, i] += per_second * book.runoff[i]
        out[13, i] += per_second * fast.drainage[i]
        out[14, i] += share * step.precipitation[i]
        out[15, i] += per_second * fast.ustar[i]
        out[16, i] += per_second * fast.temperature[i]
        out[17, i] += share * met[AIR_TEMPERATURE, i]
        out[18, i] += share * step.sw_in[i]
        out[19, i] += share * work.pool[i]
        out[20, i] += per_second * fast.assim_water[i]
        out[21, i] += per_second * fast.assim_energy[i]
        out[22, i] += per_second * fast.e_film[i]
        out[23, i] += share * ground.snow_depth[i]
        out[24, i] += share * fast.q[i]
        out[25, i] += share * fast.co2[i]
    for c in range(plants.gain.shape[0]):
        for i in range(LANES):
            out[3, i] += share * plants.growth_resp[c, i]
            out[4, i] += share * plants.storage_resp[c, i]
            out[26, i] += share * plants.virtual_resp[c, i]


@lane_loop
def record_soil(at, share, fast, work, output):
    """Half a step's weight of the present soil state, so that records are trapezoidal means."""
    half = 0.5 * share
    for k in range(fast.theta.shape[0]):
        for i in range(LANES):
            output.theta[at, k, i] += half * fast.theta[k, i]
            output.soil_temperature[at, k, i] += half * work.t_soil[k, i]


@lane_loop
def record_budget(at, share, fast, step, book, output):
    """Terms of the budgets of a step, once `edlite.model.budgets.close_step` has closed it."""
    per_second = share / STEP_S
    out = output.budget[at]
    for i in range(LANES):
        out[0, i] += share * step.precipitation[i]
        out[1, i] += per_second * fast.vapour_out[i]
        out[2, i] += per_second * book.runoff[i]
        out[3, i] += per_second * fast.drainage[i]
        out[4, i] += per_second * fast.assim_water[i]
        out[5, i] += per_second * book.air_water[i]
        out[6, i] += per_second * (book.scratch_water[i] - book.water[i])
        out[7, i] += per_second * book.water_residual[i]
        out[8, i] += share * step.sw_net[i]
        out[9, i] += share * step.lw_net[i]
        out[10, i] += share * step.precipitation_energy[i]
        out[11, i] += per_second * fast.enthalpy_out[i]
        out[12, i] += per_second * book.runoff_energy[i]
        out[13, i] += per_second * fast.drainage_energy[i]
        out[14, i] += per_second * fast.assim_energy[i]
        out[15, i] += per_second * book.air_energy[i]
        out[16, i] += per_second * book.biomass_energy[i]
        out[17, i] += per_second * (book.scratch_energy[i] - book.energy[i])
        out[18, i] += per_second * book.energy_residual[i]
        out[19, i] += per_second * fast.co2_out[i] * UMOL_TO_KGC
        out[20, i] += per_second * book.air_carbon[i] / M_DRY * UMOL_TO_KGC
        out[21, i] += per_second * (book.scratch_carbon[i] - book.carbon[i])
        out[22, i] += per_second * book.carbon_residual[i]


@lane_loop
def record_cohorts(at, share, fast, step, work, output):
    """Add a step's fluxes and state of every cohort."""
    per_second = share / STEP_S
    for c in range(fast.leaf_heat.shape[0]):
        out = output.cohorts[at]
        for i in range(LANES):
            shortwave = step.par[c, i] + step.nir[c, i]
            out[0, c, i] += share * step.leaf_gpp[c, i] * UMOL_TO_KGC
            out[1, c, i] += share * step.leaf_dark[c, i] * UMOL_TO_KGC
            out[2, c, i] += share * step.fine_root[c, i] * UMOL_TO_KGC
            out[3, c, i] += per_second * fast.leaf_transpiration[c, i]
            out[4, c, i] += per_second * fast.leaf_evaporation[c, i]
            out[5, c, i] += per_second * fast.leaf_heat[c, i]
            out[6, c, i] += share * step.par[c, i]
            out[7, c, i] += share * shortwave
            out[8, c, i] += share * (step.radiation[c, i] - shortwave)
            out[9, c, i] += share * work.t_leaf[c, i]
            out[10, c, i] += share * step.lai[c, i]
            out[11, c, i] += share * step.f_open[c, i]
            out[12, c, i] += share * fast.leaf_water[c, i]
