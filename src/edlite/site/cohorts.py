"""Cohorts of a site as the model takes them: thick ones divided, tallest first."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edlite.initial.allometry import Allometry
from edlite.initial.cohorts import Cohorts, divide_layers
from edlite.parameters import PFT_CODES, pft_index

MAX_COHORTS = 100  # of a patch, after thick layers are divided


def model_cohorts(
    patches: pd.DataFrame, cohorts: pd.DataFrame, parameters: pd.DataFrame, divide: bool
) -> pd.DataFrame:
    """Cohorts of `read_stand` in the order of `Columns`: by patch, tallest first.

    With `divide`, those of a leaf area index above 1 become equal parts, as in the regions.
    Columns of the result: patch, label (name of the patch), cohort, pft, dbh, n, height [m] and
    n_whole, the density of the undivided cohort.
    """
    allometry = Allometry(parameters)
    labels = patches.set_index("patch")["label"]
    pft = np.array([pft_index(code) for code in cohorts["pft"]], int)
    table = cohorts[["patch", "cohort", "pft", "dbh", "n"]].assign(
        label=cohorts["patch"].map(labels).astype(str),
        n_whole=cohorts["n"],
        height=allometry.height(pft, cohorts["dbh"].to_numpy(float)),
    )
    if divide and len(table):
        table = pd.concat(
            [_divided(own, allometry) for _, own in table.groupby("patch", sort=True)],
            ignore_index=True,
        )
    order = np.lexsort((-table["height"].to_numpy(float), table["patch"].to_numpy(int)))
    return table.iloc[order].reset_index(drop=True)


def _divided(own: pd.DataFrame, allometry: Allometry) -> pd.DataFrame:
    pft = np.array([pft_index(code) for code in own["pft"]])
    whole = Cohorts(pft, own["dbh"].to_numpy(float), own["n"].to_numpy(float))
    parts = divide_layers(whole, MAX_COHORTS, allometry)
    parent = _parents(whole.n, parts.n)
    codes = [PFT_CODES[i] for i in parts.pft]
    return own.iloc[parent].assign(pft=codes, dbh=parts.dbh, n=parts.n)


def _parents(whole: NDArray[np.float64], parts: NDArray[np.float64]) -> NDArray[np.int64]:
    """Index of the cohort that each part comes from; parts of a cohort are equal and adjacent."""
    counts = []
    for n in whole:
        counts.append(round(n / parts[sum(counts)]))
    return np.repeat(np.arange(whole.size), counts)
