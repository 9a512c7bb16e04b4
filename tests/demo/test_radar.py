"""Radar snapshots: profile fit, error statistics, mask, the two layouts."""

from __future__ import annotations

from datetime import datetime, timedelta

import h5py
import netCDF4
import numpy as np
import pytest

from edlite.demo.radar import (
    FILL,
    fit_profile,
    pixel_axes,
    retrieval_error,
    snapshot,
    static_mask,
    write_snapshot,
)
from edlite.soil.layers import LAYER_BOTTOM, LAYER_TOP, RADAR_BOTTOM, RADAR_TOP
from edlite.sources.airmoss import read_flight

FLIGHT = datetime(2013, 7, 15, 19, 52)


def layer_means(c, top, bottom):
    """Closed-form layer means of c0 z^2 + c1 z + c2."""
    return c[0] * (bottom**3 - top**3) / (3 * (bottom - top)) + c[1] * (top + bottom) / 2 + c[2]


def test_fit_returns_a_quadratic_profile():
    c = np.array([-0.1, 0.25, 0.12])
    theta = layer_means(c, LAYER_TOP, LAYER_BOTTOM)
    theta[5] = layer_means(c, 0.8, 1.0)  # the radar's last layer ends at 1 m
    assert fit_profile(theta[None], np.array([9]))[0] == pytest.approx(c, abs=1e-12)


def test_fit_is_the_weighted_least_squares_of_numpy():
    theta = np.random.default_rng(3).uniform(0.1, 0.4, (5, 9))
    fine = (np.arange(1000) + 0.5) / 1000
    layer = np.searchsorted(RADAR_BOTTOM, fine)
    for row, found in zip(theta, fit_profile(theta, np.full(5, 9)), strict=True):
        # the integral over depth, on a grid of 1 mm: the same minimum as that of layer means,
        # because what the polynomial does within a layer adds a constant of the data only; hence
        # compare the residual of the layer means
        best = np.polyfit(fine, row[layer], 2)
        ours = layer_means(found, RADAR_TOP, RADAR_BOTTOM) - row[:6]
        other = layer_means(best, RADAR_TOP, RADAR_BOTTOM) - row[:6]
        weight = RADAR_BOTTOM - RADAR_TOP
        assert (weight * ours**2).sum() <= (weight * other**2).sum() + 1e-9


def test_shallow_soil_continues_its_deepest_layer():
    theta = np.array([[0.1, 0.2, 0.3, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan]])
    filled = np.array([[0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3]])
    shallow = fit_profile(theta, np.array([3]))
    assert np.array_equal(shallow, fit_profile(filled, np.array([9])))
    depth = np.linspace(0, 1, 21)
    values = np.polyval(shallow[0], depth)
    assert values.min() > 0.05 and values.max() < 0.4


def test_error_has_its_total_and_its_correlated_part(recipe):
    times = [FLIGHT + timedelta(days=i) for i in range(400)]
    errors = np.array([retrieval_error(recipe, "Walnut", t) for t in times])
    assert np.sqrt((errors**2).mean()) == pytest.approx(0.08, rel=0.02)
    cells = errors.reshape(400, 4, 10, 4, 10).mean(axis=(2, 4))
    white = 0.08**2 - 0.05**2
    assert cells.var() == pytest.approx(0.05**2 + white / 100, rel=0.05)
    within = errors.reshape(400, 4, 10, 4, 10) - cells[:, :, None, :, None]
    assert within.var() == pytest.approx(white * 0.99, rel=0.02)
    # neither between cells nor between flights
    flat = cells.reshape(400, 16)
    assert abs(np.corrcoef(flat[:, 0], flat[:, 1])[0, 1]) < 0.15
    assert abs(np.corrcoef(flat[1:].ravel(), flat[:-1].ravel())[0, 1]) < 0.05


def test_mask_has_its_share_and_is_the_same_on_every_flight(recipe):
    mask = static_mask(recipe, "Walnut")
    assert mask.mean() == pytest.approx(recipe["radar"]["masked_fraction"], abs=2e-3)
    assert np.array_equal(mask, static_mask(recipe, "Walnut"))


def test_at_most_one_cell_of_a_region_loses_half_of_its_pixels(recipe):
    # else a cell would be without observation on all flights
    for region in recipe["regions"]:
        cells = static_mask(recipe, region).reshape(4, 10, 4, 10).mean(axis=(1, 3))
        assert np.count_nonzero(cells >= 0.5) <= 1, region


