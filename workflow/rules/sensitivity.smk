# beta: change of each flux per change of soil moisture, native less blended.
rule sensitivity:
    input:
        domain="results/{region}/domain.nc",
        soil="results/{region}/soil.nc",
        native=results_of("native", "daily"),
        blended=results_of("blended", "daily"),
        perfect=results_of("perfect", "daily") if DEMO else [],
        bias=jackknife_files,
    output:
        "results/{region}/sensitivity.nc",
    log:
        "logs/sensitivity/{region}.log",
    benchmark:
        "results/benchmarks/sensitivity/{region}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        code=code("sensitivity"),
        settings=parameters("sensitivity", "period"),
    shell:
        "python -m edlite sensitivity --native {input.native} --blended {input.blended}"
        " --perfect {input.perfect} --jackknife {input.bias} --soil {input.soil}"
        " --domain {input.domain} --params {params.settings:q} --out {output} > {log} 2>&1"
