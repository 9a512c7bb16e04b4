"""What the long checks share: a folder of results and one table of all that was measured.

    def test_case(summary):
        summary.row("ED2 summer", "le", "rmsd", 3.2, 5.0, "W m-2")

A row passes if its value is at most the tolerance in magnitude; a correlation (`r`, or a statistic
that begins with `r `), or any row with `at_least=True`, if it is at least the tolerance. A test
with a row that does not pass fails after its last line, so that all its rows are in the table,
which is printed at the end and written to results/verify/summary.csv.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

import pandas as pd
import pytest

from edlite.files import write_table

COLUMNS = ["test", "case", "variable", "statistic", "value", "tolerance", "unit", "passed"]
ROWS = pytest.StashKey[list]()


class Summary:
    """Collects the rows of one test."""

    def __init__(self, test: str, rows: list[dict]) -> None:
        self.test, self.rows = test, rows
        self.failed: list[dict] = []

    def row(
        self,
        case: str,
        variable: str,
        statistic: str,
        value: float,
        tolerance: float,
        unit: str,
        *,
        at_least: bool | None = None,
    ) -> bool:
        """Add a row; True if it passes (never with NaN).

        at_least : the tolerance is a floor; by default so for correlations
        """
        if at_least is None:
            at_least = statistic == "r" or statistic.startswith("r ")
        value, tolerance = float(value), float(tolerance)
        passed = value >= tolerance if at_least else abs(value) <= tolerance
        values = (self.test, case, variable, statistic, value, tolerance, unit, passed)
        row = dict(zip(COLUMNS, values, strict=True))
        self.rows.append(row)
        if not passed:
            self.failed.append(row)
        return passed


@pytest.fixture(scope="session")
def verify_results(project: Path) -> Path:
    """Folder of what the long checks write."""
    folder = project / "results" / "verify"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def summary(request: pytest.FixtureRequest) -> Summary:
    """The table of results; `row` adds to it."""
    rows = request.config.stash.setdefault(ROWS, [])
    return Summary(request.node.name, rows)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function):
    result = yield
    table = pyfuncitem.funcargs.get("summary")
    if isinstance(table, Summary) and table.failed:
        lines = [_text(row) for row in table.failed]
        pytest.fail(f"{len(lines)} of the table's rows:\n" + "\n".join(lines), pytrace=False)
    return result


def pytest_sessionfinish(session: pytest.Session) -> None:
    rows = session.config.stash.get(ROWS, [])
    if rows:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        name = f"summary-{worker}.csv" if worker else "summary.csv"
        folder = Path(__file__).resolve().parents[2] / "results" / "verify"
        write_table(pd.DataFrame(rows, columns=COLUMNS), folder / name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = terminalreporter.config.stash.get(ROWS, [])
    if not rows:
        return
    terminalreporter.section("verification")
    widths = [max(len(_cells(row)[i]) for row in rows) for i in range(len(_cells(rows[0])))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(_cells(row), widths, strict=True)]
        terminalreporter.write_line("  ".join(cells), red=not row["passed"])
    failed = sum(not row["passed"] for row in rows)
    terminalreporter.write_line(f"{len(rows)} rows, {failed} beyond tolerance")


def _cells(row: dict) -> list[str]:
    value = "NaN" if math.isnan(row["value"]) else f"{row['value']:.4g}"
    state = "ok" if row["passed"] else "FAIL"
    tolerance = f"{row['tolerance']:.4g} {row['unit']}"
    return [state, row["case"], row["variable"], row["statistic"], value, tolerance, row["test"]]


def _text(row: dict) -> str:
    return (
        f"{row['case']}, {row['variable']}: {row['statistic']} {row['value']:.4g} {row['unit']},"
        f" tolerance {row['tolerance']:.4g}"
    )
