"""Both integrators under the demo's synthetic weather: every plant type in every region.

One column of patches for each region of the demo: its typical soil, the weather at its tower, one
patch for each plant functional type and a bare one. Both integrators start from the same state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from ed2_comparison import Pair

from edlite.constants import T_0C, YEAR_S
from edlite.demo.recipe import load_recipe
from edlite.initial.phenology import fit_autumn, fit_spring
from edlite.kernels.allometry import leaf_carbon_max
from edlite.model.columns import Columns
from edlite.model.driver import run
from edlite.model.meteorology import Meteorology
from edlite.model.options import ModelOptions
from edlite.model.records import HOURLY
from edlite.model.state import State
from edlite.parameters import PFT_CODES, load_pft
from edlite.skill.response import point_forcing
from edlite.soil.hydraulics import soil_properties
from edlite.soil.layers import LAYER_CENTRE, N_LAYER, layers_of_depth

INTEGRATORS = ("rk4", "split")
BARE = "bare"
PLANTS = (BARE, *PFT_CODES)
# diameters [cm] of the cohorts of a patch, and the share of its leaf area that each has
TREES = ((28.0, 0.7), (9.0, 0.3))
GRASSES = ((4.0, 1.0),)
# name: mean of `edlite.model.records.HOURLY`, factor to the unit, unit
FLUXES = {
    "gpp": ("gpp", YEAR_S, "kgC m-2 yr-1"),
    "leaf_resp": ("leaf_respiration", YEAR_S, "kgC m-2 yr-1"),
    "root_resp": ("root_respiration", YEAR_S, "kgC m-2 yr-1"),
    "rh": ("rh", YEAR_S, "kgC m-2 yr-1"),
    "le": ("le", 1.0, "W m-2"),
    "h": ("h", 1.0, "W m-2"),
    "rnet": ("rnet", 1.0, "W m-2"),
    "t_canopy_air": ("canopy_air_temperature", 1.0, "K"),
    "ustar": ("ustar", 1.0, "m s-1"),
    "snow_water": ("snow_water", 1.0, "kg m-2"),
    "runoff": ("runoff", 86400.0, "mm d-1"),
    "drainage": ("drainage", 86400.0, "mm d-1"),
}
POOLS = {"fast_carbon": 0.2, "structural_carbon": 0.5, "slow_carbon": 0.02}  # kgC m-2


def leaf_area_of(pft: str, parameters: pd.DataFrame, leaf_area: Mapping) -> float:
    """Leaf area index of a patch of a plant type in full leaf: that of the region's land cover."""
    if parameters.loc[pft, "is_crop"]:
        return float(leaf_area["cropland"])
    return float(leaf_area["grassland" if parameters.loc[pft, "is_grass"] else "forest"])


def cohorts_of(leaf_area: Mapping) -> pd.DataFrame:
    """Cohorts (patch, pft, dbh [cm], n [plants m-2]) of a patch for each plant type."""
    parameters = load_pft()
    rows = []
    for pft in PFT_CODES:
        own = parameters.loc[pft]
        for dbh, share in GRASSES if own["is_grass"] else TREES:
            leaf = leaf_carbon_max(dbh, *own[["dbh_crit", "b1_leaf", "b2_leaf"]].astype(float))
            area = share * leaf_area_of(pft, parameters, leaf_area)
            rows.append({"patch": pft, "pft": pft, "dbh": dbh, "n": area / (leaf * own["SLA"])})
    return pd.DataFrame(rows)


def typical_soil(soil: Mapping) -> tuple[dict[str, np.ndarray], int, bool]:
    """Properties by layer, number of layers and free drainage of the region's commonest soil.

    Each layer has the texture of the horizon at its centre, or of the lowest one.
    """
    unit = max(soil["units"], key=lambda u: u["share"])
    bottoms = np.array([h[1] for h in unit["horizons"]]) / 100.0
    index = np.minimum(np.searchsorted(bottoms, LAYER_CENTRE), len(bottoms) - 1)
    sand, clay = (np.array([h[k] for h in unit["horizons"]])[index] / 100.0 for k in (2, 3))
    properties = {k: v[0] for k, v in soil_properties(sand[None], clay[None]).items()}
    if unit["bedrock"] is None:
        return properties, N_LAYER, True
    return properties, int(layers_of_depth(unit["bedrock"] / 100.0)), False


