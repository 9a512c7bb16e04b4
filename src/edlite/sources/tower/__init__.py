"""Tower records: meteorology and fluxes of any supported layout as one canonical dataset.

`read_tower` returns an `xarray.Dataset(time)` with names, SI units and ranges of `canonical`;
time is UTC, the start of each interval. Files tell local standard time; each reader knows what
the label of its layout means, and the clock is checked against the sun.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from edlite.errors import InputError
from edlite.sources.tower.ameriflux import read_level2, read_level4
from edlite.sources.tower.fluxnet import read_base, read_fluxnet
from edlite.sources.tower.humidity import check_saturation, complete_humidity
from edlite.sources.tower.pals import read_pals
from edlite.sources.tower.table import read_table

READERS: dict[str, Callable[..., xr.Dataset]] = {
    "ameriflux-l2": read_level2,
    "ameriflux-l4": read_level4,
    "ameriflux-base": read_base,
    "fluxnet": read_fluxnet,
    "pals": read_pals,
    "table": read_table,
}


def read_tower(path: str | Path | Sequence[str | Path], format: str, **options) -> xr.Dataset:
    """Canonical record of one file, or of several files of one kind in order of time.

    `options` are those of the reader of `format` (`READERS`); all take `utc_offset` (local
    standard time minus UTC [h], required) and `longitude` (degrees east; switches the check of
    the clock on). Raises InputError for an unknown format or unusable input.
    """
    if format not in READERS:
        raise InputError("tower record", "format", format, f"one of {', '.join(READERS)}")
    paths = [path] if isinstance(path, (str, Path)) else list(path)
    if not paths:
        raise InputError("tower record", "path", "an empty list", "one or more files")
    records = [READERS[format](item, **options) for item in paths]
    for record, name in zip(records, paths, strict=True):
        check_saturation(record, str(name))
    if len(records) == 1:
        return complete_humidity(records[0])
    for earlier, later, name in zip(records, records[1:], paths[1:], strict=False):
        if later["time"].values[0] <= earlier["time"].values[-1]:
            raise InputError(
                name, "time", str(later["time"].values[0]), "a start after the file before"
            )
        if later.attrs["step_s"] != earlier.attrs["step_s"]:
            raise InputError(
                name, "time step [s]", later.attrs["step_s"], str(earlier.attrs["step_s"])
            )
    return complete_humidity(
        _regular(
            xr.concat(records, "time", data_vars="all", join="outer", combine_attrs="override")
        )
    )


def fill_from(record: xr.Dataset, other: xr.Dataset) -> xr.Dataset:
    """`record` with its missing values taken from `other` (same step) where that has them.

    Works variable by variable without depth, on the times of `record`. The attribute
    `filled_values` counts what was taken. Specific humidity is completed afterwards.
    """
    if record.attrs["step_s"] != other.attrs["step_s"]:
        raise InputError(
            "fill", "time step [s]", other.attrs["step_s"], str(record.attrs["step_s"])
        )
    other = other.reindex(time=record["time"])
    filled = record.copy()
    counts = []
    for name, variable in other.data_vars.items():
        if variable.dims != ("time",) or name.endswith("_quality"):
            continue
        if name in record:
            holes = np.isnan(record[name]) & np.isfinite(variable)
            filled[name] = record[name].where(~holes, variable).assign_attrs(record[name].attrs)
            counts.append(f"{name}: {int(holes.sum())}")
        else:
            filled[name] = variable
            counts.append(f"{name}: all")
    filled.attrs["filled_values"] = ", ".join(counts)
    return complete_humidity(filled)


def merge(record: xr.Dataset, other: xr.Dataset) -> xr.Dataset:
    """Variables of `other` that `record` lacks are added on the times of `record`."""
    missing = [name for name in other.data_vars if name not in record]
    return record.merge(other[missing].reindex(time=record["time"]), combine_attrs="override")


def _regular(record: xr.Dataset) -> xr.Dataset:
    step = np.timedelta64(int(record.attrs["step_s"]), "s")
    first, last = record["time"].values[[0, -1]]
    time = np.arange(first, last + np.timedelta64(1, "s"), step)
    return record.reindex(time=time.astype("datetime64[ns]"))
