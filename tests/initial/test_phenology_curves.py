"""Leaf display through the published amplitude fractions; filling of gaps; unusable cycles."""

import json

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from edlite.cli import main
from edlite.errors import InputError
from edlite.initial.options import EVENTS, PhenologyOptions
from edlite.initial.phenology import build_phenology, fill_gaps, fit_autumn, fit_spring, usable
from edlite.sources.modis_phenology import open_phenology
from helpers.eos_files import write_granule
from helpers.region_files import make_domain, write_domain

DOMAIN = make_domain(42.55, -72.20)


def display(day, a, b):
    return 1.0 / (1.0 + (a * day) ** b)


@given(st.floats(2, 207), st.floats(0.5, 60), st.floats(214, 366), st.floats(0.5, 60))
def test_curves_pass_both_dates(greenup, rise, mid_greendown, fall):
    mid = greenup + rise
    a, b = fit_spring(greenup, mid)
    assert b < 0
    assert display(greenup, a, b) == pytest.approx(0.15, abs=1e-9)
    assert display(mid, a, b) == pytest.approx(0.50, abs=1e-12)
    senescence = mid_greendown - fall
    a, b = fit_autumn(senescence, mid_greendown)
    assert b > 0
    assert display(senescence, a, b) == pytest.approx(0.90, abs=1e-9)
    assert display(mid_greendown, a, b) == pytest.approx(0.50, abs=1e-12)


def test_typical_exponents():
    """Harvard Forest: leaf-out within two weeks in May, colour within three in October."""
    assert -40 < fit_spring(125.0, 137.0)[1] < -15
    assert 15 < fit_autumn(265.0, 288.0)[1] < 40


@pytest.mark.parametrize(
    ("days", "ok"),
    [
        ((110, 128, 282, 260), True),
        ((-20, 30, 282, 260), False),  # starts in the year before
        ((110, 105, 282, 260), False),
        ((110, 128, 282, 290), False),
        ((200, 220, 282, 260), False),  # spring in August
        ((60, 80, 180, 150), False),  # over before August
        ((110, 128, 370, 340), False),
    ],
)
def test_usable_cycles(days, ok):
    assert usable(dict(zip(EVENTS, map(np.array, days), strict=True))) == ok


def test_gaps_take_the_nearest_cell_then_the_default():
    lat, lon = np.array([40.0, 40.0, 40.0]), np.array([-100.0, -99.99, -99.9])
    dates = {e: np.array([100.0, np.nan, 120.0]) for e in EVENTS}
    filled, source = fill_gaps(dates, lat, lon, {})
    np.testing.assert_array_equal(source, [0, 1, 0])
    np.testing.assert_array_equal(filled["greenup"], [100.0, 100.0, 120.0])
    none = {e: np.full(3, np.nan) for e in EVENTS}
    filled, source = fill_gaps(none, lat, lon, PhenologyOptions().default)
    np.testing.assert_array_equal(source, 2)
    np.testing.assert_array_equal(filled["senescence"], 265.0)


def granule(folder, columns=None):
    """Granule of h12v04; pixels from column `columns` on are fill."""
    n, start = 2400, 14610  # 2010-01-01
    days = {"Greenup": 110, "MidGreenup": 112, "MidGreendown": 282, "Senescence": 260}
    fields = {k: np.full((n, n, 2), start + d - 1, np.int16) for k, d in days.items()}
    if columns is not None:
        fields["MidGreenup"][:, columns:] = 32767
    fields["QA_Overall"] = np.zeros((n, n, 2), np.int16)
    return write_granule(folder / "MCD12Q2.A2010001.h12v04.006.1.hdf", fields)


def test_region_from_a_granule(tmp_path):
    path = granule(tmp_path)
    grid = open_phenology([path], 2010)[0].grid
    _, col = grid.row_col(DOMAIN["lat"].values, DOMAIN["lon"].values)
    path = granule(tmp_path, int(np.median(col)))
    ds = build_phenology(DOMAIN, open_phenology([path], 2010), PhenologyOptions(min_span=6))
    assert set(np.unique(ds["source"])) == {0, 1}
    np.testing.assert_allclose(ds["mid_greenup"], 112)
    np.testing.assert_allclose(ds["greenup"], 106)  # spread to the least span
    np.testing.assert_allclose(ds["senescence"], 260)
    g = display(ds["senescence"], ds["autumn_a"], ds["autumn_b"])
    np.testing.assert_allclose(g, 0.9)
    elsewhere = make_domain(36.4, -100.0)
    with pytest.raises(InputError, match="not covered"):
        build_phenology(elsewhere, open_phenology([path], 2010), PhenologyOptions())


def test_command_without_granules(tmp_path, capsys):
    domain = write_domain(tmp_path / "domain.nc", DOMAIN)
    out = tmp_path / "phenology.nc"
    arguments = ["phenology", "--domain", str(domain), "--year", "2010", "--out", str(out)]
    params = json.dumps({"phenology": {"default": {"greenup": 118}}, "synthetic": True})
    with pytest.raises(SystemExit) as stop:
        main([*arguments, "--params", params])
    assert stop.value.code == 0
    with xr.open_dataset(out, engine="netcdf4") as ds:
        np.testing.assert_array_equal(ds["source"], 2)
        np.testing.assert_array_equal(ds["greenup"], 118)
        np.testing.assert_array_equal(ds["mid_greenup"], 135)
        assert ds.attrs["synthetic"] == 1
        assert ds.attrs["year"] == 2010
    out.unlink()
    for bad in ({"default": {"greenup": 140}}, {"default": {"spring": 1}}, {"min_span": 0}):
        with pytest.raises(SystemExit) as stop:
            main([*arguments, "--params", json.dumps({"phenology": bad})])
        assert stop.value.code == 2
        assert "phenology." in capsys.readouterr().err
    assert not out.exists()
