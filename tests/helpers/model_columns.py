"""Synthetic weather and patches for tests of the whole column."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from edlite.model.columns import SOIL_FIELDS, Columns
from edlite.model.day_result import DayResult
from edlite.model.driver import interpolation, run
from edlite.model.meteorology import Meteorology
from edlite.model.options import ModelOptions
from edlite.model.state import State
from edlite.parameters import load_pft, pft_index
from edlite.soil.hydraulics import soil_properties
from edlite.soil.layers import N_LAYER

LAT, LON = 42.5, -72.2
ONE_DAY = np.timedelta64(1, "D")
CURVES = xr.Dataset(
    {
        "spring_a": ((), 1.0 / 133.0),
        "spring_b": ((), -40.0),
        "autumn_a": ((), 1.0 / 285.0),
        "autumn_b": ((), 30.0),
    }
)


@dataclass(frozen=True)
class Patch:
    """A patch that is a cell of its own: soil, and cohorts (PFT code, dbh cm, plants m-2)."""

    sand: float = 0.5
    clay: float = 0.15
    n_layer: int = N_LAYER
    free: bool = True
    cohorts: tuple[tuple[str, float, float], ...] = ()
    theta: float | None = None  # at the start; None: the model's default


FOREST = (("MHW", 30.0, 0.02), ("LHW", 22.0, 0.03), ("NP", 18.0, 0.03), ("EHW", 9.0, 0.08))
PATCHES = (
    Patch(),  # bare
    Patch(cohorts=FOREST),
    Patch(sand=0.35, clay=0.3, cohorts=(("LC", 25.0, 0.04), ("NP", 5.0, 0.2))),
    Patch(sand=0.6, clay=0.1, n_layer=5, free=False, cohorts=(("NP", 12.0, 0.1),)),  # shallow
    Patch(sand=0.3, clay=0.2, cohorts=(("DC4", 4.0, 0.5),)),  # C4 grass
    Patch(sand=0.2, clay=0.2, cohorts=(("CRC3", 4.0, 0.5),)),
    Patch(sand=0.9, clay=0.05, cohorts=(("SP", 15.0, 0.06), ("DC3", 4.0, 0.1)), theta=0.05),
    Patch(sand=0.15, clay=0.5, n_layer=3, free=False, theta=0.42),  # wet clay on rock
)


def columns_of(patches=PATCHES, **changes) -> Columns:
    """Columns with one cell for each patch."""
    n = len(patches)
    soils = soil_properties(
        np.array([p.sand for p in patches]), np.array([p.clay for p in patches])
    )
    cohorts = [(i, *c) for i, p in enumerate(patches) for c in p.cohorts]
    values = {
        "lat": np.full(n, LAT),
        "lon": np.full(n, LON),
        "cell_id": np.arange(n),
        "cell_index": np.arange(n),
        "area": np.ones(n),
        "cover": np.array([3 if p.cohorts else 0 for p in patches]),
        "pools": {
            "fast_carbon": np.full(n, 0.2),
            "structural_carbon": np.full(n, 3.0),
            "slow_carbon": np.full(n, 0.02),
        },
        "soil": {name: soils[name] for name in SOIL_FIELDS},
        "n_layer": np.array([p.n_layer for p in patches]),
        "free": np.array([float(p.free) for p in patches]),
        "patch_index": np.array([c[0] for c in cohorts], int),
        "pft": np.array([pft_index(c[1]) for c in cohorts], int),
        "dbh": np.array([c[2] for c in cohorts], float),
        "n": np.array([c[3] for c in cohorts], float),
        "parameters": load_pft(),
        "source": "test columns",
    }
    return Columns(**(values | changes))


def weather(
    start: str, days: int, *, warm: float, swing: float = 0.0, wet: bool = True, light: float = 1.0
) -> Meteorology:
    """Hourly weather held over its hours.

    A daily cycle of 5 K about `warm` [K], which itself sinks by `swing` [K] in the middle of the
    period and comes back; showers of up to 6 mm h-1 where `wet`; shortwave scaled by `light`.
    """
    time = np.datetime64(start, "ns") + np.arange(24 * days) * np.timedelta64(1, "h")
    hour = np.arange(time.size)
    sun = np.maximum(0.0, np.sin((hour % 24 - 11.0) / 12.0 * np.pi)) * (hour % 24 > 11)
    t = warm - swing * np.sin(np.pi * hour / hour[-1]) ** 2 + 5.0 * np.sin((hour - 14) * np.pi / 12)
    e = 611.0 * np.exp(17.3 * (t - 273.16) / (t - 35.9))
    shower = (hour % 11 < 2) & wet
    ds = xr.Dataset(
        {
            "air_temperature": ("time", t),
            "specific_humidity": ("time", 0.622 * e / 98000.0 * (0.5 + 0.45 * shower)),
            "air_pressure": ("time", np.full(t.shape, 98000.0)),
            "wind_speed": ("time", 2.5 + 2.0 * np.sin(hour * 0.7)),
            "longwave_down": ("time", 0.8 * 5.67e-8 * t**4),
            "shortwave_down": ("time", light * sun * (700.0 - 450.0 * shower)),
            "precipitation": ("time", shower * (1.0 + hour % 5) / 3600.0 * 1.2),
            "co2": ("time", np.full(t.shape, 400.0)),
        },
        {"time": time, "lat": LAT, "lon": LON},
    )
    return Meteorology(ds, "none", source="test weather")


def start_state(columns: Columns, patches=PATCHES, temperature: float = 285.0) -> State:
    """State.initial with the moisture of the patches."""
    theta = State.initial(columns, air_temperature=280.0, q=0.005, co2=400.0).theta
    for i, patch in enumerate(patches):
        if patch.theta is not None:
            theta[:, i] = patch.theta
    return State.initial(
        columns,
        air_temperature=temperature,
        q=0.006,
        co2=400.0,
        soil_temperature=temperature,
        theta=theta,
    )


@dataclass
class Run:
    """Days and final state of a run, with its inputs."""

    columns: Columns
    first: State
    last: State
    days: list[DayResult] = field(default_factory=list)

    def flux(self, name: str) -> np.ndarray:
        """(hour, patch) means of a flux."""
        from edlite.model.records import HOURLY

        return np.concatenate([d.fluxes[:, HOURLY.index(name)] for d in self.days])

    def theta(self) -> np.ndarray:
        """(hour, layer, patch)."""
        return np.concatenate([d.theta for d in self.days])

    def patch(self, name: str) -> np.ndarray:
        """(day, patch)."""
        return np.array([d.patch[name] for d in self.days])


def run_days(
    meteorology: Meteorology,
    patches=PATCHES,
    *,
    start: str | None = None,
    days: int,
    state: State | None = None,
    temperature: float = 285.0,
    columns: Columns | None = None,
    options: ModelOptions | None = None,
    **more,
) -> Run:
    """Run some days from the first day of the weather, or from `start`."""
    columns = columns or columns_of(patches)
    first = state or start_state(columns, patches, temperature)
    begin = np.datetime64(start or meteorology.first, "D")
    results: list[DayResult] = []
    last = run(
        columns,
        first,
        meteorology,
        options or ModelOptions(),
        begin,
        begin + days * ONE_DAY,
        phenology=CURVES,
        sink=results.append,
        **more,
    )
    return Run(columns, first, last, results)


def one_step(columns: Columns, state: State, meteorology: Meteorology, date: str, step: int):
    """The block after a single 600 s step of a day (all patches must fit into one block)."""
    from edlite.model.block import load_state, make_block, pack
    from edlite.model.compiled import compiled_steps
    from edlite.model.lanes import LANES

    (patches,) = pack(columns)
    point, weight = interpolation(columns, meteorology)
    block = make_block(columns, patches, point, weight, np.zeros(columns.n_patch, bool))
    load_state(block, state)
    options = ModelOptions()
    failed = compiled_steps[options.integrator](
        options.switches(),
        step,
        step + 1,
        meteorology.day(np.datetime64(date, "D")),
        np.zeros((145, N_LAYER, LANES)),
        block.output,
        *(block.buffers, block.views, block.floors),
        *(block.ground, block.soil, block.stand, block.cohorts, block.plants),
        *(block.met, block.step, block.work, block.implicit, block.book),
    )
    assert failed == -1
    return block
