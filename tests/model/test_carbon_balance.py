"""Plants over days: flush, leaf fall, hunger, storage set aside, respirations a day late."""

import numpy as np
import pytest

from edlite.constants import DAY_S
from edlite.kernels.plant_carbon import BARE, COMPLETE, DROPPING, GROWING
from edlite.model.first_leaves import in_season
from edlite.model.options import ModelOptions
from edlite.model.seasons import calendar_of
from helpers.model_columns import CURVES, Patch, columns_of, run_days, start_state, weather
from model.test_budgets import plant_and_soil_carbon

OAK = (Patch(cohorts=(("MHW", 30.0, 0.02),)),)
PINE = (Patch(cohorts=(("NP", 18.0, 0.03),)),)
BOTH = (*OAK, *PINE, Patch(cohorts=(("DC3", 3.99, 0.4),)))


def options(**more):
    return ModelOptions(integrator="split", **more)


def start(patches, day_of_year, temperature=285.0):
    columns = columns_of(patches)
    curves = calendar_of(CURVES, columns, 2001)
    first = start_state(columns, patches, temperature)
    return columns, in_season(first, columns, curves, day_of_year)


@pytest.mark.parametrize(
    ("day", "status"), [(20.0, BARE), (135.0, GROWING), (285.0, DROPPING), (200.0, COMPLETE)]
)
def test_start_in_any_season(day, status):
    """What leaf fall would have left is in store; conifers and grass stay green."""
    columns, state = start(BOTH, day)
    full, shown = columns.leaf_max[0], state.leaf_carbon[0]
    assert state.status.tolist() == [status, COMPLETE, COMPLETE]
    assert state.storage_carbon[0] == pytest.approx(0.5 * (full - shown))
    assert np.array_equal(state.leaf_carbon[1:], columns.leaf_max[1:])
    assert np.all(state.storage_carbon[1:] == 0.0)


def test_oaks_flush_from_storage_and_only_from_it(compiled):
    met = weather("2001-04-20", 40, warm=288.0)
    columns, state = start(OAK, 110.0)
    fed = run_days(met, OAK, days=40, columns=columns, state=state, options=options())
    hungry = state.copy()
    hungry.storage_carbon[:] = 0.0
    starved = run_days(met, OAK, days=40, columns=columns, state=hungry, options=options())
    assert state.leaf_carbon[0] == 0.0 and fed.patch("lai")[0, 0] == 0.0
    assert fed.patch("lai")[-1, 0] > 0.9 * columns.lai_full[0]
    # the reserves went into leaves, sapwood is whole and fine roots were kept up
    assert fed.last.storage_carbon[0] < state.storage_carbon[0]
    assert starved.patch("lai")[-1, 0] == 0.0 and starved.last.storage_carbon[0] <= 0.0


def test_leaf_fall_keeps_half_and_leaves_roots_alone(compiled):
    met = weather("2001-10-01", 30, warm=283.0)
    columns, state = start(OAK, 273.0)
    run = run_days(met, OAK, days=30, columns=columns, state=state, options=options())
    assert run.last.leaf_carbon[0] < 0.3 * columns.leaf_max[0]
    assert run.last.status[0] == DROPPING
    # fine roots are lost by turnover (and a little hunger): nothing replaces them while leaves fall
    decay = (1.0 - columns.of_cohort("root_turnover")[0] / 365.2425) ** 30
    assert run.last.root_carbon[0] == pytest.approx(state.root_carbon[0] * decay, rel=1e-3)


def test_storage_is_set_aside_when_growth_would_take_it(compiled):
    """Pines and grass at every turn of a month, oaks at that to June."""
    for begin, oak_pays in (("2001-04-28", False), ("2001-05-29", True)):
        met = weather(begin, 6, warm=288.0)
        columns, state = start(BOTH, 181.0)
        state.storage_carbon[:] = 0.5
        state.leaf_carbon[:] = columns.leaf_max
        state.status[:] = COMPLETE
        run = run_days(met, BOTH, days=6, columns=columns, state=state, options=options())
        jump = np.diff(run.patch("growth_export"), axis=0)
        turn = list(run.days[i].date for i in range(1, 6)).index(
            np.datetime64(run.days[-1].date, "M").astype("datetime64[D]") - 1
        )
        paid = jump[turn] / columns.n
        assert np.all(jump[[i for i in range(5) if i != turn]] == 0.0)
        assert np.all(paid[1:] > 0.3) and (paid[0] > 0.3) == oak_pays
        kept = run_days(
            met,
            BOTH,
            days=6,
            columns=columns,
            state=state,
            options=options(demography={"export": False}),
        )
        assert np.all(kept.patch("growth_export") == 0.0)
        assert np.all(kept.last.storage_carbon[1:] > run.last.storage_carbon[1:] + 0.3)


def test_hunger_in_the_dark(compiled):
    """A pine spends its storage first, then leaves and fine roots alike; carbon closes."""
    met = weather("2001-06-02", 12, warm=298.0, light=0.0)
    columns, state = start(PINE, 153.0, temperature=298.0)
    state.storage_carbon[:] = 0.02
    run = run_days(met, PINE, days=12, columns=columns, state=state, options=options())
    assert run.last.storage_carbon[0] == pytest.approx(0.0, abs=1e-12)
    assert run.last.leaf_carbon[0] < 0.98 * state.leaf_carbon[0]
    assert run.last.status[0] == GROWING
    assert run.patch("carbon_max").max() < 1e-12
    assert run.flux("growth_respiration").max() == 0.0


