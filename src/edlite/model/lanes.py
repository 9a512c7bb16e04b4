"""Blocks of lanes: the arrays that the compiled loops work on.

A lane is a patch. A block holds LANES patches side by side: arrays are (lane), (layer, lane) or
(cohort, lane) with the lane innermost, so that LLVM vectorises over lanes. Tuples are flat. Cohort
rows are tallest first; rows that a lane does not use have zero leaf area. The number of layers is
that of `Soil.dz`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import config

# Without the JIT there is nothing to gain from wide blocks; results do not depend on their width
LANES = 2 if config.DISABLE_JIT else 16
N_SNOW = 4  # sublayers of surface water and snow

Array = np.ndarray


class Soil(NamedTuple):
    """Soil properties, (layer, lane) unless noted; constant during a run."""

    dz: Array  # (layer) m
    z: Array  # (layer) m, centre, negative
    topsoil: Array  # (layer) share of each layer in the mean of 0-20 cm
    active: Array  # 1 where the layer exists
    last: Array  # 1 in the deepest existing layer
    theta_s: Array
    theta_r: Array
    theta_wp: Array
    theta_fc: Array
    psi_s: Array  # m
    psi_fc: Array  # m, at field capacity
    b: Array
    k_sat: Array  # m s-1
    c_dry: Array  # J m-3 K-1
    lambda0: Array  # W m-1 K-1
    lambda1: Array
    lambda2: Array
    free: Array  # (lane) 1: free drainage, 0: bedrock


class Stand(NamedTuple):
    """Geometry of the vegetation and switches of each lane, (lane)."""

    open_fraction: Array  # share of ground without a crown above
    veg_height: Array  # m
    canopy_depth: Array  # m, depth of canopy air
    reference_height: Array  # m, height of the forcing
    prescribed: Array  # 1: soil moisture is prescribed
    met_point: Array  # (point, lane) int: grid points of the forcing, the same in all lanes
    met_weight: Array  # (point, lane): bilinear weights


class Cohorts(NamedTuple):
    """Cohorts, (cohort, lane): size and the parameters of their PFT."""

    n: Array  # plants m-2
    height: Array  # m
    leaf_max: Array  # kgC plant-1 in full leaf
    root_carbon: Array  # kgC plant-1, fine roots
    sapwood_carbon: Array  # kgC plant-1
    crown_middle: Array  # m
    crown_fraction: Array  # height of the crown's middle over that of the canopy, at most 1
    root_layer: Array  # int, deepest rooted layer
    root_first: Array  # the shallowest and deepest `root_layer` of the row, the same in all lanes
    root_last: Array
    habit: Array  # 0 evergreen, 2 cold-deciduous, 4 drought-deciduous
    sla: Array  # m2 kgC-1
    vm0: Array  # mol m-2 s-1 at 15 degC
    vm_cold: Array  # cut-offs of the capacity by temperature, see `temperature_limits`
    vm_hot: Array
    vm_decay: Array  # K-1
    vm_hor: Array  # K
    vm_log_q10: Array
    gamma_rd: Array
    slope_m: Array
    intercept_b: Array  # mol m-2 s-1
    d0: Array  # mol mol-1
    alpha: Array
    c4: Array  # 1 for C4
    kw: Array  # m2 kgC-1 s-1
    sides: Array
    leaf_width: Array  # m
    clumping: Array
    phi1: Array  # leaf angles, see `leaf_angle_coefficients`
    phi2: Array
    mubar: Array
    vis_omega: Array  # scattered share of light that meets a leaf
    vis_eta: Array  # loss and return of diffuse light per unit leaf area
    vis_zeta: Array
    vis_k: Array  # their eigenvalue
    vis_thick: Array  # diffuse reflectance of an endless layer
    nir_omega: Array
    nir_eta: Array
    nir_zeta: Array
    nir_k: Array
    nir_thick: Array
    thermal_k: Array
    thermal_thick: Array
    c_leaf: Array  # J K-1 kgC-1
    film_capacity: Array  # kg m-2 leaf
    growth_fraction: Array
    leaf_turnover: Array  # yr-1
    root_turnover: Array
    storage_turnover: Array
    f_labile: Array
    root_resp: Array  # umol kgC-1 s-1 at 15 degC, per metre of rooted soil
    root_resp_q10: Array  # the same for the Q10 option
    root_entry: Array  # int, row of `Work.root_warmth`: kind of roots and deepest layer
    # (kind, lane): kinds of roots of equal response to temperature, as `rate_response` takes it
    root_hor: Array
    root_log_q10: Array
    root_cold: Array
    root_hot: Array
    root_decay: Array


class Leaves(NamedTuple):
    """What changes from day to day in the leaves, (cohort, lane); part of the state."""

    leaf_carbon: Array  # kgC plant-1
    elongation: Array  # drought rule
    wetness: Array  # 10-day mean index
    capacity_factor: Array  # ageing over greenness, on Vm and Rd
    psi_open: Array  # kg m-2 leaf s-1, open-stomata transpiration of the last step
    gain: Array  # kgC m-2, net assimilation minus root respiration since midnight
    growth_resp: Array  # kgC m-2 s-1 emitted today
    virtual_resp: Array  # kgC m-2 s-1 emitted today


class Ground(NamedTuple):
    """Slow state of the patch, (lane)."""

    snow_depth: Array  # m, of surface water or snow
    step_size: Array  # s, of the integrator
    fast_carbon: Array  # kgC m-2
    structural_carbon: Array
    slow_carbon: Array
    fast_loss: Array  # kgC m-2 decomposed since midnight
    structural_loss: Array
    slow_loss: Array
    growth_export: Array  # kgC m-2, cumulative, may be negative
    air_mass: Array  # kg m-2 of canopy air
    canopy_t_sum: Array  # K s since midnight
    activity_sum: Array  # s, decomposition activity since midnight


class Fast(NamedTuple):
    """Views of one buffer: what the Runge-Kutta step advances, then integrals of fluxes."""

    enthalpy: Array  # J kg-1 of canopy air
    q: Array  # kg kg-1
    co2: Array  # umol mol-1
    snow: Array  # (sublayer, lane) kg m-2 on the surface, liquid and frozen, top first
    snow_energy: Array  # (sublayer, lane) J m-2
    theta: Array  # (layer, lane)
    energy: Array  # (layer, lane) J m-3
    leaf_energy: Array  # (cohort, lane) J m-2 ground
    leaf_water: Array  # (cohort, lane) kg m-2 ground
    vapour_out: Array  # kg m-2 to the atmosphere since the start of the step
    enthalpy_out: Array  # J m-2
    co2_out: Array  # umol m-2
    drainage: Array  # kg m-2
    drainage_energy: Array  # J m-2
    e_ground: Array  # kg m-2
    e_film: Array
    transpiration: Array
    h_surface: Array  # J m-2, sensible heat of ground and leaves
    assim_water: Array  # kg m-2, assimilation increment of the soil
    assim_energy: Array  # J m-2
    temperature: Array  # K s, canopy air
    ustar: Array  # m
    psi_open: Array  # (cohort, lane) kg m-2 leaf
    leaf_transpiration: Array  # (cohort, lane) kg m-2; no rows unless cohorts are recorded
    leaf_evaporation: Array  # kg m-2
    leaf_heat: Array  # J m-2, sensible


N_SCALAR = 3
N_INTEGRAL = 13


class Rows(NamedTuple):
    """Sizes of a block's buffers."""

    layer: int
    cohort: int
    recorded: int  # cohort rows whose fluxes are integrated one by one: all or none
    kind: int = 1  # kinds of roots

    @property
    def controlled(self) -> int:
        """Rows of a buffer under error control."""
        return N_SCALAR + 2 * (N_SNOW + self.layer + self.cohort)

    @property
    def total(self) -> int:
        """All rows of a buffer."""
        return self.controlled + N_INTEGRAL + self.cohort + 3 * self.recorded


