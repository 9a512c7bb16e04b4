"""HDF4-EOS2 granules of MODIS land tiles for tests, written directly with pyhdf."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pyhdf.SD import SD, SDC

RADIUS = 6371007.181
TILE = 1111950.519667
TYPES = {"uint8": SDC.UINT8, "int16": SDC.INT16, "uint16": SDC.UINT16}


def structure(h: int, v: int, n: int, *, projection: str = "GCTP_SNSOID", radius: float = RADIUS):
    """StructMetadata text of tile (h, v) with n x n pixels."""
    west, north = -20015109.354 + h * TILE, 10007554.677 - v * TILE
    return f"""GROUP=SwathStructure
END_GROUP=SwathStructure
GROUP=GridStructure
\tGROUP=GRID_1
\t\tGridName="MOD_Grid_Test"
\t\tXDim={n}
\t\tYDim={n}
\t\tUpperLeftPointMtrs=({west:f},{north:f})
\t\tLowerRightMtrs=({west + TILE:f},{north - TILE:f})
\t\tProjection={projection}
\t\tProjParams=({radius:f},0,0,0,0,0,0,0,0,0,0,0,0)
\t\tSphereCode=-1
\tEND_GROUP=GRID_1
END_GROUP=GridStructure
END
"""


def write_granule(
    path: Path,
    fields: dict[str, np.ndarray],
    *,
    h: int = 12,
    v: int = 4,
    n: int | None = None,
    dims: dict[str, tuple[str, ...]] | None = None,
    attributes: dict[str, dict] | None = None,
    metadata: str | None = None,
    granule_id: str | None = None,
) -> Path:
    """Write `fields` (row, column[, mode]) as a granule; `granule_id` is recorded inside."""
    first = next(iter(fields.values()))
    size = n or first.shape[0]
    file = SD(str(path), SDC.WRITE | SDC.CREATE | SDC.TRUNC)
    text = structure(h, v, size) if metadata is None else metadata
    if text:
        file.attr("StructMetadata.0").set(SDC.CHAR, text)
    if granule_id:
        core = f'OBJECT = LOCALGRANULEID\n NUM_VAL = 1\n VALUE = "{granule_id}"\nEND_OBJECT\n'
        file.attr("CoreMetadata.0").set(SDC.CHAR, core)
    for name, data in fields.items():
        sds = file.create(name, TYPES[data.dtype.name], data.shape)
        default = ("YDim:MOD_Grid_Test", "XDim:MOD_Grid_Test", "Num_Modes:MOD_Grid_Test")
        for i, dim in enumerate((dims or {}).get(name, default[: data.ndim])):
            sds.dim(i).setname(dim)
        for key, value in (attributes or {}).get(name, {}).items():
            setattr(sds, key, value)
        sds[:] = data
        sds.endaccess()
    file.end()
    return path


LAI_ATTRIBUTES = {"scale_factor": 0.1, "add_offset": 0.0, "valid_range": [0, 100]}


def write_lai(
    folder: Path, day: str, stored: np.ndarray, quality: np.ndarray | int = 0, **options
) -> Path:
    """Leaf area granule of day AYYYYDDD; 500 m name if options say nothing else."""
    product = options.pop("product", "MCD15A2H")
    name = "Lai_500m" if product.endswith("H") else "Lai_1km"
    h, v = options.get("h", 12), options.get("v", 4)
    path = folder / f"{product}.A{day}.h{h:02d}v{v:02d}.006.2015.hdf"
    quality = np.broadcast_to(np.uint8(quality), stored.shape).astype(np.uint8)
    fields = {name: stored.astype(np.uint8), "FparLai_QC": quality}
    return write_granule(path, fields, attributes={name: LAI_ATTRIBUTES}, **options)
