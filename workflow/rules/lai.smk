# Leaf area of grassland and cropland from MODIS.
rule lai:
    input:
        domain="results/{region}/domain.nc",
        cover="results/{region}/cover.nc",
        granules=region_files("lai"),
    output:
        "results/{region}/lai.nc",
    log:
        "logs/lai/{region}.log",
    benchmark:
        "results/benchmarks/lai/{region}.tsv"
    conda:
        "../envs/sources.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=code("lai"),
        settings=parameters("lai"),
    shell:
        "python -m edlite lai --domain {input.domain} --cover {input.cover} --granule {input.granules:q}"
        " --params {params.settings:q} --out {output} > {log} 2>&1"
