"""A patch's result is its own: neighbours, order, threads, tiles, restarts do not change a bit."""

import numpy as np
import pytest

from edlite.files import write_dataset
from edlite.model.state import State
from edlite.model.state_fields import BY_COHORT, FIELDS
from helpers.model_columns import PATCHES, columns_of, run_days, weather
from helpers.stands import assert_same


def cohorts_of(columns, patch):
    return np.flatnonzero(columns.patch_index == patch)


def assert_same_patch(run, patch, other, other_patch):
    """State and fluxes of a patch of one run equal those of a patch of another, bit for bit."""
    for name, field in FIELDS.items():
        if name in ("cell_index", "patch_index"):  # position in the run
            continue
        a, b = getattr(run.last, name), getattr(other.last, name)
        if field.shape in BY_COHORT:
            a = a[..., cohorts_of(run.columns, patch)]
            b = b[..., cohorts_of(other.columns, other_patch)]
        else:
            a, b = a[..., patch], b[..., other_patch]
        np.testing.assert_array_equal(a, b, err_msg=name)
    for one, two in zip(run.days, other.days, strict=True):
        np.testing.assert_array_equal(one.fluxes[..., patch], two.fluxes[..., other_patch])
        np.testing.assert_array_equal(one.theta[..., patch], two.theta[..., other_patch])


@pytest.fixture(scope="module")
def met():
    return weather("2001-03-01", 4, warm=276.0, swing=8.0)


@pytest.fixture(scope="module")
def together(compiled, met, options):
    return run_days(met, days=2, options=options)


@pytest.mark.parametrize("patch", range(len(PATCHES)))
def test_alone_as_in_company(together, met, options, patch):
    alone = run_days(met, (PATCHES[patch],), days=2, options=options)
    assert_same_patch(alone, 0, together, patch)


def test_any_order(together, met, options):
    order = (5, 0, 7, 1, 3, 6, 2, 4)
    shuffled = run_days(met, tuple(PATCHES[i] for i in order), days=2, options=options)
    for position, patch in enumerate(order):
        assert_same_patch(shuffled, position, together, patch)


def test_many_blocks_and_threads(together, met, options):
    """Three blocks of lanes, run by one thread and by two."""
    many = PATCHES * 5
    one = run_days(met, many, days=2, threads=1, options=options)
    two = run_days(met, many, days=2, threads=2, options=options)
    assert_same(one.last, two.last)
    for copy in (0, 2, 4):
        for patch in range(len(PATCHES)):
            assert_same_patch(two, copy * len(PATCHES) + patch, together, patch)


def test_any_tiles(together, met, options):
    """All cells in one job, or some of them in another job."""
    for tile in ((0, 3, 5), (1, 2, 4, 6, 7)):
        part = run_days(met, tuple(PATCHES[i] for i in tile), days=2, threads=2, options=options)
        for position, patch in enumerate(tile):
            assert_same_patch(part, position, together, patch)


def test_restart(together, met, options, tmp_path):
    """Four days are two days, a file, and two days more."""
    through = run_days(met, days=4, options=options)
    columns = columns_of()
    path = tmp_path / "state.nc"
    write_dataset(together.last.to_dataset(columns), path)
    state = State.read(path, columns)
    later = run_days(met, start="2001-03-03", days=2, state=state, options=options)
    assert_same(later.last, through.last)
    for one, two in zip(later.days, through.days[2:], strict=True):
        np.testing.assert_array_equal(one.fluxes, two.fluxes)


def test_run_leaves_the_given_state_alone(together):
    assert_same(
        together.first,
        run_days(weather("2001-03-01", 4, warm=276.0, swing=8.0), days=1).first,
    )
