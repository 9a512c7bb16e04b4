"""Results as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def _text(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.4g}"


def print_rows(title: str, rows: Sequence[Mapping[str, object]]) -> None:
    """A table; the first row names the columns."""
    names = list(rows[0])
    cells = [names, *([_text(row[name]) for name in names] for row in rows)]
    width = [max(len(line[i]) for line in cells) for i in range(len(names))]
    print(f"\n{title}")
    for line in cells:
        print("  ".join(text.rjust(w) for text, w in zip(line, width, strict=True)), flush=True)


def print_record(title: str, record: Mapping[str, object]) -> None:
    """One line of names and values."""
    values = ", ".join(f"{name} {_text(value)}" for name, value in record.items())
    print(f"\n{title}: {values}", flush=True)
