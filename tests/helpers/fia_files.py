"""Small FIA tables for tests: every column that is read, rows by keyword."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

SUBPLOT_TPA, MICROPLOT_TPA, MACROPLOT_TPA = 6.018046, 74.965282, 0.999188

DEFAULTS = {
    "PLOT": {
        "CN": "100000000000001",
        "STATECD": 44,
        "UNITCD": 1,
        "COUNTYCD": 1,
        "PLOT": 1,
        "INVYR": 2008,
        "PLOT_STATUS_CD": 1,
        "DESIGNCD": 1,
        "LAT": 42.55,
        "LON": -72.18,
    },
    "COND": {
        "PLT_CN": "100000000000001",
        "CONDID": 1,
        "COND_STATUS_CD": 1,
        "CONDPROP_UNADJ": 1.0,
        "SUBPPROP_UNADJ": 1.0,
        "MICRPROP_UNADJ": 1.0,
        "MACRPROP_UNADJ": None,
        "CARBON_LITTER": 5.0,
        "CARBON_SOIL_ORG": 30.0,
    },
    "TREE": {
        "PLT_CN": "100000000000001",
        "SUBP": 1,
        "CONDID": 1,
        "STATUSCD": 1,
        "SPCD": 316,
        "DIA": 10.0,
        "TPA_UNADJ": SUBPLOT_TPA,
    },
    "SUBP_COND": {
        "PLT_CN": "100000000000001",
        "SUBP": 1,
        "CONDID": 1,
        "SUBPCOND_PROP": 1.0,
        "MICRCOND_PROP": 1.0,
        "MACRCOND_PROP": None,
    },
}


def key(number: int) -> str:
    """Key of visit `number`."""
    return str(100000000000000 + number)


def table(name: str, *rows: dict) -> pd.DataFrame:
    """Table with one row for each mapping of what differs from the defaults."""
    columns = DEFAULTS[name]
    return pd.DataFrame([{**columns, **row} for row in rows], columns=list(columns))


def write_tables(folder: Path, state: str = "RI", **tables: pd.DataFrame) -> list[Path]:
    """Write `<state>_<TABLE>.csv` of the given tables."""
    paths = []
    for name, frame in tables.items():
        path = folder / (f"{name}.csv" if name.startswith("REF") else f"{state}_{name}.csv")
        frame.to_csv(path, index=False)
        paths.append(path)
    return paths


def three_plots(**columns) -> dict[str, pd.DataFrame]:
    """Three wholly forested plots, 1 km apart, each with four subplots of two trees."""
    plots = [{"CN": key(i), "PLOT": i, "LAT": 42.54 + 0.01 * i} | columns for i in (1, 2, 3)]
    trees = [
        {"PLT_CN": key(i), "SUBP": s, "SPCD": spcd, "DIA": dia}
        for i in (1, 2, 3)
        for s in (1, 2, 3, 4)
        for spcd, dia in ((316, 8.0 + i), (129, 12.0 + s))
    ]
    return {
        "PLOT": table("PLOT", *plots),
        "COND": table("COND", *({"PLT_CN": key(i)} for i in (1, 2, 3))),
        "TREE": table("TREE", *trees),
    }
