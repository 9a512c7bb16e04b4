"""Probes and tower records, and the command that writes all observations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner

from edlite.cli import group
from edlite.demo.layout import demo_files, read_recipe
from edlite.demo.observe import write_observations
from edlite.demo.probe import at_depth, sensed_moisture
from edlite.demo.random import generator
from edlite.demo.tower_table import flux_error
from edlite.demo.truth_run import read_truth
from edlite.errors import InputError
from edlite.grid.domain import cell_coordinates
from edlite.grid.grid import cell_area
from edlite.sources.tower.fluxnet import read_base
from helpers.demo_truth import made_up_truth


@pytest.fixture
def small(project):
    return read_recipe(project / "resources/demo/test-recipe.yaml")


@pytest.fixture
def inputs(tmp_path, walnut_cells):
    """Domain, soil and forcing files, and two tiles of a truth run of four days."""
    coordinates = cell_coordinates(walnut_cells)
    area = ("cell", cell_area(walnut_cells))
    xr.Dataset({"area": area}, coordinates).to_netcdf(tmp_path / "domain.nc", engine="netcdf4")
    layers = ("cell", np.full(16, 6, dtype=np.int32))
    soil = xr.Dataset({"n_layer": layers}, coordinates)
    soil.to_netcdf(tmp_path / "soil.nc", engine="netcdf4")
    truth = made_up_truth(walnut_cells)
    for name, cells in (("0", slice(0, 8)), ("1", slice(8, 16))):
        truth.isel(cell=cells).to_netcdf(tmp_path / f"truth{name}.nc", engine="netcdf4")
    time = pd.date_range("2013-01-01", periods=97, freq="h").as_unit("ns")
    lat, lon = np.arange(31.4375, 32.1, 0.125), np.arange(-110.1875, -109.6, 0.125)
    hour = 17.0 + 0 * time.hour
    values = {
        "air_temperature": 285 + 5 * np.sin(2 * np.pi * (time.hour - 14) / 24),
        "specific_humidity": 0.004 + 0 * hour,
        "air_pressure": 84_000 + 0 * hour,
        "wind_speed": 3 + 0 * hour,
        "longwave_down": 280 + 0 * hour,
        "shortwave_down": np.maximum(0, 600 * np.cos(2 * np.pi * (time.hour - 19.33) / 24)),
        "precipitation": np.where(time.hour == 5, 2 / 3600, 0),
    }
    shape = (time.size, lat.size, lon.size)
    fields = {
        name: (("time", "lat", "lon"), np.broadcast_to(np.asarray(v)[:, None, None], shape))
        for name, v in values.items()
    }
    fields["co2"] = ("time", 396.0 + 0 * hour)
    forcing = xr.Dataset(fields, coords={"time": time, "lat": lat, "lon": lon})
    forcing.to_netcdf(tmp_path / "forcing.nc", engine="netcdf4")
    return tmp_path


def arguments(inputs, project, params="{}"):
    options = {
        "--recipe": project / "resources/demo/test-recipe.yaml",
        "--region": "Walnut",
        "--domain": inputs / "domain.nc",
        "--soil": inputs / "soil.nc",
        "--forcing": inputs / "forcing.nc",
        "--params": params,
        "--out": inputs / "out",
    }
    flat = [str(text) for pair in options.items() for text in pair]
    return ["demo-observe", *flat, *(f"--truth={inputs}/truth{i}.nc" for i in (1, 0))]


def test_command_writes_every_file_that_the_layout_names(inputs, project, small):
    result = CliRunner().invoke(group, arguments(inputs, project))
    assert result.exception is None, result.exception
    files = demo_files("Walnut", small, inputs / "out")
    assert len(files["airmoss"]) == 3
    for path in (*files["airmoss"], *files["probes"], *files["tower"]):
        assert Path(path).stat().st_size > 1000


def test_same_truth_same_bytes(inputs, project, small):
    contents = []
    for _ in range(2):
        CliRunner().invoke(group, arguments(inputs, project))
        files = demo_files("Walnut", small, inputs / "out")
        paths = (*files["airmoss"], *files["probes"], *files["tower"])
        contents.append([Path(path).read_bytes() for path in paths])
    assert contents[0] == contents[1]


def test_tower_record_opens_with_its_reader(inputs, project, small, walnut_cells):
    CliRunner().invoke(group, arguments(inputs, project))
    path = demo_files("Walnut", small, inputs / "out")["tower"][0]
    assert Path(path).read_text().splitlines()[0].startswith("# Site: US-Wkg (SYNTHETIC")
    record = read_base(path, utc_offset=-7, longitude=-109.94, theta_depths=[0.05, 0.2, 0.5])
    assert record["time"].values[0] == np.datetime64("2013-01-01T00:00")
    truth = made_up_truth(walnut_cells).isel(cell=6)
    # GPP - Reco + NEE vanishes, Reco has no error
    assert record["gpp"].values == pytest.approx(
        record["reco"].values - record["nee"].values, abs=1e-11
    )
    assert record["reco"].values == pytest.approx((truth["ra"] + truth["rh"]).values, rel=1e-3)
    assert record["precipitation"].sum() * 3600 == pytest.approx(8.0, rel=1e-3)
    # rain of the hour that ends at 05 UTC lies in the interval that starts at 04 UTC
    assert record["precipitation"].values[4] > 0 and record["precipitation"].values[5] == 0
    # half a cosine of 600 W m-2, less what it has outside the short winter day
    assert 0.85 * 600 / np.pi < record["shortwave_down"].mean() < 600 / np.pi
    error = record["theta"].values[:, 0] - truth["theta"].values[:, 1]
    assert np.nanstd(error) < 0.02


def test_station_lines_have_the_fields_of_the_network(inputs, project, small):
    CliRunner().invoke(group, arguments(inputs, project))
    path = Path(demo_files("Walnut", small, inputs / "out")["probes"][0])
    assert "synthetic" in path.name
    rows = [line.split() for line in path.read_text().splitlines()]
    assert {len(row) for row in rows} == {38} and len(rows) == 96
    assert rows[0][1:5] == ["20130101", "0100", "20121231", "1800"]
    moisture = np.array([row[28:33] for row in rows], dtype=float)
    assert np.all((moisture == -99.0) | ((moisture > 0) & (moisture < 0.6)))
    assert np.nanmean(np.where(moisture == -99, np.nan, moisture)) == pytest.approx(0.18, abs=0.04)


def test_hours_that_the_run_does_not_have(inputs, project, recipe, walnut_cells):
    full = arguments(inputs, project)
    full[full.index("--recipe") + 1] = str(project / "resources/demo/recipe.yaml")
    result = CliRunner().invoke(group, full)
    assert isinstance(result.exception, InputError) and "2013-02-25T18:10" in str(result.exception)
    assert not (inputs / "out").exists()
    full[full.index("--params") + 1] = '{"days": 4}'
    assert CliRunner().invoke(group, full).exception is None
    assert Path(demo_files("Walnut", recipe, inputs / "out")["tower"][0]).exists()
    assert not (inputs / "out/Walnut/airmoss").exists()


def test_truth_that_lacks_cells_hours_or_variables(inputs, small, walnut_cells):
    one_tile = [inputs / "truth0.nc"]
    with pytest.raises(InputError, match="cell_id"):
        read_truth(one_tile, walnut_cells)
    later = made_up_truth(walnut_cells, start="2013-01-07")
    later.to_netcdf(inputs / "later.nc", engine="netcdf4")
    with pytest.raises(InputError, match="follow one another"):
        read_truth([inputs / "truth0.nc", inputs / "truth1.nc", inputs / "later.nc"], walnut_cells)
    made_up_truth(walnut_cells).drop_vars("nee").to_netcdf(inputs / "poor.nc", engine="netcdf4")
    with pytest.raises(InputError, match="nee"):
        read_truth([inputs / "poor.nc"], walnut_cells)
    with pytest.raises(InputError, match="at least one"):
        read_truth([], walnut_cells)


def test_soil_of_other_cells_is_refused(inputs, small, walnut_cells):
    domain = xr.Dataset(coords=cell_coordinates(walnut_cells))
    soil = xr.Dataset({"n_layer": ("cell", np.full(2, 6))}, cell_coordinates(walnut_cells[:2]))
    with pytest.raises(InputError, match="domain"):
        write_observations(small, "Walnut", domain, soil, [], [], inputs / "out")


def test_probe_sees_the_layers_around_it():
    theta = np.arange(9.0)[None, :]
    assert at_depth(theta, 0.05, 9) == 1.0
    assert at_depth(theta, 0.20, 9) == pytest.approx(2.5)  # half in each layer
    assert np.isnan(at_depth(theta, 1.00, 5)[0])  # below the soil


def test_sensor_errors(recipe):
    law = recipe["probes"]
    rng = generator(recipe, "test", "sensors")
    theta = np.full((300, 9), 0.25)
    offsets = []
    for _ in range(300):
        error = sensed_moisture(rng, theta, [0.05], 9, law)[:, 0] - 0.25
        offsets.append(np.nanmean(error))
        assert np.isnan(error).mean() < 0.05
    assert np.std(offsets) == pytest.approx(law["offset"], rel=0.12)
    assert np.nanstd(error) == pytest.approx(law["noise"], rel=0.2)


def test_flux_error_is_double_exponential_and_grows_with_the_flux(recipe):
    law = recipe["tower_error"]["forest"]["nee"]
    rng = generator(recipe, "test", "fluxes")
    error = flux_error(rng, np.full(100_000, -10.0), law)
    assert error.std() == pytest.approx(1.42 + 0.19 * 10, rel=0.02)
    # kurtosis of a double-exponential is 6
    assert (error**4).mean() / error.var() ** 2 == pytest.approx(6.0, rel=0.1)
    assert flux_error(rng, np.full(100_000, 5.0), law).std() == pytest.approx(
        0.62 + 0.63 * 5, rel=0.02
    )
