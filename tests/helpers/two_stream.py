"""Two-stream light in stands of any layers by numerical integration, for many stands at once.

The equations are written down from their publications (Sellers 1985; Ross), not from the model:
down, up and beam flux are integrated through every layer, and the flux reflected at the top follows
from the reflection at the ground.
"""

from __future__ import annotations

import numpy as np

STEPS = 2048  # of fourth order through each layer


def rates(refl, trans, chi, clump, mu):
    """Matrix (..., 3, 3) of d(down, up, beam)/dx; leaf reflectance and transmittance, leaf-angle
    index, clumping, cosine of the sun's zenith angle."""
    phi1 = 0.5 - 0.633 * chi - 0.33 * chi**2
    phi2 = 0.877 * (1.0 - 2.0 * phi1)
    inverse = mean_inverse(phi1, phi2)
    omega = refl + trans
    back = (omega + 0.25 * (refl - trans) * (1.0 + chi) ** 2) / (2.0 * omega)
    eta = clump * (1.0 - (1.0 - back) * omega) / inverse
    zeta = clump * omega * back / inverse
    g = phi1 + phi2 * mu
    down = phi2 * mu + g
    single = 0.5 * g / down * (1.0 - phi1 * mu / down * np.log((down + phi1 * mu) / (phi1 * mu)))
    depth = inverse * g / mu
    back_beam = (1.0 + depth) / depth * single
    psi = clump * g / mu
    return _matrix(eta, zeta, psi * omega * (1.0 - back_beam), -psi * omega * back_beam, -psi)


def longwave_rates(emissivity, chi, black):
    """The same of longwave; the third flux is the constant 1, `black` the black-body emission."""
    phi1 = 0.5 - 0.633 * chi - 0.33 * chi**2
    inverse = mean_inverse(phi1, 0.877 * (1.0 - 2.0 * phi1))
    omega = 1.0 - emissivity
    back = 0.5 + 0.125 * (1.0 + chi) ** 2
    eta, zeta = (1.0 - (1.0 - back) * omega) / inverse, omega * back / inverse
    source = emissivity * black / inverse
    return _matrix(eta, zeta, source, -source, np.zeros_like(source))


def mean_inverse(phi1, phi2):
    """Mean of mu/G(mu) over the hemisphere, by quadrature."""
    node, weight = np.polynomial.legendre.leggauss(200)
    mu = 0.5 * (1.0 + node)
    g = np.asarray(phi1)[..., None] + np.asarray(phi2)[..., None] * mu
    return (0.5 * weight * mu / g).sum(axis=-1)


def _matrix(eta, zeta, into_down, into_up, beam):
    zero = np.zeros_like(eta)
    rows = [[-eta, zeta, into_down], [-zeta, eta, into_up], [zero, zero, beam]]
    return np.moveaxis(np.array(np.broadcast_arrays(*sum(rows, []))), 0, -1).reshape(
        *np.shape(eta), 3, 3
    )


def fluxes(matrices, area, top_down, top_third, albedo, emitted=0.0, beam=True):
    """Down, up and third flux (interface, stand, 3), tallest layer first.

    matrices : (layer, stand, 3, 3);  area : (layer, stand) leaf area
    top_down, top_third : (stand) incoming diffuse and third flux
    albedo, emitted : (stand) of the ground, which reflects the beam like diffuse light
    """
    n = len(matrices)
    through = [np.broadcast_to(np.eye(3), matrices[0].shape)]
    for layer in range(n):
        h = matrices[layer] * (area[layer] / STEPS)[:, None, None]
        step = np.eye(3) + h @ (np.eye(3) + h @ (np.eye(3) / 2 + h @ (np.eye(3) / 6 + h / 24)))
        through.append(np.linalg.matrix_power(step, STEPS) @ through[-1])
    # up = albedo (down + beam) + emitted at the ground, linear in what goes up at the top
    last = through[-1]
    falls = last[:, 0] + (last[:, 2] if beam else 0.0)
    ground = last[:, 1] - np.asarray(albedo)[:, None] * falls
    known = ground[:, 0] * top_down + ground[:, 2] * top_third
    top_up = (emitted - known) / ground[:, 1]
    top = np.stack([top_down, top_up, top_third], axis=-1)
    return np.array([(p @ top[:, :, None])[:, :, 0] for p in through])


def absorbed(flux, beam=True):
    """Net absorbed by each layer (layer, stand) and by the ground (stand)."""
    net = flux[..., 0] - flux[..., 1] + (flux[..., 2] if beam else 0.0)
    return net[:-1] - net[1:], net[-1]
