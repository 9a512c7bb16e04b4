"""Texture classes of ED2: the class only decides the thermal conductivity."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from edlite.errors import InputError

N_CLASS = 17
LOAM = 5


@cache
def class_table() -> pd.DataFrame:
    """Class parameters: index class number 1-17; columns name, sand, clay, lambda0..lambda2."""
    with files("edlite.tables").joinpath("soil_classes.csv").open(encoding="utf-8") as stream:
        table = pd.read_csv(stream, index_col="parameter")
    values = table.drop(columns=["unit", "minimum", "maximum", "source"])
    classes = values.T.rename_axis("name").reset_index()
    classes.index = pd.RangeIndex(1, len(classes) + 1, name="texture_class")
    return classes


def check_texture(sand: ArrayLike, clay: ArrayLike, source: str = "texture") -> None:
    """Raise InputError unless sand and clay are fractions that sum to at most 1."""
    sand, clay = np.asarray(sand, dtype=float), np.asarray(clay, dtype=float)
    good = (sand >= 0) & (clay >= 0) & (sand + clay <= 1 + 1e-9)
    if not good.all():
        worst = np.unravel_index(int(np.argmin(good)), good.shape)
        value = (
            float(np.broadcast_to(sand, good.shape)[worst]),
            float(np.broadcast_to(clay, good.shape)[worst]),
        )
        raise InputError(source, "sand, clay", value, "fractions in 0-1 with sand + clay <= 1")


def texture_class(sand: ArrayLike, clay: ArrayLike) -> NDArray[np.int64]:
    """Class (1-17) of sand and clay fractions (0-1; silt is the rest); the first rule that holds.

    Source: ED2 (Longo et al. 2019, GMD 12, 4309), the USDA triangle with four classes added
    (14 silt, 15 heavy clay, 16 clayey sand, 17 clayey silt). 12 (peat) and 13 (bedrock) are never
    returned. Two corner points that no rule holds (45 % sand with 27.5 % clay, 52.5 % with 20 %)
    are loam, which they touch. Raises InputError for impossible fractions.
    """
    check_texture(sand, clay)
    # rounding to 1e-9 % keeps a mixture such as 52.5 % on the side of the limit that it names
    s = np.round(100.0 * np.asarray(sand, dtype=float), 9)
    c = np.round(100.0 * np.asarray(clay, dtype=float), 9)
    s, c = np.broadcast_arrays(s, c)
    u = np.round(100.0 - s - c, 9)
    rules = (
        (1, s > 85 + 0.5 * c),
        (2, s > 70 + c),
        (3, ((c <= 20) & (s > 52.5)) | ((c <= 7.5) & (u <= 50))),
        (4, ((c <= 27.5) & (u > 50) & (u <= 80)) | ((u > 80) & (c > 12.5))),
        (5, (c > 7.5) & (c <= 27.5) & (u > 27.5) & (u <= 50) & (s <= 52.5)),
        (6, (c > 20) & (c <= 35) & (u <= 27.5) & (s > 45)),
        (7, (c > 27.5) & (c <= 40) & (s <= 20)),
        (8, (c > 27.5) & (c <= 40) & (s > 20) & (s <= 45)),
        (9, (c > 35) & (s > 45)),
        (10, (c > 40) & (u > 40)),
        (11, (c <= 70) & (s <= 30) & (u <= 30)),
        (14, (u > 80) & (c <= 12.5)),
        (15, c > 70),
        (16, (c > 40) & (s > 30) & (s <= 45)),
        (17, (c > 40) & (u > 30) & (u <= 40)),
    )
    return np.select([rule for _, rule in rules], [number for number, _ in rules], default=LOAM)
