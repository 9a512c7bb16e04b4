"""MCD12Q2 as HDF4-EOS granules and AppEEARS GeoTIFFs: dates, quality, missing layers."""

from datetime import date

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from edlite.errors import InputError
from edlite.sources.modis_phenology import LAYERS, open_phenology
from helpers.eos_files import write_granule

N = 240
DAYS = {"Greenup": 110, "MidGreenup": 128, "MidGreendown": 282, "Senescence": 260}
EPOCH = date(1970, 1, 1)


def stored(day, year=2010, shape=(N, N, 2)):
    data = np.full(shape, 32767, np.int16)
    data[..., 0] = (date(year, 1, 1) - EPOCH).days + day - 1
    return data


def write_hdf(folder, year=2010, h=12, v=4, drop=None, quality=0, **days):
    fields = {k: stored(d, year) for k, d in (DAYS | days).items() if k != drop}
    fields["QA_Overall"] = np.full((N, N, 2), quality, np.int16)
    return write_granule(
        folder / f"MCD12Q2.A{year}001.h{h:02d}v{v:02d}.006.1.hdf", fields, h=h, v=v
    )


def write_tif(folder, layer, values, year=2010, crs="EPSG:4326", product="MCD12Q2.006", cycle=0):
    path = folder / f"{product}_{layer}_{cycle}_doy{year}001_aid0001.tif"
    profile = {
        "driver": "GTiff",
        "height": values.shape[0],
        "width": values.shape[1],
        "count": 1,
        "dtype": "int16",
        "nodata": 32767,
        "crs": crs,
        "transform": from_origin(-72.3, 42.6, 1 / 240, 1 / 240),
    }
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(values.astype(np.int16), 1)
    return path


WINDOW = (slice(0, 3), slice(0, 4))


def test_days_of_year_from_days_since_1970(tmp_path):
    for year in (2010, 2012):
        (source,) = open_phenology([write_hdf(tmp_path, year)], year)
        days, valid = source.read(*WINDOW, qa_max=2)
        assert valid.all()
        for event, layer in LAYERS.items():
            np.testing.assert_array_equal(days[event], DAYS[layer])
    assert stored(91)[0, 0, 0] == 14700  # 1 April 2010


def test_quality_and_fill(tmp_path):
    path = write_hdf(tmp_path, quality=3)
    (source,) = open_phenology([path], 2010)
    assert not source.read(*WINDOW, qa_max=2)[1].any()
    assert source.read(*WINDOW, qa_max=3)[1].all()


def test_area_request(tmp_path):
    paths = [write_tif(tmp_path, k, stored(d)[:40, :50, 0]) for k, d in DAYS.items()]
    hole = np.zeros((40, 50), np.int16)
    hole[0, 0] = 3
    paths += [
        write_tif(tmp_path, "QA_Overall", hole),
        write_tif(tmp_path, "Greenup", stored(1)[:40, :50, 1], cycle=1),
        write_tif(tmp_path, "QA_Detailed", hole),
        write_tif(tmp_path, "Greenup", stored(99)[:40, :50, 0], year=2009),
    ]
    (source,) = open_phenology(paths, 2010)
    days, valid = source.read(*WINDOW, qa_max=2)
    assert not valid[0, 0]
    assert valid.sum() == valid.size - 1
    np.testing.assert_array_equal(days["mid_greendown"], 282)
    lat, lon = source.grid.lat_lon(0, 0)
    assert (lat, lon) == (pytest.approx(42.6 - 1 / 480), pytest.approx(-72.3 + 1 / 480))
    assert source.grid.row_col(lat, lon) == (pytest.approx(0.5), pytest.approx(0.5))


def test_unusable_files(tmp_path):
    with pytest.raises(InputError, match="dataset Senescence"):
        open_phenology([write_hdf(tmp_path, drop="Senescence")], 2010)
    with pytest.raises(InputError, match=r"year is \[2010\]"):
        open_phenology([write_hdf(tmp_path)], 2011)
    lai = write_granule(
        tmp_path / "MCD15A2H.A2010001.h12v04.006.1.hdf", {"Lai_500m": np.zeros((9, 9), np.uint8)}
    )
    with pytest.raises(InputError, match="product is 'MCD15A2H'"):
        open_phenology([lai], 2010)
    again = tmp_path / "again"
    again.mkdir()
    with pytest.raises(InputError, match="tile and year"):
        open_phenology([write_hdf(tmp_path), write_hdf(again)], 2010)
    greenup = write_tif(tmp_path, "Greenup", stored(100)[:9, :9, 0])
    with pytest.raises(InputError, match="MidGreenup"):
        open_phenology([greenup], 2010)
    other = write_tif(tmp_path, "Greenup", stored(100)[:9, :9, 0], product="MCD12Q1.006")
    with pytest.raises(InputError, match="name is"):
        open_phenology([other], 2010)
    with pytest.raises(InputError, match="existing"):
        open_phenology([tmp_path / "MCD12Q2.006_Greenup_0_doy2010001_aid0009.tif"], 2010)
    odd = [write_tif(tmp_path, k, stored(d)[:9, :9, 0]) for k, d in DAYS.items()]
    odd[1] = write_tif(tmp_path, "MidGreenup", stored(120)[:8, :9, 0])
    with pytest.raises(InputError, match="raster grid"):
        open_phenology(odd, 2010)
    whole = write_tif(tmp_path, "MidGreenup", np.arange(90000).reshape(300, 300) % 300)
    whole.write_bytes(whole.read_bytes()[:2000])
    for layer in ("Greenup", "Senescence", "MidGreendown"):
        write_tif(tmp_path, layer, np.zeros((300, 300)))
    with pytest.raises(InputError, match="MidGreenup"):
        open_phenology(odd, 2010)[0].read(slice(0, 300), slice(0, 300), 2)


@pytest.mark.shared
def test_real_area_request(shared, tmp_path):
    """Greenup of north-east North Carolina 2010; the other layers are made from it."""
    folder = shared / "data/modis_phenology"
    real = sorted(folder.glob("*_doy2010001_*.tif"))
    with pytest.raises(InputError, match="MidGreenup"):
        open_phenology(real, 2010)
    with rasterio.open(folder / "MCD12Q2.006_Greenup_0_doy2010001_aid0001.tif") as raster:
        greenup, profile = raster.read(1), raster.profile
    paths = [folder / "MCD12Q2.006_Greenup_0_doy2010001_aid0001.tif"]
    paths.append(folder / "MCD12Q2.006_QA_Overall_0_doy2010001_aid0001.tif")
    for layer, shift in (("MidGreenup", 20), ("Senescence", 160), ("MidGreendown", 185)):
        path = tmp_path / f"MCD12Q2.006_{layer}_0_doy2010001_aid0001.tif"
        with rasterio.open(path, "w", **profile) as raster:
            raster.write(np.where(greenup < 32767, greenup + shift, 32767).astype(np.int16), 1)
        paths.append(path)
    (source,) = open_phenology(paths, 2010)
    days, valid = source.read(slice(0, 94), slice(0, 147), qa_max=3)
    assert valid.sum() == 3727
    assert days["greenup"][valid].mean() == pytest.approx(90.9, abs=0.1)  # 1 April
