"""Where the time went: Snakemake's benchmark files by rule; and the checks of `verify`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from edlite.errors import InputError
from edlite.figures import style as st


def time_by_rule(benchmarks: Path) -> pd.DataFrame | None:
    """Jobs, time and memory of each rule, or None where there are no benchmark files.

    benchmarks : folder with `{rule}/**/*.tsv` or `{rule}.tsv` as Snakemake writes them (columns
        `s` wall-clock seconds, `max_rss` MB, `cpu_time` CPU seconds; `-` or NA where too short)
    Returns rule, jobs, total_s, mean_s, longest_s, cpu_s, max_rss_mb, longest rule first.
    """
    paths = sorted(benchmarks.rglob("*.tsv")) if benchmarks.is_dir() else []
    if not paths:
        return None
    rows = []
    for path in paths:
        table = pd.read_csv(path, sep="\t", na_values=["-", "NA"])
        if "s" not in table.columns or table.empty:
            raise InputError(path, "column s", list(table.columns), "a Snakemake benchmark file")
        part = path.relative_to(benchmarks)
        numbers = table.reindex(columns=["s", "max_rss", "cpu_time"]).astype(float).mean()
        rows.append({"rule": part.parts[0].removesuffix(".tsv"), **numbers.to_dict()})
    jobs = pd.DataFrame(rows)
    by_rule = jobs.groupby("rule").agg(
        jobs=("s", "size"),
        total_s=("s", "sum"),
        mean_s=("s", "mean"),
        longest_s=("s", "max"),
        cpu_s=("cpu_time", "sum"),
        max_rss_mb=("max_rss", "max"),
    )
    return by_rule.sort_values("total_s", ascending=False).reset_index()


@st.styled
def time_figure(table: pd.DataFrame, *, synthetic: bool) -> Figure:
    """Bars of the time of each rule (sum over its jobs)."""
    figure, axes = st.new_figure(st.WIDTH, 0.9 + 0.26 * len(table))
    axis = axes[0, 0]
    unit, factor = ("s", 1.0) if table.total_s.sum() < 600 else ("min", 60.0)
    position = np.arange(len(table))
    axis.barh(position, table.total_s / factor, color=st.OURS_COLOUR, height=0.66)
    for y, (total, count) in enumerate(zip(table.total_s, table.jobs, strict=True)):
        axis.annotate(
            f"{total / factor:.2g} {unit}, {count} job{'s' if count > 1 else ''}",
            (total / factor, y),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            color="#444444",
        )
    axis.set_yticks(position, table.rule)
    axis.invert_yaxis()
    axis.set_xlim(0, 1.22 * table.total_s.max() / factor)
    axis.set_xlabel(f"Wall-clock time, sum over jobs ({unit})")
    axis.tick_params(axis="y", length=0)
    st.grid(axis, "x")
    st.set_title(figure, "Time of each rule", synthetic)
    return figure
