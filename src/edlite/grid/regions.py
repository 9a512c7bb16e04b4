"""Named regions: polygons of a GeoJSON file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from edlite.errors import InputError, require_file


@dataclass(frozen=True)
class Region:
    """A region: its name and its outline (longitude, latitude in degrees, EPSG:4326)."""

    name: str
    polygon: shapely.Geometry


def read_regions(path: str | Path) -> dict[str, Region]:
    """All regions of a GeoJSON file of polygons with the property `name`, in file order.

    Raises InputError if the file cannot be read, is not in EPSG:4326, or holds no features,
    unnamed or repeated names, or geometries that are not valid polygons in degrees.
    """
    path = require_file(path, "a GeoJSON file of named polygons")
    try:
        table = gpd.read_file(path)
    except (DataSourceError, DataLayerError) as error:
        raise InputError(path, "content", str(error), "a GeoJSON FeatureCollection") from error
    if not isinstance(table, gpd.GeoDataFrame) or table.empty:
        raise InputError(path, "features", "none", "at least one polygon")
    if table.crs is None or not table.crs.equals("EPSG:4326", ignore_axis_order=True):
        raise InputError(path, "crs", str(table.crs), "EPSG:4326 (longitude, latitude)")
    if "name" not in table.columns:
        raise InputError(path, "property name", None, "a name in each feature")
    regions: dict[str, Region] = {}
    for name, polygon in zip(table["name"], table.geometry, strict=True):
        if not isinstance(name, str) or not name:
            raise InputError(path, "property name", name, "a non-empty text")
        if name in regions:
            raise InputError(path, "property name", name, "names that occur once")
        regions[name] = Region(name, _checked(path, name, polygon))
    return regions


def read_region(path: str | Path, name: str) -> Region:
    """One region of a GeoJSON file; raises InputError (see `read_regions`) or if it is absent."""
    regions = read_regions(path)
    if name not in regions:
        raise InputError(path, "region", name, f"one of {', '.join(regions)}")
    return regions[name]


def _checked(path: Path, name: str, polygon: shapely.Geometry | None) -> shapely.Geometry:
    key = f"geometry of {name}"
    if polygon is None or polygon.is_empty:
        raise InputError(path, key, "empty", "a polygon")
    if polygon.geom_type not in ("Polygon", "MultiPolygon"):
        raise InputError(path, key, polygon.geom_type, "a Polygon or MultiPolygon")
    if not polygon.is_valid:
        raise InputError(path, key, shapely.is_valid_reason(polygon), "a valid polygon")
    west, south, east, north = polygon.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise InputError(path, key, polygon.bounds, "longitudes and latitudes in degrees")
    return polygon
