"""AmeriFlux records of CDIAC: Level 2 (netCDF, gap-filled or not) and Level 4 (text)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError, require_file
from edlite.sources.tower.assemble import Clock, Column, assemble

# canonical name -> column; units come from the file's attributes
LEVEL2 = {
    "air_temperature": "TA",
    "air_pressure": "PRESS",
    "wind_speed": "WS",
    "longwave_down": "Rgl",
    "shortwave_down": "Rg",
    "precipitation": "PREC",
    "co2": "CO2",
    "relative_humidity": "RH",
    "vapour_pressure_deficit": "VPD",
    "gpp": "GPP",
    "reco": "RE",
    "nee": "NEE",
    "le": "LE",
    "h": "H",
    "rnet": "Rn",
    "ground_heat": "FG",
    "ustar": "UST",
}
# spellings of the units attribute of Level 2
LEVEL2_UNITS = {
    "degrees C": "degC",
    "m/s": "m s-1",
    "m s-1": "m s-1",
    "W/m2": "W m-2",
    "umol/m2/s": "umol m-2 s-1",
    "umol/mol": "umol mol-1",
    "percentage": "percent",
    "percent": "percent",
    "m3/m3": "m3 m-3",
    "kPa": "kPa",
    "mm": "mm",
}
LEVEL2_MISSING = (-9999.0, -6999.0)
LEVEL4 = {
    "air_temperature": ("Ta_f", "degC", "Ta_fqc"),
    "shortwave_down": ("Rg_f", "W m-2", "Rg_fqc"),
    "vapour_pressure_deficit": ("VPD_f", "hPa", "VPD_fqc"),
    "precipitation": ("Precip", "mm", None),
    "h": ("H_f", "W m-2", "H_fqc"),
    "le": ("LE_f", "W m-2", "LE_fqc"),
}
LEVEL4_PARTITIONS = ("st_MDS", "or_MDS", "st_ANN", "or_ANN")
LEVEL4_MISSING = -9999.0


def read_level2(
    path: str | Path,
    *,
    utc_offset: float,
    longitude: float | None = None,
    theta_depths: list[float] | None = None,
) -> xr.Dataset:
    """Canonical record of a Level 2 netCDF file.

    HRMIN is the START of the step in local standard time; units are read from the attributes.
    Depths of soil moisture [m] are not in the file: `theta_depths` declares them. Quality is
    unknown. Raises InputError for missing variables, unknown units, implausible values.
    """
    path = require_file(path)
    try:
        with xr.open_dataset(path, engine="netcdf4", decode_cf=False) as file:
            raw = file.load()
    except (OSError, RuntimeError) as error:
        raise InputError(path, "content", str(error), "a netCDF file") from error
    for name in ("YEAR", "DOY", "HRMIN", "TA", "Rg"):
        if name not in raw:
            raise InputError(path, name, None, "a variable of AmeriFlux Level 2")
    minutes = raw["HRMIN"].values // 100 * 60 + raw["HRMIN"].values % 100
    labels = (
        (raw["YEAR"].values.astype(int) - 1970).astype("datetime64[Y]").astype("datetime64[m]")
        + (raw["DOY"].values.astype(int) - 1) * np.timedelta64(1440, "m")
        + minutes.astype(int) * np.timedelta64(1, "m")
    )
    fields: dict[str, Column | list[Column]] = {}
    for name, column in LEVEL2.items():
        if column in raw and (field := _level2_column(path, raw, column)) is not None:
            fields[name] = field
    for name, stem, depth_stem in (("theta", "SWC", None), ("soil_temperature", "TS", "TSdepth")):
        columns = []
        for number in (1, 2):
            field = (
                _level2_column(path, raw, f"{stem}{number}") if f"{stem}{number}" in raw else None
            )
            if field is not None:
                depth = _level2_depth(raw, depth_stem, number)
                columns.append(Column(field.values, field.unit, field.name, depth))
        if columns:
            fields[name] = columns
    _declare_depths(str(path), fields, theta_depths)
    return assemble(str(path), labels, Clock(utc_offset, "start", longitude), fields)


def _level2_column(path: Path, raw: xr.Dataset, name: str) -> Column | None:
    values = raw[name].values.astype(float)
    values = np.where(np.isin(values, LEVEL2_MISSING), np.nan, values)
    if np.isnan(values).all():
        return None
    spelled = str(raw[name].attrs.get("units", "")).strip()
    if spelled not in LEVEL2_UNITS:
        raise InputError(path, f"units of {name}", spelled, f"one of {', '.join(LEVEL2_UNITS)}")
    return Column(values, LEVEL2_UNITS[spelled], name)


def _level2_depth(raw: xr.Dataset, stem: str | None, number: int) -> float:
    if stem is None or f"{stem}{number}" not in raw:
        return float("nan")
    values = raw[f"{stem}{number}"].values
    valid = values[~np.isin(values, LEVEL2_MISSING)]
    return float(valid[0]) / 100.0 if valid.size else float("nan")


def _declare_depths(source: str, fields: dict, depths: list[float] | None) -> None:
    """Give the moisture columns the depths [m] that a user declares."""
    if depths is None or "theta" not in fields:
        return
    columns = fields["theta"]
    if len(depths) != len(columns):
        raise InputError(source, "theta_depths", depths, f"{len(columns)} depths [m]")
    fields["theta"] = [
        Column(c.values, c.unit, c.name, float(d)) for c, d in zip(columns, depths, strict=True)
    ]


def read_level4(
    path: str | Path,
    *,
    utc_offset: float,
    longitude: float | None = None,
    year: int | None = None,
    partition: str = "st_MDS",
    theta_depths: list[float] | None = None,
) -> xr.Dataset:
    """Canonical record of a Level 4 half-hourly (`_h_`) file; may be compressed.

    Labels are the END of the step in local standard time; the year is read from the file name
    unless given. `partition` chooses the gap-filled NEE and its GPP and Reco: `st` with, `or`
    without storage below the sensor; marginal distribution sampling or a neural network. Wind,
    pressure and longwave are not in these files. Raises InputError for what is missing or
    implausible.
    """
    path = require_file(path)
    if partition not in LEVEL4_PARTITIONS:
        raise InputError(path, "partition", partition, f"one of {', '.join(LEVEL4_PARTITIONS)}")
    year = _level4_year(path) if year is None else int(year)
    table = _read_csv(path)
    storage, method = partition.split("_")
    fluxes = {
        "nee": (f"NEE_{storage}_f{method}", "umol m-2 s-1", f"NEE_{storage}_f{method}qc"),
        "gpp": (f"GPP_{storage}_{method}", "umol m-2 s-1", None),
        "reco": (f"Reco_{storage}", "umol m-2 s-1", None),
    }
    fields: dict[str, Column | list[Column]] = {}
    quality = {}
    for name, (column, unit, flag) in (LEVEL4 | fluxes).items():
        fields[name] = Column(_column(path, table, column), unit, column)
        if flag is not None:
            quality[name] = _column(path, table, flag)
    # GPP and Reco derive from NEE: measured where NEE was
    quality |= {"gpp": quality["nee"], "reco": quality["nee"]}
    if np.isfinite(swc := _column(path, table, "SWC")).any():
        fields["theta"] = [Column(swc, "percent", "SWC")]
    if np.isfinite(ts := _column(path, table, "Ts_f")).any():
        fields["soil_temperature"] = [Column(ts, "degC", "Ts_f")]
    _declare_depths(str(path), fields, theta_depths)
    steps = np.round((_column(path, table, "DoY") - 1.0) * 48.0).astype(int)
    first = np.datetime64(f"{year:04d}-01-01T00:00")
    labels = first + steps * np.timedelta64(30, "m")
    _check_calendar(path, table, labels)
    return assemble(str(path), labels, Clock(utc_offset, "end", longitude), fields, quality)


def _level4_year(path: Path) -> int:
    match = re.search(r"_(\d{4})_L4_", path.name)
    if match is None:
        raise InputError(path, "year", None, "a name such as AMF_USMe2_2005_L4_h_V002.txt, or year")
    return int(match[1])


def _check_calendar(path: Path, table: pd.DataFrame, labels: np.ndarray) -> None:
    """Month, day and hour of the file must be those of the day of year in the year assumed."""
    time = pd.DatetimeIndex(labels)
    hour = time.hour + time.minute / 60.0
    wrong = (
        (table["Month"] != time.month) | (table["Day"] != time.day) | (table["Hour"] != hour)
    ).to_numpy()
    if wrong.any():
        row = table.loc[wrong, ["Month", "Day", "Hour", "DoY"]].iloc[0].tolist()
        raise InputError(path, "Month, Day, Hour, DoY", row, f"the calendar of {time[0].year}")


def _read_csv(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path)
    except (ValueError, UnicodeDecodeError, OSError) as error:
        raise InputError(path, "content", str(error), "comma-separated text") from error
    return table.rename(columns=str.strip)


def _column(path: Path, table: pd.DataFrame, name: str) -> np.ndarray:
    if name not in table:
        raise InputError(path, name, None, "a column of AmeriFlux Level 4 (half-hourly)")
    values = pd.to_numeric(table[name], errors="coerce").to_numpy(float)
    return np.where(values <= LEVEL4_MISSING, np.nan, values)
