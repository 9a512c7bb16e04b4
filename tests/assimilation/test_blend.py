"""Blending: exact cases, bounds, bit identity, and unusable input."""

import numpy as np
import pytest
import xarray as xr
from assimilation_tile import Tile
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from edlite.assimilation.bias import BlendOptions, compute_bias
from edlite.assimilation.blend import Bias, blend_blocks, perfect_blocks, year_hours
from edlite.assimilation.series import ThetaSeries
from edlite.commands.blend import blend as command
from edlite.errors import InputError
from edlite.files import read_dataset, write_dataset

FLIGHTS = ["2013-05-01T06:30", "2013-05-01T16:30"]
CELL = np.array([0, 0, 1, 2, 2])
EXISTS = np.arange(9)[:, None] < np.array([9, 9, 9, 4, 4])


def blended(tile, bias_path, theta_path=None, **options):
    """Moisture (time, layer, patch) and clipped amount (time, layer, cell) of the two days."""
    soil, options = tile.soil, BlendOptions(**options)
    with ThetaSeries([theta_path or tile.theta()], soil) as native:
        index = year_hours(native, 2013)
        bias = Bias.read(bias_path, soil, options.estimator)
        parts = list(blend_blocks(native, index, bias, soil, options))
    return np.concatenate([p[1] for p in parts]), np.concatenate([p[2] for p in parts])


def middle(tile, count=48):
    """Moisture in the middle of the bounds, far from clipping, different in each patch."""
    low, high = tile.theta_r[:, CELL], tile.theta_s[:, CELL]
    return np.broadcast_to(0.5 * (low + high) + 0.01 * np.arange(5), (count, 9, 5)).copy()


@pytest.mark.parametrize("start", ["year", "first_flight"])
def test_without_bias_the_native_run_is_reproduced_bit_for_bit(tile, start):
    theta, clipped = blended(tile, tile.bias(FLIGHTS, 0.0), start=start)
    np.testing.assert_array_equal(theta, tile.theta_values())
    assert not clipped.any()


def test_without_flights_the_native_run_is_reproduced(tile):
    theta, _ = blended(tile, tile.bias([], np.zeros((0, 9, 3))))
    np.testing.assert_array_equal(theta, tile.theta_values())


def test_constant_bias_is_removed_exactly(tile):
    values = middle(tile)
    theta, clipped = blended(tile, tile.bias(FLIGHTS, 0.0625), tile.theta(values=values))
    expected = np.where(EXISTS, values.astype(np.float32) - np.float32(0.0625), np.nan)
    np.testing.assert_array_equal(theta[:, EXISTS], expected[:, EXISTS])
    assert not clipped.any()


def test_bias_is_linear_between_flights_and_held_outside(tile):
    values = middle(tile)
    path = tile.bias(FLIGHTS, np.array([0.02, 0.12])[:, None, None])
    theta, _ = blended(tile, path, tile.theta(values=values))
    removed = (values - theta)[:, 2, 0]
    expected = np.interp(np.arange(48), [6, 16], [0.02, 0.12])
    np.testing.assert_allclose(removed, expected, atol=1e-7)


def test_start_at_first_flight_leaves_the_hours_before(tile):
    for mode in ("patch", "cell"):
        theta, _ = blended(tile, tile.bias(FLIGHTS, 0.05), start="first_flight", mode=mode)
        np.testing.assert_array_equal(theta[:6], tile.theta_values()[:6])
        assert (theta[6:, :4] != tile.theta_values()[6:, :4]).any()


def test_cell_mode_gives_the_patches_of_a_cell_one_moisture(tile):
    values = middle(tile)
    theta, _ = blended(tile, tile.bias(FLIGHTS, 0.03), tile.theta(values=values), mode="cell")
    mean = 0.3 * values[:, :, 0] + 0.7 * values[:, :, 1]
    np.testing.assert_allclose(theta[:, :, 0], mean - 0.03, atol=1e-7)
    np.testing.assert_array_equal(theta[:, :, 0], theta[:, :, 1])


