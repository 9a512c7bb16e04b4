"""Two cores: two processes against one, and two threads of a process against two processes."""

from __future__ import annotations

import multiprocessing
import time

import numpy as np

from benchmarks.column_cost import ONE_DAY
from benchmarks.stands import CURVES, STANDS, columns_of, start_state
from benchmarks.weather import WEEKS, week
from edlite.model.driver import run
from edlite.model.options import ModelOptions

STAND, WEATHER = "forest 30 in 4", "summer"
# cells, threads of each process
CASES = {
    "1 process": (1, 1),
    "2 processes": (2, 1),
    "1 process, 2 threads": (1, 2),
}


def measure(days: int, tries: int, n_cell: int = 32) -> list[dict]:
    """Wall time of cases that do the same work for each core that they use.

    n_cell : cells for each core. `rate` is the work in a second of wall time over that of one
    process with one thread; `processor` the processor time of a piece of work over the same.
    """
    found = {}
    for _ in range(tries):
        # in turn, so that a busy spell of the machine does not meet one case alone
        for name, (processes, threads) in CASES.items():
            wall, processor = _together(processes, threads, n_cell * threads, days)
            found.setdefault(name, []).append((wall, processor / (processes * threads)))
    rows = []
    base_wall, base_processor = (min(values) for values in zip(*found["1 process"], strict=True))
    for name, (processes, threads) in CASES.items():
        wall, processor = (min(values) for values in zip(*found[name], strict=True))
        rows.append(
            {
                "case": name,
                "wall_s": wall,
                "rate": processes * threads * base_wall / wall,
                "processor": processor / base_processor,
            }
        )
    return rows


def _together(processes: int, threads: int, n_cell: int, days: int) -> tuple[float, float]:
    """Wall time from the common start to the last end, and processor time of all [s]."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    with context.Pool(processes, initializer=_prepare, initargs=(barrier,)) as pool:
        jobs = [(threads, n_cell, days)] * processes
        spans = pool.starmap(_work, jobs, chunksize=1)
        pool.close()
        pool.join()
    begins, ends, processor = zip(*spans, strict=True)
    return max(ends) - min(begins), sum(processor)


def _prepare(barrier) -> None:
    global _barrier
    _barrier = barrier


def _work(threads: int, n_cell: int, days: int) -> tuple[float, float, float]:
    columns, met = columns_of(STANDS[STAND], n_cell), week(WEATHER, days + 1)
    state, start = start_state(columns, WEATHER), np.datetime64(WEEKS[WEATHER].start)
    options = ModelOptions()
    # loads the compiled code
    state = run(columns, state, met, options, start, start + ONE_DAY, phenology=CURVES)
    _barrier.wait()
    begin, processor = time.time(), time.process_time()
    end = start + (days + 1) * ONE_DAY
    run(columns, state, met, options, start + ONE_DAY, end, phenology=CURVES, threads=threads)
    return begin, time.time(), time.process_time() - processor
