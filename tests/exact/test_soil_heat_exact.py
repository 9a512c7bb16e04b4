"""Heat in the model's soil against exact solutions: a freezing front, a wave of temperature."""

import numpy as np
import pytest

from helpers.soil_cases import freeze, wave_error


def test_freezing_front_is_neumanns(record_property):
    """The ice in the column is that of the exact front, within 0.5 %; the temperatures follow."""
    front, exact, found, expected = freeze(0.02, 15.0)
    record_property("relative_error_of_front", float(front / exact - 1.0))
    record_property("largest_error_of_temperature", float(np.abs(found - expected).max()))
    print(f"front {front} m, exact {exact} m; temperature {np.abs(found - expected).max()} K")
    assert exact > 0.3
    assert front == pytest.approx(exact, rel=0.005)
    # a layer that freezes stays at the melting point while the front crosses it
    assert np.abs(found - expected).max() < 0.2


def test_heat_wave_is_damped_and_delayed(record_property):
    """Amplitude and phase at depth within 0.5 %, and of second order in the thickness."""
    coarse, fine = (np.array(wave_error(dz)) for dz in (0.02, 0.01))
    record_property("relative_error_of_amplitude", float(fine[0]))
    record_property("error_of_phase", float(fine[1]))
    print(f"amplitude {fine[0]}, phase {fine[1]} rad; order {np.log2(coarse / fine)}")
    assert fine.max() < 5e-3
    np.testing.assert_allclose(np.log2(coarse / fine), 2.0, atol=0.2)
