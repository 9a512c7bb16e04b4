"""Radiation of random stands, as the model computes it, against numerical integration."""

from typing import NamedTuple

import numpy as np
import pytest

from edlite.constants import EMIS_SOIL, EMIS_WATER, SIGMA_SB
from edlite.model.block import make_block, pack
from edlite.model.block_cohorts import leaf_optics
from edlite.model.lanes import LANES
from edlite.model.meteorology import (
    COS_ZENITH,
    LONGWAVE_DOWN,
    NIR_BEAM,
    NIR_DIFFUSE,
    PAR_BEAM,
    PAR_DIFFUSE,
)
from edlite.model.options import ModelOptions
from edlite.model.radiation import beam_in_rows, longwave, radiation, shortwave_band
from helpers.from_python import interpreted
from helpers.model_columns import Patch, columns_of
from helpers.narrow import narrow
from helpers.two_stream import absorbed, fluxes, longwave_rates, rates

COHORTS, ROUNDS = 8, 20
BANDS = {"vis": (PAR_BEAM, PAR_DIFFUSE), "nir": (NIR_BEAM, NIR_DIFFUSE)}
LOOPS = (radiation, beam_in_rows, shortwave_band, longwave)
SCALE = 1000.0  # W m-2, about what comes in


class Leaves(NamedTuple):
    """Optical parameters of leaves (row, lane)."""

    chi: np.ndarray
    clumping: np.ndarray
    emissivity: np.ndarray
    bands: dict[str, tuple[np.ndarray, np.ndarray]]  # reflectance, transmittance


@pytest.fixture(scope="module")
def block():
    """LANES stands of up to COHORTS layers."""
    stand = tuple(("NP", 10.0 + i, 0.01) for i in range(COHORTS))
    columns = columns_of((Patch(cohorts=stand),))
    (patches,) = pack(columns)
    corner = np.array([[1.0, 0.0, 0.0, 0.0]])
    return make_block(columns, patches, np.zeros((1, 4), int), corner, np.zeros(1, bool))


def random_stands(block, rng):
    """Leaves, ground and incoming radiation of every lane anew; some rows without leaves, the sun
    from near the horizon to the zenith or down, some ground under water or snow."""
    step, work, met = block.step, block.work, block.met
    shape = (COHORTS, LANES)
    share = rng.uniform(0.1, 0.95, shape)
    bands = {}
    for name, most in (("vis", 0.35), ("nir", 0.95)):
        omega = share * most
        refl = rng.uniform(0.2, 0.8, shape) * omega
        bands[name] = (refl, omega - refl)
    chi = rng.uniform(-0.4, 0.6, shape)
    chi[np.abs(chi) < 0.02] = 0.0
    leaves = Leaves(chi, rng.uniform(0.4, 1.0, shape), rng.uniform(0.9, 1.0, shape), bands)
    block.cohorts.clumping[:] = leaves.clumping
    for name, values in leaf_optics(chi, leaves.clumping, bands, leaves.emissivity).items():
        getattr(block.cohorts, name)[:] = values
    empty = rng.random(shape) < rng.random(LANES) * 0.6
    step.lai[:] = np.where(empty, 0.0, rng.uniform(0.01, 1.2, shape))
    block.views[0].theta[0] = rng.uniform(0.05, 0.4, LANES)
    block.views[0].snow[0] = np.where(rng.random(LANES) < 0.3, 2.0, 0.0)
    block.ground.snow_depth[:] = 0.02
    work.a8[:] = rng.random(LANES)
    work.t_leaf[:] = rng.uniform(260.0, 310.0, shape)
    work.t_ground[:] = rng.uniform(260.0, 310.0, LANES)
    met[COS_ZENITH] = rng.uniform(0.03, 1.0, LANES)
    for beam, diffuse in BANDS.values():
        met[beam] = rng.uniform(0.0, 400.0, LANES) * (rng.random(LANES) < 0.8)
        met[diffuse] = rng.uniform(0.0, 200.0, LANES)
    met[LONGWAVE_DOWN] = rng.uniform(150.0, 450.0, LANES)
    return leaves


