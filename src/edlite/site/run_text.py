"""The text of a site run's YAML, and the names of files in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import yaml


class _Plain(yaml.SafeDumper):
    """Without anchors: repeated mappings are written out."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def run_text(content: Mapping, comment: str) -> str:
    """YAML of a site run, its keys in the order of `content`, below a one-line comment."""
    text = yaml.dump(
        dict(content), Dumper=_Plain, sort_keys=False, allow_unicode=True, default_flow_style=None
    )
    return f"# {comment}\n{text}"


def relative(path: str | Path, out: str | Path) -> str:
    """`path` as seen from the folder of the file `out`."""
    folder = Path(out).resolve().parent
    return Path(os.path.relpath(Path(path).resolve(), folder)).as_posix()
