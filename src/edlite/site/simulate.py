"""Site runs: native, prescribed by observed moisture, and their observations."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.files import write_dataset, write_table
from edlite.model.columns import Columns
from edlite.model.driver import run as run_model
from edlite.model.stand_output import CohortRecord, StandRecord, both, shifted
from edlite.model.state import State
from edlite.site.compare import compare
from edlite.site.forcing import read_record
from edlite.site.observed import observations
from edlite.site.output import RECORDS_PER_DAY, SiteOutput
from edlite.site.overrides import parameter_overrides
from edlite.site.prescribe import prescribed_moisture
from edlite.site.settings import SiteRun
from edlite.site.setup import SiteModel, build

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SiteResult:
    """Datasets of a site run; `prescribed`, `observed`, `summary` are None where not asked for.

    stands, cohorts, states : by run ("native", "prescribed"), where `output` asks for them: stand
        structure and tables of cohorts (`edlite.model.stand_output`), state at the end
    """

    native: xr.Dataset
    prescribed: xr.Dataset | None
    observed: xr.Dataset | None
    summary: pd.DataFrame | None
    stands: dict[str, xr.Dataset] = field(default_factory=dict)
    cohorts: dict[str, pd.DataFrame] = field(default_factory=dict)
    states: dict[str, xr.Dataset] = field(default_factory=dict)


@dataclass(frozen=True)
class Simulated:
    """What a run leaves: records in time, stand structure and cohorts (or None), final state."""

    series: xr.Dataset
    stand: xr.Dataset | None
    cohorts: pd.DataFrame | None
    state: xr.Dataset | None


def run_site(run: SiteRun, threads: int = 1) -> SiteResult:
    """Run a site: spin up, then natively and, if the YAML says so, with observed moisture.

    Both runs start from the same spun-up state. Raises InputError for unusable input before the
    model runs.
    """
    model = build(run)
    soil = model.columns.soil
    theta = None
    clipped = 0.0
    if run.prescribe is not None:
        bounds = soil["theta_r"][0], soil["theta_s"][0]
        theta, clipped = prescribed_moisture(run, *bounds, model.state.n_patch)
    n_layer = int(model.columns.n_layer[0])
    record = observed = None
    if run.observations is not None:
        record = read_record(run.observations)
        bottoms = np.array(run.soil.layer_bottoms)
        observed = observations(record, run.start, run.end, n_layer, bottoms)
    stand = StandRecord() if run.output.stand else None
    state = spin_up(model, run, threads, stand)
    done = {"native": simulate(model, run, state, stand=stand, threads=threads)}
    if theta is not None:
        done["prescribed"] = simulate(model, run, state, theta=theta, threads=threads)
        done["prescribed"].series.attrs["clipped_mean_m3_m3"] = clipped
    series = {name: result.series for name, result in done.items()}
    summary = None
    if observed is not None and run.output.step != "day" and run.output.level == "cell":
        summary = compare({k: hourly_means(v) for k, v in series.items()}, observed, record)
    return SiteResult(
        series["native"],
        series.get("prescribed"),
        observed,
        summary,
        stands={k: v.stand for k, v in done.items() if v.stand is not None},
        cohorts={k: v.cohorts for k, v in done.items() if v.cohorts is not None},
        states={k: v.state for k, v in done.items() if v.state is not None},
    )


def hourly_means(ds: xr.Dataset) -> xr.Dataset:
    """The variables in time of a run's output, by the hour."""
    in_time = ds[[name for name in ds.data_vars if "time" in ds[name].dims]]
    hour = np.timedelta64(1, "h")
    steps = int(hour / (in_time["time"].values[1] - in_time["time"].values[0]))
    # records start at midnight and have no gap
    return in_time.coarsen(time=steps, coord_func="min").mean(keep_attrs=True)


def spin_up(
    model: SiteModel, run: SiteRun, threads: int = 1, stand: StandRecord | None = None
) -> State:
    """State after recycling the weather of the run's first year (or of all, if shorter).

    stand : keeps the stand of every month, at dates as many years before the run as it is old
    """
    state = model.state
    end = min(run.start + np.timedelta64(365, "D"), run.end)
    for year in range(run.spinup_years):
        started = time.perf_counter()
        earlier = (run.spinup_years - year) * (end - run.start)
        month_sink = None if stand is None else shifted(stand, earlier)
        if month_sink is not None and year == 0:
            month_sink(run.start, model.columns, state)
        state = run_model(
            model.columns,
            state,
            model.meteorology,
            model.options,
            run.start,
            end,
            phenology=model.phenology,
            foliage=model.foliage,
            month_sink=month_sink,
            threads=threads,
        )
        seconds = time.perf_counter() - started
        logger.info("spin-up %d of %d: %.0f s", year + 1, run.spinup_years, seconds)
    return state