def fast_views(buffer: Array, rows: Rows) -> Fast:
    """Named views of a (row, lane) buffer."""
    views = [buffer[i] for i in range(N_SCALAR)]
    at = N_SCALAR
    for size in (N_SNOW, N_SNOW, rows.layer, rows.layer, rows.cohort, rows.cohort):
        views.append(buffer[at : at + size])
        at += size
    views += [buffer[at + i] for i in range(N_INTEGRAL)]
    at += N_INTEGRAL
    for size in (rows.cohort, rows.recorded, rows.recorded, rows.recorded):
        views.append(buffer[at : at + size])
        at += size
    return Fast(*views)


class Step(NamedTuple):
    """Held over a 600 s step; (lane) first, then (cohort, lane)."""

    air_mass: Array  # kg m-2
    density: Array  # kg m-3
    pressure: Array  # Pa, of canopy air
    exner: Array  # (p00/p)^(R/cp) of canopy air
    enthalpy_air: Array  # J kg-1 at canopy pressure
    q_air: Array
    co2_air: Array
    theta_v_air: Array  # K
    wind: Array  # m s-1
    profile_depth: Array  # m, zs
    z0: Array
    ln_ratio: Array
    ratio: Array  # z0/zs
    displacement: Array
    snow_fraction: Array
    throughfall: Array  # kg m-2 s-1
    throughfall_energy: Array  # W m-2
    precipitation: Array  # kg m-2 s-1
    precipitation_energy: Array  # W m-2
    snowfall: Array  # kg m-2 s-1
    snowfall_density: Array  # kg m-3
    sw_pool: Array  # W m-2 absorbed by surface water
    sw_soil: Array  # W m-2 absorbed by soil
    lw_ground: Array  # W m-2 net
    sw_net: Array  # W m-2 absorbed by everything
    lw_net: Array
    sw_in: Array  # W m-2
    gpp: Array  # umol m-2 s-1
    leaf_resp: Array
    root_resp: Array
    other_resp: Array  # growth and virtual-leaf respiration
    rh: Array
    co2_source: Array  # umol m-2 s-1 into canopy air
    water_before: Array  # kg m-2 surface water at the start of the step
    elapsed: Array  # s, integrator
    size: Array  # s
    trial_size: Array  # s
    error: Array
    log_error: Array  # logarithm of the error of the last accepted substep
    done: Array  # 1 where the substep was accepted
    substeps: Array  # count since midnight
    lai: Array  # (cohort, lane) resolved leaf area
    capacity: Array  # J m-2 K-1
    film_max: Array  # kg m-2
    wind_factor: Array
    radiation: Array  # W m-2 net absorbed, all bands
    par: Array  # W m-2 absorbed
    nir: Array
    leaf_gpp: Array  # umol m-2 s-1
    leaf_dark: Array  # umol m-2 s-1, leaf respiration
    fine_root: Array  # umol m-2 s-1, root respiration
    interception: Array  # kg m-2 s-1
    interception_energy: Array  # W m-2
    g_open: Array  # kg m-2 s-1 per side
    g_closed: Array
    f_open: Array
    f_closed: Array


class Switches(NamedTuple):
    """Settings of a run, as the compiled loops take them."""

    tolerance: float
    q10: float  # 1: Q10 functions of temperature, 0: Arrhenius
    water_limitation: float  # 1: linear in moisture, 2: in potential
    decomposition: float  # 0, 1, 2
    louis: float  # 1: Louis (1979), 0: Beljaars & Holtslag (1991)
    incanopy: float  # 0, 1, 4
    coloured: float  # 1: ground albedo by soil colour, 0: by moisture alone
    dry_vis: float  # albedo of the soil colour
    dry_nir: float
    wet_vis: float
    wet_nir: float
    runoff_timescale: float  # s


class Work(NamedTuple):
    """Scratch of the loops."""

    t_canopy: Array
    rh: Array
    unsaturated: Array
    cp: Array
    vapour_canopy: Array
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
    q_before: Array
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
