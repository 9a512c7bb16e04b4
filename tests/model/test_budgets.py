"""Water, energy and carbon close in every step of every patch; moisture keeps its bounds."""

import numpy as np
import pytest

from edlite.constants import CP_DRY, DAY_S, GRAVITY, RHO_W, SIGMA_SB
from edlite.kernels.thermodynamics import saturation_humidity
from edlite.model.columns import Columns
from edlite.model.meteorology import (
    AIR_PRESSURE,
    AIR_TEMPERATURE,
    LONGWAVE_DOWN,
    SPECIFIC_HUMIDITY,
)
from edlite.model.options import ModelOptions
from edlite.model.state import State
from edlite.soil.layers import LAYER_CENTRE, LAYER_THICKNESS
from helpers.model_columns import PATCHES, Patch, columns_of, run_days, weather

WATER, ENERGY, CARBON = 1e-9, 1e-7, 1e-12  # kg m-2, W m-2, of the stock; per step


def plant_and_soil_carbon(columns: Columns, state: State) -> np.ndarray:
    """Carbon [kgC m-2] of plants, soil and the export pool; respiration of the coming day, which is
    already taken from the plants, included."""
    tissue = state.leaf_carbon + state.root_carbon + state.sapwood_carbon + state.storage_carbon
    pending = state.growth_resp + state.storage_resp + state.virtual_resp
    plants = columns.n * tissue + DAY_S * pending
    soil = state.fast_carbon + state.structural_carbon + state.slow_carbon
    return soil + state.growth_export + np.bincount(columns.patch_index, plants, columns.n_patch)


@pytest.mark.parametrize("season", ["winter", "summer"])
def test_residuals_of_every_step(season, winter, summer):
    run = {"winter": winter, "summer": summer}[season]
    assert run.patch("water_max").max() < WATER
    assert np.abs(run.patch("water_sum").sum(axis=0)).max() < 1e-8
    assert run.patch("energy_max").max() < ENERGY
    assert run.patch("carbon_max").max() < CARBON
    assert run.patch("below").max() == 0.0 and run.patch("above").max() == 0.0


def test_winter_has_what_it_is_meant_to_test(winter):
    """Snow, frozen soil, melt, ponding and runoff all occur."""
    snow = winter.flux("snow_water")
    assert snow.max() > 20.0 and np.all(snow[-1] < 0.95 * snow.max(axis=0))
    top = np.concatenate([d.soil_temperature[:, 0] for d in winter.days])
    assert top.min() < 271.0 and top[-1].max() > 273.0
    assert winter.flux("runoff").sum() > 0.0
    assert winter.flux("canopy_air_temperature").min() < 255.0


@pytest.mark.parametrize("season", ["winter", "summer"])
def test_water_balance_of_the_period(season, winter, summer):
    """Precipitation = evaporation + runoff + drainage + storage, from hourly output and state."""
    run = {"winter": winter, "summer": summer}[season]
    columns = run.columns
    active = np.arange(9)[:, None] < columns.n_layer[None]

    def stored(state):
        film = np.bincount(columns.patch_index, state.leaf_water, columns.n_patch)
        soil = (state.theta * active * LAYER_THICKNESS[:, None]).sum(axis=0) * RHO_W
        return soil + state.snow.sum(axis=0) + film

    names = ("precipitation", "evapotranspiration", "runoff", "drainage")
    rain, evaporated, ran_off, drained = (run.flux(n).sum(axis=0) * 3600.0 for n in names)
    change = stored(run.last) - stored(run.first)
    # canopy air holds up to about half a mm of vapour, which is not in the hourly output
    np.testing.assert_allclose(change, rain - evaporated - ran_off - drained, atol=0.5)
    assert rain.min() > 10.0


@pytest.mark.parametrize("season", ["winter", "summer"])
def test_carbon_balance_over_the_daily_updates(season, winter, summer):
    """What plants and soil lose is what they exchange with the air, across every midnight."""
    run = {"winter": winter, "summer": summer}[season]
    names = ("leaf", "root", "growth", "storage", "virtual")
    lost = sum(run.flux(f"{n}_respiration") for n in names) + run.flux("rh") - run.flux("gpp")
    before = plant_and_soil_carbon(run.columns, run.first)
    after = plant_and_soil_carbon(run.columns, run.last)
    np.testing.assert_allclose(after - before, -lost.sum(axis=0) * 3600.0, rtol=0.0, atol=1e-12)


