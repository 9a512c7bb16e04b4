"""FLUXNET2015 and AmeriFlux FLUXNET (half-)hourly tables, and AmeriFlux BASE."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError, require_file
from edlite.sources.tower.assemble import Clock, Column, assemble, digits_to_time, regular_labels

MISSING = -9999.0
# canonical name -> unit and columns by preference
FLUXNET = {
    "air_temperature": ("degC", ("TA_F", "TA_F_MDS")),
    "shortwave_down": ("W m-2", ("SW_IN_F", "SW_IN_F_MDS")),
    "longwave_down": ("W m-2", ("LW_IN_F", "LW_IN_F_MDS", "LW_IN_JSB_F")),
    "vapour_pressure_deficit": ("hPa", ("VPD_F", "VPD_F_MDS")),
    "air_pressure": ("kPa", ("PA_F", "PA")),
    "precipitation": ("mm", ("P_F", "P")),
    "wind_speed": ("m s-1", ("WS_F", "WS")),
    "co2": ("umol mol-1", ("CO2_F_MDS",)),
    "ustar": ("m s-1", ("USTAR",)),
    "rnet": ("W m-2", ("NETRAD",)),
    "ground_heat": ("W m-2", ("G_F_MDS",)),
    "le": ("W m-2", ("LE_F_MDS",)),
    "h": ("W m-2", ("H_F_MDS",)),
    "nee": ("umol m-2 s-1", ("NEE_VUT_REF", "NEE_CUT_REF")),
}
PARTITIONS = ("NT", "DT")
# name in BASE, without qualifiers
BASE = {
    "air_temperature": ("degC", "TA"),
    "shortwave_down": ("W m-2", "SW_IN"),
    "longwave_down": ("W m-2", "LW_IN"),
    "relative_humidity": ("percent", "RH"),
    "vapour_pressure_deficit": ("hPa", "VPD"),
    "air_pressure": ("kPa", "PA"),
    "precipitation": ("mm", "P"),
    "wind_speed": ("m s-1", "WS"),
    "co2": ("umol mol-1", "CO2"),
    "ustar": ("m s-1", "USTAR"),
    "rnet": ("W m-2", "NETRAD"),
    "ground_heat": ("W m-2", "G"),
    "le": ("W m-2", "LE"),
    "h": ("W m-2", "H"),
    "nee": ("umol m-2 s-1", "NEE"),
    "gpp": ("umol m-2 s-1", "GPP"),
    "reco": ("umol m-2 s-1", "RECO"),
}
PROFILES = {"theta": ("percent", "SWC"), "soil_temperature": ("degC", "TS")}


def read_fluxnet(
    path: str | Path,
    *,
    utc_offset: float,
    longitude: float | None = None,
    partition: str = "NT",
    theta_depths: list[float] | None = None,
    first_time: str | None = None,
    step_s: float = 1800,
) -> xr.Dataset:
    """Canonical record of a FULLSET or SUBSET table at half-hourly (HH) or hourly (HR) step.

    `partition` chooses night-time (NT) or day-time (DT) GPP and Reco. Where timestamps were
    damaged, `first_time` (local standard time, START of the first row) and `step_s` [s] replace
    them. Depths of moisture probes [m] are not in the table: `theta_depths`, top first. Raises
    InputError for coarser tables, missing columns, implausible values.
    """
    path = require_file(path)
    if partition not in PARTITIONS:
        raise InputError(path, "partition", partition, f"one of {', '.join(PARTITIONS)}")
    table = _read_table(path)
    if "TIMESTAMP_START" not in table:
        raise InputError(path, "TIMESTAMP_START", None, "a half-hourly or hourly FLUXNET table")
    fields: dict[str, Column | list[Column]] = {}
    quality = {}
    wanted = dict(FLUXNET)
    for name in ("gpp", "reco"):
        stems = [f"{name.upper()}_{partition}_{t}_REF" for t in ("VUT", "CUT")]
        wanted[name] = ("umol m-2 s-1", tuple(stems))
    for name, (unit, candidates) in wanted.items():
        for column in candidates:
            if column in table and np.isfinite(values := _numbers(table[column])).any():
                fields[name] = Column(values, unit, column)
                if f"{column}_QC" in table:
                    quality[name] = _numbers(table[f"{column}_QC"])
                break
    for name in ("gpp", "reco"):
        if "nee" in quality:
            quality[name] = quality["nee"]
    for name, (unit, stem) in PROFILES.items():
        pattern = re.compile(rf"{stem}_F_MDS_(\d+)")
        _add_profile(path, table, fields, name, unit, pattern, theta_depths)
    if not {"air_temperature", "shortwave_down"} & set(fields):
        raise InputError(path, "columns", sorted(table)[:5], "columns of FLUXNET such as TA_F")
    labels = (
        digits_to_time(str(path), "TIMESTAMP_START", table["TIMESTAMP_START"])
        if first_time is None
        else regular_labels(path, first_time, len(table), step_s)
    )
    return assemble(str(path), labels, Clock(utc_offset, "start", longitude), fields, quality)


def read_base(
    path: str | Path,
    *,
    utc_offset: float,
    longitude: float | None = None,
    theta_depths: list[float] | None = None,
) -> xr.Dataset:
    """Canonical record of AmeriFlux BASE (CSV, or the zip it is delivered in).

    BASE is not gap-filled. Of several sensors of a quantity the plain name is preferred, then
    the values that the site's team made (`_PI`), then the lowest position (`_1_1_1`). Soil
    probes are ordered by vertical position.
    """
    path = require_file(path)
    table = _read_table(path, comment="#")
    if "TIMESTAMP_START" not in table:
        raise InputError(path, "TIMESTAMP_START", None, "an AmeriFlux BASE table")
    fields: dict[str, Column | list[Column]] = {}
    for name, (unit, stem) in BASE.items():
        pattern = re.compile(rf"{stem}(_PI)?(_F)?(_\d+_\d+_\d+|_\d+)?")
        for column in sorted(filter(pattern.fullmatch, table), key=lambda c: (c != stem, c)):
            if np.isfinite(values := _numbers(table[column])).any():
                fields[name] = Column(values, unit, column)
                break
    for name, (unit, stem) in PROFILES.items():
        pattern = re.compile(rf"{stem}(?:_PI)?(?:_F)?(?:_1_(\d+)_1|_(\d+)_1_1|_(\d+))?")
        _add_profile(path, table, fields, name, unit, pattern, theta_depths)
    labels = digits_to_time(str(path), "TIMESTAMP_START", table["TIMESTAMP_START"])
    return assemble(str(path), labels, Clock(utc_offset, "start", longitude), fields)


def _add_profile(
    path: Path,
    table: pd.DataFrame,
    fields: dict,
    name: str,
    unit: str,
    pattern: re.Pattern,
    theta_depths: list[float] | None,
) -> None:
    """Add the soil probes whose columns match `pattern`, in the order of their numbers."""
    found = []
    for column in table:
        match = pattern.fullmatch(column)
        if match and np.isfinite(values := _numbers(table[column])).any():
            number = next((int(g) for g in match.groups() if g is not None), 0)
            found.append((number, column, values))
    found.sort(key=lambda item: item[:2])
    depths = [float("nan")] * len(found)
    if name == "theta" and theta_depths is not None:
        if len(theta_depths) != len(found):
            names = [column for _, column, _ in found]
            raise InputError(path, "theta_depths", theta_depths, f"a depth [m] for each of {names}")
        depths = [float(d) for d in theta_depths]
    if found:
        fields[name] = [
            Column(values, unit, column, depth)
            for (_, column, values), depth in zip(found, depths, strict=True)
        ]


def _read_table(path: Path, comment: str | None = None) -> pd.DataFrame:
    """Table with time stamps as text; from a zip the one half-hourly or hourly table."""
    options = {"comment": comment, "dtype": {"TIMESTAMP_START": str, "TIMESTAMP_END": str}}
    try:
        if path.suffix != ".zip":
            return pd.read_csv(path, **options)
        with zipfile.ZipFile(path) as archive:
            members = [n for n in archive.namelist() if re.search(r"_(HH|HR)_.*\.csv$", n)]
            if len(members) != 1:
                raise InputError(path, "members", members, "one *_HH_*.csv or *_HR_*.csv")
            with archive.open(members[0]) as stream:
                return pd.read_csv(stream, **options)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, zipfile.BadZipFile) as error:
        raise InputError(path, "content", str(error), "comma-separated text") from error


def _numbers(values: pd.Series) -> np.ndarray:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float)
    return np.where(numbers <= MISSING, np.nan, numbers)
