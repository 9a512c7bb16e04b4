"""From the settings of an ED2 run (its namelist) to the keys of a site run."""

from __future__ import annotations

import logging

from edlite.errors import InputError
from edlite.sources.ed2_folder import Ed2Folder

logger = logging.getLogger(__name__)

# setting -> (option, {value: edlite's word})
CHOICES = {
    "INTEGRATION_SCHEME": ("integrator", {1: "rk4"}),
    "IPHYSIOL": ("physiology", {0: "arrhenius", 1: "arrhenius", 2: "q10", 3: "q10"}),
    "H2O_PLANT_LIM": ("water_limitation", {1: 1, 2: 2}),
    "DECOMP_SCHEME": ("decomposition", {0: 0, 1: 1, 2: 2}),
    "ISFCLYRM": ("surface_layer", {1: "louis", 3: "beljaars"}),
    "ICANTURB": ("incanopy", {0: 0, 1: 1, 4: 4}),
}
BOTTOMS = {0: "bedrock", 1: "free"}
TEXTURE_COLOUR = 21  # ED2's number for an albedo from moisture alone
# what edlite does; other values are logged as not taken over
FIXED = {
    "DTLSM": 600.0,
    "IBRANCH_THERMO": 0,
    "ICANRAD": 0,
    "CROWN_MOD": 0,
    "IALLOM": 2,
    "IGRASS": 0,
    "IPHEN_SCHEME": 1,
    "IPERCOL": 0,
    "IED_GRNDVAP": 0,
    "ISOILDEPTHFLG": 0,
    "N_PLANT_LIM": 0,
    "N_DECOMP_LIM": 0,
    "INCLUDE_FIRE": 0,
    "TREEFALL_DISTURBANCE_RATE": 0.0,
    "LAPSE_SCHEME": 0,
    "TPRANDTL": 0.74,
    "GAMM": 13.0,
    "GAMH": 13.0,
    "RIBMAX": 0.5,
    "ZROUGH": 0.05,
    "UBMIN": 0.65,
    "UGBMIN": 0.25,
    "USTMIN": 0.05,
}


def options_of(folder: Ed2Folder) -> dict[str, object]:
    """The section `options`. Raises InputError for a scheme that edlite does not have."""
    options: dict[str, object] = {}
    for name, (option, words) in CHOICES.items():
        if name in folder.settings:
            options[option] = _choice(folder, name, words)
    options["tolerance"] = folder.number("RK4_TOLERANCE")
    options["runoff_timescale"] = folder.number("RUNOFF_TIME")
    if colour_of(folder) is not None:
        options["ground_albedo"] = "colour"
    for name, value in FIXED.items():
        if name in folder.settings and folder.number(name) != value:
            logger.warning(
                "%s: %s = %s is not taken over; edlite has %g",
                folder.path.name,
                name,
                folder.settings[name],
                value,
            )
    return options


def colour_of(folder: Ed2Folder) -> int | None:
    """Soil colour class (1-20), or None where the ground's albedo follows moisture alone."""
    if "ISOILCOL" not in folder.settings:
        return None
    colour = int(folder.number("ISOILCOL"))
    if not 1 <= colour <= TEXTURE_COLOUR:
        raise InputError(folder.path / "settings.csv", "ISOILCOL", colour, "1 to 21")
    return None if colour == TEXTURE_COLOUR else colour


def period_of(folder: Ed2Folder) -> tuple[str, str]:
    """Start and end of the run, UTC midnights."""
    dates = []
    for last in ("A", "Z"):
        year, month, day, time = (
            int(folder.number(f"{name}{last}")) for name in ("IYEAR", "IMONTH", "IDATE", "ITIME")
        )
        if time != 0:
            raise InputError(
                folder.path / "settings.csv", f"ITIME{last}", time, "0: edlite runs whole UTC days"
            )
        dates.append(f"{year:04d}-{month:02d}-{day:02d}T00:00Z")
    return dates[0], dates[1]


def bottom_of(folder: Ed2Folder) -> str:
    """Boundary below the deepest layer."""
    return str(_choice(folder, "ISOILBC", BOTTOMS))


def layer_bottoms_of(folder: Ed2Folder) -> list[float]:
    """Depths [m] of the layers' bottoms, top first (ED2's SLZ are heights, deepest first)."""
    text = folder.setting("SLZ")
    try:
        bottoms = sorted(-float(item) for item in text.split(","))
    except ValueError as error:
        expected = "depths separated by commas"
        raise InputError(folder.path / "settings.csv", "SLZ", text, expected) from error
    number = int(folder.number("NZG")) if "NZG" in folder.settings else len(bottoms)
    if number != len(bottoms):
        raise InputError(folder.path / "settings.csv", "SLZ", text, f"{number} depths (NZG)")
    return bottoms


def _choice(folder: Ed2Folder, name: str, words: dict) -> object:
    value = folder.number(name)
    if value not in words:
        known = ", ".join(str(w) for w in words)
        raise InputError(
            folder.path / "settings.csv", name, folder.settings[name], f"one of {known}"
        )
    return words[value]
