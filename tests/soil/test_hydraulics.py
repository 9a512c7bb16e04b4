"""Soil properties against published class values, their own definitions and the survey switch."""

import numpy as np
import pandas as pd
import pytest

from edlite.errors import InputError
from edlite.soil.hydraulics import residual_from_wilting, soil_properties

# ED2 rev-84, soil classes: sand, clay, theta_s, theta_cp, theta_wp, theta_fc, b, psi_s [m],
# k_sat [m s-1], c_dry [J m-3 K-1], lambda0..2
ED2 = {
    1: (0.92, 0.03, 0.37325, 0.02618, 0.03264, 0.13213, 3.295, -0.04983, 2.4464e-5, 1342809),
    5: (0.41, 0.17, 0.44049, 0.12519, 0.14237, 0.24692, 5.646, -0.26008, 4.5324e-6, 1245546),
    11: (0.20, 0.60, 0.45440, 0.25987, 0.27546, 0.35326, 12.46, -0.29923, 1.3078e-6, 1259466),
}
NAMES = ("theta_s", "theta_r", "theta_wp", "theta_fc", "b", "psi_s", "k_sat", "c_dry")


@pytest.mark.parametrize("number", ED2)
def test_three_classes_of_ed2(number):
    sand, clay, *expected = ED2[number]
    soil = soil_properties([sand], [clay], 9)
    for name, value in zip(NAMES, expected, strict=True):
        assert soil[name].shape == (1, 9)
        assert soil[name][0, 8] == pytest.approx(value, rel=0.012 if name == "c_dry" else 2e-4)


@pytest.mark.shared
def test_all_mineral_classes_of_ed2(shared):
    table = pd.read_csv(shared / "tables" / "soil_classes.csv")
    table = table[~table["class_id"].isin([12, 13])]
    soil = soil_properties(table["sand_frac"], table["clay_frac"], 1)
    columns = {
        "theta_s": ("theta_s_m3m3", 1e-12),
        "theta_r": ("theta_cp_m3m3", 1e-5),
        "theta_wp": ("theta_wp_m3m3", 1e-5),
        "theta_fc": ("theta_fc_m3m3", 1e-4),
        "b": ("b", 1e-12),
        "psi_s": ("psi_s_m", 1e-6),
        "k_sat": ("K_s_m_s", 1e-6),
        "c_dry": ("c_dry_J_m3_K", 0.012),
        "lambda0": ("lambda0_W_m_K", 1e-12),
        "lambda1": ("lambda1_W_m_K", 1e-12),
        "lambda2": ("lambda2_W_m_K", 1e-12),
    }
    for name, (column, tolerance) in columns.items():
        np.testing.assert_allclose(soil[name][:, 0], table[column], rtol=tolerance)


def mixtures():
    sand, clay = np.meshgrid(np.linspace(0, 1, 21), np.linspace(0, 1, 21))
    possible = sand + clay <= 1 + 1e-12
    return sand[possible], clay[possible]


def test_limits_satisfy_their_definitions_for_every_mixture():
    s = soil_properties(*mixtures(), 2)
    potential = s["psi_s"] * (s["theta_wp"] / s["theta_s"]) ** -s["b"]
    np.testing.assert_allclose(potential, -152.96, rtol=1e-9)
    potential = s["psi_s"] * (s["theta_r"] / s["theta_s"]) ** -s["b"]
    np.testing.assert_allclose(potential, -316.11, rtol=1e-9)
    conductivity = s["k_sat"] * (s["theta_fc"] / s["theta_s"]) ** (2 * s["b"] + 3)
    np.testing.assert_allclose(conductivity * 86400e3, 0.1, rtol=1e-3)  # mm per day
    assert (s["theta_r"] < s["theta_wp"]).all()
    assert (s["theta_wp"] < s["theta_fc"]).all()
    assert (s["theta_fc"] < s["theta_s"]).all()


def test_conductivity_of_loam_from_dry_to_saturated():
    s = soil_properties([0.41], [0.17], 1)
    assert s["lambda0"][0, 0] == pytest.approx(0.28)
    assert sum(s[f"lambda{i}"][0, 0] for i in range(3)) == pytest.approx(2.06)


def test_textures_may_differ_between_layers():
    sand = np.array([[0.92, 0.41, 0.2]])
    clay = np.array([[0.03, 0.17, 0.6]])
    s = soil_properties(sand, clay, 3)
    np.testing.assert_allclose(s["theta_s"][0], [0.37325, 0.44049, 0.4544])
    np.testing.assert_allclose(s["lambda0"][0], [0.30, 0.28, 0.25])


def test_surveyed_limits_override_those_of_texture_and_keep_their_order():
    sand, clay = np.full(4, 0.41), np.full(4, 0.17)
    plain = soil_properties(sand, clay, 2)
    theta_s = np.array([0.50, np.nan, 0.40, 0.30])
    theta_r = np.array([0.10, np.nan, 0.18, 0.26])
    s = soil_properties(sand, clay, 2, theta_s=theta_s, theta_r=theta_r)
    for name in s:
        np.testing.assert_array_equal(s[name][1], plain[name][1])
    for name in ("psi_s", "b", "k_sat", "lambda1"):
        np.testing.assert_array_equal(s[name], plain[name])
    np.testing.assert_allclose(s["theta_s"][[0, 2, 3], 0], theta_s[[0, 2, 3]])
    np.testing.assert_allclose(s["theta_r"][[0, 2, 3], 0], theta_r[[0, 2, 3]])
    # the wilting point still lies at -1.5 MPa on the curve of the surveyed saturation
    assert s["theta_wp"][0, 0] == pytest.approx(
        0.50 * (0.2600758 / 152.96) ** (1 / 5.646), rel=1e-5
    )
    assert s["theta_wp"][2, 0] == pytest.approx(0.19)  # 0.01 above theta_r
    gaps = np.diff([s[n][:, 0] for n in ("theta_r", "theta_wp", "theta_fc", "theta_s")], axis=0)
    assert (gaps[:, [0, 2, 3]] >= 0.01 - 1e-12).all()


def test_residual_water_from_the_surveyed_15_bar_content_lies_on_the_curve():
    b, psi_s, theta_s = 5.646, -0.26, 0.44
    wilting = theta_s * (psi_s / -152.96) ** (1 / b)
    residual = residual_from_wilting(wilting, b)
    assert psi_s * (residual / theta_s) ** -b == pytest.approx(-316.11)


@pytest.mark.parametrize("limits", [(0.2, 0.19), (1.2, 0.1), (0.4, -0.1)])
def test_limits_without_room_are_refused(limits):
    with pytest.raises(InputError, match="theta_r, theta_s"):
        soil_properties([0.4], [0.2], theta_s=[limits[0]], theta_r=[limits[1]])
