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
    root_ratio: Array  # fine roots over leaves on allometry
    sapwood_ratio: Array  # sapwood over leaves on allometry
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
    frost_t: Array  # K, lowest temperature that the type stands
    frost_rate: Array  # yr-1, mortality of a day at or below it
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


class Plants(NamedTuple):
    """What changes from day to day in the plants, (cohort, lane); part of the state but for the
    sums of a day."""

    leaf_carbon: Array  # kgC plant-1
    root_carbon: Array  # fine roots
    sapwood_carbon: Array
    storage_carbon: Array  # a debt if negative
    status: Array  # of leaves: -1 dropping, 0 complete, 1 growing, 2 bare
    elongation: Array  # drought rule
    wetness: Array  # 10-day mean index
    capacity_factor: Array  # ageing over greenness, on Vm and Rd
    psi_open: Array  # kg m-2 leaf s-1, open-stomata transpiration of the last step
    gain: Array  # kgC m-2, net assimilation minus root respiration since midnight
    missed_light: Array  # kgC m-2 that the light of the tallest would add since midnight
    missed_water: Array  # kgC m-2 that open stomata would add since midnight
    growth_resp: Array  # kgC m-2 s-1 emitted today
    storage_resp: Array
    virtual_resp: Array
    frost: Array  # frost mortality of the month so far, yr-1 integrated over time
    balance: Array  # kgC plant-1 of the month so far
    balance_light: Array  # with the light of the tallest
    balance_water: Array  # without shortage of water


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
    coldest: Array  # K, lowest temperature of canopy air of the month so far
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
    other_resp: Array  # growth, storage and virtual-leaf respiration
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
    carbon_balance: float  # 1: leaves and roots follow the carbon balance, 0: phenology alone
    phenology: float  # 1: leaves follow season and drought
    export: float  # 1: what growth and seeds would take is set aside
    counts: float  # 1: frost and balances of the month are summed, for its turn
    potential: float  # 1: the balance in full light and with ample water is followed as well
