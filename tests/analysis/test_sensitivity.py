"""beta: exact cases, identity, mask, averaging, reference, and the command."""

import json

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from small_study import AREA, CELL_ID, N_LAYER, PERIOD, cells, daily, days, domain, rates

from edlite.analysis.daily import Period
from edlite.analysis.regional import weighted_mean_sd, weighted_share
from edlite.analysis.sensitivity import FLUXES, Difference, combine, sensitivity_dataset
from edlite.commands.sensitivity import sensitivity as command
from edlite.constants import YEAR_S
from edlite.errors import InputError
from edlite.files import read_dataset, write_dataset

SLOPES = np.array([6.0, 2.0, 3.0])  # kgC m-2 yr-1 per m3 m-3
DRIER = np.array([-0.1, -0.05, 0.002, 0.04])  # native minus blended


def dataset(fields, time=None):
    fields = dict(fields)
    fields.setdefault("nee", fields["ra"] + fields["rh"] - fields["gpp"])
    return xr.Dataset(
        {name: (("time", "cell"), values) for name, values in fields.items()},
        coords={"time": days() if time is None else time, "cell_id": ("cell", CELL_ID)},
    )


def changed(fields, delta_theta, slopes=SLOPES):
    """The blended run: moisture changed by -delta_theta, fluxes in proportion."""
    other = {"theta_rootzone": fields["theta_rootzone"] - delta_theta}
    for name, slope in zip(("gpp", "ra", "rh"), slopes, strict=True):
        other[name] = fields[name] - slope * delta_theta / YEAR_S
    return other


def result(threshold=0.01, **keywords):
    fields = rates()
    return sensitivity_dataset(
        dataset(fields),
        dataset(changed(fields, DRIER)),
        AREA,
        Period.from_params({"period": PERIOD}),
        threshold,
        **keywords,
    )


def test_proportional_response_gives_its_slope():
    ds = result()
    expected = np.array([6.0, 2.0, 3.0, 5.0, -1.0])
    for cell in range(4):
        np.testing.assert_allclose(ds["beta"][:, cell], expected, rtol=1e-9)
    np.testing.assert_allclose(ds["delta_theta"], DRIER, atol=1e-12)
    np.testing.assert_allclose(ds["delta_flux"][0], 6.0 * DRIER, rtol=1e-9)
    np.testing.assert_allclose(ds["beta_region"], expected, rtol=1e-9)
    np.testing.assert_allclose(ds["beta_region_sd_unmasked"], 0.0, atol=1e-8)


def test_mask_and_its_share():
    ds = result()
    np.testing.assert_array_equal(ds["masked"], [0, 0, 1, 0])
    assert ds["masked_share"] == pytest.approx(1 / 8)
    assert np.isfinite(ds["beta"][:, 2]).all()  # the masked value stays in the file
    assert (result(threshold=0.0)["masked"] == 0).all()


def test_ratio_of_period_means_not_mean_of_ratios():
    fields = rates()
    swing = np.where(np.arange(61) < 30, 0.10, -0.02)[:, None] * np.ones(4)
    other = changed(fields, swing)
    other["gpp"] = fields["gpp"] - np.where(np.arange(61) < 30, 0.5, -0.3)[:, None] / YEAR_S
    period = Period.from_params({"period": PERIOD})
    ds = sensitivity_dataset(dataset(fields), dataset(other), AREA, period, 0.01)
    expected = (30 * 0.5 - 31 * 0.3) / (30 * 0.10 - 31 * 0.02)
    np.testing.assert_allclose(ds["beta"][0], expected, rtol=1e-9)


def test_years_and_days_outside_the_period():
    time = days("2012-12-01", 90)
    fields = rates(count=90)
    slope = np.where(time < np.datetime64("2013-01-01"), 1.0, 4.0)[:, None]
    other = {"theta_rootzone": fields["theta_rootzone"] - 0.05}
    other |= {n: fields[n] - slope * 0.05 / YEAR_S for n in ("gpp", "ra", "rh")}
    period = Period.from_params({"period": {"start": "2013-01-01", "end": "2013-06-01"}})
    ds = sensitivity_dataset(dataset(fields, time), dataset(other, time), AREA, period, 0.01)
    np.testing.assert_array_equal(ds["year"], [2012, 2013])
    np.testing.assert_allclose(ds["beta_year"][:, 0, 0], [1.0, 4.0], rtol=1e-9)
    np.testing.assert_allclose(ds["beta"][0], 4.0, rtol=1e-9)
    assert ds.attrs["days_used"] == 59 and ds.attrs["period_days"] == 151


def test_reference_of_the_perfect_run():
    fields = rates()
    perfect = changed(fields, 2 * DRIER, slopes=np.array([7.0, 2.0, 3.0]))
    ds = result(perfect=dataset(perfect))
    np.testing.assert_allclose(ds["beta_perfect"][0], 7.0, rtol=1e-8)
    np.testing.assert_allclose(ds["delta_theta_perfect"], 2 * DRIER, atol=1e-12)
    assert ds["beta_region_perfect"][4] == pytest.approx(-2.0)


