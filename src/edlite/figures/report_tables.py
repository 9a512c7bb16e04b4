"""The tables of the report, each from a results tree or one of its tables."""

from __future__ import annotations

import pandas as pd

from edlite.figures import headline, score
from edlite.figures import style as st
from edlite.figures.attribution import VARIABLES
from edlite.figures.paper import Paper
from edlite.figures.results import Results, require_columns
from edlite.figures.sensitivity import METRICS
from edlite.figures.tables import (
    Table,
    from_frame,
    number,
    plus_minus,
    probability,
    significant,
    stars,
)
from edlite.parameters import PFT_NAMES

THETA_UNIT = "m³ m⁻³"
CARBON_UNIT = "kgC m⁻² yr⁻¹"
BETA_UNIT = "kgC m⁻² yr⁻¹ per m³ m⁻³"
_FLUX = {"gpp": "GPP", "ra": "Ra", "rh": "Rh", "reco": "Reco", "nee": "NEE", "le": "LE", "h": "H"}


def regions_table(results: Results) -> Table:
    """What was run: cells, area, patches, cohorts, years and flights of each region."""
    rows = []
    for region in results.regions:
        domain, state = results.domain(region), results.static(region, "initial_state")
        years = results.years(region, "native")
        flights = results.flights(region)
        rows.append(
            [
                region,
                f"{domain.sizes['cell']:,}",
                number(float(domain.area.sum()) / 1e6, 1),
                f"{state.sizes['patch']:,}" if state is not None else "–",
                f"{state.sizes['cohort']:,}" if state is not None else "–",
                f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0]),
                str(flights.sizes["flight"]) if flights is not None else "0",
                ", ".join(results.runs(region)),
            ]
        )
    return Table(
        "What was run",
        ["Region", "Cells", "Area (km²)", "Patches", "Cohorts", "Years", "Radar flights", "Runs"],
        rows,
        [False, True, True, True, True, False, True, False],
        note="Radar flights are those within the period.",
    )


def change_table(results: Results, paper: Paper, numbers: pd.DataFrame) -> Table | None:
    """Moisture and fluxes, native and blended, beside the changes that the paper printed."""
    if not (numbers.quantity == "gpp_blended").any():
        return None
    rows = []
    for region in results.regions:
        value = {
            name: headline.pick(numbers, name, region)
            for name in (
                *("theta_rootzone_native", "theta_rootzone_blended", "theta_rootzone_bias"),
                *("gpp_native", "gpp_blended", "gpp_change", "nee_native", "nee_blended"),
            )
        }
        bias = paper.value(region, "RZSM_bias_0_100cm_model_minus_blended")
        change = paper.value(region, "GPP_change_percent")
        rows.append(
            [
                region,
                number(value["theta_rootzone_native"], 3),
                number(value["theta_rootzone_blended"], 3),
                number(value["theta_rootzone_bias"], 3, sign=True),
                number(bias, 3 if bias is not None and abs(bias) < 0.01 else 2, sign=True),
                number(value["gpp_native"]),
                number(value["gpp_blended"]),
                number(value["gpp_change"], 0, sign=True),
                number(change, 0, sign=True),
                number(value["nee_native"]),
                number(value["nee_blended"]),
            ]
        )
    columns = [
        "Region",
        "θ native",
        "θ blended",
        "Native − blended",
        "Paper",
        "GPP native",
        "GPP blended",
        "Change (%)",
        "Paper (%)",
        "NEE native",
        "NEE blended",
    ]
    return Table(
        "Root-zone moisture and fluxes",
        columns,
        rows,
        [False] + [True] * (len(columns) - 1),
        note=f"θ: mean of 0–100 cm ({THETA_UNIT}); GPP and NEE in {CARBON_UNIT}, NEE positive to "
        "the atmosphere; area-weighted means over the period. Paper: Zhang et al. (2019), where "
        "a value was printed.",
    )


