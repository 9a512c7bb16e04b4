"""Towers: statistics, depth bands, daily means, similar days, observed beta, and the command."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner

from edlite.analysis.evaluation import (
    EvaluationOptions,
    Tower,
    band_mean,
    compare,
    consecutive_days,
    daily_means,
    evaluate_tower,
)
from edlite.commands.evaluate import evaluate as command
from edlite.errors import InputError
from edlite.files import write_dataset

DAYS = 12
HOURS = np.datetime64("2013-06-01", "ns") + np.arange(24 * DAYS) * np.timedelta64(1, "h")
DAY = np.repeat(np.arange(DAYS), 24)
TO_GRAMS = 1000.0 * 86400.0


def series(name, values, units="1"):
    dims = ("time",) if np.ndim(values) == 1 else ("time", "layer")
    return {name: (dims, values, {"units": units, "long_name": "test"})}


def run(offset=0.0, slope=2.0, drying=0.005):
    """Hourly run that dries by a step every day; gpp falls in proportion to moisture."""
    theta = 0.4 - drying * DAY[:, None] * np.ones(9) + offset
    gpp = slope * 1e-7 * theta[:, 0]
    fields = {}
    fields |= series("gpp", gpp) | series("ra", 0.4 * gpp) | series("rh", 0.2 * gpp)
    fields |= series("nee", -0.4 * gpp) | series("le", 100 + offset + 0.0 * gpp)
    fields |= series("h", 50.0 + np.arange(len(gpp)) % 24) | series("theta", theta)
    fields |= series("air_temperature", np.full(len(gpp), 293.15))
    fields |= series("shortwave_down", np.full(len(gpp), 200.0))
    fields |= series("precipitation", np.zeros(len(gpp)))
    return xr.Dataset(fields, coords={"time": HOURS})


def observed():
    ds = run().rename({"nee": "nee"})
    return ds.assign(reco=ds["ra"] + ds["rh"]).drop_vars(["ra", "rh"]).assign_coords(time=HOURS)


def write(folder, **changes):
    files = {"observed": observed(), "native": run(offset=0.05, slope=3.0)} | changes
    for name, ds in files.items():
        for variable in ds.data_vars.values():
            variable.attrs = {"units": "1", "long_name": "test"}
        write_dataset(ds, folder / f"{name}.nc")
    return folder


def pick(table, **keys):
    chosen = table
    for name, value in keys.items():
        chosen = chosen[chosen[name] == value]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_statistics():
    x = np.array([1.0, 2.0, 3.0, np.nan, 5.0])
    y = np.array([2.0, 2.0, 5.0, 1.0, np.nan])
    s = compare(x, y)
    assert s["n"] == 3 and s["bias"] == pytest.approx(1.0)
    assert s["rmse"] == pytest.approx(np.sqrt(5 / 3))
    assert s["r"] == pytest.approx(np.corrcoef([1, 2, 3], [2, 2, 5])[0, 1])
    assert s["median_model"] == 2.0
    assert compare(x, np.full(5, np.nan))["n"] == 0
    assert np.isnan(compare(x, np.ones(5))["r"])


def test_band_means():
    theta = np.tile(np.arange(9.0), (2, 1))
    every = np.ones(9, bool)
    expected = (0.02 * 0 + 0.06 * 1 + 0.02 * 2) / 0.1
    np.testing.assert_allclose(band_mean(theta, every, (0.0, 0.1)), expected)
    np.testing.assert_allclose(band_mean(theta, every, (0.4, 1.0)), (0.4 * 4 + 0.2 * 5) / 0.6)
    shallow = np.arange(9) < 5
    np.testing.assert_allclose(band_mean(theta, shallow, (0.4, 1.0)), 4.0)
    assert np.isnan(band_mean(theta, np.arange(9) < 4, (0.4, 1.0))).all()


def test_daily_means_need_enough_hours():
    values = np.arange(48.0)
    counted = np.ones(48, bool)
    counted[24:31] = False
    means = daily_means(values, np.repeat([0, 1], 24), counted, 18)
    assert means[0] == pytest.approx(11.5) and np.isnan(means[1])
    assert daily_means(values, np.repeat([0, 1], 24), counted, 17)[1] == pytest.approx(39.0)


def test_similar_days():
    drivers = {
        "air_temperature": 273.15 + np.array([20.0, 21.0, 24.0, 24.0, 24.0, np.nan, 20.0]),
        "shortwave_down": np.array([200.0, 190, 190, 160, 160, 160, 160]),
        "precipitation": np.array([0.0, 0, 0, 0, 12, 0, 0]) / 86400,
    }
    np.testing.assert_array_equal(consecutive_days(drivers, EvaluationOptions()), [0])
    loose = EvaluationOptions(max_relative_change=0.2, max_precipitation_change=12.1)
    np.testing.assert_array_equal(consecutive_days(drivers, loose), [0, 1, 2, 3])


def test_comparison_of_a_tower(tmp_path):
    tower = Tower.read("US-Tst", write(tmp_path, prescribed=run(slope=3.0)))
    table = evaluate_tower(tower, EvaluationOptions())
    hourly = pick(table, run="native", variable="le", step="hourly")
    assert hourly["bias"] == pytest.approx(0.05) and hourly["n"] == len(HOURS)
    top = pick(table, run="native", variable="theta", step="daily", depth_top=0.0)
    assert top["bias"] == pytest.approx(0.05) and top["r"] == pytest.approx(1.0)
    assert top["n"] == DAYS
    top = pick(table, run="prescribed", variable="theta", step="daily", depth_top=0.4)
    assert top["rmse"] == pytest.approx(0.0, abs=1e-12)
    reco = pick(table, run="prescribed", variable="reco", step="hourly")
    assert reco["mean_model"] == pytest.approx(1.5 * reco["mean_observed"])


def test_observed_and_modelled_beta(tmp_path):
    table = evaluate_tower(Tower.read("US-Tst", write(tmp_path)), EvaluationOptions())
    row = pick(table, variable="beta_gpp", step="consecutive_days")
    assert row["n"] == DAYS - 1
    assert row["mean_observed"] == pytest.approx(2e-7 * TO_GRAMS)
    assert row["mean_model"] == pytest.approx(3e-7 * TO_GRAMS)
    assert pick(table, variable="beta_nee")["bias"] == pytest.approx(-0.4e-7 * TO_GRAMS)
    strict = EvaluationOptions(min_delta_theta=0.01)
    table = evaluate_tower(Tower.read("US-Tst", tmp_path), strict)
    assert pick(table, variable="beta_gpp")["n"] == 0


def test_gaps_and_filled_hours(tmp_path):
    seen = observed()
    gpp = seen["gpp"].values.copy()
    gpp[:10] = np.nan
    share = np.ones(len(HOURS))
    share[24:30] = 0.2
    seen = seen.assign(gpp=("time", gpp), gpp_measured=("time", share)).drop_vars("h")
    tower = Tower.read("US-Tst", write(tmp_path, observed=seen))
    table = evaluate_tower(tower, EvaluationOptions())
    assert pick(table, variable="gpp", step="hourly")["n"] == len(HOURS) - 10
    assert pick(table, variable="gpp", step="daily")["n"] == DAYS - 1
    assert not (table["variable"] == "h").any()
    table = evaluate_tower(tower, EvaluationOptions(min_measured=0.5))
    assert pick(table, variable="gpp", step="hourly")["n"] == len(HOURS) - 16


def test_command(tmp_path):
    out = tmp_path / "towers.csv"
    arguments = ["--tower", f"US-Tst={write(tmp_path / 'a')}", "--out-towers", str(out)]
    result = CliRunner().invoke(command, [*arguments, "--params", '{"synthetic": true}'])
    assert result.exit_code == 0, result.exception
    table = pd.read_csv(out)
    assert set(table["site"]) == {"US-Tst"} and (table["synthetic"] == 1).all()
    result = CliRunner().invoke(command, ["--out-towers", str(out)])
    assert result.exit_code == 0 and pd.read_csv(out).empty


def test_unusable_input(tmp_path):
    folder = write(tmp_path)
    for argument in ("US-Tst", "=x", f"US-Tst={tmp_path / 'absent'}"):
        arguments = ["--tower", argument, "--out-towers", str(tmp_path / "out.csv")]
        assert isinstance(CliRunner().invoke(command, arguments).exception, InputError)
    write(folder, native=run().drop_vars("rh"))
    with pytest.raises(InputError, match="rh"):
        Tower.read("US-Tst", folder)
    write(folder, native=run(), observed=observed().isel(time=slice(None, None, -1)))
    with pytest.raises(InputError, match="increasing"):
        Tower.read("US-Tst", folder)
    write(folder, observed=observed().assign_coords(time=HOURS + np.timedelta64(999, "D")))
    with pytest.raises(InputError, match="share"):
        Tower.read("US-Tst", folder)
    write(folder, observed=observed()[["air_temperature"]])
    with pytest.raises(InputError, match="flux or theta"):
        Tower.read("US-Tst", folder)
    write(folder, observed=observed(), native=run().drop_vars("precipitation"))
    with pytest.raises(InputError, match="precipitation"):
        evaluate_tower(Tower.read("US-Tst", folder), EvaluationOptions())
    for section in ({"min_hours": 0}, {"hours": 3}, {"min_delta_theta": -1}):
        with pytest.raises(InputError, match=r"evaluate\."):
            EvaluationOptions.from_params({"evaluate": section})
