"""Largest memory of a process that carries a tile through a day and a month's output.

python -m benchmarks.memory CELLS prints it.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.output_cost import STAND, model_days, write_days
from benchmarks.stands import STANDS, columns_of
from benchmarks.tile_files import in_fresh_process
from edlite.model.options import ModelOptions
from edlite.model.output_files import BLOCK_DAYS


def measure(n_cell: int) -> dict[str, float]:
    """Largest memory [MB] of a tile of `n_cell` forest cells, and the seconds that it took."""
    return in_fresh_process("memory", str(n_cell))


def peak_mb() -> float:
    """Largest resident memory of this process so far [MB].

    Linux counts what the parent held at the start of the process in `ru_maxrss`, but not in VmHWM.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(float(s.split()[1]) for s in lines if s.startswith("VmHWM")) / 1024.0
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main(n_cell: int) -> None:
    """Run a day, write a month, print."""
    begin = time.process_time()
    columns = columns_of(STANDS[STAND], n_cell)
    days, _ = model_days(columns, ModelOptions(tolerance=1e-2), 1)
    after_run = peak_mb()
    with tempfile.TemporaryDirectory() as folder:
        write_days(columns, days, BLOCK_DAYS, Path(folder))
    found = {
        "cells": n_cell,
        "patches": columns.n_patch,
        "run_mb": after_run,
        "with_output_mb": peak_mb(),
        "processor_s": time.process_time() - begin,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
