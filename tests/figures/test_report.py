"""The report: complete, self-contained, honest about synthetic data, true to its tables."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from fake_results import write_tree

from conftest import PARAMS, call
from edlite.commands.figures import figures
from edlite.commands.report import report
from edlite.errors import InputError
from edlite.figures.report import SECTIONS
from edlite.figures.tables import number, plus_minus, significant, stars


class Page(HTMLParser):
    """Identifiers, references and texts of a page; tags must nest properly."""

    VOID = ("meta", "img", "br", "link")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids, self.references, self.alts, self.stack = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.ids += [values["id"]] if "id" in values else []
        self.references += [values[key] for key in ("href", "src") if key in values]
        self.alts += [values.get("alt", "")] if tag == "img" else []
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag


@pytest.fixture(scope="module")
def text(page):
    return page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def parsed(text):
    return Page(text)


def test_every_section_is_there_and_linked(parsed):
    assert parsed.stack == []
    assert len(parsed.ids) == len(set(parsed.ids))
    for key, _ in SECTIONS:
        assert key in parsed.ids and f"#{key}" in parsed.references
    for region in ("Howland", "Walnut"):
        assert f"region-{region}" in parsed.ids
    assert "tower-US-Ho1" in parsed.ids


def test_nothing_is_loaded_from_elsewhere(parsed, text):
    for reference in parsed.references:
        if reference.startswith("#"):
            assert reference[1:] in parsed.ids
        else:
            assert reference.startswith("data:image/png;base64,")
    without_images = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", text)
    assert not re.search(r"https?://|<script|<link|@import|url\(", without_images)


def test_every_figure_is_embedded_with_alt_text(parsed, drawn):
    index = json.loads((drawn / "index.json").read_text(encoding="utf-8"))
    assert len(parsed.alts) == len(index["figures"]) == 22
    assert all(parsed.alts)


def test_synthetic_banner(text):
    assert 'class="banner"' in text
    assert "Synthetic demo: not a finding about the real regions" in text


def test_headline_is_the_value_of_the_table(text, page, tree):
    truth = pd.read_csv(tree / "tables/truth.csv")
    row = truth[(truth.region == "all") & (truth.depth_top == 0) & (truth.depth_bottom == 1)]
    summary = pd.read_csv(page.parent / "summary.csv").set_index(["quantity", "region"]).value
    assert summary["rmse_removed_theta_rootzone", "all"] == row.reduction_percent.item()
    shown = number(row.reduction_percent.item(), 0, unit="%")
    assert f'<div class="value">{shown}</div>' in text


def test_beta_table_holds_our_and_the_papers_values(text, page):
    summary = pd.read_csv(page.parent / "summary.csv").set_index(["quantity", "region"]).value
    mean, sd = (summary[name, "Howland"] for name in ("beta_gpp", "beta_gpp_sd"))
    assert f'<td class="num">{plus_minus(mean, sd, 2)}</td>' in text
    assert '<td class="num">1.6 ± 3.0</td>' in text  # Howland in Table 3
    assert '<td class="num">6.6 ± 10.7</td>' in text  # all regions, abstract


def test_summary_is_machine_readable(page):
    table = pd.read_csv(page.parent / "summary.csv")
    assert list(table.columns) == ["quantity", "region", "value", "unit", "synthetic"]
    assert table.unit.notna().all() and (table.synthetic == 1).all()
    assert not table.duplicated(["quantity", "region"]).any()


def test_a_broken_check_is_shown(tmp_path, tree, drawn):
    copy = tmp_path / "results"
    copy.mkdir()
    for path in tree.iterdir():
        if path.name != "verification.csv":
            (copy / path.name).symlink_to(path)
    checks = pd.read_csv(tree / "verification.csv")
    checks.loc[0, ["value", "passed"]] = [1.0, False]
    checks.to_csv(copy / "verification.csv", index=False)
    out = tmp_path / "report.html"
    call(report, results=copy, figures=drawn, params=json.dumps(PARAMS), out=out)
    text = out.read_text(encoding="utf-8")
    assert '<tr class="bad">' in text and "1 broken" in text
    assert f"{len(checks) - 1} of {len(checks)}" in text


def test_real_data_carry_no_banner_and_gaps_are_named(tmp_path):
    tree = write_tree(tmp_path / "results", ("Walnut",), days=30, truth=False, synthetic=False)
    (tree / "verification.csv").unlink()
    folder, out = tmp_path / "figures", tmp_path / "report.html"
    call(figures, results=tree, out_dir=folder)
    call(report, results=tree, figures=folder, out=out)
    text = out.read_text(encoding="utf-8")
    assert 'class="banner"' not in text and "Synthetic demo" not in text
    assert "Only a study with known truth" in text
    assert "They need verification.csv" in text
    assert "Not shown: Flux towers" in text


def test_figures_of_other_data_are_refused(tmp_path, drawn):
    tree = write_tree(tmp_path / "results", ("Walnut",), days=20, truth=False, synthetic=False)
    out = tmp_path / "report.html"
    with pytest.raises(InputError, match="as the results"):
        call(report, results=tree, figures=drawn, out=out)
    assert not out.exists()


def test_number_formats():
    assert number(-0.001, 2) == "0.00" and number(np.nan) == "–"
    assert significant(3.14159e-9) == "3.14×10⁻⁹" and significant(0.25) == "0.25"
    assert plus_minus(6.0, 3.4) == "6.0 ± 3.4" and plus_minus(1.0, np.nan) == "1.0"
    assert [stars(p) for p in ("<0.001", 0.0005, "<0.01", 0.02, "<0.03", 0.25, np.nan)] == [
        *("***", "***", "**", "*", "*", "", "")
    ]
