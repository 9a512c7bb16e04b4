"""Regression, analysis of variance and pairwise tests against R (golden/make_golden.R)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from edlite.analysis.attribution import (
    AttributionOptions,
    read_paper_regression,
    reference_pft,
    regression,
    variance_tables,
    with_paper,
)
from edlite.analysis.statistics import (
    independent_columns,
    least_squares,
    one_way_anova,
    pairwise_tests,
    standardise,
)
from edlite.errors import InputError

GOLDEN = Path(__file__).parent / "golden"
KEY = ["flux", "group_1", "group_2"]


def golden(name):
    table = pd.read_csv(GOLDEN / f"{name}.csv", dtype=str)
    text = [c for c in table if c in ("pft", "flux", "variable", "group_1", "group_2")]
    return table.astype({c: float for c in table if c not in text})  # keeps every digit


@pytest.fixture(scope="module")
def cells():
    return golden("cells").assign(masked=0, region="Test", cell_id=np.arange(62))


def agree(ours, theirs, keys, columns):
    merged = ours.merge(theirs, on=keys, suffixes=("", "_r"), validate="one_to_one")
    assert len(merged) == len(ours) == len(theirs)
    for name in columns:
        r = merged[f"{name}_r"].to_numpy(float)
        np.testing.assert_allclose(merged[name].to_numpy(float), r, rtol=1e-10, atol=1e-16)


def test_regression_as_lm(cells):
    ours, theirs = regression(cells, AttributionOptions()), golden("lm")
    agree(ours, theirs, ["flux", "variable"], ["standardised", "se", "t", "p", "r_squared"])
    assert (ours["reference"] == "CRC3").all() and (ours["n"] == 62).all()


def test_variance_as_aov(cells):
    anova, _ = variance_tables(cells, AttributionOptions())
    columns = ["df_between", "df_within", "ss_between", "ss_within", "f", "p"]
    agree(anova, golden("aov"), ["flux"], columns)


def test_pairs_as_pairwise_t_test(cells):
    _, ours = variance_tables(cells, AttributionOptions())
    assert len(ours) == 40
    agree(ours, golden("pairwise"), KEY, ["p", "p_adjusted"])


def test_tukey_as_tukeyhsd(cells):
    _, ours = variance_tables(cells, AttributionOptions(adjustment="tukey"))
    merged = ours.merge(golden("tukey"), on=KEY, suffixes=("", "_r"), validate="one_to_one")
    assert len(merged) == 40
    np.testing.assert_allclose(merged["difference"], merged["difference_r"], rtol=1e-10)
    # R itself computes the distribution to about ten digits
    np.testing.assert_allclose(merged["p_adjusted"], merged["p_adjusted_r"], rtol=1e-6, atol=1e-9)


def test_aliased_terms_have_no_coefficient():
    rng = np.random.default_rng(0)
    x = rng.normal(size=20)
    design = np.column_stack([np.ones(20), x, 2 * x - 1, np.zeros(20), x**2])
    np.testing.assert_array_equal(independent_columns(design), [True, True, False, False, True])
    table, r_squared = least_squares(1 + 3 * x, design, list("abcde"))
    assert table["coefficient"].isna().tolist() == [False, False, True, True, False]
    assert table.loc["b", "coefficient"] == pytest.approx(3.0) and r_squared == pytest.approx(1)


def test_too_few_cells_give_no_standard_errors(cells):
    few = cells.iloc[[0, 1, 10, 30]]
    table = regression(few, AttributionOptions())
    assert table["se"].isna().all() and (table["n"] == 4).all()
    assert (table["note"] == "aliased").sum() > 0
    alone = cells[cells["pft"] == "NP"].iloc[:1]
    anova, pairs = variance_tables(alone, AttributionOptions())
    assert anova["f"].isna().all() and len(pairs) == 0
    none = regression(cells.iloc[:0], AttributionOptions())
    assert (none["n"] == 0).all() and none["standardised"].isna().all()


def test_groups_without_spread():
    same = {"a": np.array([1.0]), "b": np.array([2.0])}
    assert np.isnan(one_way_anova(same)["f"])
    assert pairwise_tests(same, "holm")["p_adjusted"].isna().all()
    assert pairwise_tests({"a": np.ones(3)}, "holm").empty
    assert not standardise(np.full(4, 2.0)).any()


def test_masked_and_bare_cells_do_not_count(cells):
    changed = cells.copy()
    changed.loc[[0, 40], "masked"] = 1
    changed.loc[[5], "pft"] = ""
    changed.loc[[7], "beta_gpp"] = np.nan
    n = regression(changed, AttributionOptions()).groupby("flux")["n"].first()
    assert n["gpp"] == 58 and n["ra"] == 59
    n = regression(changed, AttributionOptions(masked="include")).groupby("flux")["n"].first()
    assert n["gpp"] == 60


def test_reference_type():
    assert reference_pft(["NP", "CRC3"], "CRC3") == "CRC3"
    assert reference_pft(["MHW", "SP", "DC3"], "CRC3") == "SP"


def test_published_values_stand_beside(cells, project):
    paper = read_paper_regression(project / "resources/paper/paper_table4.csv")
    table = with_paper(regression(cells, AttributionOptions()), paper)
    row = table[(table["flux"] == "gpp") & (table["variable"] == "clay")].iloc[0]
    assert row["paper"] == 0.50 and row["paper_p"] == "<0.001"
    northern = table[(table["flux"] == "gpp") & (table["variable"] == "NP")].iloc[0]
    assert np.isnan(northern["paper"])  # not in the paper's table
    assert with_paper(regression(cells, AttributionOptions()), None)["paper"].isna().all()


def test_unusable_paper_table_and_options(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("metric,p\nbeta_GPP,1\n")
    with pytest.raises(InputError, match="explanatory_variable"):
        read_paper_regression(path)
    with pytest.raises(InputError, match=r"attribute\.adjustment is 'bonferroni'"):
        AttributionOptions.from_params({"attribute": {"adjustment": "bonferroni"}})
    with pytest.raises(InputError, match=r"attribute\.ref"):
        AttributionOptions.from_params({"attribute": {"ref": "NP"}})
