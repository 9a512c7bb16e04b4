"""Plants that follow their own carbon balance, against a year of ED2 (revision 84).

That run froze diameter and density and never spent its storage: edlite runs with `fixed` dynamics
and without the export of storage. Leaves, roots and storage start on allometry and are free.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from free_year import PLANTS, UNITS, plot_free_year, plot_gain, read_reference, run_free_year

from edlite.files import write_table
from edlite.parameters import pft_index
from edlite.sources.ed2_folder import read_ed2_folder

pytestmark = [pytest.mark.verify, pytest.mark.shared]

# annual sums, per cent: reference/ed2/README.md (rk4, split)
ANNUAL = {
    "gpp": (2.0, 3.0),
    "leaf_respiration": (2.0, 3.0),
    "root_respiration": (2.0, 3.0),
    "growth_respiration": (5.0, 5.0),
    "storage_respiration": (5.0, 5.0),
    "virtual_respiration": (5.0, 5.0),
    "rh": (5.0, 8.0),
}
# beyond them: the ground that stays colder under ED2's vanishing snow (docs/concepts/how-right.md)
SNOW = {("rh", "rk4"): 6.5}
# the reference's tolerances hold for hardwoods and conifers together; by PFT they are ours
LAI_RMSD = 0.05
POOL_RMSD = 5.0  # per cent of the pool's largest value
# a conifer in complete leaf replaces what it loses on the next day here; in ED2 at the next turn of
# a month, so that its storage swings by a month's losses
MONTHLY = "ED2 replaces the losses of conifers once a month"
KNOWN = {
    ("root_carbon", "NP"): (15.0, MONTHLY),
    ("root_carbon", "LC"): (15.0, MONTHLY),
    ("storage_carbon", "NP"): (20.0, MONTHLY),
    ("storage_carbon", "LC"): (20.0, MONTHLY),
}
# what a tree gains in a year, in units of its leaf carbon; hardwoods, conifers (fewer roots to
# keep through the month, in ED2)
GAIN = {"hardwoods": 0.06, "conifers": 0.1}


@pytest.mark.parametrize("integrator", ["split", "rk4"])
def test_free_year(integrator, shared, verify_results, summary):
    folder = shared / "reference" / "ed2" / "harvard_year"
    out = Path(verify_results) / "ed2" / f"free_year_{integrator}"
    ours = run_free_year(folder, out, integrator)
    case = read_ed2_folder(folder)
    cohorts = case.cohorts
    pft = np.array([pft_index(code) for code in cohorts["pft"]])
    area = case.patches.set_index("patch")["area"].loc[cohorts["patch"]].to_numpy(float)
    theirs = read_reference(folder, area, pft, cohorts["nplant_m2"].to_numpy(float))
    days = slice(0, min(len(ours.days), len(theirs.days)))
    assert np.array_equal(ours.days[days], theirs.days[days])
    name, rows = f"free year, {integrator}", []

    def row(variable, statistic, value, tolerance, unit):
        summary.row(name, variable, statistic, value, tolerance, unit)
        rows.append((variable, statistic, value, tolerance, unit))

    plant = [v for v in ANNUAL if v not in ("gpp", "rh")]
    for variable, tolerances in ANNUAL.items():
        tolerance = SNOW.get((variable, integrator), tolerances[integrator == "split"])
        here, there = (c.fluxes[variable][days].mean() for c in (ours, theirs))
        statistic = "annual" + (" (snow)" if (variable, integrator) in SNOW else "")
        row(variable, statistic, 100.0 * (here / there - 1.0), tolerance, "%")
    here, there = (sum(c.fluxes[v][days].mean() for v in plant) for c in (ours, theirs))
    row("ra", "annual", 100.0 * (here / there - 1.0), 5.0, "%")
    for variable, here in ours.soil.items():
        there = theirs.soil[variable][days]
        row(variable, "end of year", 100.0 * (here[days][-1] / there[-1] - 1.0), 5.0, "%")
    for variable in PLANTS:
        for code, here in ours.plants[variable].items():
            there = theirs.plants[variable][code][days]
            rmsd = float(np.sqrt(np.mean((here[days] - there) ** 2)))
            if variable == "lai":
                row(f"lai {code}", "daily rmsd", rmsd, LAI_RMSD, UNITS["lai"])
                continue
            tolerance, why = KNOWN.get((variable, code), (POOL_RMSD, ""))
            statistic = "daily rmsd over largest" + (
                f" (beyond {POOL_RMSD:g}: {why})" if why else ""
            )
            row(f"{variable} {code}", statistic, 100.0 * rmsd / there.max(), tolerance, "%")
    trees = _gains(ours, theirs, cohorts)
    for kind, tolerance in GAIN.items():
        own = trees[trees["pft"].isin(["NP", "LC"]) == (kind == "conifers")]
        worst = float(((own["edlite_kgC"] - own["ed2_kgC"]) / own["leaf_kgC"]).abs().max())
        row(f"gain of {kind}", "worst cohort, of its leaf carbon", worst, tolerance, "1")
    row("gain over wood", "r of ranks", trees["edlite"].corr(trees["ed2"], "spearman"), 0.99, "1")
    write_table(trees, out / "gain.csv")
    plot_gain(trees, out.parent / f"gain_{integrator}.png")
    write_table(
        pd.DataFrame(rows, columns=["variable", "statistic", "value", "tolerance", "unit"]),
        out / "comparison.csv",
    )
    plot_free_year(ours, theirs, out.parent / f"free_year_{integrator}.png")


def _gains(ours, theirs, cohorts: pd.DataFrame) -> pd.DataFrame:
    """By cohort: what it gained in the year, here and in ED2 [kgC plant-1; % of its wood].

    cohorts : those of a patch from the tallest down
    """
    above = cohorts.groupby("patch")["lai"].cumsum() - cohorts["lai"]
    wood = cohorts["bdead_kgC"].to_numpy(float)
    return pd.DataFrame(
        {
            "pft": cohorts["pft"].to_numpy(),
            "dbh": cohorts["dbh_cm"].to_numpy(float),
            "above": above.to_numpy(float),
            "leaf_kgC": cohorts["bleaf_kgC"].to_numpy(float),
            "edlite_kgC": ours.gain,
            "ed2_kgC": theirs.gain,
            "edlite": 100.0 * ours.gain / wood,
            "ed2": 100.0 * theirs.gain / wood,
        }
    )
