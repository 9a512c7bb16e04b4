"""Cases of the tower evaluation: from a definition that names data to a site run that finds them.

A case is the YAML of a site run (docs/reference/site-run.md) with three differences: paths of
records start at the folder of the data; `stand` names a table of stands and a tower in it, with
the tower's soil carbon; the section `evaluation` says what is needed beyond a run.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from edlite.errors import InputError, require_file
from edlite.files import write_table, write_text
from edlite.site.nodes import Node, read_yaml
from edlite.skill.borrowed import borrowed_table
from edlite.skill.leaves import leaf_table
from edlite.sources.tower import read_tower

STAND_COLUMNS = ("tower", "patch", "area", "cover", "pft", "dbh", "n")
CARBON = ("fast_carbon", "structural_carbon", "slow_carbon")
BORROWED = "borrowed.csv"
LEAVES = "leaf_area.csv"


@dataclass(frozen=True)
class Case:
    """A case as its definition describes it.

    name : of the case, such as US-Me2 2005;  tower : its site code
    utc_offset : local standard time minus UTC [h]
    soil_temperature_depths : m, of the record's probes where its layout does not tell them
    limits : what the comparison cannot show, in words
    """

    name: str
    tower: str
    path: Path
    utc_offset: float
    soil_temperature_depths: tuple[float, ...] | None
    limits: str
    content: Mapping

    @property
    def slug(self) -> str:
        """Name of the case's folder."""
        return self.path.stem


def read_case(path: str | Path) -> Case:
    """Definition of a case; raises InputError for missing and unknown keys of `evaluation`.

    The rest of the file is checked when the site run that `prepare` writes is read.
    """
    content = read_yaml(path)
    node = Node(content, path).node("evaluation")
    depths = None
    if node.has("soil_temperature_depths"):
        depths = node.numbers("soil_temperature_depths", 0, 10, "m")
    case = Case(
        name=node.text("case"),
        tower=node.text("tower"),
        path=Path(path),
        utc_offset=node.number("utc_offset", -12, 14, "h"),
        soil_temperature_depths=depths,
        limits=" ".join(str(node.raw("limits", "")).split()),
        content=content,
    )
    for key in ("borrow", "leaves"):
        node.has(key)
    node.done()
    return case


def prepare(
    case: Case,
    data: str | Path,
    folder: str | Path,
    *,
    options: Mapping[str, object] | None = None,
    parameters: str | Path | None = None,
    output_step: str | None = None,
) -> Path:
    """Write a case's site run, with its tables beside it, and return the path of the YAML.

    data : folder in which the records' paths start;  folder : of the files written
    options : switches of the model that replace those of the case
    parameters : table of PFT parameters that replaces the case's (see docs/reference/site-run.md)
    output_step : replaces the case's `output.step`

    The result, `run.yaml`, is a complete site run: `edlite site run.yaml --out DIR` repeats it.
    Raises InputError for a missing file, an unknown tower, a record that cannot lend what is
    borrowed.
    """
    data, folder = Path(data), Path(folder)
    content = copy.deepcopy(dict(case.content))
    evaluation = content.pop("evaluation")
    for section in ("forcing", "observations", "prescribe"):
        if section in content:
            _locate(content[section], data, folder, case.path)
    if "borrow" in evaluation:
        content["forcing"]["fill"] = _borrow(case, content, evaluation["borrow"], data, folder)
    content["stand"], cohorts = _stand(case, content.get("stand"), folder)
    if "leaves" in evaluation:
        first, last = (str(content["time"][key])[:10] for key in ("start", "end"))
        leaves = leaf_table(evaluation["leaves"], case.path, data, cohorts, first, last)
        write_table(leaves, folder / LEAVES)
        content["stand"]["leaf_area"] = LEAVES
    # fluxes are judged at the leaf area that was measured, not at one of the model's own
    given = dict(content.get("options") or {}) | dict(options or {})
    content["options"] = {"dynamics": "static"} | given
    if parameters is not None:
        content["parameters"] = {"pft": _relative(require_file(parameters), folder)}
    if output_step is not None:
        content["output"] = dict(content.get("output") or {}) | {"step": output_step}
    text = yaml.dump(content, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)
    header = f"# Site run of {case.name}, from {case.path.name} of the tower evaluation\n"
    return write_text(header + text, folder / "run.yaml")


