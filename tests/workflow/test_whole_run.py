"""The smallest study, from product files to the report."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest


@pytest.mark.slow
def test_smallest_study(project, tmp_path):
    """Every stage runs on what the stage before really writes; a second run has nothing to do."""
    command = [
        *(Path(sys.executable).with_name("snakemake"), "--snakefile", project / "Snakefile"),
        *("--directory", tmp_path, "--configfile", project / "config/test.yaml"),
        *("--cores", "2", "--quiet", "rules", "progress"),
    ]
    first = subprocess.run(command, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr[-4000:]

    checks = pd.read_csv(tmp_path / "results/verification.csv")
    assert len(checks) > 50
    failed = checks[~checks["passed"].astype(bool)]
    assert failed.empty, failed.to_string()
    report = (tmp_path / "results/report.html").read_text(encoding="utf-8")
    for region in ("Howland", "Walnut"):
        assert region in report
    assert "synthetic" in report

    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 0
    assert "Nothing to be done" in second.stdout + second.stderr
