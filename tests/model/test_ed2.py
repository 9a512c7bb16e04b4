"""Some days of a forest in July and of bare soil in May against ED2 (revision 84)."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from edlite.constants import YEAR_S
from edlite.model.columns import Columns
from edlite.model.driver import run
from edlite.model.meteorology import Meteorology
from edlite.model.options import ModelOptions
from edlite.model.records import HOURLY
from edlite.model.state import State
from edlite.soil.hydraulics import soil_properties

pytestmark = pytest.mark.shared
PFT_OF_SLOT = {6: "NP", 7: "SP", 8: "LC", 9: "EHW", 10: "MHW", 11: "LHW"}
LE_PER_KG = 2.5e6  # J kg-1, the reference's own latent heat
# name here, name there, factor to the unit there
FLUXES = (
    ("gpp", "gpp", YEAR_S),
    ("leaf_respiration", "leaf_resp", YEAR_S),
    ("rh", "rh", YEAR_S),
    ("h", "h_surfaces", 1.0),
    ("rnet", "rnet_absorbed", 1.0),
    ("transpiration", "transpiration", 1.0),
    ("ground_evaporation", "e_ground", 1.0),
    ("canopy_air_temperature", "t_canopy_air", 1.0),
    ("ustar", "ustar", 1.0),
)
CURVES = xr.Dataset(
    {
        "spring_a": ((), 0.0075188),
        "spring_b": ((), -40.0),
        "autumn_a": ((), 0.0035088),
        "autumn_b": ((), 30.0),
    }
)


def columns_and_state(folder):
    """Patches, cohorts and state at the start of a reference run."""
    patches = pd.read_csv(folder / "initial_patches.csv")
    table = pd.DataFrame({"patch": patches.patch, "area": patches.area})
    for pool in ("fast", "structural", "slow"):
        table[f"{pool}_carbon"] = patches[f"{pool}_c"]
    cohorts = pd.DataFrame({"patch": [], "pft": [], "dbh": [], "n": []})
    if (folder / "initial_cohorts.csv").exists():
        c = pd.read_csv(folder / "initial_cohorts.csv")
        pft = [PFT_OF_SLOT[s] for s in c.pft_slot]
        cohorts = pd.DataFrame({"patch": c.patch, "pft": pft, "dbh": c.dbh_cm, "n": c.nplant_m2})
    texture = pd.read_csv(folder / "soil.csv").set_index("name")["value"]
    sand, clay = (np.array([float(texture[name])]) for name in ("sand", "clay"))
    soil = {k: v[0] for k, v in soil_properties(sand, clay).items()}
    columns = Columns.from_stand(
        lat=42.5,
        lon=-72.2,
        patches=table,
        cohorts=cohorts,
        soil=soil,
        reference_height=55.0,
        source=str(folder),
    )
    theta, warmth = (
        patches[[f"soil_{what}_layer{i}" for i in range(1, 10)]].to_numpy().T
        for what in ("water", "temp")
    )
    state = State.initial(
        columns,
        air_temperature=patches.t_canopy_air_K.to_numpy(),
        q=patches.q_canopy_air.to_numpy(),
        co2=400.0,
        soil_temperature=warmth,
        theta=theta,
    )
    return columns, state


def compare(folder, days):
    """Area means of the model and of the reference: dict of (model, reference) by hour."""
    with xr.open_dataset(folder / "met_600s.nc", engine="netcdf4") as met:
        met = met.load()
    met["co2"] = ("time", np.full(met.sizes["time"], 400.0))
    meteorology = Meteorology(met.assign_coords(lat=42.5, lon=-72.2), "none", source=str(folder))
    columns, state = columns_and_state(folder)
    start = met.time.values[0].astype("datetime64[D]")
    results = []
    run(
        columns,
        state,
        meteorology,
        ModelOptions(incanopy=0),
        start,
        start + days * np.timedelta64(1, "D"),
        phenology=CURVES,
        sink=results.append,
    )
    with xr.open_dataset(folder / "hourly_mean.nc", engine="netcdf4") as reference:
        reference = reference.isel(time=slice(0, 24 * days)).load()
    fluxes = np.concatenate([d.fluxes for d in results]) @ columns.area

    pairs = {}
    for name, other, factor in FLUXES:
        if other in reference:
            pairs[name] = fluxes[:, HOURLY.index(name)] * factor, reference[other]
    pairs["le"] = fluxes[:, HOURLY.index("evapotranspiration")] * LE_PER_KG, reference["le"]
    for k in range(9):
        theta = np.concatenate([d.theta[:, k] for d in results]) @ columns.area
        warmth = np.concatenate([d.soil_temperature[:, k] for d in results]) @ columns.area
        pairs[f"theta_{k}"] = theta, reference["soil_water"][:, k]
        pairs[f"soil_temperature_{k}"] = warmth, reference["soil_temp"][:, k]
    return {name: (np.asarray(a), np.asarray(b)) for name, (a, b) in pairs.items()}


def assert_close(pair, *, bias=None, relative=None, rmsd=None):
    """Bias of the mean (absolute, or relative to the reference's mean) and hourly rmsd."""
    model, reference = pair
    difference = model - reference
    if relative is not None:
        assert abs(difference.mean()) <= relative * abs(reference.mean())
    if bias is not None:
        assert abs(difference.mean()) <= bias
    if rmsd is not None:
        assert np.sqrt(np.mean(difference**2)) <= rmsd


@pytest.fixture(scope="module")
def july(compiled, shared):
    return compare(shared / "reference" / "ed2" / "harvard_july_static", days=2)


@pytest.fixture(scope="module")
def may(compiled, shared):
    return compare(shared / "reference" / "ed2" / "bare_soil_summer", days=4)


# the reference's own tolerances
JULY = {
    "gpp": {"relative": 0.01, "rmsd": 0.06},
    "leaf_respiration": {"relative": 0.01},
    "rh": {"relative": 0.03},
    "le": {"relative": 0.02, "rmsd": 6.0},
    "h": {"bias": 2.0, "rmsd": 6.0},
    "rnet": {"bias": 1.5, "rmsd": 3.0},
    "transpiration": {"relative": 0.03},
    "ground_evaporation": {"relative": 0.04},
    "canopy_air_temperature": {"rmsd": 0.3},
    "ustar": {"rmsd": 0.02},
    "soil_temperature_0": {"rmsd": 0.2},
    "soil_temperature_3": {"rmsd": 0.05},
    "theta_0": {"rmsd": 0.003},
    **{f"theta_{k}": {"rmsd": 0.001} for k in (1, 2, 3)},
    **{f"theta_{k}": {"rmsd": 3e-4} for k in range(4, 9)},
}
MAY = {
    "rh": {"relative": 0.03},
    "le": {"relative": 0.01, "rmsd": 4.0},
    "h": {"bias": 1.0, "rmsd": 4.0},
    "rnet": {"bias": 1.0, "rmsd": 2.0},
    "ground_evaporation": {"relative": 0.01},
    "canopy_air_temperature": {"rmsd": 0.2},
    "ustar": {"rmsd": 0.01},
    "soil_temperature_3": {"rmsd": 0.05},
    "theta_0": {"rmsd": 0.003},
    **{f"theta_{k}": {"rmsd": 0.002} for k in (1, 2, 3)},
    **{f"theta_{k}": {"rmsd": 0.001} for k in range(4, 9)},
}


@pytest.mark.parametrize("name", JULY)
def test_forest_in_july(july, name):
    assert_close(july[name], **JULY[name])


@pytest.mark.parametrize("name", MAY)
def test_bare_soil_in_may(may, name):
    assert_close(may[name], **MAY[name])
