"""Scratch arrays of a block: what the loops hand to each other within a step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from edlite.model.lanes import LANES, N_SNOW, Array, Rows, Step


class Work(NamedTuple):
    """Scratch of the loops."""

    t_canopy: Array
    rh: Array
    unsaturated: Array
    cp: Array
    zeta: Array
    rib: Array
    wind: Array
    ustar: Array
    conductance: Array  # rho u* c3, kg m-2 s-1
    g_ground: Array
    u_top: Array
    t_ground: Array
    e_pool: Array
    e_soil: Array
    h_ground: Array
    ground_vapour_energy: Array  # W m-2
    pool: Array  # kg m-2, all surface water
    pool_energy: Array  # J m-2
    g_understorey: Array  # m s-1
    h_sum: Array
    vapour_sum: Array
    vapour_energy: Array
    a0: Array
    a1: Array
    a2: Array
    a3: Array
    a4: Array
    a5: Array
    a6: Array
    a7: Array
    a8: Array
    s0: Array
    s1: Array
    s2: Array
    s3: Array
    t_snow: Array  # (sublayer, lane)
    f_snow: Array
    snow_mass: Array
    snow_heat: Array
    t_soil: Array  # (layer, lane)
    f_soil: Array
    psi: Array
    k: Array
    conduct: Array
    available: Array
    available_sum: Array
    source_energy: Array
    uptake: Array
    room: Array
    supply: Array
    impedance: Array
    tr_at: Array
    root_warmth: Array  # (kind x layer, lane) m, depth weighted by the response to temperature
    t_leaf: Array  # (cohort, lane)
    g_bw: Array
    tr: Array
    c0: Array
    c1: Array
    c2: Array
    c3: Array
    c4: Array
    c5: Array
    c6: Array
    c7: Array
    c8: Array
    c9: Array


class Implicit(NamedTuple):
    """Scratch of the semi-implicit step: coefficients of its linear systems.

    `x_0`, `x_t`, `x_q`: x is linear in temperature and humidity of canopy air; of nodes in the
    ground `x_0`, `x_t`: in the temperature of the node above.
    """

    q: Array  # humidity of canopy air
    t_before: Array
    by_energy: Array  # K per W m-2, response of canopy air
    by_vapour: Array  # K per kg m-2 s-1
    exchange: Array  # kg m-2 s-1, with the atmosphere, of the last solution
    exchange_ground: Array  # m s-1
    exchange_ustar: Array  # m s-1
    exchange_top: Array  # m s-1, wind at the canopy's top
    energy_0: Array  # W m-2 from leaves and ground to canopy air
    energy_t: Array
    energy_q: Array
    vapour_0: Array  # kg m-2 s-1
    vapour_t: Array
    vapour_q: Array
    ground_0: Array  # K
    ground_t: Array
    ground_q: Array
    pool_g: Array  # kg m-2 s-1, conductance of surface water to vapour
    soil_g: Array
    pore: Array  # relative humidity of pore air
    ground_q_sat: Array
    ground_q_slope: Array
    surface_t: Array  # K, of the node that meets the air
    surface_capacity: Array  # W m-2 K-1 over the step
    surface_heat: Array  # W m-2 shortwave
    heat_in: Array  # W m-2 into the soil
    beyond: Array  # J m-2 that a sublayer of snow cannot hold
    drip: Array  # kg m-2 of surface water before leaves drip
    drip_energy: Array  # J m-2
    parts: Array  # in which water moves
    part: Array  # s
    below_0: Array  # of the node below it
    below_t: Array
    below_g: Array  # W m-2 K-1
    snow_0: Array  # (sublayer, lane) of the node below each
    snow_t: Array
    snow_heat: Array  # W m-2 shortwave
    soil_0: Array  # (layer, lane)
    soil_t: Array
    capacity: Array  # W m-2 K-1 over the step
    resistance: Array  # m2 K W-1, of half a layer
    conductance: Array  # W m-2 K-1, to the next layer
    flux: Array  # m s-1 through the bottom
    slope: Array  # m s-1, by the layer's moisture
    slope_below: Array  # by that of the next
    step_0: Array  # change of moisture
    step_t: Array
    uptake_energy: Array  # W m-2
    leaf_0: Array  # (cohort, lane)
    leaf_t: Array
    leaf_q: Array
    heat_g: Array  # W m-2 K-1
    film_g: Array  # kg m-2 s-1
    root_g: Array
    open_g: Array  # kg m-2 leaf s-1
    source_energy: Array  # J kg-1 of the water that roots take
    q_sat: Array
    q_slope: Array  # K-1


_SNOW_FIELDS = {"t_snow", "f_snow", "snow_mass", "snow_heat"}
_IMPLICIT_SNOW = {"snow_0", "snow_t", "snow_heat"}
_LAYER_FIELDS = set(Work._fields[Work._fields.index("t_soil") : Work._fields.index("root_warmth")])
_STEP_COHORT = set(Step._fields[Step._fields.index("lai") :])
_IMPLICIT_LAYER = set(
    Implicit._fields[Implicit._fields.index("soil_0") : Implicit._fields.index("leaf_0")]
)
_IMPLICIT_COHORT = set(Implicit._fields[Implicit._fields.index("leaf_0") :])
_WORK_COHORT = set(Work._fields[Work._fields.index("t_leaf") :])


def _allocate(kind, rows, layer_fields=(), cohort_fields=(), snow_fields=()):
    arrays = []
    for name in kind._fields:
        if name in layer_fields:
            shape = (rows.layer, LANES)
        elif name == "root_warmth":
            shape = (rows.kind * rows.layer, LANES)
        elif name in snow_fields:
            shape = (N_SNOW, LANES)
        elif name in cohort_fields:
            shape = (rows.cohort, LANES)
        else:
            shape = (LANES,)
        arrays.append(np.zeros(shape))
    return kind(*arrays)


def allocate_step(rows: Rows) -> Step:
    """Zeroed `Step` arrays of a block."""
    return _allocate(Step, rows, cohort_fields=_STEP_COHORT)


def allocate_work(rows: Rows) -> Work:
    """Zeroed scratch arrays of a block."""
    return _allocate(Work, rows, _LAYER_FIELDS, _WORK_COHORT, _SNOW_FIELDS)


def allocate_implicit(rows: Rows) -> Implicit:
    """Zeroed scratch arrays of the semi-implicit step."""
    return _allocate(Implicit, rows, _IMPLICIT_LAYER, _IMPLICIT_COHORT, _IMPLICIT_SNOW)
