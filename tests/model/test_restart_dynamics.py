"""Stands that live on: a run of years is as many runs of a year, in any tiles, by any threads."""

import numpy as np
import pytest

from edlite.files import write_dataset
from edlite.model.demography.stocks import stand_carbon
from edlite.model.driver import run
from edlite.model.options import ModelOptions
from edlite.model.records import BUDGET
from edlite.model.state import State
from edlite.model.state_fields import BY_COHORT, FIELDS
from helpers.model_columns import CURVES, Patch, columns_of, start_state, weather
from helpers.stands import assert_same

STANDS = (
    Patch(cohorts=(("MHW", 30.0, 0.02), ("LHW", 12.0, 0.06), ("EHW", 6.0, 0.1), ("LC", 3.0, 0.1))),
    Patch(sand=0.35, clay=0.3, cohorts=(("LC", 25.0, 0.04), ("NP", 5.0, 0.2), ("NP", 4.9, 0.1))),
    Patch(sand=0.2, clay=0.2, cohorts=(("DC3", 3.99, 0.5),)),
    Patch(sand=0.6, clay=0.1, n_layer=5, free=False, cohorts=(("NP", 0.3, 0.1), ("EHW", 0.3, 0.1))),
)
DYNAMICS = ("fixed", "growth", "full")


def stand(patches=STANDS):
    n = len(patches)
    columns = columns_of(patches, reference_height=np.full(n, 55.0))
    state = start_state(columns, patches)
    state.storage_carbon[:] = 0.3 * columns.leaf_max
    return columns, state


def through(columns, state, met, dynamics, start, end, integrator="split", **more):
    options = ModelOptions(integrator=integrator, dynamics=dynamics)
    return run(columns, state, met, options, start, end, phenology=CURVES, **more)


def by_cell(state: State, cell: int) -> dict[str, np.ndarray]:
    """All values of a cell, without its position in the run."""
    patch = state.cell_index == cell
    cohort = patch[state.patch_index]
    return {
        name: getattr(state, name)[..., cohort if field.shape in BY_COHORT else patch]
        for name, field in FIELDS.items()
        if name not in ("cell_index", "patch_index")
    }


@pytest.fixture(scope="module")
def met():
    """Two years and a bit of one mild winter after another."""
    return weather("2001-01-01", 735, warm=287.0, swing=6.0)


@pytest.fixture(scope="module")
def two_years(compiled, met):
    columns, state = stand()
    return {
        dynamics: through(columns, state, met, dynamics, "2001-01-01", "2003-01-01")
        for dynamics in DYNAMICS
    }


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_two_years_are_twice_a_year(two_years, met, dynamics, tmp_path):
    columns, state = stand()
    year = through(columns, state, met, dynamics, "2001-01-01", "2002-01-01")
    write_dataset(year.to_dataset(columns), tmp_path / "state.nc")
    again = State.read(tmp_path / "state.nc", columns)
    assert_same(year, again)
    later = through(columns, again, met, dynamics, "2002-01-01", "2003-01-01")
    assert_same(later, two_years[dynamics])


def test_stands_changed_as_their_dynamics_let_them(two_years):
    """The test above is not about stands in which nothing happens."""
    columns, _ = stand()
    fixed, growth, full = (two_years[d] for d in DYNAMICS)
    assert columns.has_structure(fixed) and fixed.growth_export.max() > 0.0
    assert growth.n_patch == 4 and growth.n.sum() < columns.n.sum()
    assert growth.dbh.max() > columns.dbh.max() and np.all(growth.growth_export == 0.0)
    assert full.n_patch > 4 and full.age.min() < 1.5 < full.age.max()
    assert full.seed_import.max() > 0.0 and not np.isin(0.3, full.dbh)


@pytest.mark.parametrize(
    ("dynamics", "integrator"), [("fixed", "split"), ("full", "split"), ("full", "rk4")]
)
def test_any_restart_tiles_and_threads(met, dynamics, integrator, compiled):
    """Over the turn of a year, when most happens."""
    columns, state = stand()
    start, middle, end = "2001-12-27", "2001-12-30", "2002-01-05"
    whole = through(columns, state, met, dynamics, start, end, integrator)
    half = through(columns, state, met, dynamics, start, middle, integrator)
    assert_same(through(columns, half, met, dynamics, middle, end, integrator), whole)
    many = STANDS * 5
    copies = through(*stand(many), met, dynamics, start, end, integrator, threads=2)
    for cell in range(len(many)):
        expected = by_cell(whole, cell % len(STANDS))
        for name, values in by_cell(copies, cell).items():
            np.testing.assert_array_equal(values, expected[name], err_msg=f"{name} of cell {cell}")
    for tile in ((0, 2), (3, 1)):
        own = tuple(STANDS[i] for i in tile)
        part = through(*stand(own), met, dynamics, start, end, integrator)
        for cell, original in enumerate(tile):
            expected = by_cell(whole, original)
            for name, values in by_cell(part, cell).items():
                np.testing.assert_array_equal(values, expected[name], err_msg=name)


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_carbon_closes_every_day(met, dynamics, compiled):
    """Plants, litter, soil, seeds and air, from midnight to midnight over the turn of the year."""
    columns, state = stand()
    day, last = np.datetime64("2001-12-29"), np.datetime64("2002-02-03")
    kept = []
    while day < last:
        days = []
        after = through(columns, state, met, dynamics, day, day + 1, sink=days.append)
        (result,) = days
        budget = dict(zip(BUDGET, result.budget.mean(axis=0) * result.columns.area, strict=True))
        gained = 86400.0 * np.bincount(
            result.columns.cell_index, budget["air_carbon"] - budget["co2_out"], columns.n_cell
        )
        before, now = stand_carbon(columns, state), stand_carbon(columns, after)
        kept.append(np.abs(now - before - gained) / now)
        assert result.patch["carbon_max"].max() < 1e-12
        state, day = after, day + 1
    assert np.max(kept) < 1e-12


def test_forcing_below_what_may_grow_is_refused():
    columns = columns_of(STANDS)
    with pytest.raises(ValueError, match=r"reference_height is .*; expected at least .* grow to"):
        through(
            columns,
            start_state(columns, STANDS),
            weather("2001-01-01", 2, warm=280.0),
            "full",
            "2001-01-01",
            "2001-01-02",
        )


def test_types_that_may_establish_need_their_seasons():
    """Pines alone need no greenness curves, unless oaks may come."""
    columns = columns_of((STANDS[1],), reference_height=np.array([55.0]))
    state = start_state(columns, (STANDS[1],))
    oaks = ModelOptions(dynamics="full", demography={"recruits": ["NP", "MHW"]})
    short = weather("2001-01-01", 2, warm=280.0)
    with pytest.raises(ValueError, match="phenology; expected greenness curves: MHW"):
        run(columns, state, short, oaks, "2001-01-01", "2001-01-02")
