"""Granules, manifest and CO2 are what the readers of the real products read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from edlite.demo import nldas
from edlite.demo.forcing import hour_labels, region_forcing
from edlite.demo.layout import demo_files
from edlite.errors import InputError
from edlite.files import write_table
from edlite.forcing.manifest import find_granules, scan_granules
from edlite.sources.co2 import read_monthly


@pytest.fixture(scope="module")
def forcing(recipe):
    return region_forcing(recipe, "Walnut")


@pytest.fixture
def four_days(monkeypatch, recipe, forcing):
    """Writing of all files, with the years cut to four days of two months and the label after."""
    short = forcing.sel(time=slice("2013-01-30T00", "2013-02-03T00"))
    monkeypatch.setattr(nldas, "region_forcing", lambda recipe, region: short)
    return short


def test_years_have_both_new_years(recipe):
    labels = hour_labels(recipe["years"])
    assert len(labels) == 2 * 8760 + 1
    assert str(labels[0]) == "2013-01-01 00:00:00"
    assert str(labels[-1]) == "2015-01-01 00:00:00"


def test_files_hold_the_forcing(recipe, four_days, tmp_path):
    nldas.write_forcing(recipe, tmp_path, ["Walnut"])
    files = demo_files("Walnut", recipe, tmp_path)
    manifest = pd.read_csv(files["forcing_manifest"][0])
    assert manifest["n_time"].tolist() == [48, 49]
    assert manifest["last_time"].tolist() == ["2013-01-31T23:00:00", "2013-02-03T00:00:00"]
    home = Path(files["forcing_manifest"][0]).parent
    parts = []
    for row in manifest.itertuples():
        with xr.open_dataset(home / row.path, engine="netcdf4") as ds:
            ds.load()
        assert ds.attrs["synthetic"] == 1 and "SYNTHETIC" in ds.attrs["title"]
        assert ds["Tair"].dtype == np.float32
        assert (row.south, row.north) == (ds["lat"].values[0], ds["lat"].values[-1])
        assert np.datetime64(row.first_time) == ds["time"].values[0]
        parts.append(ds)
    whole = xr.concat(parts, dim="time")
    for name, expected in four_days.data_vars.items():
        assert np.array_equal(whole[name].values, expected.values)


def test_the_manifest_is_that_of_the_command(recipe, four_days, tmp_path):
    nldas.write_forcing(recipe, tmp_path, ["Walnut"])
    path = Path(demo_files("Walnut", recipe, tmp_path)["forcing_manifest"][0])
    granules = find_granules(path.parent)
    write_table(scan_granules(granules, path.parent), tmp_path / "scanned.csv")
    assert (tmp_path / "scanned.csv").read_text() == path.read_text()


def test_co2_opens_with_its_reader(recipe, tmp_path):
    path = tmp_path / "co2.csv"
    nldas.write_co2(recipe, path)
    monthly = read_monthly(path)
    assert path.read_text().startswith("# SYNTHETIC")
    # the years of weather, the one before and the one after
    assert len(path.read_text().splitlines()) == 3 + 48
    values = np.asarray(monthly).ravel()[-48:]
    assert values.min() > 385 and values.max() < 410


def test_unknown_region_is_refused_before_work(recipe, tmp_path):
    with pytest.raises(InputError, match="Atlantis"):
        nldas.write_forcing(recipe, tmp_path, ["Walnut", "Atlantis"])
    assert not list(tmp_path.iterdir())
