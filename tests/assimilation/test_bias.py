"""Bias at the flights: values, layers, missing data and unusable input."""

import numpy as np
import pytest
from click.testing import CliRunner

from edlite.assimilation.bias import BlendOptions, compute_bias, hour_centre
from edlite.assimilation.series import ThetaSeries
from edlite.assimilation.tile_soil import TileSoil
from edlite.commands.bias import bias as command
from edlite.errors import InputError
from edlite.files import read_dataset
from edlite.soil.layers import RADAR_BOTTOM

FLIGHTS = ["2013-05-01T03:10", "2013-05-02T12:59"]
HOURS = [3, 36]


def observed(value=0.2):
    return np.full((2, 6, 3), value)


def run(tile, rzsm, below="zero", theta=None):
    with ThetaSeries([theta or tile.theta()], tile.soil) as native:
        return compute_bias(native, [rzsm], tile.soil, below)


def test_bias_is_area_weighted_mean_minus_radar(tile):
    ds = run(tile, tile.rzsm(FLIGHTS, observed()))
    values = tile.theta_values()[HOURS].astype(float)
    mean = 0.3 * values[:, :5, 0] + 0.7 * values[:, :5, 1]
    np.testing.assert_allclose(ds["eps"][:, :5, 0], mean - 0.2, atol=1e-12)
    np.testing.assert_allclose(ds["eps"][:, 5, 1], values[:, 5, 2] - 0.2, atol=1e-12)
    assert (ds["eps"][:, 6:] == 0).all() and (ds["valid"][:, 6:] == 0).all()
    assert (ds["time_hour"] == np.array(["2013-05-01T03:30", "2013-05-02T12:30"], "M8[ns]")).all()


def test_shallow_soil_has_a_bias_in_its_layers_only(tile):
    ds = run(tile, tile.rzsm(FLIGHTS, observed()), below="carry")
    assert (ds["valid"][:, :4, 2] == 1).all() and (ds["valid"][:, 4:, 2] == 0).all()
    assert (ds["eps"][:, 4:, 2] == 0).all() and np.isnan(ds["theta_native"][:, 4:, 2]).all()


def test_carry_takes_the_lowest_layer_seen_downward(tile):
    ds = run(tile, tile.rzsm(FLIGHTS, observed()), below="carry")
    for layer in (6, 7, 8):
        np.testing.assert_array_equal(ds["eps"][:, layer, :2], ds["eps"][:, 5, :2])
    assert (ds["valid"][:, 6:, :2] == 1).all()


def test_missing_radar_values_are_recorded(tile):
    values = observed()
    values[0, 1, 0] = np.nan
    values[:, :, 1] = np.nan
    ds = run(tile, tile.rzsm(FLIGHTS, values))
    assert ds["n_valid"][1, 0] == 1 and ds["n_valid"][0, 0] == 2
    assert (ds["n_valid"][:, 1] == 0).all() and (ds["eps"][:, :, 1] == 0).all()
    assert ds["eps"][0, 1, 0] == 0 and ds["valid"][0, 1, 0] == 0


def test_flights_outside_the_series_are_left_out_and_listed(tile):
    ds = run(tile, tile.rzsm([FLIGHTS[0], "2013-07-01T12:00"], observed()))
    assert ds.sizes["flight"] == 1
    assert ds.attrs["n_flight_outside"] == 1 and "2013-07-01" in ds.attrs["flights_outside"]


def test_no_flight_at_all(tile):
    ds = run(tile, tile.rzsm([], np.zeros((0, 6, 3))))
    assert ds.sizes["flight"] == 0 and (ds["n_valid"] == 0).all()


def test_cells_are_found_by_number(tile):
    values = observed()
    values[:, :, 2] = 0.3
    ordered = run(tile, tile.rzsm(FLIGHTS, values))
    more = np.concatenate([values[:, :, ::-1], observed(0.9)[:, :, :1]], axis=2)
    other = run(tile, tile.rzsm(FLIGHTS, more, cell_id=np.array([205, 101, 100, 999])))
    np.testing.assert_array_equal(ordered["eps"], other["eps"])


def test_hour_that_holds_the_flight():
    times = np.array(["2013-05-01T03:00", "2013-05-01T03:59:59"], "datetime64[ns]")
    assert (hour_centre(times) == np.datetime64("2013-05-01T03:30")).all()


def test_command_writes_the_contract(tile):
    out = tile.folder / "out.nc"
    arguments = ["--native-theta", tile.theta(), "--rzsm", tile.rzsm(FLIGHTS, observed())]
    arguments += ["--soil", tile.soil_path, "--tiles", tile.tiles_path, "--tile", 0, "--out", out]
    arguments += ["--params", '{"blend": {"below": "carry"}, "synthetic": true}']
    result = CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    ds = read_dataset(out, ("eps", "valid", "n_valid", "theta_native", "theta_observed"))
    assert ds["eps"].dims == ("flight", "layer", "cell")
    assert ds.attrs["synthetic"] == 1 and ds.attrs["region"] == "Test"
    assert ds.attrs["below"] == "carry" and ds.attrs["start"] == "year"


@pytest.mark.parametrize(
    ("keywords", "key"),
    [
        ({"cell_id": np.array([1, 2, 3])}, "cell_id"),
        ({"bottom": RADAR_BOTTOM * 2}, "layer_bottom"),
        ({"values": observed(1.2)}, "theta"),
        ({"time": FLIGHTS[::-1]}, "time"),
        ({"time": ["2013-05-01T03:10", "2013-05-01T03:50"]}, "time"),
    ],
)
def test_unusable_radar_files(tile, keywords, key):
    full = {"time": FLIGHTS, "values": observed()} | keywords
    with pytest.raises(InputError) as error:
        run(tile, tile.rzsm(**full))
    assert error.value.key == key and "rzsm.nc" in error.value.source


def test_unusable_theta_files(tile):
    soil = tile.soil
    hours, values = tile.hours(), tile.theta_values()
    cases = {
        "time": {"time": hours[[0, 1, 3]]},
        "cell_index": {"cell_index": np.array([0, 0, 1, 1, 1])},
        "area of cell 0": {"area": np.array([0.3, 0.6, 1.0, 0.5, 0.5])},
    }
    for key, keywords in cases.items():
        with pytest.raises(InputError) as error:
            ThetaSeries([tile.theta(**keywords)], soil)
        assert error.value.key == key
    with pytest.raises(InputError, match="sorted by cell"):
        ThetaSeries([tile.theta(cell_index=np.array([1, 0, 0, 2, 2]))], soil)
    with pytest.raises(InputError, match="minute 30"):
        ThetaSeries([tile.theta(time=tile.hours("2013-05-01T00:00"))], soil)
    with pytest.raises(InputError, match="existing"):
        ThetaSeries([tile.folder / "absent.nc"], soil)
    with pytest.raises(InputError, match="theta"):
        ThetaSeries([tile.soil_path], soil)
    values[3, 2, 1] = np.nan
    with pytest.raises(InputError, match="layer 2, patch 1"):
        run(tile, tile.rzsm(FLIGHTS, observed()), theta=tile.theta(values=values))


def test_unusable_soil_and_options(tile):
    with pytest.raises(InputError, match="tile is 7"):
        TileSoil.read(tile.soil_path, tile.tiles_path, 7)
    with pytest.raises(InputError, match=r"blend\.mode is 'cells'"):
        BlendOptions.from_params({"blend": {"mode": "cells"}})
    with pytest.raises(InputError, match=r"blend\.modes"):
        BlendOptions.from_params({"blend": {"modes": "cell"}})
