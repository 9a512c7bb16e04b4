"""Everything that evolves, by patch and cohort, as arrays and as a file."""

from __future__ import annotations

from dataclasses import make_dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from edlite.constants import C_ICE, RHO_W, T3
from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.kernels.thermodynamics import air_enthalpy, liquid_energy
from edlite.model.columns import Columns
from edlite.model.lanes import N_SNOW
from edlite.model.state_fields import FIELDS, SHAPES, STRUCTURE, VERSION
from edlite.parameters import PFT_CODES

DEEP = 3.0  # m; free drainage leaves layers below near field capacity
WARMEST = 400.0  # K, where the search for the month's lowest temperature starts
MONTHS = 12

_Values = make_dataclass("_Values", [(name, np.ndarray) for name in FIELDS])


class State(_Values):
    """State at a midnight (UTC); one array per entry of `edlite.model.state_fields.FIELDS`.

    It holds the structure too (patches with their areas, cohorts with their sizes and densities):
    with the columns it descends from, it is all that a run needs to go on.
    """

    @property
    def n_patch(self) -> int:
        """Number of patches."""
        return len(self.area)

    @property
    def n_cohort(self) -> int:
        """Number of cohorts."""
        return len(self.n)

    @classmethod
    def initial(
        cls,
        columns: Columns,
        *,
        air_temperature: float | np.ndarray,
        q: float | np.ndarray,
        co2: float | np.ndarray,
        soil_temperature: float | np.ndarray | None = None,
        theta: float | np.ndarray | None = None,
    ) -> State:
        """A start from simple values.

        air_temperature [K], q [kg kg-1], co2 [umol mol-1] : of canopy air; scalar or (patch,)
        soil_temperature : K; scalar, (layer,) or (layer, patch); the air's if absent
        theta : m3 m-3; scalar, (layer,) or (layer, patch), clipped to the soil's bounds; if absent,
            half-way between wilting point and field capacity to 3 m, field capacity below
        Plants are in full leaf on allometry, without storage; `edlite.model.first_leaves.in_season`
        puts a start in another season than summer right.
        """
        n_patch, n_cohort = columns.n_patch, columns.n_cohort
        soil = {k: v.T for k, v in columns.soil.items()}
        shape = soil["theta_s"].shape

        def patch(value):
            return np.broadcast_to(np.asarray(value, float), (n_patch,)).copy()

        def layer(value):
            value = np.asarray(value, float)
            value = value[:, None] if value.ndim == 1 else value
            return np.broadcast_to(value, shape).copy()

        temperature = layer(air_temperature if soil_temperature is None else soil_temperature)
        if theta is None:
            water = 0.5 * (soil["theta_wp"] + soil["theta_fc"])
            deep = columns.layer_top >= DEEP
            water[deep] = soil["theta_fc"][deep]
        else:
            water = layer(theta)
        water = np.clip(water, soil["theta_r"], soil["theta_s"])
        # arrays go through the Python function, which is all there is without the JIT
        liquid = getattr(liquid_energy, "py_func", liquid_energy)(temperature)
        specific = np.where(temperature > T3, liquid, C_ICE * temperature)
        energy = soil["c_dry"] * temperature + RHO_W * water * specific
        t_air, humidity = patch(air_temperature), patch(q)
        state = cls.empty(n_patch, n_cohort, len(columns.layer_bottom))
        for name in STRUCTURE:
            getattr(state, name)[:] = getattr(columns, name)
        state.age[:] = columns.age
        state.enthalpy[:] = [air_enthalpy(*x) for x in zip(t_air, humidity, strict=True)]
        state.q[:] = humidity
        state.co2[:] = patch(co2)
        state.step_size[:] = 60.0
        state.coldest[:] = WARMEST
        for name, pool in columns.pools.items():
            getattr(state, name)[:] = pool
        state.theta[:], state.energy[:] = water, energy
        state.leaf_carbon[:], state.root_carbon[:] = columns.leaf_max, columns.root_full
        state.sapwood_carbon[:], state.wood_carbon[:] = columns.sapwood_full, columns.wood_full
        for name in ("elongation", "wetness", "capacity_factor", "balance_ratio"):
            getattr(state, name)[:] = 1.0
        return state

    @classmethod
    def empty(cls, n_patch: int, n_cohort: int, n_layer: int) -> State:
        """A state of zeros."""
        size = {
            "patch": n_patch,
            "cohort": n_cohort,
            "layer": n_layer,
            "sublayer": N_SNOW,
            "pft": len(PFT_CODES),
            "month": MONTHS,
        }
        return cls(
            **{
                name: np.zeros([size[d] for d in SHAPES[f.shape]], int if f.integer else float)
                for name, f in FIELDS.items()
            }
        )

    def to_dataset(self, columns: Columns) -> xr.Dataset:
        """As a dataset with units and what it descends from."""
        variables = {
            name: (
                SHAPES[f.shape],
                getattr(self, name),
                {"units": f.unit, "long_name": f.long_name},
            )
            for name, f in FIELDS.items()
        }
        coords = {
            "cell_id": ("cell", columns.cell_id),
            "layer_bottom": ("layer", columns.layer_bottom, {"units": "m"}),
        }
        return xr.Dataset(variables, coords, {"state_version": VERSION, **columns.identity()})

    @classmethod
    def from_dataset(cls, ds: xr.Dataset, columns: Columns, source: str | Path = "state") -> State:
        """From a dataset of `to_dataset`.

        Raises InputError if it has another version, or descends from other cells, soil layers,
        PFT parameters or another initial stand than `columns`.
        """
        version = ds.attrs.get("state_version")
        if version != VERSION:
            have = None if version is None else int(version)
            raise InputError(source, "state_version", have, f"{VERSION}; make the state anew")
        for name in (*FIELDS, "cell_id", "layer_bottom"):
            if name not in ds.variables:
                raise InputError(source, name, None, "a variable of a model state")
        if not np.array_equal(ds["cell_id"].values, columns.cell_id):
            raise InputError(source, "cell_id", None, "the cells of this tile")
        if not np.array_equal(ds["layer_bottom"].values, columns.layer_bottom):
            have = ds["layer_bottom"].values.tolist()
            raise InputError(source, "layer_bottom", have, f"{columns.layer_bottom.tolist()} m")
        for name, expected in columns.identity().items():
            if ds.attrs.get(name) != expected:
                what = "the PFT parameters" if name == "pft_parameters" else "the initial stand"
                raise InputError(
                    source,
                    name,
                    ds.attrs.get(name),
                    f"{expected}, {what} of this run; the state is of another configuration",
                )
        state = cls(
            **{
                name: ds[name]
                .transpose(*SHAPES[f.shape])
                .values.astype(int if f.integer else float)
                for name, f in FIELDS.items()
            }
        )
        state.require_valid(source)
        return state

    def require_valid(self, source: str | Path) -> None:
        """Raise InputError where the structure or a value is impossible."""
        for name in FIELDS:
            if not np.all(np.isfinite(getattr(self, name))):
                raise InputError(source, name, None, "finite values")
        for name in ("n", "dbh", "area"):
            values = getattr(self, name)
            if values.size and values.min() <= 0.0:
                raise InputError(source, name, float(values.min()), "positive values")

    @classmethod
    def read(cls, path: str | Path, columns: Columns) -> State:
        """From a file written with `to_dataset`."""
        return cls.from_dataset(read_dataset(path), columns, path)

    def copy(self) -> State:
        """Independent copy."""
        return State(**{name: getattr(self, name).copy() for name in FIELDS})
