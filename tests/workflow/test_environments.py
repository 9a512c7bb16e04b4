"""Lock file and conda environments agree, and hold what the code imports."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest
import yaml

from edlite.dependencies import command_sources

ENVIRONMENTS = ("sources", "model", "analysis", "snakemake")
CONDA_NAMES = {"matplotlib-base": "matplotlib", "snakemake-minimal": "snakemake"}
IMPORT_NAMES = {"yaml": "pyyaml", "netCDF4": "netcdf4", "PIL": "pillow"}


@pytest.fixture(scope="module")
def lock(project: Path) -> dict[str, str]:
    """Versions locked for Python 3.11, by package."""
    versions: dict[str, str] = {}
    text = (project / "requirements.lock").read_text()
    for name, version, marker in re.findall(r"(?m)^([\w.-]+)==(\S+)(?: ; (.*))? \\$", text):
        if "python_full_version >= '3.12'" not in marker:
            versions[name] = version
    return versions


def environment(project: Path, name: str) -> dict[str, str]:
    content = yaml.safe_load((project / f"workflow/envs/{name}.yaml").read_text())
    pins = dict(re.fullmatch(r"(\S+) =(\S+)", line).groups() for line in content["dependencies"])
    return {CONDA_NAMES.get(package, package): version for package, version in pins.items()}


def test_lock_has_hashes_and_no_address(project):
    text = (project / "requirements.lock").read_text()
    assert not re.search(r"://|index-url|find-links|--extra|@ file", text)
    blocks = re.split(r"(?m)^(?=\S)", text)[1:]
    assert len(blocks) > 100
    assert all("--hash=sha256:" in block for block in blocks)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_pins_equal_the_lock(project, lock, name):
    pins = environment(project, name)
    assert pins.pop("python") == "3.11"
    # a wheel rebuilt without change of its sources (.postN) has no counterpart on conda-forge
    locked = {package: re.sub(r"\.post\d+$", "", lock[package]) for package in pins}
    assert pins == locked


def rules(project: Path) -> list[tuple[str, str]]:
    """Command and environment of every rule."""
    found = []
    for path in sorted((project / "workflow/rules").glob("*.smk")):
        for block in re.split(r"(?m)^ *rule\b", path.read_text())[1:]:
            command = re.search(r'code=code\("([\w-]+)"\)', block)[1]
            found.append((command, re.search(r"envs/(\w+)\.yaml", block)[1]))
    return found


def third_party(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    top = {name.partition(".")[0] for name in names}
    return {IMPORT_NAMES.get(n, n) for n in top - set(sys.stdlib_module_names) - {"edlite"}}


def test_every_rule_finds_its_imports(project):
    missing = {}
    for command, name in rules(project):
        sources = [path for path in command_sources(command) if path.suffix == ".py"]
        needed = set().union(*map(third_party, sources))
        if lacking := needed - set(environment(project, name)):
            missing[f"{command} in {name}.yaml"] = sorted(lacking)
    assert missing == {}


def test_every_rule_runs_the_command_whose_code_it_names(project):
    for path in (project / "workflow/rules").glob("*.smk"):
        for block in re.split(r"(?m)^ *rule\b", path.read_text())[1:]:
            assert (
                re.search(r'code=code\("([\w-]+)"\)', block)[1]
                == re.search(r"python -m edlite ([\w-]+)", block)[1]
            )
