"""The loops over lanes are compiled to packed arithmetic."""

import re

import numpy as np
import pytest
from numba import config

from edlite.model.block import make_block, pack
from edlite.model.derivatives import leaf_fluxes
from edlite.model.driver import interpolation
from helpers.from_python import from_python
from helpers.model_columns import FOREST, Patch, columns_of, weather

PACKED = re.compile(r"\bv?(?:mul|fn?m(?:add|sub)\d*)pd\b")
SCALAR = re.compile(r"\bv?(?:mul|fn?m(?:add|sub)\d*)sd\b")


@pytest.mark.skipif(
    bool(config.DISABLE_JIT) or config.CPU_NAME == "generic", reason="needs Numba for this machine"
)
def test_leaf_loop_is_packed():
    """Exponentials, roots and fluxes of 16 lanes at a time. Without the flag that arrays do not
    overlap (edlite.kernels.mathematics.lane_loop) the loop falls back to scalar instructions."""
    columns = columns_of((Patch(cohorts=FOREST),))
    point, weight = interpolation(columns, weather("2001-07-01", 1, warm=290.0))
    (patches,) = pack(columns)
    block = make_block(columns, patches, point, weight, np.zeros(1, bool))
    fast, rates = block.views[:2]
    loop = from_python(leaf_fluxes)
    loop(fast, rates, block.cohorts, block.step, block.work)
    (assembly,) = loop.inspect_asm().values()
    packed, scalar = len(PACKED.findall(assembly)), len(SCALAR.findall(assembly))
    assert packed > 40 and packed > 5 * scalar