def test_clipping_and_its_record(tile):
    values = middle(tile)
    theta, clipped = blended(tile, tile.bias(FLIGHTS, -0.9), tile.theta(values=values))
    top = np.broadcast_to(tile.theta_s[:, CELL], (48, 9, 5))
    np.testing.assert_allclose(theta[:, EXISTS], top[:, EXISTS], atol=1e-7)
    raw = 0.3 * values[:, :, 0] + 0.7 * values[:, :, 1] + 0.9
    np.testing.assert_allclose(clipped[:, :, 0], raw - tile.theta_s[:, 0], atol=1e-6)
    dry, lost = blended(tile, tile.bias(FLIGHTS, 0.9), tile.theta(values=values))
    np.testing.assert_allclose(dry[0][EXISTS], tile.theta_r[:, CELL][EXISTS], atol=1e-7)
    assert (lost[:, :4] < 0).all()


def test_layer_without_valid_flight_and_skipped_flight(tile):
    eps = np.full((2, 9, 3), 0.04)
    valid = np.ones((2, 9, 3), bool)
    valid[:, 1, 0] = False  # never seen
    valid[0, 2, 0] = False  # seen by the second flight only, whose bias is held
    eps[~valid] = 0.0
    values = middle(tile)
    theta, _ = blended(tile, tile.bias(FLIGHTS, eps, valid), tile.theta(values=values))
    np.testing.assert_array_equal(theta[:, 1, :2], values[:, 1, :2].astype(np.float32))
    np.testing.assert_allclose(values[:, 2, 0] - theta[:, 2, 0], 0.04, atol=1e-7)


def test_radar_is_met_at_the_flight(tile):
    """Without clipping the cell mean at the flight's hour is what the radar saw."""
    rng = np.random.default_rng(3)
    seen = rng.uniform(0.15, 0.35, (2, 6, 3))
    path = tile.theta(values=middle(tile))
    soil = tile.soil
    with ThetaSeries([path], soil) as native:
        ds = compute_bias(native, [tile.rzsm(FLIGHTS, seen)], soil, "zero")
    bias_path = write_dataset(ds, tile.folder / "bias.nc", region="Test")
    theta, clipped = blended(tile, bias_path, path)
    mean = 0.3 * theta[[6, 16], :6, 0] + 0.7 * theta[[6, 16], :6, 1]
    assert not clipped.any()
    np.testing.assert_allclose(mean, seen[:, :, 0], atol=1e-7)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=2, max_size=2), st.integers(0, 1000), st.booleans())
def test_always_within_the_bounds(tmp_path_factory, eps, seed, by_cell):
    tile = Tile(tmp_path_factory.mktemp("bounds"))
    path = tile.theta(values=tile.theta_values(24, seed), time=tile.hours(count=24))
    theta, clipped = blended(
        tile,
        tile.bias(FLIGHTS, np.array(eps)[:, None, None]),
        path,
        mode="cell" if by_cell else "patch",
    )
    low = tile.theta_r[:, CELL].astype(np.float32)
    high = tile.theta_s[:, CELL].astype(np.float32)
    inside = (theta >= low) & (theta <= high)
    assert inside[:, EXISTS].all()
    assert np.isfinite(clipped).all() and np.abs(clipped).max() <= 1.0


def test_perfect_is_the_truth_within_the_native_bounds(tile):
    soil = tile.soil
    truth = tile.theta_values(seed=5) * np.float32(1.5)
    truth_path = tile.theta("truth.nc", values=truth)
    with (
        ThetaSeries([tile.theta()], soil) as native,
        ThetaSeries([truth_path], soil) as other,
    ):
        (_, theta, clipped), *_ = perfect_blocks(native, other, year_hours(native, 2013), soil)
    expected = np.clip(truth, tile.theta_r[:, CELL], tile.theta_s[:, CELL])
    np.testing.assert_allclose(theta[:, EXISTS], expected[:, EXISTS], atol=1e-7)
    assert clipped.max() > 0.05


def test_hours_beyond_each_end(tile):
    """The neighbouring years' files give one hour each; a far-off file gives none."""
    names = {
        "2012_theta.nc": tile.hours("2012-12-30T00:30", 48),
        "2013_theta.nc": tile.hours("2013-01-01T00:30", 8760),
        "2014_theta.nc": tile.hours("2014-01-01T00:30", 24),
    }
    paths = [tile.theta(n, time=t, values=np.full((len(t), 9, 5), 0.2)) for n, t in names.items()]
    soil = tile.soil
    with ThetaSeries(paths[::-1], soil) as native:
        time = native.time[year_hours(native, 2013)]
    assert time[0] == np.datetime64("2012-12-31T23:30")
    assert time[-1] == np.datetime64("2014-01-01T00:30") and len(time) == 8762
    with ThetaSeries([paths[1]], soil) as native:
        assert len(year_hours(native, 2013)) == 8760
    short = tile.theta("short.nc", time=tile.hours("2013-01-01T00:30", 48))
    with ThetaSeries([short, paths[2]], soil) as native:
        assert len(year_hours(native, 2013)) == 48


