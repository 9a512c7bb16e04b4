"""The examples of config/examples/site are read, and their stands, soils, forcing are usable."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from edlite.parameters import load_pft
from edlite.site.cohorts import model_cohorts
from edlite.site.config import read_site_run
from edlite.site.forcing import site_forcing
from edlite.site.leaf_area import leaf_carbon_of, read_leaf_table
from edlite.site.overrides import parameter_overrides
from edlite.site.soil import check_start, site_soil
from edlite.site.stand import read_stand

EXAMPLES = sorted(
    p.name for p in (Path(__file__).parents[2] / "config" / "examples" / "site").glob("*.yaml")
)
# files that an example names and the project does not hold
ABSENT = ("AMF_USMe2_2005_L2_GF_V006.nc", "AMF_USMe2_2005_L4_h_V002.txt.gz", "met_600s.nc")


def met_600s(path: Path) -> None:
    time = np.datetime64("2001-07-01", "ns") + np.arange(7 * 144) * np.timedelta64(600, "s")
    values = {"air_temperature": 290.0, "specific_humidity": 0.008, "air_pressure": 98000.0}
    values |= {"wind_speed": 2.0, "longwave_down": 340.0, "precipitation": 0.0}
    values |= {name: 50.0 for name in ("par_beam", "par_diffuse", "nir_beam", "nir_diffuse")}
    ds = xr.Dataset({n: ("time", np.full(time.size, v)) for n, v in values.items()}, {"time": time})
    ds.to_netcdf(path, engine="netcdf4")


@pytest.fixture
def examples(project, tmp_path):
    for path in (project / "config" / "examples" / "site").iterdir():
        shutil.copy(path, tmp_path)
    for name in ABSENT:
        (tmp_path / name).touch()
    met_600s(tmp_path / "met_600s.nc")
    return tmp_path


def test_there_is_one_of_each_kind():
    assert EXAMPLES == [
        "ed2-stand.yaml",
        "edlite-netcdf.yaml",
        "leaf-area.yaml",
        "table.yaml",
        "us-me2.yaml",
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(examples, name):
    run = read_site_run(examples / name)
    parameters = load_pft(parameter_overrides(run))
    patches, cohorts = read_stand(run.stand)
    table = model_cohorts(patches, cohorts, parameters, run.stand.divide)
    assert run.site.reference_height > table["height"].max()
    soil = site_soil(run.soil, name)
    check_start(run.soil, soil, run.soil.theta, name)
    if run.stand.leaf_area is not None:
        sla = parameters.loc[table["pft"], "SLA"].to_numpy()
        leaf, _ = leaf_carbon_of(read_leaf_table(run.stand.leaf_area), table, sla, name)
        assert leaf.shape == (4, len(table)) and (leaf > 0).all()
    if name != "us-me2.yaml":  # its record is not part of the project
        forcing = site_forcing(run)
        assert np.isfinite(forcing.to_array()).all()


def test_the_two_forms_of_a_stand_agree(examples):
    tables = read_stand(read_site_run(examples / "leaf-area.yaml").stand)
    ed2 = read_stand(read_site_run(examples / "ed2-stand.yaml").stand)
    for a, b, names in (
        (*(stand[0] for stand in (tables, ed2)), ["area", "fast_carbon", "structural_carbon"]),
        (*(stand[1] for stand in (tables, ed2)), ["dbh", "n"]),
    ):
        np.testing.assert_allclose(a[names], b[names])
    assert tables[1]["pft"].tolist() == ed2[1]["pft"].tolist()
