# Prescribed leaf phenology of hardwoods from MODIS.
rule phenology:
    input:
        domain="results/{region}/domain.nc",
        granules=region_files("phenology"),
    output:
        "results/{region}/phenology/{year}.nc",
    log:
        "logs/phenology/{region}/{year}.log",
    benchmark:
        "results/benchmarks/phenology/{region}/{year}.tsv"
    conda:
        "../envs/sources.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("phenology"),
        settings=parameters("phenology"),
    shell:
        "python -m edlite phenology --domain {input.domain} --granule {input.granules:q} --year {wildcards.year}"
        " --params {params.settings:q} --out {output} > {log} 2>&1"
