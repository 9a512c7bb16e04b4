"""Stands of twelve patches from three inventory plots of Rhode Island, with fewer and fewer patches
and cohorts, under the weather, soil and phenology of a year of Harvard-like reference weather."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from edlite.cli import main
from edlite.constants import YEAR_S
from edlite.initial.allometry import Allometry
from edlite.initial.options import InitialOptions
from edlite.initial.stands import Stand, build_stand, plot_trees
from edlite.model.columns import SOIL_FIELDS, Columns
from edlite.model.driver import run
from edlite.model.options import ModelOptions
from edlite.model.records import HOURLY
from edlite.model.state import State
from edlite.site.config import read_site_run
from edlite.site.ed2_case import write_ed2_case
from edlite.site.setup import build
from edlite.variables import RESPIRATIONS

N_STAND = 12


@dataclass(frozen=True)
class Limits:
    """Limits of patches and cohorts, and the width of the diameter classes [cm]."""

    patches: int
    cohorts: int
    dbh_class: float = 5.0

    @property
    def name(self) -> str:
        """As in the table."""
        return f"{self.patches} x {self.cohorts}"


EVERY_TREE = Limits(12, 60, 0.01)
TRIED = (
    *(Limits(12, 24), Limits(12, 12), Limits(12, 6)),
    *(Limits(8, 24), Limits(8, 12), Limits(8, 6)),
    *(Limits(4, 12), Limits(4, 6), Limits(2, 12), Limits(1, 12), Limits(1, 6)),
)


def forest_file(shared: Path, project: Path, folder: Path) -> Path:
    """`forest.nc` of part of Rhode Island from the real tables."""
    folder.mkdir(parents=True, exist_ok=True)
    example = project / "config/examples/rhode-island"
    regions = json.loads((example / "regions.geojson").read_text())
    west, south, east, north = -71.75, 41.45, -71.50, 41.95
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    regions["features"][0]["geometry"]["coordinates"] = [ring]
    (folder / "regions.geojson").write_text(json.dumps(regions))
    place = ("--regions", folder / "regions.geojson", "--region", "RhodeIsland")
    tables = sorted((shared / "data/fia").glob("*.csv"))
    params = ("--params", (example / "params.json").read_text())
    domain, forest = folder / "domain.nc", folder / "forest.nc"
    for arguments in (
        ("domain", *place, "--out", domain),
        ("forest", "--domain", domain, "--fia", *tables, *params, "--out", forest),
    ):
        try:
            main([str(a) for a in arguments])
        except SystemExit as stop:
            if stop.code:
                raise RuntimeError(f"{arguments[0]} failed") from stop
    return forest


def plot_sets(forest: xr.Dataset) -> list[tuple[int, ...]]:
    """Sets of three plots whose twelve subplots are all forest with trees, each plot once."""
    weight = forest["subplot_weight"].values
    trees = plot_trees(forest, Allometry(), "forest.nc")
    whole = [
        all(weight[p, s] > 0 and (p, s + 1) in trees for s in range(4))
        for p in range(forest.sizes["plot"])
    ]
    sets, used = [], set()
    for row in np.unique(forest["nearest_plot"].values, axis=0):
        plots = tuple(int(p) for p in row)
        if len(plots) == 3 and all(whole[p] for p in plots) and not used & set(plots):
            sets.append(plots)
            used |= set(plots)
    return sets[:N_STAND]


def stands_of(
    forest: xr.Dataset, sets: list[tuple[int, ...]], limits: Limits, source: Path
) -> list[Stand]:
    """A stand for each set of plots."""
    allometry = Allometry()
    trees = plot_trees(forest, allometry, source)
    options = InitialOptions(
        max_patches=limits.patches, max_cohorts=limits.cohorts, dbh_class=limits.dbh_class
    )
    return [
        build_stand(plots, forest, trees, limits.patches, options, allometry, source)
        for plots in sets
    ]


class Place:
    """Weather, soil, phenology and options of the reference case."""

    def __init__(self, folder: Path, out: Path) -> None:
        site = read_site_run(write_ed2_case(folder, out))
        self.model = build(site)
        self.start, self.end = site.start, site.end

    def columns(self, stands: list[Stand]) -> Columns:
        """A cell for each stand."""
        model = self.model.columns
        count = [stand.share.size for stand in stands]
        patches = [p for stand in stands for p in stand.patches]
        n = len(patches)
        pools = {"fast_carbon": 0.15, "structural_carbon": 5.0, "slow_carbon": 0.02}
        return Columns(
            lat=np.full(len(stands), model.lat[0]),
            lon=np.full(len(stands), model.lon[0]),
            cell_id=np.arange(len(stands)),
            cell_index=np.repeat(np.arange(len(stands)), count),
            area=np.concatenate([stand.share for stand in stands]),
            cover=np.full(n, 3),
            pools={name: np.full(n, value) for name, value in pools.items()},
            soil={f: np.repeat(model.soil[f][:1], n, axis=0) for f in SOIL_FIELDS},
            n_layer=np.full(n, model.n_layer[0]),
            free=np.full(n, model.free[0]),
            patch_index=np.repeat(np.arange(n), [p.n.size for p in patches]),
            pft=np.concatenate([p.pft for p in patches]),
            dbh=np.concatenate([p.dbh for p in patches]),
            n=np.concatenate([p.n for p in patches]),
            parameters=model.parameters,
            reference_height=np.full(len(stands), 55.0),
            layer_bottom=model.layer_bottom,
            source="inventory plots",
        )

    def year(self, columns: Columns, options: ModelOptions) -> tuple[pd.DataFrame, float]:
        """Annual gpp, reco and nee [kgC m-2 yr-1] by cell, and the seconds that the run took."""
        first = self.model.state
        state = State.initial(
            columns,
            air_temperature=298.99,
            q=float(first.q[0]),
            co2=float(first.co2[0]),
            soil_temperature=295.0,
            theta=first.theta[:, 0],
        )
        names = ("gpp", "rh", *RESPIRATIONS)
        sums = {name: np.zeros(columns.n_cell) for name in names}
        days = 0

        def sink(day):
            nonlocal days
            days += 1
            for name in names:
                by_patch = day.fluxes[:, HOURLY.index(name)].mean(axis=0) * day.columns.area
                sums[name] += np.bincount(day.columns.cell_index, by_patch, columns.n_cell)

        begun = time.perf_counter()
        model = self.model
        run(
            columns,
            state,
            model.meteorology,
            options,
            self.start,
            self.end,
            phenology=model.phenology,
            sink=sink,
        )
        seconds = time.perf_counter() - begun
        mean = {name: total / days * YEAR_S for name, total in sums.items()}
        ra = sum(mean[name] for name in RESPIRATIONS)
        reco = ra + mean["rh"]
        table = pd.DataFrame({"gpp": mean["gpp"], "reco": reco, "nee": reco - mean["gpp"]})
        return table, seconds


def compare_limits(
    place: Place, forest: Path, options: ModelOptions, tried: tuple[Limits, ...] = TRIED
) -> pd.DataFrame:
    """Differences of annual fluxes from the stands with every tree: mean and rms over the stands
    [kgC m-2 yr-1], worst gpp [%]; time over that of every tree; numbers of patches and cohorts."""
    with xr.open_dataset(forest, engine="netcdf4") as ds:
        ds = ds.load()
    sets = plot_sets(ds)
    rows = []
    reference = base = None
    for limits in (EVERY_TREE, *tried):
        columns = place.columns(stands_of(ds, sets, limits, forest))
        if reference is None:  # compile before the clock runs
            place_end, place.end = place.end, place.start + np.timedelta64(1, "D")
            place.year(columns, options)
            place.end = place_end
        table, seconds = place.year(columns, options)
        if reference is None:
            reference, base = table, seconds
        difference = table - reference
        row = {"limits": limits.name, "patches": columns.n_patch / len(sets)}
        row["cohorts"] = columns.n_cohort / columns.n_patch
        for flux in table:
            row[f"{flux}"] = table[flux].mean()
            row[f"{flux}_bias"] = difference[flux].mean()
            row[f"{flux}_rms"] = float(np.sqrt((difference[flux] ** 2).mean()))
        row["gpp_worst_percent"] = float((100.0 * difference["gpp"] / reference["gpp"]).abs().max())
        row["time_ratio"] = seconds / base
        rows.append(row)
    result = pd.DataFrame(rows)
    result.attrs["stands"] = len(sets)
    return result


def options_of(place: Place, integrator: str = "split") -> ModelOptions:
    """Options of the comparison: fixed demography, as in the study's pairs of runs."""
    return replace(place.model.options, integrator=integrator, dynamics="fixed", demography=None)
