"""Radar snapshots: both layouts, all orientations, dates, damaged and mistaken files."""

import h5py
import netCDF4
import numpy as np
import pytest
from scipy.integrate import quad

from edlite.errors import InputError
from edlite.soil.layers import RADAR_BOTTOM, RADAR_TOP
from edlite.sources.airmoss import mean_weights, read_flight, read_time
from edlite.sources.airmoss_time import parse_time
from edlite.sources.airmoss_visualizer import read_visualizer

LAT = 31.75 - (np.arange(20) + 0.5) / 1200
LON = -110.0 + (np.arange(30) + 0.5) / 1200
C = np.stack(
    [
        np.full((20, 30), -0.05),
        np.linspace(0.1, 0.2, 600).reshape(20, 30),
        np.linspace(0.1, 0.3, 600).reshape(30, 20).T,
    ]
)


FLOWN = {"time_coverage_start": "2012-09-20T17:30:00Z"}


def write_hdf5(path, *, coordinates="2d", transpose=False, fields=C, attrs=FLOWN, names=None):
    names = names or ("lats", "lons", "COEFF1", "COEFF2", "COEFF3")
    turn = np.transpose if transpose else np.asarray
    lons, lats = np.meshgrid(LON, LAT)
    with h5py.File(path, "w") as out:
        out.attrs.update(
            {"time_coverage_start": "2012-09-20T17:30:00Z"} if attrs is None else attrs
        )
        if coordinates == "2d":
            out[names[0]], out[names[1]] = turn(lats), turn(lons)
        else:
            out[names[0]], out[names[1]] = LAT, LON
        for name, values in zip(names[2:], fields, strict=True):
            out[name] = turn(values).astype("f4")
    return path


def write_depths(path, depth, theta, unit="m"):
    with netCDF4.Dataset(path, "w") as out:
        out.time_coverage_start = "2013-07-18"
        for name, size in (("depth", len(depth)), ("lat", 20), ("lon", 30)):
            out.createDimension(name, size)
        out.createVariable("lat", "f8", ("lat",))[:] = LAT
        out.createVariable("lon", "f8", ("lon",))[:] = LON
        d = out.createVariable("depth", "f8", ("depth",))
        d.units, d[:] = unit, depth
        out.createVariable("rzsm", "f4", ("depth", "lat", "lon"), fill_value=-9999.0)[:] = theta
    return path


def test_layer_mean_is_the_integral():
    c = (-0.31, 0.42, 0.11)
    for (top, bottom), weights in zip(
        zip(RADAR_TOP, RADAR_BOTTOM, strict=True),
        mean_weights(RADAR_TOP, RADAR_BOTTOM),
        strict=True,
    ):
        integral = quad(lambda z: np.polyval(c, z), top, bottom)[0]
        assert weights @ c == pytest.approx(integral / (bottom - top), rel=1e-12)


@pytest.mark.parametrize("transpose", [False, True])
def test_retrieval_layout(tmp_path, transpose):
    flight = read_flight(write_hdf5(tmp_path / "a.h5", transpose=transpose))
    assert flight.time == np.datetime64("2012-09-20T17:30:00")
    assert flight.lat.shape == (20, 30) and flight.lat[0, 0] > flight.lat[-1, 0]
    np.testing.assert_allclose(flight.coefficients, C, rtol=1e-6)
    means = flight.layer_means(RADAR_TOP, RADAR_BOTTOM)
    expected = C[0] * (0.02**2) / 3 + C[1] * 0.01 + C[2]
    np.testing.assert_allclose(means[0], expected, rtol=1e-6)


def test_axes_and_fields_stored_transposed(tmp_path):
    fields = C.transpose(0, 2, 1)
    flight = read_flight(write_hdf5(tmp_path / "a.nc", coordinates="1d", fields=fields))
    np.testing.assert_allclose(flight.coefficients, C, rtol=1e-6)


def test_fill_in_one_coefficient_masks_the_pixel(tmp_path):
    fields = C.copy()
    fields[1, 3, 4] = -9999.0
    flight = read_flight(write_hdf5(tmp_path / "a.h5", fields=fields))
    assert np.isnan(flight.coefficients[:, 3, 4]).all()
    assert np.isnan(flight.coefficients).sum() == 3


@pytest.mark.parametrize(
    ("depth", "unit", "factor"), [([0.0, 0.1, 0.3], "m", 1.0), ([0, 10, 30, 60, 100], "cm", 0.01)]
)
def test_depths_give_the_polynomial_back(tmp_path, depth, unit, factor):
    z = factor * np.array(depth, dtype=float)[:, None, None]
    theta = C[0] * z**2 + C[1] * z + C[2]
    theta[:, 0, 0] = -9999.0
    flight = read_flight(write_depths(tmp_path / "a.nc", depth, theta, unit))
    assert np.isnan(flight.coefficients[:, 0, 0]).all()
    np.testing.assert_allclose(flight.coefficients[:, 1:], C[:, 1:], atol=2e-5)


