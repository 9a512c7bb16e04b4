"""Short gaps of a tower record: filled by declared rules, counted, never silently."""

from __future__ import annotations

import numpy as np
import xarray as xr

from edlite.errors import InputError
from edlite.site.settings import Gaps

NOT_LINEAR = ("shortwave_down", "precipitation")


def gap_lengths(missing: np.ndarray) -> np.ndarray:
    """Length, in steps, of the gap that each missing step belongs to; 0 elsewhere."""
    edges = np.diff(np.concatenate([[0], missing.astype(int), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    lengths = np.zeros(missing.size, int)
    lengths[missing] = np.repeat(ends - starts, ends - starts)
    return lengths


def fill_linear(values: np.ndarray, max_steps: int) -> np.ndarray:
    """`values` with inner gaps of at most `max_steps` interpolated linearly."""
    missing = np.isnan(values)
    if missing.all() or not missing.any() or max_steps < 1:
        return values
    known = np.flatnonzero(~missing)
    index = np.arange(values.size)
    inner = (index > known[0]) & (index < known[-1])
    fillable = missing & inner & (gap_lengths(missing) <= max_steps)
    filled = values.copy()
    filled[fillable] = np.interp(index[fillable], known, values[known])
    return filled


def fill_diurnal(values: np.ndarray, steps_per_day: int, days: int) -> np.ndarray:
    """`values` with gaps replaced by the mean of the same time of day within +-`days` days."""
    missing = np.isnan(values)
    if not missing.any() or days < 1:
        return values
    n_day = -(-values.size // steps_per_day)
    padded = np.full(n_day * steps_per_day, np.nan)
    padded[: values.size] = values
    table = padded.reshape(n_day, steps_per_day)
    total = np.concatenate([np.zeros((1, steps_per_day)), np.nancumsum(table, axis=0)])
    count = np.concatenate([np.zeros((1, steps_per_day)), np.cumsum(np.isfinite(table), axis=0)])
    low = np.clip(np.arange(n_day) - days, 0, n_day)
    high = np.clip(np.arange(n_day) + days + 1, 0, n_day)
    number = count[high] - count[low]
    mean = np.divide(
        total[high] - total[low], number, out=np.full_like(number, np.nan), where=number > 0
    )
    return np.where(missing, mean.ravel()[: values.size], values)


def extend_by_cycle(record: xr.Dataset, time: np.ndarray) -> xr.Dataset:
    """`record` on `time`; up to one day beyond each end is taken from its other end.

    The record is moved by its whole number of days, as if its weather were recycled.
    """
    step = np.timedelta64(int(record.attrs["step_s"]), "s")
    first, last = record["time"].values[[0, -1]]
    days = (last + step - first) // np.timedelta64(1, "D")
    shift = np.timedelta64(int(days), "D")
    one_day = np.timedelta64(1, "D")
    source_time = np.where((time < first) & (time >= first - one_day), time + shift, time)
    source_time = np.where((time > last) & (time <= last + one_day), time - shift, source_time)
    return record.reindex(time=source_time).assign_coords(time=time)


def on_period(record: xr.Dataset, time: np.ndarray, ends: str) -> xr.Dataset:
    """`record` on the times of the run; steps that it lacks are NaN (see `extend_by_cycle`)."""
    extended = extend_by_cycle(record, time) if ends == "cycle" else record.reindex(time=time)
    return extended.assign_attrs(record.attrs)


def fill_gaps(record: xr.Dataset, names: list[str], rules: Gaps, source: str) -> xr.Dataset:
    """`record` with the gaps of `names` filled by `rules`.

    The attribute `gap_filled` counts filled steps by variable. Raises InputError for the first
    variable that is absent or keeps a gap.
    """
    per_day = round(86400 / record.attrs["step_s"])
    max_steps = int(rules.linear_hours * 3600 // record.attrs["step_s"])
    counts = []
    filled = record.copy()
    for name in names:
        if name not in record:
            raise InputError(source, name, None, "a variable of the record")
        values = record[name].values.astype(float)
        columns = values.reshape(len(values), -1).copy()
        n_missing = int(np.isnan(columns).sum())
        for i in range(columns.shape[1]):
            if name == "precipitation" and rules.precipitation == "zero":
                columns[:, i] = np.nan_to_num(columns[:, i])
            if name not in NOT_LINEAR:
                columns[:, i] = fill_linear(columns[:, i], max_steps)
            if name != "precipitation":
                columns[:, i] = fill_diurnal(columns[:, i], per_day, rules.diurnal_days)
        left = np.isnan(columns).any(axis=1)
        if left.any():
            first = str(record["time"].values[left][0])[:16]
            longest = gap_lengths(left).max() * record.attrs["step_s"] / 3600
            raise InputError(
                source,
                name,
                f"missing at {left.sum()} of {left.size} steps (longest gap {longest:g} h)",
                f"no gap that the rules under `gaps` leave open; the first is at {first} UTC",
            )
        if n_missing:
            counts.append(f"{name}: {n_missing}")
            filled[name] = (record[name].dims, columns.reshape(values.shape), record[name].attrs)
    return filled.assign_attrs(gap_filled=", ".join(counts) or "none")
