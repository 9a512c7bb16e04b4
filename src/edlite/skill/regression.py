"""Linear regressions on weather, trained at the other towers: what any model should beat.

After the PLUMBER comparison (Best et al. 2015, J. Hydrometeorol. 16, 1425-1442), in which simple
regressions out of sample did better than land models in many respects.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

REGRESSIONS = {
    "1lin": ("shortwave_down",),
    "3lin": ("shortwave_down", "air_temperature", "relative_humidity"),
}


def fit(tables: list[pd.DataFrame], predictors: tuple[str, ...]) -> np.ndarray:
    """Least-squares coefficients (intercept first) of `observed` on the predictors.

    Each table is a tower and weighs the same, whatever its number of measurements.
    """
    rows, targets = [], []
    for table in tables:
        complete = table[["observed", *predictors]].dropna()
        weight = 1.0 / np.sqrt(len(complete))
        design = np.column_stack([np.ones(len(complete)), complete[list(predictors)]])
        rows.append(design * weight)
        targets.append(complete["observed"].to_numpy() * weight)
    return np.linalg.lstsq(np.concatenate(rows), np.concatenate(targets), rcond=None)[0]


def predict(
    table: pd.DataFrame, predictors: tuple[str, ...], coefficients: np.ndarray
) -> pd.Series:
    """The regression's series on the times of `table`."""
    return coefficients[0] + table[list(predictors)] @ coefficients[1:]


def out_of_sample(tables: Mapping[str, pd.DataFrame], towers: Mapping[str, str]) -> dict:
    """Each case's table with a column per regression, trained at all towers but its own.

    tables : case -> columns `observed` and the predictors (one variable);  towers : case -> tower

    A case that no other tower can train gets columns of NaN.
    """
    by_tower: dict[str, list[pd.DataFrame]] = {}
    for case, table in tables.items():
        by_tower.setdefault(towers[case], []).append(table)
    pooled = {tower: pd.concat(parts) for tower, parts in by_tower.items()}
    result = {}
    for case, table in tables.items():
        others = [t for tower, t in pooled.items() if tower != towers[case]]
        columns = {}
        for name, predictors in REGRESSIONS.items():
            known = [t for t in others if t[["observed", *predictors]].notna().all(axis=1).any()]
            if known:
                columns[name] = predict(table, predictors, fit(known, predictors))
            else:
                columns[name] = np.nan
        result[case] = table.assign(**columns)
    return result
