"""Stands whose cost is measured. All are made up; sizes and leaf areas are those of real ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from benchmarks.weather import LAT, LON
from edlite.model.columns import Columns
from edlite.model.lanes import LANES
from edlite.model.state import State
from edlite.parameters import PFT_CODES
from edlite.soil.hydraulics import soil_properties

# leaves of cold-deciduous plants: out in mid May, gone in mid October
CURVES = xr.Dataset(
    {
        "spring_a": ((), 1.0 / 133.0),
        "spring_b": ((), -40.0),
        "autumn_a": ((), 1.0 / 285.0),
        "autumn_b": ((), 30.0),
    }
)
TEMPERATE = ("MHW", "NP", "LHW", "LC", "EHW")


@dataclass(frozen=True)
class StandKind:
    """Patches of a cell, each a tuple of cohorts (PFT code, dbh cm), tallest first.

    leaf_area : m2 m-2 of each patch in full leaf;  areas : shares of the cell
    sand, clay : middle of the soils of the cells;  weeks : names of the weather it is run with
    """

    patches: tuple[tuple[tuple[str, float], ...], ...]
    leaf_area: tuple[float, ...]
    areas: tuple[float, ...]
    sand: float
    clay: float
    weeks: tuple[str, ...]

    @property
    def cohorts(self) -> int:
        """Number of cohorts of a cell."""
        return sum(len(p) for p in self.patches)


def _mixed(count: int, largest: float, smallest: float = 3.0) -> tuple[tuple[str, float], ...]:
    """Temperate cohorts from `largest` to `smallest` dbh [cm]."""
    sizes = np.linspace(largest, smallest, count) if count > 1 else [0.6 * largest]
    return tuple((TEMPERATE[i % len(TEMPERATE)], float(d)) for i, d in enumerate(sizes))


def _one_patch(count: int, leaf_area: float) -> StandKind:
    return StandKind(
        (_mixed(count, 40.0),), (leaf_area,), (1.0,), 0.6, 0.1, weeks=("summer", "winter")
    )


STANDS = {
    "1 cohort": _one_patch(1, 3.0),
    "5 cohorts": _one_patch(5, 4.0),
    "11 cohorts": _one_patch(11, 4.5),
    "30 cohorts": _one_patch(30, 5.0),
    # old, middle, young and cut patches of a broad-leaved and conifer forest
    "forest 30 in 4": StandKind(
        (_mixed(11, 48.0), _mixed(9, 32.0), _mixed(7, 20.0), _mixed(3, 7.0, 4.0)),
        (5.0, 4.5, 4.0, 1.5),
        (0.4, 0.3, 0.2, 0.1),
        sand=0.6,
        clay=0.1,
        weeks=("summer", "winter"),
    ),
    # scattered woodland over annual grass, shrubs over perennial C4 grass, grass alone
    "semi-arid 8 in 3": StandKind(
        (
            (("WHW", 38.0), ("WHW", 25.0), ("WP", 15.0), ("DC3", 4.0)),
            (("WHW", 6.0), ("DC4", 4.0)),
            (("DC4", 4.0), ("DC3", 4.0)),
        ),
        (1.6, 0.9, 0.8),
        (0.3, 0.4, 0.3),
        sand=0.55,
        clay=0.15,
        weeks=("summer", "dry"),
    ),
}


def columns_of(kind: StandKind, n_cell: int | None = None) -> Columns:
    """Cells of one kind, with soils that differ from cell to cell.

    n_cell : default the fewest that fill every lane of their blocks
    """
    n_patch = len(kind.patches)
    if n_cell is None:
        n_cell = LANES // np.gcd(LANES, n_patch)
    shift = np.linspace(-1.0, 1.0, n_cell) if n_cell > 1 else np.zeros(1)
    soil = soil_properties(kind.sand + 0.1 * shift, kind.clay + 0.05 * shift[::-1])
    rows = [(i, *cohort) for i, cohorts in enumerate(kind.patches) for cohort in cohorts]
    cohorts = pd.DataFrame(rows, columns=["patch", "pft", "dbh"]).assign(n=1.0)
    patches = pd.DataFrame(
        {"patch": range(n_patch), "area": kind.areas, "fast_carbon": 0.2}
    ).assign(structural_carbon=3.0, slow_carbon=4.0)
    site = {"lat": LAT, "lon": LON, "patches": patches, "source": "benchmark"}
    one = Columns.from_stand(cohorts=cohorts, soil={k: v[0] for k, v in soil.items()}, **site)
    # every cohort has the same share of its patch's leaf area; cohort order within a patch may
    # have changed, so shares are matched by type and size
    leaf_area = pd.DataFrame(
        {
            "patch": one.patch_index,
            "pft": [PFT_CODES[p] for p in one.pft],
            "dbh": one.dbh,
            "per_plant": one.lai_full,
        }
    )
    cohorts = cohorts.merge(leaf_area, on=["patch", "pft", "dbh"])
    share = np.array(kind.leaf_area) / cohorts.groupby("patch").size().to_numpy()
    cohorts["n"] = share[cohorts["patch"]] / cohorts["per_plant"]
    return Columns.from_stand(cohorts=cohorts, soil=soil, members=n_cell, **site)


def start_state(columns: Columns, week: str) -> State:
    """State at the start of a week of made-up weather."""
    temperature = {"summer": 291.0, "winter": 272.5, "dry": 297.0}[week]
    soil = {"summer": 289.0, "winter": 274.0, "dry": 297.0}[week]
    dry = columns.soil["theta_wp"] + 0.1 * (columns.soil["theta_fc"] - columns.soil["theta_wp"])
    return State.initial(
        columns,
        air_temperature=temperature,
        q={"summer": 0.010, "winter": 0.003, "dry": 0.004}[week],
        co2=400.0,
        soil_temperature=soil,
        theta=dry.T if week == "dry" else None,
    )