class _Plain(yaml.SafeDumper):
    """Without anchors for repeated mappings."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _locate(record: dict, data: Path, folder: Path, source: Path) -> None:
    """Make the paths of a record relative to the run's folder; so too those of its `fill`."""
    if "path" not in record:
        raise InputError(source, "path", None, "the record's file, from the folder of the data")
    named = record["path"] if isinstance(record["path"], list) else [record["path"]]
    paths = [_relative(require_file(data / str(name)), folder) for name in named]
    record["path"] = paths if isinstance(record["path"], list) else paths[0]
    if isinstance(record.get("fill"), dict):
        _locate(record["fill"], data, folder, source)


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()


def _borrow(case: Case, content: dict, borrow: dict, data: Path, folder: Path) -> dict:
    """Table of what another record lends, and the key `fill` that reads it."""
    node = Node(borrow, case.path, "evaluation.borrow")
    record, names = dict(node.raw("record")), list(node.raw("variables"))
    node.done()
    path = require_file(data / str(record.pop("path")))
    lender = read_tower(path, record.pop("format"), **record)
    time = content["time"]
    table, units = borrowed_table(
        lender, names, str(time["start"])[:10], str(time["end"])[:10], case.utc_offset, str(path)
    )
    write_table(table, folder / BORROWED)
    columns = {name: {"column": name, "unit": units[name]} for name in names}
    return {
        "path": BORROWED,
        "format": "table",
        "utc_offset": case.utc_offset,
        "table": {"time": "time", "label": "start", "columns": columns},
    }


def _stand(case: Case, stand: object, folder: Path) -> tuple[dict, pd.DataFrame]:
    """Key `stand` of the run, whose tables are written, and the cohorts with their patch's area."""
    node = Node(stand, case.path, "stand")
    path = node.path("table")
    tower = node.text("tower")
    carbon = {name: node.number(name, 0, 200, "kgC m-2") for name in CARBON}
    node.done()
    table = read_stands(path)
    own = table[table["tower"] == tower]
    if own.empty:
        raise InputError(path, "tower", tower, f"one of {', '.join(sorted(set(table['tower'])))}")
    patches = own.drop_duplicates("patch")[["patch", "area", "cover"]].assign(**carbon)
    cohorts = own[own["pft"].notna()]
    cohorts = cohorts.assign(cohort=cohorts.groupby("patch").cumcount() + 1)
    write_table(patches, folder / "patches.csv")
    write_table(cohorts[["patch", "cohort", "pft", "dbh", "n"]], folder / "cohorts.csv")
    return {"patches": "patches.csv", "cohorts": "cohorts.csv"}, cohorts


def read_stands(path: str | Path) -> pd.DataFrame:
    """Table of stands, a row for each cohort (or bare patch); raises InputError."""
    table = pd.read_csv(require_file(path), comment="#")
    for name in STAND_COLUMNS:
        if name not in table:
            raise InputError(path, name, None, "a column")
    return table


def option_folder(
    out: Path, options: Mapping[str, object], parameters: str | Path | None = None
) -> Path:
    """Folder of the runs with given options: `default`, or such as `incanopy-1_FILE`."""
    parts = [f"{key}-{value}" for key, value in sorted(options.items())]
    parts += [] if parameters is None else [Path(parameters).stem]
    return out / ("_".join(parts) or "default")


def read_cases(paths: Sequence[str | Path]) -> list[Case]:
    """Definitions of cases, in order; raises InputError where two share a name."""
    cases = [read_case(path) for path in paths]
    names = [case.name for case in cases]
    for case in cases:
        if names.count(case.name) > 1:
            raise InputError(case.path, "evaluation.case", case.name, "a name of its own")
    return cases
