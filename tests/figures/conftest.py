"""A results tree with invented numbers, and the figures and report made from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from fake_results import write_tree

from edlite.commands.report import report
from edlite.figures.catalogue import all_figures
from edlite.figures.gallery import save_gallery
from edlite.figures.paper import read_paper
from edlite.figures.results import Results

PARAMS = {
    "synthetic": True,
    "report": {},
    "period": {"start": "2013-01-01", "end": "2014-01-01"},
}


def call(command, **options):
    """Run a command with options `out_dir="x"` as `--out-dir x`; errors are raised."""
    arguments = [f"--{key.replace('_', '-')}={value}" for key, value in options.items()]
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two regions (two tiles each), one tower, one year."""
    return write_tree(tmp_path_factory.mktemp("results"), ("Howland", "Walnut"))


@pytest.fixture(scope="session")
def results(tree: Path) -> Results:
    return Results(tree)


@pytest.fixture(scope="session")
def items(results: Results, project: Path) -> list:
    """All figures and gaps of `tree`, with the published values."""
    return list(all_figures(results, read_paper(project / "resources/paper")))


@pytest.fixture(scope="session")
def drawn(items: list, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the saved figures."""
    folder = tmp_path_factory.mktemp("drawn") / "figures"
    save_gallery(iter(items), folder, synthetic=True)
    return folder


@pytest.fixture(scope="session")
def page(tree: Path, drawn: Path, project: Path) -> Path:
    """The report of `tree`, with `summary.csv` beside it."""
    out = drawn.parent / "report.html"
    call(
        report,
        results=tree,
        figures=drawn,
        paper=project / "resources/paper",
        params=json.dumps(PARAMS),
        summary=drawn.parent / "summary.csv",
        out=out,
    )
    return out
