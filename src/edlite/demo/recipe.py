"""Checks of a recipe, made before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from edlite.demo.climate import check_climate
from edlite.demo.layout import flight_times, read_recipe, region_recipe
from edlite.errors import InputError
from edlite.sources.nlcd import class_table

SECTIONS = ("seed", "years", "lai_years", "block", "truth", "radar", "probes", "weather", "co2")
REGION_SECTIONS = (
    *("site", "place", "tower_error", "climate", "cover", "soil"),
    *("forest", "leaf_area", "phenology", "flights"),
)
PHENOLOGY = ("greenup", "mid_greenup", "maturity", "senescence", "mid_greendown", "dormancy")
TOLERANCE = 1e-3  # of sums of shares


def load_recipe(path: str | Path, regions: Iterable[str] = ()) -> Mapping:
    """Read a recipe and check it for `regions` (default: all that it has).

    Raises InputError, naming the file and the key, for a missing section, an unknown region, shares
    that do not sum to one, impossible horizons, phenology out of order, flights outside the
    years, error laws that cannot be.
    """
    recipe = read_recipe(path)
    for section in SECTIONS:
        if section not in recipe:
            raise InputError(path, section, None, "a section of the recipe")
    radar = recipe["radar"]
    if not 0 <= radar["correlated_rms"] <= radar["total_rms"]:
        raise InputError(
            path, "radar.correlated_rms", radar["correlated_rms"], f"0..{radar['total_rms']}"
        )
    if not -1 < recipe["truth"]["correlation"] < 1:
        raise InputError(path, "truth.correlation", recipe["truth"]["correlation"], "-1..1")
    for region in list(regions) or recipe["regions"]:
        own = region_recipe(recipe, region)
        for section in REGION_SECTIONS:
            if section not in own:
                raise InputError(path, f"regions.{region}.{section}", None, "a section")
        check_climate(own["climate"], region)
        _check_cover(path, region, own["cover"])
        _check_soil(path, region, own["soil"])
        _check_dates(path, region, recipe, own)
    return recipe


def _check_sum(path: str | Path, key: str, shares: Iterable[float]) -> None:
    shares = list(shares)
    if min(shares) < 0 or abs(sum(shares) - 1) > TOLERANCE:
        raise InputError(path, key, round(sum(shares), 4), "shares that sum to 1, none negative")


def _check_cover(path: str | Path, region: str, cover: Mapping) -> None:
    key = f"regions.{region}.cover.classes"
    unknown = [code for code in cover["classes"] if int(code) not in class_table().index]
    if unknown:
        raise InputError(path, key, unknown, "codes of the National Land Cover Database")
    _check_sum(path, key, cover["classes"].values())


def _check_soil(path: str | Path, region: str, soil: Mapping) -> None:
    key = f"regions.{region}.soil.units"
    _check_sum(path, key, (unit["share"] for unit in soil["units"]))
    for unit in soil["units"]:
        depth = 0.0
        for top, bottom, sand, clay, *_ in unit["horizons"]:
            if top != depth or bottom <= top:
                raise InputError(
                    path, f"{key}: {unit['name']}", [top, bottom], f"a horizon from {depth} cm down"
                )
            if min(sand, clay) < 0 or sand + clay > 100:
                raise InputError(
                    path, f"{key}: {unit['name']}", [sand, clay], "sand and clay in per cent"
                )
            depth = bottom


def _check_dates(path: str | Path, region: str, recipe: Mapping, own: Mapping) -> None:
    days = [own["phenology"][name] for name in PHENOLOGY]
    if days != sorted(days):
        key = f"regions.{region}.phenology"
        raise InputError(path, key, days, f"ascending days: {', '.join(PHENOLOGY)}")
    for time in flight_times(recipe, region):
        if time.year not in recipe["years"]:
            key = f"regions.{region}.flights.times"
            raise InputError(path, key, f"{time:%Y-%m-%dT%H:%M}", f"times in {recipe['years']}")
