"""Reading a nested mapping key by key: typed values, clear errors, no unknown keys."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from edlite.errors import InputError, require_file

REQUIRED = object()


def read_yaml(path: str | Path) -> dict:
    """Mapping in a YAML file; raises InputError for a missing file, bad syntax, other content."""
    path = require_file(path, "an existing YAML file")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        text = " ".join(str(error).split())
        raise InputError(path, "content", text, "valid YAML") from error
    if not isinstance(content, dict):
        raise InputError(path, "content", type(content).__name__, "a mapping")
    return content


class Node:
    """One mapping of a configuration file; remembers which keys were asked for.

    Every getter takes a `default`; without one the key is required. `done` raises InputError
    for keys that nobody asked for.
    """

    def __init__(self, content: object, source: str | Path, name: str = "") -> None:
        if not isinstance(content, Mapping):
            raise InputError(source, name or "content", content, "a mapping")
        self.content, self.source, self.name = content, Path(source), name
        self._known: list[str] = []

    def key(self, key: str) -> str:
        """Full name of a key, as shown in messages."""
        return f"{self.name}.{key}" if self.name else key

    def error(self, key: str, value: object, expected: str) -> InputError:
        """An InputError about `key` of this mapping."""
        return InputError(self.source, self.key(key), value, expected)

    def has(self, key: str) -> bool:
        """Is the key there with a value?"""
        self._known.append(key)
        return self.content.get(key) is not None

    def raw(self, key: str, default: Any = REQUIRED) -> Any:
        """The value as it stands; arrays, paths and times of Python code as in a YAML."""
        if self.has(key):
            return _plain(self.content[key])
        if default is REQUIRED:
            raise self.error(key, None, "to be given")
        return default

    def number(
        self, key: str, low: float, high: float, unit: str, default: Any = REQUIRED
    ) -> float | None:
        """A number from `low` to `high`."""
        value = self.raw(key, default)
        if value is default and default is not REQUIRED:
            return default
        return self._number(key, value, low, high, unit)

    def _number(self, key: str, value: object, low: float, high: float, unit: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error(key, value, f"a number from {low:g} to {high:g} {unit}".rstrip())
        if not low <= value <= high:
            raise self.error(key, value, f"{low:g} to {high:g} {unit}".rstrip())
        return float(value)

    def numbers(
        self,
        key: str,
        low: float,
        high: float,
        unit: str,
        default: Any = REQUIRED,
        count: int | None = None,
    ) -> tuple[float, ...] | None:
        """A list of numbers, `count` of them where that is given; one number is repeated."""
        value = self.raw(key, default)
        if value is default and default is not REQUIRED:
            return default
        if not isinstance(value, Sequence) or isinstance(value, str):
            value = [value] * (count or 1)
        if count is not None and len(value) != count:
            raise self.error(key, value, f"one number or {count} numbers {unit}".rstrip())
        return tuple(self._number(key, item, low, high, unit) for item in value)

    def integer(self, key: str, low: int, high: int, default: Any = REQUIRED) -> int | None:
        """A whole number."""
        value = self.raw(key, default)
        if value is default and default is not REQUIRED:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.error(key, value, f"a whole number from {low} to {high}")
        return value

    def flag(self, key: str, default: Any = REQUIRED) -> bool:
        """true or false."""
        value = self.raw(key, default)
        if not isinstance(value, bool):
            raise self.error(key, value, "true or false")
        return value

    def text(self, key: str, default: Any = REQUIRED) -> str | None:
        """A non-empty string."""
        value = self.raw(key, default)
        if value is default and default is not REQUIRED:
            return default
        if not isinstance(value, str) or not value:
            raise self.error(key, value, "a text")
        return value

    def choice(self, key: str, choices: Sequence[str], default: Any = REQUIRED) -> str:
        """One of `choices`."""
        value = self.raw(key, default)
        if value not in choices:
            raise self.error(key, value, f"one of {', '.join(choices)}")
        return value

    def path(self, key: str, default: Any = REQUIRED) -> Path | None:
        """An existing file; relative names start at the folder of the configuration file."""
        value = self.raw(key, default)
        if value is default and default is not REQUIRED:
            return default
        return self._path(key, value)

    def paths(self, key: str) -> tuple[Path, ...]:
        """One existing file or a list of them."""
        value = self.raw(key)
        items = value if isinstance(value, list) else [value]
        if not items:
            raise self.error(key, value, "one or more files")
        return tuple(self._path(key, item) for item in items)

    def _path(self, key: str, value: object) -> Path:
        if not isinstance(value, str) or not value:
            raise self.error(key, value, "the name of a file")
        path = self.source.parent / value
        if not path.is_file():
            raise self.error(key, value, f"an existing file (looked for {path})")
        return path

    def day(self, key: str) -> np.datetime64:
        """A UTC midnight, such as "2001-07-01T00:00Z"."""
        value = self.raw(key)
        expected = 'a UTC midnight such as "2001-07-01T00:00Z"'
        if isinstance(value, date) and not isinstance(value, datetime):
            value = value.isoformat()
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError as error:
                raise self.error(key, value, expected) from error
        if not isinstance(value, datetime):
            raise self.error(key, value, expected)
        if value.tzinfo is not None and value.utcoffset().total_seconds() != 0:
            raise self.error(key, str(value), expected)
        time = np.datetime64(value.replace(tzinfo=None), "s")
        if time != time.astype("datetime64[D]"):
            raise self.error(key, str(value), expected)
        return time

    def node(self, key: str, default: Any = REQUIRED) -> Node:
        """A mapping within this one."""
        value = self.raw(key, default)
        return Node(value, self.source, self.key(key))

    def done(self) -> None:
        """Raise InputError for a key that is not known."""
        for key in self.content:
            if key not in self._known:
                known = sorted(set(self._known))  # a key may be asked for twice
                near = difflib.get_close_matches(str(key), known, n=1)
                hint = f"did you mean {near[0]}? " if near else ""
                listed = f"{hint}known keys: {', '.join(known)}"
                raise self.error(str(key), None, f"a known key ({listed})")


def _plain(value: Any) -> Any:
    if isinstance(value, (np.datetime64, os.PathLike)):
        return str(value)
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value
