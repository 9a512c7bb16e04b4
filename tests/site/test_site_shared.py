"""The US-Me2 example on the real records: forcing and observations, without the model."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from edlite.site.config import read_site_run
from edlite.site.forcing import read_record, site_meteorology
from edlite.site.observed import observations
from edlite.site.stand import read_stand

pytestmark = pytest.mark.shared


@pytest.fixture
def example(project, shared, tmp_path):
    for path in (project / "config" / "examples" / "site").glob("us-me2*"):
        shutil.copy(path, tmp_path)
    for path in (shared / "data" / "tower_halfhourly").glob("AMF_USMe2_2005*"):
        (tmp_path / path.name).symlink_to(path)
    return read_site_run(tmp_path / "us-me2.yaml")


def test_forcing(example):
    meteorology, forcing = site_meteorology(example)
    assert forcing.attrs["gap_filled"] == "specific_humidity: 5, air_pressure: 5"
    assert forcing.sizes["time"] == 366 * 48
    assert np.isfinite(meteorology.day("2006-01-01")).all()
    # two days repeat the record's ends: rain of the year and of those hours
    assert float(forcing["precipitation"][16 : 16 + 17520].sum()) * 1800 == pytest.approx(
        557, abs=0.5
    )
    assert 250 < float(forcing["longwave_down"].mean()) < 300


def test_observations_and_stand(example):
    record = read_record(example.observations)
    observed = observations(record, example.start, example.end, n_layer=6)
    assert int(observed["gpp"].notnull().sum()) == 8760
    assert float(observed["gpp"].mean()) * 8760 * 3600 == pytest.approx(1.382, abs=0.002)
    assert float(observed["nee_measured"].mean()) == pytest.approx(0.503, abs=0.001)
    assert float(observed["theta_probe"].mean()) == pytest.approx(0.224, abs=0.001)
    _, cohorts = read_stand(example.stand)
    assert cohorts.loc[cohorts["pft"] == "WP", "n"].sum() == pytest.approx(0.0339)