def simulate(
    model: SiteModel,
    run: SiteRun,
    state: State,
    *,
    theta: xr.DataArray | None = None,
    stand: StandRecord | None = None,
    threads: int = 1,
) -> Simulated:
    """Results of the run's period from `state`; without `cell` if there is but one.

    stand : record of the years before, which this one goes on with
    """
    columns = model.columns.with_structure(state)
    # a table of cohorts names those of the start, and not those of an ensemble of soils
    named = columns is model.columns and columns.n_cohort == len(model.cohorts)
    output = SiteOutput(columns, run.output, model.cohorts if named else None)
    if stand is None and run.output.stand:
        stand = StandRecord()
    tables = None
    if run.output.cohorts != "none":
        tables = CohortRecord(run.output.cohorts, run.start, run.end)
    month_sink = both(stand, tables)
    if month_sink is not None:
        month_sink(run.start, columns, state)
    started = time.perf_counter()
    last = run_model(
        columns,
        state,
        model.meteorology,
        model.options,
        run.start,
        run.end,
        phenology=model.phenology,
        foliage=model.foliage,
        theta=theta,
        records=RECORDS_PER_DAY[run.output.step],
        by_cohort=run.output.level == "cohort",
        sink=output,
        month_sink=month_sink,
        threads=threads,
    )
    logger.info("%s to %s: %.0f s", run.start, run.end, time.perf_counter() - started)
    attributes = {
        "site": run.site.name,
        "gap_filled": model.forcing.attrs["gap_filled"],
        "longwave": model.forcing.attrs["longwave"],
        "model_options": json.dumps(model.options.as_dict(), sort_keys=True),
        "pft_overrides": json.dumps(model.overrides, sort_keys=True),
    }
    return Simulated(
        _of_site(output.dataset(), attributes),
        None if stand is None else _of_site(stand.dataset(), attributes),
        None if tables is None else tables.table(),
        _state_of_site(last, columns, run, attributes) if run.output.state else None,
    )


def _state_of_site(
    state: State, columns: Columns, run: SiteRun, attributes: dict[str, str]
) -> xr.Dataset:
    return state.to_dataset(columns).assign_attrs(attributes, date=str(run.end)[:10])


def _of_site(ds: xr.Dataset, attributes: dict[str, str]) -> xr.Dataset:
    if ds.sizes.get("cell") == 1:
        ds = ds.isel(cell=0)
    return ds.assign_attrs(attributes)


def sources_of(run: SiteRun) -> list[Path]:
    """Files that a site run reads."""
    records = [run.forcing.record, run.observations]
    records.append(None if run.prescribe is None else run.prescribe.record)
    paths = [run.stand.patches, run.stand.cohorts, run.stand.leaf_area, run.state, run.source]
    paths = [path for path in paths if path is not None and path.is_file()]
    for record in records:
        while record is not None:
            paths += record.paths
            record = record.fill
    paths += [p for p in (run.co2, run.parameters) if isinstance(p, Path)]
    return paths


def write_site(result: SiteResult, run: SiteRun, directory: str | Path) -> None:
    """Write `native.nc` and, where there, `prescribed.nc`, `observed.nc`, `summary.csv`; where
    asked for also stands, cohorts and states: `native_stand.nc`, `native_cohorts.csv`, ...

    Every file has the run's keys in its attribute `parameters`, with the PFT parameters that
    differ from the shipped ones in place of the name of their table.
    """
    directory = Path(directory)
    parameters = {**run.content, "parameters": parameter_overrides(run)}
    files = {name: getattr(result, name) for name in ("native", "prescribed", "observed")}
    files |= {f"{run_name}_stand": ds for run_name, ds in result.stands.items()}
    files |= {f"{run_name}_state": ds for run_name, ds in result.states.items()}
    for name, ds in files.items():
        if ds is not None:
            write_dataset(
                ds,
                directory / f"{name}.nc",
                region=run.site.name,
                synthetic=run.synthetic,
                parameters=parameters,
                sources=sources_of(run),
            )
    if result.summary is not None:
        write_table(result.summary, directory / "summary.csv")
    for name, table in result.cohorts.items():
        write_table(table, directory / f"{name}_cohorts.csv", float_format="%.8g")
