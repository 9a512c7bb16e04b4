"""The benchmark runs; what it measures is nobody's promise."""

import json
import subprocess
import sys

import numpy as np
import pytest
from benchmarks.stands import STANDS, columns_of
from benchmarks.tile_files import arguments, write_tile
from benchmarks.weather import WEEKS, week

from edlite.cli import group
from edlite.files import read_dataset


@pytest.mark.parametrize("name", WEEKS)
def test_weeks_have_weather(name):
    """Rain, calm hours and a daily cycle; each day differs from the others."""
    met = week(name)
    days = np.stack([met.day(np.datetime64(WEEKS[name].start) + i) for i in range(7)])
    assert np.isfinite(days).all()
    rain, wind, temperature = days[:, :, 5], days[:, :, 3], days[:, :, 0]
    assert rain.max() > 1e-4 and (rain.max(axis=1) == 0.0).any()
    assert wind.min() < 1.0 < 3.0 < wind.max()
    assert len(np.unique(temperature.mean(axis=1))) == 7


def test_stands():
    """Leaf area and number of cohorts are those that were asked for; blocks are full."""
    for kind in STANDS.values():
        columns = columns_of(kind)
        assert columns.n_patch % 16 == 0
        assert columns.n_cohort == kind.cohorts * columns.n_cell
        patch = np.bincount(columns.patch_index, columns.lai_full, columns.n_patch)
        np.testing.assert_allclose(patch.reshape(columns.n_cell, -1)[0], kind.leaf_area)


def test_simulate_takes_the_files_of_a_tile(tmp_path):
    write_tile(tmp_path, "semi-arid 8 in 3", 2, 2)
    group(arguments(tmp_path, 1), standalone_mode=False)
    daily = read_dataset(tmp_path / "run" / "out-daily.nc")
    assert daily.sizes["time"] == 1 and np.isfinite(daily["le"]).all()


@pytest.mark.slow
def test_quick_parts(project, tmp_path):
    path = tmp_path / "quick.json"
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--only", "start-up", "--out", path],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["units"]["vector_ns"] > 0.0 and found["start-up"]["wall_s"] > 0.0
