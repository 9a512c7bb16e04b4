"""Files of a run: the contract of the design, means over patches, nothing left after an error."""

import dataclasses

import numpy as np
import pytest
import xarray as xr

from edlite.model.driver import run
from edlite.model.options import ModelOptions
from edlite.model.output import CellMean, RunWriter
from edlite.model.output_files import BLOCK_DAYS
from edlite.model.records import HOURLY as STEP_VARIABLES
from edlite.soil.layers import root_zone_weights
from helpers.model_columns import CURVES, PATCHES, columns_of, start_state, weather

HOURLY = {
    *("gpp", "ra", "rh", "nee", "le", "h", "rnet", "evapotranspiration", "transpiration"),
    *("runoff", "drainage", "ustar", "canopy_air_temperature", "lai", "snow_water"),
    *("theta_rootzone", "theta", "soil_temperature"),
}
DAILY = HOURLY | {
    *("npp", "leaf_respiration", "root_respiration", "growth_respiration", "storage_respiration"),
    *("precipitation", "shortwave_down", "air_temperature", "soil_carbon", "virtual_respiration"),
    *("assimilation_water", "assimilation_energy"),
}
ANNUAL = {
    *("gpp", "ra", "rh", "reco", "nee", "npp", "evapotranspiration", "runoff", "drainage"),
    *("precipitation", "le", "h", "theta_rootzone", "lai_max", "lai_pft", "agb"),
    *("fast_carbon", "structural_carbon", "slow_carbon", "growth_export"),
    *("water_residual_max", "water_residual_sum", "energy_residual_max", "carbon_residual_max"),
    *("theta_below_theta_r", "theta_above_theta_s", "substeps_mean"),
}
DAYS = 3
PARTS = ("leaf", "root", "growth", "storage", "virtual")
HOURLY_PRECISION = 2.0**-17  # of hourly means by cell


def shared_cells():
    """Three cells with several patches each."""
    return columns_of(
        lat=np.array([42.5, 42.6, 42.7]),
        lon=np.array([-72.2, -72.1, -72.0]),
        cell_id=np.array([11, 12, 13]),
        cell_index=np.array([0, 0, 0, 1, 1, 2, 2, 2]),
        area=np.array([0.2, 0.5, 0.3, 0.6, 0.4, 0.1, 0.1, 0.8]),
    )


def writer(folder, columns):
    return RunWriter(
        columns,
        hourly=folder / "native" / "2001.nc",
        daily=folder / "native" / "2001_daily.nc",
        annual=folder / "native" / "2001_annual.nc",
        theta=folder / "native" / "2001_theta.nc",
        region="Somewhere",
        synthetic=True,
        parameters={"model": {}, "run": "native"},
        sources=["soil.nc", "/elsewhere/initial_state.nc"],
    )


@pytest.fixture(scope="module")
def written(compiled, tmp_path_factory):
    """Folder, columns and the days themselves."""
    folder = tmp_path_factory.mktemp("run")
    columns, met, days = shared_cells(), weather("2001-07-01", DAYS, warm=293.0), []
    state = start_state(columns)
    with writer(folder, columns) as out:

        def sink(day):
            days.append(day)
            out(day)

        run(
            columns,
            state,
            met,
            ModelOptions(),
            "2001-07-01",
            "2001-07-04",
            phenology=CURVES,
            sink=sink,
        )
        out.finish()
    files = {}
    for kind in ("", "_daily", "_annual", "_theta"):
        path = folder / "native" / f"2001{kind}.nc"
        with xr.open_dataset(path, engine="netcdf4") as ds:
            files[kind.strip("_") or "hourly"] = ds.load()
    return files, columns, days


