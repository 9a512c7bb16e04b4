"""SSURGO / gSSURGO (USDA NRCS): map-unit keys on a raster or polygons, and attribute tables.

Tables are read from the native export (`|` separated, with or without a header row; without one the
column names come from its catalogue `mstabcol.txt`) or from CSV with a header row, whose names may
be written R-style with dots (`sandtotal.r`). Values keep the survey's units (cm, percent, g cm-3).
Reference: SSURGO Metadata, Table Column Descriptions, version 2.3 (USDA NRCS).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from rasterio.features import rasterize
from rasterio.io import DatasetReader
from rasterio.transform import from_origin

from edlite.errors import InputError, require_file
from edlite.grid import grid
from edlite.grid.aggregate import (
    WGS84,
    KeyCounts,
    count_keys,
    open_raster,
    pixel_index,
    sum_counts,
)

# table -> (name of the file in the native export, columns that are read)
TABLES = {
    "component": ("comp", ("mukey", "cokey", "comppct_r")),
    "chorizon": (
        "chorizon",
        (
            *("cokey", "chkey", "hzname", "hzdept_r", "hzdepb_r"),
            *("sandtotal_r", "silttotal_r", "claytotal_r", "om_r"),
            *("dbthirdbar_r", "wsatiated_r", "wfifteenbar_r"),
        ),
    ),
    "corestrictions": ("crstrcts", ("cokey", "reskind", "resdept_r")),
    "chfrags": ("chfrags", ("chfragskey", "chkey", "fragvol_r")),
    "muaggatt": ("muaggatt", ("mukey", "brockdepmin")),
    "mapunit": ("mapunit", ("mukey",)),
}
_TEXT = ("hzname", "reskind")
_KEYS = ("mukey", "cokey", "chkey", "chfragskey")
_PERCENT = ("sandtotal_r", "silttotal_r", "claytotal_r", "om_r", "wsatiated_r", "wfifteenbar_r")
_VECTOR_SUFFIXES = (".shp", ".gpkg", ".geojson", ".fgb")
_SAMPLES_PER_CELL = 30  # along each side: polygons are sampled every arc-second
_EXACT_IN_FLOAT32 = 2**24


@dataclass(frozen=True)
class SurveyTables:
    """Attribute tables, one row per component, horizon, restriction, fragment class, map unit.

    `corestrictions`, `chfrags` and `muaggatt` are None where the survey comes without them.
    """

    folder: Path
    component: pd.DataFrame
    chorizon: pd.DataFrame
    corestrictions: pd.DataFrame | None
    chfrags: pd.DataFrame | None
    muaggatt: pd.DataFrame | None
    mapunits: NDArray[np.int64]


def read_tables(folder: str | Path) -> SurveyTables:
    """Read the tables of one or more survey areas below `folder`.

    Files are recognised by name: the native name (`comp.txt`) or the table's name
    (`component.csv`), after any prefix ending in `_`. Files of the same table are joined.

    Raises InputError if the folder or one of component and chorizon is missing, a file cannot be
    parsed, a column is missing, a native file has neither header nor catalogue, or values are
    impossible (percentages outside 0-100, horizons upside down, keys that do not resolve).
    """
    folder = require_file(folder, "a folder with SSURGO tables")
    files = _find_tables(folder)
    for name in ("component", "chorizon"):
        if name not in files:
            raise InputError(folder, f"table {name}", None, f"{TABLES[name][0]}.txt or {name}.csv")
    read = {name: _read_table(name, paths) for name, paths in files.items()}
    component, horizon = read["component"], read["chorizon"]
    _check_range(files["component"][0], component, ("comppct_r",), 0, 100)
    _check_range(files["chorizon"][0], horizon, _PERCENT, 0, 100)
    _check_range(files["chorizon"][0], horizon, ("hzdept_r", "hzdepb_r"), 0, 10000)
    _check_range(files["chorizon"][0], horizon, ("dbthirdbar_r",), 0, 3.5)
    upside_down = horizon["hzdepb_r"] < horizon["hzdept_r"]
    if upside_down.any():
        row = horizon[upside_down].iloc[0]
        raise InputError(
            files["chorizon"][0],
            f"hzdepb_r of horizon {row['chkey']}",
            float(row["hzdepb_r"]),
            f"at least hzdept_r = {row['hzdept_r']} cm",
        )
    orphans = ~horizon["cokey"].isin(component["cokey"])
    if orphans.any():
        value = int(horizon.loc[orphans, "cokey"].iloc[0])
        raise InputError(files["chorizon"][0], "cokey", value, "a key of the component table")
    mapunits = read.get("mapunit", component)["mukey"].unique()
    return SurveyTables(
        folder,
        component,
        horizon,
        read.get("corestrictions"),
        read.get("chfrags"),
        read.get("muaggatt"),
        np.union1d(mapunits, component["mukey"]).astype(np.int64),
    )


def _find_tables(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in (".txt", ".csv"):
            continue
        stem = path.stem.lower()
        for name, (native, _) in TABLES.items():
            if any(stem == alias or stem.endswith(f"_{alias}") for alias in (native, name)):
                found.setdefault(name, []).append(path)
    return found


def _read_table(name: str, paths: list[Path]) -> pd.DataFrame:
    """Join the files of a table, keep the columns of `TABLES`, as numbers but for texts."""
    wanted = TABLES[name][1]
    parts = []
    for path in paths:
        separator = "|" if path.suffix.lower() == ".txt" else ","
        try:
            first = pd.read_csv(path, sep=separator, escapechar="\\", nrows=0)
            header = [str(c).strip().lower().replace(".", "_") for c in first.columns]
            has_header = any(key in header for key in _KEYS)
            if not has_header:
                header = _catalogue_columns(path, name)
                if len(header) != len(first.columns):
                    raise InputError(
                        path, "columns", len(first.columns), f"{len(header)}, as in mstabcol.txt"
                    )
            part = pd.read_csv(
                path,
                sep=separator,
                escapechar="\\",
                header=None,
                names=header,
                skiprows=1 if has_header else 0,
                usecols=lambda c: c in wanted,
                dtype=str,
                keep_default_na=False,
                na_values=["", "NA"],
            )
        except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
            raise InputError(path, "content", str(error), f"a table {name} of SSURGO") from error
        for column in wanted:
            if column not in part.columns:
                raise InputError(path, f"column {column}", None, f"the columns of table {name}")
            if column not in _TEXT:
                part[column] = _numbers(path, part[column])
        parts.append(part[list(wanted)])
    return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)


def _numbers(path: Path, column: pd.Series) -> pd.Series:
    values = pd.to_numeric(column, errors="coerce")
    wrong = values.isna() & column.notna()
    if wrong.any():
        raise InputError(path, f"column {column.name}", column[wrong].iloc[0], "a number")
    if column.name in _KEYS:
        if values.isna().any():
            raise InputError(path, f"column {column.name}", None, "a key in every row")
        return values.astype(np.int64)
    return values.astype(float)


def _catalogue_columns(path: Path, table: str) -> list[str]:
    """Column names of a header-less native file, from `mstabcol.txt` beside it."""
    catalogue = path.with_name("mstabcol.txt")
    if not catalogue.exists():
        raise InputError(
            path, "header row", None, "a header row, or the catalogue mstabcol.txt beside the file"
        )
    with catalogue.open(newline="", encoding="utf-8") as stream:
        rows = [r[:3] for r in csv.reader(stream, delimiter="|", escapechar="\\") if len(r) >= 3]
    columns = {int(order): column.lower() for name, order, column in rows if name == table}
    if not columns:
        raise InputError(catalogue, f"table {table}", None, "a list of its columns")
    return [columns[order] for order in sorted(columns)]


def _check_range(
    path: Path, table: pd.DataFrame, columns: tuple[str, ...], low: float, high: float
) -> None:
    for column in columns:
        wrong = (table[column] < low) | (table[column] > high)
        if wrong.any():
            value = float(table.loc[wrong, column].iloc[0])
            raise InputError(path, f"column {column}", value, f"{low} to {high}")


def count_mapunits(path: str | Path, cells: NDArray[np.int64]) -> KeyCounts:
    """Pixels (or samples of polygons) of each map-unit key in each cell (sorted cell numbers).

    Accepts a raster of keys in any CRS, or polygons (shapefile, GeoPackage, GeoJSON, FlatGeobuf)
    with a field `MUKEY`, which are sampled at 30 x 30 points a cell.

    Raises InputError if the file is missing, unreadable or truncated, has no CRS, does not cover
    the cells, holds values that are not whole positive numbers, or is a float32 raster with keys
    above 16777216, which that type cannot tell apart.
    """
    if Path(path).suffix.lower() in _VECTOR_SUFFIXES:
        return _count_polygons(require_file(path, "map-unit polygons"), cells)
    with open_raster(path) as raster:
        counts = count_keys(raster, cells)
        _check_keys(raster, counts.key)
    return counts


def _check_keys(raster: DatasetReader, keys: NDArray[np.int64]) -> None:
    if keys.size and keys.min() <= 0:
        raise InputError(
            raster.name,
            "map-unit key",
            int(keys.min()),
            f"positive keys, or the file's nodata value ({raster.nodata})",
        )
    if raster.dtypes[0] == "float32" and keys.size and keys.max() > _EXACT_IN_FLOAT32:
        raise InputError(
            raster.name,
            "map-unit key",
            int(keys.max()),
            f"keys up to {_EXACT_IN_FLOAT32} in a float32 raster (larger ones are rounded there); "
            "write the raster as uint32",
        )


def _count_polygons(path: Path, cells: NDArray[np.int64]) -> KeyCounts:
    try:
        table = gpd.read_file(path)
    except (DataSourceError, DataLayerError) as error:
        raise InputError(path, "content", str(error), "a file of polygons") from error
    field = next((c for c in table.columns if str(c).lower() == "mukey"), None)
    if field is None:
        raise InputError(path, "field MUKEY", None, "the key of each polygon's map unit")
    if table.crs is None:
        raise InputError(path, "CRS", None, "a coordinate reference system")
    table = table.to_crs(WGS84)
    keys = _numbers(path, table[field].rename("mukey"))
    bounds = grid.cell_bounds(cells)
    step = 1.0 / (grid.CELLS_PER_DEGREE * _SAMPLES_PER_CELL)
    shape = (
        round((bounds.north - bounds.south) / step),
        round((bounds.east - bounds.west) / step),
    )
    sampled = rasterize(
        zip(table.geometry, keys, strict=True),
        out_shape=shape,
        transform=from_origin(bounds.west, bounds.north, step, step),
        dtype="int64",
    )
    lat = bounds.north - (np.arange(shape[0]) + 0.5) * step
    lon = bounds.west + (np.arange(shape[1]) + 0.5) * step
    index = pixel_index(lat, lon, cells)
    has_key = (index >= 0) & (sampled > 0)
    if not has_key.any():
        extent = grid.Bounds(*map(float, table.total_bounds))
        raise InputError(path, "extent", str(extent), f"polygons in the region ({bounds})")
    return sum_counts(
        index[has_key],
        sampled[has_key],
        np.ones(int(has_key.sum()), dtype=np.int64),
        np.full(cells.size, _SAMPLES_PER_CELL**2, dtype=np.int64),
    )
