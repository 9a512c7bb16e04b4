# Patches and cohorts of each cell, and the tiles of cells that make a job. The number of tiles comes
# from the configuration, so that the jobs are known before any runs.
rule initial_state:
    input:
        domain="results/{region}/domain.nc",
        soil="results/{region}/soil.nc",
        cover="results/{region}/cover.nc",
        lai="results/{region}/lai.nc",
        forest="results/{region}/forest.nc",
    output:
        state="results/{region}/initial_state.nc",
        tiles="results/{region}/tiles.nc",
    log:
        "logs/initial_state/{region}.log",
    benchmark:
        "results/benchmarks/initial_state/{region}.tsv"
    conda:
        "../envs/sources.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("initial-state"),
        settings=initial_parameters,
    shell:
        "python -m edlite initial-state --domain {input.domain} --soil {input.soil} --cover {input.cover}"
        " --lai {input.lai} --forest {input.forest} --params {params.settings:q}"
        " --out {output.state} --tiles {output.tiles} > {log} 2>&1"
