"""Tables of the report: cells already formatted as text, columns with heading and unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from edlite.figures import style as st

DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Table:
    """A table as the template draws it.

    columns : headings; rows : text; numeric : which columns are right-aligned;
    classes : one CSS class a row (empty for none); note : text below the table
    """

    title: str
    columns: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    classes: list[str] = field(default_factory=list)
    note: str = ""


def number(value: object, digits: int = 2, sign: bool = False, unit: str = "") -> str:
    """A number with fixed decimals and a typographic minus; an en dash where undefined."""
    if value is None or not np.isfinite(float(value)):
        return DASH
    text = f"{float(value):{'+' if sign else ''}.{digits}f}"
    return st.signed(text) + (f"\N{NO-BREAK SPACE}{unit}" if unit else "")


def significant(value: object, digits: int = 3) -> str:
    """A number with significant digits, in powers of ten where it is very small or large."""
    if value is None or not np.isfinite(float(value)):
        return DASH
    value = float(value)
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return st.signed(f"{value:.{digits}g}")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return st.signed(f"{mantissa}\N{MULTIPLICATION SIGN}10") + _superscript(int(exponent))


def plus_minus(mean: object, sd: object, digits: int = 1) -> str:
    """Mean and standard deviation, `6.0 +- 3.4`."""
    if mean is None or not np.isfinite(float(mean)):
        return DASH
    spread = "" if sd is None or not np.isfinite(float(sd)) else f" ± {float(sd):.{digits}f}"
    return number(mean, digits) + spread


def probability(value: object) -> str:
    """A p value as papers print it."""
    if value is None or not np.isfinite(float(value)):
        return DASH
    return "<0.001" if float(value) < 0.001 else f"{float(value):.3f}"


def stars(value: object) -> str:
    """Significance of a p value (number or text such as `<0.01`): *** 0.001, ** 0.01, * 0.05."""
    text = str(value)
    p = float(text.lstrip("<"))
    below = text.startswith("<")  # "<0.001" is below its number
    for limit, mark in ((0.001, "***"), (0.01, "**"), (0.05, "*")):
        if p < limit or (below and p <= limit):
            return mark
    return ""


def from_frame(
    frame: pd.DataFrame,
    title: str,
    headings: dict[str, str] | None = None,
    note: str = "",
    classes: Sequence[str] = (),
) -> Table:
    """Any table, columns as they are: numbers with three significant digits, text as it stands."""
    headings = headings or {}
    numeric = [
        bool(pd.api.types.is_numeric_dtype(frame[c]) and not pd.api.types.is_bool_dtype(frame[c]))
        for c in frame.columns
    ]
    rows = [
        [_text(value, is_number) for value, is_number in zip(row, numeric, strict=True)]
        for row in frame.itertuples(index=False, name=None)
    ]
    columns = [headings.get(str(c), str(c).replace("_", " ")) for c in frame.columns]
    return Table(title, columns, rows, numeric, list(classes), note)


def _text(value: object, is_number: bool) -> str:
    if is_number:
        whole = isinstance(value, (int, np.integer)) or (
            np.isfinite(value) and float(value).is_integer() and abs(value) < 1e5
        )
        return st.signed(f"{int(value)}") if whole else significant(value)
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    return DASH if value is None or value != value else str(value)


def _superscript(exponent: int) -> str:
    digits = dict(zip("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", strict=True))
    return "".join(digits[c] for c in str(exponent))
