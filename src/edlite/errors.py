"""Errors that a user can act on: what file, what variable or key, what value, what was expected."""

from __future__ import annotations

from pathlib import Path


class InputError(ValueError):
    """Unusable input.

    Parameters
    ----------
    source : file (or config section) in which the problem lies
    key : variable, column, attribute or configuration key
    value : what was found; None where there is nothing to show
    expected : what would have been accepted, in words
    """

    def __init__(self, source: str | Path, key: str, value: object, expected: str) -> None:
        self.source, self.key, self.value, self.expected = str(source), key, value, expected
        # numbers of numpy are shown as plain ones
        shown = value.tolist() if hasattr(value, "tolist") else value
        found = "" if value is None else f" is {shown!r}"
        super().__init__(f"{source}: {key}{found}; expected {expected}")


class MissingInput(InputError):
    """A file that should be there is not."""

    def __init__(self, source: str | Path, expected: str = "an existing file") -> None:
        super().__init__(source, "file", "missing", expected)


def require_file(path: str | Path, expected: str = "an existing, readable file") -> Path:
    """Path of an existing file; raises MissingInput otherwise."""
    path = Path(path)
    if not path.exists():
        raise MissingInput(path, expected)
    return path
