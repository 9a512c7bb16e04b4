"""MODIS land surface phenology MCD12Q2 (collections 6 and 6.1): dates of the first growing cycle.

Two forms: the HDF4-EOS granules `MCD12Q2.AYYYY001.hHHvVV...hdf`, whose datasets have up to two
cycles in a third dimension, and AppEEARS area requests, one GeoTIFF per layer and cycle
(`MCD12Q2.006_Greenup_0_doyYYYYDDD_aidNNNN.tif`). Dates are stored as days since 1970-01-01 and
returned as day of year of the product year (below 1 or above 366 where a cycle starts before or
ends after that year). Greenup, MidGreenup, MidGreendown and Senescence are the days on which the
EVI2 of the cycle passes 15 %, 50 %, 50 % and 90 % of its amplitude (Gray, Sulla-Menashe and
Friedl 2019, user guide of MCD12Q2 collection 6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer
from rasterio.errors import RasterioIOError
from rasterio.transform import Affine
from rasterio.windows import Window

from edlite.errors import InputError, require_file
from edlite.grid.aggregate import lonlat_transformer, open_raster
from edlite.sources.hdfeos import GridFile
from edlite.sources.modis import parse_name
from edlite.sources.pixels import PixelGrid

PRODUCT = "MCD12Q2"
# event of edlite -> layer of the product
LAYERS = {
    "greenup": "Greenup",
    "mid_greenup": "MidGreenup",
    "mid_greendown": "MidGreendown",
    "senescence": "Senescence",
}
QUALITY = "QA_Overall"
_VALID_DAYS = (11138, 32766)
_EPOCH = date(1970, 1, 1)
_APPEEARS = re.compile(
    r"(?P<product>\w+)\.(?P<version>\d{3})_(?P<layer>\w+)_(?P<cycle>\d)_doy(?P<year>\d{4})\d{3}_"
    r"(?P<feature>aid\d+)\.tif"
)


@dataclass(frozen=True)
class RasterGrid(PixelGrid):
    """Pixels of a GDAL raster: geotransform and transformations to and from degrees."""

    n_row: int
    n_col: int
    transform: Affine
    to_degrees: Transformer
    from_degrees: Transformer

    def lat_lon(self, row: ArrayLike, col: ArrayLike) -> tuple[NDArray, NDArray]:
        """Latitude and longitude (degrees) of the centres of pixels."""
        x, y = self.transform * (np.asarray(col) + 0.5, np.asarray(row) + 0.5)
        lon, lat = self.to_degrees.transform(x, y)
        return np.asarray(lat), np.asarray(lon)

    def row_col(self, lat: ArrayLike, lon: ArrayLike) -> tuple[NDArray, NDArray]:
        """Row and column (fractional; 0 is the outer edge of the first pixel) of points."""
        x, y = self.from_degrees.transform(np.asarray(lon, float), np.asarray(lat, float))
        col, row = ~self.transform * (np.asarray(x), np.asarray(y))
        return row, col


@dataclass(frozen=True)
class PhenologySource:
    """Dates of one year on one raster: an HDF granule, or the GeoTIFFs of one area request.

    files : path of each layer (the same one for an HDF granule)
    """

    name: str
    year: int
    grid: PixelGrid
    files: dict[str, Path]

    def read(
        self, rows: slice, cols: slice, qa_max: int
    ) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.bool_]]:
        """Day of year of each event in a window, and where all of them are valid.

        `qa_max` is the worst accepted QA_Overall; a request without that layer is not screened.
        """
        valid = np.ones((rows.stop - rows.start, cols.stop - cols.start), dtype=bool)
        start = (date(self.year, 1, 1) - _EPOCH).days
        days = {}
        for event, layer in LAYERS.items():
            stored = self._layer(layer, rows, cols)
            valid &= (stored >= _VALID_DAYS[0]) & (stored <= _VALID_DAYS[1])
            days[event] = stored.astype(float) - start + 1.0
        if QUALITY in self.files:
            quality = self._layer(QUALITY, rows, cols)
            valid &= (quality >= 0) & (quality <= qa_max)
        return days, valid

    def _layer(self, layer: str, rows: slice, cols: slice) -> NDArray:
        path = self.files[layer]
        if path.suffix.lower() != ".tif":
            with GridFile(path) as file:
                data = file.read(layer, rows, cols)
            return data[..., 0] if data.ndim == 3 else data
        with open_raster(path) as raster:
            part = Window(cols.start, rows.start, cols.stop - cols.start, rows.stop - rows.start)
            try:
                return raster.read(1, window=part)
            except RasterioIOError as error:
                raise InputError(
                    path, "content", str(error), "a complete raster (is it truncated?)"
                ) from error


def open_phenology(paths: Iterable[str | Path], year: int) -> list[PhenologySource]:
    """Sources of the dates of `year` among HDF granules and AppEEARS GeoTIFFs.

    Files of other years and layers that are not needed (other cycles, detailed quality, look-up
    tables) are passed over. Raises InputError for damaged files, another product, two granules
    of one tile, missing layers, or if no file is of `year`.
    """
    sources: list[PhenologySource] = []
    requests: dict[str, dict[str, Path]] = {}
    years: set[int] = set()
    last = None
    for path in map(Path, paths):
        last = path
        if path.suffix.lower() == ".tif":
            found = _APPEEARS.fullmatch(path.name)
            if not found or found["product"] != PRODUCT:
                raise InputError(
                    path, "name", path.name, f"{PRODUCT}.VVV_<layer>_<cycle>_doyYYYYDDD_aidNNNN.tif"
                )
            require_file(path)
            years.add(int(found["year"]))
            wanted = found["layer"] in (*LAYERS.values(), QUALITY) and found["cycle"] == "0"
            if int(found["year"]) == year and wanted:
                request = f"{found['product']}.{found['version']} {found['feature']}"
                requests.setdefault(request, {})[found["layer"]] = path
        else:
            source = _open_granule(path)
            years.add(source.year)
            if source.year == year:
                sources.append(source)
    for i, source in enumerate(sources):
        if source.name in [s.name for s in sources[:i]]:
            path = source.files[QUALITY]
            raise InputError(path, "tile and year", source.name, "one granule for each")
    sources += [_open_request(name, year, files) for name, files in requests.items()]
    if not sources:
        raise InputError(last or PRODUCT, "year", sorted(years), f"{PRODUCT} files of {year}")
    return sources


def _open_granule(path: Path) -> PhenologySource:
    with GridFile(path) as file:
        name = parse_name(file.local_granule_id, path)
        if name.product != PRODUCT:
            raise InputError(path, "product", name.product, PRODUCT)
        for layer in (*LAYERS.values(), QUALITY):
            if layer not in file.shapes:
                raise InputError(
                    path, f"dataset {layer}", None, f"a {PRODUCT} granule of collection 6 or 6.1"
                )
        files = dict.fromkeys((*LAYERS.values(), QUALITY), path)
        return PhenologySource(f"tile {name.tile}", name.day.year, file.grid, files)


def _open_request(name: str, year: int, files: dict[str, Path]) -> PhenologySource:
    any_file = next(iter(files.values()))
    missing = [layer for layer in LAYERS.values() if layer not in files]
    if missing:
        raise InputError(
            any_file.parent, f"layers of {name}, {year}", sorted(files), f"also {missing}"
        )
    shapes = {}
    for layer, path in files.items():
        with open_raster(path) as raster:
            shapes[layer] = (raster.shape, raster.transform, raster.crs.to_wkt())
            grid = RasterGrid(
                raster.height,
                raster.width,
                raster.transform,
                lonlat_transformer(raster),
                lonlat_transformer(raster, inverse=True),
            )
        if shapes[layer] != next(iter(shapes.values())):
            raise InputError(path, "raster grid", raster.shape, f"that of {any_file.name}")
    return PhenologySource(name, year, grid, files)
