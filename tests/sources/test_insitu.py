"""Probes of networks: flags, clocks, missing values, damaged files."""

import gzip
import shutil

import numpy as np
import pandas as pd
import pytest

from edlite.errors import InputError
from edlite.sources.insitu import (
    USCRN_DEPTHS,
    profile,
    read_ismn,
    read_uscrn_daily,
    read_uscrn_hourly,
)

STM = """SCAN SCAN Station-1 31.60000 -110.50000 1460.00 0.10 0.20 Hydraprobe-II A
2013/07/01 00:00 0.1410 G M
2013/07/01 01:00 0.1390 D01 M
2013/07/01 02:00 0.9990 C03,D03 M
2013/07/01 03:00 0.1370 G M
"""


def hourly_line(time, theta, lon=-110.5):
    head = f"53132 {time} 20130701 1700 2.6 {lon} 31.59"
    met = "25.0 25.1 25.9 24.0 0.0 500 0 600 0 400 0 R 30.0 0 31.0 0 29.0 0 40 0"
    return f"{head} {met} {' '.join(f'{t:.3f}' for t in theta)} 20.0 20.1 20.2 20.3 -9999.0"


def daily_line(day, theta, lon=-110.5):
    head = f"53132 {day} 2.6 {lon} 31.59"
    met = "30.0 15.0 22.5 23.0 0.0 25.0 R 45.0 10.0 27.0 80 20 45"
    return f"{head} {met} {' '.join(f'{t:.3f}' for t in theta)} 20.0 20.1 20.2 20.3 -9999.0"


def test_ismn_honours_flags(tmp_path):
    (tmp_path / "a.stm").write_text(STM)
    table = read_ismn(tmp_path / "a.stm")
    assert table["theta"].tolist() == [0.141, 0.137]
    assert table["depth"].unique() == pytest.approx([0.15])
    assert table["time"].iloc[1] == pd.Timestamp("2013-07-01T03:00")
    assert table.attrs["station"] == "Station-1" and table.attrs["lon"] == -110.5
    assert table.attrs["sensor"] == "Hydraprobe-II A"
    assert len(read_ismn(tmp_path / "a.stm", flags=("G", "D01"))) == 3
    with pytest.raises(InputError, match="soil moisture at 2013-07-01 02:00:00"):
        (tmp_path / "b.stm").write_text(STM.replace("0.9990", "9.9990"))
        read_ismn(tmp_path / "b.stm", flags=("G", "C03", "D03"))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "first line"),
        ("SCAN SCAN S x y z 0.1 0.2 P\n", "first line"),
        (STM[:-12], "is it cut"),
        (STM.replace("2013/07/01 03:00", "2013/07/01 01:30"), "a time after"),
        (STM.replace("0.1410", "wet"), "line"),
    ],
)
def test_bad_ismn(tmp_path, text, hint):
    (tmp_path / "a.stm").write_text(text)
    with pytest.raises(InputError, match=hint):
        read_ismn(tmp_path / "a.stm")


def test_uscrn_hourly(tmp_path):
    lines = [
        hourly_line("20130702 0000", [0.1, 0.11, 0.12, 0.13, -99]),
        hourly_line("20130702 0100", [-99, 0.21, 0.22, 0.23, -99]),
    ]
    (tmp_path / "a.txt").write_text("\n".join(lines) + "\n")
    table = read_uscrn_hourly(tmp_path / "a.txt")
    assert len(table) == 7 and table.attrs == {"station": "53132", "lat": 31.59, "lon": -110.5}
    wide = profile(table)
    assert wide.columns.tolist() == list(USCRN_DEPTHS[:4])
    assert wide.index.tolist() == [pd.Timestamp("2013-07-02"), pd.Timestamp("2013-07-02T01:00")]
    assert np.isnan(wide.loc["2013-07-02T01:00", 0.05]) and wide.iloc[1, 3] == 0.23


def test_uscrn_daily_is_centred_on_the_local_day(tmp_path):
    lines = [daily_line("20130701", [0.1, 0.1, 0.1, 0.1, 0.1])]
    (tmp_path / "a.txt").write_text("\n".join(lines) + "\n")
    table = read_uscrn_daily(tmp_path / "a.txt")
    assert table["time"].unique().tolist() == [pd.Timestamp("2013-07-01T19:00")]  # UTC-7
    # the same as CSV with a header, compressed
    header = ",".join(["WBANNO", *[f"C{i}" for i in range(27)]])
    csv = f"{header}\n{lines[0].replace(' ', ',')}\n"
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(csv.encode()))
    pd.testing.assert_frame_equal(read_uscrn_daily(tmp_path / "a.csv.gz"), table)


def test_bad_uscrn(tmp_path):
    good = hourly_line("20130702 0000", [0.1] * 5)
    for text, hint in [
        (daily_line("20130701", [0.1] * 5), "fields is 28; expected 38"),
        (good + "\n" + good[:120] + "\n", "is it cut"),
        (good.replace("0.100", "10.00", 1), "SOIL_MOISTURE_5 at"),
        (good.replace("0.100", "x", 1), "SOIL_MOISTURE_5"),
        (good.replace("20130702", "20131302"), "UTC_DATE"),
        (good + "\n" + good + "\n", "a time after"),
    ]:
        (tmp_path / "a.txt").write_text(text)
        with pytest.raises(InputError, match=hint):
            read_uscrn_hourly(tmp_path / "a.txt")


def test_two_values_at_one_depth_and_time():
    time = pd.to_datetime(["2013-07-01", "2013-07-01"])
    table = pd.DataFrame({"time": time, "depth": 0.1, "theta": [0.1, 0.2]})
    with pytest.raises(InputError, match="one value a time"):
        profile(table)


@pytest.mark.shared
def test_real_files(shared, tmp_path):
    folder = shared / "data/soil_moisture_insitu"
    stm = next(folder.glob("COSMOS_COSMOS_ARM-1*.stm"))
    table = read_ismn(stm)
    assert len(table) == 6514  # flagged G
    assert len(read_ismn(stm, flags=("G", "D03", "D05", "D08"))) == 6865
    assert table["depth"].iloc[0] == pytest.approx(0.095) and table.attrs["lat"] == 36.6054
    hourly = read_uscrn_hourly(next(folder.glob("CRNH*.txt")))
    assert hourly["time"].iloc[0] == pd.Timestamp("2023-01-01T01:00")
    assert hourly["theta"].iloc[0] == 0.201 and hourly.attrs["lat"] == 40.70
    daily = read_uscrn_daily(next(folder.glob("USCRN_CRND*.csv.gz")))
    assert sorted(daily["depth"].unique()) == [0.05, 0.10, 0.20]
    shutil.unpack_archive(next(folder.glob("*.zip")), tmp_path)
    assert len(list(tmp_path.rglob("*.stm"))) == 2
    for path in tmp_path.rglob("*.stm"):
        assert not read_ismn(path).empty
