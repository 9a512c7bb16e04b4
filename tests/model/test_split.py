"""The semi-implicit step: its functions and linear systems, and whole days beside `rk4`."""

import numpy as np
import pytest

from edlite.constants import C_ICE, RHO_W, T3, YEAR_S
from edlite.kernels.thermodynamics import pool_temperature, saturation_humidity
from edlite.model.block import load_state, make_block, pack
from edlite.model.driver import interpolation
from edlite.model.implicit_column import (
    column_temperatures,
    eliminate_soil,
    node_coefficients,
    water_heat_capacity,
)
from edlite.model.implicit_exchange import held_by_leaf, towards
from edlite.model.implicit_surface import mean_wet_fraction, phase_of_leaf, saturation_slope
from edlite.model.implicit_water import darcy_linear, solve_moisture
from edlite.model.options import ModelOptions
from edlite.model.soil_column import limits_of_flow, soil_potentials
from helpers.from_python import from_python
from helpers.model_columns import PATCHES, Patch, columns_of, run_days, start_state, weather
from helpers.narrow import narrow

DT = 600.0  # s
LOOPS = (soil_potentials, limits_of_flow, darcy_linear, solve_moisture)
HEAT_LOOPS = (eliminate_soil, column_temperatures)


def test_saturation_slope_is_the_derivative():
    # the slope follows Clausius and Clapeyron, saturation a fit to measurements
    for t in (240.0, 260.0, 275.0, 290.0, 310.0):
        rise = saturation_humidity(t + 0.01, 9e4) - saturation_humidity(t - 0.01, 9e4)
        found = saturation_slope(t, saturation_humidity(t, 9e4))
        assert found == pytest.approx(rise / 0.02, rel=0.04)


@pytest.mark.parametrize("film", [0.0, 1e-4, 0.02, 0.2, 0.3])
@pytest.mark.parametrize("potential", [0.0, 1e-6, 1e-4, 1e-3])
def test_mean_wet_fraction_is_that_of_a_drying_film(film, potential):
    """Against 20,000 small steps of the film; water above the capacity counts as a full film."""
    capacity, n = 0.2, 20000
    left, total = min(film, capacity), 0.0
    for _ in range(n):
        wet = (left / capacity) ** (2.0 / 3.0)
        total += wet / n
        left = max(left - potential * wet * DT / n, 0.0)
    assert mean_wet_fraction(film, capacity, potential, DT) == pytest.approx(total, abs=2e-3)


def test_phase_of_leaf_solves_its_energy():
    """The new temperature with the phase's capacity and offset has the energy that is left."""
    capacity, slope = 2000.0, 5000.0
    for water in (0.0, 0.05, 0.2):
        for t in (250.0, 272.0, 275.0, 300.0):
            energy = held_by_leaf(t, water, capacity) + slope * t
            chosen, offset = phase_of_leaf(energy, capacity, water, slope)
            assert (energy + offset) / (chosen + slope) == pytest.approx(t, rel=1e-12)
            assert pool_temperature(held_by_leaf(t, water, capacity), water, capacity) == (
                pytest.approx(t, rel=1e-12)
            )
    frozen = (capacity + 0.2 * C_ICE + slope) * T3
    assert phase_of_leaf(frozen + 1e3, capacity, 0.2, slope)[0] == 0.0


def test_exchange_moves_between_positive_values():
    assert towards(1.0, 3.0, 0.5) == 2.0
    assert towards(3.0, 1.0, 2.0) == 0.5  # not below half of the smaller


def test_node_is_the_solution_of_its_balance():
    """Heat stored = heat received and conducted, with the node below eliminated."""
    capacity, t, source, above, below, below_0, below_t = 30.0, 280.0, 12.0, 4.0, 3.0, 200.0, 0.3
    offset, slope = node_coefficients(capacity, t, source, above, below, below_0, below_t)
    for t_above in (270.0, 290.0):
        new = offset + slope * t_above
        lower = below_0 + below_t * new
        gained = source + above * (t_above - new) + below * (lower - new)
        assert capacity * (new - t) == pytest.approx(gained, abs=1e-9)
    melting = node_coefficients(capacity, T3, source, above, below, below_0, below_t)
    assert melting == (T3, 0.0)


