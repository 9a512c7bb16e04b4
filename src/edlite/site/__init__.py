"""Site runs: one place, its forcing, stand and soil."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edlite.site.settings import SiteRun
    from edlite.site.simulate import SiteResult


def run(site_run: SiteRun | str | Path, threads: int = 1) -> SiteResult:
    """Run a site from its YAML (or from what `edlite.site.config.read_site_run` returns).

    Returns a `SiteResult` with the datasets `native`, `prescribed`, `observed` and the table
    `summary`; nothing is written. Raises InputError for unusable input.
    """
    # the model is imported on use: it brings the compiler with it
    from edlite.site.config import read_site_run
    from edlite.site.simulate import run_site

    if isinstance(site_run, (str, Path)):
        site_run = read_site_run(site_run)
    return run_site(site_run, threads)