def solve(block):
    """The model's radiation of the block; its loops over lanes are compiled, the rest is Python."""
    parts = (block.views[0], block.ground, block.soil, block.cohorts, block.step, block.work)
    small = (narrow(part, *LOOPS) for part in parts)
    interpreted(*LOOPS)(ModelOptions().switches(), block.met, *small)


def expected(block, leaves):
    """Absorbed by leaves in each band and in longwave (row, lane), by the ground, and reflected."""
    met, lai = block.met, block.step.lai
    wet = block.views[0].snow[0] > 0.0
    dry = np.maximum(0.14, 0.31 - 0.34 * block.views[0].theta[0] / block.soil.theta_s[0])
    albedo = np.where(wet, 0.5 - 0.36 * block.work.a8, dry)
    result = {}
    for name, (beam, diffuse) in BANDS.items():
        refl, trans = leaves.bands[name]
        matrix = rates(refl, trans, leaves.chi, leaves.clumping, met[COS_ZENITH])
        flux = fluxes(matrix, lai, met[diffuse], met[beam], albedo)
        result[name] = (*absorbed(flux), flux[0, :, 1])
    black = SIGMA_SB * block.work.t_leaf**4
    matrix = longwave_rates(leaves.emissivity, leaves.chi, black)
    emissivity = np.where(wet, EMIS_WATER, EMIS_SOIL)
    emitted = emissivity * SIGMA_SB * block.work.t_ground**4
    flux = fluxes(
        matrix, lai, met[LONGWAVE_DOWN], np.ones(LANES), 1.0 - emissivity, emitted, beam=False
    )
    result["longwave"] = (*absorbed(flux, beam=False), flux[0, :, 1])
    return result


def resonant(block, leaves):
    """Lanes with a layer whose beam extinction the closed form has to move off its singularity."""
    near = np.zeros(LANES, bool)
    for name in BANDS:
        refl, trans = leaves.bands[name]
        matrix = rates(refl, trans, leaves.chi, leaves.clumping, block.met[COS_ZENITH])
        k = np.sqrt(matrix[..., 0, 0] ** 2 - matrix[..., 0, 1] ** 2)
        near |= np.any(np.abs(-matrix[..., 2, 2] / k - 1.0) < 1.01e-4, axis=0)
    return near


def test_random_stands(block, record_property):
    """Absorption of every cohort and of the ground, reflected and emitted light, to 1e-10 of what
    comes in, and to 1e-5 in the rare stand at the resonance of beam and diffuse light; the layers,
    the ground and the sky share out all of it."""
    worst, worst_resonant, closure = 0.0, 0.0, 0.0
    rng = np.random.default_rng(32)
    for _ in range(ROUNDS):
        leaves = random_stands(block, rng)
        solve(block)
        step, met = block.step, block.met
        exact = expected(block, leaves)
        parts = (exact["vis"], exact["nir"])
        ground = step.sw_soil + step.sw_pool
        reflected = step.sw_in - step.sw_net
        shortwave = step.radiation - exact["longwave"][0]
        errors = (
            step.par - exact["vis"][0],
            shortwave - sum(p[0] for p in parts),
            ground - sum(p[1] for p in parts),
            reflected - sum(p[2] for p in parts),
            step.lw_ground - exact["longwave"][1],
            met[LONGWAVE_DOWN] - step.lw_net - exact["longwave"][2],
        )
        error = np.max([np.abs(np.atleast_2d(e)).max(axis=0) for e in errors], axis=0) / SCALE
        near = resonant(block, leaves)
        worst = max(worst, error[~near].max())
        worst_resonant = max(worst_resonant, error[near].max(initial=0.0))
        absorbed_all = step.radiation.sum(axis=0) + ground + step.lw_ground
        closure = max(closure, np.abs(absorbed_all - step.sw_net - step.lw_net).max() / SCALE)
        assert np.all(step.par >= 0.0)
        assert np.all((step.par > 0.0) | (step.lai == 0.0))
        assert np.all(ground > 0.0) and np.all(reflected > 0.0)
    record_property("largest_error", worst)
    record_property("largest_error_at_resonance", worst_resonant)
    record_property("closure", closure)
    print(f"error {worst:.1e}, at resonance {worst_resonant:.1e}, closure {closure:.1e}")
    assert worst <= 1e-10 and worst_resonant <= 1e-5
    assert closure <= 1e-14
