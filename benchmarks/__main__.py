"""Measure, print tables, write `benchmarks/results/*.json`.

python -m benchmarks            everything (some 20 minutes)
python -m benchmarks --quick    fewer days and tries (2 minutes)
python -m benchmarks --only columns start-up
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import column_cost, start_up
from benchmarks.tables import print_record, print_rows
from benchmarks.units import machine_units
from edlite import __version__
from edlite.model.lanes import LANES
from edlite.model.warm_up import warm_up

RESULTS = Path(__file__).parent / "results"


def columns(units: dict, quick: bool) -> list[dict]:
    """Cost of each stand, week of weather and integrator."""
    days, tries = (2, 1) if quick else (7, 3)
    rows = column_cost.measure(units, days, tries)
    print_rows("us of one core per patch and 600 s step", rows)
    return rows


def starts(units: dict, quick: bool) -> dict:
    """Seconds of a warm job before its first step."""
    found = start_up.measure(1 if quick else 5)
    print_record("start of a warm simulate job, 30 forest cells", found)
    return found


PARTS: dict[str, Callable[[dict, bool], object]] = {
    "columns": columns,
    "start-up": starts,
}


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer days and tries")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART")
    chosen = parser.parse_args()
    warm_up()
    units = machine_units()
    print_record("machine units", units)
    results = {
        "version": __version__,
        "time": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()),
        "machine": platform.processor() or platform.machine(),
        "lanes": LANES,
        "quick": chosen.quick,
        "units": units,
    }
    for name in chosen.only:
        results[name] = PARTS[name](units, chosen.quick)
    results["units_after"] = machine_units()
    print_record("machine units at the end", results["units_after"])
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{'quick' if chosen.quick else 'full'}.json"
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
