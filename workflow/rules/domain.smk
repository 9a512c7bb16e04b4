# The 30 arc-second cells of a region.
rule domain:
    input:
        regions=located(config["regions"]["geojson"]),
    output:
        "results/{region}/domain.nc",
    log:
        "logs/domain/{region}.log",
    benchmark:
        "results/benchmarks/domain/{region}.tsv"
    conda:
        "../envs/sources.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code("domain"),
        settings=parameters(),
    shell:
        "python -m edlite domain --regions {input.regions:q} --region {wildcards.region}"
        " --params {params.settings:q} --out {output} > {log} 2>&1"
