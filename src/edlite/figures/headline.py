"""The headline numbers of a study, as one machine-readable table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from edlite.figures import prepare, score, sensitivity
from edlite.figures.results import Results

ALL = "all"
MOISTURE = "m3 m-3"
CARBON = "kgC m-2 yr-1"
BETA = "kgC m-2 yr-1 per (m3 m-3)"


def summary(results: Results) -> pd.DataFrame:
    """Headline numbers: columns quantity, region (`all`: all regions), value, unit.

    `rmse_removed_{variable}` is 100 (1 - RMSE_blended / RMSE_native) against the known truth in
    percent: of daily root-zone moisture as `truth.csv` says, of the fluxes from the period means of
    the cells. `beta_{flux}` are area-weighted means of unmasked cells; `all` takes all cells.
    """
    rows = [*_moisture(results), *_fluxes(results), *_beta(results), *_truth(results)]
    return pd.DataFrame(rows, columns=["quantity", "region", "value", "unit"])


def pick(table: pd.DataFrame, quantity: str, region: str = ALL) -> float | None:
    """One value of the summary, or None where it is absent or undefined."""
    found = table[(table.quantity == quantity) & (table.region == region)]
    if found.empty or not np.isfinite(found.iloc[0]["value"]):
        return None
    return float(found.iloc[0]["value"])


def _moisture(results: Results) -> Iterator[tuple]:
    table = prepare.moisture_table(results)
    for _, row in table.iterrows():
        for run in ("native", "blended", "truth"):
            if run in row:
                yield f"theta_rootzone_{run}", row.region, row[run], MOISTURE
        if "blended" in row:
            yield "theta_rootzone_bias", row.region, row.native - row.blended, MOISTURE


def _fluxes(results: Results) -> Iterator[tuple]:
    for _, row in prepare.flux_table(results).iterrows():
        for run in ("native", "blended", "truth"):
            if run in row:
                yield f"{row.flux}_{run}", row.region, row[run], CARBON
        if "blended" in row and row.flux != "nee" and row.native != 0:
            change = 100.0 * (row.blended / row.native - 1.0)
            yield f"{row.flux}_change", row.region, change, "percent"


def _beta(results: Results) -> Iterator[tuple]:
    cells = prepare.sensitivity_cells(results)
    if cells is None:
        return
    statistics = sensitivity.region_statistics(cells)
    everywhere = sensitivity.region_statistics(cells.assign(region=ALL))
    for _, row in pd.concat([statistics, everywhere]).iterrows():
        yield f"beta_{row.flux}", row.region, row["mean"], BETA
        yield f"beta_{row.flux}_sd", row.region, row["sd"], BETA
        if row.flux == "gpp":
            yield "beta_masked_cells", row.region, row.masked_percent, "percent"


def _truth(results: Results) -> Iterator[tuple]:
    errors = score.truth_errors(results.table("truth"))
    if errors is not None:
        zone = errors[errors.panel == score.TRUTH_BANDS[0.0, 1.0]]
        if len(zone) == 1:  # a study of one region has no row "all"
            zone = pd.concat([zone, zone.assign(region=ALL)])
        for _, row in zone.iterrows():
            yield "rmse_theta_rootzone_native", row.region, row.native, MOISTURE
            yield "rmse_theta_rootzone_blended", row.region, row.blended, MOISTURE
            yield "rmse_removed_theta_rootzone", row.region, row.reduction_percent, "percent"
    fluxes = prepare.flux_errors(results)
    if fluxes is None:
        return
    if len(results.regions) == 1:
        fluxes = pd.concat([fluxes, fluxes.assign(region=ALL)])
    for _, row in fluxes.iterrows():
        for run in ("native", "blended"):
            yield f"rmse_{row.flux}_{run}", row.region, row[run], CARBON
        if row.native > 0:
            removed = 100.0 * (1.0 - row.blended / row.native)
            yield f"rmse_removed_{row.flux}", row.region, removed, "percent"
