"""A Snakemake run in a folder of its own, on the project's Snakefile."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import snakemake.cli


@dataclass(frozen=True)
class Finished:
    """Exit status and everything printed."""

    returncode: int
    stdout: str


SnakemakeRun = Callable[..., Finished]


@pytest.fixture(scope="session")
def snakemake_run(project: Path, tmp_path_factory: pytest.TempPathFactory) -> SnakemakeRun:
    """Call as `snakemake_run(directory, *options)`.

    Runs in a fork, so that Snakemake, which takes seconds to import, is imported once.
    """
    cache = tmp_path_factory.mktemp("cache")

    def run(directory: Path, *options: str | Path) -> Finished:
        arguments = ["--snakefile", project / "Snakefile", "--directory", directory]
        output = cache / "output.txt"
        child = os.fork()
        if child == 0:
            status = 1
            try:
                descriptor = os.open(output, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
                os.dup2(descriptor, 1)
                os.dup2(descriptor, 2)
                sys.stdout = os.fdopen(1, "w", closefd=False)
                sys.stderr = os.fdopen(2, "w", closefd=False)
                os.environ["XDG_CACHE_HOME"] = str(cache)
                os.chdir(project)
                snakemake.cli.main([str(a) for a in (*arguments, "--cores", "1", *options)])
            except SystemExit as stop:
                status = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        _, status = os.waitpid(child, 0)
        return Finished(os.waitstatus_to_exitcode(status), output.read_text())

    return run
