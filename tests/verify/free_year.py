"""A year of an ED2 stand whose leaves, roots and storage follow their own carbon balance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr
from pft_colours import COLOURS

from edlite.constants import YEAR_S
from edlite.model.driver import run
from edlite.model.records import HOURLY
from edlite.parameters import PFT_CODES, PFT_NAMES
from edlite.site.config import read_site_run
from edlite.site.ed2_case import write_ed2_case
from edlite.site.setup import build

ONE_DAY = np.timedelta64(1, "D")
# here: there
FLUXES = {
    "gpp": "gpp",
    "leaf_respiration": "leaf_resp",
    "root_respiration": "root_resp",
    "growth_respiration": "growth_resp",
    "storage_respiration": "storage_resp",
    "virtual_respiration": "vleaf_resp",
    "rh": "rh",
}
SOIL = {"fast_carbon": "fast_c", "structural_carbon": "structural_c", "slow_carbon": "slow_c"}
PLANTS = {
    "lai": "lai",
    "leaf_carbon": "bleaf",
    "root_carbon": "broot",
    "storage_carbon": "bstorage",
}
UNITS = {"lai": "m2 m-2", "leaf_carbon": "kgC m-2", "root_carbon": "kgC m-2"}


@dataclass
class Course:
    """Daily values: fluxes kgC m-2 yr-1 (day means), soil pools kgC m-2 and, by PFT, leaf area
    index and plant pools per m2 of ground (after the midnight that ends the day); `gain`, by
    cohort, is by how much leaves, fine roots, sapwood and storage grew from the first of these
    midnights to the last [kgC plant-1]."""

    days: np.ndarray
    fluxes: dict[str, np.ndarray]
    soil: dict[str, np.ndarray]
    plants: dict[str, dict[str, np.ndarray]]
    gain: np.ndarray


def run_free_year(folder: Path, out: Path, integrator: str) -> Course:
    """The run of edlite; day by day, so that every midnight's state is seen."""
    site = read_site_run(write_ed2_case(folder, out))
    model = build(site)
    options = type(model.options)(**{**model.options.as_dict(), "integrator": integrator})
    columns, state, results = model.columns, model.state, []
    ground = (columns.area[columns.patch_index] * columns.n)[:, None]
    series = {name: [] for name in PLANTS}
    live = []
    days = np.arange(site.start, site.end, ONE_DAY).astype("datetime64[D]")
    for day in days:
        state = run(
            columns,
            state,
            model.meteorology,
            options,
            day,
            day + ONE_DAY,
            phenology=model.phenology,
            sink=results.append,
        )
        live.append(state.leaf_carbon + state.root_carbon + state.sapwood_carbon)
        live[-1] = live[-1] + state.storage_carbon
        for name in PLANTS:
            lai = name == "lai"
            values = state.leaf_carbon * columns.of_cohort("SLA") if lai else getattr(state, name)
            series[name].append(values[:, None] * ground)
    area = columns.area
    fluxes = {
        name: np.array(
            [(d.fluxes[:, HOURLY.index(name)] * area).sum(axis=1).mean() for d in results]
        )
        * YEAR_S
        for name in FLUXES
    }
    soil = {name: np.array([(d.patch[name] * area).sum() for d in results]) for name in SOIL}
    return Course(days, fluxes, soil, _by_pft(series, columns.pft), live[-1] - live[0])


def read_reference(
    folder: Path, columns_area: np.ndarray, pft: np.ndarray, n: np.ndarray
) -> Course:
    """The same of the ED2 run; area and n by cohort."""
    with xr.open_dataset(folder / "hourly_mean.nc", engine="netcdf4") as ds:
        hourly = ds[[*FLUXES.values(), *SOIL.values()]].load()
    with xr.open_dataset(folder / "daily_cohort.nc", engine="netcdf4") as ds:
        daily = ds[[*PLANTS.values(), "balive"]].load()
    days = daily["time"].values.astype("datetime64[D]")
    means = hourly.coarsen(time=24).mean()
    fluxes = {name: means[there].values for name, there in FLUXES.items()}
    ends = hourly.isel(time=slice(23, None, 24))
    soil = {name: ends[there].values for name, there in SOIL.items()}
    weight = {name: columns_area * (1.0 if name == "lai" else n) for name in PLANTS}
    series = {
        name: [(daily[there].values[t] * weight[name])[:, None] for t in range(len(days))]
        for name, there in PLANTS.items()
    }
    live = (daily["balive"] + daily["bstorage"]).values
    return Course(days, fluxes, soil, _by_pft(series, pft), live[-1] - live[0])