def test_series_of_several_files_reads_each_hour_once(tile):
    values = tile.theta_values(48)
    hours = tile.hours()
    first = tile.theta("a.nc", time=hours[:30], values=values[:30])
    second = tile.theta("b.nc", time=hours[28:], values=values[28:])
    with ThetaSeries([second, first], tile.soil) as series:
        assert len(series.time) == 48
        np.testing.assert_array_equal(series.read(np.arange(20, 40)), values[20:40])
        np.testing.assert_array_equal(series.read(np.array([3, 29, 31])), values[[3, 29, 31]])


def invoke(tile, out, *more):
    arguments = ["--soil", tile.soil_path, "--tiles", tile.tiles_path, "--tile", 0]
    arguments += ["--year", 2013, "--out", out, *more]
    return CliRunner().invoke(command, [str(a) for a in arguments])


def test_command_writes_the_contract(tile):
    out = tile.folder / "2013_rzsm.nc"
    result = invoke(tile, out, "--native-theta", tile.theta(), "--bias", tile.bias(FLIGHTS, 0.1))
    assert result.exit_code == 0, result.exception
    ds = read_dataset(out)
    assert ds["theta"].dims == ("time", "layer", "patch") and ds["theta"].dtype == np.float32
    assert ds["clipped"].dims == ("time", "layer", "cell")
    assert ds["time"].values[0] == np.datetime64("2013-05-01T00:30")
    np.testing.assert_array_equal(ds["cell_index"], CELL)
    assert ds.attrs["mode"] == "patch" and ds.attrs["region"] == "Test"
    assert ds["theta"].attrs["units"] == "m3 m-3"


def test_command_perfect_and_nothing_half_written(tile):
    out = tile.folder / "2013_rzsm.nc"
    truth = tile.theta_values()
    truth[40, 3, 2] = np.nan  # found only while writing
    bad = tile.theta("bad.nc", values=truth)
    result = invoke(tile, out, "--native-theta", tile.theta(), "--truth-theta", bad)
    assert isinstance(result.exception, InputError) and "layer 3, patch 2" in str(result.exception)
    assert not out.exists() and not list(tile.folder.glob(".*tmp*"))
    result = invoke(tile, out, "--native-theta", tile.theta(), "--truth-theta", tile.theta("t.nc"))
    assert result.exit_code == 0, result.exception
    with xr.open_dataset(out, engine="netcdf4") as ds:
        np.testing.assert_array_equal(ds["theta"].values[:, EXISTS], tile.theta_values()[:, EXISTS])


def test_unusable_input(tile):
    native, out = tile.theta(), tile.folder / "out.nc"
    neither = invoke(tile, out, "--native-theta", native)
    assert isinstance(neither.exception, InputError) and "exactly one" in str(neither.exception)
    other_cells = read_dataset(tile.bias(FLIGHTS, 0.0)).assign_coords(cell_id=("cell", [1, 2, 3]))
    path = write_dataset(other_cells, tile.folder / "other.nc")
    assert "cell_id" in str(invoke(tile, out, "--native-theta", native, "--bias", path).exception)
    unsorted = tile.bias(FLIGHTS[::-1], 0.0)
    result = invoke(tile, out, "--native-theta", native, "--bias", unsorted)
    assert "increasing times" in str(result.exception)
    missing = write_dataset(read_dataset(native).drop_vars("area"), tile.folder / "no_area.nc")
    result = invoke(tile, out, "--native-theta", missing, "--bias", tile.bias(FLIGHTS, 0.0))
    assert isinstance(result.exception, InputError) and result.exception.key == "area"
    late = tile.theta("late.nc", time=tile.hours("2012-05-01T00:30"))
    result = invoke(tile, out, "--native-theta", late, "--bias", tile.bias(FLIGHTS, 0.0))
    assert "year 2013" in str(result.exception)
    result = invoke(tile, out, "--native-theta", native, "--truth-theta", late)
    assert "hours of the native run" in str(result.exception)
    assert not out.exists()
