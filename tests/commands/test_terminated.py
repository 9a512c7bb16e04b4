"""A job that its scheduler ends."""

import subprocess
import sys

SCRIPT = """
import os, signal, sys, time
from pathlib import Path
from edlite.cli import stop_in_order
from edlite.files import atomic_path

stop_in_order()
with atomic_path(Path(sys.argv[1]) / "result.nc") as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)
"""


def test_nothing_half_written_stays(tmp_path):
    run = subprocess.run([sys.executable, "-c", SCRIPT, tmp_path], check=False)
    assert run.returncode == 143
    assert list(tmp_path.iterdir()) == []
