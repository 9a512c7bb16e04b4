"""What writing costs: hourly, daily, annual files and moisture by patch of a tile."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.column_cost import ONE_DAY, cell_years_per_core_hour, integrators
from benchmarks.stands import CURVES, STANDS, columns_of, start_state
from benchmarks.weather import WEEKS, week
from edlite.model.columns import Columns
from edlite.model.day_result import DayResult
from edlite.model.driver import run
from edlite.model.options import ModelOptions
from edlite.model.output import RunWriter
from edlite.model.records import STEPS_PER_DAY

STAND, WEATHER = "forest 30 in 4", "summer"


def model_days(columns: Columns, options: ModelOptions, days: int) -> tuple[list[DayResult], float]:
    """Results of `days` summer days and the model's processor time a day [s]."""
    results: list[DayResult] = []
    ends: list[float] = []

    def sink(day: DayResult) -> None:
        results.append(day)
        ends.append(time.process_time())

    start = np.datetime64(WEEKS[WEATHER].start)
    run(
        columns,
        start_state(columns, WEATHER),
        week(WEATHER, days),
        options,
        start,
        start + days * ONE_DAY,
        phenology=CURVES,
        sink=sink,
    )
    return results, float(np.mean(np.diff(ends))) if days > 1 else float("nan")


def writer(columns: Columns, folder: Path) -> RunWriter:
    """Writer of the files of a run in `folder`."""
    return RunWriter(
        columns,
        hourly=folder / "hourly.nc",
        daily=folder / "daily.nc",
        annual=folder / "annual.nc",
        theta=folder / "theta.nc",
        region="Benchmark",
        synthetic=True,
        parameters={},
        sources=[],
    )


def write_days(columns: Columns, results: list[DayResult], days: int, folder: Path) -> None:
    """Write `days` days, which repeat those of `results`, to `folder`."""
    with writer(columns, folder) as sink:
        for i in range(days):
            # not the same bits again, for the compression's sake
            source = results[i % len(results)]
            scale = 1.0 + 1e-3 * (i // len(results))
            sink(
                dataclasses.replace(
                    source,
                    date=results[0].date + i * ONE_DAY,
                    fluxes=source.fluxes * scale,
                    theta=source.theta * scale,
                )
            )
        sink.finish()


def measure(units: Mapping[str, float], quick: bool) -> list[dict]:
    """A row for each size of tile and integrator: time of the model and of the writer."""
    rows = []
    patches = len(STANDS[STAND].patches)
    for n_cell in (30,) if quick else (30, 300):
        columns = columns_of(STANDS[STAND], n_cell)
        days = 31 if quick else 62
        for label, options in integrators().items():
            # blocks cost the same whatever their number: a few cells tell the model's time
            few = columns_of(STANDS[STAND], 8)
            _, model = model_days(few, options, 2 if quick else 4)
            model *= n_cell / 8
            if not rows or rows[-1]["cells"] != n_cell:
                results, _ = model_days(columns, options, 2 if n_cell > 100 else 3)
                seconds, size = _writing(columns, results, days)
            us = model / (n_cell * patches * STEPS_PER_DAY) * 1e6
            rows.append(
                {
                    "cells": n_cell,
                    "integrator": label,
                    "model_s_per_day": model,
                    "writer_s_per_day": seconds / days,
                    "bytes_per_cell_day": size / (days * n_cell),
                    "share": seconds / days / (model + seconds / days),
                    "share_ten_times_faster": seconds / days / (0.1 * model + seconds / days),
                    "writer_vector_units_per_cell_day": seconds
                    / (days * n_cell)
                    * 1e9
                    / units["vector_ns"],
                    "cell_years_per_core_hour": cell_years_per_core_hour(us, patches),
                    "with_files": cell_years_per_core_hour(
                        us * (1.0 + seconds / days / model), patches
                    ),
                }
            )
    return rows


def _writing(columns: Columns, results: list[DayResult], days: int) -> tuple[float, int]:
    """Processor time [s] and bytes of the files of `days` days."""
    seconds = []
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder:
            begin = time.process_time()
            write_days(columns, results, days, Path(folder))
            seconds.append(time.process_time() - begin)
            size = sum(path.stat().st_size for path in Path(folder).iterdir())
    return min(seconds), size
