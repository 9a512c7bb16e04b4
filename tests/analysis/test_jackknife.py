"""Jackknife over flights: against brute force, against simulation, and its limits."""

import numpy as np
import pytest
import xarray as xr
from small_study import AREA, CELL_ID, N_LAYER, cells
from test_sensitivity import bias_file, dataset

from edlite.analysis.jackknife import (
    FlightBias,
    daily_response,
    jackknife,
    jackknife_sd,
    match_cells,
)
from edlite.assimilation.estimator import Linear, Optimal
from edlite.constants import YEAR_S
from edlite.errors import InputError
from edlite.files import read_dataset, write_dataset

N_DAY = 120
LINEAR = Linear()
TIME = np.datetime64("2013-03-01", "ns") + np.arange(N_DAY) * np.timedelta64(1, "D")
DAY_S = TIME.astype("datetime64[s]").astype(float)
FLIGHT_S = DAY_S[0] + 86400.0 * np.array([5.0, 18.0, 30.0, 44.0, 58.0, 71.0, 85.0, 97.0, 111.0])
SEASON = 4.0 + 3.0 * np.sin(np.arange(N_DAY) / 20.0)  # kgC m-2 yr-1 per m3 m-3


def flight_bias(eps, valid=None, start="year", estimator=LINEAR):
    """Bias that is the same in all layers; eps (flight, cell)."""
    full = np.repeat(eps[:, None, :], 9, axis=1)
    valid = np.ones(full.shape, bool) if valid is None else np.repeat(valid[:, None, :], 9, axis=1)
    weight = np.zeros((9, eps.shape[1]))
    weight[:6] = 1 / 6
    return FlightBias(FLIGHT_S, full, valid, weight, start, estimator)


def daily_mean_bias(eps, flight_s=FLIGHT_S):
    hours = DAY_S[:, None] + 3600.0 * (np.arange(24) + 0.5)
    columns = [np.interp(hours.ravel(), flight_s, e).reshape(N_DAY, 24).mean(1) for e in eps.T]
    return np.stack(columns, axis=1)


def runs(eps, response):
    """Native and blended run in which each day's flux follows that day's moisture."""
    delta = daily_mean_bias(eps)
    flat = np.full((N_DAY, 4), 1.0 / YEAR_S)
    native = {n: flat for n in ("gpp", "ra", "rh")} | {"theta_rootzone": np.full((N_DAY, 4), 0.25)}
    blended = {"theta_rootzone": 0.25 - delta}
    for name, scale in (("gpp", 1.0), ("ra", 0.4), ("rh", 0.3)):
        blended[name] = flat - scale * response[:, None] * delta / YEAR_S
    return dataset(native, TIME), dataset(blended, TIME)


def estimate(eps, response=SEASON, **keywords):
    native, blended = runs(eps, response)
    days = np.ones(N_DAY, bool)
    return jackknife(native, blended, days, AREA, flight_bias(eps, **keywords), 0.01)


def test_replicates_against_brute_force():
    rng = np.random.default_rng(2)
    eps = -0.1 + 0.02 * rng.normal(size=(9, 4))
    ds = estimate(eps, np.full(N_DAY, 1.0) * SEASON)
    replicates = []
    for left_out in range(9):
        rest = np.arange(9) != left_out
        delta = daily_mean_bias(eps[rest], FLIGHT_S[rest])
        replicates.append((SEASON[:, None] * delta).mean(0) / delta.mean(0))
    replicates = np.array(replicates)
    expected = np.sqrt(8 / 9 * ((replicates - replicates.mean(0)) ** 2).sum(0))
    # the response is estimated between flights, hence not to the last digit
    np.testing.assert_allclose(ds["beta_jackknife_sd"][0], expected, rtol=0.2)


def test_optimal_interpolation_is_left_out_flight_by_flight():
    """Without a flight the daily bias is that of the remaining flights alone."""
    eps = -0.1 + 0.02 * np.random.default_rng(8).normal(size=(9, 4))
    bias = flight_bias(eps, estimator=Optimal())
    rest = np.arange(9) != 3
    part = FlightBias(
        FLIGHT_S[rest], bias.eps[rest], bias.valid[rest], bias.weight, "year", Optimal()
    )
    left = bias.daily_basis(TIME) @ bias.root_zone(without=3)
    np.testing.assert_allclose(left, part.daily_basis(TIME) @ part.root_zone(), atol=1e-12)
    assert np.abs(left - bias.daily_basis(TIME) @ bias.root_zone()).max() > 1e-4


