"""Plots of a run beside the ED2 run with the same inputs."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from ed2_comparison import Pair

PANELS = (
    "gpp",
    "le",
    "h_surfaces",
    "t_canopy_air",
    "theta_1",
    "soil_temperature_1",
    "sfcwater_mass",
)
OURS, THEIRS = "#0072B2", "#D55E00"  # Okabe & Ito


def plot_case(name: str, pairs: dict[str, Pair], path: Path) -> None:
    """Course of the main variables, hourly for a week or daily for longer runs."""
    shown = [v for v in PANELS if v in pairs and np.ptp(pairs[v].reference) > 0]
    figure, axes = plt.subplots(len(shown), 1, figsize=(8, 1.6 * len(shown)), sharex=True)
    for axis, variable in zip(np.atleast_1d(axes), shown, strict=True):
        pair = pairs[variable]
        short = len(pair.model) <= 24 * 10
        pair = pair if short else pair.daily()
        time = np.arange(len(pair.model)) / (24.0 if short else 1.0)
        axis.plot(time, pair.reference, color=THEIRS, lw=1.6, label="ED2")
        axis.plot(time, pair.model, color=OURS, lw=0.9, label="edlite")
        axis.set_ylabel(f"{variable}\n[{pair.unit}]", fontsize=8)
        axis.tick_params(labelsize=8)
    axes = np.atleast_1d(axes)
    axes[0].set_title(f"{name}: synthetic weather, same inputs", fontsize=9)
    axes[0].legend(fontsize=8, ncols=2, loc="lower left")
    axes[-1].set_xlabel("days since the start", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    plt.close(figure)
