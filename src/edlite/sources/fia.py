"""Forest Inventory and Analysis (USDA Forest Service): CSV tables of the FIA DataMart.

One file per state and table, named `<STATE>_<TABLE>.csv`. Used are PLOT, COND and TREE, SUBP_COND
where it is given, and the reference table `REF_SPECIES.csv` for species that the built-in table
lacks; other tables are passed over. Keys (CN, PLT_CN) are read as text. Columns as in the FIADB
user guide (Burrill et al. 2018, version 8).
"""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from edlite.errors import InputError, MissingInput, require_file

logger = logging.getLogger(__name__)

ACRE = 4046.8564224  # m2 (international foot)
INCH = 2.54  # cm
SHORT_TON_PER_ACRE = 907.18474 / ACRE  # kg m-2

REQUIRED_TABLES = ("PLOT", "COND", "TREE")
LIVE, FOREST, SAMPLED = 1, 1, (1, 2)
_ROWS_PER_CHUNK = 200_000
DIA_USUAL, DIA_MAX = 200.0, 300.0  # inches; no tree that was ever measured reaches the first
_TAIL_BYTES = 1 << 18
_N_NAMED = 5  # plots in a message
# columns that every row of a table fills; PLT_CN is one of them wherever it is used
_KEYS = (
    *("CN", "PLT_CN", "SUBP", "CONDID", "STATUSCD"),
    *("INVYR", "PLOT_STATUS_CD", "COND_STATUS_CD"),
)
_NAME = re.compile(r"(?:(?P<state>[A-Z]{2}|ENTIRE)_)?(?P<table>[A-Z0-9_]+)\.csv", re.I)
_PLOT_COLUMNS = (
    *("CN", "STATECD", "UNITCD", "COUNTYCD", "PLOT", "INVYR"),
    *("PLOT_STATUS_CD", "DESIGNCD", "LAT", "LON"),
)
_COND_COLUMNS = (
    *("PLT_CN", "CONDID", "COND_STATUS_CD", "CONDPROP_UNADJ", "SUBPPROP_UNADJ"),
    *("MICRPROP_UNADJ", "MACRPROP_UNADJ", "CARBON_LITTER", "CARBON_SOIL_ORG"),
)
_TREE_COLUMNS = ("PLT_CN", "SUBP", "CONDID", "STATUSCD", "SPCD", "DIA", "TPA_UNADJ")
_SUBP_COND_COLUMNS = (
    *("PLT_CN", "SUBP", "CONDID"),
    *("SUBPCOND_PROP", "MICRCOND_PROP", "MACRCOND_PROP"),
)


@dataclass
class Tables:
    """Paths of the tables: by name, then by state."""

    paths: dict[str, dict[str, Path]] = field(default_factory=dict)

    def of(self, table: str) -> list[Path]:
        """Paths of one table, all states."""
        return list(self.paths.get(table, {}).values())

    def first(self, table: str) -> Path:
        """Path to name in a message about a table."""
        return self.of(table)[0]


def find_tables(paths: Iterable[str | Path]) -> Tables:
    """Sort CSV files by table; raises InputError if a state lacks PLOT, COND or TREE."""
    tables = Tables()
    for path in map(Path, paths):
        found = _NAME.fullmatch(path.name)
        if not found:
            continue
        require_file(path, "a CSV table of the FIA DataMart")
        state, table = (found["state"] or "").upper(), found["table"].upper()
        if path.name.upper() == "REF_SPECIES.CSV":
            state, table = "", "REF_SPECIES"
        known = tables.paths.setdefault(table, {})
        if state in known:
            raise InputError(path, "table", table, f"one file of it ({known[state]} is another)")
        known[state] = path
    plots = tables.paths.get("PLOT", {})
    if not plots:
        raise MissingInput("forest inventory", "tables *_PLOT.csv, *_COND.csv, *_TREE.csv")
    for state, path in plots.items():
        for table in REQUIRED_TABLES:
            if state not in tables.paths.get(table, {}):
                raise MissingInput(
                    path.with_name(path.name.upper().replace("PLOT.CSV", f"{table}.csv")),
                    f"the table {table} that belongs to {path.name}",
                )
    return tables


def _read(
    path: Path, columns: Collection[str], optional: Collection[str] = (), chunks: int | None = None
):
    """Columns of a CSV table, keys as text; raises InputError for what cannot be read."""
    with _readable(path):
        header = pd.read_csv(path, nrows=0).columns
        missing = [c for c in columns if c not in header]
        if missing:
            raise InputError(path, "columns", f"missing {missing}", f"{', '.join(columns)}")
        _require_whole_last_row(path, len(header))
        use = [*columns, *(c for c in optional if c in header)]
        text = {c: str for c in use if c == "CN" or c.endswith("_CN")}
        return pd.read_csv(path, usecols=use, dtype=text, chunksize=chunks, low_memory=False)


