"""How a site's moisture and carbon fluxes respond to soil texture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from edlite.constants import YEAR_S
from edlite.errors import InputError
from edlite.site.settings import Output, SiteRun
from edlite.site.setup import build
from edlite.site.simulate import simulate, spin_up

DEFAULT_PERCENT = (10.0, 30.0, 50.0)
# variable -> (unit, factor from the unit of the run, long name)
MEANS = {
    "theta_rootzone": ("m3 m-3", 1.0, "volumetric soil water of the root zone (0-1 m)"),
    "gpp": ("kg m-2 yr-1", YEAR_S, "gross primary production, carbon"),
    "reco": ("kg m-2 yr-1", YEAR_S, "ecosystem respiration, carbon"),
    "nee": ("kg m-2 yr-1", YEAR_S, "net ecosystem exchange, carbon, positive to the atmosphere"),
    "le": ("W m-2", 1.0, "latent heat flux, positive upward"),
}


def texture_members(sand: Sequence[float], clay: Sequence[float]) -> list[tuple[int, int]]:
    """Indices (sand, clay) of the textures that exist: together at most 100 percent."""
    return [(i, j) for i, s in enumerate(sand) for j, c in enumerate(clay) if s + c <= 100.0]


def check_percent(source: str, name: str, values: Sequence[float]) -> list[float]:
    """Percentages as floats; raises InputError unless they increase within 0-100."""
    numbers = [float(v) for v in values]
    if not numbers or min(numbers) < 0 or max(numbers) > 100 or numbers != sorted(set(numbers)):
        raise InputError(source, name, list(values), "increasing percentages from 0 to 100")
    return numbers


def run_textures(
    run: SiteRun, sand: Sequence[float], clay: Sequence[float], threads: int = 1
) -> xr.Dataset:
    """Period means of a site run for every texture of a grid.

    sand, clay : percent. All textures run together, as lanes of one ensemble; each is spun up
    as the YAML says. The soil's layers, depth, boundary and everything but texture are the site's
    (explicit hydraulic values do not apply); moisture is never prescribed. Result: dims sand, clay;
    NaN where the two exceed 100 percent.
    """
    sand = check_percent(str(run.source), "texture.sand", sand)
    clay = check_percent(str(run.source), "texture.clay", clay)
    members = texture_members(sand, clay)
    model = build(run, [(sand[i] / 100.0, clay[j] / 100.0) for i, j in members])
    cells = Output(step="day", level="cell", budgets=False)
    run = replace(run, output=cells)
    series = simulate(model, run, spin_up(model, run, threads), threads=threads).series
    if "cell" not in series.dims:
        series = series.expand_dims("cell", axis=-1)
    series["reco"] = series["ra"] + series["rh"]
    result = xr.Dataset(
        coords={
            "sand": ("sand", sand, {"units": "percent", "long_name": "sand"}),
            "clay": ("clay", clay, {"units": "percent", "long_name": "clay"}),
        },
        attrs={
            "site": run.site.name,
            "start": str(run.start)[:10],
            "end": str(run.end)[:10],
            **_texture_of(run),
        },
    )
    rows, columns = np.array(members).T
    for name, (unit, factor, long_name) in MEANS.items():
        grid = np.full((len(sand), len(clay)), np.nan)
        grid[rows, columns] = series[name].mean("time").values * factor
        result[name] = (("sand", "clay"), grid, {"units": unit, "long_name": long_name})
    return result


def _texture_of(run: SiteRun) -> dict[str, float]:
    """The site's own texture [percent]; nothing where its soil is explicit."""
    if run.soil.sand is None:
        return {}
    return {
        "site_sand_percent": 100.0 * run.soil.sand,
        "site_clay_percent": 100.0 * run.soil.clay,
    }
