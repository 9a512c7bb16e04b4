"""Random leaves, as the model solves them and by bisection."""

from __future__ import annotations

import numpy as np

from edlite.constants import EPS, M_CO2, M_DRY
from edlite.kernels.photosynthesis import G_MAX
from edlite.model.block import make_block, pack
from edlite.model.lanes import LANES
from edlite.model.options import ModelOptions
from edlite.model.photosynthesis import photosynthesis
from helpers.from_python import from_python
from helpers.model_columns import Patch, columns_of
from helpers.stomata_reference import Leaf, most_open

ROWS = 250  # x LANES leaves at a time


def saturation(t):
    """Saturation vapour pressure [Pa] (Murphy & Koop 2005)."""
    liquid = (
        54.842763
        - 6763.22 / t
        - 4.210 * np.log(t)
        + 0.000367 * t
        + np.tanh(0.0415 * (t - 218.8))
        * (53.878 - 1331.22 / t - 9.44523 * np.log(t) + 0.014025 * t)
    )
    ice = 9.550426 - 5723.265 / t + 3.53068 * np.log(t) - 0.00728332 * t
    return np.exp(np.where(t > 273.16, liquid, ice))


def humidity(t, pressure):
    """Saturation specific humidity."""
    e = saturation(t)
    return EPS * e / (pressure - (1.0 - EPS) * e)


def random_leaves(block, rng):
    """Leaves and air anew: frost to desert heat, dry and saturated air, night to full light, roots
    in dry and wet soil; C3 and C4 rows."""
    fast, step, work, plants, cohorts = (
        block.views[0],
        block.step,
        block.work,
        block.plants,
        block.cohorts,
    )
    shape = (ROWS, LANES)
    c4 = np.broadcast_to(rng.random((ROWS, 1)) < 0.5, shape)
    t_air = rng.uniform(266.0, 316.0, LANES)
    step.pressure[:] = rng.uniform(7e4, 1.03e5, LANES)
    moist = np.where(rng.random(LANES) < 0.2, rng.uniform(0.95, 1.05, LANES), rng.random(LANES))
    fast.q[:] = np.maximum(moist, 0.03) * humidity(t_air, step.pressure)
    fast.co2[:] = rng.uniform(250.0, 800.0, LANES)
    work.t_leaf[:] = t_air + rng.uniform(-6.0, 10.0, shape)
    work.g_bw[:] = 10.0 ** rng.uniform(-2.8, -0.8, shape)  # kg m-2 s-1 per side
    step.lai[:] = rng.uniform(0.02, 1.2, shape)
    light = 10.0 ** rng.uniform(-0.5, 2.7, shape)  # W m-2 of leaf
    step.par[:] = step.lai * np.where(rng.random(shape) < 0.2, 0.0, light)
    for name, c3_value, c4_value in (
        ("c4", 0.0, 1.0),
        ("vm_cold", np.exp(0.4 * 4.7137), np.exp(0.4 * 8.0)),
        ("gamma_rd", 0.0145, 0.04),
        ("alpha", 0.08, 0.055),
        ("vm_hot", np.exp(-0.4 * 45.0), np.exp(-0.4 * 45.0)),
        ("vm_decay", 0.4, 0.4),
        ("vm_hor", 3000.0, 3000.0),
    ):
        getattr(cohorts, name)[:] = np.where(c4, c4_value, c3_value)
    cohorts.vm0[:] = rng.uniform(4e-6, 40e-6, shape)
    cohorts.slope_m[:] = rng.uniform(3.0, 12.0, shape)
    cohorts.intercept_b[:] = 10.0 ** rng.uniform(-3.0, -1.5, shape)
    cohorts.d0[:] = rng.uniform(0.005, 0.03, shape)
    cohorts.sides[:] = rng.choice([1.0, 2.0], shape)
    cohorts.kw[:] = 5e-6
    plants.root_carbon[:] = rng.uniform(0.05, 1.0, shape)
    cohorts.n[:] = rng.uniform(0.01, 1.0, shape)
    cohorts.root_layer[:] = rng.integers(0, len(work.available), shape)
    plants.capacity_factor[:] = rng.uniform(0.3, 1.0, shape)
    plants.psi_open[:] = 10.0 ** rng.uniform(-7.0, -4.0, shape)
    water = np.where(rng.random(LANES) < 0.2, 0.0, rng.uniform(0.1, 60.0, work.available.shape))
    work.available_sum[:] = np.cumsum(water, axis=0)


def solve(block):
    """The model's photosynthesis of the block."""
    from_python(photosynthesis)(
        *(ModelOptions().switches(), block.views[0], block.soil, block.cohorts, block.plants),
        *(block.step, block.work),
    )