def test_variables_and_attributes(written):
    files, columns, _ = written
    for kind, names in (("hourly", HOURLY), ("daily", DAILY), ("annual", ANNUAL)):
        ds = files[kind]
        assert names <= set(ds.variables)
        assert ds.attrs["region"] == "Somewhere" and ds.attrs["synthetic"] == 1
        assert ds.attrs["source_files"] == "initial_state.nc, soil.nc"
        assert ds.attrs["parameters_hash"] and ds.attrs["source_package"].startswith("edlite")
        np.testing.assert_array_equal(ds["cell_id"], columns.cell_id)
        for name in names:
            assert ds[name].attrs["units"] and ds[name].attrs["long_name"], name


def test_time_axes(written):
    files, _, _ = written
    start = np.datetime64("2001-07-01", "ns")
    hour, day = np.timedelta64(3600, "s"), np.timedelta64(86400, "s")
    for kind, step, n in (("hourly", hour, 24 * DAYS), ("daily", day, DAYS)):
        expected = start + np.arange(n) * step
        np.testing.assert_array_equal(files[kind]["time"], expected)
        bounds = files[kind]["time_bnds"].values
        assert files[kind]["time"].attrs["bounds"] == "time_bnds"
        np.testing.assert_array_equal(bounds[:, 0].astype("M8[ns]"), expected)
        np.testing.assert_array_equal(bounds[:, 1].astype("M8[ns]"), expected + step)
    centres = start + np.arange(24 * DAYS) * hour + hour // 2
    np.testing.assert_array_equal(files["theta"]["time"], centres)


def test_cells_are_means_over_their_patches(written):
    files, columns, days = written
    gpp = np.concatenate([d.fluxes[:, STEP_VARIABLES.index("gpp")] for d in days])
    for cell in range(3):
        of = columns.cell_index == cell
        expected = np.average(gpp[:, of], weights=columns.area[of], axis=1)
        np.testing.assert_allclose(
            files["hourly"]["gpp"][:, cell], expected, rtol=1.01 * HOURLY_PRECISION
        )
    theta = np.concatenate([d.theta for d in days])
    np.testing.assert_allclose(files["theta"]["theta"], theta, rtol=1e-6)
    np.testing.assert_array_equal(files["theta"]["cell_index"], columns.cell_index)
    np.testing.assert_array_equal(files["theta"]["area"], columns.area)
    assert files["theta"]["theta"].dtype == np.float32


def test_derived_fluxes_and_daily_means(written):
    files, columns, days = written
    hourly, daily, annual = files["hourly"], files["daily"], files["annual"]
    parts = hourly["ra"] + hourly["rh"] + hourly["gpp"]
    residual = hourly["nee"] - (hourly["ra"] + hourly["rh"] - hourly["gpp"])
    assert float((abs(residual) - 2.0 * HOURLY_PRECISION * parts).max()) <= 0.0
    parts = sum(daily[f"{part}_respiration"] for part in PARTS)
    np.testing.assert_allclose(daily["ra"], parts, rtol=1e-6)
    np.testing.assert_allclose(daily["npp"], daily["gpp"] - daily["ra"], rtol=1e-4, atol=1e-13)
    for name in ("gpp", "le", "theta_rootzone", "snow_water"):
        means = hourly[name].values.reshape(DAYS, 24, 3).mean(axis=1)
        np.testing.assert_allclose(daily[name], means, rtol=2e-5, atol=1e-12)
    year_s = 365.2425 * 86400.0
    np.testing.assert_allclose(annual["gpp"], daily["gpp"].mean("time") * year_s, rtol=1e-5)
    np.testing.assert_allclose(annual["reco"], annual["ra"] + annual["rh"], rtol=1e-12)
    np.testing.assert_allclose(annual["lai_max"], daily["lai"].max("time"), rtol=1e-6)
    weights = root_zone_weights(columns.n_layer)
    patch = np.einsum("hlp,pl->hp", days[0].theta, weights)
    of = columns.cell_index == 1
    np.testing.assert_allclose(
        hourly["theta_rootzone"][:24, 1],
        np.average(patch[:, of], weights=columns.area[of], axis=1),
        rtol=1.01 * HOURLY_PRECISION,
    )
    assert float(annual["water_residual_max"].max()) < 1e-9
    assert float(annual["energy_residual_max"].max()) < 1e-7
    assert float(annual["carbon_residual_max"].max()) < 1e-12
    assert np.all(annual["substeps_mean"] >= 1.0)
    np.testing.assert_allclose(
        annual["lai_pft"].sum("pft"), CellMean(columns)(patch_lai(columns)), rtol=1e-9
    )


