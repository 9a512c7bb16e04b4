"""Which properties of an ecosystem go with a high sensitivity: regression and analysis of variance.

The cells of all regions are the sample, as in Zhang et al. (2019, doi 10.1029/2018JG004589).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from edlite.analysis.statistics import (
    groups_of,
    least_squares,
    one_way_anova,
    pairwise_tests,
    standardise,
)
from edlite.errors import InputError, require_file
from edlite.files import read_dataset
from edlite.parameters import PFT_CODES

log = logging.getLogger(__name__)

FLUXES = {"gpp": "beta_GPP", "ra": "beta_Ra", "rh": "beta_Rh", "nee": "beta_NEE"}
PREDICTORS = {
    "agb": ("canopy structure", "AGB"),
    "lai": ("canopy structure", "LAI"),
    "soil_carbon": ("soil", "Soil carbon"),
    "sand": ("soil", "Sand percentage"),
    "clay": ("soil", "Clay percentage"),
}
# names of the plant functional types in the paper's Table 4
PAPER_PFT = {
    **{"NP": "Northern pine", "SP": "Southern pine", "LC": "Late conifer"},
    **{"EHW": "Early hardwood", "MHW": "Middle hardwood", "LHW": "Late hardwood"},
    **{"CRC3": "C3 crop", "CRC4": "C4 crop", "WHW": "Western hardwood", "WP": "Western pine"},
    **{"FR": "Fir", "DC4": "Dryland C4 grass", "DC3": "Dryland C3 grass"},
}
POOLS = ("fast_carbon", "structural_carbon", "slow_carbon")
PAPER_COLUMNS = ("explanatory_variable", "metric", "B_standardized", "p")


@dataclass(frozen=True)
class AttributionOptions:
    """Choices of the attribution.

    reference : PFT that the dummies are relative to; if no cell is dominated by it, the first in
        the order of `PFT_CODES` that dominates a cell
    masked : "exclude" or "include" cells whose moisture hardly differs between the runs
    adjustment : of the pairwise tests, "holm" or "tukey"
    """

    reference: str = "CRC3"
    masked: str = "exclude"
    adjustment: str = "holm"

    @classmethod
    def from_params(cls, params: Mapping[str, object]) -> AttributionOptions:
        """From the section `attribute`; raises InputError for unknown keys and values."""
        choices = {
            "reference": PFT_CODES,
            "masked": ("exclude", "include"),
            "adjustment": ("holm", "tukey"),
        }
        section = params.get("attribute", {})
        for key, value in section.items():
            if key not in choices:
                raise InputError("--params", f"attribute.{key}", value, ", ".join(choices))
            if value not in choices[key]:
                expected = f"one of {', '.join(choices[key])}"
                raise InputError("--params", f"attribute.{key}", value, expected)
        return cls(**section)


def read_cells(
    sensitivity: Sequence[Path], annual: Sequence[Path], soil: Sequence[Path]
) -> pd.DataFrame:
    """One row per cell of all regions.

    Columns: region, cell_id, masked, pft (dominant: the largest share of the cell's leaf area),
    agb and soil_carbon (kgC m-2), lai (yearly maximum), sand, clay (1), beta_{flux}
    (kgC m-2 yr-1 per m3 m-3). Annual values are means over the years. Raises InputError for a
    missing variable, a cell that a file lacks, or annual files of another run than the native.
    """
    betas = pd.concat([_betas(Path(p)) for p in sensitivity], ignore_index=True)
    years = pd.concat([_annual(Path(p)) for p in annual], ignore_index=True)
    grounds = pd.concat([_soil(Path(p)) for p in soil], ignore_index=True)
    keys = ["region", "cell_id"]
    table = betas
    means = years.groupby(keys, as_index=False).mean()
    for name, other in (("annual files", means), ("soil files", grounds)):
        merged = table.merge(other, on=keys, how="left", validate="one_to_one", indicator=True)
        lost = merged["_merge"] == "left_only"
        if lost.any():
            row = merged[lost].iloc[0]
            raise InputError(
                name, "cell_id", int(row["cell_id"]), f"every cell of {row['region']} in the {name}"
            )
        table = merged.drop(columns="_merge")
    shares = table[list(PFT_CODES)].to_numpy()
    dominant = np.array(PFT_CODES)[shares.argmax(axis=1)]
    table["pft"] = np.where(shares.max(axis=1) > 0, dominant, "")
    return table.drop(columns=list(PFT_CODES))


def _betas(path: Path) -> pd.DataFrame:
    ds = read_dataset(path, ("beta", "masked", "cell_id", "flux"))
    fluxes = [str(f) for f in ds["flux"].values]
    missing = set(FLUXES) - set(fluxes)
    if missing:
        raise InputError(path, "flux", fluxes, f"also {', '.join(sorted(missing))}")
    columns = {f"beta_{f}": ds["beta"].values[fluxes.index(f)] for f in FLUXES}
    return _frame(path, ds, {"masked": ds["masked"].values.astype(int), **columns})


def _annual(path: Path) -> pd.DataFrame:
    ds = read_dataset(path, ("agb", "lai_max", "lai_pft", "cell_id", *POOLS))
    run = ds.attrs.get("run", "native")
    if run != "native":
        raise InputError(path, "attribute run", run, "native")
    leaf = ds["lai_pft"].transpose("cell", "pft").values
    if leaf.shape[1] != len(PFT_CODES):
        raise InputError(path, "pft", leaf.shape[1], f"{len(PFT_CODES)} plant functional types")
    columns = {
        "agb": ds["agb"].values,
        "lai": ds["lai_max"].values,
        "soil_carbon": sum(ds[pool].values for pool in POOLS),
    }
    return _frame(path, ds, columns | {code: leaf[:, i] for i, code in enumerate(PFT_CODES)})


def _soil(path: Path) -> pd.DataFrame:
    ds = read_dataset(path, ("sand", "clay", "cell_id"))
    return _frame(path, ds, {"sand": ds["sand"].values, "clay": ds["clay"].values})


def _frame(path: Path, ds, columns: dict) -> pd.DataFrame:
    region = str(ds.attrs.get("region", ""))
    if not region:
        raise InputError(path, "attribute region", region, "the name of the region")
    return pd.DataFrame({"region": region, "cell_id": ds["cell_id"].values, **columns})


def read_paper_regression(path: Path) -> pd.DataFrame:
    """The paper's Table 4 with the columns flux, variable, paper, paper_p; raises InputError."""
    table = pd.read_csv(require_file(path), dtype=str)
    for name in PAPER_COLUMNS:
        if name not in table.columns:
            raise InputError(path, name, None, f"a column; the file has {list(table.columns)}")
    names = {label: name for name, (_, label) in PREDICTORS.items()}
    names |= {label: code for code, label in PAPER_PFT.items()} | {"Constant": "intercept"}
    metrics = {metric: flux for flux, metric in FLUXES.items()}
    unknown = set(table["explanatory_variable"]) - set(names)
    if unknown:
        raise InputError(path, "explanatory_variable", sorted(unknown)[0], "a name of Table 4")
    return pd.DataFrame(
        {
            "flux": table["metric"].map(metrics),
            "variable": table["explanatory_variable"].map(names),
            "paper": table["B_standardized"].astype(float),
            "paper_p": table["p"],
        }
    )


def sample(cells: pd.DataFrame, flux: str, masked: str) -> pd.DataFrame:
    """Cells that count for one flux: beta and all predictors defined, vegetated, mask obeyed."""
    keep = np.isfinite(cells[[f"beta_{flux}", *PREDICTORS]].to_numpy(dtype=float)).all(axis=1)
    keep &= (cells["pft"] != "").to_numpy()
    if masked == "exclude":
        keep &= (cells["masked"] == 0).to_numpy()
    return cells[keep]


def reference_pft(present: Sequence[str], wanted: str) -> str:
    """`wanted` if it dominates a cell, otherwise the first of `PFT_CODES` that does."""
    return wanted if wanted in present else next((c for c in PFT_CODES if c in present), "")


def regression(cells: pd.DataFrame, options: AttributionOptions) -> pd.DataFrame:
    """Ordinary least squares of beta on the predictors and the dominant PFT, flux by flux.

    beta and the five continuous predictors are standardised (SD 1); the PFTs are dummies (0 or 1)
    relative to the reference. Columns: flux, variable, group, standardised, se, t, p, n, r_squared,
    reference, note ("aliased": a linear combination of earlier terms, no coefficient).
    """
    tables = []
    for flux in FLUXES:
        rows = sample(cells, flux, options.masked)
        present = [code for code in PFT_CODES if code in set(rows["pft"])]
        reference = reference_pft(present, options.reference)
        dummies = [code for code in present if code != reference]
        names = ["intercept", *PREDICTORS, *dummies]
        columns = [np.ones(len(rows))]
        columns += [standardise(rows[name].to_numpy()) for name in PREDICTORS]
        columns += [(rows["pft"] == code).to_numpy(dtype=float) for code in dummies]
        y = standardise(rows[f"beta_{flux}"].to_numpy())
        table, r_squared = least_squares(y, np.column_stack(columns), names)
        if len(rows) <= len(names):
            log.warning(
                "%s: %d cells for %d terms, no standard errors", flux, len(rows), len(names)
            )
        groups = {name: group for name, (group, _) in PREDICTORS.items()} | {
            "intercept": "intercept"
        }
        tables.append(
            pd.DataFrame(
                {
                    "flux": flux,
                    "variable": names,
                    "group": [groups.get(name, "PFT") for name in names],
                    "standardised": table["coefficient"].to_numpy(),
                    "se": table["se"].to_numpy(),
                    "t": table["t"].to_numpy(),
                    "p": table["p"].to_numpy(),
                    "n": len(rows),
                    "r_squared": r_squared,
                    "reference": reference,
                    "note": np.where(table["coefficient"].isna(), "aliased", ""),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def with_paper(table: pd.DataFrame, paper: pd.DataFrame | None) -> pd.DataFrame:
    """The regression with the columns paper and paper_p (empty where the paper has no value)."""
    if paper is None:
        return table.assign(paper=np.nan, paper_p="")
    return table.merge(paper, on=["flux", "variable"], how="left", validate="one_to_one")


def variance_tables(
    cells: pd.DataFrame, options: AttributionOptions
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One-way analysis of variance of beta over the dominant PFT, and the pairwise tests."""
    anova, pairs = [], []
    for flux in FLUXES:
        rows = sample(cells, flux, options.masked)
        groups = groups_of(rows[f"beta_{flux}"].to_numpy(), rows["pft"].to_numpy(dtype=str))
        anova.append({"flux": flux, **one_way_anova(groups)})
        table = pairwise_tests(groups, options.adjustment)
        table.insert(0, "flux", flux)
        pairs.append(table.assign(adjustment=options.adjustment))
    filled = [t for t in pairs if len(t)] or pairs[:1]
    return pd.DataFrame(anova), pd.concat(filled, ignore_index=True)
