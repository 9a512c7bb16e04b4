"""Writes a small soil survey in the layouts that real ones have."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

# map unit 1: 60 % component 11 (two mineral horizons below litter), 30 % component 12 (rock at
# 0.5 m), 10 % component 13 (water, no horizons). Map unit 2: component 21. Map unit 3: water only.
COMPONENT = pd.DataFrame(
    {
        "mukey": [1, 1, 1, 2, 3],
        "cokey": [11, 12, 13, 21, 31],
        "comppct_r": [60, 30, 10, 100, 100],
        "compname": ["Alpha", 'the "Beta" series', "Water", "Gamma, cool", "Water"],
    }
)
CHORIZON = pd.DataFrame(
    [
        # cokey, chkey, name, top, bottom, sand, silt, clay, om, density, saturated, 15 bar
        (11, 101, "Oe", 0, 10, 0.0, 0.0, 0.0, 60.0, 0.2, 80.0, 20.0),
        (11, 102, "A", 10, 30, 40.0, 40.0, 20.0, 4.0, 1.2, 50.0, 12.0),
        (11, 103, "Bw", 30, 110, 60.0, 30.0, 10.0, 1.0, 1.5, 40.0, 8.0),
        (12, 121, "A", 0, 50, 80.0, 15.0, 5.0, 2.0, 1.4, 42.0, 5.0),
        (12, 122, "2Cr", 50, 200, None, None, None, None, None, None, None),
        (21, 201, "Ap", 0, 200, 20.0, 40.0, 40.0, 3.0, 1.3, 48.0, 22.0),
    ],
    columns=[
        *("cokey", "chkey", "hzname", "hzdept_r", "hzdepb_r", "sandtotal_r", "silttotal_r"),
        *("claytotal_r", "om_r", "dbthirdbar_r", "wsatiated_r", "wfifteenbar_r"),
    ],
)
RESTRICTIONS = pd.DataFrame(
    {
        "reskind": ["Lithic bedrock", "Fragipan", "Duripan"],
        "resdept_r": [60, 40, 90],
        "cokey": [12, 21, 11],
        "corestrictkey": [1, 2, 3],
    }
)
FRAGMENTS = pd.DataFrame({"fragvol_r": [10, 10], "chkey": [102, 102], "chfragskey": [1, 2]})
MAPUNIT = pd.DataFrame({"musym": ["A", "B", "W", "D"], "mukey": [1, 2, 3, 4]})
AGGREGATE = pd.DataFrame({"mukey": [1, 2, 3], "brockdepmin": [50, None, None]})

NATIVE = {
    "comp": ("component", COMPONENT),
    "chorizon": ("chorizon", CHORIZON),
    "crstrcts": ("corestrictions", RESTRICTIONS),
    "chfrags": ("chfrags", FRAGMENTS),
    "mapunit": ("mapunit", MAPUNIT),
    "muaggatt": ("muaggatt", AGGREGATE),
}


def write_native(folder: Path, header: bool, leave_out: tuple[str, ...] = ()) -> Path:
    """`|` separated text; without a header row the catalogue mstabcol.txt is written too."""
    folder.mkdir(parents=True, exist_ok=True)
    catalogue = []
    for name, (table, frame) in NATIVE.items():
        if name in leave_out:
            continue
        text = frame.to_csv(sep="|", index=False, header=header, quoting=2, doublequote=True)
        (folder / f"{name}.txt").write_text(text)
        catalogue += [f'"{table}"|{i + 1}|"{c}"|"x"' for i, c in enumerate(frame.columns)]
    if not header:
        (folder / "mstabcol.txt").write_text("\n".join(catalogue) + "\n")
    return folder


def write_dotted_csv(folder: Path) -> Path:
    """Comma separated, NA for missing, R names, a prefix on each file."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, frame in NATIVE.values():
        renamed = frame.rename(columns=lambda c: c.replace("_r", ".r"))
        renamed.to_csv(folder / f"AREA_SSURGO_{table}.csv", index=False, na_rep="NA")
    return folder
