"""Which source files a command is made of, found by following its imports.

A workflow engine sees the command line of a job but not the modules behind it. A digest of these
files among a job's parameters makes a change of code rerun what it touches, and nothing else.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from edlite.cli import COMMANDS
from edlite.errors import InputError

PACKAGE = Path(__file__).parent
ENTRY_POINTS = "edlite.model.compiled"
# command line and error messages: they shape no result
IGNORED = frozenset({"edlite", "edlite.cli", "edlite.errors", "edlite.__main__"})
DATA_SUFFIXES = frozenset({".csv", ".yaml", ".json", ".html", ".css", ".txt"})


def command_sources(*commands: str) -> list[Path]:
    """Python modules and data tables that `commands` (names of the command line) depend on.

    Imports are followed wherever they stand, those within functions included. Tables beside a
    module (CSV, YAML, templates) belong to it, and so do those of a package that is named in a
    string, as in `importlib.resources.files("edlite.tables")`. Sorted absolute paths.

    Raises
    ------
    InputError : unknown command, or a command without module
    """
    modules = []
    for command in commands:
        if command not in COMMANDS:
            raise InputError("command line", "command", command, f"one of {', '.join(COMMANDS)}")
        module = f"edlite.commands.{COMMANDS[command]}"
        if _file_of(module) is None:
            raise InputError(PACKAGE / "commands", "module", module, "a Python file")
        modules.append(module)
    return _with_data(_closure(modules))


def code_digest(*commands: str) -> str:
    """Hash of the `command_sources`: changes where the code of the commands does."""
    return _digest((p.relative_to(PACKAGE).as_posix(), p) for p in command_sources(*commands))


def kernel_digest() -> str:
    """Hash of the package's Numba code, for the name of its cache folder.

    Numba looks only at the file of the compiled function itself, so that a changed callee in
    another file would go unnoticed: the folder changes instead. All modules that end up in the
    compiled entry points count, and no others.
    """
    modules = sorted(_closure([ENTRY_POINTS]) - {"edlite.dependencies"})
    return _digest((module, _file_of(module)) for module in modules)


def _digest(files: Iterable[tuple[str, Path]]) -> str:
    digest = hashlib.sha256()
    for name, path in files:
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _closure(modules: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += _imports(module) - found
    return found


def _with_data(modules: Iterable[str]) -> list[Path]:
    paths: set[Path] = set()
    for module in modules:
        path = _file_of(module)
        paths.add(path)
        if path.parent != PACKAGE:
            paths |= {p for p in path.parent.rglob("*") if p.suffix in DATA_SUFFIXES}
    return sorted(paths)


@cache
def _imports(module: str) -> frozenset[str]:
    """Modules of the package that `module` names: imports, its parents, packages in strings."""
    path = _file_of(module)
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from package import name`: the name may be a module or something in the package
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)
    names |= {name.rpartition(".")[0] for name in names | {module}}
    return frozenset(n for n in names if _is_module(n) and n not in IGNORED)


def _is_module(name: str) -> bool:
    return name.startswith("edlite.") and _file_of(name) is not None


@cache
def _file_of(module: str) -> Path | None:
    """File of a module of the package; None if there is none."""
    parts = module.split(".")
    if parts[0] != "edlite" or not all(part.isidentifier() for part in parts):
        return None
    stem = PACKAGE.joinpath(*parts[1:])
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    return None
