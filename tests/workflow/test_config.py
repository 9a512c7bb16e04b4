"""The shipped configurations, the schema and its messages."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from edlite.assimilation.bias import BlendOptions
from edlite.assimilation.estimator import Optimal
from edlite.config import complete_config, schema_keys, spinup_cycle
from edlite.errors import InputError

NAMES = ("config", "test", "paper")


@pytest.fixture(scope="module")
def schema_path(project: Path) -> Path:
    return project / "workflow/schemas/config.schema.yaml"


@pytest.fixture(scope="module")
def schema(schema_path: Path) -> dict:
    return yaml.safe_load(schema_path.read_text())


def read(project: Path, name: str) -> dict:
    return yaml.safe_load((project / f"config/{name}.yaml").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_shipped_configurations_are_complete_after_defaults(project, schema_path, schema, name):
    config = complete_config(read(project, name), schema_path)
    for key, _ in schema_keys(schema):
        value = config
        for part in key.split("."):
            if value is None:  # demo or inputs
                break
            assert part in value, key
            value = value[part]


@pytest.mark.parametrize("name", NAMES)
def test_towers_and_regions_exist(project, name):
    config = read(project, name)
    outlines = yaml.safe_load((project / config["regions"]["geojson"]).read_text())
    known = {feature["properties"]["name"] for feature in outlines["features"]}
    assert set(config["regions"]["names"]) <= known
    rows = (project / "config/towers.csv").read_text().splitlines()
    assert set(config["towers"]["names"]) <= {row.split(",")[0] for row in rows}


def test_schema_is_valid_and_describes_every_key(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    keys = dict(schema_keys(schema))
    assert len(keys) > 60
    definitions = schema["$defs"]
    for key, rules in keys.items():
        assert rules.get("description"), f"{key} has no description"
        if "$ref" in rules:
            rules = definitions[rules["$ref"].rpartition("/")[2]] | rules
        if rules.get("type") == "object" or "properties" in rules:
            assert "additionalProperties" in rules, f"{key} accepts unknown keys"


def test_defaults_obey_the_schema(schema):
    for key, rules in schema_keys(schema):
        if "default" in rules:
            whole = rules | {"$defs": schema["$defs"]}
            jsonschema.Draft202012Validator(whole).validate(rules["default"]), key


def test_a_unit_for_every_number(schema):
    for key, rules in schema_keys(schema):
        if rules.get("type") == "number":
            assert "[" in rules["description"], f"{key} has no unit"


def set_key(config: dict, dotted: str, value: object) -> None:
    *parents, last = dotted.split(".")
    for part in parents:
        config = config.setdefault(part, {})
    config[last] = value


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("model.tolerence", 0.1, ["model.tolerence", "did you mean tolerance?"]),
        ("colour", "red", ["colour", "known keys: synthetic"]),
        ("demo.seed", 1, ["demo.seed"]),
        ("model.integrator", "rk5", ["model.integrator", "'rk5'", "one of rk4"]),
        ("n_tile", 0, ["n_tile is 0", "at least 1"]),
        ("n_tile", "two", ["n_tile", "'two'", "integer"]),
        ("regions.names", ["towers"], ["regions.names.0", "'towers'"]),
        ("regions.names", ["Duke", "Duke"], ["regions.names", "no entry twice"]),
        ("regions.names", ["Nowhere"], ["initial.grass_pft.Nowhere", "a PFT for each region"]),
        ("initial.grass_pft", {"Duke": "GRASS"}, ["initial.grass_pft.Duke", "'GRASS'", "DC4"]),
        ("years.run", [2013, 2015], ["years.run", "consecutive"]),
        ("years.days", 0, ["years.days is 0", "at least 1"]),
        ("period.start", "2015-06-01", ["period.end", "after period.start, 2015-06-01"]),
        ("period.end", "2016-01-01", ["period", "within the run years"]),
        ("period.start", "yesterday", ["period.start", "'yesterday'", "2013-01-31"]),
        ("demo", None, ["demo, inputs", "both null"]),
        ("synthetic", False, ["synthetic", "true with the demo"]),
        ("texture.towers", ["US-Xxx"], ["texture.towers", "'US-Xxx'", "US-Me2, US-Ton"]),
        ("lai.years", [2014, 2002], ["lai.years", "first and last year"]),
        ("model.parameters", {"MHW": {"Vmax": 3.0}}, ["model.parameters", "MHW.Vmax"]),
        ("model.parameters", {"OAK": {"SLA": 3.0}}, ["model.parameters", "OAK"]),
        ("model.dynamics", "full", ["model.dynamics is 'full'", "blending", "patches must stay"]),
        ("model.dynamics", "succession", ["model.dynamics", "one of static, fixed, growth, full"]),
        ("model.demography", {"patch_fusion": True}, ["model.dynamics is 'fixed'", "patch_fusion"]),
        ("model.demography", {"felling": True}, ["model.demography.felling"]),
        ("spinup.years", 0, ["spinup.years is 0", "at least 1"]),
        ("spinup.method", "fast", ["spinup.method", "'fast'", "one of accelerated, plain"]),
        ("spinup.cycle_years", [2014], ["spinup.cycle_years", "years.spinup, 2013"]),
        ("report.titel", "x", ["report.titel", "did you mean title?"]),
    ],
)
def test_bad_values_are_named(project, schema_path, key, value, words):
    config = copy.deepcopy(read(project, "config"))
    set_key(config, key, value)
    with pytest.raises(InputError) as caught:
        complete_config(config, schema_path, "config.yaml")
    message = str(caught.value)
    assert message.startswith("config.yaml: ")
    assert [word for word in words if word not in message] == [], message


def test_missing_section_is_named(project, schema_path):
    config = read(project, "config")
    del config["years"]["spinup"]
    with pytest.raises(InputError, match=r"years\.spinup"):
        complete_config(config, schema_path)


def test_the_given_configuration_is_not_changed(project, schema_path):
    config = read(project, "config")
    before = copy.deepcopy(config)
    complete_config(config, schema_path)
    assert config == before


def test_reference_page_is_that_of_the_schema(project):
    """`make reference` writes the page."""
    script = project / "workflow/scripts/configuration_page.py"
    page = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert (project / "docs/reference/configuration.md").read_text() == page.stdout


@pytest.mark.parametrize(
    ("section", "options"),
    [
        ("soil", "edlite.soil.build:SoilOptions"),
        ("lai", "edlite.initial.options:LaiOptions"),
        ("phenology", "edlite.initial.options:PhenologyOptions"),
        ("forest", "edlite.initial.options:ForestOptions"),
        ("initial", "edlite.initial.options:InitialOptions"),
        ("rzsm", "edlite.assimilation.regrid:RzsmOptions"),
        ("model", "edlite.model.options:ModelOptions"),
        ("forcing", "edlite.forcing.build:ForcingOptions"),
        ("evaluate", "edlite.analysis.evaluation:EvaluationOptions"),
        ("attribute", "edlite.analysis.attribution:AttributionOptions"),
        ("verify", "edlite.analysis.verification:Bounds"),
    ],
)
def test_commands_and_schema_have_the_same_settings(project, schema_path, section, options):
    """A command run by hand without --params does what the workflow does by default."""
    module, _, name = options.partition(":")
    cls = getattr(importlib.import_module(module), name)
    used = dataclasses.asdict(cls())
    given = {key: value for key, value in read(project, "config").items() if key != section}
    schema = complete_config(given, schema_path)[section]
    assert {key: _listed(value) for key, value in used.items()} == schema


def test_blending_and_schema_have_the_same_settings(project, schema_path):
    given = {key: value for key, value in read(project, "config").items() if key != "blend"}
    schema = complete_config(given, schema_path)["blend"]
    assert BlendOptions.from_params({"blend": schema}) == BlendOptions()
    assert schema["optimal"] == dataclasses.asdict(Optimal())


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize(
    ("name", "years", "expected"),
    [
        ("paper", None, [2010, 2011, 2012, 2013, 2014, 2009]),
        ("config", None, [2014, 2013]),
        ("test", None, [2013]),
        ("config", [2012, 2013, 2010], [2010, 2012, 2013]),
    ],
)
def test_the_spinup_year_ends_the_cycle(project, schema_path, name, years, expected):
    config = copy.deepcopy(read(project, name))
    config.setdefault("spinup", {})["cycle_years"] = years
    assert spinup_cycle(complete_config(config, schema_path)) == expected