def test_snapshot_means_the_truth(recipe):
    theta = np.tile(np.linspace(0.1, 0.3, 9), (16, 1)) + 0.005 * np.arange(16)[:, None]
    sums = []
    for i in range(60):
        time = FLIGHT + timedelta(days=i)
        pixels = snapshot(recipe, "Walnut", time, theta, np.full(16, 9), np.arange(16))
        pixels = np.where(pixels == FILL, np.nan, pixels.astype(float))
        sums.append(np.nanmean(pixels.reshape(3, 4, 10, 4, 10), axis=(2, 4)))
    mean = np.mean(sums, axis=0).reshape(3, 16)
    expected = fit_profile(theta, np.full(16, 9)).T
    assert mean[:2] == pytest.approx(expected[:2], abs=1e-6)  # the error is in COEFF3 only
    assert mean[2] == pytest.approx(expected[2], abs=4 * 0.05 / np.sqrt(60))


def test_cells_that_were_not_run_are_fill(recipe):
    theta = np.full((2, 9), 0.2)
    pixels = snapshot(recipe, "Walnut", FLIGHT, theta, np.full(2, 9), np.array([2, 3]))
    filled = (pixels[0] == FILL).reshape(4, 10, 4, 10).mean(axis=(1, 3)).ravel()
    assert np.all(np.delete(filled, [2, 3]) == 1.0)
    assert np.all(filled[[2, 3]] < 0.5)


def test_both_layouts_hold_the_same(recipe, tmp_path):
    theta = np.full((16, 9), 0.2)
    pixels = snapshot(recipe, "Walnut", FLIGHT, theta, np.full(16, 9), np.arange(16))
    for suffix in (".h5", ".nc"):
        write_snapshot(recipe, "Walnut", FLIGHT, pixels, str(tmp_path / f"x{suffix}"))
    lat, lon = pixel_axes(recipe, "Walnut")
    with h5py.File(tmp_path / "x.h5") as file:
        assert np.array_equal(file["lats"][:, 0], lat) and np.array_equal(file["lons"][0], lon)
        hdf = {name: file[name][:] for name in file}
        assert file.attrs["synthetic"] == 1 and "SYNTHETIC" in file.attrs["title"]
        assert file.attrs["time_coverage_start"] == "2013-07-15T19:52:00Z"
    with netCDF4.Dataset(tmp_path / "x.nc") as file:
        file.set_auto_mask(False)
        assert np.array_equal(file["lat"][:], lat) and np.array_equal(file["lon"][:], lon)
        assert "SYNTHETIC" in file.title
        for name in ("COEFF1", "COEFF2", "COEFF3", "BROWSE_RZSM-10CM"):
            assert np.array_equal(file[name][:], hdf[name])
    valid = hdf["COEFF3"] != FILL
    depth = 0.10
    polynomial = hdf["COEFF1"] * depth**2 + hdf["COEFF2"] * depth + hdf["COEFF3"]
    assert hdf["BROWSE_RZSM-10CM"][valid] == pytest.approx(polynomial[valid], abs=1e-6)
    assert np.all(hdf["BROWSE_RZSM-10CM"][~valid] == FILL)


def test_pixels_lie_in_their_cells(recipe):
    from edlite.demo.cells import block_cell_ids
    from edlite.grid.grid import cell_id_at

    lat, lon = pixel_axes(recipe, "Howland")
    found = cell_id_at(lat[:, None], lon[None, :])
    expected = np.kron(block_cell_ids(recipe, "Howland"), np.ones((10, 10), dtype=np.int64))
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("suffix", [".h5", ".nc"])
def test_snapshots_open_with_the_reader_of_airmoss(recipe, tmp_path, suffix):
    theta = np.tile(np.linspace(0.1, 0.3, 9), (16, 1))
    pixels = snapshot(recipe, "Walnut", FLIGHT, theta, np.full(16, 9), np.arange(16))
    path = tmp_path / f"airmoss_rzsm_synthetic_Walnut_20130715T1952{suffix}"
    write_snapshot(recipe, "Walnut", FLIGHT, pixels, str(path))
    flight = read_flight(path)
    assert flight.time == np.datetime64(FLIGHT, "s")
    expected = np.where(pixels == FILL, np.nan, pixels.astype(float))
    np.testing.assert_allclose(flight.coefficients, expected)
    bottom = flight.layer_means(RADAR_TOP, RADAR_BOTTOM)
    assert np.nanmean(bottom, axis=(1, 2)) == pytest.approx(theta[0, :6], abs=0.06)
