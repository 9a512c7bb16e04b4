# These commands read the whole results folder: everything that they may show or check is an input.
TEXTURE_SITES = [site for site in config["texture"]["towers"] if site in SITES]
TABLES = expand(
    "results/tables/{table}.csv",
    table=["regression", "anova", "pairwise", "towers"] + (["truth", "recovery"] if DEMO else []),
)
REGION_RESULTS = expand(
    "results/{region}/{name}.nc",
    region=REGIONS,
    name=[
        "domain",
        "soil",
        "cover",
        "lai",
        "forest",
        "initial_state",
        "tiles",
        "sensitivity",
    ]
    + (["truth/soil"] if DEMO else []),
)
RUN_RESULTS = [
    path for run in RUNS for kind in ("hourly", "daily", "annual") for path in everywhere(run, kind)
]
TOWER_RESULTS = expand(
    "results/towers/{site}/{name}",
    site=SITES,
    name=["native.nc", "prescribed.nc", "observed.nc", "summary.csv"],
) + expand("results/towers/{site}/texture.nc", site=TEXTURE_SITES)
PAPER = sorted(glob.glob(os.path.relpath(ROOT / "resources/paper/*.csv")))
KEPT_MOISTURE = expand(
    "results/{region}/{run}/{tile}/{year}_rzsm.nc",
    region=REGIONS,
    run=PRESCRIBED_RUNS if config["workflow"]["keep_moisture"] else [],
    tile=TILES,
    year=YEARS,
)
RADAR_RESULTS = expand("results/{region}/rzsm/{year}.nc", region=REGIONS, year=YEARS) + expand(
    "results/{region}/bias/{tile}.nc", region=REGIONS, tile=TILES
)
SPINUP_TABLES = expand("results/{region}/spinup/native/{tile}.csv", region=REGIONS, tile=TILES)


rule figures:
    input:
        TABLES,
        REGION_RESULTS,
        RUN_RESULTS,
        TOWER_RESULTS,
        RADAR_RESULTS,
        SPINUP_TABLES,
        paper=PAPER,
    output:
        directory("results/figures"),
    log:
        "logs/figures.log",
    benchmark:
        "results/benchmarks/figures.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        code=code("figures"),
        settings=parameters("report", "period", "spinup"),
        paper=folder_of("paper"),
    shell:
        "python -m edlite figures --results results --paper {params.paper}"
        " --params {params.settings:q} --out-dir {output} > {log} 2>&1"


rule report:
    input:
        TABLES,
        figures="results/figures",
        verification="results/verification.csv",
        paper=PAPER,
    output:
        page="results/report.html",
        summary="results/tables/summary.csv",
    log:
        "logs/report.log",
    benchmark:
        "results/benchmarks/report.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("report"),
        settings=parameters("report", "period"),
        paper=folder_of("paper"),
    shell:
        "python -m edlite report --results results --figures {input.figures}"
        " --paper {params.paper} --params {params.settings:q}"
        " --summary {output.summary} --out {output.page} > {log} 2>&1"


# Budgets, bounds and identities of all results; fails if one is broken.
rule verify:
    input:
        TABLES,
        REGION_RESULTS,
        RUN_RESULTS,
        TOWER_RESULTS,
        RADAR_RESULTS,
        KEPT_MOISTURE,
    output:
        "results/verification.csv",
    log:
        "logs/verify.log",
    benchmark:
        "results/benchmarks/verify.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        code=code("verify"),
        settings=parameters("verify", "period"),
    shell:
        "python -m edlite verify --results results --params {params.settings:q}"
        " --out {output} > {log} 2>&1"
