"""The report: one HTML page that holds everything, figures included, and refers to nothing else."""

from __future__ import annotations

import base64
import struct
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from edlite import __version__
from edlite.errors import InputError
from edlite.figures import headline, provenance, report_tables, runtime
from edlite.figures.attribution import our_coefficients
from edlite.figures.gallery import Entry, read_gallery
from edlite.figures.paper import CITATION, Paper
from edlite.figures.results import Results
from edlite.figures.tables import number, plus_minus

SECTIONS = (
    ("key", "Key results"),
    ("run", "What was run"),
    ("truth", "Score against truth"),
    ("sensitivity", "Sensitivity"),
    ("attribution", "Attribution"),
    ("regions", "Regions"),
    ("towers", "Flux towers"),
    ("texture", "Soil texture"),
    ("composition", "Composition"),
    ("verification", "Verification"),
    ("time", "Time"),
    ("methods", "Methods"),
    ("provenance", "Provenance"),
    ("index", "Index of figures"),
)
TITLE = "Soil moisture and carbon fluxes"
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Card:
    """One headline number with what it is."""

    value: str
    label: str


def build_report(
    results: Results, figures: Path, paper: Paper, numbers: pd.DataFrame, title: str = TITLE
) -> str:
    """HTML text of the report.

    results : the results tree; figures : folder of the command `figures` with its index;
    paper : published values; numbers : the summary of `headline.summary`

    Raises InputError where mandatory files lack or figures and results disagree on `synthetic`.
    """
    entries, missing, synthetic = read_gallery(figures)
    if synthetic != results.synthetic:
        raise InputError(
            figures / "index.json", "synthetic", synthetic, f"{results.synthetic}, as the results"
        )
    verification = results.verification()
    tables = {
        "regions": report_tables.regions_table(results),
        "change": report_tables.change_table(results, paper, numbers),
        "beta": report_tables.beta_table(results, paper, numbers),
        "truth": report_tables.truth_table(results),
        "recovery": report_tables.recovery_table(results),
        "coefficients": report_tables.coefficients_table(
            our_coefficients(results.table("regression")), paper
        ),
        "anova": report_tables.anova_table(results),
        "pairwise": report_tables.plain_table(
            results, "pairwise", "Pairwise tests of β between dominant plant types"
        ),
        "towers": report_tables.towers_table(results),
        "verification": report_tables.verification_table(verification),
        "time": report_tables.time_table(runtime.time_by_rule(results.root / "benchmarks")),
    }
    found = provenance.stages(results)
    tables["provenance"] = provenance.provenance_table(found)
    broken = 0 if verification is None else int((~report_tables.passed(verification)).sum())
    n_check = 0 if verification is None else len(verification)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates = files("edlite.figures") / "templates"
    template = environment.from_string((templates / "report.html").read_text("utf-8"))
    return template.render(
        title=title,
        version=__version__,
        synthetic=synthetic,
        css=Markup((templates / "report.css").read_text("utf-8")),
        sections=SECTIONS,
        regions=results.regions,
        sites=results.towers(),
        cards=_cards(numbers, n_check, broken),
        tables=tables,
        entries=[_embed(entry, figures, i) for i, entry in enumerate(entries, start=1)],
        missing=missing,
        settings=provenance.settings(found),
        versions=provenance.versions(),
        citation=CITATION,
        has_truth=headline.pick(numbers, "rmse_removed_gpp") is not None,
        n_check=n_check,
        n_passed=n_check - broken,
        **_scope(results),
    )


def _scope(results: Results) -> dict[str, str]:
    """What the study covers: cells, patches, years and period, as text."""
    cells = sum(results.domain(region).sizes["cell"] for region in results.regions)
    states = [results.static(region, "initial_state") for region in results.regions]
    patches = sum(ds.sizes["patch"] for ds in states if ds is not None)
    years = sorted({y for region in results.regions for y in results.years(region, "native")})
    if results.start is None or results.end is None:
        period = "all days"
    else:
        last = results.end - pd.Timedelta(days=1)
        period = f"{results.start:%Y-%m-%d} to {last:%Y-%m-%d}"
    return {
        "n_cell": f"{cells:,}",
        "n_patch": f"{patches:,}" if patches else "an unknown number of",
        "years": f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0]),
        "period": period,
    }


def _cards(numbers: pd.DataFrame, n_check: int, broken: int) -> list[Card]:
    """Headline numbers; those that the study cannot give are left out."""
    cards = []
    removed = headline.pick(numbers, "rmse_removed_theta_rootzone")
    if removed is not None:
        label = "of the error (RMSE) of root-zone moisture removed by blending, against the truth"
        cards.append(Card(number(removed, 0, unit="%"), label))
    removed = headline.pick(numbers, "rmse_removed_gpp")
    if removed is not None:
        label = "of the error (RMSE over cells) of mean GPP removed, against the truth"
        cards.append(Card(number(removed, 0, unit="%"), label))
    changes = numbers[numbers.quantity == "gpp_change"]
    if len(changes):
        low, high = changes.loc[changes.value.idxmin()], changes.loc[changes.value.idxmax()]
        span = f"{number(low.value, 0, sign=True)} to {number(high.value, 0, sign=True, unit='%')}"
        label = f"change of GPP from native to blended, {low.region} to {high.region}"
        if len(changes) == 1:
            span, label = number(high.value, 0, sign=True, unit="%"), "change of GPP by blending"
        cards.append(Card(span, label))
    beta = headline.pick(numbers, "beta_gpp")
    if beta is not None:
        spread = headline.pick(numbers, "beta_gpp_sd")
        label = f"β of GPP, mean ± SD over all cells ({report_tables.BETA_UNIT})"
        cards.append(Card(plus_minus(beta, spread), label))
    if n_check:
        label = "checks of budgets, bounds and identities hold"
        cards.append(Card(f"{n_check - broken} of {n_check}", label))
    return cards


def _embed(entry: Entry, folder: Path, position: int) -> dict[str, object]:
    """An entry with its number, its pixels and their base64 text."""
    content = (folder / entry.file).read_bytes()
    if not content.startswith(_PNG) or len(content) < 24:
        raise InputError(folder / entry.file, "content", None, "a PNG image")
    width, height = struct.unpack(">II", content[16:24])
    data = base64.b64encode(content).decode("ascii")
    return asdict(entry) | {"number": position, "width": width, "height": height, "data": data}
