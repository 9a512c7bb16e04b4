"""Where the synthetic demo puts its files: names alone, nothing is read but the recipe.

The workflow imports this module when it plans, so it needs nothing but PyYAML.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import yaml

from edlite.errors import InputError, require_file

CELLS_PER_DEGREE = 120
EARTH_RADIUS_MODIS = 6371007.181  # m, sphere of the MODIS sinusoidal grid
TILE_SIZE = 2 * math.pi * EARTH_RADIUS_MODIS / 36  # m, ten degrees at the equator
SOIL_TABLES = ("component", "chorizon", "corestrictions", "muaggatt")
FIA_TABLES = ("PLOT", "SUBPLOT", "COND", "TREE")


def read_recipe(recipe: str | Path | Mapping) -> Mapping:
    """The recipe as a mapping; a mapping is returned as it is.

    Raises InputError for a file that is no recipe and for years that do not follow one another.

    A recipe with the key `extends` (a path beside it) holds only what differs from that recipe.
    """
    if isinstance(recipe, Mapping):
        return recipe
    path = require_file(recipe)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise InputError(path, "content", str(error), "YAML") from error
    if not isinstance(content, dict) or not isinstance(content.get("regions"), dict):
        raise InputError(path, "regions", None, "a mapping of region names")
    if "extends" in content:
        base = read_recipe(path.parent / content.pop("extends"))
        unknown = set(content["regions"]) - set(base["regions"])
        if unknown:
            raise InputError(path, "regions", sorted(unknown), "regions of the extended recipe")
        content = _merged(base, content)
    _check_years(path, content)
    return content


def _check_years(path: Path, recipe: Mapping) -> None:
    if "year" in recipe:
        raise InputError(path, "year", recipe["year"], "the key years, a list such as [2013, 2014]")
    years = recipe.get("years")
    whole = isinstance(years, list) and years and all(type(year) is int for year in years)
    if not whole or years != list(range(years[0], years[0] + len(years))):
        raise InputError(path, "years", years, "consecutive years, such as [2013, 2014]")


def _merged(base: Mapping, changes: Mapping) -> dict:
    """`base` with the leaves of `changes` put in."""
    result = dict(base)
    for key, value in changes.items():
        nested = isinstance(value, Mapping) and isinstance(base.get(key), Mapping)
        result[key] = _merged(base[key], value) if nested else value
    return result


def region_recipe(recipe: Mapping, region: str) -> Mapping:
    """The part of the recipe that describes `region`; raises InputError for an unknown name."""
    if region not in recipe["regions"]:
        raise InputError("recipe", "region", region, f"one of {', '.join(recipe['regions'])}")
    return recipe["regions"][region]


def block_cells(recipe: Mapping, region: str) -> tuple[range, range]:
    """Rows (from 90 N southward) and columns (from 180 W eastward) of the region's 30" cells."""
    place = region_recipe(recipe, region)["place"]
    block = recipe["block"]
    row = math.floor((90.0 - place["lat"]) * CELLS_PER_DEGREE) - block["tower_row"]
    column = math.floor((place["lon"] + 180.0) * CELLS_PER_DEGREE) - block["tower_column"]
    return range(row, row + block["rows"]), range(column, column + block["columns"])


def block_bounds(recipe: Mapping, region: str, margin: float = 0.0) -> tuple[float, ...]:
    """West, south, east, north [degrees] of the block, widened by `margin` cells on each side."""
    rows, columns = block_cells(recipe, region)
    return (
        (columns.start - margin) / CELLS_PER_DEGREE - 180.0,
        90.0 - (rows.stop + margin) / CELLS_PER_DEGREE,
        (columns.stop + margin) / CELLS_PER_DEGREE - 180.0,
        90.0 - (rows.start - margin) / CELLS_PER_DEGREE,
    )


def modis_tiles(bounds: tuple[float, ...]) -> list[tuple[int, int]]:
    """Horizontal and vertical numbers of the MODIS tiles that hold the corners of `bounds`."""
    west, south, east, north = bounds
    tiles = set()
    for lat in (south, north):
        for lon in (west, east):
            x = EARTH_RADIUS_MODIS * math.radians(lon) * math.cos(math.radians(lat))
            y = EARTH_RADIUS_MODIS * math.radians(lat)
            tiles.add((math.floor(18 + x / TILE_SIZE), math.floor(9 - y / TILE_SIZE)))
    return sorted(tiles)


