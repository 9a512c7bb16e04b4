"""Columns and states: geometry, files, and refusal of bad input."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from edlite.errors import InputError
from edlite.files import write_dataset
from edlite.kernels.thermodynamics import pool_temperature
from edlite.model.columns import SOIL_FIELDS, Columns
from edlite.model.driver import interpolation, run
from edlite.model.meteorology import Meteorology
from edlite.model.options import ModelOptions
from edlite.model.seasons import calendar_of
from edlite.model.state import State
from edlite.model.state_fields import FIELDS
from edlite.parameters import load_pft
from edlite.soil.hydraulics import soil_properties
from helpers.model_columns import CURVES, FOREST, PATCHES, Patch, columns_of, run_days, weather


def stand(**changes):
    """Arguments of `Columns.from_stand` for two patches."""
    soil = {k: v[0] for k, v in soil_properties(np.array([0.5]), np.array([0.2])).items()}
    values = {
        "lat": 42.5,
        "lon": -72.2,
        "patches": pd.DataFrame({"patch": [7, 9], "area": [0.4, 0.6], "fast_carbon": [0.1, 0.3]}),
        "cohorts": pd.DataFrame(
            {"patch": [9, 9], "pft": ["NP", "LHW"], "dbh": [10.0, 30.0], "n": [0.1, 0.02]}
        ),
        "soil": soil,
    }
    return values | changes


def test_cohorts_are_sorted_tallest_first_and_patches_found_by_name():
    columns = Columns.from_stand(**stand())
    assert columns.patch_index.tolist() == [1, 1] and columns.dbh.tolist() == [30.0, 10.0]
    assert columns.cohort_count.tolist() == [0, 2]
    assert columns.pools["fast_carbon"].tolist() == [0.1, 0.3]
    assert columns.reference_height[0] == columns.height.max() + 10.0
    assert columns.open_fraction[0] == 1.0 and 0.0 < columns.open_fraction[1] < 1.0


def test_canopy_height_is_weighted_by_basal_area():
    columns = columns_of((Patch(cohorts=(("NP", 10.0, 0.01), ("NP", 30.0, 0.002))),))
    basal = columns.n * columns.dbh**2
    expected = np.sum(basal * columns.height) / basal.sum()
    assert columns.veg_height[0] == pytest.approx(expected, rel=1e-12)


def test_above_ground_biomass_written_out():
    columns = columns_of((Patch(cohorts=(("NP", 20.0, 0.05),)),))
    p = columns.parameters.loc["NP"]
    leaf = p.b1_leaf / 2.0 * 20.0**p.b2_leaf
    wood = p.b1_struct / 2.0 * 20.0**p.b2_struct
    sapwood = p.qsw * columns.height[0] * leaf
    assert columns.agb()[0] == pytest.approx(0.05 * (leaf + p.agf_bs * (sapwood + wood)), rel=1e-9)


def test_roots_end_above_the_rock():
    deep, shallow = columns_of((Patch(cohorts=FOREST),)), columns_of((PATCHES[3],))
    assert deep.root_layer.max() > 4 and shallow.root_layer.max() <= 4


def test_members_are_copies_with_their_own_soil():
    soils = soil_properties(np.array([0.2, 0.5, 0.8]), np.array([0.2, 0.2, 0.1]))
    columns = Columns.from_stand(**stand(soil=soils, members=3))
    assert columns.n_cell == 3 and columns.n_patch == 6 and columns.n_cohort == 6
    np.testing.assert_array_equal(columns.soil["theta_s"][4], soils["theta_s"][2])


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"area": np.array([0.5])}, "area"),
        ({"area": np.array([np.nan])}, "area"),
        ({"dbh": np.array([-1.0])}, "dbh"),
        ({"dbh": np.array([0.1])}, "dbh is 0.1; expected at least 0.190 cm, the smallest NP"),
        ({"n": np.array([0.0])}, "n"),
        ({"n": np.array([-0.1])}, "n is -0.1; expected positive"),
        ({"pft": np.array([13])}, "pft is 13"),
        ({"reference_height": np.array(2.0)}, "reference_height"),
        ({"pools": {"fast_carbon": np.array([-0.1])}}, "fast_carbon"),
    ],
)
def test_bad_columns_are_refused(change, key):
    with pytest.raises(InputError, match=key):
        columns_of((Patch(cohorts=(("NP", 20.0, 0.05),)),), **change)


def test_bad_soil_and_order_are_refused():
    good = columns_of(PATCHES[:2])
    soil = {k: v.copy() for k, v in good.soil.items()}
    soil["k_sat"][0, 3] = np.nan
    with pytest.raises(InputError, match="k_sat"):
        columns_of(PATCHES[:2], soil=soil)
    with pytest.raises(InputError, match="sorted by cell"):
        columns_of(PATCHES[:2], cell_index=np.array([1, 0]))


def test_unknown_names_in_a_stand_are_refused():
    cohorts = stand()["cohorts"]
    with pytest.raises(InputError, match="patch is 8"):
        Columns.from_stand(**stand(cohorts=cohorts.assign(patch=8)))
    with pytest.raises(InputError, match="OAK"):
        Columns.from_stand(**stand(cohorts=cohorts.assign(pft="OAK")))


def region_files(folder, n_cell=3):
    """Small files of a region, two patches in the first cell."""
    soils = soil_properties(np.full(n_cell, 0.5), np.full(n_cell, 0.2))

    def dataset(variables, dims):
        return xr.Dataset(
            {k: (dims[k], v, {"units": "1", "long_name": k}) for k, v in variables.items()}
        )

    cells = {"lat": np.full(n_cell, 40.0), "lon": np.full(n_cell, -90.0)}
    cells["cell_id"] = np.arange(n_cell) + 100
    ids = {"cell_id": cells["cell_id"]}
    write_dataset(dataset(cells, dict.fromkeys(cells, ("cell",))), folder / "domain.nc")
    ground = {f: soils[f] for f in SOIL_FIELDS}
    dims = dict.fromkeys(ground, ("cell", "layer"))
    ground |= {"n_layer": np.array([9, 5, 3]), "bottom_boundary": np.array([1, 0, 1])}
    dims |= {"n_layer": ("cell",), "bottom_boundary": ("cell",), "cell_id": ("cell",)}
    write_dataset(dataset(ground | ids, dims), folder / "soil.nc")
    patch = {
        "cell_index": np.array([0, 0, 1, 2]),
        "area": np.array([0.25, 0.75, 1.0, 1.0]),
        "cover": np.array([0, 3, 1, 3]),
        "fast_carbon": np.full(4, 0.1),
        "structural_carbon": np.full(4, 2.0),
        "slow_carbon": np.full(4, 0.02),
    }
    cohort = {
        "patch_index": np.array([1, 3, 3]),
        "pft": np.array([4, 0, 3]),
        "dbh": np.array([30.0, 25.0, 5.0]),
        "n": np.array([0.02, 0.03, 0.1]),
    }
    dims = dict.fromkeys(patch, ("patch",)) | dict.fromkeys(cohort, ("cohort",))
    dims["cell_id"] = ("cell",)
    write_dataset(dataset(patch | cohort | ids, dims), folder / "initial_state.nc")
    tiles = {"tile": np.array([0, 1, 0]), **ids}
    write_dataset(dataset(tiles, dict.fromkeys(tiles, ("cell",))), folder / "tiles.nc")
    names = ("domain", "soil", "initial_state", "tiles")
    return [folder / f"{name}.nc" for name in names]


def test_tile_from_files(tmp_path):
    columns = Columns.from_files(*region_files(tmp_path), 0)
    assert columns.cell_id.tolist() == [100, 102]
    assert columns.cell_index.tolist() == [0, 0, 1]
    assert columns.patch_index.tolist() == [1, 2, 2] and columns.pft.tolist() == [4, 0, 3]
    assert columns.n_layer.tolist() == [9, 9, 3] and columns.free.tolist() == [1.0, 1.0, 1.0]
    other = Columns.from_files(*region_files(tmp_path), 1)
    assert other.n_cohort == 0 and other.free.tolist() == [0.0]


def test_wrong_tile_and_wrong_sizes_are_refused(tmp_path):
    files = region_files(tmp_path)
    with pytest.raises(InputError, match="tile is 5"):
        Columns.from_files(*files, 5)
    with xr.open_dataset(files[3], engine="netcdf4") as ds:
        ds = ds.isel(cell=slice(0, 2)).load()
    write_dataset(ds, files[3])
    with pytest.raises(InputError, match="tiles.nc: cell is 2"):
        Columns.from_files(*files, 0)


@pytest.mark.parametrize("position", [1, 2, 3])
def test_files_of_another_region_are_refused(tmp_path, position):
    """As many cells, but others."""
    files = region_files(tmp_path)
    with xr.open_dataset(files[position], engine="netcdf4") as ds:
        ds = ds.load().assign(cell_id=ds["cell_id"] + 50)
    write_dataset(ds, files[position])
    with pytest.raises(InputError, match=rf"{files[position].name}: cell_id of cell 0 is 150"):
        Columns.from_files(*files, 0)


def test_initial_state_is_what_was_asked_for():
    columns = columns_of()
    layers = np.linspace(265.0, 290.0, 9)
    state = State.initial(
        columns, air_temperature=280.0, q=0.005, co2=390.0, soil_temperature=layers, theta=0.9
    )
    t = np.vectorize(pool_temperature)(state.energy, 1000.0 * state.theta, columns.soil["c_dry"].T)
    np.testing.assert_allclose(t, np.broadcast_to(layers[:, None], t.shape), rtol=1e-9)
    np.testing.assert_array_equal(state.theta, columns.soil["theta_s"].T)
    default = State.initial(columns, air_temperature=280.0, q=0.005, co2=390.0)
    np.testing.assert_array_equal(default.theta[8], columns.soil["theta_fc"][:, 8])
    assert np.all(default.theta[0] > columns.soil["theta_wp"][:, 0])


def test_state_survives_its_file(compiled, tmp_path):
    columns = columns_of()
    state = run_days(weather("2001-07-01", 1, warm=293.0), days=1).last
    write_dataset(state.to_dataset(columns), tmp_path / "state.nc")
    again = State.read(tmp_path / "state.nc", columns)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(state, name), getattr(again, name))
    ds = state.to_dataset(columns)
    for name in FIELDS:
        assert ds[name].attrs["units"] and ds[name].attrs["long_name"]


def test_wrong_state_file_is_refused(tmp_path):
    columns = columns_of()
    state = State.initial(columns, air_temperature=280.0, q=0.005, co2=390.0)
    ds = state.to_dataset(columns)
    with pytest.raises(InputError, match="theta"):
        State.from_dataset(ds.drop_vars("theta"), columns)
    with pytest.raises(InputError, match="state_version is 1; expected 2"):
        State.from_dataset(ds.assign_attrs(state_version=1), columns)
    with pytest.raises(InputError, match="state_version; expected 2"):
        State.from_dataset(ds.drop_attrs(), columns)
    with pytest.raises(InputError, match="pft_parameters is .*; expected .* another configuration"):
        other = columns_of(parameters=load_pft({"MHW": {"SLA": 20.0}}))
        State.from_dataset(ds, other)
    with pytest.raises(InputError, match="stand is .*; expected .* the initial stand"):
        State.from_dataset(ds, columns_of(n=1.01 * columns.n))
    with pytest.raises(InputError, match="layer_bottom is"):
        State.from_dataset(ds.assign_coords(layer_bottom=1.1 * ds["layer_bottom"]), columns)
    with pytest.raises(InputError, match="n is -1.0; expected positive"):
        State.from_dataset(ds.assign(n=0.0 * ds["n"] - 1.0), columns)
    with pytest.raises(InputError, match="theta; expected finite"):
        State.from_dataset(ds.assign(theta=np.nan * ds["theta"]), columns)
    with pytest.raises(InputError, match="cell_id"):
        State.from_dataset(ds, columns_of(PATCHES[:3]))
    with pytest.raises(InputError, match="missing"):
        State.read(tmp_path / "nothing.nc", columns)
    (tmp_path / "broken.nc").write_bytes(b"not a netCDF file")
    with pytest.raises(InputError, match="netCDF"):
        State.read(tmp_path / "broken.nc", columns)


@pytest.mark.parametrize(
    "wrong",
    [
        {"integrator": "euler"},
        {"decomposition": 3},
        {"decomposition": True},
        {"tolerance": 0.5},
        {"tolerance": 0.0},
        {"runoff_timescale": -1.0},
        {"water_limitation": 3},
        {"incanopy": 2},
        {"soil_colour": 21},
        {"dynamics": "wild"},
        {"demography": {"wind": True}},
        {"demography": {"max_patches": 0}},
        {"demography": {"disturbance": 1}},
        {"demography": {"recruits": ["OAK"]}},
        {"demography": {"structural_growth": True}},  # with the export of `fixed`
    ],
)
def test_bad_options_are_refused(wrong):
    (key,) = wrong.get("demography", wrong)
    key = {"structural_growth": "export"}.get(key, key)
    with pytest.raises(InputError, match=key):
        ModelOptions(**wrong)
    with pytest.raises(InputError, match="colour is 'red'; expected one of"):
        ModelOptions.from_mapping({"colour": "red"})


def test_run_refuses_what_it_cannot_use():
    columns = columns_of()
    state = State.initial(columns, air_temperature=280.0, q=0.005, co2=390.0)
    met = weather("2001-07-01", 1, warm=293.0)
    with pytest.raises(InputError, match="end"):
        run(columns, state, met, ModelOptions(), "2001-07-02", "2001-07-02", phenology=CURVES)
    with pytest.raises(InputError, match="greenness curves"):
        run(columns, state, met, ModelOptions(), "2001-07-01", "2001-07-02")
    years = CURVES.expand_dims(year=[2000])
    with pytest.raises(InputError, match="year is 2001"):
        calendar_of(years, columns, 2001)
    evergreen = columns_of((PATCHES[2],))
    assert calendar_of(None, evergreen, 2001)["spring_a"].shape == (1,)


def test_scattered_points_of_weather_are_refused():
    time = np.datetime64("2001-07-01", "ns") + np.arange(25) * np.timedelta64(1, "h")
    values = {
        "air_temperature": 290.0,
        "specific_humidity": 0.008,
        "air_pressure": 98000.0,
        "wind_speed": 3.0,
        "longwave_down": 330.0,
        "shortwave_down": 0.0,
        "precipitation": 0.0,
    }
    ds = xr.Dataset(
        {k: (("time", "point"), np.full((25, 3), v)) for k, v in values.items()},
        {
            "time": time,
            "lat": ("point", [40.0, 41.0, 43.0]),
            "lon": ("point", [-90.0, -89.0, -89.5]),
        },
    )
    ds["co2"] = ("time", np.full(25, 400.0))
    with pytest.raises(InputError, match="one point or a regular grid"):
        interpolation(columns_of(), Meteorology(ds, "none", source="three stations"))
