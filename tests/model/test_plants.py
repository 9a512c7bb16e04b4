"""Fluxes of plants in whole columns: night, bare ground, drought, C4, phenology, radiation."""

import numpy as np
import pytest

from edlite.constants import EMIS_SOIL, SIGMA_SB
from edlite.kernels import radiation as rad
from edlite.model.meteorology import (
    COS_ZENITH,
    LONGWAVE_DOWN,
    NIR_BEAM,
    NIR_DIFFUSE,
    PAR_BEAM,
    PAR_DIFFUSE,
)
from edlite.model.options import ModelOptions
from helpers.model_columns import (
    FOREST,
    PATCHES,
    Patch,
    columns_of,
    one_step,
    run_days,
    start_state,
    weather,
)
from helpers.stand_radiation import longwave_stand, shortwave_stand

BARE = [i for i, p in enumerate(PATCHES) if not p.cohorts]
GREEN = [i for i, p in enumerate(PATCHES) if p.cohorts]


def test_no_plants_no_plant_fluxes(summer, winter):
    for run in (summer, winter):
        for name in ("gpp", "transpiration", "leaf_respiration", "root_respiration"):
            assert np.all(run.flux(name)[:, BARE] == 0.0)
            assert np.all(run.flux(name)[:, GREEN].max(axis=0) > 0.0)
        assert np.all(run.patch("lai")[:, BARE] == 0.0)


def test_no_light_no_assimilation(compiled):
    run = run_days(weather("2001-07-01", 1, warm=293.0, light=0.0), days=1)
    assert np.all(run.flux("gpp") == 0.0)
    assert np.all(run.flux("leaf_respiration")[:, GREEN] > 0.0)
    assert np.all(run.flux("shortwave_down") == 0.0)


def test_night_and_day(summer):
    gpp, light = summer.flux("gpp"), summer.flux("shortwave_down")
    assert np.all(gpp[light[:, 0] == 0.0] == 0.0)
    assert np.all(gpp[20::24, GREEN] > 0.0)


def test_net_radiation_is_shared_between_latent_sensible_and_stored_heat(summer):
    """Over four days storage is small against the fluxes."""
    rnet, le, h = (summer.flux(n).mean(axis=0) for n in ("rnet", "le", "h"))
    assert np.all(np.abs(rnet - le - h) < 25.0)


def test_drought_stops_transpiration_but_not_respiration(compiled):
    met = weather("2001-07-01", 2, warm=298.0, wet=False)
    wilted, moist = (Patch(cohorts=FOREST, theta=t) for t in (0.02, 0.30))
    run = run_days(met, (wilted, moist), days=1, temperature=296.0)
    transpiration, gpp = run.flux("transpiration").sum(axis=0), run.flux("gpp").sum(axis=0)
    assert transpiration[0] < 0.05 * transpiration[1]
    assert gpp[0] < 0.2 * gpp[1]
    assert np.all(run.flux("leaf_respiration").sum(axis=0) > 0.0)


def test_more_water_never_means_less_assimilation(compiled):
    """Supply rises linearly with available water, so GPP rises over the whole range."""
    theta = (0.10, 0.15, 0.20, 0.25, 0.30)
    patches = tuple(Patch(cohorts=FOREST, theta=t) for t in theta)
    run = run_days(weather("2001-07-01", 2, warm=293.0, wet=False), patches, days=1)
    assert np.all(np.diff(run.flux("gpp").sum(axis=0)) > 0.0)


def test_c4_uses_less_water_for_its_carbon(summer):
    """Carbon gained per water lost: the C4 grass against the C3 crop of the same size."""
    gain, water = summer.flux("gpp").sum(axis=0), summer.flux("transpiration").sum(axis=0)
    c4, c3 = 4, 5
    assert PATCHES[c4].cohorts[0][0] == "DC4" and PATCHES[c3].cohorts[0][0] == "CRC3"
    assert gain[c4] / water[c4] > 1.1 * gain[c3] / water[c3]


def test_leaves_follow_the_greenness_curve(compiled):
    """Without carbon balance: hardwoods are bare in winter, conifers are not."""
    patches = (Patch(cohorts=(("MHW", 30.0, 0.02),)), Patch(cohorts=(("NP", 18.0, 0.03),)))
    static = {"options": ModelOptions(dynamics="static")}
    cold = weather("2001-01-10", 3, warm=272.0)
    january = run_days(cold, patches, days=3, temperature=272.0, **static)
    july = run_days(weather("2001-07-01", 2, warm=292.0), patches, days=2, **static)
    assert january.last.leaf_carbon[0] == 0.0 and january.patch("lai")[-1, 0] == 0.0
    assert july.last.leaf_carbon[0] == pytest.approx(july.columns.leaf_max[0], rel=1e-3)
    for run in (january, july):
        assert run.last.leaf_carbon[1] == run.columns.leaf_max[1]
    # half of what is shed becomes litter, the other half is kept
    columns = january.columns
    shed = columns.n[0] * columns.leaf_max[0]
    per_day = columns.n[0] * columns.leaf_max[0] / 365.2425
    turnover = columns.of_cohort("leaf_turnover")[0]
    turnover += columns.of_cohort("root_turnover")[0] * columns.of_cohort("q_root_leaf")[0]
    litter = january.patch("litter_fast") + january.patch("litter_structural")
    assert litter[0, 0] == pytest.approx(0.5 * shed + turnover * per_day, rel=1e-9)


