"""From the YAML of a site run to the model's arguments."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.initial.phenology import fit_autumn, fit_spring
from edlite.model.columns import Columns
from edlite.model.first_leaves import in_season
from edlite.model.foliage import Foliage
from edlite.model.meteorology import Meteorology
from edlite.model.options import ModelOptions
from edlite.model.seasons import calendar_of, day_of_year
from edlite.model.state import State
from edlite.parameters import PFT_CODES, load_pft
from edlite.site.cohorts import model_cohorts
from edlite.site.forcing import site_meteorology
from edlite.site.leaf_area import leaf_carbon_of, read_leaf_table
from edlite.site.overrides import parameter_overrides
from edlite.site.settings import SiteRun
from edlite.site.soil import check_start, site_soil
from edlite.site.stand import layer_table, read_stand
from edlite.soil.hydraulics import soil_properties
from edlite.soil.layers import layers_of_depth

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SiteModel:
    """What `edlite.model.driver.run` needs, for one site or several soils of it.

    cohorts : table of the site's cohorts (`edlite.site.cohorts`), in the order of `columns`
    overrides : PFT parameters that differ from the shipped ones
    """

    columns: Columns
    state: State
    meteorology: Meteorology
    forcing: xr.Dataset
    options: ModelOptions
    phenology: xr.Dataset | None
    foliage: Foliage | None
    cohorts: pd.DataFrame
    overrides: dict[str, dict[str, float]]


def build(run: SiteRun, textures: list[tuple[float, float]] | None = None) -> SiteModel:
    """Build the model of a site run.

    textures : (sand, clay) fractions of ensemble members, one cell each; None: the run's own
        soil. Members start half-way between wilting point and field capacity.

    Raises InputError for anything unusable, before the model runs.
    """
    source = str(run.source)
    overrides = parameter_overrides(run)
    parameters = load_pft(overrides, source)
    options = site_options(run)
    _check_dynamics(run, options)
    patches, cohorts = read_stand(run.stand, parameters)
    cohorts = model_cohorts(patches, cohorts, parameters, run.stand.divide)
    n_layer = run.soil.n_layer
    if textures is None:
        members, soil = 1, site_soil(run.soil, source)
        theta = _layers(patches, "theta", run.soil.theta, n_layer, str(run.stand.patches))
        check_start(run.soil, soil, theta, source)
    else:
        members, theta = len(textures), None
        soil = soil_properties(*np.array(textures, float).T, n_layer, source=source)
    temperature = _layers(
        patches, "soil_temperature", run.soil.temperature, n_layer, str(run.stand.patches)
    )
    leaves = _leaves(run, cohorts, parameters)
    meteorology, forcing = site_meteorology(run)
    columns = Columns.from_stand(
        lat=run.site.latitude,
        lon=run.site.longitude,
        patches=patches,
        cohorts=cohorts,
        soil=soil,
        layer_bottoms=np.array(run.soil.layer_bottoms),
        n_layer=int(layers_of_depth(run.soil.depth, layer_bottom=run.soil.layer_bottoms)),
        free_drainage=run.soil.bottom == "free",
        reference_height=run.site.reference_height,
        overrides=overrides,
        members=members,
        source=source,
    )
    _check_reference_height(run, columns)
    curves = phenology_curves(run)
    if run.state is not None and textures is None:
        state = _given_state(run, columns)
    else:
        state = State.initial(
            columns,
            **_canopy_air(patches, forcing, members),
            soil_temperature=np.tile(temperature, members),
            theta=theta,
        )
        if leaves is None:
            by_cell = calendar_of(curves, columns, int(str(run.start)[:4]))
            state = in_season(state, columns, by_cell, day_of_year(run.start.astype("M8[D]")))
    foliage = None
    if leaves is not None:
        dates, *carbon = leaves
        carbon = [None if c is None else np.tile(c, members) for c in carbon]
        foliage = Foliage(dates, *carbon, source=str(run.stand.leaf_area))
    return SiteModel(
        columns,
        state,
        meteorology,
        forcing,
        options,
        curves,
        foliage,
        cohorts,
        overrides,
    )


def site_options(run: SiteRun) -> ModelOptions:
    """Switches of the model; raises InputError for an unknown option or value."""
    switches = dict(run.options)
    if run.soil.colour is not None:
        switches["soil_colour"] = run.soil.colour
    options = ModelOptions.from_mapping(switches, f"{run.source}: options")
    if run.soil.colour is not None and options.ground_albedo != "colour":
        expected = "no class unless options.ground_albedo is colour"
        raise InputError(run.source, "soil.colour", run.soil.colour, expected)
    return options


def _given_state(run: SiteRun, columns: Columns) -> State:
    """The state that the YAML names, which descends from this stand and these parameters."""
    ds = read_dataset(run.state)
    state = State.from_dataset(ds, columns, run.state)
    if run.stand.leaf_area is not None and not columns.has_structure(state):
        expected = "the cohorts of stand.leaf_area, unchanged"
        raise InputError(run.state, "cohort", state.n_cohort, expected)
    date, start = ds.attrs.get("date"), str(run.start)[:10]
    if date is not None and date != start:
        logger.warning("%s: the state of %s starts a run on %s", run.state, date, start)
    return state


def _check_dynamics(run: SiteRun, options: ModelOptions) -> None:
    """What is prescribed or written by patch and cohort needs those that stay."""
    slow = options.slow()
    level = run.output.level
    if level == "cohort" and slow.sizes_change:
        expected = "cell where plants grow and die (output.cohorts writes tables of cohorts)"
        raise InputError(run.source, "output.level", level, expected)
    if level == "patch" and slow.patches_change:
        raise InputError(run.source, "output.level", level, "cell where patches come and go")
    if run.stand.leaf_area is not None and slow.sizes_change:
        expected = "none where plants grow and die (options.dynamics static or fixed)"
        raise InputError(run.source, "stand.leaf_area", run.stand.leaf_area.name, expected)
    if run.prescribe is not None and slow.patches_change:
        expected = "none where patches come and go (options.dynamics static, fixed or growth)"
        raise InputError(run.source, "prescribe", None, expected)


def _check_reference_height(run: SiteRun, columns: Columns) -> None:
    """The forcing must belong above the canopy, or its exchange has no meaning."""
    canopy = float(columns.veg_height.max())
    if run.site.reference_height <= canopy:
        raise InputError(
            run.source,
            "site.reference_height",
            run.site.reference_height,
            f"above the canopy, which is {canopy:.1f} m high",
        )
    tallest = float(columns.height.max(initial=0.0))
    if run.site.reference_height <= tallest:
        logger.warning("%s: the tallest cohort (%.1f m) overtops the forcing", run.source, tallest)


def _layers(
    patches: pd.DataFrame, name: str, values: tuple | None, n_layer: int, source: str
) -> np.ndarray | None:
    """(layer, patch) from the patch table, or else from the YAML; None where neither tells."""
    table = layer_table(patches, name, n_layer, source)
    if table is not None or values is None:
        return table
    return np.repeat(np.array(values, float)[:, None], len(patches), axis=1)


def _canopy_air(patches: pd.DataFrame, forcing: xr.Dataset, members: int) -> dict[str, np.ndarray]:
    """Canopy air (patch) at the start: of the patch table, or as the first forcing."""
    names = {
        "air_temperature": ("canopy_air_temperature", "air_temperature"),
        "q": ("canopy_air_humidity", "specific_humidity"),
        "co2": ("canopy_air_co2", "co2"),
    }
    air = {}
    for argument, (column, variable) in names.items():
        first = np.full(len(patches), float(forcing[variable].values.ravel()[0]))
        values = patches[column].to_numpy(float) if column in patches else first
        air[argument] = np.tile(values, members)
    return air


def _leaves(run: SiteRun, cohorts: pd.DataFrame, parameters: pd.DataFrame) -> tuple | None:
    """Dates, leaf carbon and root carbon (day, cohort) that the YAML prescribes."""
    if run.stand.leaf_area is None:
        return None
    table = read_leaf_table(run.stand.leaf_area)
    days = np.arange(run.start.astype("datetime64[D]"), run.end.astype("datetime64[D]"))
    if table.dates[0] > days[0] or table.dates[-1] < days[-1]:
        raise InputError(
            run.stand.leaf_area,
            "date",
            f"{table.dates[0]} to {table.dates[-1]}",
            f"the days of the run, {days[0]} to {days[-1]}",
        )
    sla = parameters.loc[list(PFT_CODES), "SLA"].loc[cohorts["pft"]].to_numpy(float)
    return table.dates, *leaf_carbon_of(table, cohorts, sla, run.stand.leaf_area)


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
