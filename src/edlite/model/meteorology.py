"""Meteorological forcing of the model: the 600 s steps of a UTC day from a coarser series."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import numpy as np
import xarray as xr

from edlite.constants import STEP_S
from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.kernels.solar import fill_split_shortwave
from edlite.model.forcing_variables import check_plausible
from edlite.model.time_interpolation import (
    SOLAR_CONSTANT,
    clearness,
    cos_zenith_at,
    distribute_mean,
    hold,
    linear,
    mean_cos_zenith_of,
)

(
    AIR_TEMPERATURE,  # K
    SPECIFIC_HUMIDITY,  # kg kg-1
    AIR_PRESSURE,  # Pa
    WIND_SPEED,  # m s-1
    LONGWAVE_DOWN,  # W m-2
    PRECIPITATION,  # kg m-2 s-1
    CO2,  # umol mol-1
    PAR_BEAM,  # W m-2, on the horizontal; so the next three
    PAR_DIFFUSE,
    NIR_BEAM,
    NIR_DIFFUSE,
    COS_ZENITH,  # 1, mean over the step of max(0, cosine of the solar zenith angle)
) = range(12)
N_MET = 12
STEPS_PER_DAY = int(86400 // STEP_S)
BANDS = ("par_beam", "par_diffuse", "nir_beam", "nir_diffuse")
STATE_ROWS = {
    "air_temperature": AIR_TEMPERATURE,
    "specific_humidity": SPECIFIC_HUMIDITY,
    "air_pressure": AIR_PRESSURE,
    "wind_speed": WIND_SPEED,
    "longwave_down": LONGWAVE_DOWN,
    "co2": CO2,
}
Interpolation = Literal["instantaneous", "mean", "none"]
_STEP = np.timedelta64(int(STEP_S), "s")
_DAY = np.timedelta64(1, "D")


class Meteorology:
    """The forcing of some points, served day by day in steps of 600 s.

    Parameters
    ----------
    ds : dims (time, point), coordinates `lat(point)`, `lon(point)` in degrees; variables
        `air_temperature` K, `specific_humidity` kg kg-1, `air_pressure` Pa, `wind_speed` m s-1,
        `longwave_down` W m-2, `precipitation` kg m-2 s-1, `co2` umol mol-1 and `shortwave_down`
        W m-2. Variables without the point dimension hold for all points. `time` is UTC, in equal
        steps that are a multiple of 600 s.
    interpolation :
        "instantaneous": values at the label (NLDAS-2). State variables and CO2 are linear between
        labels; shortwave keeps the clearness ratio, linear between daylight labels; precipitation
        is the mean of the interval that ENDS at the label and is held over it.
        "mean": means of the interval that BEGINS at the label (towers). Held; shortwave is spread
        by the sun's height with its mean kept.
        "none": as "mean" with shortwave held too. Only here may `par_beam`, `par_diffuse`,
        `nir_beam`, `nir_diffuse` W m-2 stand for `shortwave_down`, and `cos_zenith` be given; both
        are then used as they are.
    source : file (or other origin) named in errors

    Raises InputError for a missing variable, a gap, an irregular time axis, an implausible value.

    Attributes
    ----------
    lat, lon : (point,) degrees.   shape : (n_lat, n_lon) of a regular grid, else None; points are
    then in C order.   first, last : datetime64[s], the covered period (`last` excluded).
    """

    def __init__(
        self,
        ds: xr.Dataset,
        interpolation: Interpolation = "instantaneous",
        *,
        source: str | Path = "meteorology",
        shape: tuple[int, int] | None = None,
    ) -> None:
        self.source, self.shape = str(source), shape
        if interpolation not in get_args(Interpolation):
            raise InputError(
                self.source, "interpolation", interpolation, f"one of {get_args(Interpolation)}"
            )
        self.interpolation = interpolation
        for name in ("time", "lat", "lon"):
            if name not in ds.variables:
                raise InputError(self.source, name, None, "a coordinate")
        self.lat = np.atleast_1d(ds["lat"].values).astype(float)
        self.lon = np.atleast_1d(ds["lon"].values).astype(float)
        self.time = ds["time"].values.astype("datetime64[s]")
        self.n_sub = self._steps_per_interval()
        held = interpolation != "instantaneous"
        self.first = self.time[0]
        self.last = self.time[-1] + held * self.n_sub * _STEP
        has_bands = any(name in ds for name in BANDS)
        for name in (*BANDS, "cos_zenith"):
            if name in ds and interpolation != "none":
                raise InputError(
                    self.source, name, None, f'to be absent with interpolation "{interpolation}"'
                )
        names = [*STATE_ROWS, "precipitation", *(BANDS if has_bands else ("shortwave_down",))]
        names += ["cos_zenith"] if "cos_zenith" in ds else []
        self._values = {name: self._series(ds, name) for name in names}
        if interpolation == "instantaneous":
            mu = cos_zenith_at(self.time, self.lat, self.lon)
            self._clearness = clearness(self._values["shortwave_down"], mu)

    @classmethod
    def from_forcing_file(cls, path: str | Path) -> Meteorology:
        """Forcing of a region (`forcing/{year}.nc`: time, lat, lon), points in (lat, lon) order."""
        ds = read_dataset(path, required=("time", "lat", "lon"))
        for name in ("lat", "lon"):
            if ds[name].dims != (name,) or np.any(np.diff(ds[name].values) <= 0.0):
                raise InputError(path, name, None, "one-dimensional and ascending")
        shape = (ds.sizes["lat"], ds.sizes["lon"])
        stacked = ds.stack(point=("lat", "lon"))
        lat, lon = stacked["lat"].values, stacked["lon"].values
        stacked = stacked.drop_vars(("point", "lat", "lon"))
        stacked = stacked.assign_coords(lat=("point", lat), lon=("point", lon))
        return cls(stacked, "instantaneous", source=path, shape=shape)

    @property
    def n_point(self) -> int:
        """Number of points."""
        return len(self.lat)

    def day(self, date: np.datetime64 | str) -> np.ndarray:
        """Forcing (144, N_MET, point), float64, of the UTC day `date`; rows as the constants.

        Raises InputError if the day is not wholly within the series.
        """
        start = np.datetime64(date, "D").astype("datetime64[s]")
        if start < self.first or start + _DAY > self.last:
            raise InputError(
                self.source,
                "time",
                str(start)[:10],
                f"a whole day between {self.first} and {self.last} UTC",
            )
        # intervals that overlap the day: [low, high) with `skip` steps before midnight
        interval = self.n_sub * _STEP
        low = int((start - self.first) // interval)
        skip = int((start - self.time[low]) // _STEP)
        high = low + -(-(skip + STEPS_PER_DAY) // self.n_sub)
        steps = slice(skip, skip + STEPS_PER_DAY)
        starts = self.time[low] + np.arange((high - low) * self.n_sub) * _STEP
        out = np.empty((STEPS_PER_DAY, N_MET, self.n_point))

        if self.interpolation == "instantaneous":
            labels = slice(low, high + 1)
            for name, row in STATE_ROWS.items():
                out[:, row] = linear(self._values[name][labels], self.n_sub)[steps]
            rain = self._values["precipitation"][low + 1 : high + 1]
        else:
            for name, row in STATE_ROWS.items():
                out[:, row] = hold(self._values[name][low:high], self.n_sub)[steps]
            rain = self._values["precipitation"][low:high]
        out[:, PRECIPITATION] = hold(rain, self.n_sub)[steps]
        self._fill_radiation(out, low, high, starts, steps)
        return out

    def _fill_radiation(
        self, out: np.ndarray, low: int, high: int, starts: np.ndarray, steps: slice
    ) -> None:
        """Fill the shortwave rows and the sun's height of a day."""
        if "cos_zenith" in self._values:
            mu = hold(self._values["cos_zenith"][low:high], self.n_sub)
        else:
            mu = mean_cos_zenith_of(starts, STEP_S, self.lat, self.lon)
        out[:, COS_ZENITH] = mu[steps]
        if "par_beam" in self._values:
            for row, name in zip(
                (PAR_BEAM, PAR_DIFFUSE, NIR_BEAM, NIR_DIFFUSE), BANDS, strict=True
            ):
                out[:, row] = hold(self._values[name][low:high], self.n_sub)[steps]
            return
        if self.interpolation == "instantaneous":
            shortwave = SOLAR_CONSTANT * mu * linear(self._clearness[low : high + 1], self.n_sub)
        elif self.interpolation == "mean":
            shortwave = distribute_mean(self._values["shortwave_down"][low:high], mu, self.n_sub)
        else:
            shortwave = hold(self._values["shortwave_down"][low:high], self.n_sub)
        bands = np.empty((4, STEPS_PER_DAY, self.n_point))
        fill_split_shortwave(shortwave[steps], mu[steps], out[:, AIR_PRESSURE], bands)
        out[:, PAR_BEAM : NIR_DIFFUSE + 1] = np.moveaxis(bands, 0, 1)

    def _steps_per_interval(self) -> int:
        """Steps of 600 s between two labels; raises InputError on an unusable time axis."""
        if self.time.size < 2:
            raise InputError(self.source, "time", self.time.size, "at least two labels")
        spacing = np.diff(self.time)
        odd = np.flatnonzero(spacing != spacing[0])
        if odd.size:
            at = odd[0]
            raise InputError(
                self.source,
                "time",
                f"{self.time[at]} followed by {self.time[at + 1]}",
                f"equal steps of {spacing[0]}",
            )
        seconds = int(spacing[0].astype(int))
        if seconds <= 0 or seconds % int(STEP_S) or 86400 % seconds:
            raise InputError(
                self.source, "time step", f"{seconds} s", "a multiple of 600 s that divides a day"
            )
        if (self.time[0] - self.time[0].astype("datetime64[D]")) % spacing[0]:
            raise InputError(
                self.source, "time", str(self.time[0]), "labels at whole steps after midnight UTC"
            )
        return seconds // int(STEP_S)

    def _series(self, ds: xr.Dataset, name: str) -> np.ndarray:
        """Values (time, point) of a variable, complete and plausible."""
        if name not in ds:
            raise InputError(self.source, name, None, "a variable of the forcing")
        values = ds[name]
        if "point" in values.dims:
            values = values.transpose("time", "point").values
        else:
            values = values.values[:, None]
        values = np.broadcast_to(values.astype(float), (len(self.time), self.n_point))
        gap = np.flatnonzero(~np.isfinite(values).all(axis=1))
        if gap.size:
            raise InputError(
                self.source,
                name,
                None,
                f"no gap; first missing at {self.time[gap[0]]} UTC, {gap.size} times in all",
            )
        check_plausible(self.source, name, values)
        return np.ascontiguousarray(values)
