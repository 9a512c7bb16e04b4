"""Which figures there are: each generator reads what it needs and yields figures or gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from edlite.figures import composition, prepare, runtime, score, sensitivity
from edlite.figures import style as st
from edlite.figures.attribution import coefficients_figure, our_coefficients
from edlite.figures.catalogue_places import region_figures, tower_figures
from edlite.figures.gallery import Drawn, Missing
from edlite.figures.paper import Paper
from edlite.figures.results import Results
from edlite.figures.texture import texture_figure

_DEMO = "the runs `truth` and `perfect` of the synthetic demo"


def all_figures(
    results: Results, paper: Paper, spinup: Mapping[str, object] | None = None
) -> Iterator[Drawn | Missing]:
    """Every figure of the study, in the order of the report.

    spinup : section `spinup` of the configuration
    """
    yield from key_figures(results, paper)
    yield from truth_figures(results)
    yield from sensitivity_figures(results, paper)
    yield from attribution_figures(results, paper)
    for region in results.regions:
        yield from region_figures(results, region, spinup or {})
    yield from tower_figures(results)
    yield from texture_figures(results)
    yield composition_figure(results, paper)
    yield time_figure(results)


def key_figures(results: Results, paper: Paper) -> Iterator[Drawn | Missing]:
    """Regional fluxes of the native and the blended run."""
    title = "Regional fluxes, native and blended"
    if not all("blended" in results.runs(region) for region in results.regions):
        yield Missing("key", title, "daily files of the run `blended` in every region")
        return
    fluxes = prepare.flux_table(results)
    yield Drawn(
        "flux_change",
        "key",
        title,
        "Area-weighted regional means over the period of GPP, ecosystem respiration and NEE "
        "(positive to the atmosphere): native run, run with blended soil moisture"
        + (", and the known truth (bar)" if "truth" in fluxes else "")
        + (". Grey: GPP as printed by Zhang et al. (2019)." if paper.fluxes is not None else "."),
        "Dot plot of GPP, Reco and NEE by region, native against blended.",
        score.flux_change(fluxes, paper.fluxes, synthetic=results.synthetic),
    )


def truth_figures(results: Results) -> Iterator[Drawn | Missing]:
    """Errors against the known truth, and recovery of beta."""
    title = "Error against the known truth"
    errors = score.truth_errors(results.table("truth"))
    if errors is None:
        yield Missing("truth", title, f"tables/truth.csv, written by `evaluate` from {_DEMO}")
    else:
        yield Drawn(
            "truth_rmse",
            "truth",
            title,
            "Root-mean-square error of daily soil moisture against the truth run over days and "
            "cells, native and blended, by depth; above the bars the change of the error.",
            "Bars of RMSE of soil moisture by region and depth for native and blended runs.",
            score.rmse_bars(
                errors,
                st.MOISTURE,
                "Soil moisture: error against the known truth",
                synthetic=results.synthetic,
            ),
        )
    yield _flux_errors(results)
    cells = prepare.sensitivity_cells(results)
    if cells is None or "beta_perfect" not in cells:
        yield Missing(
            "truth", "Recovery of beta", f"sensitivity.nc with `beta_perfect`, from {_DEMO}"
        )
        return
    if score.recovered_cells(cells).empty:
        yield Missing("truth", "Recovery of beta", "a cell whose moisture changes beyond the mask")
        return
    yield Drawn(
        "beta_recovery",
        "truth",
        "Recovery of beta",
        "Beta of each cell from the blended run against beta from the same native soil run with "
        "the noiseless true moisture prescribed"
        + (
            "; bars: one jackknife standard deviation over the flights"
            if "beta_sd" in cells
            else ""
        )
        + ". Dashed: 1:1. Cells with a moisture change below the mask threshold are left out.",
        "Scatter plots of recovered against reference beta for GPP, Ra, Rh and NEE.",
        score.beta_recovery(cells, synthetic=results.synthetic),
    )


def _flux_errors(results: Results) -> Drawn | Missing:
    title = "Error of the fluxes against the known truth"
    errors = prepare.flux_errors(results)
    if errors is None:
        return Missing("truth", title, f"daily files of {_DEMO}")
    errors = errors[errors.flux.isin(score.FLUX_PANELS)]
    return Drawn(
        "flux_rmse",
        "truth",
        title,
        "Root-mean-square error over cells of the period means of the fluxes against the truth "
        "run; above the bars its change from native to blended. Moisture is replaced, the soil is "
        "not: plants and microbes of the native soil meet the moisture of another soil relative to "
        "their own limits, so that fluxes can end further from the truth even with the noiseless "
        "true moisture prescribed.",
        "Bars of RMSE of GPP, Ra, Rh and NEE by region for native and blended runs and the run "
        "with true moisture.",
        score.rmse_bars(
            errors.assign(panel=errors.flux.map(score.FLUX_PANELS)),
            st.CARBON_YEAR,
            "Carbon fluxes: error against the known truth",
            synthetic=results.synthetic,
            share_y=False,
        ),
    )


def sensitivity_figures(results: Results, paper: Paper) -> Iterator[Drawn | Missing]:
    """Beta by region and by PFT."""
    cells = prepare.sensitivity_cells(results)
    if cells is None:
        yield Missing("sensitivity", "Sensitivity of the fluxes", "{region}/sensitivity.nc")
        return
    statistics = sensitivity.region_statistics(cells)
    yield Drawn(
        "beta_by_region",
        "sensitivity",
        "Beta by region",
        "Distribution of beta over the cells of each region (box: quartiles; whiskers: 5 and 95 "
        "percent) with its area-weighted mean and standard deviation (circle)"
        + (", beside Table 3 of Zhang et al. (2019) (grey)" if paper.beta is not None else "")
        + ". Axes hold the whiskers and all means; bars of standard deviation may run out.",
        "Box plots of beta of GPP, Ra, Rh and NEE by region with the published means.",
        sensitivity.beta_by_region(cells, statistics, paper.beta, synthetic=results.synthetic),
    )
    title = "Beta by plant functional type"
    cells = cells[cells.beta.notna() & (cells.pft != "")]
    if cells.empty:
        yield Missing("sensitivity", title, "a cell whose moisture changes beyond the mask")
        return
    yield Drawn(
        "beta_by_pft",
        "sensitivity",
        title,
        "Distribution of beta over the cells of all regions, grouped by the plant functional type "
        "with the largest share of the cell's leaf area; number of cells in brackets.",
        "Box plots of beta of GPP, Ra, Rh and NEE by dominant plant functional type.",
        sensitivity.beta_by_pft(cells, synthetic=results.synthetic),
    )


def attribution_figures(results: Results, paper: Paper) -> Iterator[Drawn | Missing]:
    """Standardised regression coefficients of beta."""
    title = "Regression of beta on ecosystem properties"
    ours = our_coefficients(results.table("regression"))
    if ours is None:
        yield Missing("attribution", title, "tables/regression.csv, written by `attribute`")
        return
    if ours.coefficient.isna().all():
        yield Missing("attribution", title, "more cells beyond the mask than terms")
        return
    yield Drawn(
        "regression",
        "attribution",
        title,
        "Standardised coefficients of the multiple regression of beta on canopy structure, soil "
        "and dominant plant functional type; bars: 95 % confidence interval"
        + (
            ", diamonds: Table 4 of Zhang et al. (2019)." if paper.coefficients is not None else "."
        ),
        "Dot plot of standardised regression coefficients for beta of GPP, Ra, Rh and NEE.",
        coefficients_figure(ours, paper.coefficients, synthetic=results.synthetic),
    )


def texture_figures(results: Results) -> Iterator[Drawn | Missing]:
    """Response to sand and clay at the towers."""
    found = {site: results.tower(site, "texture") for site in results.towers()}
    found = {site: ds for site, ds in found.items() if ds is not None}
    if not found:
        yield Missing("texture", "Response to soil texture", "towers/{site}/texture.nc")
        return
    yield Drawn(
        "texture",
        "texture",
        "Response to soil texture",
        "Period means of site runs over a grid of sand and clay: root-zone moisture, GPP and "
        "ecosystem respiration as ratios to the value at the lowest sand and clay, NEE as "
        "difference. Grey: sand and clay exceed 100 percent.",
        "Grids of the response of moisture and fluxes to sand and clay by tower.",
        texture_figure(found, synthetic=results.synthetic),
    )


def composition_figure(results: Results, paper: Paper) -> Drawn:
    """Shares of the plant functional types."""
    return Drawn(
        "composition",
        "composition",
        "Composition of the regions",
        "Share of each plant functional type in the leaf area of the native run"
        + (
            ", above Table 1 of Zhang et al. (2019) (paler)."
            if paper.composition is not None
            else "."
        ),
        "Stacked bars of the share of plant functional types in the leaf area by region.",
        composition.composition_figure(
            prepare.composition(results), paper.composition, synthetic=results.synthetic
        ),
    )


def time_figure(results: Results) -> Drawn | Missing:
    """Time of each rule."""
    table = runtime.time_by_rule(results.root / "benchmarks")
    if table is None:
        return Missing("run", "Time of each rule", "benchmarks/{rule}/**.tsv of Snakemake")
    return Drawn(
        "time_by_rule",
        "run",
        "Time of each rule",
        "Wall-clock time of each rule of the workflow, summed over its jobs.",
        "Bars of wall-clock time by rule.",
        runtime.time_figure(table, synthetic=results.synthetic),
    )
