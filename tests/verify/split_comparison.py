"""Tables and figures of `split` beside `rk4`: hourly and daily differences, bias, the worst day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from ed2_comparison import Pair
from matplotlib.colors import LogNorm

from edlite.files import write_text

SPLIT, RK4 = "#0072B2", "#D55E00"  # Okabe & Ito
# three times ED2's own numerical noise in the year of a forest (hourly rmsd of its tolerance 0.01
# against 1e-4)
AIMS = {"gpp": 0.0162, "le": 3.6, "h": 2.1, "t_canopy_air": 0.24, "theta_1": 0.012}
ANNUAL_CARBON = 0.5  # %
HEAT_MAP = ("gpp", "le", "h", "t_canopy_air", "theta_1", "snow_water")
WORST_DAY = ("gpp", "le", "h", "rnet", "t_canopy_air", "theta_1")
LABELS = {
    "gpp": "GPP",
    "leaf_resp": "leaf respiration",
    "root_resp": "root respiration",
    "rh": "heterotrophic respiration",
    "le": "latent heat",
    "h": "sensible heat",
    "h_surfaces": "sensible heat",
    "rnet": "net radiation",
    "rnet_absorbed": "net radiation",
    "t_canopy_air": "canopy air temperature",
    "ustar": "friction velocity",
    "theta_1": "moisture, 0-2 cm",
    "theta_4": "moisture, 20-40 cm",
    "soil_temperature_1": "soil temperature, 0-2 cm",
    "soil_temperature_4": "soil temperature, 20-40 cm",
    "snow_water": "snow water",
    "sfcwater_mass": "snow water",
    "runoff": "runoff",
    "drainage": "drainage",
}


def rows_of(case: str, plants: str, pairs: Mapping[str, Pair]) -> list[dict]:
    """A row for each variable: means, bias, hourly and daily rmsd, largest difference.

    Per cent of the mean where that is at least a tenth of the variable's standard deviation.
    """
    rows = []
    for name, p in pairs.items():
        mean, spread = float(np.mean(p.reference)), float(np.std(p.reference))
        away = abs(mean) > max(0.1 * spread, 1e-9) and p.unit != "K"
        rows.append(
            {
                "case": case,
                "plants": plants,
                "variable": name,
                "unit": p.unit,
                "mean_rk4": mean,
                "bias": p.bias,
                "bias_percent": p.relative_bias if away else np.nan,
                "rmsd_hourly": p.rmsd,
                "rmsd_daily": p.daily().rmsd,
                "largest": float(np.abs(p.model - p.reference).max()),
                "hour_of_largest": int(np.abs(p.model - p.reference).argmax()),
            }
        )
    return rows


def markdown_of_cases(table: pd.DataFrame, variables: Iterable[str]) -> str:
    """Cases side by side: hourly rmsd, and bias in per cent (or in the unit)."""
    cases = list(dict.fromkeys(table["case"]))
    lines = [
        "| variable, unit | " + " | ".join(cases) + " |",
        "|---|" + "---|" * len(cases),
    ]
    for name in variables:
        rows = table[table["variable"] == name].set_index("case")
        if rows.empty:
            continue
        cells = [_cell(rows.loc[case]) if case in rows.index else "-" for case in cases]
        unit = rows["unit"].iloc[0]
        lines.append(f"| {LABELS[name]}, {unit} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(row: pd.Series) -> str:
    if row["rmsd_hourly"] < 1e-9:
        return "0"
    if np.isfinite(row["bias_percent"]):
        return f"{row['rmsd_hourly']:.2g} ({row['bias_percent']:+.2f} %)"
    return f"{row['rmsd_hourly']:.2g} ({row['bias']:+.1g})"


def markdown_of_plants(table: pd.DataFrame, variables: Iterable[str]) -> str:
    """Median and worst over plants and regions of hourly and daily rmsd and of the bias."""
    lines = [
        "| variable, unit | hourly rmsd: median | worst | where | daily rmsd: median | worst"
        " | bias: median of its size | worst |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in variables:
        rows = table[table["variable"] == name]
        rows = rows[rows["rmsd_hourly"] > 0.0]
        worst = rows.loc[rows["rmsd_hourly"].idxmax()]
        bias, mark = rows["bias_percent"].dropna().abs(), " %"
        if len(bias) < 0.5 * len(rows):
            bias, mark = rows["bias"].abs(), ""
        hourly, daily = rows["rmsd_hourly"], rows["rmsd_daily"]
        cells = [
            f"{LABELS[name]}, {rows['unit'].iloc[0]}",
            *(f"{hourly.median():.2g}", f"{hourly.max():.2g}"),
            f"{worst['plants']}, {worst['case']}",
            *(f"{daily.median():.2g}", f"{daily.max():.2g}"),
            *(f"{bias.median():.2g}{mark}", f"{bias.max():.2g}{mark}"),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def heat_maps(table: pd.DataFrame, path: Path) -> None:
    """Hourly rmsd by plants and region, a map for each variable; the ring marks the aim missed."""
    figure, axes = plt.subplots(2, 3, figsize=(9.0, 8.4), layout="constrained")
    for axis, name in zip(axes.flat, HEAT_MAP, strict=True):
        rows = table[table["variable"] == name]
        wide = rows.pivot(index="plants", columns="case", values="rmsd_hourly")
        wide = wide.reindex(
            index=list(dict.fromkeys(rows["plants"])), columns=list(dict.fromkeys(rows["case"]))
        )
        values = wide.to_numpy()
        some = values[values > 0.0]
        low, high = np.percentile(some, 5), some.max()
        image = axis.imshow(
            np.where(values > 0.0, values, np.nan),
            norm=LogNorm(low, high),
            cmap="cividis",
            aspect="auto",
        )
        unit = rows["unit"].iloc[0]
        figure.colorbar(image, ax=axis, label=f"hourly rmsd [{unit}]", shrink=0.9)
        if name in AIMS:
            y, x = np.nonzero(values > AIMS[name])
            axis.plot(x, y, "o", ms=7, mfc="none", mec="w", mew=1.2)
        axis.set_title(LABELS[name], fontsize=9)
        axis.set_xticks(range(wide.shape[1]), wide.columns, rotation=60, ha="right", fontsize=7)
        axis.set_yticks(range(wide.shape[0]), wide.index, fontsize=7)
    figure.suptitle("split against rk4 (tolerance 1e-4), synthetic weather, a year", fontsize=10)
    figure.savefig(path, dpi=100)
    plt.close(figure)


def worst_day(table: pd.DataFrame, pairs: Mapping, path: Path, by: str = "le") -> str:
    """Hourly course of both integrators about the largest daily rmsd of `by`; returns where.

    pairs : (case, plants) -> variable -> pair
    """

    def worst_of(key):
        p = pairs[key][by]
        squares = (p.model - p.reference)[: len(p.model) // 24 * 24].reshape(-1, 24) ** 2
        return squares.mean(axis=1).max(), int(squares.mean(axis=1).argmax())

    found = {key: worst_of(key) for key in pairs}
    case, plants = max(found, key=lambda key: found[key][0])
    day = found[case, plants][1]
    hours = np.arange(24 * max(day - 1, 0), 24 * (day + 2))
    figure, axes = plt.subplots(
        len(WORST_DAY), 1, figsize=(8.0, 9.0), sharex=True, layout="constrained"
    )
    for axis, name in zip(axes, WORST_DAY, strict=True):
        p = pairs[case, plants][name]
        inside = hours[hours < len(p.model)]
        axis.plot(inside / 24.0 + 1.0, p.reference[inside], color=RK4, lw=2.0, label="rk4")
        axis.plot(inside / 24.0 + 1.0, p.model[inside], color=SPLIT, lw=1.0, label="split")
        axis.set_ylabel(f"{LABELS[name]}\n[{p.unit}]", fontsize=8)
        axis.tick_params(labelsize=8)
    axes[0].legend(fontsize=8, ncols=2)
    axes[0].set_title(
        f"{plants} at {case}, synthetic weather: the day of the largest difference in "
        f"{LABELS[by]}, and its neighbours",
        fontsize=9,
    )
    axes[-1].set_xlabel("day of the year, UTC", fontsize=8)
    figure.savefig(path, dpi=90)
    plt.close(figure)
    return f"{plants}, {case}, day {day + 1}"


def write_page(parts: Mapping[str, str], path: Path) -> None:
    """The tables as they stand in docs/concepts/integrators.md."""
    write_text("\n".join(f"## {title}\n\n{body}" for title, body in parts.items()), path)