class Ground:
    """The soil of the test patches, whose loops a test calls by itself."""

    def __init__(self, *loops):
        patches = (*PATCHES, Patch(sand=0.8, clay=0.1, theta=0.2), Patch(clay=0.4, theta=0.35))
        columns = columns_of(patches)
        met = weather("2001-07-01", 1, warm=290.0)
        (numbers,) = pack(columns)
        point, weight = interpolation(columns, met)
        block = make_block(columns, numbers, point, weight, np.zeros(columns.n_patch, bool))
        load_state(block, start_state(columns, patches))
        parts = (block.views[0], block.soil, block.stand, block.work, block.implicit)
        parts = [narrow(x, *loops) for x in parts]
        self.fast, self.soil, self.stand, self.work, self.implicit = parts
        self.dz = self.soil.dz[:, None] * np.ones_like(self.fast.theta)

    def linear_fluxes(self):
        """Darcy fluxes and slopes of the present moisture, all water liquid."""
        self.work.f_soil[:] = 1.0
        from_python(soil_potentials)(self.fast, self.soil, self.work)
        from_python(limits_of_flow)(self.fast, self.soil, self.work)
        from_python(darcy_linear)(self.fast, self.soil, self.stand, self.work, self.implicit)

    def move(self, dt, evaporation, uptake):
        """One implicit step of moisture; evaporation and uptake by layer in kg m-2 s-1."""
        self.linear_fluxes()
        self.implicit.part[:] = dt
        self.work.e_soil[:] = evaporation
        self.work.uptake[:] = uptake * self.soil.active
        from_python(solve_moisture)(self.soil, self.stand, self.work, self.implicit)
        flux = self.implicit.flux
        above = np.vstack([np.full_like(flux[:1], evaporation / RHO_W), flux[:-1]])
        change = dt / self.dz * (flux - above - self.work.uptake / RHO_W) * self.soil.active
        self.fast.theta[:] += change
        return change


@pytest.fixture(scope="module")
def water():
    return Ground(*LOOPS)


@pytest.fixture
def ground(water):
    """The soil with random moisture between its bounds, the same each time."""
    random = np.random.default_rng(5)
    low, high = water.soil.theta_r + 0.02, water.soil.theta_s - 0.02
    water.fast.theta[:] = low + (high - low) * random.random(low.shape)
    return water


def test_slopes_of_the_darcy_flux(ground):
    """Against central differences, in the layer and in the next."""
    ground.linear_fluxes()
    slope, slope_below = ground.implicit.slope.copy(), ground.implicit.slope_below.copy()
    theta, eps = ground.fast.theta.copy(), 1e-7
    for k in range(theta.shape[0]):
        fluxes = []
        for sign in (1.0, -1.0):
            ground.fast.theta[:] = theta
            ground.fast.theta[k] += sign * eps
            ground.linear_fluxes()
            fluxes.append(ground.implicit.flux.copy())
        found = (fluxes[0] - fluxes[1]) / (2.0 * eps)
        scale = np.abs(found).max(axis=0) + 1e-12
        np.testing.assert_allclose(slope[k] / scale, found[k] / scale, atol=1e-5)
        if k > 0:
            np.testing.assert_allclose(slope_below[k - 1] / scale, found[k - 1] / scale, atol=1e-5)


def test_moisture_against_a_dense_solve(ground):
    ground.linear_fluxes()
    flux, slope, slope_below = (
        getattr(ground.implicit, n).copy() for n in ("flux", "slope", "slope_below")
    )
    evaporation, uptake = 5e-5, 2e-6
    change = ground.move(DT, evaporation, uptake)
    for lane in range(change.shape[1]):
        n = int(ground.soil.active[:, lane].sum())
        matrix, right = np.zeros((n, n)), np.zeros(n)
        for k in range(n):
            matrix[k, k] += ground.dz[k, lane] / DT - slope[k, lane]
            right[k] += flux[k, lane] - uptake / RHO_W
            if k + 1 < n:
                matrix[k, k + 1] -= slope_below[k, lane]
                matrix[k + 1, k] += slope[k, lane]
                matrix[k + 1, k + 1] += slope_below[k, lane]
                right[k + 1] -= flux[k, lane]
        right[0] -= evaporation / RHO_W
        np.testing.assert_allclose(change[:n, lane], np.linalg.solve(matrix, right), atol=1e-12)
        np.testing.assert_array_equal(change[n:, lane], 0.0)


def test_moisture_is_conserved(ground):
    before = (ground.fast.theta * ground.dz * ground.soil.active).sum(axis=0)
    ground.move(DT, 5e-5, 2e-6)
    after = (ground.fast.theta * ground.dz * ground.soil.active).sum(axis=0)
    drained = (ground.implicit.flux * ground.soil.last).sum(axis=0)
    lost = (5e-5 + 2e-6 * ground.soil.active.sum(axis=0)) / RHO_W
    np.testing.assert_allclose(after - before, DT * (drained - lost), atol=1e-15)


def test_moisture_converges_with_first_order(ground):
    """Half the step, half the error, after two hours from a profile that relaxes."""
    start = ground.fast.theta.copy()

    def after(n):
        ground.fast.theta[:] = start
        for _ in range(n):
            ground.move(12.0 * DT / n, 1e-5, 1e-7)
        return ground.fast.theta.copy()

    exact = after(4800)
    coarse, fine = (np.sqrt(np.mean((after(n) - exact) ** 2)) for n in (300, 600))
    assert coarse / fine == pytest.approx(2.0, abs=0.3)
    assert np.sqrt(np.mean((after(12) - exact) ** 2)) < 3e-3


