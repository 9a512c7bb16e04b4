"""Writing of HDF4-EOS2 grids in the layout of the MODIS land tiles (the demo's granules)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyhdf.SD import SD, SDC

from edlite.demo.layout import EARTH_RADIUS_MODIS, TILE_SIZE

PIXELS = 2400  # of a 500 m tile, each way
PIXEL_SIZE = TILE_SIZE / PIXELS  # m
TYPES = {"uint8": SDC.UINT8, "int16": SDC.INT16}
TYPE_NAMES = {"uint8": "DFNT_UINT8", "int16": "DFNT_INT16"}


class Field(NamedTuple):
    """A dataset of a granule: (row, col) or (row, col, mode) of uint8 or int16."""

    name: str
    values: NDArray
    attributes: Mapping[str, object]


def pixel_numbers(lat: NDArray, lon: NDArray, tile: tuple[int, int]) -> tuple[NDArray, NDArray]:
    """Row and column in a tile (horizontal, vertical number) of points; may lie outside of it."""
    x = EARTH_RADIUS_MODIS * np.radians(lon) * np.cos(np.radians(lat))
    y = EARTH_RADIUS_MODIS * np.radians(lat)
    row = np.floor(((9 - tile[1]) * TILE_SIZE - y) / PIXEL_SIZE).astype(np.int64)
    col = np.floor((x - (tile[0] - 18) * TILE_SIZE) / PIXEL_SIZE).astype(np.int64)
    return row, col


def structure_metadata(grid: str, tile: tuple[int, int], fields: Iterable[Field]) -> str:
    """StructMetadata.0 of a sinusoidal 500 m tile."""
    west, north = (tile[0] - 18) * TILE_SIZE, (9 - tile[1]) * TILE_SIZE
    data_fields = []
    for i, field in enumerate(fields):
        dimensions = '"YDim","XDim"' + (',"Num_Modes"' if field.values.ndim == 3 else "")
        data_fields.append(
            f"\t\t\tOBJECT=DataField_{i + 1}\n"
            f'\t\t\t\tDataFieldName="{field.name}"\n'
            f"\t\t\t\tDataType={TYPE_NAMES[field.values.dtype.name]}\n"
            f"\t\t\t\tDimList=({dimensions})\n"
            f"\t\t\tEND_OBJECT=DataField_{i + 1}\n"
        )
    return (
        "GROUP=SwathStructure\nEND_GROUP=SwathStructure\nGROUP=GridStructure\n\tGROUP=GRID_1\n"
        f'\t\tGridName="{grid}"\n\t\tXDim={PIXELS}\n\t\tYDim={PIXELS}\n'
        f"\t\tUpperLeftPointMtrs=({west:.6f},{north:.6f})\n"
        f"\t\tLowerRightMtrs=({west + TILE_SIZE:.6f},{north - TILE_SIZE:.6f})\n"
        "\t\tProjection=GCTP_SNSOID\n"
        f"\t\tProjParams=({EARTH_RADIUS_MODIS:.6f},0,0,0,0,0,0,0,0,0,0,0,0)\n"
        "\t\tSphereCode=-1\n\t\tGridOrigin=HDFE_GD_UL\n"
        "\t\tGROUP=DataField\n" + "".join(data_fields) + "\t\tEND_GROUP=DataField\n"
        "\tEND_GROUP=GRID_1\nEND_GROUP=GridStructure\nEND\n"
    )


def core_metadata(name: str) -> str:
    """The part of the ECS core metadata that names the granule."""
    return (
        "\nGROUP                  = INVENTORYMETADATA\n"
        "  OBJECT                 = LOCALGRANULEID\n    NUM_VAL              = 1\n"
        f'    VALUE                = "{name}"\n  END_OBJECT             = LOCALGRANULEID\n'
        "END_GROUP              = INVENTORYMETADATA\nEND\n"
    )


def write_granule(
    path: str | Path, grid: str, tile: tuple[int, int], fields: Iterable[Field], title: str
) -> Path:
    """Write the fields of a tile as HDF4-EOS2, deflated and marked as synthetic."""
    path, fields = Path(path).absolute(), list(fields)
    texts = {
        "StructMetadata.0": structure_metadata(grid, tile, fields),
        "CoreMetadata.0": core_metadata(path.name),
        "title": f"SYNTHETIC {title}",
        "synthetic": "1",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # HDF4 stores the path it is opened with: a fixed relative one keeps the bytes reproducible
    with TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        with chdir(folder):
            file = SD(path.name, SDC.WRITE | SDC.CREATE | SDC.TRUNC)
            for name, text in texts.items():
                file.attr(name).set(SDC.CHAR8, text)
            for field in fields:
                _write_field(file, grid, field)
            file.end()
        (Path(folder) / path.name).replace(path)
    return path


def _write_field(file: SD, grid: str, field: Field) -> None:
    kind = TYPES[field.values.dtype.name]
    dataset = file.create(field.name, kind, field.values.shape)
    for i, axis in enumerate(("YDim", "XDim", "Num_Modes")[: field.values.ndim]):
        dataset.dim(i).setname(f"{axis}:{grid}")
    for name, value in field.attributes.items():
        if isinstance(value, str):
            dataset.attr(name).set(SDC.CHAR8, value)
        elif isinstance(value, float):
            dataset.attr(name).set(SDC.FLOAT64, value)
        else:
            dataset.attr(name).set(kind, value)
    dataset.setcompress(SDC.COMP_DEFLATE, 1)
    dataset[:] = field.values
    dataset.endaccess()
