"""The patches of a tile: soil, cohorts, location, and the sizes that follow from diameters.

Columns are constant; where stands change, a run replaces them by `Columns.with_structure`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from edlite.errors import InputError
from edlite.files import read_cells, read_dataset
from edlite.kernels.allometry import structural_carbon
from edlite.model.column_checks import check_columns, check_reference_height
from edlite.model.column_sizes import default_reference_height, heights, set_canopies, set_sizes
from edlite.model.state_fields import STRUCTURE
from edlite.parameters import COVERS, PFT_CODES, load_pft, pft_index
from edlite.soil.layers import LAYER_BOTTOM

if TYPE_CHECKING:
    from edlite.model.state import State

SOIL_FIELDS = (
    *("theta_s", "theta_r", "theta_wp", "theta_fc", "psi_s", "b", "k_sat", "c_dry"),
    *("lambda0", "lambda1", "lambda2"),
)
POOLS = ("fast_carbon", "structural_carbon", "slow_carbon")


@dataclass
class Columns:
    """Patches (sorted by cell) and cohorts (by patch, tallest first) of a tile or a site.

    lat, lon : (cell,) degrees;  cell_id : (cell,)
    cell_index, area, cover, age : (patch,) index of the cell, share of the cell, cover class
        (0-3), years since disturbance
    pools : (patch,) kgC m-2 initial soil carbon by name
    soil : (patch, layer) properties by name;  n_layer, free : (patch,)
    patch_index, pft, dbh, n : (cohort,)
    reference_height : (cell,) m, height of the forcing above ground
    layer_bottom : (layer,) m
    parameters : PFT parameters with overrides applied
    recruits : (cell, PFT) bool, types whose seedlings may establish; default: those of the cell
    stand : digest of the cells, patches and cohorts that these columns descend from
    """

    lat: np.ndarray
    lon: np.ndarray
    cell_id: np.ndarray
    cell_index: np.ndarray
    area: np.ndarray
    cover: np.ndarray
    pools: dict[str, np.ndarray]
    soil: dict[str, np.ndarray]
    n_layer: np.ndarray
    free: np.ndarray
    patch_index: np.ndarray
    pft: np.ndarray
    dbh: np.ndarray
    n: np.ndarray
    parameters: pd.DataFrame
    reference_height: np.ndarray | None = None
    layer_bottom: np.ndarray = field(default_factory=LAYER_BOTTOM.copy)
    age: np.ndarray | None = None
    recruits: np.ndarray | None = None
    stand: str = ""
    source: str = "columns"
    height: np.ndarray = field(init=False)
    crown_middle: np.ndarray = field(init=False)
    leaf_max: np.ndarray = field(init=False)
    root_layer: np.ndarray = field(init=False)
    open_fraction: np.ndarray = field(init=False)
    veg_height: np.ndarray = field(init=False)
    _of_pft: dict[str, np.ndarray] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.age is None:
            self.age = np.zeros(len(self.area))
        check_columns(self)
        self._sort_cohorts()
        set_sizes(self)
        set_canopies(self)
        if self.recruits is None:
            self.recruits = np.zeros((self.n_cell, len(PFT_CODES)), bool)
            self.recruits[self.cell_index[self.patch_index], self.pft] = True
        if not self.stand:
            self.stand = self._stand_digest()
        if self.reference_height is None:
            self.reference_height = default_reference_height(self)
        else:
            self.reference_height = np.broadcast_to(
                np.asarray(self.reference_height, float), self.lat.shape
            ).copy()
        check_reference_height(self)

    @classmethod
    def from_files(
        cls,
        domain: str | Path,
        soil: str | Path,
        initial_state: str | Path,
        tiles: str | Path,
        tile: int,
        overrides: dict | None = None,
        reference_height: float | None = None,
    ) -> Columns:
        """Columns of one tile of a region from the workflow's files (see docs/design.md).

        reference_height : m; None: 10 m above the tallest cohort of each cell
        """
        cells = read_dataset(domain, ("lat", "lon", "cell_id"))
        ground = read_cells(soil, cells, (*SOIL_FIELDS, "n_layer", "bottom_boundary"))
        start = read_cells(
            initial_state, cells, ("cell_index", "area", "patch_index", "pft", "dbh", "n")
        )
        number = read_cells(tiles, cells, ("tile",))["tile"].values
        inside = np.flatnonzero(number == tile)
        if inside.size == 0:
            raise InputError(tiles, "tile", tile, f"a tile from 0 to {number.max()}")
        position = np.full(cells.sizes["cell"], -1)
        position[inside] = np.arange(inside.size)
        all_cells = start["cell_index"].values.astype(int)
        patches = np.flatnonzero(position[all_cells] >= 0)
        patch_position = np.full(start.sizes["patch"], -1)
        patch_position[patches] = np.arange(patches.size)
        cohort_patch = start["patch_index"].values.astype(int)
        cohorts = np.flatnonzero(patch_position[cohort_patch] >= 0)
        cell_of_patch = all_cells[patches]
        return cls(
            lat=cells["lat"].values[inside].astype(float),
            lon=cells["lon"].values[inside].astype(float),
            cell_id=cells["cell_id"].values[inside],
            cell_index=position[cell_of_patch],
            area=start["area"].values[patches].astype(float),
            cover=start["cover"].values[patches].astype(int),
            pools={p: start[p].values[patches].astype(float) for p in POOLS},
            soil={f: ground[f].values[cell_of_patch].astype(float) for f in SOIL_FIELDS},
            n_layer=ground["n_layer"].values[cell_of_patch].astype(int),
            free=ground["bottom_boundary"].values[cell_of_patch].astype(float),
            patch_index=patch_position[cohort_patch[cohorts]],
            pft=start["pft"].values[cohorts].astype(int),
            dbh=start["dbh"].values[cohorts].astype(float),
            n=start["n"].values[cohorts].astype(float),
            parameters=load_pft(overrides),
            reference_height=None if reference_height is None else np.array(reference_height),
            source=str(initial_state),
        )

    @classmethod
    def from_stand(
        cls,
        *,
        lat: float,
        lon: float,
        patches: pd.DataFrame,
        cohorts: pd.DataFrame,
        soil: dict[str, np.ndarray],
        layer_bottoms: Sequence[float] | None = None,
        n_layer: int | None = None,
        free_drainage: bool = True,
        reference_height: float | None = None,
        overrides: dict | None = None,
        members: int = 1,
        source: str = "stand",
    ) -> Columns:
        """Columns of a site.

        patches : columns `patch`, `area` and optionally `cover` (name), `age` [yr], `fast_carbon`,
            `structural_carbon`, `slow_carbon` [kgC m-2]
        cohorts : columns `patch`, `pft` (code), `dbh` [cm], `n` [plants m-2]
        soil : (layer,) properties, or (member, layer) with `members` > 1, as
            `edlite.soil.hydraulics.soil_properties` returns them
        layer_bottoms : m, increasing; default the nine standard layers. n_layer : existing ones
        members : copies of the site, each a cell of its own (ensembles over soil)
        """
        order = {p: i for i, p in enumerate(patches["patch"])}
        n_patch = len(patches)
        unknown = set(cohorts["patch"]) - set(order)
        if unknown:
            raise InputError(
                source, "patch", sorted(unknown)[0], f"a patch of the table: {list(order)}"
            )
        area = patches["area"].to_numpy(float)
        pools = {
            p: patches[p].to_numpy(float) if p in patches else np.zeros(n_patch) for p in POOLS
        }
        cover = np.array([COVERS.index(c) for c in patches.get("cover", ["forest"] * n_patch)])
        local = np.array([order[p] for p in cohorts["patch"]], int)
        codes = np.array([pft_index(c, source) for c in cohorts["pft"]], int)
        bottom = np.array(LAYER_BOTTOM if layer_bottoms is None else layer_bottoms, float)
        properties = {
            f: np.repeat(
                np.broadcast_to(np.atleast_2d(np.asarray(soil[f], float)), (members, bottom.size)),
                n_patch,
                axis=0,
            )
            for f in SOIL_FIELDS
        }
        offset = np.arange(members) * n_patch
        return cls(
            lat=np.full(members, float(lat)),
            lon=np.full(members, float(lon)),
            cell_id=np.arange(members),
            cell_index=np.repeat(np.arange(members), n_patch),
            area=np.tile(area, members),
            cover=np.tile(cover, members),
            pools={p: np.tile(v, members) for p, v in pools.items()},
            soil=properties,
            n_layer=np.full(members * n_patch, bottom.size if n_layer is None else int(n_layer)),
            free=np.full(members * n_patch, float(free_drainage)),
            age=np.tile(np.asarray(patches.get("age", np.zeros(n_patch)), float), members),
            patch_index=(local[None, :] + offset[:, None]).ravel(),
            pft=np.tile(codes, members),
            dbh=np.tile(cohorts["dbh"].to_numpy(float), members),
            n=np.tile(cohorts["n"].to_numpy(float), members),
            parameters=load_pft(overrides),
            reference_height=None if reference_height is None else np.array(reference_height),
            layer_bottom=bottom,
            source=source,
        )

    def with_structure(self, state: State) -> Columns:
        """Columns with the patches and cohorts of `state`, on the soils of the same cells; these
        columns themselves where they are the same.

        The cohorts must be by patch, tallest first, as `edlite.model.demography` leaves them.
        """
        if self.has_structure(state):
            return self
        first = np.searchsorted(self.cell_index, np.arange(self.n_cell))[state.cell_index]
        columns = replace(
            self,
            **{name: getattr(state, name).copy() for name in (*STRUCTURE, "age")},
            pools={pool: getattr(state, pool).copy() for pool in POOLS},
            soil={name: values[first] for name, values in self.soil.items()},
            n_layer=self.n_layer[first],
            free=self.free[first],
        )
        if not columns.has_structure(state):
            raise ValueError("cohorts of the state are not by patch, tallest first")
        return columns

    def has_structure(self, state: State) -> bool:
        """Whether the patches and cohorts of `state` are these."""
        return all(np.array_equal(getattr(self, name), getattr(state, name)) for name in STRUCTURE)

    def identity(self) -> dict[str, str]:
        """Digests of what a state of these columns is tied to: PFT parameters, initial stand."""
        table = self.parameters.loc[list(PFT_CODES)].sort_index(axis=1)
        text = ",".join(table.columns).encode()
        digest = hashlib.sha256(text + np.ascontiguousarray(table.to_numpy(float)).tobytes())
        return {"pft_parameters": digest.hexdigest()[:16], "stand": self.stand}

    def _stand_digest(self) -> str:
        digest = hashlib.sha256()
        for name in ("cell_id", *STRUCTURE):
            digest.update(np.ascontiguousarray(getattr(self, name)).tobytes())
        return digest.hexdigest()[:16]

    @property
    def layer_top(self) -> np.ndarray:
        """(layer,) m."""
        return np.concatenate([[0.0], self.layer_bottom[:-1]])

    @property
    def layer_thickness(self) -> np.ndarray:
        """(layer,) m."""
        return self.layer_bottom - self.layer_top

    @property
    def n_cell(self) -> int:
        """Number of cells."""
        return len(self.lat)

    @property
    def n_patch(self) -> int:
        """Number of patches."""
        return len(self.area)

    @property
    def n_cohort(self) -> int:
        """Number of cohorts."""
        return len(self.dbh)

    @property
    def cohort_count(self) -> np.ndarray:
        """Cohorts of each patch."""
        return np.bincount(self.patch_index, minlength=self.n_patch)

    def of_cohort(self, name: str) -> np.ndarray:
        """PFT parameter of every cohort."""
        return self.of_pft(name)[self.pft]

    def of_pft(self, name: str) -> np.ndarray:
        """PFT parameter of every PFT; looked up once, as each block of a tile asks for all."""
        if name not in self._of_pft:
            self._of_pft[name] = self.parameters.loc[list(PFT_CODES), name].to_numpy(float)
        return self._of_pft[name]

    @property
    def lai_full(self) -> np.ndarray:
        """Leaf area index of every cohort in full leaf [m2 m-2 of patch]."""
        return self.n * self.leaf_max * self.of_cohort("SLA")

    @property
    def root_full(self) -> np.ndarray:
        """Fine-root carbon of every cohort on allometry [kgC plant-1]."""
        return self.of_cohort("q_root_leaf") * self.leaf_max

    @property
    def sapwood_full(self) -> np.ndarray:
        """Sapwood carbon of every cohort on allometry [kgC plant-1]."""
        return self.of_cohort("qsw") * self.height * self.leaf_max

    @property
    def wood_full(self) -> np.ndarray:
        """Structural carbon of every cohort [kgC plant-1]."""
        names = ("b1_struct", "b2_struct")
        rows = zip(self.dbh, *(self.of_cohort(name) for name in names), strict=True)
        return np.array([structural_carbon(*row) for row in rows])

    def agb(self) -> np.ndarray:
        """Above-ground biomass of every cell in full leaf on allometry [kgC m-2]."""
        above = self.of_cohort("agf_bs")
        plant = self.leaf_max + above * (self.sapwood_full + self.wood_full)
        patch = np.bincount(self.patch_index, self.n * plant, self.n_patch)
        return np.bincount(self.cell_index, self.area * patch, self.n_cell)

    def _sort_cohorts(self) -> None:
        order = np.lexsort((-heights(self, self.pft, self.dbh), self.patch_index))
        for name in ("patch_index", "pft", "dbh", "n"):
            setattr(self, name, getattr(self, name)[order])
