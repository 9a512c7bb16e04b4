# Runs that predict soil moisture: native, and the demo's truth with its hidden soils. Soil moisture of
# patches is large and needed by blending alone: it is deleted after that.
rule simulate:
    input:
        domain="results/{region}/domain.nc",
        soil=soil_file,
        initial_state="results/{region}/initial_state.nc",
        tiles="results/{region}/tiles.nc",
        state=start_state,
        forcing="results/{region}/forcing/{year}.nc",
        phenology="results/{region}/phenology/{year}.nc",
        compiled=ancient(rules.compile.output),
    output:
        hourly="results/{region}/{run}/{tile}/{year}.nc",
        daily="results/{region}/{run}/{tile}/{year}_daily.nc",
        annual="results/{region}/{run}/{tile}/{year}_annual.nc",
        theta=temp("results/{region}/{run}/{tile}/{year}_theta.nc"),
        state="results/{region}/{run}/{tile}/{year}_state.nc",
        stand="results/{region}/{run}/{tile}/{year}_stand.nc",
    log:
        "logs/simulate/{region}/{run}/{tile}/{year}.log",
    benchmark:
        "results/benchmarks/simulate/{region}/{run}/{tile}/{year}.tsv"
    wildcard_constraints:
        run="|".join(FREE_RUNS),
    conda:
        "../envs/model.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=480,
    params:
        code=code("simulate"),
        settings=run_parameters("model"),
    shell:
        "python -m edlite simulate --domain {input.domain} --soil {input.soil} --initial-state {input.initial_state}"
        " --tiles {input.tiles} --tile {wildcards.tile} --state {input.state}"
        " --forcing {input.forcing} --phenology {input.phenology} --year {wildcards.year}"
        " --threads {threads} --run {wildcards.run} --params {params.settings:q}"
        " --out {output.hourly} --out-daily {output.daily} --out-annual {output.annual}"
        " --out-theta {output.theta} --out-state {output.state} --out-stand {output.stand} > {log} 2>&1"


# Runs with prescribed soil moisture: blended with the radar, and the demo's perfect reference.
rule simulate_prescribed:
    input:
        domain="results/{region}/domain.nc",
        soil="results/{region}/soil.nc",
        initial_state="results/{region}/initial_state.nc",
        tiles="results/{region}/tiles.nc",
        state=start_state,
        forcing="results/{region}/forcing/{year}.nc",
        phenology="results/{region}/phenology/{year}.nc",
        rzsm="results/{region}/{run}/{tile}/{year}_rzsm.nc",
        compiled=ancient(rules.compile.output),
    output:
        hourly="results/{region}/{run}/{tile}/{year}.nc",
        daily="results/{region}/{run}/{tile}/{year}_daily.nc",
        annual="results/{region}/{run}/{tile}/{year}_annual.nc",
        theta=temp("results/{region}/{run}/{tile}/{year}_theta.nc"),
        state="results/{region}/{run}/{tile}/{year}_state.nc",
        stand="results/{region}/{run}/{tile}/{year}_stand.nc",
    log:
        "logs/simulate_prescribed/{region}/{run}/{tile}/{year}.log",
    benchmark:
        "results/benchmarks/simulate_prescribed/{region}/{run}/{tile}/{year}.tsv"
    wildcard_constraints:
        run="|".join(PRESCRIBED_RUNS),
    conda:
        "../envs/model.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=480,
    params:
        code=code("simulate"),
        settings=run_parameters("model"),
    shell:
        "python -m edlite simulate --domain {input.domain} --soil {input.soil} --initial-state {input.initial_state}"
        " --tiles {input.tiles} --tile {wildcards.tile} --state {input.state}"
        " --forcing {input.forcing} --phenology {input.phenology} --year {wildcards.year}"
        " --threads {threads} --run {wildcards.run} --rzsm {input.rzsm} --params {params.settings:q}"
        " --out {output.hourly} --out-daily {output.daily} --out-annual {output.annual}"
        " --out-theta {output.theta} --out-state {output.state} --out-stand {output.stand} > {log} 2>&1"
