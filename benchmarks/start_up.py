"""Seconds of a warm `simulate` job before its first step, in a process of its own."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.tile_files import arguments, in_fresh_process, write_tile

DAYS = 5


def measure(tries: int, n_cell: int = 30) -> dict[str, float]:
    """Wall and processor time [s] of the fastest of `tries` starts, by part."""
    with tempfile.TemporaryDirectory() as folder:
        write_tile(Path(folder), "forest 30 in 4", n_cell, DAYS)
        words = arguments(Path(folder), DAYS)
        # the first may compile
        starts = [
            in_fresh_process("first_step", repr(time.time()), *words) for _ in range(tries + 1)
        ]
    return min(starts[1:], key=lambda s: s["wall_s"])
