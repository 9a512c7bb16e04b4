"""Leaf area of cells from granules written for the test; quality, fill, years, classes, errors."""

import json

import numpy as np
import pytest
import xarray as xr

from edlite.cli import main
from edlite.errors import InputError
from edlite.initial.leaf_area import class_leaf_area, read_granules, yearly_maxima
from edlite.initial.options import LaiOptions
from helpers.eos_files import write_granule, write_lai
from helpers.region_files import make_domain, write_cover, write_domain

N = 2400
DOMAIN = make_domain(42.55, -72.20)
CELLS = DOMAIN["cell_id"].values
UNIFORM = np.zeros((N, N), np.uint8)


def maxima(paths, qc="main"):
    return yearly_maxima(read_granules(paths, (2002, 2014)), CELLS, qc)


def test_largest_composite_of_each_year(tmp_path):
    paths = [
        write_lai(tmp_path, day, UNIFORM + np.uint8(value))
        for day, value in (("2010177", 30), ("2010185", 45), ("2010193", 41), ("2011185", 20))
    ]
    result = maxima(paths)
    np.testing.assert_allclose(result[2010], 4.5)
    np.testing.assert_allclose(result[2011], 2.0)


def test_fill_legend_and_quality_are_left_out(tmp_path):
    stored = UNIFORM + np.uint8(40)
    for column, code in enumerate((249, 250, 251, 252, 253, 254, 255)):
        stored[2 * column :: 14] = code
    path = write_lai(tmp_path, "2010185", stored)
    np.testing.assert_allclose(maxima([path])[2010], 4.0)
    # bits 5-7: 0 and 1 main algorithm, 2 and 3 back-up, 4 not produced; lower bits do not matter
    for scf, main_ok, backup_ok in ((1, True, True), (2, False, True), (3, False, True), (4,) * 3):
        quality = (scf << 5) | 0b01001
        path = write_lai(tmp_path, "2010185", UNIFORM + np.uint8(40), quality)
        for setting, ok in (("main", main_ok), ("backup", backup_ok)):
            expected = 4.0 if ok is True else np.nan
            np.testing.assert_allclose(maxima([path], setting)[2010], expected)


def test_cells_hold_the_mean_of_their_pixels(tmp_path):
    """A field linear in place has the mean of its pixels near its value at the cell's centre."""
    path = write_lai(tmp_path, "2010185", UNIFORM)
    grid = read_granules([path], (2002, 2014))[0].grid
    row, _ = grid.row_col(DOMAIN["lat"].values, DOMAIN["lon"].values)
    top = int(row.min()) - 5
    stored = np.clip((np.arange(N) - top) * 4, 0, 100)[:, None] + np.zeros(N)
    path = write_lai(tmp_path, "2010185", stored)
    expected = 0.1 * 4 * (row - 0.5 - top)
    np.testing.assert_allclose(maxima([path])[2010], expected, atol=0.1 * 4 * 0.6)


def test_one_km_collection_5(tmp_path):
    path = write_lai(tmp_path, "2010185", np.full((1200, 1200), 33), product="MCD15A2")
    np.testing.assert_allclose(maxima([path])[2010], 3.3)


def test_two_tiles_of_one_date(tmp_path):
    border = make_domain(40.02, -76.0, rows=5, columns=6)["cell_id"].values
    paths = [
        write_lai(tmp_path, "2010185", np.full((N, N), value), v=v)
        for v, value in ((4, 30), (5, 60))
    ]
    result = yearly_maxima(read_granules(paths, (2002, 2014)), border, "main")[2010]
    assert result[0] == pytest.approx(3.0)
    assert result[-1] == pytest.approx(6.0)
    assert ((result >= 3.0) & (result <= 6.0)).all()


def test_renamed_granule_is_known_by_its_metadata(tmp_path):
    fields = {"Lai_500m": UNIFORM + np.uint8(20), "FparLai_QC": UNIFORM}
    attributes = {"Lai_500m": {"scale_factor": 0.1, "valid_range": [0, 100]}}
    path = write_granule(
        tmp_path / "renamed.hdf",
        fields,
        attributes=attributes,
        granule_id="MOD15A2H.A2012001.h12v04.061.2021.hdf",
    )
    np.testing.assert_allclose(maxima([path])[2012], 2.0)


