"""The process functions are plain Python: their tests also pass with the JIT switched off."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba import config

# tests of process functions elsewhere: allometry, sun and splitting of shortwave
OTHERS = ("initial/test_cohorts.py", "model/test_meteorology.py")


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="is the run without JIT")
def test_process_functions_without_jit(project):
    here = Path(__file__)
    tests = [str(p) for p in sorted(here.parent.glob("test_*.py")) if p.name != here.name]
    tests += [str(project / "tests" / name) for name in OTHERS]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=project,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]
    summary = result.stdout.splitlines()[-1]
    assert "passed" in summary and "skipped" not in summary, summary
