# Functions that find files and settings for the rules.


def located(path):
    """A path of the configuration: from the working directory, else from the project's folder."""
    if os.path.exists(path) or not (ROOT / path).exists():
        return path
    return os.path.relpath(ROOT / path)


def parameters(*sections):
    """The named sections of the configuration, as the JSON text that a command expects."""
    chosen = {name: config[name] for name in ("synthetic", *sections)}
    return json.dumps(chosen, sort_keys=True)


def run_parameters(*sections):
    """Like `parameters`, with the days run in each year."""
    chosen = json.loads(parameters(*sections)) | {"days": config["years"]["days"]}
    return json.dumps(chosen, sort_keys=True)


def initial_parameters(wildcards):
    """Settings of the initial state, without those of other regions."""
    settings = dict(config["initial"])
    for name in ("grass_pft", "crop_pft"):
        settings[name] = {wildcards.region: settings[name][wildcards.region]}
    chosen = json.loads(parameters("n_tile")) | {"initial": settings}
    return json.dumps(chosen, sort_keys=True)


def code(*commands):
    """Digest of the Python modules and tables that the commands use: a change reruns the jobs."""
    return code_digest(*commands)


def region_files(product):
    """Input function: the files of a product for the region (and year) of a job."""

    def files(wildcards):
        if DEMO:
            return REGION_FILES[wildcards.region][product]
        found = matching(config["inputs"][product], **dict(wildcards.items()))
        if not found and product not in MAY_BE_ABSENT:
            raise WorkflowError(
                f"inputs.{product}: no file matches {config['inputs'][product]}"
                f" for {', '.join(wildcards)}"
            )
        return found

    return files


def soil_tables(wildcards):
    """Input function: the tables of the soil survey."""
    if DEMO:
        return REGION_FILES[wildcards.region]["soil_tables"]
    folder = config["inputs"]["soil_tables"].format(**dict(wildcards.items()))
    return matching(f"{folder}/*") or [folder]


def shared_file(product):
    """The file of a product that all regions share."""
    if DEMO:
        return REGION_FILES[REGIONS[0]][product][0]
    return located(config["inputs"][product])


def matching(patterns, **names):
    """Existing files that match the patterns; a pattern without wild card is taken as it is."""
    found = []
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        path = located(pattern.format(**names))
        found += sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else [path]
    return found


def folder_of(key):
    """Parameter function: the folder that holds the files of an input."""
    return lambda wildcards, input: os.path.dirname(input[key][0])


def soil_file(wildcards):
    """Input function: the soil of a run; the hidden one for the demo's truth."""
    folder = "truth/" if wildcards.run == "truth" else ""
    return f"results/{wildcards.region}/{folder}soil.nc"


def tower_span():
    """First day and day after the last of the tower runs: the run years, or their first days."""
    start = datetime.date(YEARS[0], 1, 1)
    end = datetime.date(YEARS[-1] + 1, 1, 1)
    if config["years"]["days"]:
        end = start + datetime.timedelta(days=config["years"]["days"])
    return start.isoformat(), end.isoformat()


RESULT_FILES = {
    "hourly": "{year}.nc",
    "daily": "{year}_daily.nc",
    "annual": "{year}_annual.nc",
}


def results_of(run, kind):
    """Files of a run of one region (a wild card), over tiles and years."""
    pattern = f"results/{{region}}/{run}/{{tile}}/{RESULT_FILES[kind]}"
    return expand(pattern, tile=TILES, year=YEARS, allow_missing=True)


def everywhere(run, kind):
    """Files of a run, over regions, tiles and years."""
    return expand(results_of(run, kind), region=REGIONS)


def recipe_files():
    """The demo's recipe, then the recipes that it extends."""
    paths = [located(config["demo"]["recipe"])] if config["demo"] else []
    while paths and (base := read_yaml(paths[-1]).get("extends")):
        paths.append(os.path.join(os.path.dirname(paths[-1]), base))
    return paths


def read_yaml(path):
    """Content of a YAML file."""
    with open(path, encoding="utf-8") as stream:
        return yaml.safe_load(stream) or {}


def demo_folder(wildcards):
    """Parameter function: the root of the demo's files."""
    return config["demo"]["directory"]


def tower_record(wildcards):
    """Input function: the flux record of a tower."""
    if DEMO is None:
        return located(config["inputs"]["tower"].format(site=wildcards.site))
    records = [path for files in REGION_FILES.values() for path in files["tower"]]
    found = [path for path in records if Path(path).stem == wildcards.site]
    if not found:
        raise WorkflowError(
            f"towers.names: {wildcards.site} is in none of the regions {', '.join(REGIONS)};"
            f" the demo has {', '.join(sorted(Path(path).stem for path in records))}"
        )
    return found[0]


def jackknife_files(wildcards):
    """Input function: the biases of all tiles, where the jackknife is wanted."""
    if not config["workflow"]["jackknife"]:
        return []
    return expand("results/{region}/bias/{tile}.nc", region=wildcards.region, tile=TILES)


def start_state(wildcards):
    """The state from which a year starts: of the year before, or of the spin-up.

    Runs with prescribed moisture start from the native run's spin-up.
    """
    year, folder = int(wildcards.year), f"results/{wildcards.region}"
    if year > YEARS[0]:
        return f"{folder}/{wildcards.run}/{wildcards.tile}/{year - 1}_state.nc"
    run = "truth" if wildcards.run == "truth" else "native"
    return f"{folder}/spinup/{run}/{wildcards.tile}.nc"


def kept_if_wanted(path):
    """Output that the configuration may declare temporary: prescribed moisture is large."""
    return path if config["workflow"]["keep_moisture"] else temp(path)


def neighbouring_theta(run):
    """Input function: soil moisture of the year and its neighbours, for the hours at its ends."""

    def files(wildcards):
        years = [y for y in YEARS if abs(y - int(wildcards.year)) <= 1]
        folder = f"results/{wildcards.region}/{run}/{wildcards.tile}"
        return [f"{folder}/{year}_theta.nc" for year in years]

    return files