def test_grass_dries_and_its_leaves_do_not_return_at_once(compiled):
    patches = (Patch(cohorts=(("DC3", 4.0, 0.3),), theta=0.06),)
    hot = weather("2001-07-01", 12, warm=300.0, wet=False)
    run = run_days(hot, patches, days=12, options=ModelOptions(dynamics="static"))
    lai = run.patch("lai")[:, 0]
    assert np.all(np.diff(lai) <= 0.0) and lai[-1] < 0.5 * lai[0]
    display = run.last.leaf_carbon[0] / run.columns.leaf_max[0]
    assert run.last.elongation[0] == pytest.approx(display, rel=1e-12)


def test_snow_that_slides_off_leaves_is_denser_than_fresh_snow(compiled):
    """Fresh snow on bare ground; at most 200 kg m-3 under conifers, which intercept nearly all."""
    patches = (Patch(), Patch(cohorts=(("LC", 25.0, 0.1),)))
    run = run_days(weather("2001-01-10", 3, warm=262.0), patches, days=3, temperature=262.0)
    assert run.columns.open_fraction[1] < 0.2 and run.last.snow.sum(axis=0).min() > 10.0
    density = run.last.snow.sum(axis=0) / run.last.snow_depth
    assert 50.0 <= density[0] < 100.0
    assert 100.0 < density[1] <= 205.0


def test_absorbed_radiation_against_a_linear_system(compiled):
    """One noon step: light and longwave of every cohort and the ground, solved independently."""
    patches = (Patch(cohorts=FOREST), Patch(cohorts=(("NP", 18.0, 0.03), ("DC4", 4.0, 0.4))))
    columns = columns_of(patches)
    met = weather("2001-07-01", 1, warm=293.0, wet=False)
    state = start_state(columns, patches, temperature=291.0)
    step = 17 * 6
    block = one_step(columns, state, met, "2001-07-01", step)
    values = met.day(np.datetime64("2001-07-01"))[step, :, 0]
    for lane, patch in enumerate(block.patches):
        n = len(block.cohorts_of[lane])
        albedo = rad.soil_albedo(state.theta[0, patch], columns.soil["theta_s"][patch, 0])
        expected, par, ground = np.zeros(n), np.zeros(n), 0.0
        for band, (beam, diffuse) in {
            "vis": (values[PAR_BEAM], values[PAR_DIFFUSE]),
            "nir": (values[NIR_BEAM], values[NIR_DIFFUSE]),
        }.items():
            layers = [
                shortwave_layer(columns, block, c, lane, band, values[COS_ZENITH]) for c in range(n)
            ]
            absorbed, below, _ = shortwave_stand(layers, beam, diffuse, albedo)
            expected += absorbed
            ground += below
            par = absorbed if band == "vis" else par
        np.testing.assert_allclose(block.step.par[:n, lane], par, rtol=1e-9)
        assert block.step.sw_soil[lane] == pytest.approx(ground, rel=1e-9)
        black = SIGMA_SB * 291.0**4
        layers = [longwave_layer(columns, block, c, lane, black) for c in range(n)]
        absorbed, below, up = longwave_stand(layers, values[LONGWAVE_DOWN], EMIS_SOIL, black)
        np.testing.assert_allclose(block.step.radiation[:n, lane], expected + absorbed, rtol=1e-9)
        assert block.step.lw_ground[lane] == pytest.approx(below, rel=1e-8)
        assert block.step.lw_net[lane] == pytest.approx(values[LONGWAVE_DOWN] - up, rel=1e-8)


def of_cohort(columns, block, name, c, lane):
    """A PFT parameter of cohort row c of a lane."""
    return columns.of_cohort(name)[block.cohorts_of[lane][c]]


def shortwave_layer(columns, block, c, lane, band, mu):
    """Reflectance and transmittance of a cohort's layer from its optical parameters."""
    refl, trans, clump, chi = (
        of_cohort(columns, block, name, c, lane)
        for name in (f"leaf_refl_{band}", f"leaf_trans_{band}", "clumping", "orient_factor")
    )
    omega, x = refl + trans, block.step.lai[c, lane]
    phi1, phi2, mubar = rad.leaf_angle_coefficients(chi)
    beta = rad.diffuse_backscatter(refl, trans, chi)
    beta_beam = rad.beam_backscatter(mu, phi1, phi2, mubar)
    eta, zeta = clump * (1 - (1 - beta) * omega) / mubar, clump * omega * beta / mubar
    psi = clump * rad.projection(mu, phi1, phi2) / mu
    matrix = np.array(
        [
            [-eta, zeta, psi * omega * (1 - beta_beam)],
            [-zeta, eta, -psi * omega * beta_beam],
            [0.0, 0.0, -psi],
        ]
    )
    return from_matrix(matrix * x)


def from_matrix(matrix):
    """(R, T, R_beam, T_beam, tau) of a layer from the matrix of its linear equations."""
    from scipy.linalg import expm

    p = expm(matrix)
    r, r_beam = -p[1, 0] / p[1, 1], -p[1, 2] / p[1, 1]
    return r, p[0, 0] + p[0, 1] * r, r_beam, p[0, 1] * r_beam + p[0, 2], p[2, 2]


def longwave_layer(columns, block, c, lane, black):
    omega = 1.0 - of_cohort(columns, block, "leaf_emis", c, lane)
    chi = of_cohort(columns, block, "orient_factor", c, lane)
    mubar, beta = rad.leaf_angle_coefficients(chi)[2], 0.5 + 0.125 * (1.0 + chi) ** 2
    eta, zeta = (1 - (1 - beta) * omega) / mubar, omega * beta / mubar
    matrix = np.array([[-eta, zeta, 0.0], [-zeta, eta, 0.0], [0.0, 0.0, 0.0]])
    r, t, *_ = from_matrix(matrix * block.step.lai[c, lane])
    return r, t, (1.0 - r - t) * black
