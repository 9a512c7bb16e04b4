"""Stands from tables and from ED2's files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edlite.errors import InputError
from edlite.parameters import load_pft
from edlite.site.cohorts import model_cohorts
from edlite.site.leaf_area import leaf_carbon_of, read_leaf_table
from edlite.site.settings import NearBare, Stand
from edlite.site.stand import layer_table, read_stand

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
        (PATCHES, COHORTS.replace("0.05", "0"), "n is 0.*expected 1e-09 to 1000 plants m-2"),
        (PATCHES, COHORTS.replace("patch,pft", "patch,cohort").replace("LC", "1"), "pft; expected"),
        (
            PATCHES,
            "patch,cohort,pft,dbh,n\na,1,LC,10,0.05\na,1,LC,8,0.05\n",
            "cohort is '1'; expected once",
        ),
        (PATCHES.replace("carbon\n", "carbon,theta_0\n"), COHORTS, "theta_0; expected a known"),
        (
            PATCHES,
            COHORTS.replace("LC,10", "LC,0.1"),
            r"/c: dbh is 0.1; expected at least 0.198 cm, .* LC",
        ),
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
        (PSS, CSS.replace("0.01", "0.0"), "n is 0.0; expected above 0"),
        (PSS, CSS.replace("42.0", "big"), "dbh is 'big'"),
        ("a b\n1 2\n", CSS, "columns is 2"),
        (PSS.replace(" 0.3 ", " -1 "), CSS, "area"),
    ],
)
def test_ed2_errors(tmp_path, patches, cohorts, message):
    with pytest.raises(InputError, match=message):
        read_stand(stand(tmp_path, "ed2", patches, cohorts))


def test_names_of_cohorts(tmp_path):
    patches, cohorts = read_stand(stand(tmp_path))
    assert patches["label"].tolist() == ["a", "b"]
    assert cohorts["cohort"].tolist() == ["3", "2", "1"]  # rows of the file, largest first
    named = "patch,cohort,pft,dbh,n\nb,x,LC,10,0.05\na,x,MHW,20,0.02\n"
    assert read_stand(stand(tmp_path, cohorts=named))[1]["cohort"].tolist() == ["x", "x"]
    css = read_stand(stand(tmp_path, "ed2", PSS, CSS))[1]
    assert css["cohort"].tolist() == ["100", "1"]


def test_start_by_patch(tmp_path):
    text = (
        "patch,area,fast_carbon,structural_carbon,theta_1,theta_2,theta_3\n"
        "a,0.6,0.1,5,0.1,0.2,0.3\nb,0.4,0.2,4,0.11,0.21,0.31\n"
    )
    patches, _ = read_stand(stand(tmp_path, patches=text))
    np.testing.assert_allclose(
        layer_table(patches, "theta", 3, "p"), [[0.1, 0.11], [0.2, 0.21], [0.3, 0.31]]
    )
    assert layer_table(patches, "soil_temperature", 3, "p") is None
    for n in (2, 4):
        with pytest.raises(InputError, match="theta_"):
            layer_table(patches, "theta", n, "p")
    with pytest.raises(InputError, match="theta_2 is 20"):
        read_stand(stand(tmp_path, patches=text.replace("0.2,0.3\n", "20,0.3\n")))


def test_division_keeps_plants_and_parents(tmp_path):
    dense = "patch,pft,dbh,n\na,MHW,26,0.2\na,LC,30,0.001\nb,MHW,26,0.001\n"
    patches, cohorts = read_stand(stand(tmp_path, cohorts=dense))
    whole = model_cohorts(patches, cohorts, load_pft(), divide=False)
    parts = model_cohorts(patches, cohorts, load_pft(), divide=True)
    assert len(whole) == 3 and len(parts) > 5
    assert parts.groupby(["patch", "cohort"])["n"].sum().tolist() == pytest.approx(
        [0.2, 0.001, 0.001]
    )
    assert (parts.loc[parts["cohort"] == "1", "n_whole"] == 0.2).all()
    # the order of the model: by patch, tallest first
    for table in (whole, parts):
        assert table["patch"].is_monotonic_increasing
        assert table.groupby("patch")["height"].is_monotonic_decreasing.all()


LEAVES = (
    "date,patch,cohort,lai\n2001-07-01,a,3,2.0\n2001-07-01,a,2,1.0\n2001-07-01,b,1,0.5\n"
    "2001-07-02,b,1,0.4\n2001-07-02,a,3,1.8\n2001-07-02,a,2,1.1\n"
)


def leaf_table(folder: Path, text: str):
    (folder / "leaves.csv").write_text(text)
    return read_leaf_table(folder / "leaves.csv")


def test_leaf_area(tmp_path):
    """A row's leaf carbon is lai / (n SLA), whatever the order of rows."""
    patches, cohorts = read_stand(stand(tmp_path))
    parameters = load_pft()
    table = model_cohorts(patches, cohorts, parameters, divide=False)
    sla = parameters.loc[table["pft"], "SLA"].to_numpy()
    leaf, root = leaf_carbon_of(leaf_table(tmp_path, LEAVES), table, sla, "leaves.csv")
    assert root is None
    np.testing.assert_allclose(
        leaf * table["n"].to_numpy() * sla, [[2.0, 1.0, 0.5], [1.8, 1.1, 0.4]]
    )
    # parts of a divided cohort carry the leaves of their parent
    parts = model_cohorts(patches, cohorts, parameters, divide=True)
    sla_parts = parameters.loc[parts["pft"], "SLA"].to_numpy()
    divided, _ = leaf_carbon_of(leaf_table(tmp_path, LEAVES), parts, sla_parts, "leaves.csv")
    assert (divided[0] * parts["n"] * sla_parts).sum() == pytest.approx(3.5)
    carbon = LEAVES.replace("lai", "leaf_carbon,root_carbon").replace("0\n", "0,7\n")
    carbon = "\n".join(
        line if line.count(",") == 4 else f"{line},7" for line in carbon.strip().splitlines()
    )
    leaf, root = leaf_carbon_of(leaf_table(tmp_path, carbon), table, sla, "leaves.csv")
    np.testing.assert_allclose(leaf[1], [1.8, 1.1, 0.4])
    np.testing.assert_allclose(root, 7.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LEAVES.replace("lai", "leafarea"), "leafarea; expected a known column"),
        (LEAVES.replace(",lai", ""), "lai, leaf_carbon"),
        (LEAVES.replace("2.0", "-2"), "lai is -2"),
        (LEAVES.replace("2.0", "green"), "lai is 'green'"),
        (LEAVES.replace("2001-07-02,b,1,0.4\n", ""), "2001-07-02 without patch, cohort"),
        (LEAVES.replace("2001-07-02", "2001-07-03"), "2001-07-01 followed by 2001-07-03"),
        (LEAVES.replace("2001-07-02", "2001-07-01"), "date is '2001-07-01'; expected once"),
        (LEAVES.replace("2001-07-02", "July"), "expected dates such as"),
    ],
)
def test_leaf_table_errors(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        leaf_table(tmp_path, text)


def test_leaf_table_of_another_stand(tmp_path):
    patches, cohorts = read_stand(stand(tmp_path))
    table = model_cohorts(patches, cohorts, load_pft(), divide=False)
    sla = np.full(len(table), 20.0)
    missing = "\n".join(line for line in LEAVES.splitlines() if ",b," not in line)
    with pytest.raises(InputError, match="a row for every cohort of the stand"):
        leaf_carbon_of(leaf_table(tmp_path, missing), table, sla, "leaves.csv")
    more = LEAVES + "2001-07-01,b,9,0.5\n2001-07-02,b,9,0.5\n"
    with pytest.raises(InputError, match="only cohorts of the stand"):
        leaf_carbon_of(leaf_table(tmp_path, more), table, sla, "leaves.csv")


def near_bare(**more) -> Stand:
    return Stand("near_bare", None, None, near_bare=NearBare(("NP", "LHW"), **more))


def test_near_bare_ground():
    """Smallest plants at the density that the parameter table gives."""
    parameters = load_pft({"LHW": {"init_density": 0.4}})
    patches, cohorts = read_stand(near_bare(fast_carbon=0.2), parameters)
    assert patches["area"].tolist() == [1.0] and patches["fast_carbon"].tolist() == [0.2]
    by_type = cohorts.set_index("pft")
    assert by_type["n"].to_dict() == {"NP": 0.1, "LHW": 0.4}
    assert by_type.loc["NP", "dbh"] == parameters.loc["NP", "dbh_min"]
    _, cohorts = read_stand(near_bare(density=0.05))
    assert cohorts["n"].tolist() == [0.05, 0.05]


def test_a_patch_without_cohorts_is_bare_or_a_mistake(tmp_path):
    with pytest.raises(InputError, match=r"p: patch is 'b'; expected a patch with cohorts"):
        read_stand(stand(tmp_path, cohorts="patch,pft,dbh,n\na,MHW,20,0.02\n"))
    bare = "patch,area,fast_carbon,structural_carbon,cover\na,0.6,0.1,5,forest\nb,0.4,0.2,4,bare\n"
    patches, _ = read_stand(stand(tmp_path, "tables", bare, "patch,pft,dbh,n\na,MHW,20,0.02\n"))
    assert patches["cover"].tolist() == ["forest", "bare"]
    _, cohorts = read_stand(stand(tmp_path, cohorts="patch,pft,dbh,n\n"))  # bare soil
    assert cohorts.empty
