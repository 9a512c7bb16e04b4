"""Albedo of soils of a colour class (Community Land Model; Oleson et al. 2010)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pandas as pd

from edlite.errors import InputError

N_COLOUR = 20


@cache
def colour_table() -> pd.DataFrame:
    """Albedo by class 1 (light) to 20 (dark): dry and wet soil, visible and near infrared."""
    with files("edlite.tables").joinpath("soil_colours.csv").open(encoding="utf-8") as stream:
        table = pd.read_csv(stream, index_col="parameter")
    classes = table.drop(columns=["unit", "minimum", "maximum", "source"]).T
    classes.index = pd.RangeIndex(1, N_COLOUR + 1, name="soil_colour")
    return classes


def soil_colour(number: int) -> dict[str, float]:
    """Albedo of a class; raises InputError unless it is 1 to 20."""
    if isinstance(number, bool) or number not in colour_table().index:
        raise InputError("model options", "soil_colour", number, f"a class from 1 to {N_COLOUR}")
    return {name: float(value) for name, value in colour_table().loc[number].items()}