def plot_gain(cohorts: pd.DataFrame, path: Path) -> None:
    """What trees gain in a year [% of their wood] under the leaf area above them.

    cohorts : pft, above [m2 m-2], edlite and ed2 [%], dbh [cm], by cohort
    """
    figure, axis = plt.subplots(figsize=(7.5, 4.6))
    for code in (code for code in COLOURS if code in set(cohorts["pft"])):
        own, colour = cohorts[cohorts["pft"] == code], COLOURS[code]
        size = 12.0 + 6.0 * own["dbh"]
        label = f"{code} {PFT_NAMES[code]}"
        axis.scatter(own["above"], own["edlite"], size, color=colour, alpha=0.6, lw=0, label=label)
        axis.scatter(own["above"], own["ed2"], size, facecolors="none", edgecolors=colour, lw=1.3)
    axis.axhline(0.0, color="0.6", lw=0.8)
    axis.set_yscale("symlog", linthresh=1.0)
    ticks = (-5, -1, 0, 1, 2, 5, 10, 20, 40)
    axis.set_yticks(ticks, [str(tick) for tick in ticks])
    axis.minorticks_off()
    axis.set_ylim(-9.0, 250.0)
    axis.set_xlabel("leaf area index above [m$^2$ m$^{-2}$]", fontsize=9)
    axis.set_ylabel("gain of living tissue and storage in a year\n[% of the wood]", fontsize=9)
    legend = axis.legend(fontsize=8, ncols=3, loc="upper right")
    for handle in legend.legend_handles:
        handle.set_sizes([40.0])
    axis.tick_params(labelsize=8)
    axis.set_title(
        "Every tree of the Harvard-like stand, synthetic weather: edlite (discs), ED2 (rings);"
        " size: diameter",
        fontsize=9,
    )
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _by_pft(series: dict[str, list[np.ndarray]], pft: np.ndarray) -> dict[str, dict]:
    values = {name: np.concatenate(rows, axis=1).T for name, rows in series.items()}
    return {
        name: {PFT_CODES[p]: v[:, pft == p].sum(axis=1) for p in np.unique(pft)}
        for name, v in values.items()
    }


def plot_free_year(ours: Course, theirs: Course, path: Path) -> None:
    """Leaf area and plant pools by PFT, respirations of plants, soil pools."""
    figure, axes = plt.subplots(3, 2, figsize=(9, 9), sharex=True)
    panels = [*PLANTS, "respiration", "soil"]
    for axis, panel in zip(axes.ravel(), panels, strict=True):
        for course, style in ((theirs, {"lw": 2.6, "alpha": 0.35}), (ours, {"lw": 1.0})):
            if panel in PLANTS:
                lines = course.plants[panel]
            elif panel == "soil":
                lines = {"fast": course.soil["fast_carbon"], "slow": course.soil["slow_carbon"]}
            else:
                lines = {
                    name.removesuffix("_respiration"): course.fluxes[name]
                    for name in FLUXES
                    if name.endswith("respiration")
                }
            palette = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
            for i, (label, values) in enumerate(lines.items()):
                colour = COLOURS.get(label, palette[i % 5])
                shown = label if course is ours else None
                axis.plot(
                    course.days, values[: len(course.days)], color=colour, label=shown, **style
                )
        unit = {"respiration": "kgC m-2 yr-1", "soil": "kgC m-2"}.get(
            panel, UNITS.get(panel, "kgC m-2")
        )
        title = {
            "lai": "leaf area index",
            "respiration": "plant respiration",
            "soil": "soil carbon",
        }
        axis.set_ylabel(f"{title.get(panel, panel.replace('_', ' '))}\n[{unit}]", fontsize=9)
        axis.legend(fontsize=7, ncols=2)
        axis.tick_params(labelsize=8)
    figure.suptitle(
        "Harvard-like stand, synthetic weather: edlite (thin) and ED2 (wide, pale)", fontsize=10
    )
    figure.autofmt_xdate()
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    plt.close(figure)
