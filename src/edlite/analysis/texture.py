"""Response of moisture and carbon fluxes to soil texture, relative to a sandy reference soil."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from edlite.errors import InputError

VARIABLES = ("theta_rootzone", "gpp", "reco", "nee")
REFERENCE = (10.0, 10.0)  # percent sand, percent clay
TOTAL = 100.0  # percent


def possible(sand: np.ndarray, clay: np.ndarray) -> np.ndarray:
    """Mask (sand, clay): the soil exists, sand + clay is at most 100 percent."""
    return sand[:, None] + clay[None, :] <= TOTAL


def texture_ratios(ds: xr.Dataset, source: str | Path) -> xr.Dataset:
    """Period means of each texture divided by those at 10 % sand and 10 % clay.

    Parameters
    ----------
    ds : dims sand, clay (coordinates in percent); period means `theta_rootzone` (m3 m-3, 0-1 m),
        `gpp`, `reco`, `nee` (one unit each); NaN where sand + clay > 100
    source : file, for messages

    Returns
    -------
    The same names and dims, dimensionless; NaN for impossible textures. nee may change sign, which
    a negative ratio shows. Raises InputError for a missing variable or reference texture, a
    reference of zero, or a possible texture without a value.
    """
    for name in (*VARIABLES, "sand", "clay"):
        if name not in ds.variables:
            raise InputError(source, name, None, f"one of {sorted(ds.variables)}")
    sand, clay = ds["sand"].values.astype(float), ds["clay"].values.astype(float)
    row = np.flatnonzero(np.isclose(sand, REFERENCE[0]))
    column = np.flatnonzero(np.isclose(clay, REFERENCE[1]))
    if row.size != 1 or column.size != 1:
        raise InputError(
            source, "sand, clay", [sand.tolist(), clay.tolist()], "10 percent of each, once"
        )
    exists = possible(sand, clay)
    ratios = {}
    for name in VARIABLES:
        values = ds[name].transpose("sand", "clay").values.astype(float)
        if not np.isfinite(values[exists]).all():
            raise InputError(source, name, "NaN", "a value wherever sand + clay <= 100 percent")
        reference = values[row[0], column[0]]
        if reference == 0:
            raise InputError(source, f"{name} at 10 % sand, 10 % clay", 0.0, "not zero")
        attributes = {"units": "1", "long_name": f"{name} relative to 10 % sand, 10 % clay"}
        ratio = np.full(values.shape, np.nan)
        ratio[exists] = values[exists] / reference
        ratios[name] = (("sand", "clay"), ratio, attributes)
    return xr.Dataset(ratios, coords={"sand": ds["sand"], "clay": ds["clay"]}, attrs=ds.attrs)
