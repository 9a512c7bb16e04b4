"""Manifest and one-pass cutting of a year: every hour once, gaps named, two regions apart."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner

from edlite.cli import group
from edlite.errors import InputError
from edlite.files import write_dataset
from edlite.forcing.plan import year_labels
from edlite.grid import grid
from edlite.grid.domain import cell_coordinates
from edlite.model.meteorology import Meteorology
from helpers.nldas_files import fields, write_netcdf

HOUR = np.timedelta64(1, "h")
LABELS = year_labels(2013)
WINDOWS = {  # 1/8 degree windows of the two regions
    "A": (31.5625 + 0.125 * np.arange(4), -110.1875 + 0.125 * np.arange(4)),
    "B": (44.1875 + 0.125 * np.arange(3), -121.8125 + 0.125 * np.arange(5)),
}
CELLS = {"A": (31.70, 31.80, -110.10, -110.00), "B": (44.20, 44.30, -121.70, -121.40)}


def write_domain(path, region):
    south, north, west, east = CELLS[region]
    row, col = grid.row_col_at([north, south], [west, east])
    cells = grid.cell_id(np.arange(row[0], row[1])[:, None], np.arange(col[0], col[1])).ravel()
    area = ("cell", grid.cell_area(cells), {"units": "m2", "long_name": "area"})
    return write_dataset(xr.Dataset({"area": area}, cell_coordinates(cells)), path, region=region)


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """Granules of a month for each region, CO2, domains."""
    home = tmp_path_factory.mktemp("forcing")
    for region, (lat, lon) in WINDOWS.items():
        for i, part in enumerate(np.array_split(LABELS, 12)):
            write_netcdf(home / f"nldas/{region}/{i:02d}.nc", part, lat, lon)
        write_domain(home / f"{region}.nc", region)
    rows = [
        f"{y} {m} {y + (m - 0.5) / 12:.4f} {380 + 12 * (y - 2012) + m}.0 0 0" for y, m in MONTHS
    ]
    (home / "co2.txt").write_text("# monthly\n" + "\n".join(rows) + "\n")
    run("forcing-manifest", "--granules", home / "nldas", "--out", home / "manifest.csv")
    return home


MONTHS = [(y, m) for y in (2012, 2013, 2014) for m in range(1, 13)]


def run(*arguments):
    result = CliRunner().invoke(group, [str(a) for a in arguments], catch_exceptions=True)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output


def forcing(home, manifest="manifest.csv", regions="AB", out="out", **options):
    run(
        "forcing",
        *("--manifest", home / manifest, "--co2", home / "co2.txt", "--year", 2013),
        *("--params", json.dumps({"synthetic": True, "forcing": options})),
        *("--region", *[f"{r}={home / r}.nc" for r in regions]),
        *("--out", *[f"{r}={home / out / r}.nc" for r in regions]),
    )
    return {r: xr.open_dataset(home / out / f"{r}.nc", engine="netcdf4") for r in regions}


@pytest.fixture(scope="module")
def cut(year):
    return forcing(year, margin=0.1)


def test_manifest(year):
    table = pd.read_csv(year / "manifest.csv")
    assert len(table) == 24
    first = table.iloc[0]
    assert first.path == "nldas/A/00.nc"
    assert (first.first_time, first.n_time) == ("2013-01-01T00:00:00", 731)
    assert (first.south, first.north) == (31.5625, 31.9375)
    assert table["n_time"].sum() == 2 * 8761


def test_every_hour_of_every_region(cut):
    for region, ds in cut.items():
        assert ds.attrs["region"] == region and ds.attrs["synthetic"] == 1
        np.testing.assert_array_equal(ds["time"].values.astype("datetime64[s]"), LABELS)
        raw = fields(LABELS, ds["lat"].values, ds["lon"].values)
        np.testing.assert_allclose(ds["air_temperature"], raw["Tair"], rtol=1e-6)
        np.testing.assert_allclose(ds["shortwave_down"], raw["SWdown"], rtol=1e-6)
        np.testing.assert_allclose(ds["wind_speed"], 5.0)
        np.testing.assert_allclose(ds["precipitation"], 1e-3, rtol=1e-6)
        south, north, west, east = CELLS[region]
        assert ds["lat"][0] <= south and ds["lat"][-1] >= north
        assert ds["lon"][0] <= west and ds["lon"][-1] >= east


def test_margin_limits_the_window(cut):
    # 0.1 degree more than the cells of A would need a point at -110.3125, which no granule has
    np.testing.assert_allclose(cut["A"]["lon"], WINDOWS["A"][1])
    np.testing.assert_allclose(cut["B"]["lat"], WINDOWS["B"][0])


def test_co2_is_linear_between_the_middles_of_months(cut):
    co2 = cut["A"]["co2"]
    at = co2.sel(time="2013-07-16T12:00")  # the middle of July
    assert float(at) == pytest.approx(399.0, abs=1e-4)
    between = co2.sel(time="2013-08-01T00:00")  # half way to the middle of August
    assert float(between) == pytest.approx(399.5, abs=1e-4)


def test_the_model_reads_it(cut, year):
    meteorology = Meteorology.from_forcing_file(year / "out/A.nc")
    assert meteorology.shape == (cut["A"].sizes["lat"], cut["A"].sizes["lon"])
    assert meteorology.day("2013-12-31").shape == (144, 12, meteorology.n_point)


def edit(home, name, change):
    table = change(pd.read_csv(home / "manifest.csv"))
    table.to_csv(home / name, index=False)
    return name


def test_gap_lists_the_hours_and_writes_nothing(year):
    name = edit(year, "gap.csv", lambda t: t[t["path"] != "nldas/B/03.nc"])
    with pytest.raises(InputError) as error:
        forcing(year, name, out="gap")
    first = np.array_split(LABELS, 12)[3]
    assert f"hours of B is '{first.size} missing: {first[0]} to {first[-1]}'" in str(error.value)
    assert not (year / "gap").exists()


def test_last_label(year):
    last = np.array_split(LABELS, 12)[-1]
    write_netcdf(year / "short/11.nc", last[:-1], *WINDOWS["A"])

    def change(table):
        row = table["path"] == "nldas/A/11.nc"
        table.loc[row, ["path", "last_time", "n_time"]] = (
            "short/11.nc",
            str(last[-2]),
            last.size - 1,
        )
        return table

    name = edit(year, "short.csv", change)
    with pytest.raises(InputError, match="1 missing: 2014-01-01T00:00:00"):
        forcing(year, name, "A", out="short-out")
    ds = forcing(year, name, "A", out="short-out", allow_missing_last_label=True)["A"]
    assert "2014-01-01T00:00:00" in ds.attrs["repeated_label"]
    assert float(ds["air_temperature"][-1, 0, 0]) == float(ds["air_temperature"][-2, 0, 0])


def test_granule_with_a_hole_is_opened_for_its_hours(year):
    part = np.delete(np.array_split(LABELS, 12)[0], 5)
    write_netcdf(year / "hole/00.nc", part, *WINDOWS["A"])

    def change(table):
        table.loc[table["path"] == "nldas/A/00.nc", ["path", "n_time"]] = "hole/00.nc", part.size
        return table

    with pytest.raises(InputError, match="1 missing: 2013-01-01T05:00:00"):
        forcing(year, edit(year, "hole.csv", change), "A", out="hole-out")


def test_stale_manifest(year):
    write_netcdf(year / "stale/03.nc", np.array_split(LABELS, 12)[4], *WINDOWS["A"])

    def change(table):
        table["path"] = table["path"].replace("nldas/A/03.nc", "stale/03.nc")
        return table

    with pytest.raises(InputError, match=r"stale/03\.nc: time.*as in the manifest; make it anew"):
        forcing(year, edit(year, "stale.csv", change), "A", out="stale-out")


def test_windows_that_do_not_surround_the_cells(year):
    def change(table):
        table["north"] = np.where(table["path"].str.contains("B"), 44.25, table["north"])
        return table

    with pytest.raises(InputError, match="granules of B is 0; expected one or more around"):
        forcing(year, edit(year, "narrow.csv", change), out="narrow")


def test_celsius_is_named_and_nothing_written(year):
    part = np.array_split(LABELS, 12)[0]
    values = {"Tair": fields(part, *WINDOWS["A"])["Tair"] - 273.15}
    write_netcdf(year / "celsius/00.nc", part, *WINDOWS["A"], values=values)

    def change(table):
        table["path"] = table["path"].replace("nldas/A/00.nc", "celsius/00.nc")
        return table

    with pytest.raises(InputError, match=r"celsius/00\.nc: Tair is .*kelvin"):
        forcing(year, edit(year, "celsius.csv", change), out="celsius-out")
    assert not (year / "celsius-out").exists()


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda t: t.drop(columns="north"), "north"),
        (lambda t: t.iloc[:0], "one row for each granule"),
        (lambda t: t.assign(first_time="yesterday"), "first_time"),
        (lambda t: t.assign(south="x"), "south"),
        (lambda t: pd.concat([t, t]), "each granule once"),
    ],
)
def test_unusable_manifest(year, change, hint):
    with pytest.raises(InputError, match=hint):
        forcing(year, edit(year, "bad.csv", change), out="bad")


def test_unusable_options(year):
    with pytest.raises(InputError, match="margin"):
        forcing(year, margin=-1)
    with pytest.raises(InputError, match="magin"):
        forcing(year, magin=1)


def test_empty_directory(tmp_path):
    with pytest.raises(InputError, match="granules is 0"):
        run("forcing-manifest", "--granules", tmp_path, "--out", tmp_path / "m.csv")
