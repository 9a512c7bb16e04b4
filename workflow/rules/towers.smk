# What a tower run needs in one YAML: forcing, stand, soil, options.
rule tower_run:
    input:
        towers=located(config["towers"]["table"]),
        stands=located(config["towers"]["stands"]),
        record=tower_record,
        co2=shared_file("co2"),
    output:
        run="results/towers/{site}/run.yaml",
        patches="results/towers/{site}/patches.csv",
        cohorts="results/towers/{site}/cohorts.csv",
    log:
        "logs/tower_run/{site}.log",
    benchmark:
        "results/benchmarks/tower_run/{site}.tsv"
    conda:
        "../envs/sources.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("tower-run"),
        settings=parameters("model"),
        start=tower_span()[0],
        end=tower_span()[1],
        spinup_years=config["towers"]["spinup_years"],
    shell:
        "python -m edlite tower-run --site {wildcards.site} --towers {input.towers:q}"
        " --stands {input.stands:q} --record {input.record:q} --co2 {input.co2:q}"
        " --start {params.start} --end {params.end} --spinup-years {params.spinup_years}"
        " --params {params.settings:q} --out {output.run} > {log} 2>&1"


# The model at a tower: predicted soil moisture, and that of the probes prescribed.
rule site:
    input:
        run="results/towers/{site}/run.yaml",
        patches="results/towers/{site}/patches.csv",
        cohorts="results/towers/{site}/cohorts.csv",
        record=tower_record,
        co2=shared_file("co2"),
        compiled=ancient(rules.compile.output),
    output:
        native="results/towers/{site}/native.nc",
        prescribed="results/towers/{site}/prescribed.nc",
        observed="results/towers/{site}/observed.nc",
        summary="results/towers/{site}/summary.csv",
    log:
        "logs/site/{site}.log",
    benchmark:
        "results/benchmarks/site/{site}.tsv"
    conda:
        "../envs/sources.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        code=code("site"),
        folder=subpath(output.native, parent=True),
    shell:
        "python -m edlite site {input.run} --threads {threads} --out {params.folder} > {log} 2>&1"


# Site runs over a grid of sand and clay contents.
rule texture:
    input:
        run="results/towers/{site}/run.yaml",
        patches="results/towers/{site}/patches.csv",
        cohorts="results/towers/{site}/cohorts.csv",
        record=tower_record,
        co2=shared_file("co2"),
        compiled=ancient(rules.compile.output),
    output:
        "results/towers/{site}/texture.nc",
    log:
        "logs/texture/{site}.log",
    benchmark:
        "results/benchmarks/texture/{site}.tsv"
    conda:
        "../envs/sources.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=240,
    params:
        code=code("texture"),
        settings=parameters("texture"),
    shell:
        "python -m edlite texture --run {input.run} --threads {threads}"
        " --params {params.settings:q} --out {output} > {log} 2>&1"
