"""Centuries from near bare ground under several settings, and their picture.

    python tests/verify/successions.py SHARED OUT [YEARS] [SETTING ...]

SHARED holds `reference/ed2/harvard_year`; each setting takes 5 to 20 minutes of a core, and cores
share them. Tables of every year go to OUT, pictures too.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from pft_colours import COLOURS
from succession import TITLE, TYPES, near_bare_site, plot_succession, run_years

from edlite.files import write_table
from edlite.parameters import PFT_NAMES


@dataclass(frozen=True)
class Setting:
    """What differs from the preset `full`: slow processes, PFT parameters."""

    title: str
    demography: dict | None = None
    parameters: dict[str, dict[str, float]] = field(default_factory=dict)


UNDISTURBED = {"disturbance": False, "treefall_rate": 0.0, "max_cohorts": 40}
# revision 84's own, where the study's parameters differ: water supply, stomata, leaf respiration
_ED2 = {"kw": 600.0, "gamma_Rd": 0.015, "stomatal_slope_m": 7.2, "D0": 0.016}
ED2_DEFAULTS = {
    **dict.fromkeys(("NP", "LC"), _ED2),
    **dict.fromkeys(("EHW", "MHW", "LHW"), {**_ED2, "stomatal_intercept_b": 10000.0}),
}
# yr-1: early hardwoods live 33 years on average (163 with ED2's rate), mid hardwoods 100 (263)
SHORT_LIVED = {"EHW": {"mort_age": 0.03}, "MHW": {"mort_age": 0.01}}
# conifers: 3.8-3.9 yr-1 and 0.45 with ED2's values
FRUGAL = dict.fromkeys(("NP", "LC"), {"root_turnover": 1.0, "growth_resp_frac": 1.0 / 3.0})

SETTINGS = {
    "preset": Setting("preset `full`: gaps on 1.4 % of the area a year"),
    "stand": Setting("one stand without gaps", UNDISTURBED),
    "ed2-defaults": Setting("without gaps, ED2's default parameters", UNDISTURBED, ED2_DEFAULTS),
    "short-lived": Setting("without gaps, EHW and MHW live shorter", UNDISTURBED, SHORT_LIVED),
    "short-lived-gaps": Setting("with gaps, EHW and MHW live shorter", None, SHORT_LIVED),
    "frugal-conifers": Setting(
        "without gaps, EHW and MHW live shorter,\nconifers spend less",
        UNDISTURBED,
        {**SHORT_LIVED, **FRUGAL},
    ),
}


def run_setting(name: str, shared: Path, out: Path, years: int) -> pd.DataFrame:
    """Run one setting, write its tables and picture; above-ground carbon by year and PFT."""
    setting = SETTINGS[name]
    options = {"dynamics": "full", "integrator": "split", "demography": setting.demography}
    folder = shared / "reference" / "ed2" / "harvard_year"
    site, model = near_bare_site(folder, out / f"{name}-case", TYPES, options, setting.parameters)

    def progress(row, _):
        if row["year"] % 10 == 0:
            print(f"{name}: year {row['year']}, {row['seconds']:.0f} s", flush=True)

    result = run_years(model, site.start, site.end, model.options, years, progress)
    write_table(result.by_year, out / f"{name}-by_year.csv")
    write_table(result.by_pft.reset_index(), out / f"{name}-by_pft.csv")
    plot_succession(result, f"{TITLE}\n{setting.title}", out / f"{name}.png")
    return result.by_pft["agb"].unstack("pft")


def plot_settings(tables: dict[str, pd.DataFrame], path: Path) -> None:
    """Above-ground carbon of each type by year, on a logarithmic axis, one panel a setting."""
    rows = (len(tables) + 1) // 2
    figure, axes = plt.subplots(
        rows, 2, figsize=(9.5, 3.3 * rows), sharex=True, sharey=True, squeeze=False
    )
    for axis, (name, table) in zip(axes.ravel(), tables.items(), strict=False):
        for code in TYPES:
            label = f"{code} {PFT_NAMES[code]}"
            axis.plot(table.index, table[code], color=COLOURS[code], lw=1.4, label=label)
        axis.plot(table.index, table.sum(axis=1), color="0.3", lw=0.9, ls="--", label="all")
        axis.set_yscale("log")
        axis.set_ylim(5e-4, 30.0)
        axis.set_xlim(1, table.index.max())
        axis.set_title(SETTINGS[name].title, fontsize=9)
        axis.tick_params(labelsize=8)
        axis.grid(alpha=0.25)
    for axis in axes.ravel()[len(tables) :]:
        axis.set_visible(False)
    for axis in axes[:, 0]:
        axis.set_ylabel("above-ground carbon [kgC m$^{-2}$]", fontsize=9)
    for axis in axes[-1]:
        axis.set_xlabel("years since near bare ground", fontsize=9)
    figure.suptitle(TITLE, fontsize=10)
    figure.tight_layout(rect=(0.0, 0.05, 1.0, 1.0))
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=8, ncols=6, loc="lower center", frameon=False)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def main(shared: Path, out: Path, years: int, names: list[str]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(max_workers=2) as pool:
        runs = {name: pool.submit(run_setting, name, shared, out, years) for name in names}
        tables = {name: run.result() for name, run in runs.items()}
    plot_settings(tables, out / "settings.png")


if __name__ == "__main__":
    where, to, *rest = sys.argv[1:]
    chosen = rest[1:] or list(SETTINGS)
    main(Path(where), Path(to), int(rest[0]) if rest else 200, chosen)
