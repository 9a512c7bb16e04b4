"""Source files of a command."""

from __future__ import annotations

import pytest

from edlite import dependencies
from edlite.cli import COMMANDS
from edlite.dependencies import PACKAGE, code_digest, command_sources
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


def test_code_digests_differ_between_commands():
    assert len({code_digest(c) for c in COMMANDS}) == len(COMMANDS)
    assert code_digest("bias") == code_digest("bias")


@pytest.fixture
def small_package(monkeypatch, tmp_path):
    """A package whose compiled entry point calls one kernel."""
    for name, text in {
        "model/compiled.py": "from edlite.kernels import step\n",
        "kernels/step.py": "A = 1\n",
        "figures/maps.py": "A = 1\n",
    }.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(dependencies, "PACKAGE", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    """Empty the caches of what files hold."""
    dependencies._imports.cache_clear()
    dependencies._file_of.cache_clear()


@pytest.mark.parametrize(
    ("changed", "differs"),
    [("kernels/step.py", True), ("model/compiled.py", True), ("figures/maps.py", False)],
)
def test_digest_depends_on_what_is_compiled(small_package, changed, differs):
    first = dependencies.kernel_digest()
    with (small_package / changed).open("a") as stream:
        stream.write("B = 2\n")
    forget()
    assert (dependencies.kernel_digest() != first) is differs
