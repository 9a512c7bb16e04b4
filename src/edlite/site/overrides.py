"""Overrides of PFT parameters in a site run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from edlite.errors import InputError
from edlite.parameters import load_pft
from edlite.site.settings import SiteRun


def parameter_overrides(run: SiteRun) -> dict[str, dict[str, float]]:
    """Overrides {PFT: {parameter: value}} of the run, from the YAML or from a CSV.

    The CSV has a column `pft` (code) and one column per parameter, or the columns `pft`,
    `parameter`, `value`; empty fields keep the default. Raises InputError for an unknown PFT or
    parameter and for a value outside the parameter's range.
    """
    if not isinstance(run.parameters, Path):
        return _checked(dict(run.parameters), str(run.source))
    path = run.parameters
    try:
        table = pd.read_csv(path, comment="#")
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(path, "content", str(error), "comma-separated text") from error
    if "pft" not in table:
        raise InputError(path, "pft", None, f"a column; found {', '.join(map(str, table))}")
    keys = ["pft", "parameter"] if {"parameter", "value"} <= set(table) else ["pft"]
    if table.duplicated(keys).any():
        again = table[table.duplicated(keys)].iloc[0]
        raise InputError(path, ", ".join(keys), tuple(again[keys]), "once")
    if len(keys) == 2:
        table = table.pivot(index="pft", columns="parameter", values="value")
    else:
        table = table.set_index("pft")
    overrides = {
        code: {name: _number(path, code, name, v) for name, v in row.items() if pd.notna(v)}
        for code, row in table.to_dict(orient="index").items()
    }
    return _checked(overrides, str(path))


def _number(path: Path, code: str, name: str, value: object) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise InputError(path, f"{code}.{name}", value, "a number") from error


def _checked(overrides: dict, source: str) -> dict[str, dict[str, float]]:
    for code, changes in overrides.items():
        if not isinstance(changes, Mapping):
            raise InputError(source, f"parameters.{code}", changes, "a mapping {parameter: value}")
    load_pft(overrides, source)
    return {code: dict(changes) for code, changes in overrides.items()}
