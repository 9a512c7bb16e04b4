import os
import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")

# the workflow reads names and settings with the package's own modules
ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT / "src"))

# a configuration on the command line replaces the demo's; it does not extend it
if not workflow.overwrite_configfiles:

    configfile: os.path.relpath(ROOT / "config/config.yaml")


include: "workflow/rules/functions.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/demo.smk"
include: "workflow/rules/domain.smk"
include: "workflow/rules/soil.smk"
include: "workflow/rules/cover.smk"
include: "workflow/rules/lai.smk"
include: "workflow/rules/phenology.smk"
include: "workflow/rules/forest.smk"
include: "workflow/rules/initial_state.smk"
include: "workflow/rules/forcing.smk"
include: "workflow/rules/rzsm.smk"
include: "workflow/rules/spinup.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/blend.smk"
include: "workflow/rules/towers.smk"
include: "workflow/rules/sensitivity.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        "results/report.html",
        "results/verification.csv",
        expand(
            "results/{region}/spinup/{run}/{tile}.png", region=REGIONS, run=FREE_RUNS, tile=TILES
        ),
