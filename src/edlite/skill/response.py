"""How a demo tower responds: fluxes to moisture, moisture to texture and to how water leaves.

The paper reports such shapes (Zhang et al. 2019, sections 3.4 and 4): fluxes rise with moisture,
moisture with clay and against sand, and water that drains too fast makes the soil too dry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
import yaml

from edlite.constants import YEAR_S
from edlite.demo.forcing import region_forcing
from edlite.demo.recipe import load_recipe
from edlite.errors import InputError
from edlite.files import write_dataset, write_table, write_text
from edlite.site.config import read_site_run
from edlite.site.settings import Output, SiteRun
from edlite.site.towers import read_towers, tower_stand

HOUR_S = 3600.0
# name of the demo's forcing -> name and unit of edlite's
FORCING = {
    "Tair": ("air_temperature", "K", 1.0),
    "Qair": ("specific_humidity", "kg kg-1", 1.0),
    "PSurf": ("air_pressure", "Pa", 1.0),
    "LWdown": ("longwave_down", "W m-2", 1.0),
    "SWdown": ("shortwave_down", "W m-2", 1.0),
    "Rainf": ("precipitation", "kg m-2 s-1", 1.0 / HOUR_S),
}
FLUXES = ("gpp", "ra", "rh", "nee")
DAILY = Output(step="day", level="cell", budgets=False)


def demo_site(
    recipe: Path,
    region: str,
    towers: Path,
    site: str,
    stands: Path,
    folder: Path,
    options: Mapping[str, object] | None = None,
) -> SiteRun:
    """Site run of a tower of the study in the synthetic weather of the demo; files in `folder`.

    The year is the recipe's first, stand and soil are those of `towers` and `stands`; `options` are
    switches of the model. Raises InputError.
    """
    table = read_towers(towers)
    if site not in table.index:
        raise InputError(towers, "site", site, f"one of {', '.join(table.index)}")
    tower = table.loc[site]
    read = load_recipe(recipe, [region])
    patches, cohorts = tower_stand(stands, tower)
    write_table(patches, folder / "patches.csv")
    write_table(cohorts, folder / "cohorts.csv")
    write_dataset(point_forcing(read, region), folder / "met.nc", region=site, synthetic=True)
    year = int(read["years"][0])
    names = ("greenup", "mid_greenup", "senescence", "mid_greendown")
    content = {
        "site": {
            "name": site,
            **{k: float(tower[k]) for k in ("latitude", "longitude", "elevation")},
            "reference_height": float(tower["reference_height"]),
        },
        "time": {"start": f"{year}-01-01T00:00Z", "end": f"{year + 1}-01-01T00:00Z"},
        "forcing": {"path": "met.nc", "format": "edlite", "interpolation": "linear"},
        "co2": float(read["co2"]["mean"]),
        "stand": {"patches": "patches.csv", "cohorts": "cohorts.csv"},
        "soil": {
            "sand": float(tower["sand"]),
            "clay": float(tower["clay"]),
            "depth": float(tower["soil_depth"]),
            "bottom": str(tower["bottom"]),
            "temperature": float(tower["temperature"]),
        },
        "options": {"dynamics": "static"} | dict(options or {}),
        "phenology": {name: float(tower[name]) for name in names},
        "synthetic": True,
    }
    path = write_text(yaml.safe_dump(content, sort_keys=False), folder / "run.yaml")
    return read_site_run(path)


def point_forcing(recipe: Mapping, region: str) -> xr.Dataset:
    """Forcing of the demo at the point of its grid next to the tower, with edlite's names."""
    place = recipe["regions"][region]["place"]
    field = region_forcing(recipe, region).sel(lat=place["lat"], lon=place["lon"], method="nearest")
    result = xr.Dataset(coords={"time": field["time"].values})
    for name, (own, unit, factor) in FORCING.items():
        attributes = {"units": unit, "long_name": own.replace("_", " ")}
        result[own] = ("time", field[name].values.astype(float) * factor, attributes)
    wind = np.hypot(field["Wind_E"].values, field["Wind_N"].values).astype(float)
    result["wind_speed"] = ("time", wind, {"units": "m s-1", "long_name": "wind speed"})
    return result


def moisture_response(
    run: SiteRun, wetness: Sequence[float], start: str, first: str, end: str
) -> pd.DataFrame:
    """Carbon fluxes with soil moisture prescribed, constant in time and depth.

    wetness : relative, 0 at the wilting point and 1 at saturation; one member of an ensemble each
    start, first, end : ISO dates; the run begins at `start`, means are over `first` to `end`

    Columns wetness, theta [m3 m-3], and gpp, ra, rh, nee [kgC m-2 yr-1].
    """
    from edlite.site.setup import build
    from edlite.site.simulate import simulate

    run = replace(run, start=np.datetime64(start), end=np.datetime64(end), output=DAILY)
    model = build(run, [(run.soil.sand, run.soil.clay)] * len(wetness))
    soil, cell = model.columns.soil, model.columns.cell_index  # properties are (patch, layer)
    share = np.asarray(wetness, float)[cell][:, None]
    patch = (soil["theta_wp"] + share * (soil["theta_s"] - soil["theta_wp"])).T
    times = np.array([run.start, run.end]).astype("datetime64[ns]")
    theta = xr.DataArray(np.stack([patch, patch]), {"time": times}, ("time", "layer", "patch"))
    series = simulate(model, run, model.state, theta=theta).series
    means = series.sel(time=slice(first, None)).mean("time")
    first_patch = np.searchsorted(cell, np.arange(len(wetness)))
    table = {"wetness": np.asarray(wetness, float), "theta": patch[0, first_patch]}
    return pd.DataFrame(table | {name: means[name].values * YEAR_S for name in FLUXES})


def water_losses(run: SiteRun, folder: Path, first: str) -> xr.Dataset:
    """Mean soil moisture from the day `first` on: as it is, without drainage, without plants.

    Dims variant (`as it is`, `no drainage`, `no plants`), layer: `theta` [m3 m-3]; scalars by
    variant: `theta_rootzone`, `drainage` and `evapotranspiration` [kg m-2 yr-1].
    """
    from edlite.site.simulate import run_site

    bare = folder / "no_cohorts.csv"
    write_table(pd.read_csv(run.stand.cohorts).iloc[:0], bare)
    variants = {
        "as it is": run,
        "no drainage": replace(run, soil=replace(run.soil, bottom="bedrock")),
        "no plants": replace(run, stand=replace(run.stand, cohorts=bare)),
    }
    parts = []
    for variant in variants.values():
        native = run_site(replace(variant, output=DAILY)).native
        names = ["theta", "theta_rootzone", "drainage", "evapotranspiration"]
        parts.append(native[names].sel(time=slice(first, None)).mean("time"))
    result = xr.concat(parts, pd.Index(list(variants), name="variant"))
    for name in ("drainage", "evapotranspiration"):
        result[name] = result[name] * YEAR_S
    return result
