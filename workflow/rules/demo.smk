# The synthetic demo writes its inputs in the native formats of the real products. Which files a region
# has depends on the recipe, hence one rule per region instead of a wild card.


if DEMO:

    rule demo_forcing:
        input:
            recipe=RECIPES,
        output:
            manifest=shared_file("forcing_manifest"),
            co2=shared_file("co2"),
        log:
            "logs/demo_forcing.log",
        benchmark:
            "results/benchmarks/demo_forcing.tsv"
        conda:
            "../envs/sources.yaml"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=30,
        params:
            code=code("demo-forcing"),
            folder=demo_folder,
            regions=REGIONS,
        shell:
            "python -m edlite demo-forcing --recipe {input.recipe[0]:q} --region {params.regions} --out {params.folder:q} > {log} 2>&1"

    rule demo_truth:
        input:
            recipe=RECIPES,
            soil="results/{region}/soil.nc",
        output:
            "results/{region}/truth/soil.nc",
        log:
            "logs/demo_truth/{region}.log",
        benchmark:
            "results/benchmarks/demo_truth/{region}.tsv"
        conda:
            "../envs/sources.yaml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        params:
            code=code("demo-truth"),
        shell:
            "python -m edlite demo-truth --recipe {input.recipe[0]:q} --region {wildcards.region}"
            " --soil {input.soil} --out {output} > {log} 2>&1"


for region in REGIONS if DEMO else []:
    files = REGION_FILES[region]

    rule:
        name:
            f"demo_region_{region}"
        input:
            recipe=RECIPES,
        output:
            [path for product in STATIC_PRODUCTS for path in files[product]],
        log:
            f"logs/demo_region/{region}.log",
        benchmark:
            f"results/benchmarks/demo_region/{region}.tsv"
        conda:
            "../envs/sources.yaml"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=30,
        params:
            code=code("demo-region"),
            region=region,
            folder=demo_folder,
        shell:
            "python -m edlite demo-region --recipe {input.recipe[0]:q} --region {params.region}"
            " --out {params.folder:q} > {log} 2>&1"

    rule:
        name:
            f"demo_observe_{region}"
        input:
            recipe=RECIPES,
            domain=f"results/{region}/domain.nc",
            soil=f"results/{region}/truth/soil.nc",
            forcing=expand("results/{region}/forcing/{year}.nc", region=region, year=YEARS),
            truth=expand(
                "results/{region}/truth/{tile}/{year}.nc",
                region=region,
                tile=TILES,
                year=YEARS,
            ),
        output:
            [path for product in OBSERVED_PRODUCTS for path in files[product]],
        log:
            f"logs/demo_observe/{region}.log",
        benchmark:
            f"results/benchmarks/demo_observe/{region}.tsv"
        conda:
            "../envs/sources.yaml"
        threads: 1
        resources:
            mem_mb=4000,
            runtime=30,
        params:
            code=code("demo-observe"),
            region=region,
            folder=demo_folder,
            settings=run_parameters(),
        shell:
            "python -m edlite demo-observe --recipe {input.recipe[0]:q} --region {params.region}"
            " --domain {input.domain} --soil {input.soil} --forcing {input.forcing}"
            " --truth {input.truth} --params {params.settings:q} --out {params.folder:q} > {log} 2>&1"