def test_heat_below_the_surface_against_a_dense_solve():
    """Temperatures of all layers under a ground whose new temperature is given."""
    ground = Ground(*HEAT_LOOPS)
    random = np.random.default_rng(3)
    shape = ground.fast.theta.shape
    ground.work.t_soil[:] = 262.0 + 30.0 * random.random(shape)
    ground.work.conduct[:] = 0.3 + random.random(shape)
    old = ground.work.t_soil.copy()
    from_python(eliminate_soil)(DT, ground.fast, ground.soil, ground.work, ground.implicit)
    ground.work.t_ground[:] = 285.0
    from_python(column_temperatures)(False, ground.fast, ground.soil, ground.work, ground.implicit)
    for lane in range(shape[1]):
        n = int(ground.soil.active[:, lane].sum())
        dz, lam = ground.dz[:n, lane], ground.work.conduct[:n, lane]
        specific = np.array([water_heat_capacity(t) for t in old[:n, lane]])
        heat = ground.soil.c_dry[:n, lane] + ground.fast.theta[:n, lane] * RHO_W * specific
        between = 1.0 / (0.5 * dz[:-1] / lam[:-1] + 0.5 * dz[1:] / lam[1:])
        matrix, right = np.diag(heat * dz / DT), heat * dz / DT * old[:n, lane]
        for k in range(n - 1):
            matrix[k : k + 2, k : k + 2] += between[k] * np.array([[1.0, -1.0], [-1.0, 1.0]])
        matrix[0], right[0] = np.eye(n)[0], 285.0
        expected = np.linalg.solve(matrix, right)
        np.testing.assert_allclose(ground.work.t_soil[:n, lane], expected, rtol=1e-12)


# hourly rmsd of any patch: bounds a little above what is reached. The forest's warm, wet nights
# with jumps of the wind have two states of the canopy air, and `split` may take the other one
SUMMER = {"gpp": (0.06, YEAR_S), "le": (16.0, 1.0), "h": (14.0, 1.0)}
WINTER = {"gpp": (0.06, YEAR_S), "le": (5.0, 1.0), "h": (5.0, 1.0)}
AIR, TOP = {"summer": 0.6, "winter": 0.5}, {"summer": 0.003, "winter": 0.02}


@pytest.mark.parametrize(
    ("season", "met", "temperature", "bounds"),
    [
        ("summer", {"start": "2001-07-01", "days": 4, "warm": 293.0}, 290.0, SUMMER),
        ("winter", {"start": "2001-03-01", "days": 4, "warm": 281.0, "swing": 26.0}, 277.0, WINTER),
    ],
)
def test_days_beside_the_reference(compiled, season, met, temperature, bounds, record_property):
    """Showery summer, and rain that turns to snow in deep frost: every patch near `rk4`."""
    rk4, split = (
        run_days(
            weather(**met),
            days=met["days"],
            temperature=temperature,
            options=ModelOptions(integrator=name),
        )
        for name in ("rk4", "split")
    )

    def rmsd(of):
        return np.sqrt(np.mean((of(split) - of(rk4)) ** 2, axis=0))

    found = {name: rmsd(lambda r, n=name: r.flux(n)) * k for name, (_, k) in bounds.items()}
    found["canopy air"] = rmsd(lambda r: r.flux("canopy_air_temperature"))
    found["theta 1"] = rmsd(lambda r: r.theta()[:, 0])
    limits = {name: bound for name, (bound, _) in bounds.items()}
    limits |= {"canopy air": AIR[season], "theta 1": TOP[season]}
    for name, values in found.items():
        record_property(f"rmsd_{name}", float(values.max()))
        print(season, name, np.round(values, 5))
    for name, values in found.items():
        assert values.max() < limits[name], name
    total = np.array([r.flux("gpp").sum(axis=0) for r in (rk4, split)])
    np.testing.assert_allclose(total[1], total[0], rtol=0.01, atol=1e-9)


def test_thin_leaves_keep_a_sane_temperature(compiled):
    """A wet film on leaves of little area that dries in hot wind: its end leaves no heat behind.

    LAI 0.02 to 0.2 hold 10 to 100 J m-2 K-1, the film up to 50 kJ m-2 of latent heat.
    """
    patches = tuple(Patch(cohorts=(("LHW", 12.0, n),)) for n in (0.001, 0.004, 0.01))
    met = weather("2001-07-01", 3, warm=304.0, light=1.3)
    run = run_days(
        met,
        patches,
        days=3,
        temperature=300.0,
        options=ModelOptions(integrator="split"),
        by_cohort=True,
        records=144,
    )
    from edlite.model.records import COHORT

    leaf = np.concatenate([d.cohorts[:, COHORT.index("leaf_temperature")] for d in run.days])
    air = np.concatenate([d.fluxes[:, 16] for d in run.days])
    assert np.abs(leaf - air[:, run.columns.patch_index]).max() < 12.0


def test_each_integrator_runs_its_own_steps(compiled):
    """Also where both have been loaded in one process."""
    met = weather("2001-07-01", 1, warm=293.0)
    runs = {
        name: run_days(met, PATCHES[:2], days=1, options=ModelOptions(integrator=name))
        for name in ("rk4", "split", "rk4")
    }
    assert np.all(runs["split"].patch("substeps") == 2 * 144)
    assert np.all(runs["rk4"].patch("substeps") != 2 * 144)
