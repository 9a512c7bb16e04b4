"""Tables of towers, and the YAML made of them."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from site_files import record_table

from edlite.cli import group
from edlite.config import complete_config
from edlite.errors import InputError
from edlite.parameters import PFT_CODES
from edlite.site.config import read_site_run
from edlite.site.forcing import site_forcing
from edlite.site.overrides import parameter_overrides
from edlite.site.setup import build, phenology_curves
from edlite.site.stand import read_stand
from edlite.site.towers import read_towers


@pytest.fixture
def tables(project):
    return project / "config" / "towers.csv", project / "resources" / "towers" / "stands.csv"


def make(tmp_path, tables, *more, table=None, site="US-Ha1"):
    record = tmp_path / "record.csv"
    (record_table() if table is None else table).to_csv(record, index=False)
    names = ["--towers", str(tables[0]), "--stands", str(tables[1]), "--record", str(record)]
    span = ["--start", "2013-07-01", "--end", "2013-07-04"]
    out = tmp_path / "run" / "run.yaml"
    arguments = ["tower-run", "--site", site, *names, *span, "--out", str(out), *more]
    CliRunner().invoke(group, arguments, catch_exceptions=False)
    return out


def two_probes(tables, tmp_path):
    """The test record has two probes, the towers' table declares three."""
    text = tables[0].read_text().replace("0.05 0.20 0.50", "0.05 0.20")
    path = tmp_path / "towers.csv"
    path.write_text(text)
    return path, tables[1]


def test_every_tower_has_a_valid_stand(project, tables):
    towers = read_towers(tables[0])
    stands = pd.read_csv(tables[1], comment="#")
    assert set(towers.index) == set(stands["site"]) and len(towers) == 7
    assert stands["pft"].isin(PFT_CODES).all()
    for site, own in stands.groupby("site"):
        assert own.drop_duplicates("patch")["area"].sum() == pytest.approx(1.0), site
    assert stands["source"].notna().all() and towers["source"].notna().all()
    assert (towers["sand"] + towers["clay"] < 1).all()
    listed = {column for text in towers["assumed"].dropna().tolist() for column in text.split()}
    assert listed <= set(towers.columns)


def test_yaml_is_valid_and_relative(tmp_path, tables):
    out = make(tmp_path, two_probes(tables, tmp_path), "--co2", "396", "--spinup-years", "2")
    content = yaml.safe_load(out.read_text())
    assert content["forcing"]["path"] == "../record.csv"
    run = read_site_run(out)
    assert run.site.name == "US-Ha1" and run.co2 == 396.0 and run.spinup_years == 2
    assert run.soil.theta is None and not run.synthetic
    patches, cohorts = read_stand(run.stand)
    assert len(patches) == 2 and patches["area"].tolist() == [0.85, 0.15]
    assert cohorts["pft"].isin(PFT_CODES).all()
    assert site_forcing(run).sizes["time"] == 144


def test_settings_of_the_workflow_are_those_of_a_site_run(tmp_path, tables, project):
    """Every key of the section `model` finds its place in the YAML."""
    given = yaml.safe_load((project / "config/config.yaml").read_text())
    overrides = {"MHW": {"Vm0_15C": 17.0}}
    given["model"] = {
        "ground_albedo": "colour",
        "soil_colour": 7,
        "parameters": overrides,
    }
    complete = complete_config(given, project / "workflow/schemas/config.schema.yaml")
    params = json.dumps({"model": complete["model"]})
    run = read_site_run(make(tmp_path, two_probes(tables, tmp_path), "--params", params))
    assert run.soil.colour == 7 and run.parameters == overrides
    del given["model"]
    complete = complete_config(given, project / "workflow/schemas/config.schema.yaml")
    params = json.dumps({"model": complete["model"]})
    assert build(read_site_run(make(tmp_path, two_probes(tables, tmp_path), "--params", params)))


def test_base_layout_is_recognised(tmp_path, tables):
    names = {"TA_F": "TA", "SW_IN_F": "SW_IN", "LW_IN_F": "LW_IN", "VPD_F": "VPD", "PA_F": "PA"}
    names |= {"P_F": "P", "WS_F": "WS", "CO2_F_MDS": "CO2"}
    names |= {"SWC_F_MDS_1": "SWC_1_1_1", "SWC_F_MDS_2": "SWC_1_2_1"}
    text = "# Site: US-Ha1\n# Version: 1\n" + record_table().rename(columns=names).to_csv(
        index=False
    )
    out = make(tmp_path, two_probes(tables, tmp_path), "--params", '{"synthetic": true}')
    (tmp_path / "record.csv").write_text(text)
    record = tmp_path / "record.csv"
    base = two_probes(tables, tmp_path)
    arguments = [
        "tower-run",
        "--site",
        "US-Ha1",
        "--towers",
        str(base[0]),
        "--stands",
        str(base[1]),
    ]
    arguments += ["--record", str(record), "--start", "2013-07-01", "--end", "2013-07-03"]
    arguments += ["--params", '{"synthetic": true}', "--out", str(out)]
    CliRunner().invoke(group, arguments, catch_exceptions=False)
    run = read_site_run(out)
    assert run.forcing.record.format == "ameriflux-base"
    assert run.co2 is None and run.synthetic


def test_errors(tmp_path, tables):
    with pytest.raises(InputError, match="site is 'XX-Xxx'"):
        make(tmp_path, tables, site="XX-Xxx")
    with pytest.raises(InputError, match="theta_depths"):
        make(tmp_path, tables)  # three depths, two probes
    with pytest.raises(InputError, match="CO2_F_MDS"):
        make(tmp_path, two_probes(tables, tmp_path), table=record_table().drop(columns="CO2_F_MDS"))
    assert not (tmp_path / "run").exists()


def test_phenology_passes_through_its_dates(tmp_path, tables):
    run = read_site_run(make(tmp_path, two_probes(tables, tmp_path), "--co2", "396"))
    curves = phenology_curves(run)
    for a, b, day, share in (
        ("spring_a", "spring_b", "greenup", 0.15),
        ("spring_a", "spring_b", "mid_greenup", 0.50),
        ("autumn_a", "autumn_b", "senescence", 0.90),
        ("autumn_a", "autumn_b", "mid_greendown", 0.50),
    ):
        g = 1 / (1 + (float(curves[a]) * run.phenology[day]) ** float(curves[b]))
        assert g == pytest.approx(share)


def test_parameter_tables(tmp_path, tables):
    out = make(tmp_path, two_probes(tables, tmp_path), "--co2", "396")
    content = yaml.safe_load(out.read_text())
    overrides = out.with_name("pft.csv")
    content["parameters"] = {"pft": "pft.csv"}
    out.write_text(yaml.safe_dump(content))
    for text in (
        "pft,Vm0_15C,SLA\nMHW,17.4,\nLC,,9\n",
        "pft,parameter,value\nMHW,Vm0_15C,17.4\nLC,SLA,9\n",
    ):
        overrides.write_text(text)
        assert parameter_overrides(read_site_run(out)) == {
            "MHW": {"Vm0_15C": 17.4},
            "LC": {"SLA": 9.0},
        }
    overrides.write_text("pft,parameter,value\nMHW,Vm0_15C,1e9\n")
    with pytest.raises(InputError, match="pft.csv: MHW.Vm0_15C"):
        parameter_overrides(read_site_run(out))
    for text in ("pft,SLA\nMHW,9\nMHW,10\n", "pft,parameter,value\nMHW,SLA,9\nMHW,SLA,9\n"):
        overrides.write_text(text)
        with pytest.raises(InputError, match="expected once"):
            parameter_overrides(read_site_run(out))
