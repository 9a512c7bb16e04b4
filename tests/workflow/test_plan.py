"""What Snakemake plans: the shipped configurations, messages, reruns. No job is run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from edlite import dependencies

REGIONS = ("Howland", "Walnut")


def plan(output: str) -> dict[str, list[str]]:
    """Planned jobs: outputs by rule."""
    jobs: dict[str, list[str]] = {}
    for name, body in re.findall(r"(?m)^(?:local)?rule (\w+):\n((?:    .*\n)+)", output):
        found = re.search(r"(?m)^    output: (.*)$", body)
        jobs.setdefault(name, []).append(found[1] if found else "")
    return jobs


def counts(output: str) -> dict[str, int]:
    table = output.partition("Job stats:")[2].partition("\n\n")[0]
    return {name: int(n) for name, n in re.findall(r"(?m)^(\w+) +(\d+)$", table)}


def test_demo(snakemake_run, tmp_path):
    run = snakemake_run(tmp_path, "--dry-run", "--printshellcmds")
    assert run.returncode == 0, run.stdout
    used = re.findall(r'edlite (\S+) .*"integrator": "(\w+)"', run.stdout)
    assert set(used) == {(name, "split") for name in ("spinup", "simulate", "tower-run")}
    jobs = counts(run.stdout)
    # seven regions, two years, one tile; native and truth, blended and perfect
    assert jobs["soil"] == jobs["sensitivity"] == jobs["bias"] == 7
    assert jobs["blend"] == jobs["phenology"] == jobs["regrid_rzsm"] == jobs["spinup"] == 14
    assert jobs["simulate"] == jobs["simulate_prescribed"] == 28
    assert jobs["forcing"] == 2
    assert jobs["compile"] == jobs["demo_forcing"] == 1


def test_full_study(snakemake_run, project, tmp_path):
    """Real inputs, stood in for by empty files: five years after one of spin-up, four tiles."""
    config = yaml.safe_load((project / "config/paper.yaml").read_text())
    for region in config["regions"]["names"]:
        for name, patterns in config["inputs"].items():
            for pattern in [patterns] if isinstance(patterns, str) else patterns:
                path = pattern.format(region=region, year=2012, site="{site}").replace("*", "x")
                path = f"{path}/component.csv" if name == "soil_tables" else path
                for site in config["towers"]["names"] if "{site}" in path else [""]:
                    file = tmp_path / path.replace("{site}", site)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.touch()
    paper = ("--configfile", project / "config/paper.yaml", "--config", "n_tile=4")
    run = snakemake_run(tmp_path, "--dry-run", "--quiet", "rules", *paper)
    assert run.returncode == 0, run.stdout
    jobs = counts(run.stdout)
    assert jobs["spinup"] == 7 * 4
    assert jobs["simulate"] == jobs["simulate_prescribed"] == 7 * 4 * 5
    assert jobs["phenology"] == 7 * 6
    assert not any(name.startswith(("demo", "perfect")) for name in jobs)


def test_missing_inputs_are_named(snakemake_run, project, tmp_path):
    run = snakemake_run(tmp_path, "--dry-run", "--configfile", project / "config/paper.yaml")
    assert run.returncode != 0
    assert re.search(r"data/\w+/\w*_?Howland", run.stdout), run.stdout
    assert "Traceback" not in run.stdout


def test_unknown_key_is_named(snakemake_run, project, tmp_path):
    text = (project / "config/test.yaml").read_text() + "model:\n  tolerence: 0.1\n"
    (tmp_path / "mine.yaml").write_text(text)
    run = snakemake_run(tmp_path, "--dry-run", "--configfile", tmp_path / "mine.yaml")
    assert run.returncode != 0
    assert "model.tolerence" in run.stdout and "did you mean tolerance?" in run.stdout
    assert "Traceback" not in run.stdout


def test_lint(snakemake_run, tmp_path):
    run = snakemake_run(tmp_path, "--lint")
    assert run.returncode == 0, run.stdout
    assert "Congratulations" in run.stdout


def test_format(project):
    run = subprocess.run(
        [Path(sys.executable).with_name("snakefmt"), "--check", "Snakefile", "workflow"],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr


@pytest.fixture(scope="module")
def finished(snakemake_run, project, tmp_path_factory) -> tuple[Path, Path]:
    """A folder in which the smallest run seems to be complete: every output is an empty file."""
    folder = tmp_path_factory.mktemp("finished")
    config = project / "config/test.yaml"
    listing = snakemake_run(folder, "--summary", "--configfile", config).stdout
    outputs = re.findall(r"(?m)^(\S+)\t.*\t(?:missing|ok)\t", listing)
    assert len(outputs) > 80, listing
    for name in outputs:
        if name.endswith("_theta.nc"):  # temporary: gone when the run is complete
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if name == "results/figures" else path.touch()
    run = snakemake_run(folder, "--touch", "--configfile", config)
    assert run.returncode == 0, run.stdout
    return folder, config


def test_second_run_does_nothing(snakemake_run, finished):
    folder, config = finished
    run = snakemake_run(folder, "--dry-run", "--configfile", config)
    assert "Nothing to be done" in run.stdout, run.stdout


def test_new_code_touches_its_rule_and_what_follows(snakemake_run, finished, monkeypatch):
    folder, config = finished
    before = dependencies.code_digest

    def changed(*names):
        return "changed" if names == ("sensitivity",) else before(*names)

    monkeypatch.setattr(dependencies, "code_digest", changed)
    jobs = plan(snakemake_run(folder, "--dry-run", "--configfile", config).stdout)
    assert {"sensitivity", "attribute", "report"} <= set(jobs)
    assert not {"soil", "spinup", "simulate", "bias", "simulate_prescribed"} & set(jobs)


def test_new_land_cover_touches_its_region_alone(snakemake_run, finished):
    folder, config = finished
    (tif,) = (folder / "demo-data/Howland").glob("nlcd*.tif")
    tif.write_text("changed")
    run = snakemake_run(folder, "--dry-run", "--configfile", config)
    jobs = plan(run.stdout)
    assert {"cover", "lai", "initial_state", "simulate", "sensitivity"} <= set(jobs)
    # the truth, and with it the radar, sees the new cover too
    assert not {"domain", "soil", "forest", "forcing", "phenology"} & set(jobs)
    across = {"attribute", "evaluate", "figures", "verify", "report", "all"}
    for name in set(jobs) - across:
        assert all("Howland" in output and "Walnut" not in output for output in jobs[name]), name
    assert across <= set(jobs)
