# Radar root-zone soil moisture on the 30 arc-second cells, by flight.
rule regrid_rzsm:
    input:
        domain="results/{region}/domain.nc",
        flights=region_files("airmoss"),
    output:
        "results/{region}/rzsm/{year}.nc",
    log:
        "logs/regrid_rzsm/{region}/{year}.log",
    benchmark:
        "results/benchmarks/regrid_rzsm/{region}/{year}.tsv"
    conda:
        "../envs/sources.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        code=code("regrid-rzsm"),
        settings=parameters("rzsm"),
    shell:
        "python -m edlite regrid-rzsm --domain {input.domain} --flight {input.flights:q} --year {wildcards.year}"
        " --params {params.settings:q} --out {output} > {log} 2>&1"
