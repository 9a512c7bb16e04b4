"""Prescribed soil moisture: followed, consistent in energy, counted in the budgets."""

import numpy as np
import pytest
import xarray as xr

from edlite.constants import RHO_W
from edlite.errors import InputError
from edlite.files import write_dataset
from edlite.model.prescription import Prescription, open_prescription
from edlite.soil.layers import LAYER_THICKNESS
from helpers.model_columns import PATCHES, columns_of, run_days, start_state, weather

PLANTED = [i for i, p in enumerate(PATCHES) if p.cohorts]


def series(values, start, first_minute=30):
    """Hourly moisture (time, layer, patch) at the centres of hours."""
    minutes = first_minute + 60 * np.arange(len(values))
    time = np.datetime64(start, "ns") + minutes * np.timedelta64(1, "m")
    return xr.DataArray(values, dims=("time", "layer", "patch"), coords={"time": time})


def active(columns):
    return np.arange(9)[:, None] < columns.n_layer[None]


@pytest.fixture(scope="module")
def followed(compiled, options):
    """A course that dries the column linearly by 0.05 m3 m-3 in two days."""
    columns = columns_of()
    share = np.linspace(0.0, 1.0, 49)[:, None, None]
    wet = start_state(columns).theta
    values = wet[None] - 0.05 * share
    theta = series(values, "2001-07-01", first_minute=0)
    met = weather("2001-07-01", 2, warm=293.0)
    return run_days(met, days=2, temperature=290.0, theta=theta, options=options), values


def test_moisture_follows_the_series(followed):
    run, values = followed
    soil = run.columns.soil
    hourly = 0.5 * (values[:-1] + values[1:])
    inside = (
        active(run.columns) & (values[-1] > soil["theta_r"].T) & (values[0] < soil["theta_s"].T)
    )
    np.testing.assert_allclose(run.theta()[:, inside], hourly[:, inside], rtol=0.0, atol=1e-12)
    end = np.clip(values[-1], soil["theta_r"].T, soil["theta_s"].T)
    on = active(run.columns)
    np.testing.assert_allclose(run.last.theta[on], end[on], rtol=0.0, atol=1e-15)


def test_budgets_close_with_the_increments(followed):
    run, _ = followed
    assert run.patch("water_max").max() < 1e-9
    assert run.patch("energy_max").max() < 1e-7
    assert run.patch("carbon_max").max() < 1e-12


def test_increments_are_what_the_soil_did_not_do_itself(followed):
    """Change of soil water = increment - transpiration - soil evaporation + infiltration, with the
    water that reaches the ground taken from rain less interception loss and surface storage."""
    run, _ = followed
    on = active(run.columns) * LAYER_THICKNESS[:, None] * RHO_W
    change = ((run.last.theta - run.first.theta) * on).sum(axis=0)
    mm = {
        n: run.flux(n).sum(axis=0) * 3600.0
        for n in ("precipitation", "evapotranspiration", "runoff", "assimilation_water", "drainage")
    }
    films = np.bincount(run.columns.patch_index, run.last.leaf_water, run.columns.n_patch)
    expected = mm["precipitation"] - mm["evapotranspiration"] - mm["runoff"]
    expected += mm["assimilation_water"] - films - run.last.snow.sum(axis=0)
    np.testing.assert_allclose(change, expected, atol=0.5)  # vapour in canopy air
    assert np.all(mm["drainage"] == 0.0)


def test_temperature_stays_when_water_is_added(compiled):
    """A jump of 0.1 m3 m-3 neither freezes nor heats a layer."""
    columns = columns_of()
    base = start_state(columns, temperature=274.0)
    met = weather("2001-11-10", 1, warm=274.0, wet=False, light=0.2)
    dry, wet = (
        run_days(met, days=1, state=base, theta=series(base.theta[None] + d, "2001-11-10"))
        for d in (0.0, 0.1)
    )
    first_hour = [r.days[0].soil_temperature[0, 2:] for r in (dry, wet)]
    np.testing.assert_allclose(first_hour[0], first_hour[1], atol=0.05)
    assert abs(dry.flux("assimilation_energy")).max() > 0.0


