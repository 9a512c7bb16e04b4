"""`edlite compile`: compile the model once, before parallel jobs read it from the cache."""

from __future__ import annotations

import time
from pathlib import Path

import click

from edlite.files import write_text
from edlite.model.options import CHOICES


@click.command()
@click.option(
    "--integrator", type=click.Choice(CHOICES["integrator"]), default="rk4", show_default=True
)
@click.option("--out", type=Path, required=True, help="Marker file, written when all is compiled.")
def compile(integrator: str, out: Path) -> None:
    """Compile the kernels into the cache (NUMBA_CACHE_DIR, or the user's cache)."""
    from edlite.model.compiled import cache_directory
    from edlite.model.warm_up import warm_up

    start = time.perf_counter()
    warm_up(integrator)
    write_text(
        f"kernels ready in {cache_directory().name} after {time.perf_counter() - start:.1f} s\n",
        out,
    )
