"""Everything that evolves, by patch and cohort, as arrays and as a file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import xarray as xr

from edlite.constants import C_ICE, RHO_W, T3
from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.kernels.thermodynamics import air_enthalpy, liquid_energy
from edlite.model.columns import Columns
from edlite.model.lanes import N_SNOW

DEEP = 3.0  # m; free drainage leaves layers below near field capacity
SHAPES = {
    "patch": ("patch",),
    "sublayer": ("sublayer", "patch"),
    "layer": ("layer", "patch"),
    "cohort": ("cohort",),
}
# name -> (shape, unit, long name)
FIELDS = {
    "enthalpy": ("patch", "J kg-1", "specific enthalpy of canopy air"),
    "q": ("patch", "kg kg-1", "specific humidity of canopy air"),
    "co2": ("patch", "umol mol-1", "CO2 of canopy air"),
    "snow": ("sublayer", "kg m-2", "water and snow on the surface, top first"),
    "snow_energy": ("sublayer", "J m-2", "internal energy of surface water and snow"),
    "snow_depth": ("patch", "m", "depth of surface water and snow"),
    "step_size": ("patch", "s", "next step of the integrator"),
    "air_mass": ("patch", "kg m-2", "mass of canopy air"),
    "fast_carbon": ("patch", "kg m-2", "fast soil carbon"),
    "structural_carbon": ("patch", "kg m-2", "structural soil carbon"),
    "slow_carbon": ("patch", "kg m-2", "slow soil carbon"),
    "growth_export": ("patch", "kg m-2", "carbon left over (or missing, if negative) since start"),
    "theta": ("layer", "m3 m-3", "volumetric soil water, liquid and frozen"),
    "energy": ("layer", "J m-3", "internal energy of the soil"),
    "leaf_energy": ("cohort", "J m-2", "internal energy of leaves and their film water"),
    "leaf_water": ("cohort", "kg m-2", "film water on leaves"),
    "leaf_capacity": ("cohort", "J m-2 K-1", "heat capacity of resolved leaves"),
    "leaf_carbon": ("cohort", "kg", "leaf carbon of a plant"),
    "elongation": ("cohort", "1", "elongation factor of drought-deciduous leaves"),
    "wetness": ("cohort", "1", "ten-day mean of the plant-available water index"),
    "capacity_factor": ("cohort", "1", "ageing factor on photosynthetic capacity"),
    "psi_open": ("cohort", "kg m-2 s-1", "open-stomata transpiration per leaf area, last step"),
    "growth_resp": ("cohort", "kg m-2 s-1", "growth respiration emitted today"),
    "virtual_resp": ("cohort", "kg m-2 s-1", "virtual-leaf respiration emitted today"),
}


@dataclass
class State:
    """State at a midnight (UTC); one float64 array per entry of FIELDS."""

    enthalpy: np.ndarray
    q: np.ndarray
    co2: np.ndarray
    snow: np.ndarray
    snow_energy: np.ndarray
    snow_depth: np.ndarray
    step_size: np.ndarray
    air_mass: np.ndarray
    fast_carbon: np.ndarray
    structural_carbon: np.ndarray
    slow_carbon: np.ndarray
    growth_export: np.ndarray
    theta: np.ndarray
    energy: np.ndarray
    leaf_energy: np.ndarray
    leaf_water: np.ndarray
    leaf_capacity: np.ndarray
    leaf_carbon: np.ndarray
    elongation: np.ndarray
    wetness: np.ndarray
    capacity_factor: np.ndarray
    psi_open: np.ndarray
    growth_resp: np.ndarray
    virtual_resp: np.ndarray

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
        Leaves are in full display; phenology sets them at the first midnight before running.
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
        zero_p, zero_c = np.zeros(n_patch), np.zeros(n_cohort)
        return cls(
            enthalpy=np.array([air_enthalpy(*x) for x in zip(t_air, humidity, strict=True)]),
            q=humidity,
            co2=patch(co2),
            snow=np.zeros((N_SNOW, n_patch)),
            snow_energy=np.zeros((N_SNOW, n_patch)),
            snow_depth=zero_p.copy(),
            step_size=np.full(n_patch, 60.0),
            air_mass=zero_p.copy(),
            fast_carbon=columns.pools["fast_carbon"].copy(),
            structural_carbon=columns.pools["structural_carbon"].copy(),
            slow_carbon=columns.pools["slow_carbon"].copy(),
            growth_export=zero_p.copy(),
            theta=water,
            energy=energy,
            leaf_energy=zero_c.copy(),
            leaf_water=zero_c.copy(),
            leaf_capacity=zero_c.copy(),
            leaf_carbon=columns.leaf_max.copy(),
            elongation=np.ones(n_cohort),
            wetness=np.ones(n_cohort),
            capacity_factor=np.ones(n_cohort),
            psi_open=zero_c.copy(),
            growth_resp=zero_c.copy(),
            virtual_resp=zero_c.copy(),
        )

    def to_dataset(self, columns: Columns) -> xr.Dataset:
        """As a dataset with units and the identity of patches and cohorts."""
        variables = {
            name: (
                SHAPES[shape],
                getattr(self, name),
                {"units": unit, "long_name": long_name},
            )
            for name, (shape, unit, long_name) in FIELDS.items()
        }
        ds = xr.Dataset(variables, coords={"cell_id": ("cell", columns.cell_id)})
        ds["cell_index"] = (
            "patch",
            columns.cell_index.astype("int32"),
            {"units": "1", "long_name": "index of the cell"},
        )
        ds["pft"] = ("cohort", columns.pft.astype("int8"), {"units": "1", "long_name": "PFT index"})
        return ds

    @classmethod
    def from_dataset(cls, ds: xr.Dataset, columns: Columns, source: str | Path = "state") -> State:
        """From a dataset of `to_dataset`; raises InputError if it belongs to other patches."""
        for name in (*FIELDS, "cell_id", "cell_index", "pft"):
            if name not in ds:
                raise InputError(source, name, None, "a variable of a model state")
        for name, expected in (
            ("cell_id", columns.cell_id),
            ("cell_index", columns.cell_index),
            ("pft", columns.pft),
        ):
            if not np.array_equal(ds[name].values, expected):
                raise InputError(source, name, None, "the cells, patches and cohorts of this tile")
        return cls(
            **{
                name: ds[name].transpose(*SHAPES[shape]).values.astype(float)
                for name, (shape, _, _) in FIELDS.items()
            }
        )

    @classmethod
    def read(cls, path: str | Path, columns: Columns) -> State:
        """From a file written with `to_dataset`."""
        return cls.from_dataset(read_dataset(path), columns, path)

    def copy(self) -> State:
        """Independent copy."""
        return State(**{f.name: getattr(self, f.name).copy() for f in fields(self)})