def beta_table(results: Results, paper: Paper, numbers: pd.DataFrame) -> Table | None:
    """Regional beta, mean and SD over cells, beside Table 3 of the paper."""
    if not (numbers.quantity == "beta_gpp").any():
        return None
    rows = []
    for region in (*results.regions, headline.ALL):
        row = ["All cells" if region == headline.ALL else region]
        for flux in st.BETA_FLUXES:
            mean = headline.pick(numbers, f"beta_{flux}", region)
            row.append(plus_minus(mean, headline.pick(numbers, f"beta_{flux}_sd", region), 2))
            row.append(_paper_beta(paper, region, flux))
        masked = headline.pick(numbers, "beta_masked_cells", region)
        rows.append([*row, number(masked, 0)])
    columns = ["Region"]
    for flux in st.BETA_FLUXES:
        columns += [f"{_FLUX[flux]}", "Paper"]
    return Table(
        "Sensitivity β of the fluxes to root-zone moisture",
        [*columns, "Masked (%)"],
        rows,
        [False] + [True] * len(columns),
        classes=[""] * len(results.regions) + ["total"],
        note=f"β in {BETA_UNIT}: area-weighted mean ± standard deviation over cells. Paper: Table "
        "3 of Zhang et al. (2019); last row: its abstract. Masked: share of the area where "
        "moisture changed too little.",
    )


def _paper_beta(paper: Paper, region: str, flux: str) -> str:
    if region == headline.ALL:
        table = paper.regional
        if table is None:
            return "–"
        found = table[(table.region == "all") & (table.variable == METRICS[flux])]
        return "–" if found.empty else plus_minus(found.iloc[0]["value"], found.iloc[0]["sd"])
    if paper.beta is None:
        return "–"
    found = paper.beta[(paper.beta.region == region) & (paper.beta.flux == flux)]
    return "–" if found.empty else plus_minus(found.iloc[0]["mean"], found.iloc[0]["sd"])


def truth_table(results: Results) -> Table | None:
    """Error of the soil moisture against the truth, by depth, of all regions."""
    errors = score.truth_errors(results.table("truth"))
    if errors is None:
        return None
    depths = list(dict.fromkeys(errors.panel))
    rows = []
    regions = [r for r in (*results.regions, "all") if (errors.region == r).any()]
    for region in regions:
        row = ["All regions" if region == "all" else region]
        for depth in depths:
            mine = errors[(errors.region == region) & (errors.panel == depth)]
            row += [_change(*mine.iloc[0][["native", "blended"]]) if len(mine) else "–"]
            row += [number(mine.iloc[0].reduction_percent, 0) if len(mine) else "–"]
        rows.append(row)
    columns = ["Region"]
    for depth in depths:
        columns += [depth, "Removed (%)"]
    return Table(
        "Error of soil moisture against the truth, native → blended",
        columns,
        rows,
        [False] + [True] * (len(columns) - 1),
        classes=["total" if region == "all" else "" for region in regions],
        note=f"RMSE over days and cells in {THETA_UNIT}. Removed: 100 (1 − blended / native).",
    )


def _change(native: float, blended: float) -> str:
    return f"{number(native, 3)} → {number(blended, 3)}"


def recovery_table(results: Results) -> Table | None:
    """Regional beta against its reference from the true moisture, with the jackknife interval."""
    table = results.table("recovery")
    if table is None:
        return None
    needed = ("region", "flux", "n_cell", "beta_mean", "beta_perfect_mean", "rmse", "r")
    require_columns(table, "recovery.csv", (*needed, "low", "high", "inside"))
    rows, classes = [], []
    for _, row in table[table.flux.isin(st.BETA_FLUXES)].iterrows():
        interval = f"{number(row.low)} to {number(row.high)}" if row.low == row.low else "–"
        inside = {1.0: "yes", 0.0: "no"}.get(row.inside, "–")
        rows.append(
            [
                str(row.region),
                _FLUX[row.flux],
                str(int(row.n_cell)),
                number(row.beta_mean),
                number(row.beta_perfect_mean),
                number(row.rmse),
                number(row.r),
                interval,
                inside,
            ]
        )
        classes.append("first" if row.flux == st.BETA_FLUXES[0] else "")
    columns = [
        "Region",
        "Flux",
        "Cells",
        "β",
        "β reference",
        "RMSE",
        "r",
        "95 % interval",
        "Inside",
    ]
    return Table(
        "Is β recovered?",
        columns,
        rows,
        [False, False, True, True, True, True, True, True, False],
        classes,
        note=f"In {BETA_UNIT}, over cells that neither run masks. Reference: the same native soil "
        "with the noiseless true moisture. Interval: jackknife over the flights, of the regional "
        "mean of all unmasked cells; inside: the reference lies in it.",
    )


