"""Exact cases at more resolutions and in greater numbers than `make test` has time for."""

import math

import numpy as np
import pytest

from edlite.model import integrator
from edlite.model.options import ModelOptions
from edlite.soil.layers import LAYER_BOTTOM
from helpers.from_python import from_python
from helpers.model_columns import Patch, columns_of, one_step, start_state, weather
from helpers.soil_cases import freeze, infiltration, infiltration_errors, wave_error
from helpers.stomata_cases import compare

pytestmark = pytest.mark.verify
THETA = "m3 m-3"


def test_infiltration(summary):
    """Srivastava & Yeh (1991) from 4 to 0.5 cm; what the nine layers make of the same soil."""
    exact, times = infiltration(1.0), (1.0, 3.0, 5.0, 10.0)
    layers = (25, 50, 100, 200)
    errors = [infiltration_errors(exact, np.arange(1, n + 1) / n, times).max() for n in layers]
    for n, error in zip(layers, errors, strict=True):
        tolerance = 5e-5 * (100 / n) ** 2
        summary.row("infiltration", "theta", f"rmse at {100 / n:g} cm", error, tolerance, THETA)
    off = np.log2(errors[-2] / errors[-1]) - 2.0
    summary.row("infiltration", "theta", "order less 2", off, 0.05, "1")
    hours = (6.0, 24.0, 72.0, 168.0)
    nine = infiltration_errors(infiltration(float(LAYER_BOTTOM[-1])), LAYER_BOTTOM, hours)
    for hour, error in zip(hours, nine, strict=True):
        text = f"rmse of the nine layers after {hour:g} h (reported)"
        summary.row("infiltration", "theta", text, error, math.inf, THETA)


def test_heat(summary):
    """Neumann's freezing front and the damped wave, from 4 to 1 cm."""
    for thickness in (0.04, 0.02, 0.01):
        front, exact, found, expected = freeze(thickness, 15.0)
        case, at = "freezing", f"at {100 * thickness:g} cm"
        summary.row(case, "front", f"relative error {at}", front / exact - 1.0, thickness / 4, "1")
        error = np.abs(found - expected).max()
        summary.row(case, "temperature", f"largest error {at}", error, 10 * thickness, "K")
        amplitude, phase = wave_error(thickness)
        allowed = 50.0 * thickness**2
        summary.row("heat wave", "amplitude", f"relative error {at}", amplitude, allowed, "1")
        summary.row("heat wave", "phase", f"error {at}", phase, allowed, "rad")


def test_a_million_leaves(summary):
    """Stomata and assimilation against bisection."""
    worst, leaves, _, _ = compare(rounds=250, seed=34)
    assert leaves >= 1_000_000
    for name, error in worst.items():
        summary.row("stomata", name, "largest relative error", error, 1e-6, "1")


def test_order_of_the_model(summary):
    """The model's own equations over a dry afternoon's step, bare soil and grass, in fixed substeps
    of 20 and 10 s against 0.5 s: order 5 as far down as rounding. (Leaves whose temperature passes
    that of the air meet the root of a free convection that is not smooth there.)"""
    patches = (Patch(theta=0.2), Patch(cohorts=(("DC4", 4.0, 0.5),), theta=0.2))
    columns = columns_of(patches)
    met = weather("2001-07-01", 1, warm=293.0, wet=False)
    block = one_step(columns, start_state(columns, patches, 291.0), met, "2001-07-01", 108)
    switches = ModelOptions().switches()._replace(tolerance=1e30)
    start = block.buffers[0].copy()

    integrate = from_python(integrator.integrate)

    def after(n):
        block.buffers[0][:] = start
        for _ in range(n):
            block.ground.step_size[:] = 600.0 / n
            count = integrate(
                *(600.0 / n, switches, block.buffers, block.views, block.floors, block.ground),
                *(block.soil, block.stand, block.cohorts, block.step, block.work, block.implicit),
            )
            assert count == 1
        return block.buffers[0][: len(block.floors), : len(patches)].copy()

    exact = after(1200)
    scale = np.maximum(np.abs(exact), 1e-12)
    errors = [(np.abs(after(n) - exact) / scale).max(axis=0) for n in (30, 60)]
    # lanes are the patches by their number of cohorts
    for lane, patch in enumerate(block.patches):
        case = ("bare soil", "grass")[patch]
        order = np.log2(errors[0][lane] / errors[1][lane])
        summary.row("integrator", case, "order less 5", order - 5.0, 0.3, "1")
        summary.row("integrator", case, "relative error at 20 s", errors[0][lane], 1e-9, "1")
