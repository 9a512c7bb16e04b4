"""Observations of the truth: radar snapshots, soil probes, tower record of a region."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.demo.cells import positions, tower_cell
from edlite.demo.layout import demo_files, flight_times
from edlite.demo.radar import snapshot, write_snapshot
from edlite.demo.station import station_lines, write_station
from edlite.demo.tower_forcing import hourly_forcing
from edlite.demo.tower_table import tower_table, write_tower_table
from edlite.demo.truth_run import HOUR, read_truth
from edlite.errors import InputError


def write_observations(
    recipe: Mapping,
    region: str,
    domain: xr.Dataset,
    soil: xr.Dataset,
    truth_paths: list[Path],
    forcing_paths: list[Path],
    directory: str | Path,
    days: int | None = None,
) -> None:
    """Write everything that the demo observes in a region, under the names of `demo_files`.

    domain, soil : `domain.nc` and the truth's `soil.nc`; truth_paths : its hourly files, all tiles
    and years; forcing_paths : `forcing/{year}.nc`; days : flights after the first days of a year
    are left out, as are those of years that the truth does not have. Raises InputError before
    anything is written.
    """
    cells = domain["cell_id"].values
    where = positions(recipe, region, cells, "domain")
    index = tower_cell(recipe, region, cells, "domain")
    if not np.array_equal(soil["cell_id"].values, cells):
        raise InputError("soil", "cell_id", None, "the cells of the domain, in its order")
    truth = read_truth(truth_paths, cells)
    truth_years = pd.DatetimeIndex(truth["time"].values).year
    years = sorted(set(truth_years))
    flights = flight_times(recipe, region, years, days)
    hours = [_hour_of(truth["time"].values, flight) for flight in flights]
    n_layer = soil["n_layer"].values
    place = {name: float(domain[name].values[index]) for name in ("lat", "lon")}
    forcing = hourly_forcing(forcing_paths, truth["time"].values, **place)
    at_tower = truth.isel(cell=index).transpose("time", ...)
    existing = int(n_layer[index])
    table = tower_table(recipe, region, at_tower, forcing, existing)
    lines = station_lines(recipe, region, at_tower, forcing, existing)

    files = demo_files(region, recipe, directory, years, days)
    theta = truth["theta"].transpose("time", "cell", "layer")
    for path, flight, hour in zip(files["airmoss"], flights, hours, strict=True):
        profile = theta.isel(time=hour).values
        pixels = snapshot(recipe, region, flight, profile, n_layer, where)
        write_snapshot(recipe, region, flight, pixels, path)
    for path, year in zip(files["probes"], years, strict=True):
        write_station([line for line, y in zip(lines, truth_years, strict=True) if y == year], path)
    write_tower_table(recipe, region, table, files["tower"][0])


def _hour_of(time: np.ndarray, flight) -> int:
    """Index of the hour that holds a flight."""
    hour = int((np.datetime64(pd.Timestamp(flight)) - time[0]) // HOUR)
    if not 0 <= hour < time.size:
        raise InputError(
            "truth",
            "time",
            f"{time[0]}..{time[-1]}",
            f"hours that hold the flight of {flight:%Y-%m-%dT%H:%M} (see years.days)",
        )
    return hour
