"""Region files and the domain command: what is accepted and what is refused."""

import json

import numpy as np
import pytest
import xarray as xr

from edlite.cli import main
from edlite.errors import InputError
from edlite.grid.domain import read_domain
from edlite.grid.regions import read_region

SQUARE = [[[-90.0, 40.0], [-89.9, 40.0], [-89.9, 40.1], [-90.0, 40.1], [-90.0, 40.0]]]


def feature(name="A", coordinates=SQUARE, kind="Polygon"):
    return {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def write(path, features, **members):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | members))
    return path


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main([str(a) for a in arguments])
    return stop.value.code


def test_domain_command_writes_cells_and_area(tmp_path):
    path = write(tmp_path / "r.geojson", [feature("A"), feature("B")])
    out = tmp_path / "results" / "domain.nc"
    options = ("--params", '{"synthetic": true}', "--out", out)
    assert run("domain", "--regions", path, "--region", "B", *options) == 0
    ds = read_domain(out)
    assert ds.sizes == {"cell": 144}
    assert ds.attrs["region"] == "B"
    assert ds.attrs["synthetic"] == 1
    assert ds["area"].attrs["units"] == "m2"
    assert ds["cell_id"].dtype == np.int64


BOWTIE = [[[-90.0, 40.0], [-89.9, 40.1], [-89.9, 40.0], [-90.0, 40.1], [-90.0, 40.0]]]
METRES = [[[5e5, 4e6], [6e5, 4e6], [6e5, 4.1e6], [5e5, 4e6]]]
UTM = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32615"}}


@pytest.mark.parametrize(
    ("features", "members", "message"),
    [
        ([], {}, "features"),
        ([feature("B")], {}, "one of B"),
        ([feature(), feature()], {}, "occur once"),
        ([feature("")], {}, "non-empty"),
        ([feature()], {"crs": UTM}, "EPSG:4326"),
        ([feature(coordinates=[-90, 40], kind="Point")], {}, "Polygon"),
        ([feature(coordinates=BOWTIE)], {}, "valid polygon"),
        ([feature(coordinates=METRES)], {}, "degrees"),
    ],
)
def test_unusable_region_files(tmp_path, features, members, message):
    path = write(tmp_path / "r.geojson", features, **members)
    with pytest.raises(InputError, match=message) as error:
        read_region(path, "A")
    assert error.value.source == str(path)


def test_file_that_is_no_geojson(tmp_path):
    path = tmp_path / "r.geojson"
    path.write_text('{"type": "FeatureColl')
    with pytest.raises(InputError, match="GeoJSON"):
        read_region(path, "A")


def test_command_reports_in_one_line_and_leaves_nothing(tmp_path, capsys):
    small = [[[-90.0, 40.0], [-89.9999, 40.0], [-89.9999, 40.0001], [-90.0, 40.0]]]
    path = write(tmp_path / "r.geojson", [feature("A", small)])
    out = tmp_path / "domain.nc"
    assert run("domain", "--regions", path, "--region", "A", "--out", out) == 2
    assert run("domain", "--regions", tmp_path / "no", "--region", "A", "--out", out) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 2
    assert "at least one 30 arc-second cell" in lines[0]
    assert "missing" in lines[1]
    assert [p.name for p in tmp_path.iterdir()] == ["r.geojson"]


@pytest.mark.parametrize("change", ["order", "lat"])
def test_damaged_domain_files_are_refused(tmp_path, change):
    path = write(tmp_path / "r.geojson", [feature()])
    out = tmp_path / "domain.nc"
    run("domain", "--regions", path, "--region", "A", "--out", out)
    ds = xr.load_dataset(out, engine="netcdf4")
    broken = ds.isel(cell=slice(None, None, -1)) if change == "order" else ds.copy()
    if change == "lat":
        broken["lat"] = broken["lat"] + 0.001
    broken.to_netcdf(tmp_path / "broken.nc", engine="netcdf4")
    with pytest.raises(InputError, match="cell_id" if change == "order" else "lat"):
        read_domain(tmp_path / "broken.nc")
