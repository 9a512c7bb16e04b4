# One job a year reads each granule once and cuts all regions.
rule forcing:
    input:
        manifest=shared_file("forcing_manifest"),
        co2=shared_file("co2"),
        domains=expand("results/{region}/domain.nc", region=REGIONS),
    output:
        expand("results/{region}/forcing/{{year}}.nc", region=REGIONS),
    log:
        "logs/forcing/{year}.log",
    benchmark:
        "results/benchmarks/forcing/{year}.tsv"
    conda:
        "../envs/sources.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        code=code("forcing"),
        settings=parameters("forcing"),
        regions=[f"{r}=results/{r}/domain.nc" for r in REGIONS],
        outputs=lambda wildcards, output: [f"{r}={f}" for r, f in zip(REGIONS, output)],
    shell:
        "python -m edlite forcing --manifest {input.manifest:q} --co2 {input.co2:q}"
        " --year {wildcards.year} --region {params.regions:q} --out {params.outputs:q}"
        " --params {params.settings:q} > {log} 2>&1"
