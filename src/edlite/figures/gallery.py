"""All figures of a results tree: drawn, saved with a caption, listed in `index.json`.

A figure whose optional inputs are absent is listed as missing, with what it would need.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from edlite import __version__
from edlite.errors import InputError, require_file
from edlite.figures import style as st
from edlite.files import write_text

INDEX = "index.json"


@dataclass(frozen=True)
class Drawn:
    """A figure to be saved: file name without ending, section of the report, caption, alt text.

    group : region or site; few_colours : lines only, a palette of 256 colours is enough
    """

    name: str
    section: str
    title: str
    caption: str
    alt: str
    figure: Figure = field(repr=False)
    group: str = ""
    few_colours: bool = False


@dataclass(frozen=True)
class Missing:
    """What cannot be shown: section, title, and the input that it needs."""

    section: str
    title: str
    needs: str
    group: str = ""


@dataclass(frozen=True)
class Entry:
    """A saved figure as `index.json` lists it; `file` is relative to the folder of figures."""

    name: str
    section: str
    title: str
    caption: str
    alt: str
    group: str
    file: str


def save_gallery(items: Iterator[Drawn | Missing], folder: Path, synthetic: bool) -> list[Entry]:
    """Save every figure as PNG (150 dpi) beside its caption (`{name}.txt`), then `index.json`.

    The folder is complete or untouched: figures are drawn into a neighbour that then replaces it.
    """
    building = folder.with_name(f".{folder.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    entries: list[Entry] = []
    missing: list[Missing] = []
    try:
        for item in items:
            if isinstance(item, Missing):
                missing.append(item)
                continue
            entries.append(_save(item, building))
        content = {
            "version": __version__,
            "synthetic": synthetic,
            "figures": [asdict(entry) for entry in entries],
            "missing": [asdict(entry) for entry in missing],
        }
        write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", building / INDEX)
        shutil.rmtree(folder, ignore_errors=True)
        building.replace(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return entries


def read_gallery(folder: Path) -> tuple[list[Entry], list[Missing], bool]:
    """Entries and gaps of a folder of figures, and whether it is synthetic.

    Raises InputError where the index or one of its figures is absent or unreadable.
    """
    path = require_file(folder / INDEX, "the index that the command figures writes")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        entries = [Entry(**entry) for entry in content["figures"]]
        missing = [Missing(**entry) for entry in content["missing"]]
        synthetic = bool(content["synthetic"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(path, "content", str(error), "an index written by figures") from error
    for entry in entries:
        require_file(folder / entry.file, "a figure that the index lists")
    return entries, missing, synthetic


def _save(item: Drawn, folder: Path) -> Entry:
    file = f"{item.name}.png"
    with st.style():
        item.figure.savefig(
            folder / file,
            dpi=st.DPI,
            bbox_inches="tight",
            pad_inches=0.08,
            metadata={"Software": f"edlite {__version__}", "Description": item.caption},
        )
    if item.few_colours:
        _reduce_colours(folder / file)
    write_text(item.caption + "\n", folder / f"{item.name}.txt")
    return Entry(item.name, item.section, item.title, item.caption, item.alt, item.group, file)


def _reduce_colours(path: Path) -> None:
    """Rewrite a PNG with a palette of 256 colours: a third of the size for drawings of lines."""
    with Image.open(path) as image:
        palette = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    palette.save(path)
