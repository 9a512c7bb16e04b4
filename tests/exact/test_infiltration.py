"""Water in the model's soil against the exact infiltration of Srivastava & Yeh (1991)."""

import numpy as np
from scipy.interpolate import CubicSpline

from edlite.soil.layers import LAYER_BOTTOM
from helpers.analytic import Infiltration
from helpers.soil_column import SoilColumn, march

HOUR = 3600.0
TEMPERATURE = 290.0
TIMES = (1.0, 3.0, 5.0, 10.0)  # h, while the front passes
NODES, WEIGHTS = np.polynomial.legendre.leggauss(6)


def infiltration(length):
    """The homogeneous soil of the paper: alpha 0.1 cm-1, 1 cm h-1, flux from 0.1 to 0.9 cm h-1,
    moisture over a range of 0.34. The base is a little drier than at its water table, as the model
    shuts the flow into a layer that saturates."""
    return Infiltration(length, 10.0, 0.01 / HOUR, 0.34, -0.01, 0.001 / HOUR, 0.009 / HOUR)


def layer_means(exact, bottoms, time):
    """Exact mean moisture of layers between `bottoms` [m]; of the steady start at time 0."""
    bottoms = np.asarray(bottoms)
    thickness = np.diff(bottoms, prepend=0.0)
    pieces = int(np.ceil(thickness.max() / 0.05))
    above = (np.arange(pieces)[:, None] + 0.5 * (1.0 + NODES)).ravel() / pieces
    height = exact.length - bottoms + above[:, None] * thickness
    k = exact.relative_conductivity(height, time) if time else exact.steady(height, exact.q_before)
    return exact.theta_s * np.tile(0.5 * WEIGHTS / pieces, pieces) @ k


def errors(exact, bottoms, times):
    """Root mean square error (thickness-weighted) of moisture at `times` [h].

    The deepest layer is held at the exact solution and does not count.
    """
    bottoms = np.asarray(bottoms)
    column = SoilColumn(
        bottoms,
        gardner=True,
        psi_s=1.0 / exact.alpha,
        k_sat=exact.k_sat,
        theta_s=exact.theta_s,
        theta_r=0.0,
    )
    thin = np.min(column.thickness)
    longest = 0.4 * thin**2 * exact.alpha * exact.theta_s / exact.k_sat
    knots = np.linspace(0.0, times[-1], 121) * HOUR
    base = CubicSpline(knots, [layer_means(exact, bottoms, t)[-1] for t in knots])
    theta, found, now = layer_means(exact, bottoms, 0.0), [], 0.0
    for time in np.array(times) * HOUR:

        def rates(t, y, start=now):
            y = np.append(y[:-1], base(start + t))
            energy = column.energy_at(TEMPERATURE, y)
            return column.rates(y, energy, exact.q_after)[0]

        theta = march(rates, theta, time - now, int(np.ceil((time - now) / longest)))
        now = time
        square = (theta - layer_means(exact, bottoms, time))[:-1] ** 2
        found.append(np.sqrt(np.average(square, weights=column.thickness[:-1])))
    return np.array(found)


def test_infiltration_at_one_centimetre(record_property):
    """Within 5e-5 m3 m-3 at 1 cm, and of second order: a quarter of the error at half the step."""
    exact = infiltration(1.0)
    coarse, fine = (errors(exact, np.arange(1, n + 1) / n, TIMES) for n in (50, 100))
    order = np.log2(coarse / fine)
    record_property("rmse_at_1_cm", fine.tolist())
    record_property("order", order.tolist())
    print(f"RMSE {fine} m3 m-3 at {TIMES} h, order {order}")
    assert fine.max() <= 5e-5
    np.testing.assert_allclose(order, 2.0, atol=0.1)


def test_standard_layers(record_property):
    """What the nine layers make of the same soil; reported, they are what they are."""
    exact = infiltration(float(LAYER_BOTTOM[-1]))
    times = (6.0, 24.0, 72.0, 168.0)
    found = errors(exact, LAYER_BOTTOM, times)
    record_property("rmse_of_the_nine_layers", found.tolist())
    print(f"nine layers: RMSE {found} m3 m-3 at {times} h")
    assert np.all(np.isfinite(found)) and found.max() < 0.1
