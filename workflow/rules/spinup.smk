# Compile the model's kernels once, before parallel jobs read them from the cache.
rule compile:
    output:
        f"{CACHE}/compiled.txt",
    log:
        "logs/compile.log",
    benchmark:
        "results/benchmarks/compile.tsv"
    conda:
        "../envs/model.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        code=code("compile"),
        integrator=config["model"]["integrator"],
    shell:
        "python -m edlite compile --integrator {params.integrator} --out {output} > {log} 2>&1"


# Water, heat and plants settle in the spin-up year's weather; then the weather of some years is repeated until
# the slow carbon is steady. The years are listed in the order in which they are run.
rule spinup:
    input:
        domain="results/{region}/domain.nc",
        soil=soil_file,
        initial_state="results/{region}/initial_state.nc",
        tiles="results/{region}/tiles.nc",
        forcing=expand("results/{{region}}/forcing/{year}.nc", year=CYCLE_YEARS),
        phenology=expand("results/{{region}}/phenology/{year}.nc", year=CYCLE_YEARS),
        compiled=ancient(rules.compile.output),
    output:
        state="results/{region}/spinup/{run}/{tile}.nc",
        table="results/{region}/spinup/{run}/{tile}.csv",
    log:
        "logs/spinup/{region}/{run}/{tile}.log",
    benchmark:
        "results/benchmarks/spinup/{region}/{run}/{tile}.tsv"
    wildcard_constraints:
        run="|".join(FREE_RUNS),
    conda:
        "../envs/model.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=960,
    params:
        code=code("spinup"),
        settings=run_parameters("model", "spinup"),
    shell:
        "python -m edlite spinup --domain {input.domain} --soil {input.soil} --initial-state {input.initial_state}"
        " --tiles {input.tiles} --tile {wildcards.tile} --forcing {input.forcing}"
        " --phenology {input.phenology} --params {params.settings:q}"
        " --out {output.state} --table {output.table} > {log} 2>&1"


# How the pools of a tile approached their balance, as a picture.
rule spinup_figure:
    input:
        "results/{region}/spinup/{run}/{tile}.csv",
    output:
        "results/{region}/spinup/{run}/{tile}.png",
    log:
        "logs/spinup_figure/{region}/{run}/{tile}.log",
    benchmark:
        "results/benchmarks/spinup_figure/{region}/{run}/{tile}.tsv"
    wildcard_constraints:
        run="|".join(FREE_RUNS),
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("spinup-figure"),
        settings=parameters("spinup"),
        title=lambda wildcards: f"{wildcards.region}, {wildcards.run}, tile {wildcards.tile}",
    shell:
        "python -m edlite spinup-figure --table {input} --title {params.title:q}"
        " --params {params.settings:q} --out {output} > {log} 2>&1"
