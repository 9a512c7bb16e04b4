"""Plant functional type of a tree from its FIA species code and, for genera, its place.

Precedence: species of Zhang et al. 2019 (Table 2) and the other species of
`tables/fia_species_pft.csv`, then the genus by place (`tables/fia_genus_pft.csv`), then softwood
or hardwood by place. Places (ours): west of 100 W; there, the south-west is south of 37 N and
east of 115 W; the east is divided into north and south at 37 N.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from edlite.parameters import PFT_CODES

UNKNOWN, UNIDENTIFIED = -1, -2
PLACES = ("east_north", "east_south", "west", "south_west")
_OTHERS = {"S": "(other softwood)", "H": "(other hardwood)"}
# codes of unidentified evergreen and broadleaved trees
_GROUPS = {299: "S", 998: "H"}


@cache
def species_table() -> pd.DataFrame:
    """Index `spcd`; columns scientific_name, level (species, genus, group, unknown), pft, basis."""
    with files("edlite.tables").joinpath("fia_species_pft.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream, index_col="spcd")


@cache
def genus_table() -> pd.DataFrame:
    """Index `genus`; a PFT code for each of `PLACES`."""
    with files("edlite.tables").joinpath("fia_genus_pft.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream, index_col="genus", keep_default_na=False)


def place(lat: ArrayLike, lon: ArrayLike) -> NDArray[np.int64]:
    """Index in `PLACES` of points (degrees)."""
    lat, lon = np.asarray(lat, dtype=float), np.asarray(lon, dtype=float)
    east = np.where(lat >= 37.0, 0, 1)
    west = np.where((lat < 37.0) & (lon > -115.0), 3, 2)
    return np.where(lon > -100.0, east, west)


def pft_by_place(spcd: int, reference: Mapping[int, tuple[str, str]]) -> tuple[int, ...]:
    """Index of the PFT of a species code in each of `PLACES`.

    reference : genus and S or H by code (REF_SPECIES), for codes that the own table lacks

    `UNKNOWN` where nothing is known of the code, `UNIDENTIFIED` for the code of trees that were
    not identified in the field.
    """
    species, genera = species_table(), genus_table()
    genus, wood = reference.get(spcd, ("", ""))
    if spcd in species.index:
        row = species.loc[spcd]
        if row["level"] == "unknown":
            return (UNIDENTIFIED,) * len(PLACES)
        genus = str(row["scientific_name"]).split()[0] if row["level"] == "genus" else ""
        if row["level"] == "species" or (row["level"] == "genus" and genus not in genera.index):
            return (PFT_CODES.index(row["pft"]),) * len(PLACES)
        wood = _GROUPS.get(spcd, wood)
    name = genus if genus in genera.index else _OTHERS.get(wood)
    if name is None:
        return (UNKNOWN,) * len(PLACES)
    return tuple(PFT_CODES.index(genera.at[name, p]) for p in PLACES)


def pft_of_trees(
    spcd: ArrayLike, lat: ArrayLike, lon: ArrayLike, reference: Mapping[int, tuple[str, str]]
) -> NDArray[np.int64]:
    """Index of the PFT of each tree, or `UNKNOWN` or `UNIDENTIFIED`.

    spcd : species codes;  lat, lon : of the trees' plots (degrees);  reference : REF_SPECIES
    """
    codes, inverse = np.unique(np.asarray(spcd, dtype=np.int64), return_inverse=True)
    table = np.array([pft_by_place(int(c), reference) for c in codes]).reshape(-1, len(PLACES))
    return table[inverse, place(lat, lon)]
