"""What limits of patches and cohorts cost: twelve-patch stands from real inventory plots."""

from __future__ import annotations

from pathlib import Path

import pytest
from fia_stands import Limits, Place, compare_limits, forest_file, options_of

from edlite.files import write_table

pytestmark = [pytest.mark.verify, pytest.mark.shared]


def test_limits(shared, project, verify_results, summary):
    """The defaults, one step above and one below; the whole table is written too."""
    out = Path(verify_results) / "limits"
    forest = forest_file(shared, project, out)
    place = Place(shared / "reference" / "ed2" / "harvard_year", out / "case")
    table = compare_limits(place, forest, options_of(place))
    write_table(table, out / "limits.csv")
    rows = table.set_index("limits")
    every = rows.iloc[0]
    for limits, tolerance in ((Limits(12, 12), 0.3), (Limits(8, 12), 1.0), (Limits(4, 12), 4.0)):
        row = rows.loc[limits.name]
        for flux in ("gpp", "reco"):
            rms = 100.0 * row[f"{flux}_rms"] / every[flux]
            summary.row(f"limits {limits.name}", flux, "rms over stands", rms, tolerance, "%")
        nee = 100.0 * row["nee_rms"] / every["gpp"]
        summary.row(f"limits {limits.name}", "nee", "rms over gpp", nee, tolerance, "%")
    assert rows.loc["8 x 12", "patches"] == 8 and rows.loc["8 x 12", "cohorts"] <= 12