def region_columns(own: Mapping) -> Columns:
    """A patch for each of PLANTS, of equal area, in a region of the recipe."""
    soil, n_layer, free = typical_soil(own["soil"])
    patches = pd.DataFrame({"patch": PLANTS, "area": 1.0 / len(PLANTS)} | POOLS)
    return Columns.from_stand(
        lat=own["place"]["lat"],
        lon=own["place"]["lon"],
        patches=patches,
        cohorts=cohorts_of(own["leaf_area"]),
        soil=soil,
        n_layer=n_layer,
        free_drainage=free,
        source="plant types in the demo's weather",
    )


def curves_of(dates: Mapping) -> xr.Dataset:
    """Greenness curves through the region's dates."""
    spring = fit_spring(dates["greenup"], dates["mid_greenup"])
    autumn = fit_autumn(dates["senescence"], dates["mid_greendown"])
    names = ("spring_a", "spring_b", "autumn_a", "autumn_b")
    return xr.Dataset({k: float(v) for k, v in zip(names, (*spring, *autumn), strict=True)})


def region_weather(recipe: Mapping, region: str) -> Meteorology:
    """The synthetic year of the region's tower, hourly, interpolated as NLDAS-2 is."""
    place = recipe["regions"][region]["place"]
    ds = point_forcing(recipe, region).assign_coords(lat=place["lat"], lon=place["lon"])
    ds["co2"] = ("time", np.full(ds.sizes["time"], float(recipe["co2"]["mean"])))
    return Meteorology(ds, "instantaneous", source=f"{region}, synthetic")


def region_pairs(
    recipe_file: Path, region: str, options: ModelOptions, days: int = 365
) -> dict[str, dict[str, Pair]]:
    """Hourly `split` (model) beside `rk4` (reference): plants -> variable -> pair.

    Soil layers are `theta_1` (top), `soil_temperature_1` and so on.
    """
    recipe = load_recipe(recipe_file, [region])
    own = recipe["regions"][region]
    columns, weather = region_columns(own), region_weather(recipe, region)
    climate = np.array(own["climate"]["temperature"]) + T_0C
    state = State.initial(
        columns,
        air_temperature=float(climate[0]),
        q=0.003,
        co2=float(recipe["co2"]["mean"]),
        soil_temperature=np.linspace(climate[0], climate.mean(), N_LAYER),
    )
    start = np.datetime64(f"{recipe['years'][0]}-01-01")
    series = {}
    for integrator in INTEGRATORS:
        results = []
        run(
            *(columns, state, weather, replace(options, integrator=integrator)),
            *(start, start + np.timedelta64(days, "D")),
            phenology=curves_of(own["phenology"]),
            sink=results.append,
        )
        series[integrator] = tuple(
            np.concatenate([getattr(day, name) for day in results])
            for name in ("fluxes", "theta", "soil_temperature")
        )
    return {plants: _pairs(series, p, int(columns.n_layer[p])) for p, plants in enumerate(PLANTS)}


def _pairs(series: Mapping, patch: int, n_layer: int) -> dict[str, Pair]:
    """Pairs by variable of one patch."""
    rk4, split = (series[name] for name in INTEGRATORS)
    pairs = {}
    for name, (here, factor, unit) in FLUXES.items():
        k = HOURLY.index(here)
        pairs[name] = Pair(split[0][:, k, patch] * factor, rk4[0][:, k, patch] * factor, unit)
    for at, name, unit in ((1, "theta", "m3 m-3"), (2, "soil_temperature", "K")):
        for k in range(n_layer):
            pairs[f"{name}_{k + 1}"] = Pair(split[at][:, k, patch], rk4[at][:, k, patch], unit)
    return pairs
