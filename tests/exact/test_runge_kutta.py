"""The integrator: order conditions of its coefficients, order and error control of its loop."""

import types

import numpy as np
import pytest
from numba import njit

from edlite.model import integrator as rk
from edlite.model.block import make_block, pack
from edlite.model.options import ModelOptions
from helpers.model_columns import Patch, columns_of
from helpers.narrow import narrow

# Cash & Karp (1990) as the module holds it; the weights of fifth order and of the error
STAGES = np.zeros((6, 6))
STAGES[1, :1] = rk.B21
STAGES[2, :2] = rk.B31, rk.B32
STAGES[3, :3] = rk.B41, rk.B42, rk.B43
STAGES[4, :4] = rk.B51, rk.B52, rk.B53, rk.B54
STAGES[5, :5] = rk.B61, rk.B62, rk.B63, rk.B64, rk.B65
FIFTH = np.array([rk.C1, 0.0, rk.C3, rk.C4, 0.0, rk.C6])
ERROR = np.array([rk.E1, 0.0, rk.E3, rk.E4, rk.E5, rk.E6])


def conditions(weights):
    """Residuals of the order conditions (Butcher 1963) up to order 5, a list for each order."""
    a, b = STAGES, weights
    c = a.sum(axis=1)
    ac, ac2 = a @ c, a @ c**2
    return [
        [b.sum() - 1.0],
        [b @ c - 1 / 2],
        [b @ c**2 - 1 / 3, b @ ac - 1 / 6],
        [b @ c**3 - 1 / 4, b @ (c * ac) - 1 / 8, b @ ac2 - 1 / 12, b @ (a @ ac) - 1 / 24],
        [
            b @ c**4 - 1 / 5,
            b @ (c**2 * ac) - 1 / 10,
            b @ (c * ac2) - 1 / 15,
            b @ (c * (a @ ac)) - 1 / 30,
            b @ ac**2 - 1 / 20,
            b @ (a @ c**3) - 1 / 20,
            b @ (a @ (c * ac)) - 1 / 40,
            b @ (a @ ac2) - 1 / 60,
            b @ (a @ (a @ ac)) - 1 / 120,
        ],
    ]


def test_coefficients_are_of_order_five_with_a_fourth_order_estimate():
    assert max(np.abs(r).max() for r in conditions(FIFTH)) < 1e-15
    fourth = conditions(FIFTH - ERROR)
    assert max(np.abs(r).max() for r in fourth[:4]) < 1e-15
    assert np.abs(fourth[4]).max() > 1e-4
    np.testing.assert_allclose(STAGES.sum(axis=1), [0, 1 / 5, 3 / 10, 3 / 5, 1, 7 / 8], atol=1e-15)


@njit(error_model="numpy")
def smooth(switches, fast, d, ground, soil, stand, cohorts, step, work):
    """t' = 1 and u' = u cos t in the rows of enthalpy and CO2: u = u_0 exp(sin t)."""
    for i in range(fast.q.shape[0]):
        d.enthalpy[i] = 1.0
        d.co2[i] = fast.co2[i] * np.cos(fast.enthalpy[i])


@njit(error_model="numpy")
def nothing_between(done, fast, ground, soil, stand, step, work):
    """Stands for what follows a substep."""


@njit(error_model="numpy")
def all_sane(new, error, soil, stand, step):
    """Stands for the sanity bounds."""


@pytest.fixture(scope="module")
def integrate():
    """The model's integrator with the smooth problem in the place of the model's equations:
    (interval, first step, tolerance, number of calls) -> solution, substeps, estimate."""
    python = rk.integrate.py_func
    names = {"derivatives": smooth, "after_substep": nothing_between, "insane": all_sane}
    compiled = njit(types.FunctionType(python.__code__, python.__globals__ | names))
    columns = columns_of((Patch(),))
    (patches,) = pack(columns)
    corner = np.array([[1.0, 0.0, 0.0, 0.0]])

    def solve(interval, size, tolerance, calls=1):
        block = make_block(columns, patches, np.zeros((1, 4), int), corner, np.zeros(1, bool))
        switches = ModelOptions().switches()._replace(tolerance=tolerance)
        views = tuple(narrow(v, smooth) for v in block.views)
        parts = (block.ground, block.soil, block.stand, block.cohorts, block.step, block.work)
        small = [narrow(part, rk.integrate) for part in parts]
        floors = np.full_like(block.floors, 1e-30)
        fast, count = views[0], 0
        fast.co2[:] = 2.0
        for _ in range(calls):
            block.ground.step_size[:] = size
            substeps = compiled(
                interval,
                narrow(switches, rk.integrate),
                block.buffers,
                views,
                floors,
                *small,
                narrow(block.implicit, rk.integrate),
            )
            assert substeps > 0
            count += substeps
        assert fast.enthalpy[0] == pytest.approx(calls * interval, rel=1e-12)
        assert np.all(fast.co2 == fast.co2[0])
        return fast.co2[0], count, block.step.error[0] * tolerance

    return solve


def test_loop_is_of_order_five(integrate):
    """A 32nd of the error at half the step, and so of the estimate, over t = 0 to 3."""
    exact = 2.0 * np.exp(np.sin(3.0))
    solved = [integrate(3.0 / n, 1e6, 1e30, n) for n in (8, 16, 32, 64)]
    assert [s[1] for s in solved] == [8, 16, 32, 64]
    error = np.abs(np.array([s[0] for s in solved]) - exact)
    order = np.log2(error[:-1] / error[1:])
    estimate = np.array([s[2] for s in solved])
    print(f"error {error}, order {order}, estimate {np.log2(estimate[:-1] / estimate[1:])}")
    np.testing.assert_allclose(order[1:], 5.0, atol=0.25)
    np.testing.assert_allclose(np.log2(estimate[:-1] / estimate[1:])[1:], 5.0, atol=0.25)


def test_steps_follow_the_tolerance(integrate):
    """The error keeps below the tolerance asked for, with ever more steps, at any first step."""
    exact = 2.0 * np.exp(np.sin(3.0))
    steps = []
    for tolerance in (1e-3, 1e-5, 1e-7, 1e-9):
        for first in (1e-3, 3.0):
            value, count, _ = integrate(3.0, first, tolerance)
            assert abs(value / exact - 1.0) < 10.0 * tolerance
        steps.append(count)
    assert np.all(np.diff(steps) > 0)
