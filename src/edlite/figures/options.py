"""Options that `figures` and `report` share: section `report`, the period, published values."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from edlite.errors import InputError
from edlite.figures.results import Results

REPORT_KEYS = ("title",)


def open_results(root: Path, params: dict) -> Results:
    """A results tree restricted to `params["period"]` (start, end; end excluded), if given.

    Raises InputError for an unusable period, an unknown key of `report`, or results that
    contradict `params["synthetic"]`.
    """
    for key in params.get("report") or {}:
        if key not in REPORT_KEYS:
            raise InputError("--params", f"report.{key}", None, f"one of {', '.join(REPORT_KEYS)}")
    period = params.get("period") or {}
    start, end = (_date(period.get(key), key) for key in ("start", "end"))
    if start is not None and end is not None and not start < end:
        raise InputError("--params", "period.end", str(end), f"a date after {start}")
    results = Results(root, start, end)
    stated = params.get("synthetic")
    if stated is not None and bool(stated) != results.synthetic:
        raise InputError(
            root, "attribute synthetic", results.synthetic, f"{bool(stated)}, as in --params"
        )
    return results


def report_title(params: dict, default: str) -> str:
    """Title of the report."""
    return str((params.get("report") or {}).get("title", default))


def _date(value: object, key: str) -> pd.Timestamp | None:
    if value is None:
        return None
    try:
        return pd.Timestamp(str(value))
    except ValueError as error:
        raise InputError("--params", f"period.{key}", value, "a date") from error
