"""Monthly CO2: both layouts of NOAA, interpolation to hours, bad records."""

import numpy as np
import pytest

from edlite.errors import InputError
from edlite.sources.co2 import interpolate, read_monthly

TEXT = """# comment
 2012 12 2012.9583 394.29 394.00 31 0.36 0.12
2013   1  2013.0417  395.50  395.20  31 0.29 0.10
2013   2  2013.1250  396.80  395.90  28 0.55 0.20
2013   3  2013.2083  -99.99  396.10  -1 -9.99 -0.99
2013   4  2013.2917  398.40  396.00  30 0.50 0.20
"""
CSV = """# comment, with, commas
year,month,decimal date,average,deseasonalized,ndays,sdev,unc
2012,12,2012.9583,394.29,394.00,31,0.36,0.12
2013,1,2013.0417,395.50,395.20,31,0.29,0.10
2013,2,2013.1250,396.80,395.90,28,0.55,0.20
2013,3,2013.2083,-99.99,396.10,-1,-9.99,-0.99
2013,4,2013.2917,398.40,396.00,30,0.50,0.20
"""


def test_text_and_csv_agree(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.csv").write_text(CSV)
    text, csv = read_monthly(tmp_path / "a.txt"), read_monthly(tmp_path / "a.csv")
    assert text.equals(csv)
    assert text.to_list() == [394.29, 395.50, 396.80, 398.40]  # the missing month is left out
    assert text.index[1] == np.datetime64("2013-01-16T12:00")


def test_interpolation_by_hand(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    monthly = read_monthly(tmp_path / "a.txt")
    # 16 January 12:00 to 15 February 00:00 are 29.5 days
    found = interpolate(monthly, np.array(["2013-01-16T12:00", "2013-01-31T06:00"], "M8[s]"), "a")
    assert found == pytest.approx([395.50, 395.50 + 1.30 * 14.75 / 29.5])


@pytest.mark.parametrize("time", ["2012-12-01", "2013-05-01"])
def test_outside_the_record(tmp_path, time):
    (tmp_path / "a.txt").write_text(TEXT)
    with pytest.raises(InputError, match="2012-12 to 2013-04"):
        interpolate(read_monthly(tmp_path / "a.txt"), np.array([time], "M8[s]"), "a.txt")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("# nothing\n", "rows"),
        ("<html>no data today</html>\n", "rows"),
        (TEXT.replace("395.50", "0.0003955"), "average"),
        (TEXT + TEXT[10:], "ascending months"),
        (TEXT.replace("2013   4", "2013  14"), "1 to 12"),
    ],
)
def test_bad_files(tmp_path, text, hint):
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(InputError, match=hint):
        read_monthly(tmp_path / "a.txt")


def test_long_gap(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT + "2013 9 2013.7 395.0 0 0\n")
    monthly = read_monthly(tmp_path / "a.txt")
    with pytest.raises(InputError, match="gap after 2013-04"):
        interpolate(monthly, np.array(["2013-06-01"], "M8[s]"), "a.txt")


@pytest.mark.shared
def test_real_records(shared):
    text = read_monthly(shared / "data/co2/co2_mm_mlo.txt")
    csv = read_monthly(shared / "data/co2/co2_mm_mlo.csv")
    assert text["2010"].mean() == pytest.approx(389.90, abs=0.01)
    assert csv["2010"].mean() == pytest.approx(390.10, abs=0.01)
    hours = np.arange("2009-01-01", "2015-01-01", dtype="datetime64[h]")
    series = interpolate(csv, hours, "co2")
    assert 380.0 < series.min() < series.max() < 405.0
    assert np.abs(np.diff(series)).max() < 0.01
