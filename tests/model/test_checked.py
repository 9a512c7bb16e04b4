"""Every index of the model's loops stays within its array: a day in plain Python, checked."""

import os
import subprocess
import sys

import numpy as np
import pytest
from numba import config

from edlite.model.lane_views import CheckedView
from edlite.model.lanes import LANES
from helpers.checked_day import day


def test_checked_view_refuses_what_is_outside():
    array = np.arange(3.0 * LANES).reshape(3, LANES)
    view = CheckedView(array)
    assert view[1, 2 % LANES] == array[1, 2 % LANES] and view.shape == (3, LANES)
    assert view[2][0] == array[2, 0]
    view[0, 1] = 7.0
    assert array[0, 1] == 7.0
    for at in ((3, 0), (0, LANES), (-1, 0), (0, -1), 3, -1):
        with pytest.raises(IndexError):
            view[at]
        with pytest.raises((IndexError, TypeError)):
            view[at] = 1.0
    row = CheckedView(array[0])
    for at in (LANES, -1):
        with pytest.raises(IndexError):
            row[at]
        with pytest.raises(IndexError):
            row[at] = 1.0
    with pytest.raises(TypeError, match="contiguous"):
        CheckedView(array.T)


@pytest.mark.slow
@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="compares with compiled loops")
def test_a_day_in_checked_python_is_the_compiled_day(compiled, project, tmp_path):
    """No index is out of bounds, and the numbers agree: the two differ in their exponential and in
    the rounding of fused operations only."""
    path = tmp_path / "day.npz"
    result = subprocess.run(
        [sys.executable, "-m", "helpers.checked_day", path],
        cwd=project / "tests",
        env={
            **os.environ,
            "NUMBA_DISABLE_JIT": "1",
            "PYTHONPATH": os.pathsep.join([str(project / "src"), str(project / "tests")]),
        },
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    compiled_day = day()
    with np.load(path) as python_day:
        for name, expected in compiled_day.items():
            scale = np.abs(expected).max(initial=0.0)
            np.testing.assert_allclose(
                python_day[name], expected, rtol=1e-5, atol=1e-7 * scale + 1e-12, err_msg=name
            )
