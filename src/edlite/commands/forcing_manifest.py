"""`edlite forcing-manifest`: list the hours and extents of the forcing's granules."""

from __future__ import annotations

from pathlib import Path

import click

from edlite.files import write_table
from edlite.forcing.manifest import find_granules, scan_granules


@click.command("forcing-manifest")
@click.option("--granules", type=Path, required=True, help="Directory of NLDAS-2 granules.")
@click.option("--out", type=Path, required=True, help="manifest.csv")
def forcing_manifest(granules: Path, out: Path) -> None:
    """Scan a directory for NLDAS-2 granules and write what each one holds.

    Paths are relative to the manifest, so that both can be moved together.
    """
    write_table(scan_granules(find_granules(granules), out.parent), out)
