"""HDF4-EOS grids: geometry against PROJ, windows of any axis order, damaged and foreign files."""

import numpy as np
import pytest
from pyproj import Transformer

from edlite.errors import InputError, MissingInput
from edlite.sources.hdfeos import GridFile, parse_structure
from edlite.sources.modis import open_lai, read_lai
from helpers.eos_files import RADIUS, structure, write_granule, write_lai

SINUSOIDAL = f"+proj=sinu +lon_0=0 +R={RADIUS} +units=m"


@pytest.fixture(scope="module")
def grid():
    return parse_structure(structure(12, 4, 2400), "test")


def test_pixel_size_is_that_of_the_500_m_grid(grid):
    assert grid.dx == pytest.approx(463.312716528, abs=1e-6)
    assert grid.dy == pytest.approx(463.312716528, abs=1e-6)


def test_positions_agree_with_proj(grid):
    to_xy = Transformer.from_crs(f"+proj=longlat +R={RADIUS}", SINUSOIDAL, always_xy=True)
    rng = np.random.default_rng(1)
    row, col = rng.integers(0, 2400, 50), rng.integers(0, 2400, 50)
    lat, lon = grid.lat_lon(row, col)
    x, y = to_xy.transform(lon, lat)
    np.testing.assert_allclose(x, grid.west + (col + 0.5) * grid.dx, atol=1e-3)
    np.testing.assert_allclose(y, grid.north - (row + 0.5) * grid.dy, atol=1e-3)
    back_row, back_col = grid.row_col(lat, lon)
    np.testing.assert_allclose(back_row, row + 0.5, atol=1e-6)
    np.testing.assert_allclose(back_col, col + 0.5, atol=1e-6)


def test_harvard_forest_lies_in_tile_h12v04(grid):
    row, col = grid.row_col(42.53691, -72.17265)
    assert 0 <= row < 2400
    assert 0 <= col < 2400


def test_pixels_beyond_the_globe_have_no_position():
    corner = parse_structure(structure(0, 8, 10), "test")  # tile of the antimeridian
    lat, lon = corner.lat_lon(0, 0)
    assert np.isnan(lat)
    assert np.isnan(lon)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (structure(12, 4, 10, projection="GCTP_GEO"), "Projection"),
        (structure(12, 4, 10).replace(f"({RADIUS:f},0", f"({RADIUS:f},5"), "ProjParams"),
        (structure(12, 4, 10).replace("XDim=10", ""), "XDim"),
        (structure(12, 4, 10).replace("LowerRightMtrs=(", "LowerRightMtrs=(-9e9,"), "corners"),
    ],
)
def test_other_grids_are_refused(text, key):
    with pytest.raises(InputError, match=key):
        parse_structure(text, "granule.hdf")


ROWS, COLS = slice(3, 7), slice(10, 15)


@pytest.mark.parametrize(
    ("order", "dims"),
    [
        ((0, 1, 2), ("YDim:G", "XDim:G", "Num_Modes:G")),
        ((2, 0, 1), ("Num_Modes:G", "YDim:G", "XDim:G")),
        ((2, 0, 1), ("one", "two", "three")),
        ((0, 1, 2), ("one", "two", "three")),
    ],
)
def test_windows_of_any_axis_order(tmp_path, order, dims):
    data = np.arange(20 * 20 * 2, dtype=np.int16).reshape(20, 20, 2)
    path = write_granule(
        tmp_path / "g.hdf", {"Greenup": data.transpose(order)}, n=20, dims={"Greenup": dims}
    )
    with GridFile(path) as file:
        np.testing.assert_array_equal(file.read("Greenup", ROWS, COLS), data[ROWS, COLS])


def test_shape_must_be_that_of_the_metadata(tmp_path):
    path = write_granule(tmp_path / "g.hdf", {"Lai": np.zeros((5, 6), np.uint8)}, n=20)
    with GridFile(path) as file, pytest.raises(InputError, match="shape of Lai"):
        file.read("Lai", slice(0, 1), slice(0, 1))


def test_missing_damaged_and_foreign_files(tmp_path):
    with pytest.raises(MissingInput):
        GridFile(tmp_path / "absent.hdf")
    text = tmp_path / "text.hdf"
    text.write_text("not HDF")
    with pytest.raises(InputError, match="HDF4"):
        GridFile(text)
    plain = write_granule(tmp_path / "plain.hdf", {"Lai": np.zeros((5, 5), np.uint8)}, metadata="")
    with pytest.raises(InputError, match="StructMetadata"):
        GridFile(plain)
    rng = np.random.default_rng(0)
    whole = write_lai(tmp_path, "2010185", rng.integers(0, 70, (300, 300)))
    content = whole.read_bytes()
    for share in (0.001, 0.3, 0.7, 0.98):
        whole.write_bytes(content[: int(share * len(content))])
        with pytest.raises(InputError, match="truncated"):
            read_lai(open_lai(whole), slice(0, 300), slice(0, 300), "main")


@pytest.mark.shared
def test_real_granule_of_open_ocean(shared):
    path = shared / "data/modis_lai/MCD15A2.A2002185.h00v08.005.2007172150237.hdf"
    granule = open_lai(path)
    assert (granule.product, granule.tile) == ("MCD15A2", "h00v08")
    assert granule.day.isoformat() == "2002-07-04"
    assert granule.grid.dx == pytest.approx(926.625433, abs=1e-5)
    assert granule.grid.n_col == 1200
    lai, valid = read_lai(granule, slice(100, 200), slice(300, 400), "backup")
    assert lai.shape == (100, 100)
    assert not valid.any()
