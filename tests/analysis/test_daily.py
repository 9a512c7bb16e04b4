"""Reading of daily files: order of cells and days, gaps, and unusable input."""

import numpy as np
import pytest
from small_study import CELL_ID, daily, days, rates

from edlite.analysis.daily import Period, period_days, read_daily
from edlite.errors import InputError

NAMES = ("gpp", "theta_rootzone")


def split(tmp_path, fields, time=None):
    """Two tiles of two months each, in four files."""
    paths = []
    time = days() if time is None else time
    for tile, columns in enumerate(([1, 3], [0, 2])):
        for part, rows in enumerate((slice(0, 31), slice(31, None))):
            piece = {n: v[rows][:, columns] for n, v in fields.items()}
            name = tmp_path / str(tile) / f"{part}_daily.nc"
            paths.append(daily(name, piece, time[rows], CELL_ID[columns]))
    return paths


def test_tiles_and_years_come_together(tmp_path):
    fields = rates()
    ds = read_daily(split(tmp_path, fields)[::-1], NAMES, CELL_ID)
    np.testing.assert_array_equal(ds["gpp"], fields["gpp"])
    other = read_daily(split(tmp_path, fields), NAMES, CELL_ID[[2, 0, 3, 1]])
    np.testing.assert_array_equal(other["gpp"], fields["gpp"][:, [2, 0, 3, 1]])
    np.testing.assert_array_equal(ds["time"], days())
    assert ds.attrs["region"] == "Test"


def test_layers_keep_their_place(tmp_path):
    fields = rates()
    theta = np.random.default_rng(1).uniform(size=(61, 9, 4)).astype(np.float32)
    first = daily(
        tmp_path / "a.nc",
        {n: v[:, :1] for n, v in fields.items()},
        None,
        CELL_ID[:1],
        theta=theta[:, :, :1],
    )
    second = daily(
        tmp_path / "b.nc",
        {n: v[:, 1:] for n, v in fields.items()},
        None,
        CELL_ID[1:],
        theta=theta[:, :, 1:],
    )
    ds = read_daily([second, first], ("theta",), CELL_ID)
    np.testing.assert_array_equal(ds["theta"], theta)


def test_unusable_files(tmp_path):
    fields = rates()
    paths = split(tmp_path, fields)
    with pytest.raises(InputError, match="missing"):
        read_daily(paths[:3], NAMES, CELL_ID)
    with pytest.raises(InputError, match="more than once"):
        read_daily([*paths, paths[0]], NAMES, CELL_ID)
    with pytest.raises(InputError, match="domain"):
        read_daily(paths, NAMES, CELL_ID[:3])
    with pytest.raises(InputError, match="absent"):
        read_daily(paths, ("absent",), CELL_ID)
    with pytest.raises(InputError, match="existing"):
        read_daily([tmp_path / "no.nc"], NAMES)
    with pytest.raises(InputError, match="at least one"):
        read_daily([], NAMES)
    foreign = daily(tmp_path / "foreign.nc", fields, region="Elsewhere")
    with pytest.raises(InputError, match="one region"):
        read_daily([*paths, foreign], NAMES)
    fields["gpp"][3, 2] = np.nan
    with pytest.raises(InputError, match="NaN"):
        read_daily([daily(tmp_path / "gap.nc", fields)], NAMES)


def test_period():
    period = Period.from_params({"period": {"start": "2013-03-01", "end": "2013-04-01"}})
    assert period.n_day == 31
    bad = ({}, {"period": {"start": "2013-03-01"}}, {"period": {"start": "x", "end": "y"}})
    for params in (*bad, {"period": {"start": "2013-03-01", "end": "2013-03-01"}}):
        with pytest.raises(InputError) as error:
            Period.from_params(params)
        assert error.value.key == "period"


def test_period_without_days(tmp_path):
    ds = read_daily([daily(tmp_path / "a.nc", rates())], NAMES)
    late = Period.from_params({"period": {"start": "2014-03-01", "end": "2014-04-01"}})
    with pytest.raises(InputError, match="2013-03-01 to 2013-04-30"):
        period_days(ds, late, "files")
