"""Stands through time: structure by cell, plant type and size class; tables of every cohort.

Both are sinks for `month_sink` of `edlite.model.driver.run`: what they keep is the stand at
midnights that begin a month, after the growth, deaths and changes of patches of that midnight.
Amounts per plant become amounts per m2 of patch with the density `n`, and per m2 of cell with the
patch's share of the cell.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import xarray as xr

from edlite.model.columns import Columns
from edlite.model.state import State
from edlite.parameters import PFT_CODES
from edlite.variables import STAND, STAND_CELL, STAND_PFT, STAND_SIZE

CLASS_BOUNDS = np.array([0.0, 5.0, 10.0, 20.0, 30.0, 50.0, 80.0, np.inf])  # cm
POOLS = ("leaf_carbon", "root_carbon", "sapwood_carbon", "wood_carbon", "storage_carbon")
EVERY = ("month", "year")
COHORT_COLUMNS = (
    *("date", "cell_id", "patch", "area", "age", "cohort", "pft", "dbh", "height", "n", "status"),
    *POOLS,
    *("lai", "agb", "balance_ratio"),
)


def size_class(dbh: np.ndarray) -> np.ndarray:
    """Index of the size class of diameters [cm]; the lower bound belongs to the class."""
    return np.searchsorted(CLASS_BOUNDS, dbh, side="right") - 1


def cell_share(state: State) -> np.ndarray:
    """Plants of every cohort per m2 of its cell (cohort,)."""
    return state.n * state.area[state.patch_index]


def leaf_area(columns: Columns, state: State) -> np.ndarray:
    """Leaf area of a plant of every cohort as it is now (cohort,) [m2 plant-1]."""
    return state.leaf_carbon * columns.of_pft("SLA")[state.pft]


def above_ground(columns: Columns, state: State) -> np.ndarray:
    """Above-ground carbon of a plant of every cohort as it is now (cohort,) [kgC plant-1]."""
    above = columns.of_pft("agf_bs")[state.pft]
    return state.leaf_carbon + above * (state.sapwood_carbon + state.wood_carbon)


def stand_structure(columns: Columns, state: State) -> dict[str, np.ndarray]:
    """The variables of a stand by name, per m2 of cell, see `edlite.variables.STAND`.

    Those of STAND_SIZE are (cell, pft, size_class), of STAND_PFT (cell, pft), of STAND_CELL (cell,)
    """
    density = cell_share(state)
    per_plant = {
        "basal_area": np.pi / 4.0 * (0.01 * state.dbh) ** 2,
        "stem_density": np.ones(state.n_cohort),
        "lai": leaf_area(columns, state),
        "agb": above_ground(columns, state),
        **{name: getattr(state, name) for name in POOLS},
    }
    cell = state.cell_index[state.patch_index]
    size = (columns.n_cell, len(PFT_CODES), len(CLASS_BOUNDS) - 1)
    at = np.ravel_multi_index((cell, state.pft, size_class(state.dbh)), size)
    values = {
        name: np.bincount(at, density * value, np.prod(size)).reshape(size)
        for name, value in per_plant.items()
    }
    values |= {name: values[name].sum(axis=-1) for name in POOLS}
    seeds = np.zeros((columns.n_cell, len(PFT_CODES)))
    np.add.at(seeds, state.cell_index, (state.area * state.seed_carbon).T)
    values["seed_carbon"] = seeds
    values["n_patch"] = np.bincount(state.cell_index, minlength=columns.n_cell)
    values["n_cohort"] = np.bincount(cell, minlength=columns.n_cell)
    for name in ("growth_export", "seed_import"):
        weights = state.area * getattr(state, name)
        values[name] = np.bincount(state.cell_index, weights, columns.n_cell)
    return values


class StandRecord:
    """Keeps the structure of a stand whenever it is called."""

    def __init__(self) -> None:
        self._times: list[np.datetime64] = []
        self._kept: dict[str, list[np.ndarray]] = {name: [] for name in STAND}
        self._cells: dict[str, np.ndarray] = {}

    def __call__(self, date: np.datetime64, columns: Columns, state: State) -> None:
        """Take the stand at midnight of `date`; once, where a run ends and the next begins."""
        date = np.datetime64(date, "ns")
        if self._times and self._times[-1] == date:
            return
        self._times.append(date)
        self._cells = {name: getattr(columns, name) for name in ("lat", "lon", "cell_id")}
        for name, values in stand_structure(columns, state).items():
            precision = "i4" if values.dtype.kind == "i" else "f4"
            self._kept[name].append(values.astype(precision))

    def dataset(self) -> xr.Dataset:
        """Everything kept so far: dims time, cell, pft, size_class (docs/reference)."""
        ds = xr.Dataset(coords=self._coords())
        dims = ("time", "cell", "pft", "size_class")
        for names, n_dim in ((STAND_SIZE, 4), (STAND_PFT, 3), (STAND_CELL, 2)):
            for name in names:
                values = np.stack(self._kept[name])
                ds[name] = (dims[:n_dim], values, STAND[name].attributes())
        return ds

    def _coords(self) -> dict[str, tuple]:
        when = {"standard_name": "time", "long_name": "midnight (UTC) of the stand"}
        dbh = {"units": "cm", "long_name": "diameter at breast height, lower bound of the class"}
        kind = {"long_name": "plant functional type"}
        bounds = np.stack([CLASS_BOUNDS[:-1], CLASS_BOUNDS[1:]], axis=1)
        return {
            "time": ("time", np.array(self._times), when),
            "lat": ("cell", self._cells["lat"], {"units": "degrees_north"}),
            "lon": ("cell", self._cells["lon"], {"units": "degrees_east"}),
            "cell_id": ("cell", self._cells["cell_id"]),
            "pft": ("pft", list(PFT_CODES), kind),
            "size_class": ("size_class", CLASS_BOUNDS[:-1], dbh | {"bounds": "size_class_bounds"}),
            "size_class_bounds": (("size_class", "nv"), bounds, {"units": "cm"}),
        }


class CohortRecord:
    """Keeps a table of every cohort each month, or where a year begins.

    every : "month" or "year";  always : midnights that are kept with either
    """

    def __init__(self, every: str, *always: np.datetime64) -> None:
        self.every = every
        self.always = {np.datetime64(date, "D") for date in always}
        self._tables: list[pd.DataFrame] = []

    def __call__(self, date: np.datetime64, columns: Columns, state: State) -> None:
        """Take the stand at midnight of `date`."""
        date = np.datetime64(date, "D")
        if self.every == "month" or date in self.always or str(date).endswith("-01-01"):
            self._tables.append(cohort_table(date, columns, state))

    def table(self) -> pd.DataFrame:
        """Everything kept so far, columns COHORT_COLUMNS (docs/reference/stand-output.md)."""
        return pd.concat(self._tables, ignore_index=True)


def cohort_table(date: np.datetime64, columns: Columns, state: State) -> pd.DataFrame:
    """The cohorts of a stand, a row each; a patch without plants has a row without cohort.

    `columns` must have the structure of the state (as the driver hands it over). Patches are
    numbered from 1 in their cell, cohorts from 1 in their patch, tallest first.
    """
    patch = state.patch_index
    values = {
        "cohort": _number(patch),
        "pft": np.array(PFT_CODES)[state.pft],
        "dbh": state.dbh,
        "height": columns.height,
        "n": state.n,
        "status": state.status,
        **{name: getattr(state, name) for name in POOLS},
        "lai": state.n * leaf_area(columns, state),
        "agb": state.n * above_ground(columns, state),
        "balance_ratio": state.balance_ratio,
    }
    patches = pd.DataFrame(
        {
            "date": str(date),
            "cell_id": columns.cell_id[state.cell_index],
            "patch": _number(state.cell_index),
            "area": state.area,
            "age": state.age,
        }
    )
    cohorts = pd.DataFrame(values, index=patch).astype({"cohort": "Int64", "status": "Int64"})
    return patches.join(cohorts)[list(COHORT_COLUMNS)].reset_index(drop=True)


def _number(group: np.ndarray) -> np.ndarray:
    """Number from 1 of every member within its group; `group` is sorted."""
    first = np.searchsorted(group, group)
    return np.arange(len(group)) - first + 1


def shifted(sink: Callable[[np.datetime64, Columns, State], None], earlier: np.timedelta64):
    """The month sink with dates that lie `earlier` by so much."""

    def moved(date: np.datetime64, columns: Columns, state: State) -> None:
        sink(date - earlier, columns, state)

    return moved


def both(*sinks: Callable[[np.datetime64, Columns, State], None] | None):
    """One month sink of several; None where there is none."""
    wanted = [sink for sink in sinks if sink is not None]
    if not wanted:
        return None

    def sink(date: np.datetime64, columns: Columns, state: State) -> None:
        for each in wanted:
            each(date, columns, state)

    return sink
