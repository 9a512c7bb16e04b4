"""FIA tables: the visit that counts, filters, keys, unusable tables."""

import pandas as pd
import pytest

from edlite.errors import InputError, MissingInput
from edlite.sources import fia
from helpers.fia_files import key, table, three_plots, write_tables


def tables_of(folder, **frames):
    return fia.find_tables(write_tables(folder, **(three_plots() | frames)))


def test_most_recent_sampled_visit_in_the_years(tmp_path):
    plots = table(
        "PLOT",
        {"CN": key(1), "PLOT": 1, "INVYR": 2004},
        {"CN": key(2), "PLOT": 1, "INVYR": 2009},
        {"CN": key(3), "PLOT": 1, "INVYR": 2014},  # after the years
        {"CN": key(4), "PLOT": 2, "INVYR": 2004},
        {"CN": key(5), "PLOT": 2, "INVYR": 2009, "PLOT_STATUS_CD": 2},  # no longer forest
        {"CN": key(6), "PLOT": 3, "INVYR": 2004},
        {"CN": key(7), "PLOT": 3, "INVYR": 2009, "PLOT_STATUS_CD": 3},  # not sampled
        {"CN": key(8), "PLOT": 1, "COUNTYCD": 3, "INVYR": 2005},  # same number, other county
    )
    found = fia.read_plots(tables_of(tmp_path, PLOT=plots), (1999, 2011))
    assert found.index.tolist() == [key(2), key(6), key(8)]
    assert found["year"].tolist() == [2009, 2004, 2005]


def test_keys_stay_text_and_dead_trees_are_left_out(tmp_path):
    trees = table("TREE", {}, {"STATUSCD": 2}, {"PLT_CN": key(9)}, {"STATUSCD": 0})
    found = fia.read_trees(tables_of(tmp_path, TREE=trees), [key(1)])
    assert found["PLT_CN"].tolist() == [key(1)]


def test_conditions_and_optional_tables(tmp_path):
    conditions = table("COND", {}, {"CONDID": 2, "COND_STATUS_CD": 2}, {"PLT_CN": key(2)})
    tables = tables_of(tmp_path, COND=conditions)
    assert fia.read_conditions(tables, [key(1)])["CONDID"].tolist() == [1]
    assert fia.read_subplot_conditions(tables, [key(1)]).empty
    assert fia.read_species(tables) == {}
    reference = pd.DataFrame({"SPCD": ["6000.0"], "GENUS": ["Acer"], "SFTWD_HRDWD": ["H"]})
    tables = tables_of(tmp_path, REF_SPECIES=reference, SUBP_COND=table("SUBP_COND", {}))
    assert fia.read_species(tables) == {6000: ("Acer", "H")}
    assert len(fia.read_subplot_conditions(tables, [key(1)])) == 1


def test_tables_of_several_states_and_other_files(tmp_path):
    paths = write_tables(tmp_path, **three_plots()) + write_tables(
        tmp_path, state="CT", **three_plots()
    )
    (tmp_path / "RI_SEEDLING.csv").write_text("CN\n1\n")
    (tmp_path / "notes.txt").write_text("x")
    paths += [tmp_path / "RI_SEEDLING.csv", tmp_path / "notes.txt"]
    assert len(fia.find_tables(paths).of("TREE")) == 2


def test_missing_tables(tmp_path):
    paths = write_tables(tmp_path, **three_plots())
    with pytest.raises(MissingInput, match=r"RI_TREE\.csv"):
        fia.find_tables([p for p in paths if "TREE" not in p.name])
    with pytest.raises(MissingInput, match="PLOT"):
        fia.find_tables([p for p in paths if "PLOT" not in p.name])
    with pytest.raises(MissingInput, match="existing|table"):
        fia.find_tables([*paths, tmp_path / "CT_PLOT.csv"])
    again = tmp_path / "again"
    again.mkdir()
    with pytest.raises(InputError, match="one file of it"):
        fia.find_tables([*paths, *write_tables(again, **three_plots())])


@pytest.mark.parametrize(
    ("name", "change", "read", "match"),
    [
        ("TREE", lambda t: t.iloc[:0], fia.read_trees, "rows is 0; expected trees"),
        ("TREE", lambda t: t.drop(columns=["DIA", "SUBP"]), fia.read_trees, "SUBP.*DIA"),
        ("TREE", lambda t: t.assign(DIA="thick"), fia.read_trees, "DIA is 'thick'"),
        (
            "TREE",
            lambda t: t.assign(SPCD=None),
            fia.read_trees,
            "SPCD of row 2 .*code in every row",
        ),
        ("TREE", lambda t: t.assign(DIA=301), fia.read_trees, "DIA of row 2 .* is 301; .*inches"),
        ("TREE", lambda t: t.assign(TPA_UNADJ=-6.0), fia.read_trees, "TPA_UNADJ .* is -6.0"),
        ("TREE", lambda t: t.assign(STATUSCD="live"), fia.read_trees, "STATUSCD is 'live'"),
        ("TREE", lambda t: t.assign(SUBP=None), fia.read_trees, "SUBP of row 2 is 'blank'"),
        ("COND", lambda t: t.assign(COND_STATUS_CD=None), fia.read_conditions, "COND_STATUS_CD"),
        ("COND", lambda t: t.drop(columns="CARBON_LITTER"), fia.read_conditions, "CARBON_LITTER"),
    ],
)
def test_unusable_tables(tmp_path, name, change, read, match):
    tables = tables_of(tmp_path, **{name: change(three_plots()[name])})
    with pytest.raises(InputError, match=match):
        read(tables, [key(1)])


