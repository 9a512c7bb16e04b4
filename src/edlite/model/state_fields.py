"""The variables of the model's state: shape, unit, meaning, and how they combine.

`merge` says what becomes of a variable when patches or cohorts become one, so that every operation
on stands treats a new variable right from the line that declares it.
"""

from __future__ import annotations

from typing import NamedTuple

SHAPES = {
    "patch": ("patch",),
    "sublayer": ("sublayer", "patch"),
    "layer": ("layer", "patch"),
    "seed": ("pft", "patch"),
    "cohort": ("cohort",),
    "month": ("month", "cohort"),
}
BY_COHORT = ("cohort", "month")

# What becomes of the values of patches that fuse
AREA = "area"  # amounts and depths per m2 of patch: mean by area
AIR = "air"  # properties of canopy air: mean by its mass
LEAST = "least"  # smallest value
# ... and of cohorts that fuse
PLANT = "plant"  # amounts per plant: mean by number
GROUND = "ground"  # amounts per m2 of patch: sum; scaled when the patch's area changes
CROWN = "crown"  # properties of leaves: mean by leaf carbon in full leaf
LARGEST = "largest"  # value of the cohort with the most leaf carbon in full leaf
MOST = "most"  # largest value
# ... and of both
OWN = "own"  # identity and size: the operation itself sets them


class Field(NamedTuple):
    """Shape (a key of SHAPES), unit, long name and rule of a state variable."""

    shape: str
    unit: str
    long_name: str
    merge: str
    integer: bool = False


FIELDS = {
    # structure
    "cell_index": Field("patch", "1", "index of the cell within the tile", OWN, True),
    "area": Field("patch", "1", "share of the cell", OWN),
    "cover": Field("patch", "1", "cover: 0 bare, 1 grassland, 2 cropland, 3 forest", OWN, True),
    "age": Field("patch", "yr", "time since disturbance", AREA),
    "patch_index": Field("cohort", "1", "index of the patch within the tile", OWN, True),
    "pft": Field("cohort", "1", "index of the plant functional type", OWN, True),
    "dbh": Field("cohort", "cm", "diameter at breast height", OWN),
    "n": Field("cohort", "m-2", "plants per area of patch", OWN),
    # canopy air, surface water, soil
    "enthalpy": Field("patch", "J kg-1", "specific enthalpy of canopy air", AIR),
    "q": Field("patch", "kg kg-1", "specific humidity of canopy air", AIR),
    "co2": Field("patch", "umol mol-1", "CO2 of canopy air", AIR),
    "snow": Field("sublayer", "kg m-2", "water and snow on the surface, top first", AREA),
    "snow_energy": Field("sublayer", "J m-2", "internal energy of surface water and snow", AREA),
    "snow_depth": Field("patch", "m", "depth of surface water and snow", AREA),
    "step_size": Field("patch", "s", "next step of the integrator", LEAST),
    "air_mass": Field("patch", "kg m-2", "mass of canopy air", AREA),
    "theta": Field("layer", "m3 m-3", "volumetric soil water, liquid and frozen", AREA),
    "energy": Field("layer", "J m-3", "internal energy of the soil", AREA),
    "coldest": Field("patch", "K", "lowest temperature of canopy air this month", LEAST),
    # carbon of the patch
    "fast_carbon": Field("patch", "kg m-2", "fast soil carbon", AREA),
    "structural_carbon": Field("patch", "kg m-2", "structural soil carbon", AREA),
    "slow_carbon": Field("patch", "kg m-2", "slow soil carbon", AREA),
    "seed_carbon": Field("seed", "kg m-2", "carbon of seeds that wait for establishment", AREA),
    "growth_export": Field("patch", "kg m-2", "carbon set aside (missing, if < 0)", AREA),
    "seed_import": Field("patch", "kg m-2", "carbon of seed rain from outside", AREA),
    # leaves
    "leaf_energy": Field("cohort", "J m-2", "internal energy of leaves and film water", GROUND),
    "leaf_water": Field("cohort", "kg m-2", "film water on leaves", GROUND),
    "leaf_capacity": Field("cohort", "J m-2 K-1", "heat capacity of resolved leaves", GROUND),
    "elongation": Field("cohort", "1", "elongation factor of drought-deciduous leaves", CROWN),
    "wetness": Field("cohort", "1", "ten-day mean of the plant-available water index", CROWN),
    "capacity_factor": Field("cohort", "1", "ageing factor on photosynthetic capacity", CROWN),
    "psi_open": Field(
        "cohort", "kg m-2 s-1", "open-stomata transpiration per leaf area, last step", CROWN
    ),
    # carbon of plants
    "leaf_carbon": Field("cohort", "kg", "leaf carbon of a plant", PLANT),
    "root_carbon": Field("cohort", "kg", "fine-root carbon of a plant", PLANT),
    "sapwood_carbon": Field("cohort", "kg", "sapwood carbon of a plant", PLANT),
    "wood_carbon": Field("cohort", "kg", "structural (heartwood) carbon of a plant", PLANT),
    "storage_carbon": Field("cohort", "kg", "storage carbon of a plant; a debt if < 0", PLANT),
    "status": Field(
        "cohort", "1", "leaves: -1 dropping, 0 complete, 1 growing, 2 bare", LARGEST, True
    ),
    "growth_resp": Field("cohort", "kg m-2 s-1", "growth respiration emitted today", GROUND),
    "storage_resp": Field("cohort", "kg m-2 s-1", "storage respiration emitted today", GROUND),
    "virtual_resp": Field("cohort", "kg m-2 s-1", "virtual-leaf respiration emitted today", GROUND),
    # what kills plants
    "frost": Field("cohort", "1", "frost mortality accumulated this month", PLANT),
    "balance": Field("cohort", "kg", "carbon balance of a plant this month", PLANT),
    "balance_light": Field("cohort", "kg", "the same with the light of the tallest", PLANT),
    "balance_water": Field("cohort", "kg", "the same without shortage of water", PLANT),
    "monthly_balance": Field("month", "kg", "carbon balance of the last 12 months", PLANT),
    "monthly_balance_light": Field("month", "kg", "the same with the light of the tallest", PLANT),
    "monthly_balance_water": Field("month", "kg", "the same without shortage of water", PLANT),
    "months": Field("cohort", "1", "months of balance that are known, at most 12", MOST, True),
    "balance_ratio": Field("cohort", "1", "running mean of the relative carbon balance", PLANT),
}
PATCH_FIELDS = tuple(n for n, f in FIELDS.items() if f.shape not in BY_COHORT)
COHORT_FIELDS = tuple(n for n, f in FIELDS.items() if f.shape in BY_COHORT)
STRUCTURE = ("cell_index", "area", "cover", "patch_index", "pft", "dbh", "n")
VERSION = 2  # of the state file; 1 had no structure and no plant pools but leaves