def test_following_its_own_moisture_gives_its_own_fluxes(compiled, options):
    """Hourly means, linear in between, stand for the course of the native run."""
    met = weather("2001-07-01", 4, warm=293.0)
    native = run_days(met, days=4, temperature=290.0, options=options)
    theta = series(native.theta(), "2001-07-01")
    own = run_days(met, days=4, temperature=290.0, options=options, theta=theta)
    for name, bound in (("gpp", 2e-3), ("transpiration", 2e-3), ("evapotranspiration", 1e-2)):
        a, b = (r.flux(name).sum(axis=0)[PLANTED] for r in (own, native))
        assert np.max(np.abs(a / b - 1.0)) < bound


def test_wetter_soil_raises_gpp(compiled):
    columns = columns_of()
    base = start_state(columns)
    met = weather("2001-07-01", 1, warm=293.0, wet=False)
    dry, wet = (
        run_days(met, days=1, state=base, theta=series(base.theta[None] + d, "2001-07-01"))
        for d in (-0.03, 0.03)
    )
    assert np.all(wet.flux("gpp").sum(axis=0)[PLANTED] > dry.flux("gpp").sum(axis=0)[PLANTED])


def test_prescription_interpolates_clips_and_holds_its_ends():
    columns = columns_of(PATCHES[:1])
    low, high = columns.soil["theta_r"][0], columns.soil["theta_s"][0]
    values = np.stack([np.full((9, 1), v) for v in (0.2, 0.3, 9.0)])
    steps = Prescription(series(values, "2001-07-01"), columns).day(np.datetime64("2001-07-01"))
    assert steps.shape == (145, 9, 1)
    np.testing.assert_allclose(steps[:4], 0.2)  # held until 00:30
    np.testing.assert_allclose(steps[6], 0.25)  # 01:00
    np.testing.assert_allclose(steps[9], 0.3)
    np.testing.assert_allclose(steps[-1][:, 0], high)
    dry = Prescription(series(-values, "2001-07-01"), columns).day(np.datetime64("2001-07-01"))
    np.testing.assert_allclose(dry[0][:, 0], low)


def test_wrong_patches_are_refused(tmp_path):
    columns = columns_of(PATCHES[:2])
    with pytest.raises(InputError, match="theta: patch is 3"):
        Prescription(series(np.full((2, 9, 3), 0.2), "2001-07-01"), columns)
    meta = {"units": "m3 m-3", "long_name": "moisture"}
    theta = series(np.full((2, 9, 2), 0.2), "2001-07-01").assign_attrs(meta)
    index = xr.DataArray([0, 0], dims="patch", attrs={"units": "1", "long_name": "cell"})
    write_dataset(xr.Dataset({"theta": theta, "cell_index": index}), tmp_path / "other.nc")
    write_dataset(xr.Dataset({"theta": theta}), tmp_path / "anonymous.nc")
    for name in ("other.nc", "anonymous.nc"):
        with (
            pytest.raises(InputError, match="cell_index"),
            open_prescription(tmp_path / name, columns),
        ):
            pass
    with pytest.raises(InputError, match="missing"), open_prescription(tmp_path / "no", columns):
        pass
    with open_prescription(None, columns) as nothing:
        assert nothing is None


def test_prescription_file_is_read(tmp_path):
    columns = columns_of(PATCHES[:2])
    meta = {"units": "m3 m-3", "long_name": "moisture"}
    theta = series(np.full((3, 9, 2), 0.2), "2001-07-01").assign_attrs(meta)
    index = xr.DataArray([0, 1], dims="patch", attrs={"units": "1", "long_name": "cell"})
    write_dataset(xr.Dataset({"theta": theta, "cell_index": index}), tmp_path / "rzsm.nc")
    with open_prescription(tmp_path / "rzsm.nc", columns) as values:
        steps = Prescription(values, columns).day(np.datetime64("2001-07-01"))
    np.testing.assert_allclose(steps, 0.2)
