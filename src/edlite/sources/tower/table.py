"""Any table of a tower: the user declares columns, units, labels and time zone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError, require_file
from edlite.sources.tower.assemble import Clock, Column, assemble, regular_labels
from edlite.sources.tower.canonical import DEPTH_DIMENSION, QUANTITIES

KEYS = {
    *("time", "time_format", "first_time", "step_s"),
    *("label", "separator", "header", "missing", "columns"),
}
COLUMN_KEYS = {"column", "unit", "depth", "quality"}


def read_table(
    path: str | Path,
    *,
    utc_offset: float,
    table: Mapping,
    longitude: float | None = None,
) -> xr.Dataset:
    """Canonical record of a text table that `table` describes:

    time : column, or list of columns joined by a space, in local standard time
    time_format : as in `datetime.strptime`; default ISO 8601
    first_time, step_s : instead of `time`: label of the first row and regular step [s]
    label : start, middle or end of the interval
    separator : default ","; "whitespace" for runs of blanks
    header : false for a table without a header line; columns are then the numbers 1, 2, ...
    missing : list of numbers that mean missing
    columns : {canonical name: {column, unit, depth, quality}}; for `theta` and
        `soil_temperature` a list of such mappings, top first, with `depth` [m]; `quality` names
        a column with 0 measured ... 3 poor. Units: see `units.UNITS`; `mm` and `inch` are
        amounts per step

    Raises InputError for unknown keys, columns, units and implausible values.
    """
    path = require_file(path)
    _only(path, "table", table, KEYS)
    for key in ("first_time" if "first_time" in table else "time", "label", "columns"):
        if key not in table:
            raise InputError(path, f"table.{key}", None, "to be declared")
    separator = table.get("separator", ",")
    separator = r"\s+" if separator == "whitespace" else separator
    try:
        data = pd.read_csv(path, sep=separator, header=0 if table.get("header", True) else None)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InputError(path, "content", str(error), "a text table") from error
    if not table.get("header", True):
        data.columns = range(1, data.shape[1] + 1)
    missing = [float(value) for value in table.get("missing", [-9999.0])]
    fields: dict[str, Column | list[Column]] = {}
    quality = {}
    for name, declared in table["columns"].items():
        if name not in QUANTITIES:
            raise InputError(path, f"table.columns.{name}", None, f"one of {', '.join(QUANTITIES)}")
        if name in DEPTH_DIMENSION:
            items = declared if isinstance(declared, list) else [declared]
            fields[name] = [_field(path, data, name, item, missing) for item in items]
        else:
            fields[name] = _field(path, data, name, declared, missing)
            if "quality" in declared:
                quality[name] = _values(path, data, declared["quality"], missing)
    labels = _labels(path, data, table)
    clock = Clock(utc_offset, str(table["label"]), longitude)
    return assemble(str(path), labels, clock, fields, quality)


def _only(path: Path, section: str, found: object, allowed: set[str]) -> None:
    if not isinstance(found, Mapping):
        raise InputError(path, section, found, f"a mapping with {', '.join(sorted(allowed))}")
    for key in found:
        if key not in allowed:
            raise InputError(path, f"{section}.{key}", None, f"one of {', '.join(sorted(allowed))}")


def _field(path: Path, data: pd.DataFrame, name: str, declared: object, missing: list) -> Column:
    _only(path, f"table.columns.{name}", declared, COLUMN_KEYS)
    for key in ("column", "unit"):
        if key not in declared:
            raise InputError(path, f"table.columns.{name}.{key}", None, "to be declared")
    values = _values(path, data, declared["column"], missing)
    depth = float(declared.get("depth", "nan"))
    return Column(values, str(declared["unit"]), str(declared["column"]), depth)


def _values(path: Path, data: pd.DataFrame, column: str, missing: list[float]) -> np.ndarray:
    if column not in data:
        raise InputError(path, "column", column, f"one of {', '.join(map(str, data.columns))}")
    values = pd.to_numeric(data[column], errors="coerce").to_numpy(float)
    return np.where(np.isin(values, missing), np.nan, values)


def _labels(path: Path, data: pd.DataFrame, table: Mapping) -> np.ndarray:
    if "first_time" in table:
        return regular_labels(path, table["first_time"], len(data), table.get("step_s", 1800))
    names = table["time"] if isinstance(table["time"], list) else [table["time"]]
    for name in names:
        if name not in data:
            raise InputError(
                path, "table.time", name, f"one of {', '.join(map(str, data.columns))}"
            )
    text = data[names[0]].astype(str)
    for name in names[1:]:
        text = text + " " + data[name].astype(str)
    try:
        time = pd.to_datetime(text, format=table.get("time_format", "ISO8601"))
    except ValueError as error:
        raise InputError(path, "time", str(error), "times in time_format") from error
    if time.dt.tz is not None:
        raise InputError(path, "time", str(text.iloc[0]), "local standard time without a zone")
    return time.to_numpy("datetime64[s]")
