# Forest inventory: trees, soil carbon and the plots nearest to each cell.
rule forest:
    input:
        domain="results/{region}/domain.nc",
        fia=region_files("fia"),
    output:
        "results/{region}/forest.nc",
    log:
        "logs/forest/{region}.log",
    benchmark:
        "results/benchmarks/forest/{region}.tsv"
    conda:
        "../envs/sources.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    params:
        code=code("forest"),
        settings=parameters("forest"),
    shell:
        "python -m edlite forest --domain {input.domain} --fia {input.fia:q}"
        " --params {params.settings:q} --out {output} > {log} 2>&1"
