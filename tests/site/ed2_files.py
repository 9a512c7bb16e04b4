"""A folder with the inputs of a small ED2 run, made up: two days, two patches, four layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.initial.allometry import Allometry
from edlite.parameters import load_pft, pft_index

SETTINGS = {
    "IMONTHA": "10",
    "IDATEA": "01",
    "IYEARA": "2003",
    "ITIMEA": "0000",
    "IMONTHZ": "10",
    "IDATEZ": "03",
    "IYEARZ": "2003",
    "ITIMEZ": "0000",
    "POI_LAT": "35.9",
    "POI_LON": "-79.1",
    "NZG": "4",
    "SLZ": "-2.0,-0.8,-0.3,-0.1",
    "ISOILCOL": "21",
    "ISOILBC": "0",
    "IVEGT_DYNAMICS": "0",
    "INTEGRATION_SCHEME": "1",
    "RK4_TOLERANCE": "0.001",
    "IPHYSIOL": "0",
    "DECOMP_SCHEME": "2",
    "H2O_PLANT_LIM": "2",
    "ISFCLYRM": "1",
    "ICANTURB": "0",
    "RUNOFF_TIME": "1800.",
    "LEAF_MAXWHC": "0.2",
    "IPERCOL": "1",
    "RUNTYPE": "'INITIAL'",
}
SOIL = {
    "clay": 0.4,
    "sand": 0.2,
    "b": 9.32,
    "psi_s": -0.3,
    "K_s": 2e-6,
    "theta_s": 0.47,
    "theta_cp": 0.2,
    "theta_wp": 0.24,
    "theta_fc": 0.38,
    "c_dry": 1.27e6,
    "texture_class_for_conductivity": "5 (loam: ...)",
}
LAYERS = 4


def write_folder(folder: Path, *, cohorts: bool = True, **settings: str | None) -> Path:
    """Write all files; `settings` replace those of SETTINGS (None leaves one out)."""
    folder.mkdir(exist_ok=True)
    chosen = {k: v for k, v in (SETTINGS | settings).items() if v is not None}
    table = pd.DataFrame({"name": list(chosen), "value": list(chosen.values())})
    table.to_csv(folder / "settings.csv", index=False)
    soil = pd.DataFrame({"name": list(SOIL), "value": list(SOIL.values()), "unit": ""})
    soil.to_csv(folder / "soil.csv", index=False)
    _write_patches(folder)
    _write_forcing(folder)
    if cohorts:
        _write_plants(folder)
    return folder


def _write_patches(folder: Path) -> None:
    patches = pd.DataFrame({"patch": [0, 1], "area": [0.75, 0.25]})
    patches = patches.assign(t_canopy_air_K=[284.0, 285.0], q_canopy_air=0.006)
    patches = patches.assign(co2_canopy_air=390.0, p_canopy_air_Pa=98000.0, canopy_depth_m=5)
    patches = patches.assign(fast_c=0.1, structural_c=4.0, structural_lignin_c=4.0, slow_c=0.02)
    patches["sfcwater_kg_m2"] = 0.0
    for k in range(1, LAYERS + 1):
        patches[f"soil_water_layer{k}"] = [0.3 + 0.01 * k, 0.32]
    for k in range(1, LAYERS + 1):
        patches[f"soil_temp_layer{k}"] = [285.0 + k, 286.0]
    patches.to_csv(folder / "initial_patches.csv", index=False)


def plants() -> pd.DataFrame:
    """Cohorts of the folder: SP and C3 grass, the first at two thirds of full leaf."""
    table = pd.DataFrame({"patch": [0, 0, 1], "pft_slot": [7, 5, 7]})
    table = table.assign(dbh_cm=[20.0, 3.9943, 12.0], nplant_m2=[0.04, 0.2, 0.05])
    allometry = Allometry(load_pft({"SP": {"SLA": 9.5}}))
    pft = np.array([pft_index(c) for c in ("SP", "DC3", "SP")])
    full = allometry.leaf_area(pft, table["dbh_cm"]) / allometry.parameters["SLA"][pft]
    table["height_m"] = allometry.height(pft, table["dbh_cm"])
    table["bleaf_kgC"] = full * np.array([2 / 3, 1.0, 1.0])
    table["broot_kgC"] = 0.4 * full
    return table.assign(bstorage_kgC=0.0)


def _write_plants(folder: Path) -> None:
    plants().to_csv(folder / "initial_cohorts.csv", index=False)
    rows = {
        "SLA": ("m2 kgC-1", 9.5, 30.0),
        "Vm0_15C": ("umol m-2 s-1", 11.35, 20.0),
        "kw": ("m2 kgC-1 s-1", 4.753311e-06, 4.753311e-06),
        "b1_rootdepth": ("m", -1.114058, -1.114058),
        "qsw": ("m-1", 9.5 / 3900, 30.0 / 3900),
        "b1_WAI (unused: branches off)": ("m2", 0.02765, 0.0),
        "c2n_leaf": ("kgC kgN-1", 78.0, 20.0),
    }
    table = pd.DataFrame(
        [(name, *values) for name, values in rows.items()],
        columns=["parameter", "unit", "SP (slot 7)", "DC3 (slot 5)"],
    )
    table.to_csv(folder / "pft_parameters_used.csv", index=False)
    curves = pd.DataFrame({"a_f": [0.01], "b_f": [-20.0], "a_c": [0.0035], "b_c": [25.0]})
    curves.to_csv(folder / "phenology.csv", index=False)


def _write_forcing(folder: Path, days: int = 2) -> None:
    time = np.datetime64("2003-10-01", "ns") + np.arange(days * 144) * np.timedelta64(600, "s")
    hour = np.arange(time.size) / 6.0 % 24
    sun = np.clip(np.sin((hour - 11.3) / 12.0 * np.pi), 0.0, None) * (hour > 11.3)
    values = {
        "air_temperature": 288.0 + 5 * np.cos((hour - 20) * np.pi / 12),
        "specific_humidity": np.full(time.size, 0.006),
        "air_pressure": np.full(time.size, 98000.0),
        "wind_speed": np.full(time.size, 2.5),
        "longwave_down": np.full(time.size, 320.0),
        "precipitation": np.where((hour > 3) & (hour < 4), 1e-4, 0.0),
        "par_beam": 170 * sun,
        "par_diffuse": 100 * sun,
        "nir_beam": 200 * sun,
        "nir_diffuse": 60 * sun,
        "cos_zenith": 0.7 * sun,
    }
    ds = xr.Dataset({n: ("time", v) for n, v in values.items()}, {"time": time})
    ds.attrs = {"reference_height_m": 30.0, "co2_umol_mol": 390.0, "title": "made up, synthetic"}
    ds.to_netcdf(folder / "met_600s.nc", engine="netcdf4")


def write_daily(folder: Path, days: int = 2) -> Path:
    """Daily cohort file: leaf carbon grows by 1 and 2 percent, roots shrink."""
    table = plants()
    time = np.datetime64("2003-10-01", "ns") + np.arange(days) * np.timedelta64(1, "D")
    growth = 1.0 + 0.01 * np.arange(1, days + 1)[:, None]
    ds = xr.Dataset(
        {
            "bleaf": (("time", "cohort"), table["bleaf_kgC"].to_numpy() * growth),
            "broot": (("time", "cohort"), table["broot_kgC"].to_numpy() / growth),
        },
        {"time": time, "dbh_cm": ("cohort", table["dbh_cm"])},
    )
    ds.to_netcdf(folder / "daily_cohort.nc", engine="netcdf4")
    return folder / "daily_cohort.nc"
