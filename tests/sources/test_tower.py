"""Tower readers on tiny files in the layouts of the products: time, units, ranges."""

from __future__ import annotations

import zipfile

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from edlite.constants import UMOL_TO_KGC
from edlite.errors import InputError
from edlite.sources.tower import fill_from, read_tower
from edlite.sources.tower.humidity import saturation_vapour_pressure

LONGITUDE, OFFSET = -121.5, -8.0


def daylight(local_middle: pd.DatetimeIndex) -> np.ndarray:
    """Half a sine around the site's solar noon, 800 W m-2 at the top."""
    noon = 12.0 - (LONGITUDE / 15.0 - OFFSET)
    hour = local_middle.hour + local_middle.minute / 60.0
    return 800.0 * np.clip(np.cos((hour - noon) * np.pi / 12.0), 0.0, None)


def half_hours(n_day: int = 20, start: str = "2005-06-01") -> pd.DatetimeIndex:
    return pd.date_range(start, periods=48 * n_day, freq="30min")


def level2(path, time, **changes):
    values = {
        "TA": ("degrees C", np.full(len(time), 10.0)),
        "Rg": ("W/m2", daylight(time + pd.Timedelta("15min"))),
        "RH": ("percentage", np.full(len(time), 50.0)),
        "PRESS": ("kPa", np.full(len(time), 87.0)),
        "PREC": ("mm", np.full(len(time), 0.9)),
        "NEE": ("umol/m2/s", np.full(len(time), -2.0)),
        "SWC1": ("percent", np.full(len(time), 25.0)),
        "TS1": ("degrees C", np.full(len(time), 8.0)),
        "TSdepth1": ("cm", np.full(len(time), 4.0)),
        "Rgl": ("W/m2", np.full(len(time), -9999.0)),
    } | changes
    hours = time.hour * 100 + time.minute
    ds = xr.Dataset(
        {n: ("DTIME", np.asarray(v, "f4"), {"units": u}) for n, (u, v) in values.items()}
        | {
            "YEAR": ("DTIME", time.year),
            "DOY": ("DTIME", time.day_of_year),
            "HRMIN": ("DTIME", hours),
        }
    )
    ds.to_netcdf(path, engine="netcdf4")
    return path


def read_level2(path):
    return read_tower(path, "ameriflux-l2", utc_offset=OFFSET, longitude=LONGITUDE)


def test_level2_units_and_time(tmp_path):
    record = read_level2(level2(tmp_path / "l2.nc", half_hours()))
    assert record["time"].values[0] == np.datetime64("2005-06-01T08:00")
    assert abs(record.attrs["noon_offset_h"]) < 0.1
    first = record.isel(time=0)
    assert first["air_temperature"] == pytest.approx(283.15)
    assert first["precipitation"] == pytest.approx(0.9 / 1800)
    assert first["nee"] == pytest.approx(-2.0 * UMOL_TO_KGC)
    assert first["theta"].item() == pytest.approx(0.25)
    assert np.isnan(record["theta_depth"].item())
    assert record["temperature_depth"].item() == pytest.approx(0.04)
    assert "longwave_down" not in record
    # 10 degC has a saturation pressure of 1228 Pa (tables)
    assert first["specific_humidity"] == pytest.approx(
        0.622 * 614 / (87000 - 0.378 * 614), rel=2e-3
    )


def test_saturation_against_published_values():
    # Murphy & Koop (2005), table C1: liquid water
    expected = {240.0: 37.667, 273.16: 611.657, 300.0: 3536.8}
    for temperature, pressure in expected.items():
        assert saturation_vapour_pressure(temperature) == pytest.approx(pressure, rel=1e-4)


def test_kelvin_declared_as_celsius(tmp_path):
    time = half_hours()
    path = level2(tmp_path / "l2.nc", time, TA=("degrees C", np.full(len(time), 283.0)))
    with pytest.raises(InputError, match=r"TA.*556.*would fit K"):
        read_level2(path)


def test_fraction_declared_as_percent(tmp_path):
    time = half_hours(40)
    path = level2(tmp_path / "l2.nc", time, SWC1=("percent", np.full(len(time), 0.25)))
    with pytest.raises(InputError, match="SWC1.*0.0025.*would fit"):
        read_level2(path)