def expected(block):
    """Open conductance [mol m-2 s-1], open fraction, gross assimilation per leaf area."""
    fast, step, work, cohorts = block.views[0], block.step, block.work, block.cohorts
    shape = (ROWS, LANES)
    t, c4 = work.t_leaf, cohorts.c4 > 0.5

    def arrhenius(value, hor):
        return value * np.exp(hor * (1.0 / 288.15 - 1.0 / t))

    cold = 1.0 + np.exp(0.4 * (np.where(c4, 8.0, 4.7137) - (t - 273.15)))
    hot = 1.0 + np.exp(0.4 * ((t - 273.15) - 45.0))
    vm = block.plants.capacity_factor * arrhenius(cohorts.vm0, cohorts.vm_hor) / (cold * hot)
    rd = cohorts.gamma_rd * vm
    gamma = np.where(c4, 0.0, arrhenius(0.209 / 9000.0, 5000.0))
    rubisco = arrhenius(150e-6, 6000.0) * (1.0 + 0.209 / arrhenius(0.250, 1400.0))
    photons = 4.6e-6 * step.par / step.lai
    ca = np.broadcast_to(fast.co2 * 1e-6, shape)
    g_bw = work.g_bw / M_DRY * cohorts.sides
    light = cohorts.alpha * photons
    # r, s, x, t of each limitation
    zero, one = np.zeros(shape), np.ones(shape)
    cases = [
        tuple(
            np.where(c4, a, b)
            for a, b in zip(
                (zero, light, zero, one), (light, -light * gamma, one, 2.0 * gamma), strict=True
            )
        ),
        tuple(
            np.where(c4, a, b)
            for a, b in zip((zero, vm, zero, one), (vm, -vm * gamma, one, rubisco), strict=True)
        ),
        (4000.0 * M_CO2 / M_DRY * vm, zero, zero, one),
    ]
    common = (
        g_bw / 1.4,
        g_bw,
        ca,
        gamma,
        humidity(t, step.pressure) / EPS,
        np.broadcast_to(fast.q / EPS, shape),
        cohorts.slope_m,
        cohorts.intercept_b,
        cohorts.d0,
    )
    threshold = rd * (ca + 2.0 * gamma) / (cohorts.alpha * np.maximum(ca - gamma, 1e-9))
    lit = np.flatnonzero((photons >= threshold) & (photons > 0.0))
    best_a, best_g = np.full(lit.shape, np.inf), np.zeros(lit.shape)
    for number, case in enumerate(cases):
        leaf = Leaf(*(v.ravel()[lit] for v in (*common, *case, rd)))
        g, a = most_open(leaf, G_MAX)
        better = (a < best_a) & ((number < 2) | c4.ravel()[lit])
        best_a, best_g = np.where(better, a, best_a), np.where(better, g, best_g)
    g_open, a_open = cohorts.intercept_b.copy().ravel(), -rd.ravel()
    gains = best_a >= -rd.ravel()[lit]
    g_open[lit[gains]], a_open[lit[gains]] = best_g[gains], best_a[gains]
    opened = np.zeros(shape, bool)
    opened.ravel()[lit[gains]] = True
    roots = np.take_along_axis(work.available_sum, cohorts.root_layer.astype(int), axis=0)
    supply = cohorts.kw * block.plants.root_carbon * cohorts.n * roots
    demand = block.plants.psi_open * step.lai
    with np.errstate(invalid="ignore"):
        fraction = np.where(opened & (supply > 0.0), supply / (supply + demand), 0.0)
    gross = fraction * (a_open.reshape(shape) + rd)
    return g_open.reshape(shape), fraction, gross


def block_of_leaves():
    """A block with ROWS rows of cohorts, to be filled with leaves."""
    columns = columns_of((Patch(cohorts=(("NP", 18.0, 1e-3),) * ROWS),))
    (patches,) = pack(columns)
    corner = np.array([[1.0, 0.0, 0.0, 0.0]])
    return make_block(columns, patches, np.zeros((1, 4), int), corner, np.zeros(1, bool))


def compare(rounds, seed):
    """Largest relative errors of conductance, open fraction and gross assimilation over `rounds`
    times ROWS x LANES leaves; numbers of leaves, of leaves in the dark, and of closed ones."""
    block, rng = block_of_leaves(), np.random.default_rng(seed)
    worst = dict.fromkeys(("conductance", "fraction", "assimilation"), 0.0)
    leaves = dark = closed = 0
    for _ in range(rounds):
        random_leaves(block, rng)
        solve(block)
        step = block.step
        g, fraction, gross = expected(block)
        found = step.g_open * block.cohorts.sides / M_DRY
        assert np.all((found >= block.cohorts.intercept_b * (1 - 1e-12)) & (found <= G_MAX))
        for name, value, exact in (
            ("conductance", found, g),
            ("fraction", step.f_open, fraction),
            ("assimilation", step.leaf_gpp / (step.lai * 1e6), gross),
        ):
            assert np.all(np.isfinite(value))
            off = np.abs(value - exact) / np.maximum(np.abs(exact), 1e-12)
            worst[name] = max(worst[name], float(off.max()))
        leaves += g.size
        dark += np.count_nonzero(step.par == 0.0)
        closed += np.count_nonzero(fraction == 0.0)
    return worst, leaves, dark, closed
