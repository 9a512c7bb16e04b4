"""Ordinary least squares, analysis of variance and pairwise tests, with R's conventions."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests

ALIAS_TOLERANCE = 1e-7  # as R's lm


def standardise(values: np.ndarray) -> np.ndarray:
    """(x - mean) / SD with SD of n - 1 degrees of freedom; zeros where x does not vary."""
    values = np.asarray(values, dtype=float)
    if len(values) < 2 or np.ptp(values) == 0:
        return np.zeros(len(values))
    return (values - values.mean()) / values.std(ddof=1)


def independent_columns(design: np.ndarray) -> np.ndarray:
    """Mask (column,): not a linear combination of the columns before it (R's aliased terms)."""
    keep = np.zeros(design.shape[1], dtype=bool)
    basis = np.zeros((design.shape[0], 0))
    for i, column in enumerate(design.T):
        norm = np.linalg.norm(column)
        rest = column
        for _ in range(2):  # the second pass removes what rounding left
            rest = rest - basis @ (basis.T @ rest)
        size = np.linalg.norm(rest)
        if norm > 0 and size > ALIAS_TOLERANCE * norm and basis.shape[1] < design.shape[0]:
            keep[i] = True
            basis = np.column_stack([basis, rest / size])
    return keep


def least_squares(
    y: np.ndarray, design: np.ndarray, names: list[str]
) -> tuple[pd.DataFrame, float]:
    """Ordinary least squares as R's `lm`.

    Parameters
    ----------
    y : (n,);  design : (n, column), with its column of ones;  names : of the columns

    Returns
    -------
    Table with index `names` and the columns coefficient, se, t, p (two-sided); terms that are
    linear combinations of earlier ones are NaN, and se, t, p are NaN without residual degrees of
    freedom. Second: R squared (NaN where undefined).
    """
    empty = pd.DataFrame(np.nan, index=names, columns=["coefficient", "se", "t", "p"])
    keep = independent_columns(design)
    if len(y) == 0 or not keep.any():
        return empty, np.nan
    if len(y) == keep.sum():
        coefficient, *_ = np.linalg.lstsq(design[:, keep], y, rcond=None)
        empty.loc[keep, "coefficient"] = coefficient
        return empty, np.nan
    fit = sm.OLS(y, design[:, keep]).fit(method="qr")
    columns = np.column_stack([fit.params, fit.bse, fit.tvalues, fit.pvalues])
    empty.loc[keep] = columns
    return empty, float(fit.rsquared) if np.ptp(y) > 0 else np.nan


def groups_of(values: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Values by label, in the order of the sorted labels."""
    return {str(g): np.asarray(values[labels == g], dtype=float) for g in np.unique(labels)}


def one_way_anova(groups: dict[str, np.ndarray]) -> dict[str, float]:
    """One-way analysis of variance as R's `aov`: degrees of freedom, sums of squares, F and p.

    F and p are NaN with fewer than two groups or without degrees of freedom within.
    """
    everything = np.concatenate(list(groups.values())) if groups else np.zeros(0)
    n, k = len(everything), len(groups)
    grand = everything.mean() if n else np.nan
    between = float(sum(len(g) * (g.mean() - grand) ** 2 for g in groups.values()))
    within = float(sum(((g - g.mean()) ** 2).sum() for g in groups.values()))
    df_between, df_within = max(k - 1, 0), n - k
    f = p = np.nan
    if k >= 2 and df_within >= 1 and within > 0:
        f = (between / df_between) / (within / df_within)
        p = float(stats.f.sf(f, df_between, df_within))
    return {
        **{"n": n, "n_group": k, "df_between": df_between, "df_within": df_within},
        **{"ss_between": between, "ss_within": within, "f": f, "p": p},
    }


def pairwise_tests(groups: dict[str, np.ndarray], adjustment: str) -> pd.DataFrame:
    """All pairs of groups: t tests with the pooled SD of all groups.

    Parameters
    ----------
    adjustment : "holm", as R's `pairwise.t.test` by default, or "tukey" (Tukey-Kramer, as R's
        `TukeyHSD`)

    Returns
    -------
    Columns group_1, group_2, n_1, n_2, difference (mean of 1 minus 2), t, df, p, p_adjusted;
    no rows with fewer than two groups, NaN without degrees of freedom.
    """
    columns = ["group_1", "group_2", "n_1", "n_2", "difference", "t", "df", "p", "p_adjusted"]
    if len(groups) < 2:
        return pd.DataFrame(columns=columns)
    anova = one_way_anova(groups)
    df = anova["df_within"]
    variance = anova["ss_within"] / df if df >= 1 else np.nan
    rows = []
    for first, second in combinations(groups, 2):
        x, y = groups[first], groups[second]
        difference = x.mean() - y.mean()
        error = np.sqrt(variance * (1 / len(x) + 1 / len(y)))
        t = difference / error if error > 0 else np.nan
        p = 2 * stats.t.sf(abs(t), df) if df >= 1 else np.nan
        rows.append((first, second, len(x), len(y), difference, t, df, p))
    table = pd.DataFrame(rows, columns=columns[:-1])
    if adjustment == "tukey":
        adjusted = stats.studentized_range.sf(np.sqrt(2) * table["t"].abs(), len(groups), df)
        return table.assign(p_adjusted=adjusted)
    known = table["p"].notna()
    table["p_adjusted"] = np.nan
    if known.any():
        table.loc[known, "p_adjusted"] = multipletests(table.loc[known, "p"], method="holm")[1]
    return table
