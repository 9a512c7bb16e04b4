"""Radiation of a stand of layers from one linear system, independent of the adding method."""

import numpy as np


def shortwave_stand(properties, beam, diffuse, albedo):
    """Absorbed by each layer, absorbed by the ground, reflected [W m-2].

    properties : per layer from the top (R, T, R_beam, T_beam, tau); beam, diffuse [W m-2] at the
    top; albedo of the ground
    """
    n = len(properties)
    beams = [beam]
    for *_, tau in properties:
        beams.append(beams[-1] * tau)
    # unknowns: D_0..D_n, then U_0..U_n at the interfaces
    matrix = np.eye(2 * n + 2)
    right = np.zeros(2 * n + 2)
    right[0] = diffuse
    for i, (r, t, r_beam, t_beam, _) in enumerate(properties):
        down, up = i + 1, n + 1 + i
        matrix[down, i] -= t
        matrix[down, n + 2 + i] -= r
        right[down] = t_beam * beams[i]
        matrix[up, i] -= r
        matrix[up, n + 2 + i] -= t
        right[up] = r_beam * beams[i]
    matrix[2 * n + 1, n] -= albedo
    right[2 * n + 1] = albedo * beams[n]
    solution = np.linalg.solve(matrix, right)
    net = solution[: n + 1] + np.array(beams) - solution[n + 1 :]
    return net[:-1] - net[1:], net[-1], solution[n + 1]


def longwave_stand(properties, sky, emissivity, ground_black):
    """Net absorbed by each layer and by the ground, upward at the top [W m-2].

    properties : per layer from the top (R, T, emission); sky : downward longwave; ground_black :
    black-body emission of the ground
    """
    n = len(properties)
    matrix = np.eye(2 * n + 2)
    right = np.zeros(2 * n + 2)
    right[0] = sky
    for i, (r, t, emission) in enumerate(properties):
        down, up = i + 1, n + 1 + i
        matrix[down, i] -= t
        matrix[down, n + 2 + i] -= r
        matrix[up, i] -= r
        matrix[up, n + 2 + i] -= t
        right[down] = right[up] = emission
    matrix[2 * n + 1, n] -= 1.0 - emissivity
    right[2 * n + 1] = emissivity * ground_black
    solution = np.linalg.solve(matrix, right)
    net = solution[: n + 1] - solution[n + 1 :]
    return net[:-1] - net[1:], net[-1], solution[n + 1]
