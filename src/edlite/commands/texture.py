"""`edlite texture`: a site run over a grid of soil textures."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.cli import params_option
from edlite.files import write_dataset
from edlite.site.config import read_site_run
from edlite.site.simulate import sources_of
from edlite.site.texture import DEFAULT_PERCENT, run_textures


@click.command()
@click.option("--run", "run_yaml", type=Path, required=True, help="RUN.yaml of the site.")
@click.option("--threads", type=click.IntRange(1, 256), default=1, show_default=True)
@params_option
@click.option("--out", type=Path, required=True, help="texture.nc")
def texture(run_yaml: Path, threads: int, params: dict, out: Path) -> None:
    """Period means for every sand and clay content of section `texture` (percent)."""
    run = read_site_run(run_yaml)
    settings = params.get("texture") or {}
    ds = run_textures(
        run,
        settings.get("sand", DEFAULT_PERCENT),
        settings.get("clay", DEFAULT_PERCENT),
        threads,
    )
    write_dataset(
        ds,
        out,
        region=run.site.name,
        synthetic=run.synthetic,
        parameters=params,
        sources=sources_of(run),
    )
