"""Cohorts of a block: sizes, parameters, and what follows from them once for all steps."""

from __future__ import annotations

import numpy as np

from edlite.constants import T_0C, YEAR_S
from edlite.kernels.radiation import (
    diffuse_backscatter,
    diffuse_eigenvalue,
    diffuse_rates,
    leaf_angle_coefficients,
    longwave_backscatter,
    thick_reflectance,
)
from edlite.kernels.vegetation import leaf_heat_capacity
from edlite.model.columns import Columns
from edlite.model.lanes import LANES, Cohorts, Soil


def _fill(values: np.ndarray, index: np.ndarray, empty: float) -> np.ndarray:
    """(cohort row, lane) from values by cohort; rows without a cohort (-1) get `empty`."""
    if values.size == 0:
        return np.full(index.shape, float(empty))
    return np.ascontiguousarray(np.where(index >= 0, values[index], float(empty)))


def block_cohorts(columns: Columns, index: np.ndarray, soil: Soil) -> Cohorts:
    """Arrays (cohort row, lane) of the cohorts `index`, -1 where a lane has none."""

    def column(name: str, empty: float = 0.0, scale: float = 1.0) -> np.ndarray:
        return _fill(columns.of_cohort(name) * scale, index, empty)

    clumping = column("clumping", 1.0)
    # rows without a cohort do not widen the range of layers that their row's roots end in
    root_layer = _fill(columns.root_layer, index, -1.0)
    root_last = np.maximum(root_layer.max(axis=1, keepdims=True), 0.0)
    root_layer = np.where(index >= 0, root_layer, root_last)
    root_first = root_layer.min(axis=1, keepdims=True)
    leaf_matter = zip(
        columns.of_pft("c_leaf_dry"), columns.of_pft("leaf_water_per_dry"), strict=True
    )
    heat = np.array([leaf_heat_capacity(1.0, c, w) for c, w in leaf_matter])[columns.pft]
    c4 = (columns.of_cohort("photosynthetic_pathway") == 4).astype(float)
    decay = column("Vm_decay_e", 0.4)
    cutoffs = {
        "log_q10": np.log(column("Vm_q10", 2.4)),
        "cold": np.exp(decay * column("Vm_T_low", 5.0)),
        "hot": np.exp(-decay * column("Vm_T_high", 45.0)),
        "decay": decay,
    }
    response = {"hor": column("root_resp_hor", 3000.0), **cutoffs}
    kinds, root_kind = _root_kinds(response, index >= 0)
    deepest = root_layer.astype(int)
    root_depth = _rooted_depth(soil, deepest)
    return Cohorts(
        n=_fill(columns.n, index, 0.0),
        height=_fill(columns.height, index, 1.0),
        crown_middle=_fill(columns.crown_middle, index, 0.5),
        crown_fraction=_fill(
            np.minimum(columns.crown_middle / columns.veg_height[columns.patch_index], 1.0),
            index,
            1.0,
        ),
        leaf_max=_fill(columns.leaf_max, index, 0.0),
        root_ratio=column("q_root_leaf", 1.0),
        sapwood_ratio=_fill(columns.of_cohort("qsw") * columns.height, index, 0.0),
        root_layer=root_layer,
        root_first=np.repeat(root_first, LANES, axis=1),
        root_last=np.repeat(root_last, LANES, axis=1),
        habit=column("phenology_habit"),
        sla=column("SLA", 10.0),
        vm0=column("Vm0_15C", 1e-6, 1e-6),
        vm_hor=column("Vm_hor", 3000.0),
        **{f"vm_{name}": values for name, values in cutoffs.items()},
        gamma_rd=column("gamma_Rd", 0.02),
        slope_m=column("stomatal_slope_m", 6.0),
        intercept_b=column("stomatal_intercept_b", 1e-2, 1e-6),
        d0=column("D0", 0.01),
        alpha=column("quantum_yield_alpha", 0.08),
        c4=_fill(c4, index, 0.0),
        kw=column("kw", 0.0, 1.0 / YEAR_S),
        sides=column("transpiring_sides", 1.0),
        leaf_width=column("leaf_width", 0.05),
        clumping=clumping,
        **leaf_optics(
            column("orient_factor"),
            clumping,
            {
                "vis": (column("leaf_refl_vis", 0.1), column("leaf_trans_vis", 0.1)),
                "nir": (column("leaf_refl_nir", 0.5), column("leaf_trans_nir", 0.2)),
            },
            column("leaf_emis", 0.95),
        ),
        c_leaf=_fill(heat, index, 1.0),
        film_capacity=column("leaf_water_max", 0.11),
        growth_fraction=column("growth_resp_frac"),
        leaf_turnover=column("leaf_turnover"),
        root_turnover=column("root_turnover"),
        storage_turnover=column("storage_turnover"),
        frost_t=_fill(columns.of_cohort("T_min_plant") + T_0C, index, 0.0),
        frost_rate=column("frost_mort"),
        f_labile=column("f_labile", 1.0),
        root_resp=column("root_resp_15C") / root_depth,
        root_resp_q10=column("root_resp_15C_q10opt") / root_depth,
        root_entry=root_kind * soil.active.shape[0] + deepest,
        **kinds,
    )


