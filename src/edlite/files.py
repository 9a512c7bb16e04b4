"""Reading and writing of files: nothing half-written, everything self-describing."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite import __version__
from edlite.errors import InputError, require_file


def parameters_hash(parameters: object) -> str:
    """First 16 hexadecimal digits of the SHA-256 of the canonical JSON of `parameters`."""
    text = json.dumps(parameters, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary sibling of `path` that replaces it on success and vanishes on failure."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.tmp{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def provenance(parameters: object = None, sources: Iterable[str | Path] = ()) -> dict[str, str]:
    """Global attributes that tell where a file comes from (base names of the sources only)."""
    return {
        "Conventions": "CF-1.11",
        "source_package": f"edlite {__version__}",
        "parameters": json.dumps(parameters, sort_keys=True, default=str),
        "parameters_hash": parameters_hash(parameters),
        "source_files": ", ".join(sorted({Path(s).name for s in sources})),
    }


def write_dataset(
    ds: xr.Dataset,
    path: str | Path,
    *,
    region: str = "",
    synthetic: bool = False,
    parameters: object = None,
    sources: Iterable[str | Path] = (),
    encoding: dict[str, dict] | None = None,
) -> Path:
    """Write `ds` as compressed CF netCDF-4, complete or not at all.

    Every data variable must carry `units` and `long_name`; raises InputError otherwise.
    `encoding` overrides the default (zlib level 1 and shuffle) by variable.
    """
    path = Path(path)
    for name, variable in ds.data_vars.items():
        for attribute in ("units", "long_name"):
            is_time = np.issubdtype(variable.dtype, np.datetime64)
            if attribute not in variable.attrs and not (is_time and attribute == "units"):
                raise InputError(path, f"attribute {attribute} of {name}", None, "to be set")
    ds = ds.assign_attrs(
        provenance(parameters, sources), region=region, synthetic=np.int8(bool(synthetic))
    )
    full = {}
    for name, variable in ds.variables.items():
        numeric = variable.dtype.kind in "fiub" and variable.ndim > 0
        full[name] = {"zlib": True, "complevel": 1, "shuffle": True} if numeric else {}
        if name in ds.coords and variable.dtype.kind == "f":
            full[name]["_FillValue"] = None
        if np.issubdtype(variable.dtype, np.datetime64):
            full[name] |= {"units": "seconds since 1970-01-01", "dtype": "int64"}
        full[name] |= (encoding or {}).get(name, {})
    with atomic_path(path) as temporary:
        ds.to_netcdf(temporary, engine="netcdf4", format="NETCDF4", encoding=full)
    return path


def read_dataset(path: str | Path, required: Iterable[str] = ()) -> xr.Dataset:
    """Read a netCDF file into memory and check that `required` variables are there."""
    path = require_file(path)
    try:
        with xr.open_dataset(path, engine="netcdf4") as ds:
            ds.load()
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(path, "content", str(error), "a complete netCDF-4 file") from error
    for name in required:
        if name not in ds.variables:
            raise InputError(path, name, None, f"a variable; the file has {sorted(ds.variables)}")
    return ds


def read_cells(path: str | Path, domain: xr.Dataset, required: Iterable[str] = ()) -> xr.Dataset:
    """Read a file of a region; raises InputError unless it has the cells of `domain`, in order."""
    ds = read_dataset(path, required=[*required, "cell_id"])
    found, expected = (np.atleast_1d(d["cell_id"].values) for d in (ds, domain))
    if found.size != expected.size:
        raise InputError(path, "cell", found.size, f"the {expected.size} cells of the region")
    if (found != expected).any():
        first = int(np.argmax(found != expected))
        raise InputError(
            path, f"cell_id of cell {first}", found[first], f"{expected[first]}, as in the domain"
        )
    return ds


def write_table(table: pd.DataFrame, path: str | Path, **kwargs) -> Path:
    """Write `table` as CSV without its index, complete or not at all."""
    with atomic_path(path) as temporary:
        table.to_csv(temporary, index=False, **kwargs)
    return Path(path)


def write_text(text: str, path: str | Path) -> Path:
    """Write text, complete or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return Path(path)
