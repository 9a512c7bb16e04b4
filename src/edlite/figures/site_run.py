"""A site run beside its observations: daily means of fluxes and soil moisture."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from edlite.constants import DAY_S
from edlite.figures import style as st
from edlite.figures.series import daily_series, tower_series
from edlite.site.compare import modelled

GRAMS_PER_DAY = 1e3 * DAY_S
# variable -> (label, factor, has both signs)
PANELS = {
    "gpp": (f"GPP\n{st.CARBON_DAY}", GRAMS_PER_DAY, False),
    "reco": (f"R$_{{eco}}$\n{st.CARBON_DAY}", GRAMS_PER_DAY, False),
    "nee": (f"NEE\n{st.CARBON_DAY}", GRAMS_PER_DAY, True),
    "le": (f"LE\n{st.POWER}", 1.0, False),
    "h": (f"H\n{st.POWER}", 1.0, True),
    "theta_probe": (f"$\\theta$ at probes\n{st.MOISTURE}", 1.0, False),
}


def site_figure(
    runs: dict[str, xr.Dataset], observed: xr.Dataset, title: str, *, synthetic: bool
) -> Figure:
    """Daily means: one panel a variable, lines for `runs` (native, prescribed), dots observed.

    Moisture panels need known probe depths. NEE is positive to the atmosphere.
    """
    depths = observed["probe_depth"].values if "theta_probe" in observed else np.array([])
    panels = []
    for name, (label, factor, signed) in PANELS.items():
        if name not in observed or (name == "theta_probe" and not np.isfinite(depths).all()):
            continue
        series = observed[name]
        if name == "theta_probe":
            series = series.mean("probe", skipna=False)
        panels.append(
            {
                "label": label,
                "signed": signed,
                "observed": _daily(series, factor),
                "runs": {k: _daily(modelled(ds, name, depths), factor) for k, ds in runs.items()},
            }
        )
    return tower_series(panels, title, synthetic=synthetic)


def _daily(values: xr.DataArray, factor: float) -> pd.Series:
    return daily_series(values["time"].values, values.values * factor)
