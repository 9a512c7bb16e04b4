"""Source files of a command."""

from __future__ import annotations

import pytest

from edlite.cli import COMMANDS
from edlite.dependencies import PACKAGE, command_sources, kernel_digest
from edlite.errors import InputError


def names(command: str) -> set[str]:
    return {path.relative_to(PACKAGE).as_posix() for path in command_sources(command)}


def test_domain_needs_the_grid_and_no_model():
    found = names("domain")
    assert {"commands/domain.py", "grid/domain.py", "grid/grid.py", "files.py"} <= found
    assert not any(name.startswith(("model/", "kernels/", "figures/")) for name in found)
    assert "cli.py" not in found


def test_tables_belong_to_the_commands_that_read_them():
    assert "tables/pft.csv" in names("simulate")
    assert "tables/pft.csv" not in names("domain")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_sources(command):
    assert len(command_sources(command)) > 1


def test_unknown_command_is_refused():
    with pytest.raises(InputError, match="simulat"):
        command_sources("simulat")


def test_digest_depends_on_the_kernels_alone(monkeypatch, tmp_path):
    for room in ("kernels", "model"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "step.py").write_text("A = 1\n")
    (tmp_path / "constants.py").write_text("G = 9.81\n")
    monkeypatch.setattr("edlite.dependencies.PACKAGE", tmp_path)
    first = kernel_digest()
    (tmp_path / "figures.py").write_text("")
    assert kernel_digest() == first
    (tmp_path / "kernels/step.py").write_text("A = 2\n")
    assert kernel_digest() != first
