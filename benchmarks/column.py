"""Cost of the column model: microseconds of one core per patch and 600 s step.

Prints a table and writes `benchmarks/results/column.json`. Machines differ and are shared: compare
only the ratio to the machine unit, a fixed kernel of exponentials that is timed in the same run.

    python benchmarks/column.py [--days 3] [--repeats 3]
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
from numba import njit

from edlite.kernels.mathematics import exp
from edlite.model.columns import Columns
from edlite.model.driver import run
from edlite.model.lanes import LANES
from edlite.model.options import ModelOptions
from edlite.model.state import State
from edlite.model.warm_up import small_weather, warm_up
from edlite.soil.hydraulics import soil_properties

STANDS = {1: ("NP",), 4: ("NP", "SP", "LC", "NP"), 10: ("NP", "LC") * 5}
STEPS_PER_DAY = 144


@njit(error_model="numpy")
def _unit_kernel(x, out, repeats):
    for _ in range(repeats):
        for i in range(x.size):
            out[i] = exp(x[i]) * 1.0001 + out[i]


def machine_unit() -> float:
    """Nanoseconds of this core per exponential in a vectorised loop."""
    x = np.linspace(-1.0, 1.0, 2048)
    out = np.zeros_like(x)
    _unit_kernel(x, out, 1)
    repeats = 20000
    start = time.process_time()
    _unit_kernel(x, out, repeats)
    return (time.process_time() - start) / (repeats * x.size) * 1e9


def stand(pfts: tuple[str, ...]) -> Columns:
    """A full block of patches with the given cohorts."""
    soil = {k: v[0] for k, v in soil_properties(np.array([0.6]), np.array([0.1])).items()}
    patches = pd.DataFrame({"patch": range(LANES), "area": 1.0 / LANES, "fast_carbon": 0.2})
    rows = [
        {"patch": p, "pft": pft, "dbh": 35.0 - 3.0 * i, "n": 0.02}
        for p in range(LANES)
        for i, pft in enumerate(pfts)
    ]
    return Columns.from_stand(
        lat=42.5, lon=-72.2, patches=patches, cohorts=pd.DataFrame(rows), soil=soil
    )


def measure(columns: Columns, days: int, repeats: int) -> dict[str, float]:
    """Cost and substeps of a run of steady summer days; the fastest of `repeats` counts."""
    start = State.initial(columns, air_temperature=290.0, q=0.008, co2=400.0)
    weather = small_weather(days)
    substeps: list[float] = []
    seconds = []
    for _ in range(repeats):
        substeps.clear()
        begin = time.process_time()
        run(
            columns,
            start,
            weather,
            ModelOptions(),
            "2001-07-01",
            np.datetime64("2001-07-01") + days,
            sink=lambda day: substeps.append(day.patch["substeps"].mean() / STEPS_PER_DAY),
        )
        seconds.append(time.process_time() - begin)
    return {
        "us_per_patch_step": min(seconds) / (days * STEPS_PER_DAY * columns.n_patch) * 1e6,
        "substeps_per_step": float(np.mean(substeps)),
    }


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    warm_up()
    unit = machine_unit()
    results = {"machine_unit_ns": unit, "lanes": LANES, "stands": {}}
    print(f"machine unit: {unit:.3f} ns per exponential;  {LANES} lanes a block")
    print(f"{'cohorts':>8} {'us/patch-step':>14} {'substeps':>9} {'patch-years/core-hour':>22}")
    for count, pfts in STANDS.items():
        figures = measure(stand(pfts), arguments.days, arguments.repeats)
        results["stands"][count] = figures
        cost = figures["us_per_patch_step"]
        per_hour = 3600.0 / (cost * 1e-6 * 52560)
        print(f"{count:8d} {cost:14.1f} {figures['substeps_per_step']:9.1f} {per_hour:22.0f}")
    path = Path(__file__).parent / "results" / "column.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
