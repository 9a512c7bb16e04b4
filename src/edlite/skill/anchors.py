"""Published scores of land models at PLUMBER2 towers, for the magnitude of what is reached."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from edlite.errors import InputError, require_file

FILES = {
    "JULES-GL9": "JULESGL9_all170_plumber2_benchmark_metrics.csv",
    "ecLand": "ecland_cy50r1_all170_plumber2_benchmark_metrics.csv",
}
VARIABLES = {"Qle": "le", "Qh": "h", "NEE": "nee"}
COLUMNS = ("site", "period", "variable", "n", "bias", "rmse", "r", "std_obs", "std_mod")


def read_anchors(folder: str | Path, towers: Sequence[str] | None = None) -> pd.DataFrame:
    """Half-hourly scores of JULES-GL9 and ecLand (cycle 50r1) with PLUMBER2 forcing.

    Over measured steps of the towers' whole PLUMBER2 records (Ukkola et al. 2022, Earth Syst. Sci.
    Data 14, 449-461), which are other years than ours. Columns model, tower, period, variable
    (le, h in W m-2; nee in umol m-2 s-1), n, bias (model minus observation), rmse, r; rows without
    scores are left out. `towers` None: all. Raises InputError for missing files and columns.
    """
    parts = []
    for model, name in FILES.items():
        path = require_file(Path(folder) / name)
        table = pd.read_csv(path)
        for column in COLUMNS:
            if column not in table:
                raise InputError(path, column, None, f"a column; found {', '.join(table)}")
        table = table[table["variable"].isin(VARIABLES) & table["r"].notna()]
        parts.append(table.assign(model=model, variable=table["variable"].map(VARIABLES)))
    table = pd.concat(parts, ignore_index=True).rename(columns={"site": "tower"})
    if towers is not None:
        table = table[table["tower"].isin(towers)]
    columns = ["model", "tower", "period", "variable", "n", "bias", "rmse", "r"]
    return table[columns].reset_index(drop=True)
