"""MODIS leaf area index: 8-day granules MCD15A2, MOD15A2, MYD15A2 (1 km) and ...A2H (500 m).

Collections 5 (1 km), 6 and 6.1 (500 m) share scale, fill legend and quality bits (LP DAAC, user
guides of MOD15): `FparLai_QC` bits 5-7 hold SCF_QC, 0 main algorithm, 1 main algorithm with
saturation, 2 and 3 empirical back-up, 4 not produced. Stored numbers above the valid range are
the legend of pixels without vegetation (249 unclassified, 250 urban, 251 permanent wetland,
252 snow, 253 barren, 254 water) or fill (255); they are never taken as leaf area.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edlite.errors import InputError
from edlite.sources.hdfeos import GridFile, SinusoidalGrid

# product -> name of the leaf area dataset
LAI_DATASETS = {
    **dict.fromkeys(("MCD15A2", "MOD15A2", "MYD15A2"), "Lai_1km"),
    **dict.fromkeys(("MCD15A2H", "MOD15A2H", "MYD15A2H"), "Lai_500m"),
}
QUALITY = "FparLai_QC"
# setting lai.qc_max -> largest accepted SCF_QC
SCF_QC_MAX = {"main": 1, "backup": 3}

_NAME = re.compile(r"(?P<product>M[COY]D\d+\w*)\.A(?P<day>\d{7})\.(?P<tile>h\d\dv\d\d)\.")


@dataclass(frozen=True)
class GranuleName:
    """Product, first day and tile, from the name `PRODUCT.AYYYYDDD.hHHvVV...` of a granule."""

    product: str
    day: date
    tile: str


def parse_name(name: str, source: str | Path) -> GranuleName:
    """Parts of a granule's name; raises InputError, naming `source`, if it has another form."""
    found = _NAME.match(name)
    if not found:
        raise InputError(source, "granule name", name, "PRODUCT.AYYYYDDD.hHHvVV....hdf")
    try:
        day = datetime.strptime(found["day"], "%Y%j").date()
    except ValueError as error:
        raise InputError(source, "granule date", found["day"], "year and day of year") from error
    return GranuleName(found["product"], day, found["tile"])


@dataclass(frozen=True)
class LaiGranule:
    """A leaf area granule: its path, product, first day, tile and grid."""

    path: Path
    product: str
    day: date
    tile: str
    grid: SinusoidalGrid


def open_lai(path: str | Path) -> LaiGranule:
    """Identify a leaf area granule, without reading its data.

    The name recorded inside the file counts, so that renamed files are recognised. Raises
    InputError for a file that is missing, damaged, or not one of `LAI_DATASETS`.
    """
    with GridFile(path) as file:
        name = parse_name(file.local_granule_id, file.path)
        expected = f"a leaf area product ({', '.join(LAI_DATASETS)})"
        if name.product not in LAI_DATASETS:
            raise InputError(file.path, "product", name.product, expected)
        for dataset in (LAI_DATASETS[name.product], QUALITY):
            if dataset not in file.shapes:
                raise InputError(file.path, f"dataset {dataset}", None, expected)
        return LaiGranule(file.path, name.product, name.day, name.tile, file.grid)


def read_lai(
    granule: LaiGranule, rows: slice, cols: slice, qc_max: str
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Leaf area index [m2 m-2] of a window and where it is valid.

    Scale, offset and valid range come from the file. `qc_max` is `main` (main algorithm,
    saturated or not) or `backup` (any retrieval).
    """
    dataset = LAI_DATASETS[granule.product]
    with GridFile(granule.path) as file:
        attributes = file.dataset_attributes(dataset)
        stored = file.read(dataset, rows, cols)
        scf = file.read(QUALITY, rows, cols) >> 5
    for name in ("scale_factor", "valid_range"):
        if name not in attributes:
            raise InputError(granule.path, f"attribute {name} of {dataset}", None, "to be present")
    low, high = attributes["valid_range"]
    valid = (stored >= low) & (stored <= high) & (scf <= SCF_QC_MAX[qc_max])
    lai = attributes["scale_factor"] * (stored - float(attributes.get("add_offset", 0.0)))
    return lai, valid
