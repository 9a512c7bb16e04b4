"""The loops over lanes are compiled to packed arithmetic."""

import re

import numpy as np
import pytest
from numba import config

from edlite.model import (
    adjust,
    derivatives,
    exchange,
    implicit_column,
    implicit_exchange,
    implicit_surface,
    implicit_water,
    integrator,
    photosynthesis,
    radiation,
    respiration,
    snow,
    soil_column,
    split,
)
from edlite.model.block import make_block, pack
from edlite.model.driver import interpolation
from edlite.model.options import ModelOptions
from helpers.from_python import from_python
from helpers.model_columns import FOREST, Patch, columns_of, weather

PRODUCT = re.compile(r"= f(?:mul|div)(?: contract)? (<?)")
LOOPS = (
    *(derivatives.temperatures, derivatives.leaf_temperatures, derivatives.ground_fluxes),
    *(derivatives.leaf_fluxes, derivatives.canopy_air, exchange.richardson),
    *(exchange.surface_layer_iterative, exchange.surface_layer_louis, exchange.understorey),
    *(exchange.boundary_layers, snow.pool_state, snow.snow_fluxes, soil_column.uptake_by_layer),
    *(soil_column.limits_of_flow, soil_column.layer_fluxes, integrator._stage6),
    *(integrator._fifth_order, integrator.insane, integrator._accept),
    *(adjust.leaf_water, adjust.surface_water),
    *(photosynthesis.capacities, photosynthesis.light_response, photosynthesis.diffusion),
    *(photosynthesis.solve_limitation, photosynthesis.doubtful, photosynthesis.photosynthesis),
    *(radiation.beam_in_rows, radiation.shortwave_band, radiation.longwave),
    *(respiration.root_warmth, respiration.root_respiration, respiration.decomposition_activity),
    *(implicit_surface.eliminate_leaves, implicit_surface.eliminate_ground),
    *(implicit_surface.leaf_vapour, implicit_surface.leaf_conductances),
    *(implicit_surface.solve_air, implicit_exchange.settle_exchange),
    *(implicit_exchange.finish_leaves, implicit_exchange.finish_air),
    *(implicit_column.eliminate_soil, implicit_column.eliminate_snow),
    *(implicit_water.darcy_linear, implicit_water.solve_moisture, implicit_water.move_in_soil),
    *(implicit_water.pass_on_heat, soil_column.soil_potentials),
)


@pytest.fixture(scope="module")
def compiled_loops():
    """Both integrators, the rates of change and what is held over a step, compiled as in the
    model."""
    columns = columns_of((Patch(cohorts=FOREST),))
    point, weight = interpolation(columns, weather("2001-07-01", 1, warm=290.0))
    (patches,) = pack(columns)
    block = make_block(columns, patches, point, weight, np.zeros(1, bool))
    switches, fast = ModelOptions().switches(), block.views[0]
    place = (block.ground, block.soil)
    plants = (block.cohorts, block.plants, block.step, block.work)
    stand = (block.stand, block.cohorts, block.step, block.work)
    from_python(integrator.integrate)(
        *(600.0, switches, block.buffers, block.views, block.floors, *place, *stand),
        block.implicit,
    )
    from_python(split.split_step)(
        *(600.0, switches, block.buffers, block.views, block.floors, *place, *stand),
        block.implicit,
    )
    from_python(photosynthesis.photosynthesis)(switches, fast, block.soil, *plants)
    from_python(respiration.respiration)(switches, 600.0, fast, *place, *plants)
    from_python(radiation.radiation)(
        *(switches, block.met, fast, *place, block.cohorts, block.step, block.work)
    )


@pytest.mark.skipif(
    bool(config.DISABLE_JIT) or config.CPU_NAME == "generic", reason="needs Numba for this machine"
)
@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.__name__)
def test_loop_is_packed(loop, compiled_loops):
    """Exponentials, roots and fluxes of several lanes at a time. Without the flag that arrays do
    not overlap, or with loops unrolled too early (both in edlite.kernels.mathematics), a loop falls
    back to scalar instructions. What is the same in all lanes stays scalar."""
    kinds = PRODUCT.findall(loop.inspect_llvm(loop.signatures[0]))
    packed, scalar = kinds.count("<"), kinds.count("")
    assert packed > 3 and packed > 2 * scalar
