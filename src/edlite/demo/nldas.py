"""Synthetic forcing written as NLDAS-2 netCDF granules, their manifest, and a CO2 record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import xarray as xr

from edlite.demo.forcing import region_forcing
from edlite.demo.layout import demo_files, nldas_file, region_recipe
from edlite.files import atomic_path, write_table, write_text

FILL = np.float32(-9999.0)
EPOCH = pd.Timestamp("1979-01-01")
MANIFEST_COLUMNS = (
    *("path", "first_time", "last_time", "n_time"),
    *("south", "north", "west", "east"),
)


def write_granule(ds: xr.Dataset, path: Path, region: str) -> None:
    """Write some hours of a window in the layout of NLDAS-2 version 2.0 (netCDF-4, float32)."""
    with atomic_path(path) as temporary, netCDF4.Dataset(temporary, "w", format="NETCDF4") as out:
        out.setncatts(
            {
                "Conventions": "CF-1.6",
                "title": f"SYNTHETIC hourly forcing of {region} in the layout of NLDAS-2",
                "synthetic": np.int8(1),
                "region": region,
                "source": "stochastic weather generator of edlite, not NLDAS-2 data",
            }
        )
        out.createDimension("time", ds.sizes["time"])
        time = out.createVariable("time", "f8", ("time",))
        time.setncatts(
            {
                "units": f"hours since {EPOCH:%Y-%m-%d %H:%M:%S}",
                "calendar": "standard",
                "standard_name": "time",
                "long_name": "time (UTC)",
            }
        )
        time[:] = (pd.DatetimeIndex(ds["time"].values) - EPOCH) / pd.Timedelta(hours=1)
        for name, unit in (("lat", "degrees_north"), ("lon", "degrees_east")):
            out.createDimension(name, ds.sizes[name])
            axis = out.createVariable(name, "f8", (name,))
            long_name = {"lat": "latitude", "lon": "longitude"}[name]
            axis.setncatts({"units": unit, "standard_name": long_name, "long_name": long_name})
            axis[:] = ds[name].values
        for name, values in ds.data_vars.items():
            variable = out.createVariable(name, "f4", ("time", "lat", "lon"), fill_value=FILL)
            variable.setncatts(values.attrs)
            variable[:] = values.values


def write_region(recipe: Mapping, region: str, directory: str | Path) -> list[dict]:
    """Write the granules of a region, one a month, and return their rows of the manifest."""
    directory = Path(directory)
    home = (directory / "nldas").resolve()
    forcing = region_forcing(recipe, region)
    times = pd.DatetimeIndex(forcing["time"].values)
    months = times.to_numpy().astype("datetime64[M]")
    starts = np.flatnonzero(np.diff(months, prepend=months[0] - 1))
    rows = []
    for first, after in zip(starts, [*starts[1:], len(times)], strict=True):
        path = nldas_file(region, times[first].date(), directory)
        write_granule(forcing.isel(time=slice(first, after)), path, region)
        last = after - 1
        rows.append(
            {
                "path": path.resolve().relative_to(home).as_posix(),
                "first_time": f"{times[first]:%Y-%m-%dT%H:%M:%S}",
                "last_time": f"{times[last]:%Y-%m-%dT%H:%M:%S}",
                "n_time": after - first,
                "south": forcing["lat"].values[0],
                "north": forcing["lat"].values[-1],
                "west": forcing["lon"].values[0],
                "east": forcing["lon"].values[-1],
            }
        )
    return rows


def write_forcing(recipe: Mapping, directory: str | Path, regions: Iterable[str] = ()) -> None:
    """Write granules, manifest and CO2 of `regions` (default: all of the recipe)."""
    names = list(regions) or list(recipe["regions"])
    for name in names:
        region_recipe(recipe, name)  # unknown names fail before any work
    rows = [row for name in names for row in write_region(recipe, name, directory)]
    files = demo_files(names[0], recipe, directory)
    write_co2(recipe, files["co2"][0])
    write_table(pd.DataFrame(rows, columns=MANIFEST_COLUMNS), files["forcing_manifest"][0])


def write_co2(recipe: Mapping, path: str | Path) -> None:
    """Monthly CO2 in the csv layout of NOAA, from the year before to the year after.

    A trend and one cosine of the year; the mean holds at the middle of the recipe's first year.
    """
    law, year = recipe["co2"], recipe["years"][0]
    lines = [
        "# SYNTHETIC monthly CO2 in the layout of the NOAA Mauna Loa record; not a measurement",
        "# umol mol-1 (ppm), dry air",
        "year,month,decimal date,average,deseasonalized,ndays,sdev,unc",
    ]
    for month in range(-12, 12 * (len(recipe["years"]) + 1)):
        y, m = year + month // 12, month % 12 + 1
        decimal = y + (m - 0.5) / 12
        trend = law["mean"] + law["trend"] * (decimal - year - 0.5)
        season = law["amplitude"] * np.cos(2 * np.pi * (m - law["peak_month"]) / 12)
        lines.append(f"{y},{m},{decimal:.4f},{trend + season:.2f},{trend:.2f},30,0.50,0.10")
    write_text("\n".join(lines) + "\n", path)
