"""Synthetic soil survey in the layout of gSSURGO: a raster of map-unit keys and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edlite.demo.layout import region_recipe
from edlite.demo.random import classes_by_share, generator
from edlite.demo.raster import PIXEL, AlbersGrid, write_geotiff
from edlite.files import write_table
from edlite.soil.hydraulics import soil_properties

NODATA = 2147483647
PATCH_LENGTH = 500.0  # m, correlation length of the map units
THIRD_BAR = -3.37  # m, -33 kPa
FIRST_KEY = 99_000_000  # beyond what float32 tells apart, as many real keys are
UNITS_PER_REGION = 100


def mapunit_keys(recipe: Mapping, region: str) -> list[int]:
    """Keys of the region's map units, in the order of the recipe."""
    base = FIRST_KEY + UNITS_PER_REGION * list(recipe["regions"]).index(region)
    return [base + i + 1 for i in range(len(region_recipe(recipe, region)["soil"]["units"]))]


def mapunit_raster(recipe: Mapping, region: str, grid: AlbersGrid) -> NDArray[np.uint32]:
    """Map-unit key of each pixel: smooth patches with the shares of the recipe."""
    units = region_recipe(recipe, region)["soil"]["units"]
    shares = {
        key: unit["share"] for key, unit in zip(mapunit_keys(recipe, region), units, strict=True)
    }
    rng = generator(recipe, region, "soil survey")
    keys = classes_by_share(rng, grid.shape, shares, PATCH_LENGTH / PIXEL, grid.inside)
    return keys.astype(np.uint32)


def survey_tables(recipe: Mapping, region: str) -> dict[str, pd.DataFrame]:
    """Tables component, chorizon, corestrictions and muaggatt with the columns of SSURGO.

    Each map unit has one component of 85 % and, where the recipe's next unit may serve as an
    inclusion, a minor component of 15 %. Water contents, bulk density and conductivity follow
    from texture (Clapp-Hornberger with the coefficients of Cosby et al. 1984).
    """
    units = region_recipe(recipe, region)["soil"]["units"]
    keys = mapunit_keys(recipe, region)
    components, horizons, restrictions, aggregates = [], [], [], []
    for i, (key, unit) in enumerate(zip(keys, units, strict=True)):
        inclusion = units[(i + 1) % len(units)]
        for j, (part, percent) in enumerate(((unit, 85), (inclusion, 15))):
            cokey = 10 * key + j
            components.append(
                {
                    "comppct_r": percent,
                    "compname": f"{part['name']} (synthetic)",
                    "compkind": "Series",
                    "majcompflag": "Yes" if j == 0 else "No ",
                    "mukey": key,
                    "cokey": cokey,
                }
            )
            horizons += _horizons(part, cokey)
            if part["bedrock"] is not None:
                restrictions.append(
                    {
                        "reskind": "Bedrock, lithic",
                        "resdept_r": part["bedrock"],
                        "cokey": cokey,
                        "corestrictkey": 10 * cokey,
                    }
                )
        aggregates.append(
            {
                "musym": f"{i + 1}S",
                "muname": f"{unit['name']} (synthetic)",
                "brockdepmin": unit["bedrock"],
                "mukey": key,
            }
        )
    columns = ["reskind", "resdept_r", "cokey", "corestrictkey"]
    return {
        "component": pd.DataFrame(components),
        "chorizon": pd.DataFrame(horizons),
        "corestrictions": pd.DataFrame(restrictions, columns=columns),
        "muaggatt": pd.DataFrame(aggregates),
    }


def _horizons(unit: Mapping, cokey: int) -> list[dict]:
    """Rows of chorizon of one component, top to bottom."""
    top, bottom, sand, clay, organic, density = np.array(unit["horizons"], dtype=float).T
    soil = {name: v[:, 0] for name, v in soil_properties(sand / 100, clay / 100, 1).items()}
    third_bar = soil["theta_s"] * (soil["psi_s"] / THIRD_BAR) ** (1 / soil["b"])
    return [
        {
            "hzname": f"H{i + 1}",
            "hzdept_r": int(top[i]),
            "hzdepb_r": int(bottom[i]),
            "sandtotal_r": sand[i],
            "silttotal_r": 100 - sand[i] - clay[i],
            "claytotal_r": clay[i],
            "om_r": organic[i],
            "dbthirdbar_r": density[i],
            "ksat_r": round(1e6 * soil["k_sat"][i], 3),
            "wthirdbar_r": round(100 * third_bar[i], 1),
            "wfifteenbar_r": round(100 * soil["theta_wp"][i], 1),
            "wsatiated_r": round(100 * soil["theta_s"][i], 1),
            "cokey": cokey,
            "chkey": 10 * cokey + i + 1,
        }
        for i in range(len(top))
    ]


def write_survey(recipe: Mapping, region: str, grid: AlbersGrid, files: Mapping) -> None:
    """Write the raster and the tables under the names in `files` (see `demo_files`)."""
    write_geotiff(
        mapunit_raster(recipe, region, grid),
        grid,
        files["soil_raster"][0],
        nodata=NODATA,
        description=f"map-unit keys of {region} in the layout of gSSURGO",
    )
    tables = survey_tables(recipe, region)
    for path in files["soil_tables"]:
        write_table(tables[Path(path).stem], path)
