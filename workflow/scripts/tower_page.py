"""Tables and plots of docs/concepts/how-right-towers.md from the results of `make verify`.

    python workflow/scripts/tower_page.py [results/verify [IN-CANOPY OPTION]]

The option is the model's default unless it is named. Text between `<!-- NAME -->` and
`<!-- end -->` of the page is replaced, plots are copied to docs/images.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd
from PIL import Image

from edlite.errors import require_file
from edlite.files import write_text
from edlite.model.options import ModelOptions
from edlite.skill.cases import option_folder
from edlite.skill.report import option_table

PAGE = Path("docs/concepts/how-right-towers.md")
IMAGES = Path("docs/images")


def sections(path: Path) -> dict[str, str]:
    """Text under each heading of the second level."""
    parts = re.split(r"^## (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {title: text.strip() for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def main(results: Path, incanopy: int) -> None:
    """Bring the page up to date."""
    towers = option_folder(results / "towers", {"incanopy": incanopy})
    tables = sections(require_file(towers / "towers.md"))
    for name, file in (("In-canopy options", "incanopy"), ("Gas exchange", "parameters")):
        path = require_file(results / "towers" / f"{file}.csv")
        tables[name] = option_table(pd.read_csv(path, dtype={"options": str})).strip()
    text = PAGE.read_text(encoding="utf-8")
    for name, table in tables.items():
        pattern = rf"(<!-- {re.escape(name)} -->).*?(<!-- end -->)"
        text = re.sub(pattern, lambda m, t=table: f"{m[1]}\n{t}\n{m[2]}", text, flags=re.DOTALL)
    write_text(text, PAGE)
    for figure in (*towers.glob("*.png"), results / "response" / "response.png"):
        with Image.open(require_file(figure)) as image:  # 64 colours: a third of the size
            image.convert("RGB").quantize(64).save(IMAGES / f"tower-{figure.name}", optimize=True)


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    main(Path(given.get(0, "results/verify")), int(given.get(1, ModelOptions().incanopy)))