def towers_table(results: Results) -> Table | None:
    """Daily scores of the tower runs: r, RMSE and bias, native and prescribed."""
    table = results.table("towers")
    if table is None:
        return None
    needed = ("site", "run", "variable", "unit", "step", "n", "r", "rmse", "bias")
    require_columns(table, "towers.csv", (*needed, "depth_top", "depth_bottom"))
    daily = table[table.step == "daily"]
    rows, classes = [], []
    keys = ["site", "variable", "depth_top", "depth_bottom", "unit"]
    last = None
    for (site, variable, top, bottom, unit), group in daily.groupby(keys, sort=False, dropna=False):
        by_run = group.drop_duplicates("run").set_index("run")
        factor, shown = _tower_unit(unit)
        depth = f" {100 * top:.0f}–{100 * bottom:.0f} cm" if top == top else ""
        row = [
            site if site != last else "",
            ("θ" if variable == "theta" else _FLUX.get(variable, variable)) + depth,
            shown,
            str(int(by_run.n.max())),
        ]
        for run in ("native", "prescribed"):
            if run in by_run.index:
                score_ = by_run.loc[run]
                row += [number(score_.r), significant(factor * score_.rmse)]
                row.append(significant(factor * score_.bias))
            else:
                row += ["–"] * 3
        rows.append(row)
        classes.append("first" if site != last else "")
        last = site
    return Table(
        "Scores of daily means at the towers",
        [
            *("Site", "Variable", "Unit", "Days"),
            *("r native", "RMSE native", "Bias native"),
            *("r prescribed", "RMSE prescribed", "Bias prescribed"),
        ],
        rows,
        [False, False, False] + [True] * 7,
        classes,
        note="Bias: model minus observation. Prescribed: run with the observed soil moisture.",
    )


def _tower_unit(unit: str) -> tuple[float, str]:
    """Factor and unit of display: carbon fluxes per day."""
    if unit == "kgC m-2 s-1":
        return 1000.0 * 86400.0, "gC m⁻² d⁻¹"
    return 1.0, {"W m-2": "W m⁻²", "m3 m-3": "m³ m⁻³"}.get(unit, unit)


def coefficients_table(ours: pd.DataFrame | None, paper: Paper) -> Table | None:
    """Standardised regression coefficients, ours beside Table 4 of the paper."""
    if ours is None:
        return None
    reference = ", ".join(PFT_NAMES.get(code, code) for code in sorted(set(ours.reference)))
    rows = []
    for variable, label in VARIABLES.items():
        mine = ours[ours.variable == variable].set_index("flux")
        if mine.empty:
            continue
        row = [label]
        for flux in st.BETA_FLUXES:
            if flux in mine.index:
                entry = mine.loc[flux]
                row.append(number(entry.coefficient) + stars(entry.p))
            else:
                row.append("–")
            row.append(_paper_coefficient(paper, variable, flux))
        rows.append(row)
    columns = ["Variable"]
    for flux in st.BETA_FLUXES:
        columns += [_FLUX[flux], "Paper"]
    return Table(
        "Standardised regression coefficients",
        columns,
        rows,
        [False] + [True] * (len(columns) - 1),
        note="*** p < 0.001, ** p < 0.01, * p < 0.05. Plant types are relative to the reference "
        f"type ({reference}). Paper: Table 4 of Zhang et al. (2019), relative to C3 crop.",
    )


