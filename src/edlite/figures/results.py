"""Access to a results tree: which regions, tiles and years it holds, and their datasets.

Mandatory for a region: `domain.nc`, `native/{tile}/{year}_annual.nc` and `_daily.nc`. Everything
else is optional: methods return None where it is absent, so that a caller can say what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError, MissingInput, require_file
from edlite.figures.spinup import COURSE
from edlite.figures.style import sorted_regions
from edlite.files import read_dataset

RUNS = ("native", "blended", "truth", "perfect")
SCORED = tuple(run for run in RUNS if run != "truth")  # what is held against the truth


@dataclass(frozen=True)
class Results:
    """A results tree.

    Parameters
    ----------
    root : folder that holds one folder per region, `towers/`, `tables/` and `benchmarks/`
    start, end : period that figures and averages cover (None: all days of the runs); `end` excluded
    """

    root: Path
    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None

    @cached_property
    def regions(self) -> list[str]:
        """Names of the regions (folders with `domain.nc`), in the paper's order."""
        if not self.root.is_dir():
            raise MissingInput(self.root, "a folder with results")
        names = [p.parent.name for p in self.root.glob("*/domain.nc")]
        if not names:
            raise InputError(
                self.root, "regions", None, "at least one {region}/domain.nc in this folder"
            )
        return sorted_regions(names)

    @cached_property
    def synthetic(self) -> bool:
        """Whether the data say that they are synthetic; all regions must agree."""
        flags = {}
        for region in self.regions:
            path = self.root / region / "domain.nc"
            flags[region] = int(self.domain(region).attrs.get("synthetic", -1))
            if flags[region] not in (0, 1):
                raise InputError(path, "attribute synthetic", flags[region], "0 or 1")
        if len(set(flags.values())) > 1:
            raise InputError(self.root, "attribute synthetic", flags, "one value in all regions")
        return bool(next(iter(flags.values())))

    def domain(self, region: str) -> xr.Dataset:
        """Cells of a region: `area`, with `lat`, `lon`, `cell_id`."""
        path = self.root / region / "domain.nc"
        return read_dataset(path, ("area", "lat", "lon", "cell_id"))

    def static(self, region: str, name: str) -> xr.Dataset | None:
        """A file `{region}/{name}.nc` (soil, cover, sensitivity ...), or None."""
        path = self.root / region / f"{name}.nc"
        return read_dataset(path) if path.exists() else None

    def tiles(self, region: str, run: str) -> list[str]:
        """Tiles for which `run` exists, in numerical order."""
        found = {p.parent.name for p in (self.root / region / run).glob("*/*_daily.nc")}
        return _in_order(found)

    def years(self, region: str, run: str) -> list[int]:
        """Years for which `run` has daily files."""
        names = (p.name for p in (self.root / region / run).glob("*/*_daily.nc"))
        found = (re.fullmatch(r"(\d{4})_daily\.nc", name) for name in names)
        return sorted({int(match[1]) for match in found if match})

    def runs(self, region: str) -> list[str]:
        """Runs that a region has, `native` always first."""
        present = [run for run in RUNS if self.years(region, run)]
        if "native" not in present:
            raise MissingInput(
                self.root / region / "native", "daily files {tile}/{year}_daily.nc of the run"
            )
        return present

    def daily(self, region: str, run: str, names: tuple[str, ...]) -> xr.Dataset | None:
        """Daily means (time, cell[, layer]) of all tiles and years within the period.

        Cells are in the order of `domain.nc`. Raises InputError where a tile or variable lacks.
        """
        tiles, years = self.tiles(region, run), self.years(region, run)
        if not tiles:
            return None
        folder = self.root / region / run
        parts = [
            xr.concat(
                [_select(folder / tile / f"{year}_daily.nc", names) for year in years],
                dim="time",
                data_vars="minimal",
                coords="minimal",
                compat="override",
                join="override",
            )
            for tile in tiles
        ]
        full = self._in_domain_order(region, folder, _join_cells(parts))
        return full.sel(time=slice(self.start, self._last_day))

    def annual(self, region: str, run: str, names: tuple[str, ...]) -> xr.Dataset | None:
        """Annual values (year, cell[, pft]) of all tiles, cells in the order of `domain.nc`."""
        tiles, years = self.tiles(region, run), self.years(region, run)
        if not tiles:
            return None
        folder = self.root / region / run
        parts = []
        for tile in tiles:
            fields = [_select(folder / tile / f"{year}_annual.nc", names) for year in years]
            parts.append(
                xr.concat(
                    fields,
                    dim=pd.Index(years, name="year"),
                    data_vars=list(names),
                    coords="minimal",
                    compat="override",
                    join="override",
                )
            )
        return self._in_domain_order(region, folder, _join_cells(parts))

    def flights(self, region: str) -> xr.Dataset | None:
        """Radar moisture (flight, layer, cell) of all years, within the period."""
        paths = sorted((self.root / region / "rzsm").glob("*.nc"))
        parts = [read_dataset(p, ("theta", "time")).set_coords("time") for p in paths]
        parts = [p for p in parts if p.sizes.get("flight", 0) > 0]
        if not parts:
            return None
        full = xr.concat(
            parts,
            dim="flight",
            data_vars="minimal",
            coords="minimal",
            compat="override",
            join="override",
        ).sortby("time")
        keep = np.ones(full.sizes["flight"], dtype=bool)
        if self.start is not None:
            keep &= full.time.values >= np.datetime64(self.start)
        if self.end is not None:
            keep &= full.time.values < np.datetime64(self.end)
        return full.isel(flight=keep) if keep.any() else None

    def spinups(self, region: str) -> dict[str, pd.DataFrame]:
        """Tables of the native run's spin-up, by tile."""
        found = {p.stem: p for p in (self.root / region / "spinup" / "native").glob("*.csv")}
        return {tile: read_course(found[tile]) for tile in _in_order(found)}

    def table(self, name: str) -> pd.DataFrame | None:
        """A table `tables/{name}.csv`, or None."""
        return read_table(self.root / "tables" / f"{name}.csv")

    def verification(self) -> pd.DataFrame | None:
        """`verification.csv`, or None."""
        return read_table(self.root / "verification.csv")

    def towers(self) -> list[str]:
        """Sites with a `native.nc`."""
        return sorted(p.parent.name for p in (self.root / "towers").glob("*/native.nc"))

    def tower(self, site: str, name: str) -> xr.Dataset | None:
        """A file `towers/{site}/{name}.nc`, or None."""
        path = self.root / "towers" / site / f"{name}.nc"
        return read_dataset(path) if path.exists() else None

    def tower_synthetic(self, site: str) -> bool:
        """Whether the files of a tower say that they are synthetic."""
        return bool(self.tower(site, "native").attrs.get("synthetic", self.synthetic))

    @property
    def _last_day(self) -> pd.Timestamp | None:
        return None if self.end is None else self.end - pd.Timedelta(seconds=1)

    def _in_domain_order(self, region: str, folder: Path, ds: xr.Dataset) -> xr.Dataset:
        """Cells sorted as in `domain.nc`; raises InputError where they are not the same cells."""
        wanted = self.domain(region).cell_id.values
        order = np.argsort(ds.cell_id.values, kind="stable")
        found = ds.cell_id.values[order]
        if found.shape != wanted.shape or not np.array_equal(found, np.sort(wanted)):
            raise InputError(
                folder, "cell_id", f"{found.size} cells", f"the {wanted.size} cells of domain.nc"
            )
        back = np.argsort(np.argsort(wanted, kind="stable"), kind="stable")
        return ds.isel(cell=order[back])


