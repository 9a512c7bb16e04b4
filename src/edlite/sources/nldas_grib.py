"""NLDAS-2 granules in GRIB edition 1, read with GDAL (rasterio).

Bands are told apart by what GDAL says of them (element and level), not by their order. Parameters
that GDAL's table does not know appear as "var<number> of table 130 of center 7".
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from edlite.errors import InputError
from edlite.sources.nldas_variables import VARIABLES, check_units, snap

# GDAL turns kelvin into degrees Celsius unless told not to
_ENVIRONMENT = {"GRIB_NORMALIZE_UNITS": "NO"}


class GribGranule:
    """A GRIB granule, one or more hours; see `edlite.sources.nldas.Granule`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with rasterio.Env(**_ENVIRONMENT):
                self._file = rasterio.open(path, driver="GRIB")
        except RasterioIOError as error:
            raise InputError(path, "content", str(error), "a complete GRIB file") from error
        transform, height, width = self._file.transform, self._file.height, self._file.width
        north = transform.f + transform.e * (np.arange(height) + 0.5)
        self.lat = snap(north)[::-1]
        self.lon = snap(transform.c + transform.a * (np.arange(width) + 0.5))
        with rasterio.Env(**_ENVIRONMENT):
            self._bands = self._index()
        self.time = np.array(sorted({time for _, time in self._bands}), "datetime64[s]")
        if self.time.size == 0:
            self.close()
            raise InputError(path, "messages", None, "NLDAS-2 forcing variables")
        if np.any(self.time != self.time.astype("datetime64[h]")):
            self.close()
            raise InputError(path, "time", str(self.time[0]), "labels at whole hours (UTC)")

    def _index(self) -> dict[tuple[str, np.datetime64], int]:
        """Band of each variable and valid time."""
        bands = {}
        for band in self._file.indexes:
            tags = self._file.tags(band)
            element, level = tags.get("GRIB_ELEMENT", ""), tags.get("GRIB_SHORT_NAME", "")
            for name, variable in VARIABLES.items():
                unnamed = f"var{variable.grib_parameter} of table 130"
                if element != variable.grib_element and not element.startswith(unnamed):
                    continue
                if level != variable.grib_level:
                    continue
                seconds = int(tags["GRIB_VALID_TIME"].split()[0])
                bands[name, np.datetime64(seconds, "s")] = band
                if element == variable.grib_element:
                    check_units(self.path, element, name, tags.get("GRIB_UNIT"))
        return bands

    def raw(self, name: str, rows: slice, cols: slice) -> tuple[str, NDArray, NDArray[np.bool_]]:
        """Element, values (time, lat, lon) of a window, mask of fill values."""
        label = VARIABLES[name].grib_element
        bands = []
        for time in self.time:
            band = self._bands.get((name, time))
            if band is None:
                raise InputError(
                    self.path, f"message {label} of {time}", None, "every variable at every label"
                )
            bands.append(band)
        n = self.lat.size
        window = Window(cols.start, n - rows.stop, cols.stop - cols.start, rows.stop - rows.start)
        try:
            with rasterio.Env(**_ENVIRONMENT):
                values = self._file.read(bands, window=window)
        except RasterioIOError as error:
            raise InputError(self.path, label, str(error), "a complete GRIB file") from error
        missing = np.isnan(values)
        for i, band in enumerate(bands):
            nodata = self._file.nodatavals[band - 1]
            if nodata is not None:
                missing[i] |= values[i] == nodata
        return label, values[:, ::-1], missing[:, ::-1]

    def close(self) -> None:
        """Close the file."""
        self._file.close()