def test_respirations_are_emitted_on_the_next_day(compiled):
    met = weather("2001-07-01", 3, warm=293.0)
    columns, state = start(BOTH, 181.0)
    state.storage_carbon[:] = 0.5
    day = run_days(met, BOTH, days=1, columns=columns, state=state, options=options())
    both = run_days(met, BOTH, days=2, columns=columns, state=state, options=options())
    for name in ("growth", "storage", "virtual"):
        flux = both.flux(f"{name}_respiration")
        committed = getattr(day.last, f"{name}_resp")
        np.testing.assert_allclose(flux[24:], np.broadcast_to(committed, (24, 3)), rtol=1e-12)
        assert np.all(flux[:24] == 0.0)
    turnover = columns.of_cohort("storage_turnover")
    expected = columns.n * 0.5 * turnover / 365.2425 / DAY_S
    np.testing.assert_allclose(day.last.storage_resp, expected, rtol=1e-12)
    # conifers and grasses pay for what they gain, hardwoods do not
    assert day.last.growth_resp[0] == 0.0 and np.all(day.last.growth_resp[1:] > 0.0)


@pytest.mark.parametrize("dynamics", ["static", "fixed"])
def test_carbon_closes_over_seasons(compiled, dynamics):
    """Flush to summer: what plants and soil lose is what they exchange with the air."""
    met = weather("2001-04-15", 60, warm=287.0)
    columns, state = start(BOTH, 105.0)
    run = run_days(
        met, BOTH, days=60, columns=columns, state=state, options=options(dynamics=dynamics)
    )
    names = ("leaf", "root", "growth", "storage", "virtual")
    lost = sum(run.flux(f"{n}_respiration") for n in names) + run.flux("rh") - run.flux("gpp")
    before, after = (plant_and_soil_carbon(columns, s) for s in (state, run.last))
    np.testing.assert_allclose(after - before, -lost.sum(axis=0) * 3600.0, rtol=0.0, atol=1e-12)
    assert run.patch("carbon_max").max() < 1e-12


def test_phenology_switched_off_keeps_all_green(compiled):
    met = weather("2001-01-10", 3, warm=272.0)
    columns = columns_of(OAK)
    state = start_state(columns, OAK, 272.0)
    run = run_days(
        met,
        OAK,
        days=3,
        columns=columns,
        state=state,
        temperature=272.0,
        options=options(demography={"phenology": False}),
    )
    assert run.patch("lai")[-1, 0] > 0.99 * columns.lai_full[0]


def test_light_and_water_that_plants_miss(compiled):
    """The tallest misses no light; wet soil leaves no shortage of water, dry soil does."""
    shaded = (("MHW", 30.0, 0.03), ("LHW", 5.0, 0.1))
    patches = (Patch(cohorts=shaded, theta=0.35), Patch(cohorts=shaded, theta=0.12))
    met = weather("2001-07-05", 4, warm=295.0, wet=False)
    slow = {"starvation_mortality": True, "export": False}
    followed = run_days(met, patches, days=3, options=options(demography=slow))
    last = followed.last
    actual, lit, watered = last.balance, last.balance_light, last.balance_water
    assert np.array_equal(lit[[0, 2]], actual[[0, 2]])
    assert lit[1] > actual[1] + 1e-3 and lit[3] >= actual[3]
    assert np.all(watered >= actual)
    assert watered[2] - actual[2] > 5.0 * (watered[0] - actual[0])
    # following them changes nothing else
    plain = run_days(met, patches, days=3, options=options(demography={"export": False}))
    np.testing.assert_array_equal(followed.flux("gpp"), plain.flux("gpp"))
    assert np.array_equal(plain.last.balance, plain.last.balance_light)


@pytest.mark.parametrize(("begin", "day_of_year"), [("2001-07-02", 182.0), ("2001-10-02", 274.0)])
def test_the_balance_is_what_plants_gain_but_for_storage_respiration(compiled, begin, day_of_year):
    """Leaves that fall count too, in any light: a crown that never pays for itself starves."""
    met = weather(begin, 20, warm=284.0)
    columns, state = start(BOTH, day_of_year)
    state.storage_carbon[:] = 0.5
    slow = {"starvation_mortality": True, "export": False}
    run = run_days(
        met, BOTH, days=20, columns=columns, state=state, options=options(demography=slow)
    )

    def live(s):
        return s.leaf_carbon + s.root_carbon + s.sapwood_carbon + s.storage_carbon

    respired = run.flux("storage_respiration").sum(axis=0) * 3600.0
    respired += (run.last.storage_resp - state.storage_resp) * DAY_S
    gained = live(run.last) - live(state) + respired / columns.n
    np.testing.assert_allclose(run.last.balance, gained, rtol=1e-9, atol=1e-12)
    fallen = 0.5 * (state.leaf_carbon[0] - run.last.leaf_carbon[0])
    assert fallen > 0.1 * columns.leaf_max[0] or day_of_year < 200.0
    # the tallest of its patch lacks no light: with or without its leaves
    np.testing.assert_allclose(run.last.balance_light, run.last.balance, rtol=1e-12, atol=1e-15)
