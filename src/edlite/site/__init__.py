"""Site runs: one place, its forcing, stand and soil."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edlite.site.settings import SiteRun
    from edlite.site.simulate import SiteResult


def run(
    site_run: SiteRun | Mapping | str | Path, threads: int = 1, folder: str | Path = "."
) -> SiteResult:
    """Run a site.

    site_run : its YAML, a mapping with the same keys, or what `edlite.site.config` made of either
    folder : where the relative paths of a mapping start; those of a YAML start at its own folder

    Returns a `SiteResult` with the datasets `native`, `prescribed`, `observed` and the table
    `summary`; nothing is written (`edlite.site.simulate.write_site` does). Raises InputError for
    unusable input before the model runs.
    """
    # the model is imported on use: it brings the compiler with it
    from edlite.site.config import parse_site_run, read_site_run
    from edlite.site.simulate import run_site

    if isinstance(site_run, Mapping):
        site_run = parse_site_run(site_run, Path(folder) / "site run")
    elif isinstance(site_run, (str, Path)):
        site_run = read_site_run(site_run)
    return run_site(site_run, threads)
