"""Statistics of a run beside a reference, and their rows in the table of the long checks."""

from __future__ import annotations

import numpy as np
from ed2_comparison import Pair, monthly_rmsd

MELTED = 5.0  # kg m-2


def melt_out(pair: Pair) -> float:
    """Days by which the last snow goes later than in the reference."""
    daily = pair.daily()
    last = [np.flatnonzero(x > MELTED)[-1] for x in (daily.model, daily.reference)]
    return float(last[0] - last[1])


STATISTICS = {
    "percent": lambda p: p.relative_bias,
    "bias": lambda p: p.bias,
    "rmsd": lambda p: p.rmsd,
    "daily": lambda p: p.daily().rmsd,
    "monthly": monthly_rmsd,
    "melt-out": melt_out,
}
UNITS = {"percent": "%", "melt-out": "d"}


def check(summary, name: str, pairs: dict[str, Pair], tolerances, known) -> None:
    """A row for every tolerance; those of `known` are held to what is documented instead.

    tolerances : rows of variable, statistic, tolerance
    known : (name, variable, statistic) -> what holds instead, and why
    """
    for variable, statistic, tolerance in tolerances:
        value = STATISTICS[statistic](pairs[variable])
        unit = UNITS.get(statistic, pairs[variable].unit)
        beyond = known.get((name, variable, statistic))
        if beyond is not None:
            assert abs(value) > tolerance, f"{name} {variable} {statistic} no longer misses"
            tolerance, statistic = beyond[0], f"{statistic} (beyond {tolerance:g}: {beyond[1]})"
        summary.row(f"ED2 {name}", variable, statistic, value, tolerance, unit)
