"""Stands from tables and from ED2's files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edlite.errors import InputError
from edlite.site.settings import Stand
from edlite.site.stand import read_stand

PATCHES = "patch,area,fast_carbon,structural_carbon\na,0.6,0.1,5\nb,0.4,0.2,4\n"
COHORTS = "patch,pft,dbh,n\nb,LC,10,0.05\na,MHW,20,0.02\na,MHW,40,0.01\n"
PSS = (
    "time patch trk age area water fsc stsc stsl ssc psc msn fsn\n"
    "2001 1 2 90 0.3 0.2 0.15 5.0 1.0 6.0 0 1 1\n"
    "2001 2 0 10 0.2 0.2 0.20 4.0 4.0 5.0 0 1 1\n"
)
CSS = (
    "time patch cohort dbh hite pft n bdead balive lai\n"
    "2001 1 100 42.0 99 10 0.01 0 0 0\n2001 2 1 3.99 0 13 0.3 0 0 0\n"
)


def stand(folder: Path, kind="tables", patches=PATCHES, cohorts=COHORTS) -> Stand:
    (folder / "p").write_text(patches)
    (folder / "c").write_text(cohorts)
    return Stand(kind, folder / "p", folder / "c")


def test_tables(tmp_path):
    patches, cohorts = read_stand(stand(tmp_path))
    assert patches["patch"].tolist() == [0, 1]
    np.testing.assert_allclose(patches["structural_lignin"], [5, 4])
    assert patches["cover"].tolist() == ["forest", "forest"]
    assert cohorts["patch"].tolist() == [0, 0, 1]
    assert cohorts["dbh"].tolist() == [40, 20, 10]


@pytest.mark.parametrize("separator", [" ", ","])
def test_ed2_files(tmp_path, separator):
    """Areas are renormalised, lignin is all structural carbon, height is not used."""
    files = [text.replace(" ", separator) for text in (PSS, CSS)]
    patches, cohorts = read_stand(stand(tmp_path, "ed2", *files))
    np.testing.assert_allclose(patches["area"], [0.6, 0.4])
    np.testing.assert_allclose(patches["structural_lignin"], [5, 4])
    np.testing.assert_allclose(patches["slow_carbon"], [6, 5])
    assert patches["cover"].tolist() == ["forest", "cropland"]
    assert cohorts["pft"].tolist() == ["MHW", "CRC3"]
    assert cohorts["patch"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("patches", "cohorts", "message"),
    [
        (PATCHES.replace("0.4", "0.1"), COHORTS, "area is 0.7.*sum to 1"),
        (PATCHES.replace("b,", "a,"), COHORTS, "patch is 'a'"),
        (PATCHES.replace("0.2,4", "0.2,-4"), COHORTS, "structural_carbon"),
        (PATCHES.replace("fast_carbon", "quick"), COHORTS, "fast_carbon; expected a column"),
        (PATCHES, COHORTS.replace("MHW", "OAK"), "pft is 'OAK'"),
        (PATCHES, COHORTS.replace("b,LC", "c,LC"), "patch is 'c'"),
        (PATCHES, COHORTS.replace("0.05", "dense"), "n is 'dense'"),
        (PATCHES, COHORTS.replace("dbh", "diameter"), "dbh; expected a column"),
        (PATCHES, COHORTS.replace("n\n", "n,wood\n"), "wood; expected a known column"),
    ],
)
def test_table_errors(tmp_path, patches, cohorts, message):
    with pytest.raises(InputError, match=message):
        read_stand(stand(tmp_path, "tables", patches, cohorts))


@pytest.mark.parametrize(
    ("patches", "cohorts", "message"),
    [
        (PSS, CSS.replace(" 10 0.01", " 3 0.01"), "pft is 3"),
        (PSS, CSS.replace("42.0", "-1"), "dbh"),
        (PSS, CSS.replace("42.0", "big"), "dbh is 'big'"),
        ("a b\n1 2\n", CSS, "columns is 2"),
        (PSS.replace(" 0.3 ", " -1 "), CSS, "area"),
    ],
)
def test_ed2_errors(tmp_path, patches, cohorts, message):
    with pytest.raises(InputError, match=message):
        read_stand(stand(tmp_path, "ed2", patches, cohorts))
