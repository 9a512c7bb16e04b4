"""From near bare ground through centuries of the same year's weather."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from pft_colours import COLOURS

from edlite.model.columns import Columns
from edlite.model.demography.stocks import stand_carbon
from edlite.model.driver import run
from edlite.model.options import ModelOptions
from edlite.model.records import BUDGET, HOURLY
from edlite.model.state import State
from edlite.parameters import PFT_CODES, PFT_NAMES
from edlite.site.config import read_site_run
from edlite.site.ed2_case import write_ed2_case
from edlite.site.settings import NearBare, Stand
from edlite.site.setup import SiteModel, build

TYPES = ("NP", "LC", "EHW", "MHW", "LHW")
TITLE = "Harvard-like site, near bare ground, synthetic weather of one year repeated"
STAND = ("basal_area", "agb", "lai", "density", "tallest")


@dataclass
class Succession:
    """Course of a stand: by year and PFT, and by year; the seconds that it took."""

    by_pft: pd.DataFrame
    by_year: pd.DataFrame
    seconds: float
    last: State


def near_bare_site(
    folder: Path,
    out: Path,
    pfts: tuple[str, ...],
    options: dict,
    parameters: dict[str, dict[str, float]] | None = None,
) -> tuple:
    """The reference year's place and weather, with seedlings; site run and its model.

    parameters : of PFTs, in the place of those of the reference
    """
    site = read_site_run(write_ed2_case(folder, out))
    site = replace(
        site,
        stand=Stand("near_bare", None, None, near_bare=NearBare(pfts)),
        options={**site.options, "demography": None, **options},
        parameters=parameters or site.parameters,
    )
    return site, build(site)


def run_years(model: SiteModel, start, end, options: ModelOptions, years: int, progress=None):
    """`years` cycles of the weather from `start` to `end`; each goes on from the one before."""
    columns, state = model.columns, model.state
    area = {name: [] for name in STAND}
    rows = []
    begun = time.perf_counter()
    for year in range(1, years + 1):
        before = stand_carbon(columns, state)[0]
        sums = dict.fromkeys(("gpp", "rh", "ra", "exchange"), 0.0)
        worst = [0.0]

        def sink(day, sums=sums, worst=worst):
            share = day.columns.area
            hourly = dict(zip(HOURLY, (day.fluxes.mean(axis=0) * share).sum(axis=1), strict=True))
            budget = dict(zip(BUDGET, (day.budget.mean(axis=0) * share).sum(axis=1), strict=True))
            sums["gpp"] += hourly["gpp"] * 86400.0
            sums["rh"] += hourly["rh"] * 86400.0
            sums["ra"] += 86400.0 * sum(v for k, v in hourly.items() if k.endswith("_respiration"))
            sums["exchange"] += 86400.0 * (budget["air_carbon"] - budget["co2_out"])
            worst[0] = max(worst[0], float(day.patch["carbon_max"].max()))

        state = run(
            columns,
            state,
            model.meteorology,
            options,
            start,
            end,
            phenology=model.phenology,
            sink=sink,
        )
        columns = columns.with_structure(state)
        after = stand_carbon(columns, state)[0]
        for name, values in _structure(columns, state).items():
            area[name].append(values)
        pools = ("fast_carbon", "structural_carbon", "slow_carbon", "seed_import")
        rows.append(
            {
                "year": year,
                **{name: sums[name] for name in ("gpp", "ra", "rh")},
                "nee": sums["ra"] + sums["rh"] - sums["gpp"],
                **{name: float((getattr(state, name) * state.area).sum()) for name in pools},
                "stand_carbon": after,
                "carbon_gap": after - before - sums["exchange"],
                "carbon_max": worst[0],
                "patches": state.n_patch,
                "cohorts": state.n_cohort,
                "seconds": time.perf_counter() - begun,
            }
        )
        if progress:
            progress(rows[-1], area)
    by_pft = pd.DataFrame(
        {name: np.array(values).ravel() for name, values in area.items()},
        index=pd.MultiIndex.from_product([range(1, years + 1), PFT_CODES], names=["year", "pft"]),
    )
    return Succession(by_pft, pd.DataFrame(rows), time.perf_counter() - begun, state)


def _structure(columns: Columns, state: State) -> dict[str, np.ndarray]:
    """By PFT: basal area m2 ha-1, above-ground carbon kgC m-2, leaf area index, plants of 10 cm and
    more ha-1, height of the tallest m."""
    per_area = state.area[state.patch_index] * state.n
    wood = columns.of_cohort("agf_bs") * (state.sapwood_carbon + state.wood_carbon)
    values = {
        "basal_area": per_area * np.pi / 4.0 * state.dbh**2,
        "agb": per_area * (state.leaf_carbon + wood),
        "lai": per_area * columns.leaf_max * columns.of_cohort("SLA"),
        "density": 1e4 * per_area * (state.dbh >= 10.0),
    }
    result = {name: np.bincount(state.pft, value, len(PFT_CODES)) for name, value in values.items()}
    tallest = np.zeros(len(PFT_CODES))
    np.maximum.at(tallest, state.pft, columns.height)
    return result | {"tallest": tallest}


def plot_succession(result: Succession, title: str, path: Path) -> None:
    """Above-ground carbon, leaf area and basal area by PFT, and the fluxes, by year."""
    figure, axes = plt.subplots(4, 1, figsize=(8, 9.5), sharex=True)
    panels = (
        ("agb", "above-ground carbon\n[kgC m$^{-2}$]"),
        ("lai", "leaf area index in full leaf\n[m$^2$ m$^{-2}$]"),
        ("basal_area", "basal area\n[m$^2$ ha$^{-1}$]"),
    )
    for axis, (name, label) in zip(axes, panels, strict=False):
        table = result.by_pft[name].unstack("pft")
        codes = [code for code in COLOURS if table[code].max() > 0.0]
        axis.stackplot(
            table.index,
            *(table[code] for code in codes),
            colors=[COLOURS[code] for code in codes],
            labels=[PFT_NAMES[code] for code in codes],
        )
        axis.set_ylabel(label, fontsize=9)
    axes[0].legend(fontsize=8, ncols=3, loc="upper left")
    axes[0].set_ylim(0.0, 1.4 * axes[0].get_ylim()[1])
    years = result.by_year
    for name, colour in (
        ("gpp", "#009E73"),
        ("ra", "#E69F00"),
        ("rh", "#D55E00"),
        ("nee", "black"),
    ):
        axes[3].plot(years["year"], years[name], color=colour, lw=1.1, label=name.upper())
    axes[3].axhline(0.0, color="0.7", lw=0.8)
    axes[3].set_ylabel("flux [kgC m$^{-2}$ yr$^{-1}$]\nNEE > 0: to the air", fontsize=9)
    axes[3].set_xlabel("years since near bare ground", fontsize=9)
    axes[3].legend(fontsize=8, ncols=4)
    for axis in axes:
        axis.tick_params(labelsize=8)
        axis.set_xlim(1, years["year"].max())
    axes[0].set_title(title, fontsize=10)
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    plt.close(figure)