def test_proportional_response_has_no_error_from_flights():
    """One slope on all days: any bias gives the same beta."""
    eps = -0.1 + 0.03 * np.random.default_rng(3).normal(size=(9, 4))
    ds = estimate(eps, np.full(N_DAY, 5.0))
    np.testing.assert_allclose(ds["beta_jackknife_sd"], 0.0, atol=1e-9)
    np.testing.assert_allclose(ds["beta_region_low"], ds["beta_region_high"], atol=1e-8)


def test_standard_error_against_simulation():
    """White retrieval error: the mean jackknife error lies near the true spread of beta."""
    rng = np.random.default_rng(4)
    betas, errors = [], []
    for _ in range(60):
        eps = np.repeat(-0.1 + 0.03 * rng.normal(size=(9, 1)), 4, axis=1)
        delta = daily_mean_bias(eps)
        betas.append((SEASON[:, None] * delta).mean() / delta.mean())
        errors.append(float(estimate(eps)["beta_region_jackknife_sd"][0]))
    assert 0.7 < np.sqrt(np.mean(np.square(errors))) / np.std(betas) < 1.6


def test_flights_that_miss_a_cell_do_not_count():
    eps = -0.1 + 0.02 * np.random.default_rng(5).normal(size=(9, 4))
    valid = np.ones((9, 4), bool)
    valid[1:, 1] = False  # one flight: no jackknife
    valid[:, 2] = False  # none
    ds = estimate(eps, valid=valid)
    assert np.isnan(ds["beta_jackknife_sd"][:, 1:3]).all()
    assert np.isfinite(ds["beta_jackknife_sd"][:, [0, 3]]).all()


def test_fewer_than_two_flights():
    eps = np.full((9, 4), -0.1)
    native, blended = runs(eps, SEASON)
    full = flight_bias(eps)
    for n in (0, 1):
        part = FlightBias(FLIGHT_S[:n], full.eps[:n], full.valid[:n], full.weight, "year", LINEAR)
        ds = jackknife(native, blended, np.ones(N_DAY, bool), AREA, part, 0.01)
        assert np.isnan(ds["beta_region_jackknife_sd"]).all()


def test_weights_before_the_first_flight():
    eps = np.full((9, 4), -0.1)
    held = flight_bias(eps).daily_weights(TIME)
    np.testing.assert_allclose(held.sum(1), 1.0)
    branched = flight_bias(eps, start="first_flight").daily_weights(TIME)
    assert not branched[:5].any()
    np.testing.assert_allclose(branched[6:].sum(1), 1.0)


def test_daily_response():
    weights = np.ones((4, 1))
    theta = np.array([[0.1, 0.0], [0.2, 0.0], [0.1, 0.0], [0.2, 0.0]])
    response = daily_response(3.0 * theta, theta, weights, 0.01)
    np.testing.assert_allclose(response[:, 0], 3.0)
    assert not response[:, 1].any()


def test_jackknife_of_a_mean_is_its_standard_error():
    x = np.random.default_rng(6).normal(size=12)
    replicates = np.array([np.delete(x, i).mean() for i in range(12)])
    sd = jackknife_sd(replicates[:, None], np.ones((12, 1), bool))
    assert sd[0] == pytest.approx(x.std(ddof=1) / np.sqrt(12))


def test_reading_of_tiles(tmp_path):
    path = bias_file(tmp_path)
    whole = read_dataset(path)
    parts = []
    for i, columns in enumerate(([3, 1], [0, 2])):
        name = tmp_path / f"{i}.nc"
        parts.append(write_dataset(whole.isel(cell=columns), name, region="Test"))
    soil = cells(tmp_path / "soil.nc", n_layer=("cell", N_LAYER))
    bias = FlightBias.read(parts, soil, CELL_ID)
    np.testing.assert_array_equal(bias.eps, whole["eps"])
    np.testing.assert_allclose(bias.weight.sum(0), 1.0)
    assert bias.weight[4:, 2].sum() == 0  # the shallow soil ends at 0.4 m
    later = whole.assign_coords(time_hour=whole["time_hour"] + np.timedelta64(1, "h"))
    other = write_dataset(later, tmp_path / "later.nc", region="Test")
    with pytest.raises(InputError, match="flights of"):
        FlightBias.read([parts[0], other], soil, CELL_ID)
    with pytest.raises(InputError, match="without 10"):
        FlightBias.read(parts[:1], soil, CELL_ID)


def test_match_cells():
    assert match_cells(np.array([5, 3, 9]), np.array([3, 9]), "x").tolist() == [1, 2]
    for have in (np.array([5, 3]), np.zeros(0, int)):
        with pytest.raises(InputError):
            match_cells(have, np.array([3, 4]), "x")


def test_dataset_has_units():
    ds = estimate(np.full((9, 4), -0.1))
    assert all("units" in v.attrs for v in ds.data_vars.values())
    assert isinstance(ds, xr.Dataset)
