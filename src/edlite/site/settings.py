"""What a site run is told: frozen, validated by `edlite.site.config`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from edlite.sources.tower import READERS

MODEL_FORMAT = "edlite"
FORMATS = (MODEL_FORMAT, *READERS)
# word of the YAML -> word of `edlite.model.meteorology.Meteorology`
INTERPOLATIONS = {"none": "none", "linear": "instantaneous", "mean-preserving": "mean"}
LONGWAVE = ("measured", "estimated")
BOTTOMS = ("bedrock", "free")
GAP_PRECIPITATION = ("error", "zero")
GAP_ENDS = ("error", "cycle")
STEPS = ("hour", "step", "day")
LEVELS = ("cell", "patch", "cohort")
COHORT_TABLES = ("none", "month", "year")


@dataclass(frozen=True)
class Site:
    """Place of the run. elevation (None: not known), reference_height (of the forcing, above
    ground) in m."""

    name: str
    latitude: float
    longitude: float
    elevation: float | None
    reference_height: float


@dataclass(frozen=True)
class Gaps:
    """Rules for gaps in forcing or prescribed moisture.

    linear_hours : gaps up to this long are filled linearly (all but radiation, precipitation)
    diurnal_days : longer gaps, and those of shortwave, take the mean of the same time of day
        within so many days to either side; 0 switches this off
    precipitation : missing precipitation is an error or zero
    ends : hours missing at the ends of the run are an error, or taken from the other end of
        the record, as if its year were recycled
    """

    linear_hours: float = 0.0
    diurnal_days: int = 0
    precipitation: str = "error"
    ends: str = "error"


@dataclass(frozen=True)
class Record:
    """A tower record: files, their format, and what the format's reader needs to be told."""

    paths: tuple[Path, ...]
    format: str
    options: Mapping[str, object] = field(default_factory=dict)
    fill: Record | None = None


@dataclass(frozen=True)
class Forcing:
    """Meteorological forcing of the run."""

    record: Record
    interpolation: str
    longwave: str
    gaps: Gaps


@dataclass(frozen=True)
class NearBare:
    """Seedlings on otherwise bare ground.

    pfts : codes;  density : plants m-2 of each, None: `init_density` of the type
    fast_carbon, structural_carbon, slow_carbon : kgC m-2 of the soil
    """

    pfts: tuple[str, ...]
    density: float | None = None
    fast_carbon: float = 0.0
    structural_carbon: float = 0.0
    slow_carbon: float = 0.0


@dataclass(frozen=True)
class Stand:
    """The stand: files, `tables` (patches, cohorts) or `ed2` (pss, css), or `near_bare` ground.

    near_bare : seedlings and soil carbon, see `edlite.site.stand.near_bare_ground`
    leaf_area : daily table that prescribes leaves, or None
    divide : divide cohorts with a leaf area index above 1
    """

    kind: str
    patches: Path | None
    cohorts: Path | None
    leaf_area: Path | None = None
    divide: bool = True
    near_bare: NearBare | None = None


@dataclass(frozen=True)
class Soil:
    """Soil column.

    sand, clay : 0-1, or None where `properties` says all
    layer_bottoms : m, increasing;  depth : m, where the column ends
    properties : explicit values by layer, names of `edlite.soil.hydraulics.PROPERTIES`
    colour : class 1-20 of the ground's albedo, or None
    theta : m3 m-3 by layer at the start (None: half-way between wilting point and field
        capacity);  temperature : K by layer
    """

    sand: float | None
    clay: float | None
    layer_bottoms: tuple[float, ...]
    bottom: str
    depth: float
    properties: Mapping[str, tuple[float, ...]]
    colour: int | None
    theta: tuple[float, ...] | None
    temperature: tuple[float, ...]

    @property
    def n_layer(self) -> int:
        """Layers of `layer_bottoms`, those below `depth` included."""
        return len(self.layer_bottoms)


@dataclass(frozen=True)
class Output:
    """What is written: step (hour, step of 600 s, day), level (cell, patch, cohort), budgets;
    monthly stand structure, table of cohorts (none, month, year), state at the end."""

    step: str = "hour"
    level: str = "cell"
    budgets: bool = True
    stand: bool = False
    cohorts: str = "none"
    state: bool = False


@dataclass(frozen=True)
class Prescribe:
    """Observed soil moisture to prescribe."""

    record: Record
    gaps: Gaps


@dataclass(frozen=True)
class SiteRun:
    """A validated site run; `state` is the file of the state to start from, or None."""

    source: Path
    site: Site
    start: np.datetime64
    end: np.datetime64
    forcing: Forcing
    co2: float | Path | None
    stand: Stand
    state: Path | None
    soil: Soil
    options: Mapping[str, object]
    parameters: Mapping | Path
    phenology: Mapping[str, float] | None
    spinup_years: int
    prescribe: Prescribe | None
    observations: Record | None
    output: Output
    synthetic: bool
    content: Mapping