@given(
    arrays(float, (3, 5), elements=st.floats(-10, 10)),
    arrays(float, 5, elements=st.floats(-0.3, 0.3)),
)
def test_identity_is_exact(components, delta_theta):
    difference = Difference(combine(components), delta_theta)
    with np.errstate(over="ignore", invalid="ignore"):
        gpp, ra, rh, reco, nee = difference.beta
        np.testing.assert_array_equal(nee, ra + rh - gpp)
        np.testing.assert_array_equal(reco, ra + rh)
    assert np.isnan(gpp[delta_theta == 0]).all()
    assert difference.masked(0.0)[delta_theta == 0].all()


def test_nee_of_the_file_is_checked():
    fields = rates()
    wrong = dataset(fields | {"nee": fields["ra"] + fields["rh"]})
    period = Period.from_params({"period": PERIOD})
    with pytest.raises(InputError, match="nee of cell"):
        sensitivity_dataset(wrong, dataset(changed(fields, DRIER)), AREA, period, 0.01)


def test_weighted_statistics():
    values = np.array([[1.0, 3.0, np.nan, 5.0], [2.0, 2.0, 2.0, 2.0]])
    mean, sd = weighted_mean_sd(values, AREA, np.array([True, True, True, False]))
    assert mean == pytest.approx([7 / 3, 2.0])
    assert sd == pytest.approx([np.sqrt((1 * (4 / 3) ** 2 + 2 * (2 / 3) ** 2) / 3), 0.0])
    none, _ = weighted_mean_sd(values, AREA, np.zeros(4, bool))
    assert np.isnan(none).all()
    assert weighted_share(np.array([1, 0, 0, 1], bool), AREA) == pytest.approx(5 / 8)


def write_runs(folder, cell_id=CELL_ID):
    fields = rates()
    native = daily(folder / "native" / "2013_daily.nc", fields)
    blended = daily(folder / "blended" / "2013_daily.nc", changed(fields, DRIER), None, cell_id)
    return native, blended


def invoke(folder, *more, params=None):
    arguments = ["--domain", domain(folder), "--out", folder / "sensitivity.nc", *more]
    arguments += ["--params", json.dumps({"period": PERIOD, "synthetic": True} | (params or {}))]
    return CliRunner().invoke(command, [str(a) for a in arguments])


def bias_file(folder, n_flight=4, seed=0):
    rng = np.random.default_rng(seed)
    shape = (n_flight, 9, 4)
    time = np.datetime64("2013-03-05T12:30", "ns") + np.arange(n_flight) * np.timedelta64(15, "D")
    ds = xr.Dataset(
        {
            name: (("flight", "layer", "cell"), values, {"units": "1", "long_name": "test"})
            for name, values in (("eps", rng.normal(-0.05, 0.05, shape)), ("valid", np.ones(shape)))
        },
        coords={"time_hour": ("flight", time), "cell_id": ("cell", CELL_ID)},
    )
    return write_dataset(
        ds.assign_attrs(start="year", interpolation="linear"), folder / "bias.nc", region="Test"
    )


def test_command_writes_the_contract(tmp_path):
    native, blended = write_runs(tmp_path)
    soil = cells(tmp_path / "soil.nc", n_layer=("cell", N_LAYER))
    more = ["--native", native, "--blended", blended, "--perfect", blended]
    more += ["--jackknife", bias_file(tmp_path), "--soil", soil]
    answer = invoke(tmp_path, *more, params={"sensitivity": {"mask_delta_theta": 0.001}})
    assert answer.exit_code == 0, answer.exception
    ds = read_dataset(tmp_path / "sensitivity.nc")
    assert ds["beta"].dims == ("flux", "cell") and list(ds["flux"].values) == list(FLUXES)
    assert ds["beta_year"].dims == ("year", "flux", "cell")
    gpp, ra, rh, _, nee = ds["beta"].values
    np.testing.assert_array_equal(nee, ra + rh - gpp)  # also after writing
    assert (ds["masked"] == 0).all() and ds.attrs["synthetic"] == 1
    assert ds["beta_jackknife_sd"].dims == ("flux", "cell")
    assert (ds["beta_region_low"] <= ds["beta_region_high"]).all()
    assert ds.attrs["jackknife_flights"] == 4 and ds.attrs["region"] == "Test"


def test_unusable_input(tmp_path):
    native, blended = write_runs(tmp_path)
    both = ["--native", native, "--blended", blended]
    short = {n: v[:40] for n, v in rates().items()}
    short = daily(tmp_path / "short.nc", short, days(count=40))
    cases = {
        "--soil": (*both, "--jackknife", bias_file(tmp_path)),
        "time": ("--native", native, "--blended", short),
    }
    for key, arguments in cases.items():
        answer = invoke(tmp_path, *arguments)
        assert isinstance(answer.exception, InputError) and answer.exception.key == key
    stranger = write_runs(tmp_path / "other", CELL_ID + 1)[1]
    answer = invoke(tmp_path, "--native", native, "--blended", stranger)
    assert "domain" in str(answer.exception)
    for section in ({"mask_delta_theta": -1}, {"mask": 0.1}):
        answer = invoke(tmp_path, *both, params={"sensitivity": section})
        assert "sensitivity.mask" in str(answer.exception)
    assert not (tmp_path / "sensitivity.nc").exists()
