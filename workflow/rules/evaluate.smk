# Scores against flux towers and, in the demo, against the truth.
rule evaluate:
    input:
        towers=expand("results/towers/{site}/native.nc", site=SITES),
        native=everywhere("native", "daily"),
        blended=everywhere("blended", "daily"),
        truth=everywhere("truth", "daily") if DEMO else [],
        soil=expand("results/{region}/soil.nc", region=REGIONS),
        sensitivity=expand("results/{region}/sensitivity.nc", region=REGIONS),
    output:
        towers="results/tables/towers.csv",
        truth="results/tables/truth.csv" if DEMO else [],
        recovery="results/tables/recovery.csv" if DEMO else [],
    log:
        "logs/evaluate.log",
    benchmark:
        "results/benchmarks/evaluate.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        code=code("evaluate"),
        settings=parameters("evaluate", "period"),
        towers=[f"{site}=results/towers/{site}" for site in SITES],
        against_truth=lambda wildcards, input, output: (
            f"--native {input.native} --blended {input.blended} --truth {input.truth}"
            f" --soil {input.soil} --sensitivity {input.sensitivity}"
            f" --out-truth {output.truth} --out-recovery {output.recovery}"
            if DEMO
            else ""
        ),
    shell:
        "python -m edlite evaluate --tower {params.towers} {params.against_truth}"
        " --params {params.settings:q} --out-towers {output.towers} > {log} 2>&1"


# beta against biomass, leaf area, soil carbon, texture and plant type, over the cells of all regions.
rule attribute:
    input:
        sensitivity=expand("results/{region}/sensitivity.nc", region=REGIONS),
        annual=everywhere("native", "annual"),
        soil=expand("results/{region}/soil.nc", region=REGIONS),
        paper=os.path.relpath(ROOT / "resources/paper/paper_table4.csv"),
    output:
        expand("results/tables/{table}.csv", table=["regression", "anova", "pairwise"]),
    log:
        "logs/attribute.log",
    benchmark:
        "results/benchmarks/attribute.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        code=code("attribute"),
        settings=parameters("attribute"),
        folder=subpath(output[0], parent=True),
    shell:
        "python -m edlite attribute --sensitivity {input.sensitivity} --annual {input.annual}"
        " --soil {input.soil} --paper {input.paper} --params {params.settings:q}"
        " --out-dir {params.folder} > {log} 2>&1"
