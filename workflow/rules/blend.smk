# Bias of the native run against the radar, by flight.
rule bias:
    input:
        theta=expand(
            "results/{region}/native/{tile}/{year}_theta.nc",
            year=YEARS,
            allow_missing=True,
        ),
        rzsm=expand("results/{region}/rzsm/{year}.nc", year=YEARS, allow_missing=True),
        soil="results/{region}/soil.nc",
        tiles="results/{region}/tiles.nc",
    output:
        "results/{region}/bias/{tile}.nc",
    log:
        "logs/bias/{region}/{tile}.log",
    benchmark:
        "results/benchmarks/bias/{region}/{tile}.tsv"
    conda:
        "../envs/model.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        code=code("bias"),
        settings=parameters("blend"),
    shell:
        "python -m edlite bias --native-theta {input.theta} --rzsm {input.rzsm} --soil {input.soil}"
        " --tiles {input.tiles} --tile {wildcards.tile} --params {params.settings:q} --out {output} > {log} 2>&1"


# Native soil moisture less its bias, within the bounds of the soil.
rule blend:
    input:
        native=neighbouring_theta("native"),
        bias="results/{region}/bias/{tile}.nc",
        soil="results/{region}/soil.nc",
        tiles="results/{region}/tiles.nc",
    output:
        kept_if_wanted("results/{region}/blended/{tile}/{year}_rzsm.nc"),
    log:
        "logs/blend/{region}/{tile}/{year}.log",
    benchmark:
        "results/benchmarks/blend/{region}/{tile}/{year}.tsv"
    conda:
        "../envs/model.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        code=code("blend"),
        settings=parameters("blend"),
    shell:
        "python -m edlite blend --native-theta {input.native} --bias {input.bias} --soil {input.soil}"
        " --tiles {input.tiles} --tile {wildcards.tile} --year {wildcards.year}"
        " --params {params.settings:q} --out {output} > {log} 2>&1"


# The demo's reference: the noiseless true moisture, to prescribe on the native soil.
rule perfect:
    input:
        native=neighbouring_theta("native"),
        truth=neighbouring_theta("truth"),
        soil="results/{region}/soil.nc",
        tiles="results/{region}/tiles.nc",
    output:
        kept_if_wanted("results/{region}/perfect/{tile}/{year}_rzsm.nc"),
    log:
        "logs/perfect/{region}/{tile}/{year}.log",
    benchmark:
        "results/benchmarks/perfect/{region}/{tile}/{year}.tsv"
    conda:
        "../envs/model.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        code=code("blend"),
        settings=parameters("blend"),
    shell:
        "python -m edlite blend --native-theta {input.native} --truth-theta {input.truth} --soil {input.soil}"
        " --tiles {input.tiles} --tile {wildcards.tile} --year {wildcards.year}"
        " --params {params.settings:q} --out {output} > {log} 2>&1"
