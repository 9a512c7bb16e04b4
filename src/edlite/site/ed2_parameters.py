"""What an ED2 run's plant types and soil have different from edlite's own."""

from __future__ import annotations

import logging
import re

import numpy as np

from edlite.constants import BIOMASS_PER_CARBON, YEAR_S
from edlite.errors import InputError
from edlite.parameters import load_pft, pft_table
from edlite.soil.hydraulics import soil_properties
from edlite.soil.texture import class_table
from edlite.sources.ed2_folder import Ed2Folder

logger = logging.getLogger(__name__)

PRINTED = 1e-6  # relative; files print seven digits of a parameter
PRINTED_SOIL = 5e-5  # and six or fewer of a soil property; field capacity has a rounded constant
# parameter of the file -> factor to edlite's unit
FACTORS = {"kw": YEAR_S, "b1_rootdepth": -1.0}
# parameters of the file that edlite derives from others, or holds for all plants
DERIVED = {
    "Rd0_15C": lambda p: p["gamma_Rd"] * p["Vm0_15C"],
    "Rd_hor": lambda p: p["Vm_hor"],
    "root_resp_T_low": lambda p: p["Vm_T_low"],
    "qsw": lambda p: p["qsw"],
    "C2B": lambda p: BIOMASS_PER_CARBON,
}
SOIL_NAMES = {
    "b": "b",
    "psi_s": "psi_s",
    "K_s": "k_sat",
    "theta_s": "theta_s",
    "theta_cp": "theta_r",
    "theta_wp": "theta_wp",
    "theta_fc": "theta_fc",
    "c_dry": "c_dry",
}
LAMBDAS = ("lambda0", "lambda1", "lambda2")


def overrides_of(folder: Ed2Folder) -> dict[str, dict[str, float]]:
    """Parameters {PFT: {name: value}} by which the run differs from `edlite.parameters`."""
    table, known = load_pft(), set(pft_table().index)
    common = _common_parameters(folder)
    q10 = folder.settings.get("IPHYSIOL") in ("2", "3")
    renamed = {"root_resp_15C": "root_resp_15C_q10opt"} if q10 else {}
    codes = list(folder.parameters)
    codes += [code for code in folder.cohorts["pft"].unique() if code not in codes]
    overrides: dict[str, dict[str, float]] = {}
    for code in codes:
        values = common(table.loc[code]) | {
            renamed.get(name, name): value * FACTORS.get(name, 1.0)
            for name, value in folder.parameters.get(code, {}).items()
            if name in known
        }
        changed = {
            name: value
            for name, value in values.items()
            if not np.isclose(value, table.at[code, name], rtol=PRINTED, atol=1e-12)
        }
        if changed:
            overrides[code] = changed
    _log_derived(folder, load_pft(overrides, str(folder.path / "pft_parameters_used.csv")))
    return overrides


def _common_parameters(folder: Ed2Folder):
    """Parameters of plants that ED2 holds in its settings, as a function of edlite's own."""

    def values(own) -> dict[str, float]:
        found = {}
        if "LEAF_MAXWHC" in folder.settings:
            found["leaf_water_max"] = folder.number("LEAF_MAXWHC")
        q10 = "Q10_C4" if own["photosynthetic_pathway"] == 4 else "Q10_C3"
        if q10 in folder.settings:
            found["Vm_q10"] = folder.number(q10)
        return found

    return values


def _log_derived(folder: Ed2Folder, parameters) -> None:
    known = set(pft_table().index) | set(parameters.columns)
    for code, values in folder.parameters.items():
        for name, value in values.items():
            rule = DERIVED.get(name)
            if rule is None:
                if name not in known:
                    logger.info("%s.%s has no counterpart in edlite", code, name)
            elif not np.isclose(value, rule(parameters.loc[code]), rtol=1e-4):
                logger.warning(
                    "%s.%s = %g is not taken over; edlite has %g",
                    code,
                    name,
                    value,
                    rule(parameters.loc[code]),
                )


def soil_of(folder: Ed2Folder) -> dict[str, float]:
    """Texture of the run's soil, and the properties that do not follow from it."""
    source = folder.path / "soil.csv"
    sand, clay = (_number(folder, name) for name in ("sand", "clay"))
    derived = soil_properties([sand], [clay], 1, source=str(source))
    soil = {"sand": sand, "clay": clay}
    values = {new: _number(folder, old) for old, new in SOIL_NAMES.items() if old in folder.soil}
    values |= _conductivity(folder)
    for name, value in values.items():
        if not np.isclose(value, derived[name][0, 0], rtol=PRINTED_SOIL, atol=0.0):
            soil[name] = value
    return soil


def _conductivity(folder: Ed2Folder) -> dict[str, float]:
    """Coefficients of the texture class that the file names by its number."""
    text = folder.soil.get("texture_class_for_conductivity", "")
    match = re.match(r"\s*(\d+)", text)
    if match is None:
        return {}
    classes = class_table()
    if int(match[1]) not in classes.index:
        raise InputError(
            folder.path / "soil.csv", "texture_class_for_conductivity", text, "a class from 1 to 17"
        )
    return {name: float(classes.at[int(match[1]), name]) for name in LAMBDAS}


def _number(folder: Ed2Folder, name: str) -> float:
    text = folder.soil.get(name)
    try:
        return float(text)
    except (TypeError, ValueError) as error:
        raise InputError(folder.path / "soil.csv", name, text, "a number") from error
