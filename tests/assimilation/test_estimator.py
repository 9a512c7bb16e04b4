"""Estimators of the bias: against closed forms, in their limits, and by simulation."""

import numpy as np
import pytest

from edlite.assimilation.bias import BlendOptions
from edlite.assimilation.estimator import Linear, Optimal, estimator_of
from edlite.errors import InputError

DAY_S = 86400.0
TIMES = DAY_S * np.array([0.0, 5.0, 40.0, 41.0, 100.0])
HOURS = DAY_S * np.linspace(-30.0, 150.0, 181)


def estimate(estimator, eps, valid=None, times=TIMES):
    valid = np.ones(eps.shape, bool) if valid is None else valid
    return estimator.basis(HOURS, times) @ estimator.coefficients(times, eps, valid)


def test_constant_bias_is_the_shrunken_mean():
    """With no varying part: n p^2 / (n p^2 + r^2) of the mean, at all times."""
    eps = np.random.default_rng(1).normal(size=(5, 3))
    p, r = 0.1, 0.05
    result = estimate(Optimal(persistent_sd=p, varying_sd=1e-9, retrieval_sd=r), eps)
    expected = 5 * p**2 / (5 * p**2 + r**2) * eps.mean(axis=0)
    np.testing.assert_allclose(result, np.broadcast_to(expected, result.shape), rtol=1e-9)


def test_a_radar_without_error_is_followed_at_its_flights():
    eps = np.random.default_rng(2).normal(scale=0.1, size=(5, 3))
    exact = Optimal(retrieval_sd=1e-7)
    at_flights = exact.basis(TIMES, TIMES) @ exact.coefficients(TIMES, eps, np.ones((5, 3), bool))
    np.testing.assert_allclose(at_flights, eps, atol=1e-6)


def test_missed_flights_do_not_count():
    rng = np.random.default_rng(3)
    eps, valid = rng.normal(size=(5, 2, 4)), rng.random((5, 2, 4)) < 0.6
    valid[:, 0, 0] = False
    eps[~valid] = np.nan
    optimal = Optimal()
    coefficients = optimal.coefficients(TIMES, eps, valid)
    assert not coefficients[:, 0, 0].any()
    for layer, cell in np.ndindex(2, 4):
        seen = valid[:, layer, cell]
        alone = optimal.coefficients(TIMES[seen], eps[seen, layer, cell], np.ones(seen.sum(), bool))
        np.testing.assert_allclose(coefficients[seen, layer, cell], alone, rtol=1e-10)


@pytest.mark.parametrize("estimator", [Linear(), Optimal()])
def test_without_flights_the_bias_is_zero(estimator):
    empty = np.zeros((0, 9, 2))
    coefficients = estimator.coefficients(np.zeros(0), empty, empty > 0)
    assert coefficients.shape == (0, 9, 2)
    assert not np.tensordot(estimator.basis(HOURS, np.zeros(0)), coefficients, axes=1).any()


def test_best_of_all_where_its_assumptions_hold():
    """Simulated bias and errors: the error has the predicted variance, below the linear one."""
    rng = np.random.default_rng(4)
    optimal = Optimal()
    times = np.concatenate([TIMES, HOURS])
    lag = np.abs(times[:, None] - times) / (optimal.timescale_days * DAY_S)
    covariance = optimal.persistent_sd**2 + optimal.varying_sd**2 * np.exp(-lag)
    truth = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(times))) @ rng.normal(
        size=(len(times), 4000)
    )
    eps = truth[:5] + optimal.retrieval_sd * rng.normal(size=(5, 4000))
    error = estimate(optimal, eps) - truth[5:]
    cross = optimal.basis(HOURS, TIMES)
    gain = np.linalg.inv(optimal.basis(TIMES, TIMES) + optimal.retrieval_sd**2 * np.eye(5))
    predicted = optimal.persistent_sd**2 + optimal.varying_sd**2
    predicted = predicted - np.einsum("tf,fg,tg->t", cross, gain, cross)
    np.testing.assert_allclose((error**2).mean(axis=1), predicted, rtol=0.15)
    linear = estimate(Linear(), eps) - truth[5:]
    assert (error**2).mean() < 0.7 * (linear**2).mean()


@pytest.mark.parametrize("estimator", [Linear(), Optimal(varying_sd=0.02)])
def test_attributes_keep_the_estimator(estimator):
    assert estimator_of(estimator.attributes()) == estimator


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"interpolation": "cubic"}, "blend.interpolation is 'cubic'"),
        ({"optimal": {"sd": 0.1}}, "blend.optimal.sd"),
        ({"interpolation": "optimal", "optimal": {"retrieval_sd": 0}}, "retrieval_sd is 0"),
        ({"interpolation": "optimal", "optimal": {"timescale_days": "x"}}, "timescale_days is 'x'"),
    ],
)
def test_wrong_settings(section, message):
    with pytest.raises(InputError, match=message):
        BlendOptions.from_params({"blend": section})


def test_settings_of_the_configuration():
    section = {"interpolation": "optimal", "optimal": {"persistent_sd": 0.2}, "mode": "cell"}
    options = BlendOptions.from_params({"blend": section})
    assert options.mode == "cell"
    assert options.estimator == Optimal(persistent_sd=0.2)
