"""The YAML of a tower's site run, from the table of towers, its stand and its record."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from edlite.errors import InputError, require_file
from edlite.files import write_table, write_text
from edlite.site.config import ELSEWHERE
from edlite.site.run_text import relative, run_text
from edlite.site.stand import CARBON
from edlite.sources.tower import read_tower

TOWER_COLUMNS = (
    *("site", "latitude", "longitude", "elevation", "utc_offset", "reference_height"),
    *("sand", "clay", "soil_depth", "bottom", "fast_carbon", "structural_carbon", "slow_carbon"),
    *("temperature", "theta_depths", "greenup", "mid_greenup", "senescence", "mid_greendown"),
)
STAND_COLUMNS = ("site", "patch", "area", "cover", "pft", "dbh", "n")
PHENOLOGY = ("greenup", "mid_greenup", "senescence", "mid_greendown")
GAPS = {"linear_hours": 3, "diurnal_days": 7, "ends": "cycle"}


def read_towers(path: str | Path) -> pd.DataFrame:
    """Table of towers, indexed by site code; raises InputError for a missing column."""
    return _read(path, TOWER_COLUMNS).set_index("site", drop=False)


def _read(path: str | Path, required: tuple[str, ...]) -> pd.DataFrame:
    path = require_file(path)
    table = pd.read_csv(path, comment="#", dtype={"theta_depths": str})
    for name in required:
        if name not in table:
            raise InputError(path, name, None, "a column")
    return table


def tower_stand(stands: str | Path, tower: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Patch and cohort tables of one tower, as `edlite.site.stand` reads them."""
    table = _read(stands, STAND_COLUMNS)
    own = table[table["site"] == tower["site"]]
    if own.empty:
        raise InputError(stands, "site", tower["site"], "a stand of this tower")
    patches = own.drop_duplicates("patch")[["patch", "area", "cover"]].copy()
    for name in CARBON:
        column = "structural_carbon" if name == "structural_lignin" else name
        patches[name] = float(tower[column])
    cohorts = own[own["pft"].notna()][["patch", "pft", "dbh", "n"]]
    return patches, cohorts


def write_tower_run(
    out: str | Path,
    *,
    tower: pd.Series,
    stands: str | Path,
    record: str | Path,
    start: str,
    end: str,
    options: dict,
    co2: str | float | None = None,
    spinup_years: int = 1,
    synthetic: bool = False,
) -> Path:
    """Write `out` (YAML of the site run) and, beside it, its tables of patches and cohorts.

    record : half-hourly or hourly table in the layout of FLUXNET or of AmeriFlux BASE; it is
        forcing, observation and source of the prescribed moisture at once
    co2 : umol mol-1, or a file of monthly means; None takes it from the record

    options : section `model` of a configuration

    Soil starts midway between wilting point and field capacity, at the mean annual temperature.
    Downward longwave is estimated where the record has none. Raises InputError.
    """
    out = Path(out)
    depths = [float(text) for text in str(tower["theta_depths"]).split()]
    layout = record_layout(record)
    data = read_tower(
        record,
        layout,
        utc_offset=float(tower["utc_offset"]),
        longitude=float(tower["longitude"]),
        theta_depths=depths,
    )
    if co2 is None and "co2" not in data:
        raise InputError(record, "CO2_F_MDS", None, "a column, or a CO2 file or number")
    patches, cohorts = tower_stand(stands, tower)
    source = {
        "path": relative(record, out),
        "format": layout,
        "utc_offset": float(tower["utc_offset"]),
        "theta_depths": depths,
    }
    tables = (out.with_name("patches.csv"), out.with_name("cohorts.csv"))
    content = {
        "site": {
            "name": str(tower["site"]),
            **{k: float(tower[k]) for k in ("latitude", "longitude", "elevation")},
            "reference_height": float(tower["reference_height"]),
        },
        "time": {"start": f"{start}T00:00Z", "end": f"{end}T00:00Z"},
        "forcing": source
        | {
            "interpolation": "mean-preserving",
            "longwave": "measured" if "longwave_down" in data else "estimated",
            "gaps": GAPS,
        },
        "co2": _co2(co2, out),
        "stand": {"patches": tables[0].name, "cohorts": tables[1].name},
        "soil": {
            "sand": float(tower["sand"]),
            "clay": float(tower["clay"]),
            "bottom": str(tower["bottom"]),
            "depth": float(tower["soil_depth"]),
            "temperature": float(tower["temperature"]),
            **_colour(options),
        },
        "options": {name: value for name, value in options.items() if name not in ELSEWHERE},
        "parameters": options.get("parameters") or {},
        "phenology": {name: float(tower[name]) for name in PHENOLOGY},
        "spinup": {"years": int(spinup_years)},
        "prescribe": source | {"gaps": GAPS},
        "observations": source,
        "output": {"step": "hour", "level": "cell", "budgets": True},
        "synthetic": bool(synthetic),
    }
    write_table(patches, tables[0])
    write_table(cohorts, tables[1])
    comment = f"Site run of {tower['site']}, made by `edlite tower-run`"
    return write_text(run_text(content, comment), out)


def record_layout(path: str | Path) -> str:
    """`ameriflux-base` for a table that begins with BASE's comment lines, else `fluxnet`."""
    with require_file(path).open(encoding="utf-8", errors="replace") as stream:
        return "ameriflux-base" if stream.readline().startswith("#") else "fluxnet"


def _colour(options: dict) -> dict[str, int]:
    """Colour of the soil, where the albedo of the ground follows it."""
    coloured = options.get("ground_albedo") == "colour" and "soil_colour" in options
    return {"colour": options["soil_colour"]} if coloured else {}


def _co2(co2: str | float | None, out: Path) -> object:
    if co2 is None:
        return "forcing"
    try:
        return float(co2)
    except ValueError:
        return {"path": relative(require_file(co2), out)}
