"""The forcing of a year for several regions, from a manifest, domains and CO2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.errors import InputError
from edlite.forcing.cut import check_surrounded, cut_regions
from edlite.forcing.plan import centre_bounds, plan_region, year_labels
from edlite.model.forcing_variables import FORCING_VARIABLES
from edlite.sources.co2 import interpolate


@dataclass(frozen=True)
class ForcingOptions:
    """Section `forcing` of the configuration.

    margin : forcing kept around the cells of a region [degree], as far as the granules have it
    allow_missing_last_label : whether the last label of a year (00 UTC of the next January 1) may
        be missing; it then repeats the hour before
    """

    margin: float = 0.25
    allow_missing_last_label: bool = False

    @classmethod
    def from_params(cls, section: Mapping) -> ForcingOptions:
        """Options from the configuration; raises InputError for an unknown or unusable one."""
        known = {f.name for f in fields(cls)}
        for key in section:
            if key not in known:
                raise InputError("forcing", key, section[key], f"one of {sorted(known)}")
        options = cls(**section)
        if not (isinstance(options.margin, (int, float)) and options.margin >= 0.0):
            raise InputError("forcing", "margin", options.margin, "degrees, 0 or more")
        if not isinstance(options.allow_missing_last_label, bool):
            raise InputError(
                "forcing",
                "allow_missing_last_label",
                options.allow_missing_last_label,
                "true or false",
            )
        return options


def build_forcing(
    manifest: pd.DataFrame,
    manifest_path: str | Path,
    domains: Mapping[str, xr.Dataset],
    co2: pd.Series,
    co2_path: str | Path,
    year: int,
    options: ForcingOptions,
) -> dict[str, xr.Dataset]:
    """Datasets of `forcing/{year}.nc` (see docs/design.md), one for each region.

    Gaps, extents and the CO2 record are checked before any granule is read. Raises InputError.
    """
    labels = year_labels(year)
    series = interpolate(co2, labels, co2_path)
    centres = {
        name: centre_bounds(domain["lat"].values, domain["lon"].values)
        for name, domain in domains.items()
    }
    plans = {
        name: plan_region(
            manifest,
            manifest_path,
            name,
            bounds,
            options.margin,
            labels,
            allow_missing_last=options.allow_missing_last_label,
        )
        for name, bounds in centres.items()
    }
    datasets = cut_regions(manifest, plans, labels)
    for name, ds in datasets.items():
        check_surrounded(ds, manifest_path, centres[name])
        variable = FORCING_VARIABLES["co2"]
        ds["co2"] = (
            "time",
            series.astype(np.float32),
            {"units": variable.units, "long_name": f"{variable.long_name} at the label"},
        )
    return datasets
