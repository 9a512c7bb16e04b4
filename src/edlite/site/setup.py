"""From the YAML of a site run to the model's arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError
from edlite.initial.allometry import Allometry
from edlite.initial.cohorts import Cohorts, divide_layers
from edlite.initial.phenology import fit_autumn, fit_spring
from edlite.model.columns import Columns
from edlite.model.meteorology import Meteorology
from edlite.model.options import ModelOptions
from edlite.model.state import State
from edlite.parameters import PFT_CODES, load_pft, pft_index
from edlite.site.forcing import site_meteorology
from edlite.site.settings import SiteRun
from edlite.site.stand import read_stand
from edlite.soil.hydraulics import soil_properties
from edlite.soil.layers import layers_of_depth

MAX_COHORTS = 100  # of a patch, after thick layers are divided


@dataclass(frozen=True)
class SiteModel:
    """What `edlite.model.driver.run` needs, for one site or several soils of it."""

    columns: Columns
    state: State
    meteorology: Meteorology
    forcing: xr.Dataset
    options: ModelOptions
    phenology: xr.Dataset | None


def build(run: SiteRun, textures: list[tuple[float, float]] | None = None) -> SiteModel:
    """Build the model of a site run.

    textures : (sand, clay) fractions of ensemble members, one cell each; None: the run's own
        soil. Members start half-way between wilting point and field capacity.

    Cohorts with a leaf area index above 1 are divided into equal parts, as in the regions. Raises
    InputError for anything unusable, before the model runs.
    """
    source = str(run.source)
    overrides = parameter_overrides(run)
    parameters = load_pft(overrides, source)
    patches, cohorts = read_stand(run.stand)
    cohorts = divided(cohorts, parameters)
    members = textures or [(run.soil.sand, run.soil.clay)]
    sand, clay = np.array(members, float).T
    meteorology, forcing = site_meteorology(run)
    columns = Columns.from_stand(
        lat=run.site.latitude,
        lon=run.site.longitude,
        patches=patches,
        cohorts=cohorts,
        soil=soil_properties(sand, clay, source=source),
        n_layer=int(layers_of_depth(run.soil.depth)),
        free_drainage=run.soil.bottom == "free",
        reference_height=run.site.reference_height,
        overrides=overrides,
        members=len(members),
        source=source,
    )
    first = {name: float(forcing[name].values.ravel()[0]) for name in ("specific_humidity", "co2")}
    theta = None if textures or run.soil.theta is None else np.array(run.soil.theta)
    state = State.initial(
        columns,
        air_temperature=float(forcing["air_temperature"].values.ravel()[0]),
        q=first["specific_humidity"],
        co2=first["co2"],
        soil_temperature=np.array(run.soil.temperature),
        theta=theta,
    )
    options = ModelOptions.from_mapping(run.options, source)
    return SiteModel(columns, state, meteorology, forcing, options, phenology_curves(run))


def parameter_overrides(run: SiteRun) -> dict[str, dict[str, float]]:
    """Overrides {PFT: {parameter: value}} of the run, from the YAML or from a CSV.

    The CSV has a column `pft` (code) and one column per parameter, or the columns `pft`,
    `parameter`, `value`; empty fields keep the default.
    """
    if not isinstance(run.parameters, Path):
        return _checked(dict(run.parameters), str(run.source))
    path = run.parameters
    table = pd.read_csv(path, comment="#")
    if "pft" not in table:
        raise InputError(path, "pft", None, f"a column; found {', '.join(map(str, table))}")
    if {"parameter", "value"} <= set(table):
        table = table.pivot(index="pft", columns="parameter", values="value")
    else:
        table = table.set_index("pft")
    overrides = {
        code: {name: float(v) for name, v in row.items() if pd.notna(v)}
        for code, row in table.to_dict(orient="index").items()
    }
    return _checked(overrides, str(path))


def _checked(overrides: dict, source: str) -> dict[str, dict[str, float]]:
    for code, changes in overrides.items():
        if not isinstance(changes, Mapping):
            raise InputError(source, f"parameters.{code}", changes, "a mapping {parameter: value}")
    load_pft(overrides, source)
    return overrides


def divided(cohorts: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """Cohorts with thick ones (leaf area index above 1) divided into equal parts."""
    allometry = Allometry(parameters)
    tables = []
    for patch, own in cohorts.groupby("patch", sort=True):
        pft = np.array([pft_index(code) for code in own["pft"]])
        whole = Cohorts(pft, own["dbh"].to_numpy(float), own["n"].to_numpy(float))
        parts = divide_layers(whole, MAX_COHORTS, allometry)
        codes = [PFT_CODES[i] for i in parts.pft]
        tables.append(pd.DataFrame({"patch": patch, "pft": codes, "dbh": parts.dbh, "n": parts.n}))
    return pd.concat(tables, ignore_index=True) if tables else cohorts


def phenology_curves(run: SiteRun) -> xr.Dataset | None:
    """Greenness curves of the run, the same every year; None where the YAML gives none."""
    if run.phenology is None:
        return None
    values = dict(run.phenology)
    if "greenup" in values:
        spring = fit_spring(values["greenup"], values["mid_greenup"])
        autumn = fit_autumn(values["senescence"], values["mid_greendown"])
        values = dict(
            zip(("spring_a", "spring_b", "autumn_a", "autumn_b"), (*spring, *autumn), strict=True)
        )
    return xr.Dataset({name: ((), float(value)) for name, value in values.items()})
