"""Scores and daily means against scipy and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from edlite.skill.scores import daily_means, score


def series(values, start="2005-01-01", freq="30min"):
    return pd.Series(
        np.asarray(values, float), pd.date_range(start, periods=len(values), freq=freq)
    )


def test_scores_are_those_of_scipy():
    rng = np.random.default_rng(1)
    observed = series(rng.normal(3, 2, 200))
    modelled = 0.7 * observed + rng.normal(0, 1, 200) + 1
    observed.iloc[::7] = np.nan
    found = score(observed, modelled)
    known = observed.notna()
    o, m = observed[known], modelled[known]
    assert found["n"] == known.sum()
    assert found["r"] == pytest.approx(stats.pearsonr(o, m)[0], rel=1e-12)
    assert found["bias"] == pytest.approx((m - o).mean())
    assert found["rmse"] ** 2 == pytest.approx(found["bias"] ** 2 + (m - o).var(ddof=0))
    assert found["sd_observed"] == pytest.approx(o.std())


def test_too_few_pairs_and_constants_have_no_scores():
    assert np.isnan(score(series(range(9)), series(range(9)))["rmse"])
    flat = score(series(range(20)), series([1.0] * 20))
    assert np.isnan(flat["r"]) and flat["rmse"] > 0


def test_days_are_local_and_all_columns_share_their_steps():
    table = pd.DataFrame({"observed": series(np.arange(96.0)), "modelled": series(np.arange(96.0))})
    table.loc[table.index[20:30], "observed"] = np.nan
    days = daily_means(table, utc_offset=-8)
    # 16 steps belong to the local day before: too few; the last day has 32 of 48
    assert list(days.index) == [pd.Timestamp("2005-01-01"), pd.Timestamp("2005-01-02")]
    first = [i for i in range(16, 64) if not 20 <= i < 30]
    assert days.loc["2005-01-01", "observed"] == np.mean(first)
    assert (days["observed"] == days["modelled"]).all()


def test_a_day_with_less_than_half_of_its_steps_does_not_count():
    table = pd.DataFrame({"observed": series(np.arange(48.0)), "modelled": series(np.arange(48.0))})
    table.iloc[:25, 0] = np.nan
    assert daily_means(table, 0.0).empty
    table.iloc[24, 0] = 24.0
    assert len(daily_means(table, 0.0)) == 1
