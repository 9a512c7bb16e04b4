"""Stocks of water, energy and carbon of each lane, and how well a step closes them."""

from typing import NamedTuple

import numpy as np

from edlite.constants import DAY_S, M_DRY, RHO_W, UMOL_TO_KGC
from edlite.kernels.mathematics import lane_loop
from edlite.kernels.soil_carbon import RESPIRED_STRUCTURAL
from edlite.model.lanes import LANES


class Book(NamedTuple):
    """Terms of a step's budget outside the fast state, and the residuals; (lane)."""

    air_water: np.ndarray  # kg m-2 with the change of canopy air mass
    air_energy: np.ndarray  # J m-2
    air_carbon: np.ndarray  # kg (air) umol mol-1 m-2
    biomass_energy: np.ndarray  # J m-2 brought or taken by leaves
    runoff: np.ndarray  # kg m-2
    runoff_energy: np.ndarray  # J m-2
    water: np.ndarray  # kg m-2, stock before the step
    energy: np.ndarray  # J m-2
    carbon: np.ndarray  # kgC m-2
    water_max: np.ndarray  # kg m-2, largest residual since it was reset
    water_sum: np.ndarray  # kg m-2, sum of residuals
    energy_max: np.ndarray  # W m-2
    carbon_max: np.ndarray  # relative to the stock
    below: np.ndarray  # m3 m-3, largest excursion below theta_r
    above: np.ndarray  # m3 m-3, largest excursion above theta_s
    water_residual: np.ndarray  # kg m-2 of the last step
    energy_residual: np.ndarray  # J m-2
    carbon_residual: np.ndarray  # kgC m-2
    scratch_water: np.ndarray  # stocks after the step
    scratch_energy: np.ndarray
    scratch_carbon: np.ndarray


def allocate_book() -> Book:
    """Zeroed book of a block."""
    return Book(*(np.zeros(LANES) for _ in Book._fields))


@lane_loop
def stocks(seconds, fast, ground, soil, cohorts, plants, water, energy, carbon):
    """Fill `water` [kg m-2], `energy` [J m-2], `carbon` [kgC m-2] of each lane.

    `seconds` since midnight: respiration committed for the day but not yet emitted is a stock.
    """
    mass = ground.air_mass
    for i in range(LANES):
        water[i] = mass[i] * fast.q[i]
        energy[i] = mass[i] * fast.enthalpy[i]
        carbon[i] = (
            mass[i] / M_DRY * fast.co2[i] * UMOL_TO_KGC
            + (ground.fast_carbon[i] - ground.fast_loss[i])
            + (ground.structural_carbon[i] - RESPIRED_STRUCTURAL * ground.structural_loss[i])
            + (ground.slow_carbon[i] - ground.slow_loss[i])
            + ground.growth_export[i]
        )
    for j in range(fast.snow.shape[0]):
        for i in range(LANES):
            water[i] += fast.snow[j, i]
            energy[i] += fast.snow_energy[j, i]
    for k in range(soil.active.shape[0]):
        for i in range(LANES):
            water[i] += soil.active[k, i] * fast.theta[k, i] * RHO_W * soil.dz[k]
            energy[i] += soil.active[k, i] * fast.energy[k, i] * soil.dz[k]
    left = DAY_S - seconds
    for c in range(cohorts.n.shape[0]):
        for i in range(LANES):
            n = cohorts.n[c, i]
            water[i] += fast.leaf_water[c, i]
            energy[i] += fast.leaf_energy[c, i]
            carbon[i] += plants.gain[c, i] + n * (
                plants.leaf_carbon[c, i]
                + plants.root_carbon[c, i]
                + plants.sapwood_carbon[c, i]
                + plants.storage_carbon[c, i]
            )
            emitted = (
                plants.growth_resp[c, i] + plants.storage_resp[c, i] + plants.virtual_resp[c, i]
            )
            carbon[i] += emitted * left


@lane_loop
def stocks_before(seconds, fast, ground, soil, cohorts, plants, book):
    """Keep the stocks before a step, or before midnight's changes."""
    stocks(seconds, fast, ground, soil, cohorts, plants, book.water, book.energy, book.carbon)


@lane_loop
def stocks_after(seconds, fast, ground, soil, cohorts, plants, book):
    """Keep the stocks after them."""
    stocks(
        seconds,
        fast,
        ground,
        soil,
        cohorts,
        plants,
        book.scratch_water,
        book.scratch_energy,
        book.scratch_carbon,
    )


@lane_loop
def close_midnight(fast, ground, soil, cohorts, plants, book):
    """What the changes of midnight, which exchange nothing with the air, made or lost of carbon."""
    stocks_after(0.0, fast, ground, soil, cohorts, plants, book)
    for i in range(LANES):
        residual = abs(book.scratch_carbon[i] - book.carbon[i]) / book.carbon[i]
        book.carbon_max[i] = max(book.carbon_max[i], residual)


@lane_loop
def close_step(dt, seconds, fast, ground, soil, cohorts, plants, step, book):
    """Compare the stocks after a step with those before and with the fluxes; keep the worst."""
    stocks_after(seconds, fast, ground, soil, cohorts, plants, book)
    for i in range(LANES):
        water = (
            book.scratch_water[i]
            - book.water[i]
            - (
                step.precipitation[i] * dt
                - fast.vapour_out[i]
                - fast.drainage[i]
                - book.runoff[i]
                + fast.assim_water[i]
                + book.air_water[i]
            )
        )
        energy = (
            book.scratch_energy[i]
            - book.energy[i]
            - (
                (step.sw_net[i] + step.lw_net[i] + step.precipitation_energy[i]) * dt
                - fast.enthalpy_out[i]
                - fast.drainage_energy[i]
                - book.runoff_energy[i]
                + fast.assim_energy[i]
                + book.air_energy[i]
                + book.biomass_energy[i]
            )
        )
        carbon = (
            book.scratch_carbon[i]
            - book.carbon[i]
            - (book.air_carbon[i] / M_DRY - fast.co2_out[i]) * UMOL_TO_KGC
        )
        book.water_residual[i] = water
        book.energy_residual[i] = energy
        book.carbon_residual[i] = carbon
        book.water_max[i] = max(book.water_max[i], abs(water))
        book.water_sum[i] += water
        book.energy_max[i] = max(book.energy_max[i], abs(energy) / dt)
        book.carbon_max[i] = max(book.carbon_max[i], abs(carbon) / book.scratch_carbon[i])
    for k in range(soil.active.shape[0]):
        for i in range(LANES):
            if soil.active[k, i] > 0.5:
                book.below[i] = max(book.below[i], soil.theta_r[k, i] - fast.theta[k, i])
                book.above[i] = max(book.above[i], fast.theta[k, i] - soil.theta_s[k, i])