def test_unknown_unit_and_missing_variable(tmp_path):
    time = half_hours()
    with pytest.raises(InputError, match="units of TA is 'furlong'"):
        read_level2(level2(tmp_path / "a.nc", time, TA=("furlong", np.full(len(time), 1.0))))
    path = level2(tmp_path / "b.nc", time)
    xr.open_dataset(path, engine="netcdf4").drop_vars("Rg").to_netcdf(tmp_path / "c.nc")
    with pytest.raises(InputError, match="Rg; expected a variable of AmeriFlux Level 2"):
        read_level2(tmp_path / "c.nc")


def test_clock_against_the_sun(tmp_path):
    """UTC labels, or a zone from another continent, are found out."""
    path = level2(tmp_path / "l2.nc", half_hours())
    for wrong in (0.0, -5.0, -9.0, 8.0):
        with pytest.raises(InputError, match="from solar noon"):
            read_tower(path, "ameriflux-l2", utc_offset=wrong, longitude=LONGITUDE)
    assert "noon_offset_h" not in read_tower(path, "ameriflux-l2", utc_offset=0.0).attrs


def test_a_short_record_has_no_check_of_the_clock(tmp_path, caplog):
    level2_record = read_level2(level2(tmp_path / "long.nc", half_hours()))
    assert np.isfinite(level2_record.attrs["noon_offset_h"]) and not caplog.records
    path = level2(tmp_path / "short.nc", half_hours(5))
    assert np.isnan(read_level2(path).attrs["noon_offset_h"])
    assert "short.nc: clock not checked" in caplog.text and "10 days" in caplog.text
    caplog.clear()
    read_tower(path, "ameriflux-l2", utc_offset=OFFSET)  # not asked for
    assert not caplog.records


def humid(folder, name: str, unit: str, values, degrees: float = 20.0):
    """Record of a table with one measure of humidity."""
    n = len(values)
    table = pd.DataFrame({"t": np.full(n, degrees), "p": 98.0, "x": values})
    table.to_csv(folder / "humid.csv", index=False)
    columns = {
        "air_temperature": {"column": "t", "unit": "degC"},
        "air_pressure": {"column": "p", "unit": "kPa"},
        name: {"column": "x", "unit": unit},
    }
    declared = {"first_time": "2001-01-01T00:00", "label": "start", "columns": columns}
    return read_tower(folder / "humid.csv", "table", utc_offset=0.0, table=declared)


@pytest.mark.parametrize(
    ("name", "unit", "usual", "value", "shown"),
    [
        ("vapour_pressure", "kPa", 1.5, 6.0, "6000 Pa"),  # saturation at 20 degC: 2.34 kPa
        ("vapour_pressure_deficit", "kPa", 0.5, -0.4, "-400 Pa"),
        ("relative_humidity", "percent", 50.0, 108.0, "1.08"),
    ],
)
def test_humidity_above_saturation_is_refused(tmp_path, caplog, name, unit, usual, value, shown):
    message = rf"humid\.csv: {name} is '{shown}'; expected at most saturation; at 2001-01-01"
    with pytest.raises(InputError, match=message):
        humid(tmp_path, name, unit, [value] * 100)
    few = [usual] * 98 + [value] * 2  # two percent: a sensor in rain, if not absurd
    if name == "relative_humidity":
        humid(tmp_path, name, unit, few)
        assert f"{name}: 2 of 100 values above 105 percent" in caplog.text
        few = [usual] * 97 + [value] * 3
    with pytest.raises(InputError, match=f"{name} is '{shown}'"):
        humid(tmp_path, name, unit, few)


@pytest.mark.parametrize(
    ("name", "unit", "value", "degrees"),
    [
        ("relative_humidity", "percent", 105.0, 20.0),
        ("vapour_pressure_deficit", "kPa", -0.11, 20.0),
        ("vapour_pressure", "kPa", 0.04, -35.0),  # rounded; saturation is 0.0314 kPa
    ],
)
def test_noise_above_saturation_is_cut(tmp_path, caplog, name, unit, value, degrees):
    record = humid(tmp_path, name, unit, [value] * 100, degrees)
    saturation = saturation_vapour_pressure(degrees + 273.15)
    expected = 0.62198 * saturation / (98000.0 - 0.37802 * saturation)
    np.testing.assert_allclose(record["specific_humidity"], expected, rtol=1e-3)
    assert not caplog.records