def test_precision_and_chunks(written):
    """Hourly means by cell are rounded and say so; nothing else is. Chunks hold what is written
    together."""
    files, columns, days = written
    for name in HOURLY:
        variable = files["hourly"][name]
        assert variable.attrs["relative_precision"] == HOURLY_PRECISION
        assert variable.attrs["_QuantizeBitRoundNumberOfSignificantBits"] == 16
        assert variable.encoding["chunksizes"][0] == 31 * 24
    exact = np.concatenate([d.theta for d in days]).astype(np.float32)
    np.testing.assert_array_equal(files["theta"]["theta"], exact)
    assert "relative_precision" not in files["theta"]["theta"].attrs
    assert "relative_precision" not in files["daily"]["gpp"].attrs
    assert files["theta"]["theta"].encoding["chunksizes"] == (31 * 24, 1, columns.n_patch)


def test_months_are_appended(written, tmp_path):
    """More days than are written together."""
    _, columns, days = written
    count = 2 * BLOCK_DAYS + 1
    with writer(tmp_path, columns) as out:
        for i in range(count):
            date = np.datetime64("2001-07-01") + i
            out(dataclasses.replace(days[i % DAYS], date=date))
        out.finish()
    folder = tmp_path / "native"
    with xr.open_dataset(folder / "2001_theta.nc", engine="netcdf4") as ds:
        assert ds.sizes["time"] == 24 * count
        assert np.all(np.diff(ds["time"]) == np.timedelta64(3600, "s"))
        for i in (0, BLOCK_DAYS - 1, BLOCK_DAYS, count - 1):
            expected = days[i % DAYS].theta.astype(np.float32)
            np.testing.assert_array_equal(ds["theta"][24 * i : 24 * (i + 1)], expected)
    with xr.open_dataset(folder / "2001_daily.nc", engine="netcdf4") as ds:
        gpp = ds["gpp"].values
        np.testing.assert_array_equal(gpp[: BLOCK_DAYS + 2], gpp[DAYS : BLOCK_DAYS + 2 + DAYS])
        assert ds.sizes["time"] == count and np.isfinite(gpp).all()


def patch_lai(columns):
    return np.bincount(columns.patch_index, columns.lai_full, columns.n_patch)


def test_nothing_is_left_after_an_error(compiled, tmp_path):
    columns, met = columns_of(PATCHES[:2]), weather("2001-07-01", 2, warm=293.0)
    with pytest.raises(RuntimeError, match="stop"), writer(tmp_path, columns) as out:

        def sink(day):
            out(day)
            raise RuntimeError("stop")

        run(
            columns,
            start_state(columns, PATCHES[:2]),
            met,
            ModelOptions(),
            "2001-07-01",
            "2001-07-03",
            phenology=CURVES,
            sink=sink,
        )
    assert list((tmp_path / "native").iterdir()) == []


def test_nothing_is_left_without_finish(compiled, tmp_path):
    """A writer that saw days but was never told to finish has no complete year to offer."""
    columns = columns_of(PATCHES[:2])
    with pytest.raises(RuntimeError), writer(tmp_path, columns):
        raise RuntimeError("interrupted")
    assert list((tmp_path / "native").iterdir()) == []


def test_cell_mean():
    columns = shared_cells()
    mean = CellMean(columns)
    np.testing.assert_allclose(mean(np.ones(8)), 1.0)
    values = np.arange(8.0)
    expected = [
        np.average(values[columns.cell_index == c], weights=columns.area[columns.cell_index == c])
        for c in range(3)
    ]
    np.testing.assert_allclose(mean(values), expected)
    np.testing.assert_array_equal(mean.largest(values), [2.0, 4.0, 7.0])
