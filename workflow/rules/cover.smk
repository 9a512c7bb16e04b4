# Land cover counted in each cell.
rule cover:
    input:
        domain="results/{region}/domain.nc",
        nlcd=region_files("nlcd"),
    output:
        "results/{region}/cover.nc",
    log:
        "logs/cover/{region}.log",
    benchmark:
        "results/benchmarks/cover/{region}.tsv"
    conda:
        "../envs/sources.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("cover"),
        settings=parameters("cover"),
    shell:
        "python -m edlite cover --domain {input.domain} --nlcd {input.nlcd:q}"
        " --params {params.settings:q} --out {output} > {log} 2>&1"