def level4(path, time):
    """`time` holds starts; Level 4 labels ends."""
    end = time + pd.Timedelta("30min")
    table = pd.DataFrame(
        {
            "Month": end.month,
            "Day": end.day,
            "Hour": end.hour + end.minute / 60,
            "DoY": (1 + (end - pd.Timestamp(f"{time[0].year}-01-01")) / pd.Timedelta("1D")).round(
                3
            ),
            "Rg_f": daylight(time + pd.Timedelta("15min")).round(2),
            "Rg_fqc": 0,
            "Ta_f": 10.0,
            "Ta_fqc": 1,
            "VPD_f": 6.0,
            "VPD_fqc": 0,
            "Ts_f": 8.0,
            "Ts_fqc": 0,
            "Precip": 0.9,
            "SWC": 25.0,
            "H_f": 30.0,
            "H_fqc": 0,
            "LE_f": 40.0,
            "LE_fqc": 0,
            "Reco_st": 3.0,
            "NEE_st_fMDS": -2.0,
            "NEE_st_fMDSqc": [0, 1] * (len(end) // 2),
            "GPP_st_MDS": 5.0,
        }
    )
    table.to_csv(path, index=False)
    return path


def test_level4_year_end_and_quality(tmp_path):
    """The last row carries 1 January, hour 0, and is the last half hour of the year."""
    time = pd.date_range("2005-12-01", "2005-12-31T23:30", freq="30min")
    path = level4(tmp_path / "AMF_USMe2_2005_L4_h_V002.txt", time)
    record = read_tower(path, "ameriflux-l4", utc_offset=OFFSET, longitude=LONGITUDE)
    assert record["time"].values[-1] == np.datetime64("2006-01-01T07:30")
    assert record.sizes["time"] == len(time)
    np.testing.assert_array_equal(record["gpp_quality"].values[:4], [0, 1, 0, 1])
    assert record["gpp"].values[0] == pytest.approx(5.0 * UMOL_TO_KGC)
    assert "specific_humidity" not in record  # no pressure in these files
    with pytest.raises(InputError, match="calendar of 2004"):
        read_tower(path, "ameriflux-l4", utc_offset=OFFSET, year=2004)
    (tmp_path / "l4.txt").write_text(path.read_text())
    with pytest.raises(InputError, match="year"):
        read_tower(tmp_path / "l4.txt", "ameriflux-l4", utc_offset=OFFSET)


def test_level2_and_level4_meet_on_the_same_utc(tmp_path):
    """START labels of Level 2 and END labels of Level 4 give the same half hours."""
    time = half_hours(31, "2005-12-01")
    two = read_level2(level2(tmp_path / "l2.nc", time))
    path = level4(tmp_path / "x_2005_L4_h.txt", time)
    four = read_tower(path, "ameriflux-l4", utc_offset=OFFSET, longitude=LONGITUDE)
    np.testing.assert_array_equal(two["time"], four["time"])
    np.testing.assert_allclose(two["shortwave_down"], four["shortwave_down"], atol=0.01)


def test_fill_from_another_record(tmp_path):
    time = half_hours(31, "2005-12-01")
    holes = np.full(len(time), 11.0)
    holes[5:8] = -9999.0
    two = read_level2(level2(tmp_path / "l2.nc", time, TA=("degrees C", holes)))
    path = level4(tmp_path / "x_2005_L4_h.txt", time)
    filled = fill_from(two, read_tower(path, "ameriflux-l4", utc_offset=OFFSET))
    np.testing.assert_allclose(filled["air_temperature"][5:8], 283.15)
    assert filled["air_temperature"][4] == pytest.approx(284.15)
    assert "air_temperature: 3" in filled.attrs["filled_values"]
    assert np.isfinite(filled["specific_humidity"]).all()


def fluxnet(path, time, prefix=""):
    stamp = "%Y%m%d%H%M"
    table = pd.DataFrame(
        {
            "TIMESTAMP_START": time.strftime(stamp),
            "TIMESTAMP_END": (time + pd.Timedelta("30min")).strftime(stamp),
            "TA_F": 10.0,
            "TA_F_QC": 2,
            "SW_IN_F": daylight(time + pd.Timedelta("15min")),
            "LW_IN_F": 300.0,
            "VPD_F": 6.0,
            "PA_F": 87.0,
            "P_F": 0.9,
            "WS_F": 3.0,
            "CO2_F_MDS": -9999,
            "SWC_F_MDS_2": 30.0,
            "SWC_F_MDS_1": 20.0,
            "SWC_F_MDS_1_QC": 0,
            "NEE_VUT_REF": -2.0,
            "NEE_VUT_REF_QC": 0,
            "GPP_NT_VUT_REF": 5.0,
            "GPP_DT_VUT_REF": 6.0,
            "RECO_NT_VUT_REF": 3.0,
            "RECO_DT_VUT_REF": 4.0,
        }
    )
    path.write_text(prefix + table.to_csv(index=False))
    return path


def test_fluxnet(tmp_path):
    path = fluxnet(tmp_path / "hh.csv", half_hours())
    options = {"utc_offset": OFFSET, "longitude": LONGITUDE, "theta_depths": [0.05, 0.2]}
    record = read_tower(path, "fluxnet", **options)
    assert record["time"].values[0] == np.datetime64("2005-06-01T08:00")
    np.testing.assert_allclose(record["theta"].isel(time=0), [0.2, 0.3])
    np.testing.assert_array_equal(record["theta_depth"], [0.05, 0.2])
    assert record["air_temperature_quality"].values[0] == 2
    assert "co2" not in record  # all missing
    assert read_tower(path, "fluxnet", partition="DT", **options)["gpp"].values[0] == pytest.approx(
        6.0 * UMOL_TO_KGC
    )
    with pytest.raises(InputError, match="theta_depths"):
        read_tower(path, "fluxnet", utc_offset=OFFSET, theta_depths=[0.05])


def test_fluxnet_damaged_timestamps(tmp_path):
    path = fluxnet(tmp_path / "hh.csv", half_hours())
    damaged = tmp_path / "damaged.csv"
    table = pd.read_csv(path, dtype=str)
    table["TIMESTAMP_START"] = "2.00506E+11"
    table.to_csv(damaged, index=False)
    with pytest.raises(InputError, match="first_time"):
        read_tower(damaged, "fluxnet", utc_offset=OFFSET)
    record = read_tower(
        damaged, "fluxnet", utc_offset=OFFSET, longitude=LONGITUDE, first_time="2005-06-01T00:00"
    )
    xr.testing.assert_equal(
        record["air_temperature"],
        read_tower(path, "fluxnet", utc_offset=OFFSET)["air_temperature"],
    )


def test_fluxnet_daily_is_refused(tmp_path):
    (tmp_path / "dd.csv").write_text("TIMESTAMP,TA_F\n20050101,1.0\n")
    with pytest.raises(InputError, match="TIMESTAMP_START"):
        read_tower(tmp_path / "dd.csv", "fluxnet", utc_offset=OFFSET)


def test_base_qualifiers_and_zip(tmp_path):
    time = half_hours()
    stamp = time.strftime("%Y%m%d%H%M")
    table = pd.DataFrame(
        {
            "TIMESTAMP_START": stamp,
            "TA_1_1_2": 99.0,
            "TA_1_1_1": 10.0,
            "SW_IN": daylight(time + pd.Timedelta("15min")),
            "SWC_1_2_1": 30.0,
            "SWC_1_1_1": 20.0,
            "P": 0.9,
        }
    )
    text = "# Site: XX-Xxx,,\n# Version: 1-5,,\n" + table.to_csv(index=False)
    (tmp_path / "base.csv").write_text(text)
    with zipfile.ZipFile(tmp_path / "base.zip", "w") as archive:
        archive.writestr("AMF_XX-Xxx_BASE_HH_1-5.csv", text)
        archive.writestr("readme.txt", "metadata")
    for name in ("base.csv", "base.zip"):
        record = read_tower(
            tmp_path / name, "ameriflux-base", utc_offset=OFFSET, longitude=LONGITUDE
        )
        assert record["air_temperature"].values[0] == pytest.approx(283.15)
        np.testing.assert_allclose(record["theta"].isel(time=0), [0.2, 0.3])


def pals(path, time):
    end = time + pd.Timedelta("30min")
    day = 1 + (end - pd.Timestamp(f"{time[0].year}-01-01")) // pd.Timedelta("1D")
    rows = zip(
        end.year,
        day,
        end.hour + end.minute / 60,
        daylight(time + pd.Timedelta("15min")),
        strict=True,
    )
    text = "".join(
        f"{y} {d} {h:.3f} 2.0 175 283.15 0.005 870.0 {r:.3f} 300 0.0005\n" for y, d, h, r in rows
    )
    path.write_text(text)
    return path


def test_pals_last_row_belongs_to_the_year(tmp_path):
    time = pd.date_range("2001-12-01", "2001-12-31T23:30", freq="30min")
    record = read_tower(pals(tmp_path / "f.txt", time), "pals", utc_offset=-8, longitude=LONGITUDE)
    assert record["time"].values[-1] == np.datetime64("2002-01-01T07:30")
    assert record["air_pressure"].values[0] == pytest.approx(87000)
    assert record["precipitation"].values[0] == pytest.approx(5e-4)
    (tmp_path / "obs.txt").write_text(
        "2001 1 0.5 3 1 0.3 0.2 4.4e-5\n2001 1 1 3 1 0.3 0.2 4.4e-5\n"
    )
    observed = read_tower(tmp_path / "obs.txt", "pals", utc_offset=-8, theta_depths=[0.1, 0.3])
    assert observed["nee"].values[0] == pytest.approx(UMOL_TO_KGC, rel=1e-3)  # 44 g = 1 mol
    (tmp_path / "bad.txt").write_text("1 2 3\n1 2 4\n")
    with pytest.raises(InputError, match="columns"):
        read_tower(tmp_path / "bad.txt", "pals", utc_offset=-8)


DECLARED = {
    "time": ["day", "clock"],
    "time_format": "%Y-%m-%d %H:%M",
    "label": "middle",
    "columns": {
        "air_temperature": {"column": "t", "unit": "degC"},
        "precipitation": {"column": "rain", "unit": "inch"},
        "theta": [{"column": "w", "unit": "percent", "depth": 0.1}],
    },
}


@pytest.fixture
def declared(tmp_path):
    path = tmp_path / "t.csv"
    rows = [f"2001-01-0{1 + h // 24},{h % 24:02d}:30,1.0,0.1,20\n" for h in range(48)]
    path.write_text("day,clock,t,rain,w\n" + "".join(rows))
    return path


def test_declared_table(declared):
    record = read_tower(declared, "table", utc_offset=5.5, table=DECLARED)
    assert record["time"].values[0] == np.datetime64("2000-12-31T18:30")
    assert record["precipitation"].values[0] == pytest.approx(2.54 / 3600)
    assert record["theta_depth"].item() == 0.1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": "begin"}, "label is 'begin'"),
        ({"colour": 1}, "table.colour"),
        ({"columns": {"air_temp": {}}}, "table.columns.air_temp"),
        ({"columns": {"air_temperature": {"column": "t", "unit": "Pa"}}}, "unit of t is 'Pa'"),
        ({"columns": {"air_temperature": {"column": "x", "unit": "K"}}}, "column is 'x'"),
        ({"columns": {"air_temperature": {"column": "t"}}}, "air_temperature.unit"),
        ({"time": "when"}, "table.time is 'when'"),
        ({"time_format": "%d"}, "time"),
    ],
)
def test_declared_table_errors(declared, change, message):
    with pytest.raises(InputError, match=message):
        read_tower(declared, "table", utc_offset=0.0, table=DECLARED | change)


