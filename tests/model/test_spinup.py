"""Slow carbon settles where input and decomposition balance."""

import numpy as np
import pytest

from edlite.kernels import soil_carbon as carbon
from edlite.kernels.thermodynamics import pool_temperature
from edlite.model.driver import run
from edlite.model.meteorology import AIR_TEMPERATURE
from edlite.model.options import ModelOptions
from edlite.model.spinup import DecompositionRecord, first_state, settle_slow_carbon
from helpers.model_columns import CURVES, PATCHES, columns_of, run_days, weather


def constant_record(activity, litter_fast, litter_structural, days=365):
    record = DecompositionRecord()
    record.activity = [activity.copy() for _ in range(days)]
    record.litter_fast = [litter_fast.copy() for _ in range(days)]
    record.litter_structural = [litter_structural.copy() for _ in range(days)]
    return record


@pytest.mark.parametrize(
    ("option", "rate"), [(0, carbon.K_SLOW_RAPID), (1, carbon.K_SLOW_RAPID), (2, carbon.K_SLOW)]
)
def test_steady_state_for_constant_rates(option, rate):
    """P = 0.7 x litter / (k A): the structural pool passes on 70 % of what it gets."""
    activity = np.array([0.05, 0.2, 0.6])
    litter = np.array([2e-4, 4e-4, 8e-4])  # kgC m-2 d-1
    k_s = carbon.K_STRUCTURAL * carbon.STRUCTURAL_LIGNIN_FACTOR
    structural = litter * 365.2425 / (k_s * activity)  # in balance
    settled = settle_slow_carbon(
        constant_record(activity, litter, litter),
        np.full(3, 0.2),
        structural,
        np.zeros(3),
        option,
        1e-9,
    )
    expected = 0.7 * litter * 365.2425 / (rate * activity)
    assert settled.steady
    np.testing.assert_allclose(settled.slow, expected, rtol=1e-6)


def test_course_and_criterion():
    litter = np.array([4e-4])
    record = constant_record(np.array([0.2]), litter, litter, days=100)
    settled = settle_slow_carbon(record, litter, np.array([5.0]), np.array([0.0]), 2, 1e-3)
    table = settled.history
    assert len(table) == settled.cycles
    assert table["cycle"].tolist() == list(range(1, settled.cycles + 1))
    assert table["largest_relative_change"].iloc[-1] < 1e-3
    assert np.all(table["largest_relative_change"].iloc[:-1] >= 1e-3)
    assert np.all(table["slow_carbon"] > 0.0)


def test_record_takes_the_days_of_a_run(compiled):
    record = DecompositionRecord()
    met = weather("2001-07-01", 2, warm=293.0)
    columns = columns_of()
    first = first_state(columns, met, np.datetime64("2001-07-01"), 2)
    run(
        columns,
        first,
        met,
        ModelOptions(),
        "2001-07-01",
        "2001-07-03",
        phenology=CURVES,
        sink=record,
    )
    assert len(record.activity) == len(record.litter_fast) == 2
    activity = np.array(record.activity)
    assert activity.shape == (2, len(PATCHES)) and np.all((activity > 0.0) & (activity <= 1.0))
    assert np.all(np.array(record.litter_structural) >= 0.0)


def test_first_state_is_at_the_mean_temperature_of_the_weather():
    met = weather("2001-07-01", 2, warm=293.0)
    columns = columns_of()
    state = first_state(columns, met, np.datetime64("2001-07-01"), 2)
    mean = np.mean(
        [met.day(np.datetime64(d))[:, AIR_TEMPERATURE].mean() for d in ("2001-07-01", "2001-07-02")]
    )
    t = np.vectorize(pool_temperature)(state.energy, 1000.0 * state.theta, columns.soil["c_dry"].T)
    np.testing.assert_allclose(t, mean, rtol=1e-9)


@pytest.mark.parametrize("option", [0, 1, 2])
def test_decomposition_options_run_and_differ(compiled, option):
    met = weather("2001-07-01", 2, warm=293.0)
    one = run_days(met, days=1, options=ModelOptions(decomposition=option))
    rh = one.flux("rh").sum(axis=0)
    assert np.all(rh > 0.0) and one.patch("carbon_max").max() < 1e-12
    other = run_days(met, days=1, options=ModelOptions(decomposition=(option + 1) % 3))
    assert np.all(np.abs(rh / other.flux("rh").sum(axis=0) - 1.0) > 0.01)
