"""A small site on disk: ten days of half-hourly weather, moisture and fluxes, a stand, a YAML."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

LATITUDE, LONGITUDE, OFFSET = 42.5, -72.2, -5


def record_table(n_day: int = 12, start: str = "2013-06-30") -> pd.DataFrame:
    """Half hours of local standard time in the layout of FLUXNET."""
    time = pd.date_range(start, periods=48 * n_day, freq="30min")
    hour = np.asarray(time.hour + time.minute / 60.0 + 0.25)
    sun = np.clip(np.cos((hour - 11.9) * np.pi / 14.0), 0.0, None)
    day = np.asarray((time - time[0]) / pd.Timedelta("1D"))
    stamp = "%Y%m%d%H%M"
    return pd.DataFrame(
        {
            "TIMESTAMP_START": time.strftime(stamp),
            "TIMESTAMP_END": (time + pd.Timedelta("30min")).strftime(stamp),
            "TA_F": 18.0 + 6.0 * np.cos((hour - 15.0) * np.pi / 12.0),
            "SW_IN_F": 750.0 * sun,
            "LW_IN_F": 340.0,
            "VPD_F": 6.0,
            "PA_F": 98.0,
            "P_F": np.where((day > 4.0) & (day < 4.25), 1.0, 0.0),
            "WS_F": 3.0,
            "CO2_F_MDS": 396.0,
            "SWC_F_MDS_1": 20.0 + 5.0 * (day > 4.1),
            "SWC_F_MDS_2": 24.0,
            "LE_F_MDS": 200.0 * sun,
            "LE_F_MDS_QC": np.arange(len(time)) % 2,
            "H_F_MDS": 100.0 * sun - 10.0,
            "NEE_VUT_REF": 3.0 - 20.0 * sun,
            "NEE_VUT_REF_QC": 0,
            "GPP_NT_VUT_REF": 20.0 * sun,
            "RECO_NT_VUT_REF": 3.0,
        }
    )


def site_content() -> dict:
    """The YAML's content; files are those of `write_site`."""
    record = {
        "path": "tower.csv",
        "format": "fluxnet",
        "utc_offset": OFFSET,
        "theta_depths": [0.05, 0.2],
    }
    return {
        "site": {
            "name": "XX-Tst",
            "latitude": LATITUDE,
            "longitude": LONGITUDE,
            "elevation": 300,
            "reference_height": 40,
        },
        "time": {"start": "2013-07-01T00:00Z", "end": "2013-07-04T00:00Z"},
        "forcing": record | {"interpolation": "mean-preserving"},
        "co2": 400,
        "stand": {"patches": "patches.csv", "cohorts": "cohorts.csv"},
        "soil": {"sand": 0.6, "clay": 0.09, "theta": 0.25, "temperature": 288.15},
        "phenology": {"greenup": 112, "mid_greenup": 130, "senescence": 258, "mid_greendown": 288},
        "prescribe": dict(record),
        "observations": dict(record),
    }


def write_site(
    folder: Path, content: dict | None = None, table: pd.DataFrame | None = None
) -> Path:
    """Write record, stand and YAML to `folder`; returns the YAML."""
    (record_table() if table is None else table).to_csv(folder / "tower.csv", index=False)
    (folder / "patches.csv").write_text(
        "patch,area,fast_carbon,structural_carbon,slow_carbon\nold,0.7,0.15,5,0.02\nyoung,0.3,0.2,4,0.02\n"
    )
    (folder / "cohorts.csv").write_text(
        "patch,pft,dbh,n\nyoung,EHW,8,0.2\nold,MHW,26,0.018\nold,MHW,42,0.01\nold,LC,15,0.05\n"
    )
    path = folder / "run.yaml"
    path.write_text(yaml.safe_dump(site_content() if content is None else content))
    return path
