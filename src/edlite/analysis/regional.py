"""Area-weighted statistics of the cells of a region."""

from __future__ import annotations

import numpy as np


def weighted_mean_sd(
    values: np.ndarray, area: np.ndarray, keep: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Area-weighted mean and standard deviation over the last axis.

    Parameters
    ----------
    values : (..., cell)
    area : (cell,) > 0
    keep : (..., cell) or (cell,) bool; cells that count (undefined values never do)

    Returns
    -------
    mean, sd : (...), sd = sqrt(sum(area (x - mean)^2) / sum(area)); NaN where no cell counts
    """
    weight = np.where(keep & np.isfinite(values), area, 0.0)
    total = weight.sum(axis=-1)
    safe = np.where(total > 0, total, np.nan)
    known = np.where(weight > 0, values, 0.0)
    mean = (weight * known).sum(axis=-1) / safe
    deviation = np.where(weight > 0, known - mean[..., None], 0.0)
    return mean, np.sqrt((weight * deviation**2).sum(axis=-1) / safe)


def weighted_share(flag: np.ndarray, area: np.ndarray) -> float:
    """Share (0-1) of the area in which `flag` is true."""
    return float((area * flag).sum() / area.sum())
