"""Reading a results tree: order of cells, period, and unusable trees."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from fake_results import write_tree

from edlite.errors import InputError, MissingInput
from edlite.figures import depth, prepare
from edlite.figures.options import open_results
from edlite.figures.results import Results, area_mean


def test_regions_in_the_papers_order_and_runs(results):
    assert results.regions == ["Howland", "Walnut"]
    assert results.runs("Howland") == ["native", "blended", "truth", "perfect"]
    assert results.tiles("Howland", "native") == ["0", "1"]
    assert results.synthetic is True


def test_tiles_are_joined_in_the_order_of_the_domain(tree, results):
    joined = results.daily("Howland", "native", ("gpp",))
    assert np.array_equal(joined.cell_id, results.domain("Howland").cell_id)
    with xr.open_dataset(tree / "Howland/native/1/2013_daily.nc", engine="netcdf4") as tile:
        np.testing.assert_array_equal(joined.gpp[:, 5:], tile.gpp)


def test_period_excludes_its_end(tree):
    part = Results(tree, pd.Timestamp("2013-02-01"), pd.Timestamp("2013-03-01"))
    days = part.daily("Howland", "native", ("gpp",)).time.to_index()
    assert (days[0], days[-1], len(days)) == (
        pd.Timestamp("2013-02-01"),
        pd.Timestamp("2013-02-28"),
        28,
    )


def test_period_means_are_per_year(results, tree):
    with xr.open_dataset(tree / "Howland/native/0/2013_daily.nc", engine="netcdf4") as ds:
        expected = ds.gpp.mean("time").values * 31556952.0
    got = prepare.period_means(results, "Howland", "native")
    np.testing.assert_allclose(got.gpp.values[:5], expected, rtol=1e-12)
    np.testing.assert_allclose(got.reco, got.ra + got.rh, rtol=1e-12)


def test_band_mean_weights_by_thickness_and_skips_what_does_not_exist():
    theta = xr.DataArray([[0.1, 0.2], [0.2, 0.3], [0.4, 9.9]], dims=("layer", "cell"))
    top = xr.DataArray([0.0, 0.02, 0.08], dims="layer")
    bottom = xr.DataArray([0.02, 0.08, 0.20], dims="layer")
    n_layer = xr.DataArray([3, 2], dims="cell")
    got = depth.band_mean(theta, top, bottom, (0.0, 0.10), n_layer)
    by_hand = [
        (0.02 * 0.1 + 0.06 * 0.2 + 0.02 * 0.4) / 0.10,
        (0.02 * 0.2 + 0.06 * 0.3) / 0.08,
    ]
    np.testing.assert_allclose(got, by_hand, rtol=1e-12)
    assert np.isnan(depth.band_mean(theta, top, bottom, (0.10, 0.40), n_layer)[1])


def test_area_mean_leaves_out_undefined_cells():
    values = xr.DataArray([1.0, np.nan, 4.0], dims="cell")
    area = xr.DataArray([1.0, 5.0, 2.0], dims="cell")
    assert float(area_mean(values, area)) == pytest.approx(3.0)


def test_masked_cells_have_no_beta(results):
    cells = prepare.sensitivity_cells(results)
    masked = cells.delta_theta.abs() < 0.01
    assert cells.beta.isna().equals(masked)
    wide = cells.pivot_table(index=["region", "cell_id"], columns="flux", values="beta")
    np.testing.assert_allclose(wide.nee, wide.ra + wide.rh - wide.gpp, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("run", ["native", "blended", "perfect"])
def test_flux_errors_by_hand(results, run):
    found, truth = (
        prepare.period_means(results, "Walnut", name).rh.values for name in (run, "truth")
    )
    table = prepare.flux_errors(results).set_index(["region", "flux"])
    expected = np.sqrt(np.mean((found - truth) ** 2))  # cells of equal area
    assert table.loc[("Walnut", "rh"), run] == pytest.approx(expected, rel=1e-12)


def test_unusable_trees(tmp_path, tree):
    with pytest.raises(MissingInput, match="folder with results"):
        _ = Results(tmp_path / "absent").regions
    with pytest.raises(InputError, match=r"domain\.nc"):
        _ = Results(tmp_path).regions
    mixed = write_tree(tmp_path / "mixed", ("Howland",), days=20, truth=False)
    write_tree(tmp_path / "other", ("Walnut",), days=20, truth=False, synthetic=False)
    (tmp_path / "other/Walnut").rename(mixed / "Walnut")
    with pytest.raises(InputError, match="attribute synthetic"):
        _ = Results(mixed).synthetic
    (mixed / "Howland/native/1/2013_daily.nc").unlink()
    with pytest.raises(InputError, match="cells of domain"):
        Results(mixed).daily("Howland", "native", ("gpp",))
    with pytest.raises(InputError, match="a variable"):
        Results(mixed).daily("Howland", "blended", ("no_such_flux",))
    (mixed / "Howland/blended/0/2013_daily.nc").write_bytes(b"CDF broken")
    with pytest.raises(InputError, match="complete netCDF-4"):
        Results(mixed).daily("Howland", "blended", ("gpp",))


@pytest.mark.parametrize(
    ("params", "key"),
    [
        ({"period": {"start": "no date"}}, "period.start"),
        ({"period": {"start": "2014-01-01", "end": "2013-01-01"}}, "period.end"),
        ({"report": {"colour": 1}}, "report.colour"),
        ({"synthetic": False}, "attribute synthetic"),
    ],
)
def test_unusable_parameters(tree, params, key):
    with pytest.raises(InputError, match=key):
        open_results(tree, params)


def test_no_days_in_the_period(tree):
    late = Results(tree, pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01"))
    with pytest.raises(InputError, match="days within the period"):
        prepare.period_means(late, "Howland", "native")