def test_time_axis_errors_and_holes(tmp_path):
    time = half_hours()
    with pytest.raises(InputError, match="increase"):
        read_level2(level2(tmp_path / "a.nc", time.append(time[-1:])))
    with pytest.raises(InputError, match="time step"):
        read_level2(level2(tmp_path / "b.nc", time[::8]))
    record = read_level2(level2(tmp_path / "c.nc", time.delete(range(100, 110))))
    assert record.sizes["time"] == len(time)
    assert int(record["air_temperature"].isnull().sum()) == 10
    with pytest.raises(InputError, match="utc_offset"):
        read_tower(tmp_path / "c.nc", "ameriflux-l2", utc_offset=-800.0)
    with pytest.raises(InputError, match="format"):
        read_tower(tmp_path / "c.nc", "excel", utc_offset=0.0)


def test_several_files_in_order(tmp_path):
    first, second = half_hours(20), half_hours(20, "2005-06-22")
    a, b = fluxnet(tmp_path / "a.csv", first), fluxnet(tmp_path / "b.csv", second)
    record = read_tower([a, b], "fluxnet", utc_offset=OFFSET)
    assert record.sizes["time"] == 41 * 48
    assert int(record["air_temperature"].isnull().sum()) == 48
    with pytest.raises(InputError, match="start after"):
        read_tower([b, a], "fluxnet", utc_offset=OFFSET)
