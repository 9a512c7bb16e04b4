"""Measure, print tables, write `benchmarks/results/*.json`.

python -m benchmarks            everything but the profile (some 20 minutes)
python -m benchmarks --quick    fewer days and tries (2 minutes)
python -m benchmarks --profile  also the share of each process (compiles for some minutes)
python -m benchmarks --only columns start-up
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import column_cost, memory, output_cost, reference_stand, scaling, start_up
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


def output(units: dict, quick: bool) -> list[dict]:
    """Cost of writing, and cell-years per core-hour with and without it."""
    rows = output_cost.measure(units, quick)
    print_rows("writing the files of a tile of forest", rows)
    return rows


def peak(units: dict, quick: bool) -> dict:
    """Memory of a tile of 1,000 cells."""
    found = memory.measure(100 if quick else 1000)
    print_record("largest memory of a tile of forest", found)
    return found


def cores(units: dict, quick: bool) -> list[dict]:
    """Two cores against one."""
    rows = scaling.measure(*((1, 1) if quick else (4, 3)))
    print_rows("two cores", rows)
    return rows


def reference(units: dict, quick: bool) -> list[dict]:
    """The forest year that ED2 was run for; nothing without its files."""
    days, tries, weeks = (1, 1, 1) if quick else (7, 3, 4)
    rows = reference_stand.measure(units, days, tries, weeks)
    if rows:
        print_rows("reference stand with its leaves prescribed, soils that differ", rows)
    return rows


def shares(units: dict, quick: bool) -> dict[str, list[dict]]:
    """Share of each process of a step of Runge-Kutta."""
    # compiles for minutes, so that it is loaded only when it is asked for
    from benchmarks import profile

    found = {}
    for stand in ("forest 30 in 4",) if quick else ("forest 30 in 4", "semi-arid 8 in 3"):
        found[stand] = profile.measure(stand)
        print_rows(f"share of each process in a summer forenoon: {stand}", found[stand])
    return found


PARTS: dict[str, Callable[[dict, bool], object]] = {
    "columns": columns,
    "output": output,
    "start-up": starts,
    "memory": peak,
    "scaling": cores,
    "reference": reference,
    "profile": shares,
}


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--quick", action="store_true", help="fewer days and tries")
    parser.add_argument("--profile", action="store_true", help="also the share of each process")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--out", type=Path, help="JSON file")
    chosen = parser.parse_args()
    parts = chosen.only or [name for name in PARTS if name != "profile" or chosen.profile]
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
    for name in parts:
        results[name] = PARTS[name](units, chosen.quick)
    results["units_after"] = machine_units()
    print_record("machine units at the end", results["units_after"])
    path = chosen.out or RESULTS / f"{'quick' if chosen.quick else 'full'}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
