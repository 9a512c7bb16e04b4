"""Greenness, ageing, turnover, frost; size of plants."""

import math

import numpy as np
import pytest

from edlite.kernels import allometry
from edlite.kernels import vegetation as veg
from edlite.parameters import PFT_CODES, load_pft
from helpers.kernel_calls import each

# 15 % of spring on day 120, half on day 135; half of autumn on day 270, 10 % left on day 290
SPRING_A, SPRING_B = 1.0 / 135.0, math.log(0.85 / 0.15) / math.log(120.0 / 135.0)
AUTUMN_A, AUTUMN_B = 1.0 / 270.0, math.log(0.10 / 0.90) / math.log(270.0 / 290.0)
CURVE = (SPRING_A, SPRING_B, AUTUMN_A, AUTUMN_B)


def test_greenness_passes_through_its_dates():
    assert veg.greenness(120.0, *CURVE) == pytest.approx(0.15, rel=1e-9)
    assert veg.greenness(135.0, *CURVE) == pytest.approx(0.5, rel=1e-9)
    assert veg.greenness(270.0, *CURVE) == pytest.approx(0.5, rel=1e-9)
    assert veg.greenness(290.0, *CURVE) == pytest.approx(0.1, rel=1e-9)


def test_greenness_of_a_year():
    day = np.arange(1.0, 367.0)
    g = each(veg.greenness, day, *CURVE)
    assert np.all((g == 0.0) | (g >= veg.GREENNESS_MIN)) and g.max() <= 1.0
    assert np.all(np.diff(g[:212]) >= 0.0) and np.all(np.diff(g[212:]) <= 0.0)
    assert g[0] == 0.0 and g[-1] == 0.0 and g[200] > 0.99
    # the spring exponent is floored, the autumn one capped
    assert veg.greenness(134.0, SPRING_A, -1e6, AUTUMN_A, AUTUMN_B) == veg.greenness(
        134.0, SPRING_A, -100.0, AUTUMN_A, AUTUMN_B
    )


def test_ageing_only_in_autumn_and_never_above_one():
    day = np.arange(1.0, 367.0)
    g = each(veg.greenness, day, *CURVE)
    age = each(veg.leaf_ageing, day, g, AUTUMN_A, AUTUMN_B)
    assert np.all(age[:212] == 1.0) and np.all(age <= 1.0) and np.all(age > 0.0)
    # ageing runs ahead of colouring: half capacity is reached before half the leaves are gone
    half = 1.0 / (1.0 + (1.095 * AUTUMN_A * 265.0) ** AUTUMN_B)
    assert age[264] == pytest.approx(half / g[264], rel=1e-9)
    assert age[264] < 0.5


def test_ten_day_mean_forgets_in_ten_days():
    mean = 1.0
    for _ in range(10):
        mean = veg.ten_day_mean(mean, 0.0)
    assert mean == pytest.approx(0.9**10)


def test_turnover():
    """A year at a constant pool sheds the rate; cold halves an evergreen's at 5 degC."""
    assert 365.2425 * veg.daily_turnover(0.5, 2.0, 1.0) == pytest.approx(1.0)
    assert veg.maintenance_factor(1.0, 278.15) == pytest.approx(0.5)
    assert veg.maintenance_factor(1.0, 300.0) > 0.99
    assert veg.maintenance_factor(0.0, 260.0) == 1.0


def test_frost_kills_below_a_ramp_of_five_kelvin():
    assert veg.frost_mortality(253.15, 3.0, 258.2) == 0.0
    assert veg.frost_mortality(253.15, 3.0, 255.65) == pytest.approx(1.5)
    assert veg.frost_mortality(253.15, 3.0, 240.0) == 3.0


def test_leaf_heat_capacity():
    # 1 kgC: 2 kg dry matter and its water
    assert veg.leaf_heat_capacity(1.0, 3218.0, 1.5) == pytest.approx(2.0 * (3218.0 + 1.5 * 4186.0))


@pytest.mark.parametrize("code", PFT_CODES)
def test_height_and_diameter_are_inverse(code):
    p = load_pft().loc[code]
    dbh = np.linspace(float(p.dbh_min), 0.8 * float(p.dbh_crit), 20)
    shape = (float(p.loglog), float(p.b1Ht), float(p.b2Ht), float(p.h_ref))
    h = each(allometry.height, dbh, *shape, float(p.h_max))
    below = h < 0.98 * float(p.h_max)
    assert below.any() and np.all(np.diff(h) >= 0.0)
    np.testing.assert_allclose(each(allometry.diameter, h[below], *shape), dbh[below], rtol=1e-9)


def test_sizes_written_out():
    """Northern pine of 20 cm from the printed equations (Medvigy et al. 2009)."""
    p = load_pft().loc["NP"]
    h = allometry.height(20.0, p.loglog, p.b1Ht, p.b2Ht, p.h_ref, p.h_max)
    assert h == pytest.approx(1.3 + 27.14 * (1.0 - math.exp(-0.03884 * 20.0)), rel=1e-6)
    leaf = allometry.leaf_carbon_max(20.0, p.dbh_crit, p.b1_leaf, p.b2_leaf)
    assert leaf == pytest.approx(0.5 * p.b1_leaf * 20.0**p.b2_leaf, rel=1e-12)
    assert allometry.leaf_carbon_max(500.0, p.dbh_crit, p.b1_leaf, p.b2_leaf) == pytest.approx(
        0.5 * p.b1_leaf * p.dbh_crit**p.b2_leaf
    )
    assert allometry.structural_carbon(20.0, p.b1_struct, p.b2_struct) == pytest.approx(
        0.5 * p.b1_struct * 20.0**p.b2_struct
    )
    crown = allometry.crown_area(20.0, p.dbh_crit, p.b1_crown, p.b2_crown, 1e6)
    assert crown == pytest.approx(p.b1_crown * 20.0**p.b2_crown)
    assert allometry.crown_area(20.0, p.dbh_crit, p.b1_crown, p.b2_crown, 0.5) == 0.5
    # 0.15 m roots to 0.5 m, 35 m to 5 m
    for tall, deep in ((0.15, 0.5), (35.0, 5.0)):
        assert allometry.root_depth(tall, p.b1_rootdepth, p.b2_rootdepth) == pytest.approx(
            deep, rel=0.01
        )
    assert 0.05 <= allometry.crown_base(h, p.b1_crownlen, p.b2_crownlen) < h
