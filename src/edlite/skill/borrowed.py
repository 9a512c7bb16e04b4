"""Weather that a record lacks, borrowed from the climate of another record of the same place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError


def borrowed_table(
    lender: xr.Dataset,
    names: Sequence[str],
    start: str,
    end: str,
    utc_offset: float,
    source: str,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Mean course of the day, by calendar month, of `lender`, on the days of another period.

    Used for variables whose weather nobody recorded: the mean wind of each month and time of day
    keeps the season and the sea-breeze of the day and none of the storms.

    lender : canonical tower record;  names : its variables to lend
    start, end : ISO dates; the table covers one day more at each end
    utc_offset : local standard time minus UTC [h], in which months and times of day are counted

    Returns the table (`time`: start of each step in local standard time, one column a variable, SI)
    and the variables' units. Raises InputError for a variable that the lender does not have, or has
    not for every month and time of day.
    """
    step = pd.Timedelta(seconds=float(lender.attrs["step_s"]))
    shift = pd.Timedelta(hours=utc_offset)
    local = pd.DatetimeIndex(lender["time"].values) + shift
    first, last = pd.Timestamp(start) - pd.Timedelta("1D"), pd.Timestamp(end) + pd.Timedelta("1D")
    time = pd.date_range(first, last, freq=step, inclusive="left")
    table, units = pd.DataFrame({"time": time.strftime("%Y-%m-%dT%H:%M")}), {}
    for name in names:
        if name not in lender or lender[name].dims != ("time",):
            raise InputError(source, name, None, "a variable of the record that lends it")
        climate = pd.Series(lender[name].values).groupby([local.month, local.time]).mean()
        wanted = pd.MultiIndex.from_arrays([time.month, time.time])
        values = climate.reindex(wanted).to_numpy()
        if np.isnan(values).any():
            month = int(time[np.isnan(values)][0].month)
            raise InputError(
                source, name, f"no value in month {month}", "a value at every time of day"
            )
        table[name], units[name] = values.round(6), str(lender[name].attrs["units"])
    return table, units
