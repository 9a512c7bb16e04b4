"""From columns with local labels to a canonical record: UTC, SI units, checked ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError
from edlite.sources.tower.canonical import DEPTH_DIMENSION, QUANTITIES
from edlite.sources.tower.solar import check_clock
from edlite.sources.tower.units import to_si, unit_names

LABELS = ("start", "middle", "end")
STEPS_S = (600, 900, 1200, 1800, 3600)
LONG_RECORD_DAYS = 30


@dataclass(frozen=True)
class Clock:
    """How a file tells time.

    utc_offset : local standard time minus UTC [h], without daylight saving
    label : which instant of the interval the label names: start, middle or end
    longitude : degrees east, for the check of the clock against the sun; None leaves it out
    """

    utc_offset: float
    label: str
    longitude: float | None = None

    def check(self, source: str) -> None:
        """Raise InputError for an impossible offset or an unknown label."""
        if not -12 <= self.utc_offset <= 14:
            raise InputError(source, "utc_offset", self.utc_offset, "hours from -12 to 14")
        if self.label not in LABELS:
            raise InputError(source, "label", self.label, f"one of {', '.join(LABELS)}")


@dataclass(frozen=True)
class Column:
    """Values of one column with their unit; `depth` [m] for soil probes, NaN where not known."""

    values: np.ndarray
    unit: str
    name: str
    depth: float = float("nan")


def assemble(
    source: str,
    labels: np.ndarray,
    clock: Clock,
    fields: Mapping[str, Column | list[Column]],
    quality: Mapping[str, np.ndarray] | None = None,
) -> xr.Dataset:
    """Canonical record (see `canonical`) of columns in a file's own units and clock.

    Parameters
    ----------
    source : file, for messages
    labels : datetime64, one per row, local standard time
    fields : by canonical name; a list of columns for `theta` and `soil_temperature`, top first.
        NaN marks missing values
    quality : by canonical name, 0 measured ... 3 poor, NaN unknown

    Rows that are missing in a regular series become NaN. Raises InputError for labels that do
    not increase, an unsupported step, a wrong unit, values out of range, a clock that
    contradicts the sun.
    """
    clock.check(source)
    start, step_s = _interval_starts(source, np.asarray(labels, "datetime64[s]"), clock)
    regular = np.arange(start[0], start[-1] + 1, np.timedelta64(int(step_s), "s"))
    row = ((start - start[0]) // np.timedelta64(int(step_s), "s")).astype(int)

    def place(values: np.ndarray) -> np.ndarray:
        placed = np.full(len(regular), np.nan)
        placed[row] = values
        return placed

    record = xr.Dataset(
        coords={"time": ("time", regular.astype("datetime64[ns]"))}, attrs={"step_s": step_s}
    )
    for name, columns in fields.items():
        quantity = QUANTITIES[name]
        attributes = {"units": quantity.unit, "long_name": quantity.long_name}
        profile = isinstance(columns, list)
        values = []
        for column in columns if profile else [columns]:
            si = to_si(column.values, column.unit, quantity.dimension, step_s, source, column.name)
            _check_range(source, name, column, si, step_s)
            values.append(place(si))
        if profile:
            dimension = DEPTH_DIMENSION[name]
            depths = np.array([column.depth for column in columns])
            record = record.assign_coords(
                {dimension: (dimension, depths, {"units": "m", "long_name": "depth of probe"})}
            )
            record[name] = (("time", dimension), np.stack(values, axis=1), attributes)
        else:
            record[name] = ("time", values[0], attributes)
    for name, flags in (quality or {}).items():
        if name in record:
            text = f"quality of {name}: 0 measured, 1 good, 2 medium, 3 poor fill"
            attributes = {"units": "1", "long_name": text}
            record[f"{name}_quality"] = ("time", place(np.asarray(flags, float)), attributes)
    if clock.longitude is not None:
        record.attrs["noon_offset_h"] = check_clock(record, clock.longitude, source)
    return record


def _interval_starts(source: str, labels: np.ndarray, clock: Clock) -> tuple[np.ndarray, float]:
    if len(labels) < 2 or np.isnat(labels).any():
        raise InputError(source, "time", f"{len(labels)} rows", "two or more readable time labels")
    difference = np.diff(labels).astype("timedelta64[s]").astype(int)
    step = int(np.median(difference))
    if step not in STEPS_S:
        minutes = ", ".join(f"{s // 60}" for s in STEPS_S)
        raise InputError(source, "time step [s]", step, f"{minutes} minutes")
    if (difference <= 0).any():
        at = labels[1:][difference <= 0][0]
        raise InputError(source, "time", str(at), "labels that increase, without repeats")
    if (difference % step).any():
        at = labels[1:][difference % step != 0][0]
        raise InputError(source, "time", str(at), f"labels on a regular step of {step} s")
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[clock.label] * step
    seconds = round(clock.utc_offset * 3600 + shift)
    return labels - np.timedelta64(seconds, "s"), float(step)


def _check_range(source: str, name: str, column: Column, si: np.ndarray, step_s: float) -> None:
    quantity = QUANTITIES[name]
    valid = si[np.isfinite(si)]
    if not valid.size:
        return
    bad = (valid < quantity.minimum) | (valid > quantity.maximum)
    limits = f"{name} from {quantity.minimum:g} to {quantity.maximum:g} {quantity.unit}"
    if bad.any():
        worst = valid[bad][np.argmax(np.abs(valid[bad]))]
        raise InputError(
            source,
            column.name,
            f"{worst:.6g} {quantity.unit} (read as {column.unit})",
            limits + _other_unit(name, column, step_s),
        )
    if quantity.peak is not None and valid.size * step_s > LONG_RECORD_DAYS * 86400:
        peak = valid.max()
        if peak < quantity.peak:
            raise InputError(
                source,
                column.name,
                f"at most {peak:.6g} {quantity.unit} (read as {column.unit})",
                f"a maximum of at least {quantity.peak:g} {quantity.unit}"
                + _other_unit(name, column, step_s),
            )


def _other_unit(name: str, column: Column, step_s: float) -> str:
    """Hint at units in which the values would be plausible."""
    quantity = QUANTITIES[name]
    fitting = []
    for unit in unit_names(quantity.dimension):
        si = to_si(column.values, unit, quantity.dimension, step_s, "", column.name)
        valid = si[np.isfinite(si)]
        inside = valid.min() >= quantity.minimum and valid.max() <= quantity.maximum
        if unit != column.unit and inside and valid.max() >= (quantity.peak or -np.inf):
            fitting.append(unit)
    return f" (the values would fit {' or '.join(fitting)})" if fitting else ""


def digits_to_time(source: str, key: str, values: pd.Series) -> np.ndarray:
    """Twelve digits YYYYMMDDHHMM as datetime64; raises InputError, also for damaged digits."""
    text = values.astype(str).str.strip()
    good = text.str.fullmatch(r"\d{12}")
    if not good.all():
        raise InputError(
            source,
            key,
            text[~good].iloc[0],
            "twelve digits YYYYMMDDHHMM (a spreadsheet may have damaged them: then give "
            "first_time, and rows are taken as regular steps from it)",
        )
    return pd.to_datetime(text, format="%Y%m%d%H%M").to_numpy("datetime64[s]")


def regular_labels(source: object, first_time: object, n: int, step_s: float) -> np.ndarray:
    """`n` labels from `first_time` in steps of `step_s` [s]; raises InputError for a bad time."""
    try:
        first = np.datetime64(str(first_time).replace(" ", "T"), "s")
    except ValueError as error:
        expected = "a time such as 2003-12-01T00:00"
        raise InputError(str(source), "first_time", first_time, expected) from error
    return first + np.arange(n) * np.timedelta64(int(step_s), "s")
