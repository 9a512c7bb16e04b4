"""The tower evaluation: run the cases, score them, set simple and published models beside them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from edlite.constants import L_V3, YEAR_S
from edlite.files import read_dataset
from edlite.site.config import read_site_run
from edlite.site.forcing import read_record, site_forcing
from edlite.skill.cases import Case, option_folder, prepare
from edlite.skill.pairs import UNITS, pair
from edlite.skill.regression import REGRESSIONS, out_of_sample
from edlite.skill.scores import daily_means, score

logger = logging.getLogger(__name__)

EDLITE = "edlite"
REGRESSED = ("le", "h", "nee")  # measured at more than one tower
COMPARED = ("le", "h", "nee", "gpp")  # between options
Pairs = dict[tuple[str, float | None], pd.DataFrame]


@dataclass(frozen=True)
class Evaluation:
    """Pairs by case (name -> (variable, depth) -> table) and the table of scores."""

    cases: list[Case]
    pairs: dict[str, Pairs]
    scores: pd.DataFrame


def run_case(case: Case, data: Path, folder: Path, settings: Mapping) -> Path:
    """Prepare (`settings`: see there) and run one case in `folder`; its `native.nc`."""
    # the model is imported on use: it brings the compiler with it
    from edlite.site.simulate import run_site, write_site

    path = prepare(case, data, folder, **settings)
    run = read_site_run(path)
    # scores are made here, by half hours
    write_site(run_site(replace(run, observations=None)), run, folder)
    return folder / "native.nc"


def run_cases(
    cases: Sequence[Case],
    data: str | Path,
    out: str | Path,
    *,
    options: Mapping[str, object] | None = None,
    parameters: str | Path | None = None,
    output_step: str = "step",
    jobs: int = 1,
) -> None:
    """Run cases into `out/{options}/{case}/`, `jobs` at a time; see `prepare` for the arguments."""
    folder = option_folder(Path(out), options or {}, parameters)
    settings = {"options": options, "parameters": parameters, "output_step": output_step}
    arguments = [(case, Path(data), folder / case.slug, settings) for case in cases]
    if jobs == 1:
        for case in arguments:
            logger.info("%s, %s", case[0].name, folder.name)
            run_case(*case)
        return
    with ProcessPoolExecutor(jobs) as pool:
        list(pool.map(run_case, *zip(*arguments, strict=True)))


def case_pairs(case: Case, folder: Path) -> Pairs:
    """Pairs of a case that was run in `folder` (see `edlite.skill.pairs.pair`)."""
    run = read_site_run(folder / "run.yaml")
    native = read_dataset(folder / "native.nc", ("le", "theta", "layer_top"))
    return pair(
        native,
        read_record(run.observations),
        site_forcing(run),
        soil_temperature_depths=case.soil_temperature_depths,
    )


def evaluate(
    cases: Sequence[Case],
    out: str | Path,
    options: Mapping[str, object] | None = None,
    parameters: str | Path | None = None,
) -> Evaluation:
    """Scores of cases that were run into `out` (columns: see `score_table`)."""
    folder = option_folder(Path(out), options or {}, parameters)
    pairs = {case.name: case_pairs(case, folder / case.slug) for case in cases}
    towers = {case.name: case.tower for case in cases}
    for name in REGRESSED:
        key = (name, None)
        tables = {case: own[key] for case, own in pairs.items() if key in own}
        for case, table in out_of_sample(tables, towers).items():
            pairs[case][key] = table
    return Evaluation(list(cases), pairs, score_table(cases, pairs))


def score_table(cases: Sequence[Case], pairs: Mapping[str, Pairs]) -> pd.DataFrame:
    """One row per case, variable, depth, step and model.

    Columns: case, tower, variable, depth (m; NaN for fluxes), unit, step (half-hourly, daily),
    model (edlite and the regressions), then those of `edlite.skill.scores.score`. All models are
    scored on the same times.
    """
    rows = []
    for case in cases:
        for (name, depth), table in pairs[case.name].items():
            models = {EDLITE: "modelled"} | {n: n for n in REGRESSIONS if n in table}
            models = {n: c for n, c in models.items() if table[c].notna().any()}
            complete = table[["observed", *models.values()]].dropna()
            for step, part in (
                ("half-hourly", complete),
                ("daily", daily_means(complete, case.utc_offset)),
            ):
                for model, column in models.items():
                    rows.append(
                        {"case": case.name, "tower": case.tower, "variable": name}
                        | {"depth": np.nan if depth is None else depth}
                        | {"unit": UNITS[name][0], "step": step, "model": model}
                        | score(part["observed"], part[column])
                    )
    return pd.DataFrame(rows)


def energy_closure(pairs: Pairs) -> float:
    """Ratio of measured latent plus sensible heat to measured net radiation; NaN if not measured.

    Over half hours at which all three were measured; storage and ground heat nearly average out
    over a year.
    """
    names = [(n, None) for n in ("le", "h", "rnet")]
    if not all(key in pairs for key in names):
        return float("nan")
    table = pd.concat([pairs[key]["observed"] for key in names], axis=1, keys=["le", "h", "rnet"])
    mean = table.dropna().mean()
    return float((mean["le"] + mean["h"]) / mean["rnet"])


def water_balance(pairs: Pairs) -> tuple[float, float]:
    """Measured evaporation (mean over what was measured) and precipitation [mm yr-1]."""
    table = pairs["le", None]
    evaporation = table["observed"].mean() / L_V3 * YEAR_S
    return float(evaporation), float(table["precipitation"].mean() * YEAR_S)


def skill_of_options(scores: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Skill of the model by option: medians over the cases that all options have.

    scores : label of the options -> table of `score_table`

    Columns options, step, variable (le, h, nee, gpp), n_case, r, rmse, bias (medians).
    """
    common = set.intersection(*(set(table["case"]) for table in scores.values()))
    parts = []
    for label, table in scores.items():
        table = table[table["case"].isin(common) & table["variable"].isin(COMPARED)]
        groups = table[table["model"] == EDLITE].groupby(["step", "variable"])
        medians = groups[["r", "rmse", "bias"]].median()
        parts.append(medians.assign(n_case=groups.size(), options=label).reset_index())
    columns = ["options", "step", "variable", "n_case", "r", "rmse", "bias"]
    return pd.concat(parts, ignore_index=True)[columns]
