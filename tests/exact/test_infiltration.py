"""Water in the model's soil against the exact infiltration of Srivastava & Yeh (1991)."""

import numpy as np

from edlite.soil.layers import LAYER_BOTTOM
from helpers.soil_cases import infiltration, infiltration_errors

TIMES = (1.0, 3.0, 5.0, 10.0)  # h, while the front passes


def test_infiltration_at_one_centimetre(record_property):
    """Within 5e-5 m3 m-3 at 1 cm, and of second order: a quarter of the error at half the step."""
    exact = infiltration(1.0)
    coarse, fine = (infiltration_errors(exact, np.arange(1, n + 1) / n, TIMES) for n in (50, 100))
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
    found = infiltration_errors(exact, LAYER_BOTTOM, times)
    record_property("rmse_of_the_nine_layers", found.tolist())
    print(f"nine layers: RMSE {found} m3 m-3 at {times} h")
    assert np.all(np.isfinite(found)) and found.max() < 0.1
