"""Fixtures that every test folder uses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """Root folder of the project (the one with pyproject.toml)."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with the sample data: `EDLITE_SHARED`, or `shared` beside the project.

    Tests that use it are marked `@pytest.mark.shared` and skipped where the folder is absent.
    """
    named = os.environ.get("EDLITE_SHARED")
    folder = Path(named) if named else PROJECT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip(f"no sample data: {folder / 'data'} does not exist (set EDLITE_SHARED)")
    return folder
