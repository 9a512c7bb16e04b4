"""Leaves of a site run prescribed by a daily table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edlite.errors import InputError, require_file

COLUMNS = {"date", "patch", "cohort", "lai", "leaf_carbon", "root_carbon"}
# column -> plausible range, unit
LIMITS = {
    "lai": (0.0, 20.0, "m2 m-2"),
    "leaf_carbon": (0.0, 1000.0, "kgC plant-1"),
    "root_carbon": (0.0, 1000.0, "kgC plant-1"),
}
ONE_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class LeafTable:
    """Prescribed leaves of named cohorts; a date's values hold during that UTC day.

    dates : (day,) datetime64[D], without gaps
    cohorts : (cohort,) names (patch, cohort) of the stand's tables
    lai : (day, cohort) m2 m-2 of the patch, or None;  leaf_carbon : kgC plant-1, where lai is None
    root_carbon : (day, cohort) kgC plant-1, or None
    """

    dates: NDArray[np.datetime64]
    cohorts: list[tuple[str, str]]
    lai: NDArray[np.float64] | None
    leaf_carbon: NDArray[np.float64] | None
    root_carbon: NDArray[np.float64] | None


def read_leaf_table(path: str | Path) -> LeafTable:
    """Read the table date, patch, cohort, and lai or leaf_carbon, optionally root_carbon.

    Every cohort has a row for every date. Raises InputError for unknown, missing or both leaf
    columns, unreadable dates, a missing day or row, and values out of range.
    """
    path = require_file(path)
    try:
        table = pd.read_csv(path, comment="#", dtype={"patch": str, "cohort": str, "date": str})
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(path, "content", str(error), "comma-separated text") from error
    for name in table:
        if name not in COLUMNS:
            raise InputError(path, name, None, f"a known column: {', '.join(sorted(COLUMNS))}")
    for name in ("date", "patch", "cohort"):
        if name not in table:
            raise InputError(path, name, None, f"a column; found {', '.join(table)}")
    if ("lai" in table) == ("leaf_carbon" in table):
        raise InputError(path, "lai, leaf_carbon", None, "one of the two columns")
    try:
        table["date"] = pd.to_datetime(table["date"], format="ISO8601")
    except ValueError as error:
        raise InputError(path, "date", str(error), "dates such as 2001-07-01") from error
    if table.duplicated(["date", "patch", "cohort"]).any():
        again = table[table.duplicated(["date", "patch", "cohort"])].iloc[0]
        raise InputError(path, "date", str(again["date"])[:10], "once for each cohort")
    return _pivot(path, table)


def _pivot(path: Path, table: pd.DataFrame) -> LeafTable:
    if table.empty:
        raise InputError(path, "rows", 0, "a row for every date and cohort")
    series = {}
    for name, (low, high, unit) in LIMITS.items():
        if name not in table:
            series[name] = None
            continue
        values = pd.to_numeric(table[name], errors="coerce")
        bad = ~((values >= low) & (values <= high))
        if bad.any():
            raise InputError(path, name, table[name][bad].iloc[0], f"{low:g} to {high:g} {unit}")
        wide = table.assign(value=values).pivot(
            index="date", columns=["patch", "cohort"], values="value"
        )
        if wide.isna().to_numpy().any():
            day, cohort = np.argwhere(wide.isna().to_numpy())[0]
            raise InputError(
                path,
                "date",
                f"{wide.index[day]:%Y-%m-%d} without patch, cohort {wide.columns[cohort]}",
                "a row for every date and cohort",
            )
        series[name] = wide.to_numpy(float)
    dates = wide.index.to_numpy().astype("datetime64[D]")
    gap = np.flatnonzero(np.diff(dates) != ONE_DAY)
    if gap.size:
        raise InputError(
            path, "date", f"{dates[gap[0]]} followed by {dates[gap[0] + 1]}", "every day"
        )
    return LeafTable(dates, list(wide.columns), **series)


def leaf_carbon_of(
    table: LeafTable, cohorts: pd.DataFrame, sla: NDArray, source: str | Path
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Leaf and (if given) fine-root carbon (day, cohort) [kgC plant-1] of the stand's cohorts.

    cohorts : columns `label` (name of the patch), `cohort`, `n_whole` [plants m-2 of the undivided
        cohort];  sla : (cohort,) m2 kgC-1

    Raises InputError unless the table has exactly the stand's cohorts.
    """
    wanted = list(zip(cohorts["label"], cohorts["cohort"], strict=True))
    for found, other, problem in (
        (wanted, set(table.cohorts), "a row for every cohort of the stand"),
        (table.cohorts, set(wanted), "only cohorts of the stand"),
    ):
        for name in found:
            if name not in other:
                raise InputError(source, "patch, cohort", name, problem)
    column = {name: i for i, name in enumerate(table.cohorts)}
    order = [column[name] for name in wanted]
    if table.lai is None:
        leaf = table.leaf_carbon[:, order]
    else:
        leaf = table.lai[:, order] / (cohorts["n_whole"].to_numpy(float) * sla)
    root = None if table.root_carbon is None else table.root_carbon[:, order]
    return leaf, root
