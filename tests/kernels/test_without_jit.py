"""The process functions are plain Python: their tests also pass with the JIT switched off."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba import config


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="is the run without JIT")
def test_kernels_without_jit(project):
    here = Path(__file__)
    tests = [str(p) for p in sorted(here.parent.glob("test_*.py")) if p.name != here.name]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=project,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]
