"""Regressions are trained elsewhere, and every tower weighs the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from edlite.skill.regression import REGRESSIONS, fit, out_of_sample, predict


def tower(n, seed, intercept=5.0, slope=0.3):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "shortwave_down": rng.uniform(0, 900, n),
            "air_temperature": rng.uniform(270, 305, n),
            "relative_humidity": rng.uniform(0.2, 1, n),
        }
    )
    table["observed"] = intercept + slope * table["shortwave_down"] + rng.normal(0, 5, n)
    return table


def test_fit_is_weighted_least_squares():
    tables = [tower(50, 1), tower(400, 2, slope=0.5)]
    tables[0].loc[3, "observed"] = np.nan
    predictors = REGRESSIONS["3lin"]
    found = fit(tables, predictors)
    complete = [t.dropna() for t in tables]
    pooled = pd.concat(complete)
    weights = np.concatenate([np.full(len(t), 1 / len(t)) for t in complete])
    reference = sm.WLS(pooled["observed"], sm.add_constant(pooled[list(predictors)]), weights)
    np.testing.assert_allclose(found, reference.fit().params, rtol=1e-8)


def test_a_tower_never_trains_its_own_regression():
    tables = {"A 1": tower(300, 1), "A 2": tower(300, 2), "B": tower(300, 3, slope=1.0)}
    towers = {"A 1": "A", "A 2": "A", "B": "B"}
    result = out_of_sample(tables, towers)
    others = fit([tables["B"]], REGRESSIONS["1lin"])
    expected = predict(tables["A 1"], REGRESSIONS["1lin"], others)
    pd.testing.assert_series_equal(result["A 1"]["1lin"], expected, check_names=False)
    slope = np.polyfit(result["B"]["shortwave_down"], result["B"]["1lin"], 1)[0]
    assert slope == pytest.approx(0.3, abs=0.01)


def test_one_tower_alone_has_no_regression():
    result = out_of_sample({"A": tower(30, 1)}, {"A": "A"})
    assert result["A"]["1lin"].isna().all()
