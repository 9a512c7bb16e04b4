# Names and settings that the rules share.
import datetime
import glob
import json
import os
import shlex

import yaml
from snakemake.exceptions import WorkflowError

from edlite.config import complete_config, spinup_cycle
from edlite.demo.layout import demo_files, read_recipe
from edlite.dependencies import code_digest, kernel_digest
from edlite.errors import InputError

try:
    config = complete_config(
        config,
        ROOT / "workflow/schemas/config.schema.yaml",
        ", ".join(os.path.relpath(file) for file in workflow.configfiles),
    )
    DEMO = read_recipe(located(config["demo"]["recipe"])) if config["demo"] else None
    RECIPES = recipe_files()
    REGIONS = config["regions"]["names"]
    YEARS = config["years"]["run"]
    CYCLE_YEARS = spinup_cycle(config)
    REGION_FILES = {
        region: demo_files(
            region, DEMO, config["demo"]["directory"], YEARS, config["years"]["days"]
        )
        for region in (REGIONS if DEMO else [])
    }
except InputError as error:
    raise WorkflowError(str(error)) from None

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

# commands run on Snakemake's own Python, unless conda brings one
WITH_CONDA = "conda" in {
    method.name.lower() for method in workflow.deployment_settings.deployment_method
}
BIN = "" if WITH_CONDA else f"{shlex.quote(os.path.dirname(sys.executable))}:"

# the prefix replaces Snakemake's own strict mode
shell.prefix(
    "set -euo pipefail; "
    f"export PATH={BIN}$PATH PYTHONPATH={SOURCE}${{{{PYTHONPATH:+:$PYTHONPATH}}}} "
    f"NUMBA_CACHE_DIR={shlex.quote(os.path.abspath(CACHE))} "
    "NUMBA_NUM_THREADS=${{OMP_NUM_THREADS:-1}} MPLBACKEND=Agg; "
)


wildcard_constraints:
    region="|".join(REGIONS),
    site="|".join(SITES) or "none",
    run="|".join(RUNS),
    tile=r"\d+",
    year=r"\d{4}",
