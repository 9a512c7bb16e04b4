"""Daily means of all tiles and years of a run, put together by cell and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from edlite.errors import InputError, require_file


@dataclass(frozen=True)
class Period:
    """Days from `start` to the day before `end` (datetime64[D])."""

    start: np.datetime64
    end: np.datetime64

    @classmethod
    def from_params(cls, params: Mapping[str, object]) -> Period:
        """From the section `period`; raises InputError where it is absent or empty."""
        section = params.get("period")
        if not isinstance(section, Mapping) or not {"start", "end"} <= set(section):
            raise InputError("--params", "period", section, '{"start": date, "end": date}')
        try:
            start, end = (np.datetime64(str(section[k])[:10], "D") for k in ("start", "end"))
        except ValueError as error:
            raise InputError("--params", "period", dict(section), "dates YYYY-MM-DD") from error
        if not start < end:
            raise InputError("--params", "period", dict(section), "start before end")
        return cls(start, end)

    def holds(self, day: np.ndarray) -> np.ndarray:
        """Whether each day lies in the period."""
        return (day >= self.start) & (day < self.end)

    @property
    def n_day(self) -> int:
        return int((self.end - self.start).astype(int))


def read_daily(
    paths: Sequence[str | Path], names: Sequence[str], cell_id: np.ndarray | None = None
) -> xr.Dataset:
    """Daily means of a run from its files of several tiles and years.

    Parameters
    ----------
    paths : `{tile}/{year}_daily.nc`, in any order
    names : variables to read, with dimensions (time, cell) or (time, layer, cell)
    cell_id : cells wanted, in this order; None: all cells of the files, sorted by number

    Returns
    -------
    `names` on (time, [layer,] cell): `time` holds all days of the files (datetime64[D] as ns),
    `cell_id(cell)`; attributes `region`, `synthetic`

    Raises InputError for a missing variable, a NaN in a (time, cell) variable, a cell or day that
    is missing or comes twice, and files of different regions.
    """
    if not paths:
        raise InputError("command line", "daily files", None, "at least one file")
    parts = [_read_part(require_file(p), names) for p in paths]
    regions = {str(part.attrs.get("region", "")) for _, part in parts}
    if len(regions) > 1:
        raise InputError(paths[0], "attribute region", sorted(regions), "files of one region")
    found = np.unique(np.concatenate([part["cell_id"].values for _, part in parts]))
    if cell_id is None:
        cell_id = found
    day = np.unique(np.concatenate([part["time"].values for _, part in parts]))
    order = np.argsort(cell_id)
    seen = np.zeros((len(day), len(cell_id)), dtype=np.int8)
    fields: dict[str, np.ndarray] = {}
    for path, part in parts:
        rows = np.searchsorted(day, part["time"].values)
        place = np.searchsorted(cell_id, part["cell_id"].values, sorter=order)
        columns = order[np.minimum(place, len(cell_id) - 1)]
        stranger = cell_id[columns] != part["cell_id"].values
        if stranger.any():
            number = int(part["cell_id"].values[stranger][0])
            raise InputError(path, "cell_id", number, "a cell of the region's domain")
        seen[np.ix_(rows, columns)] += 1
        for name in names:
            values = part[name].values
            if name not in fields:
                shape = (len(day), *values.shape[1:-1], len(cell_id))
                fields[name] = np.full(shape, np.nan, dtype=values.dtype)
            if values.ndim == 2:
                fields[name][np.ix_(rows, columns)] = values
            else:
                fields[name][rows[:, None], :, columns] = values.transpose(0, 2, 1)
    if (seen != 1).any():
        row, column = np.argwhere(seen != 1)[0]
        text = "missing" if seen[row, column] == 0 else "given more than once"
        raise InputError(
            Path(paths[0]).parent,
            f"day {day[row].astype('datetime64[D]')} of cell {cell_id[column]}",
            text,
            "each cell once on each day of the files",
        )
    dims = {2: ("time", "cell"), 3: ("time", "layer", "cell")}
    first = parts[0][1]
    return xr.Dataset(
        {name: (dims[values.ndim], values) for name, values in fields.items()},
        coords={"time": day, "cell_id": ("cell", cell_id)},
        attrs={"region": regions.pop(), "synthetic": int(first.attrs.get("synthetic", 0))},
    )


def _read_part(path: Path, names: Sequence[str]) -> tuple[Path, xr.Dataset]:
    """The variables of one file, with days as times; raises InputError."""
    try:
        with xr.open_dataset(path, engine="netcdf4") as ds:
            for name in (*names, "cell_id", "time"):
                if name not in ds.variables:
                    raise InputError(path, name, None, f"one of {sorted(ds.variables)}")
            part = ds[[*names, "cell_id"]].load()
    except (OSError, RuntimeError) as error:
        raise InputError(path, "content", str(error), "a complete netCDF-4 file") from error
    for name in names:
        if part[name].dims not in (("time", "cell"), ("time", "layer", "cell")):
            raise InputError(path, name, part[name].dims, "(time, cell) or (time, layer, cell)")
        if part[name].ndim == 2 and not np.isfinite(part[name].values).all():
            raise InputError(path, name, "NaN", "a number in every cell on every day")
    day = part["time"].values.astype("datetime64[D]")
    if len(np.unique(day)) != len(day):
        raise InputError(path, "time", None, "each day once")
    return path, part.assign_coords(time=day.astype("datetime64[ns]"))


def require_same_days(path: str | Path, ds: xr.Dataset, reference: xr.Dataset) -> None:
    """Raise InputError unless two runs have the same days."""
    if not np.array_equal(ds["time"].values, reference["time"].values):
        span = f"{ds.sizes['time']} days from {str(ds['time'].values[0])[:10]}"
        wanted = f"the {reference.sizes['time']} days of the native run"
        raise InputError(path, "time", span, wanted)


def period_days(ds: xr.Dataset, period: Period, source: str | Path) -> np.ndarray:
    """Mask (time,) of the days in the period; raises InputError where there is none."""
    inside = period.holds(ds["time"].values.astype("datetime64[D]"))
    if not inside.any():
        days = f"{str(ds['time'].values[0])[:10]} to {str(ds['time'].values[-1])[:10]}"
        raise InputError(source, "time", days, f"days from {period.start} to before {period.end}")
    return inside
