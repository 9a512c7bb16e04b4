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


# Repeat one year's weather until soil water, temperature and slow carbon have settled.
rule spinup:
    input:
        domain="results/{region}/domain.nc",
        soil=soil_file,
        initial_state="results/{region}/initial_state.nc",
        tiles="results/{region}/tiles.nc",
        forcing=f"results/{{region}}/forcing/{config['years']['spinup']}.nc",
        phenology=f"results/{{region}}/phenology/{config['years']['spinup']}.nc",
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
        runtime=240,
    params:
        code=code("spinup"),
        settings=run_parameters("model", "spinup"),
    shell:
        "python -m edlite spinup --domain {input.domain} --soil {input.soil} --initial-state {input.initial_state}"
        " --tiles {input.tiles} --tile {wildcards.tile} --forcing {input.forcing}"
        " --phenology {input.phenology} --params {params.settings:q}"
        " --out {output.state} --table {output.table} > {log} 2>&1"