def test_names_from_the_configuration(tmp_path):
    names = ("ylat", "xlon", "a", "b", "c")
    path = write_hdf5(tmp_path / "a.h5", names=names)
    keys = ("lat", "lon", "coefficient_1", "coefficient_2", "coefficient_3")
    flight = read_flight(path, dict(zip(keys, names, strict=True)))
    np.testing.assert_allclose(flight.coefficients, C, rtol=1e-6)
    with pytest.raises(InputError, match="lats.*there are"):
        read_flight(path)
    with pytest.raises(InputError, match="missing_name"):
        read_flight(path, {"lat": "missing_name"})
    with pytest.raises(InputError, match="latitude"):
        read_flight(path, {"latitude": "ylat"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rzsm_Walnut_20120920.h5", "2012-09-20T18:00:00"),
        ("rzsm_2012-09-20_x.nc", "2012-09-20T18:00:00"),
        ("x_20120920T1730.nc", "2012-09-20T17:30:00"),
        ("2012-09-20T17:30:05Z", "2012-09-20T17:30:05"),
        ("Walnut_14505_12058_005_120920_PL_01.h5", "2012-09-20T18:00:00"),
        ("20130231.nc", None),
        ("walnut.nc", None),
    ],
)
def test_dates(text, expected):
    assert parse_time(text) == (None if expected is None else np.datetime64(expected))


def test_time_comes_from_variable_attribute_or_name(tmp_path):
    assert read_time(write_hdf5(tmp_path / "x_20130718.h5", attrs={})) == np.datetime64(
        "2013-07-18T18:00:00"
    )
    with h5py.File(write_hdf5(tmp_path / "a.h5"), "a") as out:
        out["time"] = np.array([15968.5])
        out["time"].attrs["units"] = "days since 1970-01-01"
    assert read_time(tmp_path / "a.h5") == np.datetime64("2013-09-20T12:00:00")
    path = write_hdf5(tmp_path / "b.h5", attrs={"flown": "2014-10-18"})
    assert read_time(path, {"time": "flown"}) == np.datetime64("2014-10-18T18:00:00")
    with pytest.raises(InputError, match="date of the flight"):
        read_time(path)


def test_volume_percent_is_refused(tmp_path):
    with pytest.raises(InputError, match="not volume percent"):
        read_flight(write_hdf5(tmp_path / "a.h5", fields=100 * C))


def test_wrong_shape_and_few_depths(tmp_path):
    with pytest.raises(InputError, match="shape of /COEFF1"):
        read_flight(write_hdf5(tmp_path / "a.h5", fields=C[:, 1:]))
    with pytest.raises(InputError, match="three depths"):
        read_flight(write_depths(tmp_path / "b.nc", [0.0, 0.1], C[:2]))
    with pytest.raises(InputError, match="units of /depth"):
        read_flight(write_depths(tmp_path / "c.nc", [0, 4, 12], C, "inch"))


@pytest.mark.parametrize("keep", [0, 100, 0.6])
def test_truncated(tmp_path, keep):
    path = write_hdf5(tmp_path / "a.h5")
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content)) if keep < 1 else keep])
    with pytest.raises(InputError, match=r"a\.h5: content"):
        read_flight(path)


HEAD = "Location: 31.7212, -110.0253\n\ntime,AirMOSS_L2_3_rootzone,SMAP_rootzone,prcp\n"


def test_visualizer_text(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(HEAD + "2012-09-20,;20.01;,;;,1;2;3\n2012-09-21,nan;nan;nan,;;,;;\n")
    table = read_visualizer(path)
    assert table.attrs == {"lat": 31.7212, "lon": -110.0253}
    assert table.columns.get_level_values(0).unique().tolist() == ["AirMOSS_L2_3_rootzone"]
    mean = table["AirMOSS_L2_3_rootzone", "mean"]
    assert mean["2012-09-20"] == pytest.approx(0.2001) and np.isnan(mean["2012-09-21"])


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("nothing\n", "header"),
        (HEAD + "20.9.2012,;;,;;,;;\n", "time"),
        (HEAD + "2012-09-20,20.01,;;,;;\n", "min;mean;max"),
        (HEAD + "2012-09-20,;wet;,;;,;;\n", "numbers"),
    ],
)
def test_bad_visualizer_text(tmp_path, text, hint):
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(InputError, match=hint):
        read_visualizer(tmp_path / "a.txt")


@pytest.mark.shared
def test_real_visualizer_text(shared):
    folder = shared / "data/airmoss/smv"
    walnut = read_visualizer(folder / "daily-smap-ORNL-DAAC-hYa36V.txt")
    flights = walnut["AirMOSS_L2_3_rootzone", "mean"].dropna()
    assert len(flights) == 19 and walnut["AirMOSS_L2_3_surface", "mean"].count() == 16
    assert flights["2012-09-20"] == pytest.approx(0.2001)
    assert flights["2015-09-01"] == pytest.approx(0.1308)
    assert walnut["AirMOSS_L4_rootzone", "mean"].count() == 1076
    for path in sorted(folder.glob("sample_*.txt")):
        sample = read_visualizer(path)
        assert sample.attrs["lat"] == pytest.approx(31.8, abs=0.1)
        assert sample["AirMOSS_L2_3_rootzone", "mean"].dropna().index.equals(flights.index)
