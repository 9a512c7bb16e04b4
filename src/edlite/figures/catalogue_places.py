"""Figures of one region, and of the towers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from edlite.figures import maps, prepare, scatter, series
from edlite.figures import style as st
from edlite.figures.gallery import Drawn, Missing
from edlite.figures.results import Results
from edlite.figures.spinup import approach_figure, criterion


def region_figures(
    results: Results, region: str, spinup: Mapping[str, object]
) -> Iterator[Drawn | Missing]:
    """Maps, moisture series and spin-up of one region."""
    domain, synthetic = results.domain(region), results.synthetic
    runs = results.runs(region)
    means = {run: prepare.period_means(results, region, run) for run in runs}
    moisture = {run: ds.theta_rootzone.values for run, ds in means.items()}
    if "blended" not in runs:
        yield Missing("regions", f"{region}: blended run", "its daily files", region)
    panels = maps.moisture_panels(
        moisture["native"], moisture.get("blended"), moisture.get("truth")
    )
    yield Drawn(
        f"moisture_map_{region}",
        "regions",
        f"{region}: root-zone soil moisture",
        "Mean soil moisture of 0-100 cm over the period in 30 arc-second cells"
        + (
            ", and native minus blended (brown: the native run is drier)."
            if len(panels) > 1
            else "."
        ),
        f"Maps of root-zone soil moisture in {region}.",
        maps.map_figure(
            domain,
            panels,
            f"{region}: root-zone soil moisture",
            synthetic=synthetic,
            columns=min(2, len(panels)) if len(panels) != 3 else 3,
        ),
        region,
    )
    if "blended" in runs:
        fluxes = [{f: means[r][f].values for f in ("gpp", "nee")} for r in ("native", "blended")]
        yield Drawn(
            f"flux_map_{region}",
            "regions",
            f"{region}: GPP and NEE",
            "Mean GPP and NEE (positive to the atmosphere) over the period, native and "
            "blended on one scale, and their difference.",
            f"Maps of GPP and NEE in {region}, native, blended and their difference.",
            maps.map_figure(
                domain,
                maps.flux_panels(*fluxes),
                f"{region}: GPP and NEE",
                synthetic=synthetic,
                columns=3,
            ),
            region,
        )
    yield _theta_series(results, region)
    yield _beta_map(results, region)
    yield _spinup(results, region, spinup)


def _theta_series(results: Results, region: str) -> Drawn | Missing:
    title = f"{region}: soil moisture over time"
    if results.static(region, "soil") is None:
        return Missing("regions", title, f"{region}/soil.nc", region)
    lines, flights = prepare.band_series(results, region)
    return Drawn(
        f"theta_series_{region}",
        "regions",
        title,
        "Area-weighted daily mean soil moisture by depth"
        + (
            "; circles: radar snapshots (mean and standard deviation over the cells)."
            if flights
            else "; no radar snapshot lies in the period."
        ),
        f"Time series of soil moisture at three depths in {region} with radar snapshots.",
        series.theta_series(lines, flights, title, synthetic=results.synthetic),
        region,
        few_colours=True,
    )


def _beta_map(results: Results, region: str) -> Drawn | Missing:
    title = f"{region}: sensitivity to root-zone moisture"
    cells = prepare.sensitivity_cells(results)
    mine = None if cells is None else cells[cells.region == region]
    if mine is None or mine.empty:
        return Missing("regions", title, f"{region}/sensitivity.nc", region)
    beta = {flux: mine[mine.flux == flux].beta.to_numpy() for flux in st.BETA_FLUXES}
    return Drawn(
        f"beta_map_{region}",
        "regions",
        title,
        "Beta, the change of each flux per change of root-zone moisture. Grey cells are "
        "masked: moisture hardly changed. The scale holds 98 percent of the values.",
        f"Maps of beta of GPP, Ra, Rh and NEE in {region}.",
        maps.map_figure(
            results.domain(region),
            maps.beta_panels(beta),
            title,
            synthetic=results.synthetic,
            columns=2,
        ),
        region,
    )


def _spinup(results: Results, region: str, settings: Mapping[str, object]) -> Drawn | Missing:
    title = f"{region}: spin-up of soil carbon"
    courses = results.spinups(region)
    if not courses:
        return Missing("regions", title, f"{region}/spinup/native/{{tile}}.csv", region)
    return Drawn(
        f"spinup_{region}",
        "regions",
        title,
        "Soil carbon of the native run at the end of each cycle of the spin-up, area-weighted mean "
        "of each tile, and the largest relative change of slow carbon over a cycle in any patch, "
        "which is to fall below the criterion (dashed).",
        f"Fast, structural and slow soil carbon over the spin-up of {region}, and its criterion.",
        approach_figure(courses, title=title, synthetic=results.synthetic, **criterion(settings)),
        region,
    )


def tower_figures(results: Results) -> Iterator[Drawn | Missing]:
    """Daily series of each tower and scatter plots of all."""
    sites = results.towers()
    if not sites:
        yield Missing("towers", "Flux towers", "towers/{site}/native.nc, written by `site`")
        return
    pairs = prepare.tower_pairs(results)
    if pairs.empty:
        yield Missing("towers", "Modelled against observed", "towers/{site}/observed.nc")
    else:
        labels = {name: entry[0] for name, entry in prepare.TOWER_VARIABLES.items()}
        yield Drawn(
            "tower_scatter",
            "towers",
            "Modelled against observed at the towers",
            "Daily means at all towers, native run and run with the observed soil moisture "
            "prescribed, against observations; flux days count if at least half of their hours "
            "were measured. Dashed: 1:1. r, RMSE and bias over all sites.",
            "Scatter plots of modelled against observed GPP, NEE, LE and soil moisture.",
            scatter.tower_scatter(pairs, labels, synthetic=results.synthetic),
        )
    for site in sites:
        daily = prepare.tower_daily(results, site)
        panels = []
        for name, lines in daily.items():
            label, _, signed = prepare.TOWER_VARIABLES[name]
            runs = {key: value for key, value in lines.items() if key != "observed"}
            panels.append(
                {
                    "label": label,
                    "signed": signed,
                    "runs": runs,
                    "observed": lines.get("observed"),
                }
            )
        yield Drawn(
            f"tower_{site}",
            "towers",
            f"{site}: daily fluxes and soil moisture",
            "Daily means of the native run and the run with observed soil moisture "
            "prescribed, and observations (dots; days of which at least half was measured). "
            "NEE is positive to the atmosphere; soil moisture is the mean of 0-100 cm.",
            f"Time series of GPP, NEE, LE and soil moisture at {site}.",
            series.tower_series(
                panels,
                f"{site}: daily fluxes and soil moisture",
                synthetic=results.tower_synthetic(site),
            ),
            site,
            few_colours=True,
        )
