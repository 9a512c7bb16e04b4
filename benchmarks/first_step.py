"""A `simulate` job that stops before its first step and prints how long it took to get there.

python -m benchmarks.first_step STARTED ARGUMENTS...   (run by `benchmarks.start_up`)
"""

import json
import os
import sys
import time
from functools import partial


def main(started: float, words: list[str]) -> None:
    """Print seconds since `started`, the clock of the parent process, by part; then leave."""
    begin = time.time()
    from edlite.cli import main as edlite
    from edlite.model import driver

    imported = time.time()
    entries = driver.compiled_steps

    def stop(steps, switches, first_step, last_step, *block):
        ready = time.time()
        # no step, but the machine code is loaded
        steps(switches, first_step, first_step, *block)
        now = time.time()
        parts = {
            "wall_s": now - started,
            "processor_s": time.process_time(),
            "interpreter_s": begin - started,
            "import_s": imported - begin,
            "inputs_s": ready - imported,
            "compiled_s": now - ready,
        }
        print(json.dumps(parts), flush=True)
        # blocks run in threads, which would go on with the next one
        os._exit(0)

    driver.compiled_steps = {name: partial(stop, steps) for name, steps in entries.items()}
    edlite(words)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
