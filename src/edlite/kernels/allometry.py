"""Allometry: size of a plant from its diameter (Medvigy et al. 2009; ED2 revision 84)."""

import math

from numba import njit

from edlite.constants import BIOMASS_PER_CARBON


@njit(error_model="numpy", cache=True)
def height(dbh, loglog, b1Ht, b2Ht, h_ref, h_max):
    """Height [m] of a plant of diameter `dbh` [cm].

    Asymptotic form h_ref + b1Ht (1 - exp(b2Ht dbh)) if `loglog` is 0, exp(b1Ht + b2Ht ln dbh)
    otherwise; both capped at `h_max`.
    """
    if loglog > 0.5:
        return min(h_max, math.exp(b1Ht + b2Ht * math.log(dbh)))
    return min(h_max, h_ref + b1Ht * (1.0 - math.exp(b2Ht * dbh)))


@njit(error_model="numpy", cache=True)
def diameter(h, loglog, b1Ht, b2Ht, h_ref):
    """Diameter [cm] of a plant of height `h` [m], the inverse of `height` below its cap."""
    if loglog > 0.5:
        return math.exp((math.log(h) - b1Ht) / b2Ht)
    return math.log(1.0 - (h - h_ref) / b1Ht) / b2Ht


@njit(error_model="numpy", cache=True)
def leaf_carbon_max(dbh, dbh_crit, b1_leaf, b2_leaf):
    """Leaf carbon [kgC plant-1] in full leaf; diameter [cm] capped at `dbh_crit`."""
    return b1_leaf / BIOMASS_PER_CARBON * min(dbh, dbh_crit) ** b2_leaf


@njit(error_model="numpy", cache=True)
def structural_carbon(dbh, b1_struct, b2_struct):
    """Structural (dead wood) carbon [kgC plant-1]; diameter [cm], not capped."""
    return b1_struct / BIOMASS_PER_CARBON * dbh**b2_struct


@njit(error_model="numpy", cache=True)
def crown_area(dbh, dbh_crit, b1_crown, b2_crown, leaf_area):
    """Crown area [m2 plant-1], at most the plant's leaf area [m2]."""
    return min(leaf_area, b1_crown * min(dbh, dbh_crit) ** b2_crown)


@njit(error_model="numpy", cache=True)
def root_depth(h, b1_rootdepth, b2_rootdepth):
    """Depth [m] to which a plant of height `h` [m] roots."""
    return b1_rootdepth * h**b2_rootdepth


@njit(error_model="numpy", cache=True)
def crown_base(h, b1_crownlen, b2_crownlen):
    """Height [m] of the lowest leaves."""
    return max(0.05, h - b1_crownlen * h**b2_crownlen)