@pytest.mark.parametrize(
    ("case", "match"),
    [
        ("product", "product is 'MOD13A1'"),
        ("dataset", "Lai_500m"),
        ("name", "granule name"),
        ("years", "lai.years"),
        ("twice", "tile and date"),
        ("mixed", "pixel size"),
        ("elsewhere", "not covered"),
        ("attributes", "scale_factor"),
    ],
)
def test_unusable_granules(tmp_path, case, match):
    small = np.zeros((10, 10), np.uint8)
    if case == "product":
        paths = [write_granule(tmp_path / "MOD13A1.A2010185.h12v04.006.1.hdf", {"NDVI": small})]
    elif case == "dataset":
        paths = [write_granule(tmp_path / "MCD15A2H.A2010185.h12v04.006.1.hdf", {"NDVI": small})]
    elif case == "name":
        paths = [write_granule(tmp_path / "lai.hdf", {"Lai_500m": small})]
    elif case == "years":
        paths = [write_lai(tmp_path, "1999185", small)]
    elif case == "twice":
        again = tmp_path / "again"
        again.mkdir()
        paths = [write_lai(folder, "2010185", small) for folder in (tmp_path, again)]
    elif case == "mixed":
        paths = [
            write_lai(tmp_path, "2010185", small),
            write_lai(tmp_path, "2010193", np.zeros((20, 20)), product="MCD15A2"),
        ]
    elif case == "elsewhere":
        paths = [write_lai(tmp_path, "2010185", small, h=8, v=5)]
    else:
        fields = {"Lai_500m": UNIFORM, "FparLai_QC": UNIFORM}
        paths = [write_granule(tmp_path / "MCD15A2H.A2010185.h12v04.006.1.hdf", fields)]
    with pytest.raises(InputError, match=match):
        maxima(paths)


def shares(*rows):
    return np.array(rows, dtype=float)


def test_class_value_from_dominated_cells():
    fraction = shares([0, 0.9, 0.1, 0], [0, 0.85, 0, 0.15], [0, 0.2, 0, 0.8], [0.1, 0, 0, 0.9])
    lai = np.array([1.0, 2.0, 5.0, np.nan])
    values, how, n = class_leaf_area(lai, fraction, "grassland", LaiOptions())
    np.testing.assert_allclose(values, [1.0, 2.0, 1.5, 1.5])
    assert (how, n) == ("dominant", 2)


def test_class_value_unmixed_exactly_from_linear_mixtures():
    rng = np.random.default_rng(3)
    fraction = rng.dirichlet([1, 3, 3, 3], 40)
    fraction = fraction[fraction.max(axis=1) < 0.8]
    lai = fraction @ [0.0, 1.2, 2.6, 4.8]
    for cover, expected in (("grassland", 1.2), ("cropland", 2.6)):
        values, how, n = class_leaf_area(lai, fraction, cover, LaiOptions())
        np.testing.assert_allclose(values, expected)
        assert (how, n) == ("unmixed", len(fraction))


def test_class_value_capped_or_default():
    values, how, _ = class_leaf_area(
        np.array([8.0]), shares([0, 0, 1, 0]), "cropland", LaiOptions(cap=6.0)
    )
    assert (values[0], how) == (6.0, "dominant")
    rare = shares([0, 0.01, 0, 0.99], [0, 0.02, 0, 0.98], [0, 0.0, 0, 1])
    values, how, _ = class_leaf_area(np.full(3, 4.0), rare, "grassland", LaiOptions())
    assert (values[0], how) == (1.0, "default")
    values, how, _ = class_leaf_area(np.full(3, np.nan), rare, "cropland", LaiOptions())
    assert (values[0], how) == (2.5, "default")


def test_command(tmp_path, capsys):
    domain = write_domain(tmp_path / "domain.nc", DOMAIN)
    cover = write_cover(tmp_path / "cover.nc", DOMAIN, [0.0, 1.0, 0.0, 0.0])
    paths = [str(write_lai(tmp_path, d, UNIFORM + np.uint8(25))) for d in ("2010185", "2011185")]
    out = tmp_path / "lai.nc"
    arguments = ["lai", "--domain", str(domain), "--cover", str(cover), "--out", str(out)]
    with pytest.raises(SystemExit) as stop:
        main([*arguments, "--granule", *paths])
    assert stop.value.code == 0
    with xr.open_dataset(out, engine="netcdf4") as ds:
        np.testing.assert_allclose(ds["lai_max"], 2.5)
        np.testing.assert_array_equal(ds["n_year"], 2)
        np.testing.assert_allclose(ds["lai_cover"].sel(cover="grassland"), 2.5)
        np.testing.assert_allclose(ds["lai_cover"].sel(cover="cropland"), 2.5)
        assert ds["lai_cover"].sel(cover="forest").isnull().all()
        assert ds.attrs["grassland_source"] == "dominant"
        assert ds.attrs["cropland_source"] == "default"
        assert ds.attrs["region"] == "Test"
    params = json.dumps({"lai": {"default_grassland": 1.7}})
    with pytest.raises(SystemExit) as stop:
        main([*arguments, "--params", params])
    assert stop.value.code == 0
    with xr.open_dataset(out, engine="netcdf4") as ds:
        np.testing.assert_allclose(ds["lai_cover"].sel(cover="grassland"), 1.7)
        assert ds["lai_max"].isnull().all()
        assert ds.attrs["grassland_source"] == "default"
        assert ds.attrs["satellite_years"] == "none"
    out.unlink()
    for bad in ({"cap": -1}, {"qc_max": "best"}, {"yaers": [1, 2]}, {"years": [2014, 2002]}):
        with pytest.raises(SystemExit) as stop:
            main([*arguments, "--params", json.dumps({"lai": bad})])
        assert stop.value.code == 2
        assert f"lai.{next(iter(bad))}" in capsys.readouterr().err
    assert not out.exists()
