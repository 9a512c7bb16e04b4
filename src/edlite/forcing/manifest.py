"""The manifest: which granule holds which hours of which window, so that none is opened in vain."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from edlite.errors import InputError, require_file
from edlite.sources.nldas import SUFFIXES_GRIB, SUFFIXES_NETCDF, open_granule

COLUMNS = ("path", "first_time", "last_time", "n_time", "south", "north", "west", "east")
EXTENT = ["south", "north", "west", "east"]


def find_granules(directory: str | Path) -> list[Path]:
    """All files below `directory` with the suffix of a granule, sorted; InputError if none."""
    directory = require_file(directory, "a directory of NLDAS-2 granules")
    suffixes = SUFFIXES_NETCDF + SUFFIXES_GRIB
    paths = sorted(p for p in directory.rglob("*") if p.suffix.lower() in suffixes and p.is_file())
    if not paths:
        raise InputError(directory, "granules", 0, f"files that end in {', '.join(suffixes)}")
    return paths


def scan_granules(paths: list[Path], home: Path) -> pd.DataFrame:
    """Manifest (COLUMNS) of granules; paths relative to `home`, extents are outermost centres."""
    rows = []
    for path in tqdm(paths, desc="granules", unit="file", disable=None):
        with open_granule(path) as granule:
            rows.append(
                {
                    "path": Path(os.path.relpath(path.resolve(), home.resolve())).as_posix(),
                    "first_time": str(granule.time[0]),
                    "last_time": str(granule.time[-1]),
                    "n_time": granule.time.size,
                    "south": granule.lat[0],
                    "north": granule.lat[-1],
                    "west": granule.lon[0],
                    "east": granule.lon[-1],
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def read_manifest(path: str | Path) -> pd.DataFrame:
    """Manifest with absolute `path` and datetime64[s] `first_time`, `last_time`, sorted by path.

    Raises InputError for a missing column, an unreadable value, an empty table or a path twice.
    """
    path = require_file(path, "a manifest of granules (edlite forcing-manifest)")
    try:
        table = pd.read_csv(path)
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(path, "content", str(error), "a CSV table") from error
    for column in COLUMNS:
        if column not in table:
            raise InputError(path, column, None, f"a column; the table has {list(table.columns)}")
    if table.empty:
        raise InputError(path, "rows", 0, "one row for each granule")
    for column in ("first_time", "last_time"):
        try:
            times = pd.to_datetime(table[column], format="ISO8601")
        except ValueError as error:
            raise InputError(
                path, column, str(error), "times such as 2013-01-01T00:00:00"
            ) from error
        table[column] = times.to_numpy().astype("datetime64[s]")
    for column in (*EXTENT, "n_time"):
        numbers = pd.to_numeric(table[column], errors="coerce")
        if not np.isfinite(numbers).all():
            bad = table.loc[~np.isfinite(numbers), column].iloc[0]
            raise InputError(path, column, bad, "a number")
        table[column] = numbers
    repeated = table["path"].duplicated()
    if repeated.any():
        raise InputError(path, "path", table["path"][repeated].iloc[0], "each granule once")
    table = table.sort_values("path", ignore_index=True)
    table["path"] = [path.parent / name for name in table["path"]]
    return table
