"""Scores of a model against measurements: bias, root-mean-square error, correlation."""

from __future__ import annotations

import numpy as np
import pandas as pd

MIN_SHARE_OF_DAY = 0.5  # of its steps, for a daily mean
MIN_PAIRS = 10


def score(observed: pd.Series, modelled: pd.Series) -> dict[str, float]:
    """Scores over the times at which both are present.

    `n` pairs, mean and standard deviation (n - 1) of each, `bias` (modelled minus observed), `rmse`
    and Pearson's `r`; all but `n` are NaN with fewer than ten pairs, `r` also where one of the two
    does not vary.
    """
    pairs = pd.DataFrame({"observed": observed, "modelled": modelled}).dropna()
    result = {"n": len(pairs)}
    names = ("mean_observed", "mean_modelled", "sd_observed", "sd_modelled", "bias", "rmse", "r")
    if len(pairs) < MIN_PAIRS:
        return result | dict.fromkeys(names, np.nan)
    o, m = pairs["observed"].to_numpy(), pairs["modelled"].to_numpy()
    varies = np.ptp(o) > 0 and np.ptp(m) > 0
    return result | {
        "mean_observed": o.mean(),
        "mean_modelled": m.mean(),
        "sd_observed": o.std(ddof=1),
        "sd_modelled": m.std(ddof=1),
        "bias": (m - o).mean(),
        "rmse": float(np.sqrt(((m - o) ** 2).mean())),
        "r": float(np.corrcoef(o, m)[0, 1]) if varies else np.nan,
    }


def daily_means(pairs: pd.DataFrame, utc_offset: float) -> pd.DataFrame:
    """Means over local days of the steps at which every column is present.

    pairs : indexed by time (UTC, start of step, regular but for missing rows)

    A day counts if at least half of its steps are there; then all columns are averaged over the
    same steps, so that missing measurements bias no comparison.
    """
    complete = pairs.dropna()
    if len(complete) < 2:
        return complete.iloc[:0]
    step = pd.Series(complete.index).diff().min()
    local = (complete.index + pd.Timedelta(hours=utc_offset)).floor("D")
    days = complete.groupby(local).mean()
    counts = complete.groupby(local).size()
    return days[counts >= MIN_SHARE_OF_DAY * (pd.Timedelta("1D") / step)]
