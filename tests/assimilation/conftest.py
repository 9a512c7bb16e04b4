"""Fixtures of the assimilation tests."""

import pytest
from assimilation_tile import Tile


@pytest.fixture
def tile(tmp_path):
    return Tile(tmp_path)