def read_table(path: Path) -> pd.DataFrame | None:
    """A CSV table, or None where the file is absent; InputError where it cannot be read."""
    if not path.exists():
        return None
    try:
        return pd.read_csv(path)
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(path, "content", str(error), "a CSV table with a header") from error


def read_course(path: Path) -> pd.DataFrame:
    """A table of `edlite spinup`; InputError where it is none."""
    course = read_table(require_file(path))
    require_columns(course, str(path), COURSE)
    return course


def require_columns(table: pd.DataFrame, source: str, columns: tuple[str, ...]) -> None:
    """InputError unless the table has all `columns`."""
    for name in columns:
        if name not in table.columns:
            raise InputError(source, f"column {name}", None, f"one of {list(table.columns)}")


def area_mean(values: xr.DataArray, area: xr.DataArray) -> xr.DataArray:
    """Area-weighted mean over `cell`; undefined cells are left out."""
    return values.weighted(xr.DataArray(area.values, dims="cell")).mean("cell")


def _in_order(tiles: Iterable[str]) -> list[str]:
    """Tiles in numerical order, others behind."""
    return sorted(tiles, key=lambda t: (not t.isdigit(), int(t) if t.isdigit() else 0, t))


def _select(path: Path, names: tuple[str, ...]) -> xr.Dataset:
    """Only the variables `names` (and the coordinates) of a file, in memory."""
    require_file(path)
    try:
        with xr.open_dataset(path, engine="netcdf4") as ds:
            missing = [name for name in (*names, "cell_id") if name not in ds.variables]
            if missing:
                raise InputError(
                    path, missing[0], None, f"a variable; the file has {sorted(ds.variables)}"
                )
            wanted = ds.set_coords("cell_id")[list(names)]
            return wanted.reset_coords(drop=True).assign_coords(cell_id=ds["cell_id"]).load()
    except (OSError, RuntimeError) as error:
        raise InputError(path, "content", str(error), "a complete netCDF-4 file") from error


def _join_cells(parts: list[xr.Dataset]) -> xr.Dataset:
    """Tiles side by side along `cell`."""
    if len(parts) == 1:
        return parts[0]
    return xr.concat(
        parts, dim="cell", data_vars="minimal", coords="minimal", compat="override", join="exact"
    )