def leaf_optics(
    chi: np.ndarray,
    clumping: np.ndarray,
    bands: dict[str, tuple[np.ndarray, np.ndarray]],
    emissivity: np.ndarray,
) -> dict[str, np.ndarray]:
    """Optical properties of `Cohorts` from leaf orientation factor, clumping, reflectance and
    transmittance of leaves by band, and their emissivity, all (cohort, lane)."""
    kinds, kind = np.unique(chi, return_inverse=True)
    angles = np.array([leaf_angle_coefficients(x) for x in kinds])[kind.ravel()].T
    phi1, phi2, mubar = (np.ascontiguousarray(a).reshape(chi.shape) for a in angles)
    optics = {"phi1": phi1, "phi2": phi2, "mubar": mubar}
    for band, (refl, trans) in bands.items():
        omega = refl + trans
        eta, zeta = diffuse_rates(omega, diffuse_backscatter(refl, trans, chi), clumping, mubar)
        k = diffuse_eigenvalue(eta, zeta)
        properties = (omega, eta, zeta, k, thick_reflectance(eta, zeta, k))
        names = ("omega", "eta", "zeta", "k", "thick")
        optics |= {f"{band}_{n}": p for n, p in zip(names, properties, strict=True)}
    eta, zeta = diffuse_rates(1.0 - emissivity, longwave_backscatter(chi), 1.0, mubar)
    k = diffuse_eigenvalue(eta, zeta)
    return optics | {"thermal_k": k, "thermal_thick": thick_reflectance(eta, zeta, k)}


def _root_kinds(
    response: dict[str, np.ndarray], present: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Kinds of roots of equal response to temperature in a block: their parameters (kind, lane),
    and the kind of every (cohort row, lane); 0 where no cohort is present."""
    own = present if present.any() else np.ones_like(present)
    rows = np.stack([values[own] for values in response.values()], axis=1)
    unique, found = np.unique(rows, axis=0, return_inverse=True)
    kind = np.zeros(present.shape, int)
    kind[own] = found.ravel()
    parameters = {
        f"root_{name}": np.repeat(values[:, None], LANES, axis=1)
        for name, values in zip(response, unique.T, strict=True)
    }
    return parameters, kind


def _rooted_depth(soil: Soil, root_layer: np.ndarray) -> np.ndarray:
    """Thickness [m] of the soil down to layer `root_layer` of every (cohort row, lane)."""
    return np.take_along_axis(np.cumsum(soil.dz[:, None] * soil.active, axis=0), root_layer, axis=0)