def _paper_coefficient(paper: Paper, variable: str, flux: str) -> str:
    if paper.coefficients is None:
        return "–"
    table = paper.coefficients
    found = table[(table.variable == variable) & (table.flux == flux)]
    return "–" if found.empty else number(found.iloc[0].paper) + stars(found.iloc[0].paper_p)


def anova_table(results: Results) -> Table | None:
    """One-way analysis of variance of beta over the dominant plant types."""
    table = results.table("anova")
    if table is None:
        return None
    require_columns(table, "anova.csv", ("flux", "f", "p"))
    shown = table.drop(columns="synthetic", errors="ignore").assign(
        flux=table.flux.map(_FLUX), p=table.p.map(probability)
    )
    return from_frame(
        shown, "Analysis of variance of β over the dominant plant type", {"flux": "β of", "f": "F"}
    )


def plain_table(results: Results, name: str, title: str, note: str = "") -> Table | None:
    """A table of `tables/` as it stands."""
    frame = results.table(name)
    if frame is None:
        return None
    return from_frame(frame.drop(columns="synthetic", errors="ignore"), title, note=note)


def passed(frame: pd.DataFrame) -> pd.Series:
    """Which rows of `verification.csv` hold."""
    require_columns(
        frame,
        "verification.csv",
        ("check", "region", "run", "tile", "year", "value", "bound", "unit", "passed"),
    )
    return frame.passed.astype(str).str.lower().isin(("true", "1", "yes"))


def verification_table(frame: pd.DataFrame | None) -> Table | None:
    """Checks of `verify`, one row each: how often, the worst value, where, and whether it holds."""
    if frame is None:
        return None
    frame = frame.assign(ok=passed(frame))
    rows, classes = [], []
    for (check, unit), group in frame.groupby(["check", "unit"], sort=False, dropna=False):
        finite = group[group.value.notna()]
        worst = group.iloc[0] if finite.empty else finite.loc[finite.value.abs().idxmax()]
        if not group.ok.all():
            worst = group[~group.ok].iloc[0]
        rows.append(
            [
                str(check),
                str(len(group)),
                significant(worst.value),
                significant(worst.bound),
                "" if unit != unit else str(unit),
                _place(worst),
                "yes" if group.ok.all() else f"{int((~group.ok).sum())} broken",
            ]
        )
        classes.append("" if group.ok.all() else "bad")
    return Table(
        "Budgets, bounds and identities",
        ["Check", "Number", "Worst value", "Bound", "Unit", "Where", "Holds"],
        rows,
        [False, True, True, True, False, False, False],
        classes,
        note="Worst value: the largest of all regions, runs, tiles and years; of a broken check "
        "the first that is broken.",
    )


def _place(row: pd.Series) -> str:
    """Region, run, tile and year of a check, as far as it has them."""
    parts = []
    for key in ("region", "run", "tile", "year"):
        text = "" if row[key] != row[key] else str(row[key]).removesuffix(".0")
        parts.append(f"tile {text}" if key == "tile" and text else text)
    return ", ".join(part for part in parts if part)


def time_table(frame: pd.DataFrame | None) -> Table | None:
    """Time and memory of each rule, from Snakemake's benchmark files."""
    if frame is None:
        return None
    rows = [
        [
            str(row.rule),
            str(row.jobs),
            _duration(row.total_s),
            _duration(row.mean_s),
            _duration(row.longest_s),
            number(row.max_rss_mb, 0),
        ]
        for row in frame.itertuples()
    ]
    rows.append(["All rules", str(frame.jobs.sum()), _duration(frame.total_s.sum()), "", "", ""])
    return Table(
        "Time of each rule",
        ["Rule", "Jobs", "Total", "Mean", "Longest", "Peak memory (MB)"],
        rows,
        [False] + [True] * 5,
        classes=[""] * (len(rows) - 1) + ["total"],
        note="Wall-clock time as measured by Snakemake, summed over jobs.",
    )


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 5400:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h"
