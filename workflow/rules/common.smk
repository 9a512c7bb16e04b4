# Names, settings and helper functions that the rules share.
import datetime
import glob
import json
import os
import shlex

from snakemake.exceptions import WorkflowError

from edlite.config import complete_config
from edlite.demo.layout import demo_files, read_recipe
from edlite.dependencies import command_sources, kernel_digest
from edlite.errors import InputError


def located(path):
    """A path of the configuration: from the working directory, else from the project's folder."""
    if os.path.exists(path) or not (ROOT / path).exists():
        return path
    return os.path.relpath(ROOT / path)


try:
    config = complete_config(config, ROOT / "workflow/schemas/config.schema.yaml")
    RECIPE = located(config["demo"]["recipe"]) if config["demo"] else None
    DEMO = read_recipe(RECIPE) if RECIPE else None
    REGIONS = config["regions"]["names"]
    REGION_FILES = {
        region: demo_files(region, DEMO, config["demo"]["directory"])
        for region in (REGIONS if DEMO else [])
    }
except InputError as error:
    raise WorkflowError(str(error)) from None

YEARS = config["years"]["run"]
TILES = range(config["n_tile"])
SITES = config["towers"]["names"] if DEMO or config["inputs"]["tower"] else []
FREE_RUNS = ["native", "truth"] if DEMO else ["native"]
PRESCRIBED_RUNS = ["blended", "perfect"] if DEMO else ["blended"]
RUNS = FREE_RUNS + PRESCRIBED_RUNS
STATIC_PRODUCTS = ["nlcd", "soil_raster", "soil_tables", "fia", "lai", "phenology"]
OBSERVED_PRODUCTS = ["airmoss", "probes", "tower"]
MAY_BE_ABSENT = {"lai", "phenology"}
SOURCE = shlex.quote(str(ROOT / "src"))
CACHE = f".numba-cache/{kernel_digest()}"

# the prefix replaces Snakemake's own strict mode
shell.prefix(
    "set -euo pipefail; "
    f"export PYTHONPATH={SOURCE}${{{{PYTHONPATH:+:$PYTHONPATH}}}} "
    f"NUMBA_CACHE_DIR={shlex.quote(os.path.abspath(CACHE))} "
    "NUMBA_NUM_THREADS=${{OMP_NUM_THREADS:-1}} MPLBACKEND=Agg; "
)


wildcard_constraints:
    region="|".join(REGIONS),
    site="|".join(SITES) or "none",
    run="|".join(RUNS),
    tile=r"\d+",
    year=r"\d{4}",


def parameters(*sections):
    """The named sections of the configuration, as the JSON text that a command expects."""
    chosen = {name: config[name] for name in ("synthetic", *sections)}
    return json.dumps(chosen, sort_keys=True)


def model_parameters(*sections):
    """Like `parameters`, with the options of the model and the days run in each year."""
    chosen = json.loads(parameters("model", *sections)) | {
        "days": config["years"]["days"]
    }
    return json.dumps(chosen, sort_keys=True)


def initial_parameters(wildcards):
    """Settings of the initial state, without those of other regions."""
    settings = dict(config["initial"])
    for name in ("grass_pft", "crop_pft"):
        settings[name] = {wildcards.region: settings[name][wildcards.region]}
    chosen = json.loads(parameters("n_tile")) | {"initial": settings}
    return json.dumps(chosen, sort_keys=True)


def code(*commands):
    """Python modules and tables that the commands use: a change reruns the jobs."""
    return [os.path.relpath(path) for path in command_sources(*commands)]


def region_files(product):
    """Input function: the files of a product for the region (and year) of a job."""

    def files(wildcards):
        if DEMO:
            return REGION_FILES[wildcards.region][product]
        found = matching(config["inputs"][product], **dict(wildcards.items()))
        if not found and product not in MAY_BE_ABSENT:
            raise WorkflowError(
                f"inputs.{product}: no file matches {config['inputs'][product]}"
                f" for {', '.join(wildcards)}"
            )
        return found

    return files


def soil_tables(wildcards):
    """Input function: the tables of the soil survey."""
    if DEMO:
        return REGION_FILES[wildcards.region]["soil_tables"]
    folder = config["inputs"]["soil_tables"].format(**dict(wildcards.items()))
    return matching(f"{folder}/*") or [folder]


def shared_file(product):
    """The file of a product that all regions share."""
    if DEMO:
        return REGION_FILES[REGIONS[0]][product][0]
    return located(config["inputs"][product])


def matching(patterns, **names):
    """Existing files that match the patterns; a pattern without wild card is taken as it is."""
    found = []
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        path = located(pattern.format(**names))
        found += (
            sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else [path]
        )
    return found


def folder_of(key):
    """Parameter function: the folder that holds the files of an input."""
    return lambda wildcards, input: os.path.dirname(input[key][0])


def soil_file(wildcards):
    """Input function: the soil of a run; the hidden one for the demo's truth."""
    folder = "truth/" if wildcards.run == "truth" else ""
    return f"results/{wildcards.region}/{folder}soil.nc"


def tower_span():
    """First day and day after the last of the tower runs: the run years, or their first days."""
    start = datetime.date(YEARS[0], 1, 1)
    end = datetime.date(YEARS[-1] + 1, 1, 1)
    if config["years"]["days"]:
        end = start + datetime.timedelta(days=config["years"]["days"])
    return start.isoformat(), end.isoformat()


RESULT_FILES = {
    "hourly": "{year}.nc",
    "daily": "{year}_daily.nc",
    "annual": "{year}_annual.nc",
}


def results_of(run, kind):
    """Files of a run of one region (a wild card), over tiles and years."""
    pattern = f"results/{{region}}/{run}/{{tile}}/{RESULT_FILES[kind]}"
    return expand(pattern, tile=TILES, year=YEARS, allow_missing=True)


def everywhere(run, kind):
    """Files of a run, over regions, tiles and years."""
    return expand(results_of(run, kind), region=REGIONS)
