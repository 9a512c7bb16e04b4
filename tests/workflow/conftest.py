"""A Snakemake run in a folder of its own, on the project's Snakefile."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SnakemakeRun = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="session")
def snakemake(project: Path) -> SnakemakeRun:
    """Call as `snakemake(directory, *options)`; stdout and stderr come together as text."""

    def run(directory: Path, *options: str | Path) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "snakemake", "--snakefile", project / "Snakefile"]
        command += ["--directory", directory, "--cores", "1", *options]
        return subprocess.run(
            [str(part) for part in command],
            cwd=project,
            env=os.environ | {"XDG_CACHE_HOME": str(directory / ".cache")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )

    return run
