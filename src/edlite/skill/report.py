"""Tables of the tower evaluation as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from edlite.skill.evaluate import EDLITE, Evaluation, energy_closure, water_balance
from edlite.skill.regression import REGRESSIONS

NAMES = {
    "le": "LE",
    "h": "H",
    "rnet": "Rn",
    "nee": "NEE",
    "gpp": "GPP",
    "reco": "Reco",
    "theta": "soil moisture",
    "soil_temperature": "soil temperature",
}
DIGITS = {"m3 m-3": 3, "W m-2": 1, "umol m-2 s-1": 2, "K": 1}
FLUX_ORDER = ("le", "h", "nee", "gpp", "reco", "rnet")
STATE_ORDER = ("theta", "soil_temperature")


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; numbers are already text."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def number(value: float, digits: int) -> str:
    """Rounded number with a typographic minus; an empty cell for NaN."""
    if value is None or not np.isfinite(value):
        return ""
    text = f"{value:.{digits}f}"
    text = text.lstrip("-") if float(text) == 0 else text
    return text.replace("-", "\N{MINUS SIGN}")


def r_and_rmse(row: pd.Series | None, digits: int) -> str:
    """`0.85, 42.1`; an empty cell without scores."""
    if row is None or not np.isfinite(row["rmse"]):
        return ""
    return f"{number(row['r'], 2) or 'none'}, {number(row['rmse'], digits)}"


def flux_table(scores: pd.DataFrame, anchors: pd.DataFrame, step: str) -> str:
    """Fluxes at one step: edlite, the regressions and, half-hourly, the published models.

    scores : of `edlite.skill.evaluate.score_table`;  anchors : of `edlite.skill.anchors`
    """
    published = list(dict.fromkeys(anchors["model"])) if step == "half-hourly" else []
    header = ["case", "flux, unit", "n", "measured", "edlite", "bias", "edlite r, RMSE"]
    header += [f"{name} r, RMSE" for name in (*REGRESSIONS, *published)]
    rows = []
    for case in dict.fromkeys(scores["case"]):
        for name in FLUX_ORDER:
            own = _models(scores, case, name, step)
            if own.empty:
                continue
            first = own.loc[EDLITE]
            digits = DIGITS[first["unit"]]
            cells = [case, f"{NAMES[name]}, {first['unit']}", f"{int(first['n'])}"]
            cells += [number(first[k], digits) for k in ("mean_observed", "mean_modelled", "bias")]
            cells += [_cell(own, model, digits) for model in (EDLITE, *REGRESSIONS)]
            for model in published:
                match = anchors[
                    (anchors["model"] == model)
                    & (anchors["tower"] == first["tower"])
                    & (anchors["variable"] == name)
                ]
                cells.append(r_and_rmse(match.iloc[0] if len(match) else None, digits))
            rows.append(cells)
    return markdown(header, rows)


def state_table(scores: pd.DataFrame) -> str:
    """Daily soil moisture and temperature by depth."""
    header = [
        "case",
        "variable, unit",
        "depth, m",
        "days",
        "measured",
        "edlite",
        "bias",
        "r",
        "RMSE",
    ]
    rows = []
    chosen = scores[(scores["step"] == "daily") & (scores["model"] == EDLITE)]
    for case in dict.fromkeys(chosen["case"]):
        for name in STATE_ORDER:
            own = chosen[(chosen["case"] == case) & (chosen["variable"] == name)]
            for _, row in own.sort_values("depth").iterrows():
                digits = DIGITS[row["unit"]]
                cells = [case, f"{NAMES[name]}, {row['unit']}", f"{row['depth']:g}"]
                cells += [f"{int(row['n'])}"]
                cells += [
                    number(row[k], digits) for k in ("mean_observed", "mean_modelled", "bias")
                ]
                rows.append([*cells, number(row["r"], 2), number(row["rmse"], digits)])
    return markdown(header, rows)


def balance_table(evaluation: Evaluation) -> str:
    """What the towers measured: does their energy close, did less water evaporate than fell?"""
    header = ["case", "(LE + H) / Rn", "evaporation, mm yr-1", "precipitation, mm yr-1"]
    rows = []
    for case in evaluation.cases:
        closure = energy_closure(evaluation.pairs[case.name])
        evaporated, fallen = water_balance(evaluation.pairs[case.name])
        rows.append([case.name, number(closure, 2), number(evaporated, 0), number(fallen, 0)])
    return markdown(header, rows)


def option_table(skill: pd.DataFrame) -> str:
    """Options side by side (`edlite.skill.evaluate.skill_of_options`), by flux."""
    header = ["flux", "options", "cases", "half-hourly r", "RMSE", "bias", "daily r", "RMSE"]
    rows = []
    table = skill.set_index(["variable", "options", "step"])
    for name in (n for n in FLUX_ORDER if n in set(skill["variable"])):
        for label in dict.fromkeys(skill["options"]):
            fine, day = (table.loc[(name, label, step)] for step in ("half-hourly", "daily"))
            digits = 1 if name in ("le", "h") else 2
            cells = [NAMES[name], label, f"{int(fine['n_case'])}", number(fine["r"], 3)]
            cells += [number(fine[k], digits) for k in ("rmse", "bias")]
            rows.append([*cells, number(day["r"], 3), number(day["rmse"], digits)])
    return markdown(header, rows)


def _models(scores: pd.DataFrame, case: str, name: str, step: str) -> pd.DataFrame:
    chosen = (scores["case"] == case) & (scores["variable"] == name) & (scores["step"] == step)
    return scores[chosen].set_index("model")


def _cell(own: pd.DataFrame, model: str, digits: int) -> str:
    return r_and_rmse(own.loc[model] if model in own.index else None, digits)
