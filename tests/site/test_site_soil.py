"""Soils of site runs: texture, explicit values, both; what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from edlite.errors import InputError
from edlite.site.config_soil import soil_of
from edlite.site.nodes import Node
from edlite.site.soil import check_start, site_soil
from edlite.soil.hydraulics import soil_properties
from edlite.soil.layers import LAYER_BOTTOM, layers_of_depth, overlap, root_zone_weights

BOTTOMS = [0.05, 0.15, 0.4, 1.2]
THERMAL = {"c_dry": 1.3e6, "lambda0": 0.3, "lambda1": 4.0, "lambda2": -2.0}
CURVE = {"theta_s": 0.45, "psi_s": -0.2, "b": 5.0, "k_sat": 5e-6}


def soil(**keys):
    return soil_of(Node({"temperature": 285, "layer_bottoms": BOTTOMS} | keys, "run.yaml", "soil"))


def test_texture():
    values = site_soil(soil(sand=0.6, clay=0.1), "run.yaml")
    expected = soil_properties([0.6], [0.1], 4)
    for name in expected:
        np.testing.assert_array_equal(values[name], expected[name])


def test_surveyed_limits():
    values = site_soil(soil(sand=0.6, clay=0.1, theta_s=0.5, theta_r=[0.08, 0.07, 0.06, 0.05]), "")
    np.testing.assert_allclose(values["theta_r"][0], [0.08, 0.07, 0.06, 0.05])
    assert (values["theta_s"] == 0.5).all() and (values["theta_wp"] > values["theta_r"]).all()


def test_explicit_curve():
    """The limits lie on the curve: psi = psi_s (theta/theta_s)^-b, K = k_sat (...)^(2b+3)."""
    values = {k: v[0, 0] for k, v in site_soil(soil(**CURVE, **THERMAL), "run.yaml").items()}
    psi = {n: -0.2 * (values[n] / 0.45) ** -5.0 for n in ("theta_r", "theta_wp")}
    assert psi["theta_wp"] == pytest.approx(-152.96) and psi["theta_r"] == pytest.approx(-316.11)
    k = 5e-6 * (values["theta_fc"] / 0.45) ** 13.0
    assert k * 86400 * 1000 == pytest.approx(0.1, rel=1e-3)
    assert values["lambda2"] == -2.0 and values["c_dry"] == 1.3e6


def test_texture_with_own_values():
    values = site_soil(soil(sand=0.6, clay=0.1, k_sat=[1e-5, 1e-6, 1e-7, 1e-8]), "run.yaml")
    texture = soil_properties([0.6], [0.1], 4)
    np.testing.assert_allclose(values["k_sat"][0], [1e-5, 1e-6, 1e-7, 1e-8])
    np.testing.assert_allclose(values["theta_wp"], texture["theta_wp"])
    assert (np.diff(values["theta_fc"][0]) > 0).all()  # tighter soil drains later
    assert (values["theta_fc"] <= values["theta_s"] - 0.01).all()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (CURVE, "soil.c_dry; expected sand and clay, or all of"),
        ({"sand": 0.6}, "soil.clay; expected to be given"),
        ({**CURVE, **THERMAL, "theta_wp": 0.4}, "soil.theta_wp is 0.4.*layer 1"),
        ({"sand": 0.6, "clay": 0.1, "theta_fc": 0.44}, "soil.theta_fc is 0.44; expected below"),
        ({"sand": 0.6, "clay": 0.1, "theta_s": 0.3, "theta_r": 0.28}, "theta_r, theta_s"),
        ({"sand": 0.6, "clay": 0.1, "b": [4, 5]}, "soil.b is .* one number or 4 numbers"),
        ({"sand": 0.6, "clay": 0.1, "porosity": 0.4}, "soil.porosity; expected a known key"),
    ],
)
def test_errors(keys, message):
    with pytest.raises(InputError, match=message):
        site_soil(soil(**keys), "run.yaml")


def test_moisture_within_bounds():
    loam = soil(sand=0.4, clay=0.2)
    values = site_soil(loam, "run.yaml")
    check_start(loam, values, None, "run.yaml")
    check_start(loam, values, values["theta_s"][0], "run.yaml")
    wet = np.full((4, 2), 0.25)
    wet[2, 1] = 0.6
    with pytest.raises(InputError, match="soil.theta is 0.6; expected .* in layer 3"):
        check_start(loam, values, wet, "run.yaml")
    with pytest.raises(InputError, match="soil.theta is 0.01"):
        check_start(loam, values, np.full(4, 0.01), "run.yaml")


def test_depth_weights_of_any_layers():
    np.testing.assert_allclose(overlap(0.1, 1.0, 4, BOTTOMS), [0, 0.05, 0.25, 0.6])
    np.testing.assert_allclose(root_zone_weights(4, BOTTOMS), [0.05, 0.1, 0.25, 0.6])
    np.testing.assert_allclose(root_zone_weights(2, BOTTOMS), [1 / 3, 2 / 3, 0, 0])
    np.testing.assert_array_equal(root_zone_weights(9), root_zone_weights(9, LAYER_BOTTOM))
    assert layers_of_depth(0.5, layer_bottom=BOTTOMS) == 3
    assert layers_of_depth(1.0, layer_bottom=BOTTOMS) == 4
