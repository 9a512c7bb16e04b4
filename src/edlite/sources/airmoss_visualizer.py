"""Text of the ORNL DAAC Soil Moisture Visualizer: daily soil moisture of many products at a point.

Source: ORNL DAAC (2017), Soil Moisture Visualizer, doi 10.3334/ORNLDAAC/1366. Each cell of the
table holds "min;mean;max" of the day in volume percent; parts may be empty or "nan".
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

import numpy as np
import pandas as pd

from edlite.errors import InputError, require_file

log = logging.getLogger(__name__)

PARTS = ("min", "mean", "max")
_MOISTURE = re.compile(r".+_(surface|rootzone)$")
_LOCATION = re.compile(r"^Location:\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)", re.MULTILINE)
_LOCATION_NAME = re.compile(r"_(-?\d+\.\d+)_(-?\d+\.\d+)_")


def read_visualizer(path: str | Path) -> pd.DataFrame:
    """Soil moisture [m3 m-3] by day (UTC date index `time`), columns (product, part).

    `part` is min, mean or max; products without any value are left out. `attrs` hold `lat` and
    `lon` in degrees (from the head of the file or its name), NaN if neither tells.

    Values outside 0-100 percent (raw sensors have some) are left out with a warning. Raises
    InputError if the table, its dates or its triples cannot be read.
    """
    path = require_file(path, "text of the Soil Moisture Visualizer")
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("time,")), None)
    if start is None:
        raise InputError(path, "header", None, 'a line that starts with "time,"')
    table = pd.read_csv(path, skiprows=start, dtype=str, keep_default_na=False)
    try:
        time = pd.to_datetime(table["time"], format="%Y-%m-%d")
    except ValueError as error:
        raise InputError(path, "time", str(error), "dates such as 2012-09-20") from error
    columns = {}
    for name in table.columns:
        if not _MOISTURE.match(name):
            continue
        parts = _triples(path, name, table[name])
        if np.isfinite(parts).any():
            for i, part in enumerate(PARTS):
                columns[name, part] = parts[:, i] / 100.0
    index = pd.DatetimeIndex(time, name="time")
    out = pd.DataFrame(columns, index=index)
    out.columns = pd.MultiIndex.from_tuples(columns, names=("product", "part"))
    match = _LOCATION.search("\n".join(lines[:start])) or _LOCATION_NAME.search(path.name)
    out.attrs["lat"], out.attrs["lon"] = (
        (float(x) for x in match.groups())
        if match
        else (
            np.nan,
            np.nan,
        )
    )
    return out


def _triples(path: Path, name: str, cells: pd.Series) -> np.ndarray:
    """Numbers (day, 3) of cells "min;mean;max" in percent."""
    split = cells.str.split(";", expand=True)
    if split.shape[1] != 3 or split.isna().any(axis=None):
        bad = cells[cells.str.count(";") != 2].iloc[0]
        raise InputError(path, name, bad, '"min;mean;max"')
    try:
        values = split.replace("", "nan").astype(float).to_numpy()
    except ValueError as error:
        raise InputError(path, name, str(error), "numbers, nan or nothing") from error
    bad = (values < 0.0) | (values > 100.0)
    if bad.any():
        log.warning("%s: %d values of %s outside 0-100 percent left out", path, bad.sum(), name)
    return np.where(bad, np.nan, values)