def test_unusable_plots(tmp_path):
    with pytest.raises(InputError, match="inventory_years"):
        fia.read_plots(tables_of(tmp_path, **three_plots(INVYR=2015)), (1999, 2011))
    with pytest.raises(InputError, match="LAT, LON"):
        fia.read_plots(tables_of(tmp_path, **three_plots(LON=288.0)), (1999, 2011))
    path = tmp_path / "RI_PLOT.csv"
    path.write_text("")
    with pytest.raises(InputError, match="comma-separated"):
        fia.read_plots(fia.find_tables(sorted(tmp_path.glob("*.csv"))), (1999, 2011))


@pytest.mark.parametrize(("name", "n_field"), [("TREE", 7), ("COND", 9)])
def test_a_table_cut_within_a_row(tmp_path, name, n_field):
    tables = tables_of(tmp_path)
    path = tables.first(name)
    whole = path.read_text()
    read = {"TREE": fia.read_trees, "COND": fia.read_conditions}[name]
    complete = read(tables, [key(1)])
    path.write_text(whole.rstrip("\n"))  # no line break at the end is no cut
    assert len(read(tables, [key(1)])) == len(complete)
    for n in range(1, n_field):  # after each comma but the last, and within the field before
        cut = whole.rstrip("\n").rsplit(",", n)[0]
        path.write_text(cut)
        match = rf"RI_{name}.csv: last row .* is '{n_field - n} fields'.*complete table"
        with pytest.raises(InputError, match=match):
            read(tables, [key(1)])


def test_short_row_in_the_middle(tmp_path):
    tables = tables_of(tmp_path)
    path = tables.first("TREE")
    lines = path.read_text().splitlines()
    lines[5] = ",".join(lines[5].split(",")[:3])
    path.write_text("\n".join(lines))
    with pytest.raises(InputError, match="STATUSCD of row 6 is 'blank'.*complete table"):
        fia.read_trees(tables, [key(1)])


def test_quoted_line_breaks_are_no_cut(tmp_path):
    trees = three_plots()["TREE"].assign(NOTES='two\nlines, "quoted"')
    assert len(fia.read_trees(tables_of(tmp_path, TREE=trees), [key(1)])) == 8
    path = tmp_path / "RI_TREE.csv"
    path.write_text(path.read_text()[:-8])  # within the quotes
    with pytest.raises(InputError, match=r"RI_TREE\.csv: .*table"):
        fia.read_trees(fia.find_tables(sorted(tmp_path.glob("*.csv"))), [key(1)])


def test_forested_plots_without_rows_are_named(tmp_path, caplog):
    """Tables cut between two rows; a plot whose trees are all dead is none of them."""
    plots = [key(i) for i in range(1, 9)]
    trees = table("TREE", {}, {"PLT_CN": key(2), "STATUSCD": 2})
    tables = tables_of(tmp_path, TREE=trees, COND=three_plots()["COND"].iloc[:2])
    fia.read_trees(tables, plots)
    named = ", ".join(plots[2:7])
    assert f"RI_TREE.csv: no row at all for 6 of 8 forested plots ({named}, ...)" in caplog.text
    caplog.clear()
    fia.read_conditions(tables, plots[:3])
    assert f"RI_COND.csv: no row at all for 1 of 3 forested plots ({key(3)})" in caplog.text
    caplog.clear()
    fia.read_trees(tables, plots[:2])
    fia.read_conditions(tables, plots[:2])
    assert not caplog.records


def test_unusual_diameters_are_counted(tmp_path, caplog):
    diameters = (0.0, -1.0, 250.0, 300.0, 200.0, None)
    trees = table("TREE", *({"DIA": d} for d in diameters), {"DIA": 400.0, "STATUSCD": 2})
    found = fia.read_trees(tables_of(tmp_path, TREE=trees), [key(1)])
    assert len(found) == 6
    assert [r.levelname for r in caplog.records] == ["WARNING"]
    assert "2 at most 0 (left out), 2 above 200 inches (kept)" in caplog.text