def lai_dates(recipe: Mapping, region: str) -> list[date]:
    """First days of the eight-day periods with leaf area."""
    leaf_area = region_recipe(recipe, region)["leaf_area"]
    return [
        date(year, 1, 1) + timedelta(days=8 * (period - 1))
        for year in recipe["lai_years"]
        for period in leaf_area["periods"]
    ]


def flight_times(
    recipe: Mapping,
    region: str,
    years: Iterable[int] | None = None,
    days: int | None = None,
) -> list[datetime]:
    """Times of the radar flights [UTC], ascending.

    Only those of `years`, and of the first `days` of each year, where these are given.
    """
    texts = region_recipe(recipe, region)["flights"]["times"]
    times = sorted(datetime.fromisoformat(str(text)) for text in texts)
    wanted = None if years is None else set(years)
    return [
        time
        for time in times
        if (wanted is None or time.year in wanted)
        and (days is None or time < datetime(time.year, 1, 1) + timedelta(days=days))
    ]


def flight_file(recipe: Mapping, region: str, time: datetime, directory: str | Path) -> Path:
    """Snapshot of a flight.

    Flights alternate between the retrieval group's HDF5 layout and netCDF-4.
    """
    suffix = (".h5", ".nc")[flight_times(recipe, region).index(time) % 2]
    name = f"airmoss_rzsm_synthetic_{region}_{time:%Y%m%dT%H%M}{suffix}"
    return Path(directory) / region / "airmoss" / name


def nldas_directory(region: str, directory: str | Path) -> Path:
    """Folder of the region's hourly forcing."""
    return Path(directory) / "nldas" / region


def nldas_file(region: str, day: date, directory: str | Path) -> Path:
    """Forcing granule of the month of a day of one region."""
    folder = nldas_directory(region, directory)
    return folder / f"NLDAS_FORA0125_H.A{day:%Y%m}.020.synthetic.{region}.nc"


def demo_files(
    region: str,
    recipe: str | Path | Mapping,
    directory: str | Path,
    years: Iterable[int] | None = None,
    days: int | None = None,
) -> dict[str, list[str]]:
    """Paths of every file of the demo that `region` needs, by product.

    Parameters
    ----------
    region : name of a region in the recipe
    recipe : the recipe or its path
    directory : root of the demo's files (`demo.directory` of the configuration); it is the
        `--out` of every demo command
    years : years that are run (default: all of the recipe); the truth has no others to observe
    days : `years.days` of the configuration; later flights have no truth and are left out

    Returns
    -------
    Keys `nlcd`, `soil_raster`, `soil_tables`, `fia`, `lai`, `phenology` (made by `demo-region`);
    `forcing_manifest`, `co2` (made by `demo-forcing` for all regions at once); `airmoss`,
    `probes`, `tower` (made by `demo-observe`). Raises InputError for a year that the recipe lacks.
    """
    recipe = read_recipe(recipe)
    years = recipe["years"] if years is None else sorted(years)
    for year in years:
        if year not in recipe["years"]:
            raise InputError("recipe", "years", year, f"one of {recipe['years']}")
    own = region_recipe(recipe, region)
    root = Path(directory)
    home = root / region
    state = own["place"]["state"]
    tiles = [f"h{h:02d}v{v:02d}" for h, v in modis_tiles(block_bounds(recipe, region, 2))]
    files = {
        "nlcd": [home / f"nlcd_2011_synthetic_{region}.tif"],
        "soil_raster": [home / f"gssurgo_mukey_synthetic_{region}.tif"],
        "soil_tables": [home / "soil" / f"{name}.csv" for name in SOIL_TABLES],
        "fia": [home / "fia" / f"{state}_{name}.csv" for name in FIA_TABLES],
        "lai": [
            home / "modis" / f"MCD15A2H.A{day:%Y%j}.{tile}.006.synthetic.hdf"
            for day in lai_dates(recipe, region)
            for tile in tiles
        ],
        "phenology": [
            home / "modis" / f"MCD12Q2.A{year}001.{tile}.006.synthetic.hdf"
            for year in recipe["years"]
            for tile in tiles
        ],
        "forcing_manifest": [root / "nldas" / "manifest.csv"],
        "co2": [root / "co2_mm_mlo_synthetic.csv"],
        "airmoss": [
            flight_file(recipe, region, time, directory)
            for time in flight_times(recipe, region, years, days)
        ],
        "probes": [
            home / "probes" / f"CRNH0203-{year}-synthetic_{own['site']}.txt" for year in years
        ],
        "tower": [root / "towers" / f"{own['site']}.csv"],
    }
    return {product: [path.as_posix() for path in paths] for product, paths in files.items()}
