"""Layer solution of the two-stream equations against numerical integration; stands of layers."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from edlite.constants import SIGMA_SB
from edlite.kernels import radiation as rad
from helpers.kernel_calls import sample
from helpers.stand_radiation import longwave_stand, shortwave_stand

RNG = np.random.default_rng(13)


def layer(x, mu, refl, trans, chi, clump):
    """Optical properties of a layer, as the model forms them."""
    phi1, phi2, mubar = rad.leaf_angle_coefficients(chi)
    omega = refl + trans
    beta = rad.diffuse_backscatter(refl, trans, chi)
    beta_beam = rad.beam_backscatter(mu, phi1, phi2, mubar)
    eta, zeta = rad.diffuse_rates(omega, beta, clump, mubar)
    k = rad.diffuse_eigenvalue(eta, zeta)
    psi = rad.beam_extinction(clump * rad.projection(mu, phi1, phi2) / mu, k)
    return {
        "x": x,
        "eta": eta,
        "zeta": zeta,
        "psi": psi,
        "s_up": psi * omega * beta_beam,
        "s_down": psi * omega * (1.0 - beta_beam),
    }


def diffuse_layer(x, eta, zeta):
    """Reflectance and transmittance of a layer for diffuse light."""
    k = rad.diffuse_eigenvalue(eta, zeta)
    thick, attenuation = rad.thick_reflectance(eta, zeta, k), math.exp(-k * x)
    multiple = rad.layer_multiple(attenuation, thick)
    return (
        rad.layer_reflectance(attenuation, thick, multiple),
        rad.layer_transmittance(attenuation, thick, multiple),
    )


def closed_form(x, eta, zeta, psi, s_up, s_down):
    """Reflectance and transmittance of a layer for diffuse light and for the beam."""
    r, t = diffuse_layer(x, eta, zeta)
    k = rad.diffuse_eigenvalue(eta, zeta)
    resonance = rad.beam_resonance(psi, k)
    a = rad.beam_up_amplitude(eta, zeta, resonance, psi, s_up, s_down)
    d = rad.beam_down_amplitude(eta, zeta, resonance, psi, s_up, s_down)
    tau = math.exp(-psi * x)
    return r, t, a - d * r - a * tau * t, d * tau - d * t - a * tau * r, tau


def integrated(x, eta, zeta, psi, s_up, s_down):
    """The same by integrating the equations: D and U from the two homogeneous solutions and the
    one with beam, combined so that nothing comes from below."""
    matrix = np.array([[-eta, zeta, s_down], [-zeta, eta, -s_up], [0.0, 0.0, -psi]])

    def rates(_, y):
        return (matrix @ y.reshape(3, 3)).ravel()

    end = solve_ivp(rates, (0.0, x), np.eye(3).ravel(), "DOP853", rtol=1e-11, atol=1e-13).y[:, -1]
    p = end.reshape(3, 3)
    r = -p[1, 0] / p[1, 1]
    r_beam = -p[1, 2] / p[1, 1]
    return r, p[0, 0] + p[0, 1] * r, r_beam, p[0, 1] * r_beam + p[0, 2], p[2, 2]


def random_layer():
    refl = RNG.uniform(0.03, 0.5)
    return layer(
        x=RNG.uniform(0.01, 3.0),
        mu=RNG.uniform(0.05, 1.0),
        refl=refl,
        trans=RNG.uniform(0.01, 0.9 - refl),
        chi=RNG.uniform(-0.4, 0.6),
        clump=RNG.uniform(0.4, 1.0),
    )


def test_layer_against_integration():
    for _ in range(12):
        properties = random_layer()
        np.testing.assert_allclose(
            closed_form(**properties), integrated(**properties), rtol=1e-7, atol=1e-9
        )


def test_resonance_of_beam_and_diffuse_light():
    """Where beam extinction meets the eigenvalue the closed form is singular; it is moved aside."""
    phi1, phi2, _ = rad.leaf_angle_coefficients(0.0)

    def difference(mu):
        one = layer(1.0, mu, 0.3, 0.2, 0.0, 1.0)
        return rad.projection(mu, phi1, phi2) / mu - rad.diffuse_eigenvalue(one["eta"], one["zeta"])

    mu = brentq(difference, 0.3, 1.0, xtol=1e-15)
    properties = layer(1.5, mu, 0.3, 0.2, 0.0, 1.0)
    np.testing.assert_allclose(closed_form(**properties), integrated(**properties), rtol=1e-6)


def test_leaves_that_absorb_nothing_conserve_light():
    properties = layer(2.0, 0.6, 0.6, 0.4, 0.1, 0.8)
    r, t, r_beam, t_beam, tau = closed_form(**properties)
    assert r + t == pytest.approx(1.0, abs=1e-5)
    assert r_beam + t_beam + tau == pytest.approx(1.0, abs=1e-5)


def test_empty_layer_lets_everything_through():
    r, t, r_beam, t_beam, tau = closed_form(**layer(0.0, 0.5, 0.1, 0.05, 0.0, 1.0))
    assert (r, tau) == (0.0, 1.0)
    assert t == pytest.approx(1.0, rel=1e-15)
    assert abs(r_beam) < 1e-14 and abs(t_beam) < 1e-14


def test_thick_layer_does_not_overflow():
    values = closed_form(**layer(500.0, 0.02, 0.1, 0.05, 0.0, 1.0))
    assert np.all(np.isfinite(values)) and values[1] < 1e-100


@pytest.mark.parametrize("chi", [-0.3, 0.0, 0.25])
def test_leaf_angles(chi):
    """mubar is the integral of mu/G; G averages to 1/2 over the hemisphere (Sellers 1985)."""
    phi1, phi2, mubar = rad.leaf_angle_coefficients(chi)
    mu = (np.arange(20_000) + 0.5) / 20_000
    g = phi1 + phi2 * mu
    assert mubar == pytest.approx(np.mean(mu / g), rel=1e-6)
    assert np.mean(g) == pytest.approx(0.5, abs=0.03)
    if chi == 0.0:
        assert rad.projection(0.3, phi1, phi2) == pytest.approx(0.5)
        assert mubar == pytest.approx(1.0, rel=1e-9)


def test_backscatter_of_spherical_leaves():
    """Half of what a horizontal black-or-white leaf pair scatters goes back; limits of the rule."""
    assert rad.diffuse_backscatter(0.2, 0.2, 0.0) == pytest.approx(0.5)
    assert rad.diffuse_backscatter(0.2, 0.0, 1.0) == pytest.approx(1.0)


def test_attenuation_of_a_moved_beam():
    psi, x = 0.7, 1.3
    moved = rad.beam_extinction(psi, psi)
    assert moved != psi
    direct = rad.moved_attenuation(math.exp(-psi * x), moved - psi, x)
    assert direct == pytest.approx(math.exp(-moved * x), rel=1e-15)
    assert rad.moved_attenuation(0.4, 0.0, x) == 0.4


def test_stands_conserve_energy_and_obey_every_interface():
    """Adding of the layer solutions against one linear system for all fluxes of a stand."""
    for _ in range(sample(300)):
        layers = [random_layer() for _ in range(RNG.integers(1, 9))]
        properties = [closed_form(**one) for one in layers]
        beam, diffuse, albedo = RNG.uniform(0, 800), RNG.uniform(0, 400), RNG.uniform(0.05, 0.5)
        absorbed, ground, reflected = shortwave_stand(properties, beam, diffuse, albedo)
        assert absorbed.sum() + ground + reflected == pytest.approx(beam + diffuse, rel=1e-12)
        assert np.all(absorbed > 0.0) and ground > 0.0 and reflected > 0.0
        # adding, in plain Python: albedo of all that lies below each layer
        a_diffuse = a_beam = albedo
        for r, t, r_beam, t_beam, tau in reversed(properties):
            gain = 1.0 / (1.0 - r * a_diffuse)
            a_diffuse, a_beam = (
                r + t * t * a_diffuse * gain,
                r_beam + t * gain * (a_beam * tau + a_diffuse * t_beam),
            )
        assert reflected == pytest.approx(a_beam * beam + a_diffuse * diffuse, rel=1e-10)


def test_longwave_of_an_isothermal_stand_is_in_equilibrium():
    t = 291.0
    black = SIGMA_SB * t**4
    properties = []
    for _ in range(5):
        one = layer(RNG.uniform(0.1, 1.0), 0.5, 0.02, 0.02, 0.1, 1.0)
        r, trans = diffuse_layer(one["x"], one["eta"], one["zeta"])
        properties.append((r, trans, (1.0 - r - trans) * rad.emitted_longwave(t)))
    absorbed, ground, up = longwave_stand(properties, black, 0.98, black)
    np.testing.assert_allclose(absorbed, 0.0, atol=1e-10)
    assert ground == pytest.approx(0.0, abs=1e-10) and up == pytest.approx(black, rel=1e-12)


def test_emission_is_that_of_a_black_body():
    assert rad.emitted_longwave(300.0) == pytest.approx(SIGMA_SB * 300.0**4, rel=1e-14)


def test_ground():
    assert rad.soil_albedo(0.0, 0.45) == pytest.approx(0.31)
    assert rad.soil_albedo(0.45, 0.45) == pytest.approx(0.14)
    assert rad.surface_water_albedo(0.0) == 0.5
    assert rad.surface_water_albedo(1.0) == pytest.approx(0.14)
    assert rad.surface_water_transmission(0.0) == 1.0
    assert rad.surface_water_transmission(0.1) == pytest.approx(math.exp(-2.0))
