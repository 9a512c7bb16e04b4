"""Daily leaf area for cases whose plants follow a calendar or a satellite, not the model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from edlite.errors import InputError, require_file
from edlite.site.nodes import Node

COURSE_COLUMNS = ("month", "day", "lai")


def leaf_table(
    declared: Mapping, source: Path, data: Path, stand: pd.DataFrame, first: str, last: str
) -> pd.DataFrame:
    """Leaf area table of a site run (date, patch, cohort, lai) for the days from `first` to `last`.

    declared : {table: FILE}, a yearly course with the columns month, day, lai, linear in between,
        beside `source`; or {record: FILE, time: COLUMN, column: COLUMN}, a series under `data`
    stand : cohorts with the columns patch, cohort and area (of the patch); one cohort
    first, last : ISO dates, the last excluded

    Declared leaf area is that of the site; the patch that holds the cohort has all of it. Raises
    InputError for other keys, missing columns, a day without value, a stand of several cohorts.
    """
    if len(stand) != 1:
        raise InputError(source, "evaluation.leaves", f"{len(stand)} cohorts", "a stand of one")
    days = pd.date_range(first, last, inclusive="left")
    node = Node(declared, source, "evaluation.leaves")
    if node.has("table"):
        values = yearly_course(node.path("table"), days)
    else:
        path = require_file(data / node.text("record"))
        values = recorded(path, node.text("time"), node.text("column"), days)
    node.done()
    plant = stand.iloc[0]
    columns = {"patch": plant["patch"], "cohort": plant["cohort"], "lai": values / plant["area"]}
    return pd.DataFrame({"date": days.strftime("%Y-%m-%d"), **columns}).round({"lai": 5})


def yearly_course(path: Path, days: pd.DatetimeIndex) -> np.ndarray:
    """Leaf area on `days`, linear between the dates of a table and across the turn of the year."""
    table = pd.read_csv(require_file(path), comment="#")
    for name in COURSE_COLUMNS:
        if name not in table:
            raise InputError(path, name, None, "a column")
    dates = pd.to_datetime(table[["month", "day"]].assign(year=2001))
    order = np.argsort(dates.to_numpy())
    day, lai = dates.dt.day_of_year.to_numpy()[order], table["lai"].to_numpy(float)[order]
    return np.interp(days.day_of_year, day, lai, period=365.0)


def recorded(path: Path, time: str, column: str, days: pd.DatetimeIndex) -> np.ndarray:
    """Daily means of a column of a CSV, linear over days without; constant beyond its ends."""
    table = pd.read_csv(path)
    for name in (time, column):
        if name not in table:
            raise InputError(path, name, None, f"a column; found {', '.join(table)}")
    series = pd.Series(table[column].to_numpy(float), index=pd.to_datetime(table[time]))
    daily = series.resample("D").mean().reindex(days)
    if daily.isna().all():
        raise InputError(path, column, None, f"values from {days[0]:%Y-%m-%d}")
    return daily.interpolate(limit_direction="both").to_numpy()
