"""Species to plant functional types: representative species, genera by place, unknown codes."""

import pytest

from edlite.initial.species import (
    PLACES,
    UNIDENTIFIED,
    UNKNOWN,
    genus_table,
    pft_of_trees,
    place,
    species_table,
)
from edlite.parameters import PFT_CODES

TREES = {"NP", "SP", "LC", "EHW", "MHW", "LHW", "WHW", "WP", "FR"}
NORTH, SOUTH, WEST, SOUTHWEST = (42.5, -72.0), (36.0, -79.0), (44.4, -121.6), (31.7, -110.1)


def pft(spcd, point, reference=None):
    index = int(pft_of_trees([spcd], [point[0]], [point[1]], reference or {})[0])
    return PFT_CODES[index] if index >= 0 else index


def test_tables_hold_tree_types_only():
    species, genera = species_table(), genus_table()
    assert species.index.is_unique
    assert len(species) == 460
    assert set(species["pft"]) == TREES | {"none"}
    assert set(genera[list(PLACES)].to_numpy().ravel()) == TREES
    assert species["basis"].str.len().min() > 3


@pytest.mark.parametrize(
    ("spcd", "expected"),
    [
        (316, "MHW"),  # red maple
        (129, "NP"),  # eastern white pine
        (131, "SP"),  # loblolly pine
        (261, "LC"),  # eastern hemlock
        (318, "LHW"),  # sugar maple
        (375, "EHW"),  # paper birch
        (122, "WP"),  # ponderosa pine
        (202, "FR"),  # Douglas-fir
        (807, "WHW"),  # blue oak
    ],
)
def test_well_known_species(spcd, expected):
    assert pft(spcd, NORTH) == expected


def test_places():
    lat, lon = zip(NORTH, SOUTH, WEST, SOUTHWEST, strict=True)
    assert [PLACES[i] for i in place(lat, lon)] == [
        "east_north",
        "east_south",
        "west",
        "south_west",
    ]


def test_genus_codes_go_by_place():
    assert [pft(100, p) for p in (NORTH, SOUTH, WEST)] == ["NP", "SP", "WP"]  # Pinus
    assert [pft(10, p) for p in (NORTH, WEST)] == ["LC", "FR"]  # Abies
    assert [pft(57, p) for p in (NORTH, WEST, SOUTHWEST)] == ["SP", "WP", "NP"]  # Juniperus
    assert [pft(299, p) for p in (NORTH, SOUTH, WEST)] == ["LC", "SP", "WP"]
    assert [pft(998, p) for p in (NORTH, WEST)] == ["MHW", "WHW"]


def test_codes_beyond_the_table_need_the_reference():
    reference = {6001: ("Quercus", "H"), 6002: ("Araucaria", "S"), 6003: ("", "")}
    assert pft(6001, WEST) == UNKNOWN
    assert pft(6001, WEST, reference) == "WHW"
    assert pft(6002, SOUTH, reference) == "SP"
    assert pft(6003, SOUTH, reference) == UNKNOWN
    assert pft(999, NORTH, reference) == UNIDENTIFIED
