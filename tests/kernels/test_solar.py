"""Sun's position and the splitting of shortwave, against independent numbers."""

import math

import numpy as np
import pytest

from edlite.kernels import solar


def days(text):
    return float(solar.seconds_since_j2000(np.datetime64(text))) / 86400.0


@pytest.mark.parametrize(
    ("instant", "declination", "equation_of_time"),
    [
        # Meeus (1998), Astronomical Algorithms, examples 25.a and 28.b: 1992 October 13, 0h
        ("1992-10-13T00:00", -7.78507, 13.7095),
        # solstice and equinox of 2013 (US Naval Observatory): declination at its extreme and zero
        ("2013-06-21T05:04", 23.437, None),
        ("2013-03-20T11:02", 0.0, None),
    ],
)
def test_position(instant, declination, equation_of_time):
    found, minutes = solar.solar_position(days(instant))
    assert math.degrees(found) == pytest.approx(declination, abs=0.01)
    if equation_of_time is not None:
        assert math.degrees(minutes) * 4.0 == pytest.approx(equation_of_time, abs=0.05)


def test_noon_height_at_metolius():
    """Zenith at local noon equals latitude minus declination; noon follows longitude."""
    lat, lon = 44.45, -121.56
    declination, eot = solar.solar_position(days("2013-07-01T20:00"))
    noon = solar.seconds_since_j2000(np.datetime64("2013-07-01T12:00"))
    noon += -(lon / 360.0) * 86400.0 - eot / (2 * math.pi) * 86400.0
    expected = math.cos(math.radians(lat) - declination)
    assert solar.cos_zenith(noon, lat, lon) == pytest.approx(expected, abs=2e-5)
    assert solar.cos_zenith(noon - 1800, lat, lon) < expected
    assert solar.cos_zenith(noon + 1800, lat, lon) < expected


@pytest.mark.parametrize("lat", [-80.0, 0.0, 31.7, 45.2, 80.0])
@pytest.mark.parametrize("duration", [600.0, 3600.0])
def test_mean_over_interval_is_the_integral(lat, duration):
    starts = solar.seconds_since_j2000(np.datetime64("2013-03-02T00:00")) + duration * np.arange(
        int(86400 / duration)
    )
    lon = -110.0
    for start in starts[:: max(1, len(starts) // 24)]:
        instants = start + duration * (np.arange(200) + 0.5) / 200
        brute = np.mean([max(0.0, solar.cos_zenith(t, lat, lon)) for t in instants])
        assert solar.mean_cos_zenith(start, duration, lat, lon) == pytest.approx(brute, abs=1e-4)


def test_split_by_hand():
    """mu = 0.5, sea level, 400 W m-2: the published equations written out."""
    mu, sw = 0.5, 400.0
    p_b = 581.919 * math.exp(-0.37) * mu
    p_d = 0.4 * (581.919 - p_b) * mu
    w = 1353.3 * 10 ** (-1.195 + 0.4459 * 0.30103 - 0.0345 * 0.30103**2)
    n_b = (771.381 * math.exp(-0.12) - w) * mu
    n_d = 0.6 * (771.381 - n_b - w) * mu
    r = sw / (p_b + p_d + n_b + n_d)
    par = r * (p_b + p_d)
    f_p = p_b / (p_b + p_d) * (1 - ((0.9 - r) / 0.7) ** (2 / 3))
    f_n = n_b / (n_b + n_d) * (1 - ((0.88 - r) / 0.68) ** (2 / 3))
    expected = (f_p * par, (1 - f_p) * par, f_n * (sw - par), (1 - f_n) * (sw - par))
    assert solar.split_shortwave(sw, mu, 101325.0) == pytest.approx(expected, rel=1e-6)


def test_split_closes_and_is_never_negative():
    mu, fraction = np.meshgrid(np.r_[-0.1, 0.0, np.geomspace(0.005, 1.0, 80)], np.r_[0:1.05:22j])
    sw = 1361.0 * np.maximum(mu, 0.002) * fraction
    out = np.empty((4, *mu.shape))
    solar.fill_split_shortwave(sw, mu, np.full(mu.shape, 8.0e4), out)
    assert out.min() >= 0.0
    np.testing.assert_allclose(out.sum(axis=0), sw, rtol=1e-13, atol=0.0)
    low = mu <= math.cos(math.radians(89.0))
    assert np.all(out[[0, 2]][:, low] == 0.0)
    np.testing.assert_allclose(out[1][low], 0.52 * sw[low])
    overcast = (fraction < 0.1) & (mu > 0.2)
    assert np.all(out[[0, 2]][:, overcast] == 0.0)  # below r = 0.2 all is diffuse
