"""Tower readers on real records: clock, annual sums, agreement between products."""

from __future__ import annotations

import numpy as np
import pytest

from edlite.sources.tower import read_tower

pytestmark = pytest.mark.shared

ME2 = {"utc_offset": -8, "longitude": -121.5574}
BLO = {"utc_offset": -8, "longitude": -120.633}


@pytest.fixture(scope="module")
def half_hourly(shared):
    return shared / "data" / "tower_halfhourly"


@pytest.fixture(scope="module")
def level2(half_hourly):
    return read_tower(half_hourly / "AMF_USMe2_2005_L2_GF_V006.nc", "ameriflux-l2", **ME2)


@pytest.fixture(scope="module")
def level4(half_hourly):
    return read_tower(half_hourly / "AMF_USMe2_2005_L4_h_V002.txt.gz", "ameriflux-l4", **ME2)


def test_metolius_products_agree_in_time(level2, level4):
    """The same half hours of the same year, although one labels starts and the other ends."""
    np.testing.assert_array_equal(level2["time"], level4["time"])
    a, b = level2["shortwave_down"].values, level4["shortwave_down"].values
    agreement = [np.corrcoef(a, np.roll(b, lag))[0, 1] for lag in (-1, 0, 1)]
    assert agreement[1] > 0.999 and agreement[1] > max(agreement[0], agreement[2]) + 0.005
    np.testing.assert_allclose(level2["air_temperature"], level4["air_temperature"], atol=0.06)
    assert -0.3 < level2.attrs["noon_offset_h"] < 0.0
    assert level2.attrs["noon_offset_h"] == pytest.approx(level4.attrs["noon_offset_h"], abs=0.01)


def test_metolius_annual_sums(level2, level4):
    assert float(level2["precipitation"].sum()) * 1800 == pytest.approx(557.0, abs=0.5)
    assert float(level4["gpp"].sum()) * 1800 == pytest.approx(1.381, abs=0.002)
    assert int(level2["co2"].isnull().sum()) == pytest.approx(0.165 * 17520, rel=0.01)
    # humidity from pressure and relative humidity against the file's own deficit
    vapour = level2["specific_humidity"] * level2["air_pressure"] / 0.622
    assert float(vapour.mean()) == pytest.approx(650, rel=0.03)


@pytest.mark.parametrize(("year", "gpp"), [(2002, 1.350), (2004, 1.434)])
def test_metolius_other_years(half_hourly, year, gpp):
    record = read_tower(half_hourly / f"AMF_USMe2_{year}_L4_h_V002.txt.gz", "ameriflux-l4", **ME2)
    assert record.sizes["time"] == (17568 if year == 2004 else 17520)
    assert float(record["gpp"].sum()) * 1800 == pytest.approx(gpp, abs=0.002)


def test_blodgett(half_hourly):
    paths = [half_hourly / f"PALS_US-Blo_forcing_2_{year}.txt.gz" for year in (2001, 2002, 2003)]
    record = read_tower(paths, "pals", **BLO)
    assert record.sizes["time"] == 3 * 17520
    assert not any(record[name].isnull().any() for name in record.data_vars)
    yearly = record["precipitation"].values.reshape(3, -1).sum(axis=1) * 1800
    np.testing.assert_allclose(yearly, [1237, 1231, 1308], atol=1)
    obs = read_tower(half_hourly / "PALS_US-Blo_obs_2_2001.txt.gz", "pals", **BLO)
    assert obs["time"].values[0] == record["time"].values[0]


def test_lucky_hills_labels_are_ends(half_hourly):
    """Declared as the end of the step, the clock agrees with the sun better than as its start."""
    table = {
        "time": "TIMESTAMP_END",
        "label": "end",
        "columns": {
            "shortwave_down": {"column": "SW_IN_F", "unit": "W m-2"},
            "air_temperature": {"column": "TA_F", "unit": "degC"},
            "vapour_pressure": {"column": "eair", "unit": "kPa"},
            "air_pressure": {"column": "PA_F", "unit": "kPa"},
        },
    }
    path = half_hourly / "US-Whs-forcings-test.csv.gz"
    options = {"utc_offset": -7, "longitude": -110.0522}
    end = read_tower(path, "table", table=table, **options)
    start = read_tower(path, "table", table=table | {"label": "start"}, **options)
    assert -0.2 < end.attrs["noon_offset_h"] < 0.0
    assert start.attrs["noon_offset_h"] == pytest.approx(end.attrs["noon_offset_h"] + 0.5, abs=0.01)
    assert 0.004 < float(end["specific_humidity"].mean()) < 0.008


def test_bondville_without_header(half_hourly):
    """Thirty-three columns without a header, precipitation in inches, ends of half hours."""
    columns = {
        "air_temperature": {"column": 5, "unit": "degC"},
        "relative_humidity": {"column": 6, "unit": "percent"},
        "air_pressure": {"column": 7, "unit": "hPa"},
        "shortwave_down": {"column": 8, "unit": "W m-2"},
        "longwave_down": {"column": 30, "unit": "W m-2"},
        "precipitation": {"column": 13, "unit": "inch"},
        "theta": [
            {"column": c, "unit": "m3 m-3", "depth": d}
            for c, d in ((31, 0.05), (32, 0.2), (33, 0.6))
        ],
    }
    record = read_tower(
        half_hourly / "forcing98_with_validation.dat.gz",
        "table",
        utc_offset=-6,
        longitude=-88.37,
        table={
            "first_time": "1998-01-01T00:30",
            "label": "end",
            "separator": "whitespace",
            "header": False,
            "missing": [-6999],
            "columns": columns,
        },
    )
    assert float(record["precipitation"].sum()) * 1800 == pytest.approx(926, abs=1)
    assert float(record["longwave_down"].mean()) == pytest.approx(330, abs=1)
    assert -0.3 < record.attrs["noon_offset_h"] < 0.1


def test_fluxnet_and_base_layouts(shared):
    folder = shared / "data" / "tower_fluxnet"
    goodwin = read_tower(
        folder / "FLX_US-Goo_FLUXNET2015_SUBSET_HH_2003-12_1-4.csv.gz",
        "fluxnet",
        utc_offset=-6,
        longitude=-89.87,
        first_time="2003-12-01T00:00",
    )
    assert goodwin.sizes["time"] == 1488 and abs(goodwin.attrs["noon_offset_h"]) < 0.2
    assert float(goodwin["theta"].mean()) == pytest.approx(0.336, abs=0.001)
    for name in ("AMF_US-CRT_BASE_HH_2-5.csv", "AMF_US-CRT_BASE-BADM_2-5.zip"):
        curtice = read_tower(folder / name, "ameriflux-base", utc_offset=-5, longitude=-83.3)
        assert curtice.sizes["time"] == 96
        assert float(curtice["theta"].mean()) == pytest.approx(0.431, abs=0.001)
