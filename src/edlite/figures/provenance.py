"""Where results come from: versions, parameters and their hashes, as the files themselves say."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import xarray as xr

from edlite import __version__
from edlite.figures.results import Results
from edlite.figures.tables import Table

# Stage -> pattern of its first file, relative to the folder of a region.
_STAGES = {
    "domain": "domain.nc",
    "soil": "soil.nc",
    "cover": "cover.nc",
    "leaf area": "lai.nc",
    "phenology": "phenology/*.nc",
    "forest": "forest.nc",
    "initial state": "initial_state.nc",
    "forcing": "forcing/*.nc",
    "radar moisture": "rzsm/*.nc",
    "spin-up": "spinup/native/*.nc",
    "native run": "native/*/*_daily.nc",
    "bias": "bias/*.nc",
    "blended moisture": "blended/*/*_rzsm.nc",
    "blended run": "blended/*/*_daily.nc",
    "sensitivity": "sensitivity.nc",
}
_LIBRARIES = ("numpy", "numba", "xarray", "netCDF4", "scipy", "statsmodels", "matplotlib")


@dataclass(frozen=True)
class Stage:
    """One stage: file, package that wrote it, hash and text of its parameters, sources."""

    name: str
    file: str
    package: str
    parameters_hash: str
    parameters: dict
    sources: str


def stages(results: Results) -> list[Stage]:
    """Provenance of the stages, from the first file of each in the first region that has it."""
    found = []
    for name, pattern in _STAGES.items():
        for region in results.regions:
            paths = sorted((results.root / region).glob(pattern))
            if paths:
                found.append(_read_stage(name, paths[0], results.root))
                break
    return found


def provenance_table(found: list[Stage]) -> Table:
    """Stages with their example file, package and parameters' hash."""
    rows = [[s.name, s.file, s.package, s.parameters_hash, _short(s.sources)] for s in found]
    return Table(
        "Stages and the files that tell about them",
        ["Stage", "File (first of its kind)", "Written by", "Parameters' hash", "Source files"],
        rows,
        [False] * 5,
        note="The hash is the first 16 hexadecimal digits of the SHA-256 of the parameters.",
    )


def settings(found: list[Stage]) -> list[tuple[str, str]]:
    """Parameters of the stages without repetition: (dotted key, value as JSON)."""
    values: dict[str, str] = {}
    for stage in found:
        for section, content in stage.parameters.items():
            for key, value in _flat(content, section):
                values.setdefault(key, json.dumps(value, ensure_ascii=False))
    return sorted(values.items())


def versions() -> list[tuple[str, str]]:
    """Versions of edlite, Python and the libraries that make the numbers."""
    found = [("edlite", __version__), ("Python", platform.python_version())]
    for name in _LIBRARIES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found


def _read_stage(name: str, path: Path, root: Path) -> Stage:
    with xr.open_dataset(path, engine="netcdf4", decode_cf=False) as ds:
        attributes = dict(ds.attrs)
    try:
        parameters = json.loads(attributes.get("parameters", "{}")) or {}
    except json.JSONDecodeError:
        parameters = {}
    return Stage(
        name,
        str(path.relative_to(root)),
        str(attributes.get("source_package", "–")),
        str(attributes.get("parameters_hash", "–")),
        parameters if isinstance(parameters, dict) else {},
        str(attributes.get("source_files", "")),
    )


def _flat(content: object, prefix: str) -> list[tuple[str, object]]:
    if isinstance(content, dict):
        return [pair for k, v in content.items() for pair in _flat(v, f"{prefix}.{k}")]
    return [(prefix, content)]


def _short(text: str, limit: int = 90) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(",", 1)[0] + " …"
