# Soil survey to texture, depth and hydraulic and thermal properties of nine layers.
rule soil:
    input:
        domain="results/{region}/domain.nc",
        mukey=region_files("soil_raster"),
        tables=soil_tables,
    output:
        "results/{region}/soil.nc",
    log:
        "logs/soil/{region}.log",
    benchmark:
        "results/benchmarks/soil/{region}.tsv"
    conda:
        "../envs/sources.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("soil"),
        settings=parameters("soil"),
        tables=folder_of("tables"),
    shell:
        "python -m edlite soil --domain {input.domain} --mukey {input.mukey:q} --tables {params.tables:q}"
        " --params {params.settings:q} --out {output} > {log} 2>&1"
