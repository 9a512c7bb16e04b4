"""The file `soil.nc`: texture, depth and hydraulic properties of each cell of a region."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError
from edlite.grid.aggregate import KeyCounts
from edlite.soil.hydraulics import PROPERTIES, exponent, residual_from_wilting, soil_properties
from edlite.soil.layers import LAYER_BOTTOM, LAYER_TOP, N_LAYER, layers_of_depth
from edlite.soil.survey import cell_values, component_profiles, nearest_known
from edlite.soil.texture import texture_class
from edlite.sources.ssurgo import SurveyTables

logger = logging.getLogger(__name__)

BEDROCK, FREE_DRAINAGE = 0, 1
_MAX_FILLED_SHARE = 0.5


@dataclass(frozen=True)
class SoilOptions:
    """The config section `soil`.

    water_limits : "texture" (theta_s, theta_r from sand and clay) or "survey" (theta_s from the
        surveyed satiated water content, theta_r from that at 15 bar)
    depth_max : m, depth of soils that no restriction ends
    min_layers : layers that every soil keeps
    unrestricted : depth of soils without rock or pan: "full" (depth_max) or "surveyed" (the depth
        to which the survey describes them); both drain freely
    """

    water_limits: str = "texture"
    depth_max: float = float(LAYER_BOTTOM[-1])
    min_layers: int = 3
    unrestricted: str = "full"

    @classmethod
    def from_config(cls, section: Mapping[str, object]) -> SoilOptions:
        """Typed options; raises InputError for unknown keys and values out of range."""
        known = {f.name for f in fields(cls)}
        for key, value in section.items():
            if key not in known:
                raise InputError("config", f"soil.{key}", value, f"one of {sorted(known)}")
        options = cls(**section)
        for key, allowed in (
            ("water_limits", ("texture", "survey")),
            ("unrestricted", ("full", "surveyed")),
        ):
            if getattr(options, key) not in allowed:
                raise InputError(
                    "config", f"soil.{key}", getattr(options, key), f"one of {allowed}"
                )
        for key, low, high in (("depth_max", 0.2, 8.0), ("min_layers", 1, N_LAYER)):
            value = getattr(options, key)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not low <= value <= high:
                raise InputError("config", f"soil.{key}", value, f"a number in {low}..{high}")
        return options


def check_mapunits(counts: KeyCounts, tables: SurveyTables, source: str | Path) -> None:
    """Raise InputError unless the tables describe every map unit that occurs in the cells."""
    unknown = np.setdiff1d(counts.key, tables.mapunits)
    if unknown.size:
        share = counts.count[np.isin(counts.key, unknown)].sum() / counts.count.sum()
        raise InputError(
            source,
            "map-unit key",
            unknown[:5].tolist(),
            f"keys of the tables in {tables.folder}; {unknown.size} keys on {share:.1%} of the "
            "area are not there",
        )


def build_soil(
    domain: xr.Dataset,
    counts: KeyCounts,
    tables: SurveyTables,
    options: SoilOptions,
    source: str | Path,
) -> xr.Dataset:
    """Dataset of `soil.nc` (see docs/design.md); one texture per column.

    counts : pixels of each map unit in the cells of `domain`; `source` is the file they are from

    A cell without any surveyed texture (open water, cities) takes all values of the nearest cell
    that has one; its `valid_fraction` is 0. Raises InputError if more than half of the cells are
    such, if the tables lack a map unit of the region, or if they lack water contents and the option
    `water_limits` asks for them.
    """
    check_mapunits(counts, tables, source)
    cells = cell_values(counts, component_profiles(tables), options.depth_max, options.unrestricted)
    cells = _filled(cells, domain, source)
    sand, clay = cells["sand"].to_numpy(), cells["clay"].to_numpy()
    theta_s = theta_r = None
    if options.water_limits == "survey":
        for name, column in (("theta_s", "wsatiated_r"), ("theta_15bar", "wfifteenbar_r")):
            if cells[name].isna().any():
                raise InputError(
                    tables.folder,
                    f"column {column} of chorizon",
                    f"missing for {int(cells[name].isna().sum())} of {len(cells)} cells",
                    "values in all cells (or soil.water_limits: texture)",
                )
        theta_s = cells["theta_s"].to_numpy()
        theta_r = residual_from_wilting(cells["theta_15bar"].to_numpy(), exponent(sand, clay))
    properties = soil_properties(
        sand, clay, theta_s=theta_s, theta_r=theta_r, source=str(tables.folder)
    )
    return soil_dataset(domain, cells, properties, options.min_layers)


def _filled(cells: pd.DataFrame, domain: xr.Dataset, source: str | Path) -> pd.DataFrame:
    """Cells without texture with the values of the nearest one that has it."""
    known = cells["sand"].notna().to_numpy()
    missing = int((~known).sum())
    if missing > _MAX_FILLED_SHARE * known.size:
        raise InputError(
            source,
            "map-unit key",
            f"no surveyed texture in {missing} of {known.size} cells",
            f"texture in at least {1 - _MAX_FILLED_SHARE:.0%} of the cells",
        )
    if missing:
        logger.warning("%d of %d cells take the soil of the nearest cell", missing, known.size)
    nearest = nearest_known(domain["lat"].values, domain["lon"].values, known)
    filled = cells.iloc[nearest].reset_index(drop=True)
    filled["valid_fraction"] = cells["valid_fraction"].fillna(0.0)
    return filled


def soil_dataset(
    domain: xr.Dataset,
    cells: pd.DataFrame,
    properties: Mapping[str, np.ndarray],
    min_layers: int,
) -> xr.Dataset:
    """Assemble the dataset from cell values (columns as `cell_values`) and layer properties."""
    depth = cells["soil_depth"].to_numpy()
    bottom = np.where(cells["bedrock"].to_numpy() > 0, BEDROCK, FREE_DRAINAGE)
    texture = texture_class(cells["sand"].to_numpy(), cells["clay"].to_numpy())
    per_cell = {
        "sand": (cells["sand"], "1", "sand fraction of the fine earth, mean of the profile"),
        "clay": (cells["clay"], "1", "clay fraction of the fine earth, mean of the profile"),
        "sand_sd": (cells["sand_sd"], "1", "standard deviation of sand among soil components"),
        "clay_sd": (cells["clay_sd"], "1", "standard deviation of clay among soil components"),
        "soil_depth": (depth, "m", "depth to bedrock or an indurated pan, or of the column"),
        "n_layer": (
            layers_of_depth(depth, min_layers).astype(np.int32),
            "1",
            "existing layers, counted from the top",
        ),
        "texture_class": (texture.astype(np.int32), "1", "texture class of ED2 (1-17)"),
        "bottom_boundary": (bottom.astype(np.int32), "1", "lower boundary of the soil column"),
        "organic_carbon": (
            cells["organic_carbon"],
            "kg m-2",
            "soil organic carbon, 0-30 cm, without litter",
        ),
        "valid_fraction": (
            cells["valid_fraction"],
            "1",
            "share of the cell with surveyed texture (0: values of the nearest cell)",
        ),
    }
    data: dict[str, tuple] = {
        name: ("cell", np.asarray(values), {"units": units, "long_name": long_name})
        for name, (values, units, long_name) in per_cell.items()
    }
    data["bottom_boundary"][2].update(
        flag_values=np.array([BEDROCK, FREE_DRAINAGE], dtype=np.int32),
        flag_meanings="bedrock free_drainage",
    )
    for name, (units, long_name) in PROPERTIES.items():
        attributes = {"units": units, "long_name": long_name}
        data[name] = (("cell", "layer"), properties[name], attributes)
    for name, values, side in (
        ("layer_top", LAYER_TOP, "upper"),
        ("layer_bottom", LAYER_BOTTOM, "lower"),
    ):
        attributes = {"units": "m", "positive": "down", "long_name": f"depth of the {side} edge"}
        data[name] = ("layer", values, attributes)
    return xr.Dataset(data, coords={name: domain[name] for name in ("lat", "lon", "cell_id")})