def _table(path: Path, columns: Collection[str]) -> pd.DataFrame:
    """A whole table of numbers and keys, with every key there."""
    return _numeric(_require_keys(_read(path, columns), path), path)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Errors of the CSV reader as InputError; chunks are read long after the file is opened."""
    try:
        yield
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(path, "content", str(error), "a comma-separated table") from error


def _require_whole_last_row(path: Path, n_column: int) -> None:
    """Refuse a table cut within a row, which pandas would pad with missing values."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _TAIL_BYTES))
        lines = stream.read().decode("utf-8", "replace").rstrip("\r\n").splitlines(keepends=True)
    # a quoted text may hold line breaks: the last row is the last line, or the last few
    for n_line in range(1, min(len(lines), 20) + 1):
        rows = list(csv.reader(lines[-n_line:]))
        if len(rows) == 1 and len(rows[0]) >= n_column:
            return
    found = next(csv.reader(lines[-1:]), [])
    raise InputError(
        path,
        f"last row (starts with {', '.join(found[:2])})",
        f"{len(found)} fields",
        f"{n_column} fields as in the header: a complete table",
    )


def _require_keys(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Refuse rows that lack a key or a status: they would be passed over without a word."""
    for column in frame.columns.intersection(_KEYS):
        blank = frame[column].isna()
        if blank.any():
            row = int(blank.idxmax()) + 2  # with the header, counted from 1
            raise InputError(
                path, f"{column} of row {row}", "blank", "a value in every row: a complete table"
            )
    return frame


def _numeric(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Check that all columns but keys hold numbers."""
    for column in frame.columns:
        is_text = not pd.api.types.is_numeric_dtype(frame[column])
        if is_text and column != "CN" and not column.endswith("_CN"):
            bad = pd.to_numeric(frame[column], errors="coerce").isna() & frame[column].notna()
            if bad.any():
                raise InputError(path, column, frame.loc[bad, column].iloc[0], "a number")
            frame = frame.assign(**{column: pd.to_numeric(frame[column])})
    return frame


def read_plots(tables: Tables, years: tuple[int, int]) -> pd.DataFrame:
    """Forested plots at their most recent sampled visit within `years` (INVYR, both included).

    Index: CN of the visit. Columns: `lat`, `lon` (degrees; the public, fuzzed ones), `year`,
    `design`. A plot whose most recent visit found no forest is left out. Raises InputError if
    columns are missing, coordinates are no degrees, or no plot is left.
    """
    parts = []
    for path in tables.of("PLOT"):
        part = _table(path, _PLOT_COLUMNS)
        off = ~(part["LAT"].between(-90, 90) & part["LON"].between(-180, 180))
        off &= part["LAT"].notna() & part["LON"].notna()
        if off.any():
            row = part[off].iloc[0]
            raise InputError(path, "LAT, LON", (row["LAT"], row["LON"]), "degrees")
        parts.append(part)
    plots = pd.concat(parts, ignore_index=True)
    inside = plots["INVYR"].between(*years) & plots["PLOT_STATUS_CD"].isin(SAMPLED)
    visits = plots[inside].dropna(subset=["LAT", "LON"]).sort_values("INVYR", kind="stable")
    latest = visits.drop_duplicates(["STATECD", "UNITCD", "COUNTYCD", "PLOT"], keep="last")
    forest = latest[latest["PLOT_STATUS_CD"] == FOREST]
    if forest.empty:
        found = f"{plots['INVYR'].min()} to {plots['INVYR'].max()}, none forested in the window"
        raise InputError(
            tables.first("PLOT"),
            "INVYR",
            found,
            f"forested plots in {years[0]} to {years[1]} (forest.inventory_years)",
        )
    names = {"LAT": "lat", "LON": "lon", "INVYR": "year", "DESIGNCD": "design"}
    return forest.set_index("CN").rename(columns=names)[list(names.values())].sort_index()


def read_conditions(tables: Tables, plots: Collection[str]) -> pd.DataFrame:
    """Forested conditions of `plots` (keys of visits): proportions, litter and soil carbon.

    Warns of forested plots without any row: the table may be cut.
    """
    parts, listed = [], set()
    for path in tables.of("COND"):
        part = _table(path, _COND_COLUMNS)
        listed |= set(part["PLT_CN"])
        parts.append(part[part["PLT_CN"].isin(plots) & (part["COND_STATUS_CD"] == FOREST)])
    _warn_unlisted(tables, "COND", plots, listed)
    return pd.concat(parts, ignore_index=True)


def read_subplot_conditions(tables: Tables, plots: Collection[str]) -> pd.DataFrame:
    """Conditions of the subplots of `plots`; empty where the table is not given."""
    parts = [pd.DataFrame({c: pd.Series(dtype=float) for c in _SUBP_COND_COLUMNS})]
    parts[0]["PLT_CN"] = parts[0]["PLT_CN"].astype(str)
    for path in tables.of("SUBP_COND"):
        part = _table(path, _SUBP_COND_COLUMNS)
        parts.append(part[part["PLT_CN"].isin(plots)])
    given = [p for p in parts if not p.empty]
    return pd.concat(given, ignore_index=True) if given else parts[0]


def _warn_unlisted(tables: Tables, table: str, plots: Collection[str], listed: set[str]) -> None:
    """Warn of forested plots that a table does not mention: true of few, or the table is cut."""
    absent = [plot for plot in plots if plot not in listed]
    if absent:
        logger.warning(
            "%s: no row at all for %d of %d forested plots (%s%s); is the table complete?",
            ", ".join(str(path) for path in tables.of(table)),
            len(absent),
            len(plots),
            ", ".join(absent[:_N_NAMED]),
            ", ..." if len(absent) > _N_NAMED else "",
        )


def read_trees(tables: Tables, plots: Collection[str]) -> pd.DataFrame:
    """Live trees of `plots` (keys of forested visits) on all land.

    Raises InputError if a table holds no tree at all, or a live tree without a species code, with
    a negative TPA_UNADJ or a diameter above 300 inches. Warns of plots without any tree, dead ones
    included, and of diameters outside 0 to 200 inches.
    """
    parts, listed = [], set()
    for path in tables.of("TREE"):
        n_row = 0
        with _readable(path):
            for chunk in _read(path, _TREE_COLUMNS, chunks=_ROWS_PER_CHUNK):
                n_row += len(chunk)
                chunk = _require_keys(chunk, path)
                chunk = chunk[chunk["PLT_CN"].isin(plots)]
                chunk = _numeric(chunk, path)
                listed |= set(chunk["PLT_CN"])
                live = chunk[chunk["STATUSCD"] == LIVE]
                _check_trees(live, path)
                parts.append(live)
        if n_row == 0:
            raise InputError(path, "rows", 0, "trees")
    _warn_unlisted(tables, "TREE", plots, listed)
    trees = pd.concat(parts, ignore_index=True)
    small, large = (trees["DIA"] <= 0).sum(), (trees["DIA"] > DIA_USUAL).sum()
    if small or large:
        logger.warning(
            "%s: DIA of live trees: %d at most 0 (left out), %d above %g inches (kept)",
            ", ".join(str(path) for path in tables.of("TREE")),
            small,
            large,
            DIA_USUAL,
        )
    return trees


def _check_trees(live: pd.DataFrame, path: Path) -> None:
    """Raise InputError for values that no live tree has; DIA and TPA_UNADJ may be missing."""
    for column, bad, expected in (
        ("SPCD", live["SPCD"].isna(), "a species code in every row of a live tree"),
        ("DIA", live["DIA"] > DIA_MAX, f"a diameter in inches, at most {DIA_MAX:g}"),
        ("TPA_UNADJ", live["TPA_UNADJ"] < 0, "trees per acre, 0 or more"),
    ):
        if bad.any():
            row = int(bad.idxmax())
            value = live.at[row, column]
            raise InputError(
                path,
                f"{column} of row {row + 2} (plot {live.at[row, 'PLT_CN']})",
                "blank" if pd.isna(value) else value,
                expected,
            )


def read_species(tables: Tables) -> Mapping[int, tuple[str, str]]:
    """Genus and S (softwood) or H (hardwood) by species code, of REF_SPECIES where given."""
    known: dict[int, tuple[str, str]] = {}
    for path in tables.of("REF_SPECIES"):
        frame = _numeric_codes(_read(path, ("SPCD", "GENUS", "SFTWD_HRDWD")), path)
        genus, wood = frame["GENUS"].fillna(""), frame["SFTWD_HRDWD"].fillna("")
        known |= dict(zip(frame["SPCD"].astype(int), zip(genus, wood, strict=True), strict=True))
    return known


def _numeric_codes(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    codes = pd.to_numeric(frame["SPCD"], errors="coerce")
    if codes.isna().any():
        raise InputError(path, "SPCD", frame.loc[codes.isna(), "SPCD"].iloc[0], "a species code")
    return frame.assign(SPCD=codes)