def test_moisture_stays_within_its_bounds(winter, summer):
    for run in (winter, summer):
        theta, soil = run.theta(), run.columns.soil
        active = np.arange(9)[:, None] < run.columns.n_layer[None]
        inside = (theta >= soil["theta_r"].T - 1e-12) & (theta <= soil["theta_s"].T + 1e-12)
        assert np.all(inside | ~active)


def test_bedrock_does_not_drain_and_missing_layers_do_nothing(summer):
    shallow = [i for i, p in enumerate(PATCHES) if not p.free]
    assert np.all(summer.flux("drainage")[:, shallow] == 0.0)
    deep = [i for i, p in enumerate(PATCHES) if p.free]
    assert np.all(summer.flux("drainage")[:, deep].max(axis=0) > 0.0)
    for i in shallow:
        n = PATCHES[i].n_layer
        np.testing.assert_array_equal(summer.last.theta[n:, i], summer.first.theta[n:, i])


def test_smaller_tolerance_converges(compiled):
    """Hourly fluxes approach those of a very small tolerance, faster than the tolerance falls."""
    met = weather("2001-07-01", 2, warm=293.0)
    usual, small, exact = (
        run_days(met, days=1, options=ModelOptions(tolerance=t)) for t in (1e-2, 1e-4, 1e-6)
    )
    for name in ("gpp", "evapotranspiration", "rnet", "canopy_air_temperature"):
        reference = exact.flux(name)
        scale = np.abs(reference).max() + 1e-30
        wide, narrow = (np.abs(r.flux(name) - reference) / scale for r in (usual, small))
        assert narrow.max() < 2e-3 and narrow.max() < 0.1 * wide.max()
        # the mean of a day at the usual tolerance
        assert np.abs((usual.flux(name) - reference).mean(axis=0)).max() / scale < 1e-2


class InBalance:
    """Weather in which a column of `temperature` neither warms, dries nor wets.

    No light, no rain, black-body longwave, adiabatic air as moist as the soil.
    """

    def __init__(self, base, temperature):
        self.n_point, self.source, self.first = 1, base.source, base.first
        self.values = base.day(np.datetime64(base.first, "D")).copy()
        fall = 5.0  # m, from the reference height to the top of canopy air
        pressure = self.values[0, AIR_PRESSURE, 0] + fall * 1.19 * GRAVITY
        self.values[:, AIR_TEMPERATURE] = temperature - fall * GRAVITY / CP_DRY
        # drier than dew, moister than the pores of the soil
        self.values[:, SPECIFIC_HUMIDITY] = 0.9995 * saturation_humidity(temperature, pressure)
        self.values[:, LONGWAVE_DOWN] = SIGMA_SB * temperature**4

    def day(self, date):
        return self.values


@pytest.mark.parametrize("shift", [0.0, -0.05])
def test_hydrostatic_equilibrium_stays(compiled, options, shift):
    """psi + z constant over bedrock: nothing moves; a wetter layer in between does spread."""
    patches = (Patch(sand=0.4, clay=0.2, free=False),)
    columns = columns_of(patches)
    soil = {k: v[0] for k, v in columns.soil.items()}
    psi = -8.5 + LAYER_CENTRE  # a water table half a metre below the rock
    theta = soil["theta_s"] * np.minimum(1.0, (psi / soil["psi_s"]) ** (-1.0 / soil["b"]))
    theta[4] += shift
    state = State.initial(
        columns, air_temperature=285.0, q=0.0088, co2=400.0, soil_temperature=285.0, theta=theta
    )
    dark = weather("2001-11-01", 1, warm=285.0, wet=False, light=0.0)
    run = run_days(
        InBalance(dark, 285.0), patches, days=2, state=state, columns=columns, options=options
    )
    moved = np.abs(run.last.theta - state.theta)[:, 0]
    assert np.all(run.flux("drainage") == 0.0)
    # a trace of dew reaches the upper layers
    assert np.abs(run.flux("evapotranspiration")).sum() * 3600.0 < 0.05
    if shift == 0.0:
        assert moved[:4].max() < 5e-4 and moved[4:].max() < 1e-5
    else:
        assert moved[3:6].min() > 1e-4
