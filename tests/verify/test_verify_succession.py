"""A century from near bare ground: carbon closes, wood comes to rest where published stands are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from succession import TITLE, TYPES, near_bare_site, plot_succession, run_years

from edlite.files import write_table

pytestmark = [pytest.mark.verify, pytest.mark.shared]
YEARS = 100


def test_a_century(shared, verify_results, summary):
    folder = shared / "reference" / "ed2" / "harvard_year"
    out = Path(verify_results) / "succession"
    options = {"dynamics": "full", "integrator": "split"}
    site, model = near_bare_site(folder, out / "case", TYPES, options)
    result = run_years(model, site.start, site.end, model.options, YEARS)
    write_table(result.by_year, out / "by_year.csv")
    write_table(result.by_pft.reset_index(), out / "by_pft.csv")
    plot_succession(result, TITLE, out / "succession.png")
    years, case = result.by_year, "near bare ground"
    stock = years["stand_carbon"].to_numpy()
    gaps = years["carbon_gap"].to_numpy()
    summary.row(case, "carbon", "largest gap of a year", np.max(np.abs(gaps / stock)), 1e-12, "1")
    summary.row(case, "carbon", "gap of the century", gaps.sum() / stock[-1], 1e-11, "1")
    summary.row(case, "carbon", "largest gap of a step", years["carbon_max"].max(), 1e-12, "1")
    agb = result.by_pft["agb"].unstack("pft")
    total = agb.sum(axis=1)
    # northern hardwoods at Hubbard Brook, level since 1980: 209-216 Mg ha-1 of dry matter, half of
    # it carbon (Siccama et al. 2007): within a factor of 2.5 either way
    log_ratio = float(np.log(total.iloc[-1] / 10.6))
    summary.row(case, "above-ground carbon", "ln of its ratio to 10.6", log_ratio, np.log(2.5), "1")
    growth = float((total.iloc[-1] / total.iloc[-11]) ** 0.1 - 1.0)
    summary.row(
        case, "above-ground carbon", "growth in the last decade", 100 * growth, 1.0, "% yr-1"
    )
    early = float(agb["EHW"].loc[20] / total.loc[20])
    summary.row(case, "early hardwoods", "share after 20 years", early, 0.5, "1", at_least=True)
    assert 2.0 < result.by_pft["lai"].groupby("year").sum().iloc[-1] < 9.0
    assert years["patches"].max() <= 8
