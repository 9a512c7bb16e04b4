"""What the cache of compiled code is looked up by does not depend on the order of imports."""

import subprocess
import sys

import pytest
from numba import config

LOOK = """
import {first}
from edlite.model.compiled import compiled_steps
print(compiled_steps["rk4"].targetctx.codegen().magic_tuple())
"""


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="needs Numba")
def test_key_of_the_cache():
    keys = {
        subprocess.run(
            [sys.executable, "-c", LOOK.format(first=first)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for first in ("edlite.model.compiled", "edlite.kernels.solar", "edlite.model.columns")
    }
    assert len(keys) == 1, keys
