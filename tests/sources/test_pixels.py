"""Assignment of pixels to cells, against a search over all pixels and cells."""

import numpy as np
import pytest

from edlite.errors import InputError
from edlite.grid import grid as cell_grid
from edlite.sources.hdfeos import parse_structure
from edlite.sources.pixels import assign_pixels, sum_by_cell
from helpers.eos_files import structure
from helpers.region_files import make_domain

# on the border of the tiles h12v04 and h12v05, 40 N
CELLS = make_domain(40.02, -76.0, rows=5, columns=6)["cell_id"].values


@pytest.mark.parametrize("n", [2400, 1200])
def test_every_cell_gets_the_pixels_it_holds(n):
    grids = [parse_structure(structure(12, v, n), "test") for v in (4, 5)]
    parts = assign_pixels(grids, ["h12v04", "h12v05"], CELLS, "test")
    found = {int(c): set() for c in range(CELLS.size)}
    for g, part in enumerate(parts):
        assert not part.is_empty
        width = part.cols.stop - part.cols.start
        for pixel, cell in zip(part.pixel, part.cell, strict=True):
            row, col = divmod(int(pixel), width)
            found[int(cell)].add((g, row + part.rows.start, col + part.cols.start))
    expected = {int(c): set() for c in range(CELLS.size)}
    for g, grid in enumerate(grids):
        rows = np.arange(n - 40, n) if g == 0 else np.arange(40)
        row, col = np.meshgrid(rows, np.arange(n), indexing="ij")
        lat, lon = grid.lat_lon(row, col)
        held = cell_grid.cell_id_at(lat, lon)
        for i, cell in enumerate(CELLS):
            hits = zip(row[held == cell], col[held == cell], strict=True)
            expected[i] |= {(g, int(r), int(c)) for r, c in hits}
    empty = [i for i, pixels in expected.items() if not pixels]
    assert bool(empty) == (n == 1200)  # 1 km pixels are wider than these cells
    for i, pixels in expected.items():
        if pixels:
            assert found[i] == pixels
    lat, lon = cell_grid.cell_centre(CELLS)
    for i in empty:
        ((g, row, col),) = found[i]
        r, c = grids[g].row_col(lat[i], lon[i])
        assert (row, col) == (int(r), int(c))


def test_tiles_that_leave_cells_out_are_named():
    north = parse_structure(structure(12, 4, 2400), "test")
    with pytest.raises(InputError, match=r"tile h12v04: \d+ of 30 cells not covered"):
        assign_pixels([north], ["tile h12v04"], CELLS, "granules")


def test_sums_count_valid_pixels_only():
    grid = parse_structure(structure(12, 4, 2400), "test")
    cells = make_domain(42.5, -72.2, rows=2, columns=2)["cell_id"].values
    (part,) = assign_pixels([grid], ["t"], cells, "test")
    shape = (part.rows.stop - part.rows.start, part.cols.stop - part.cols.start)
    valid = np.ones(shape, bool)
    total, count = sum_by_cell(np.full(shape, 2.5), valid, part, 4)
    np.testing.assert_allclose(total, 2.5 * count)
    assert count.min() >= 1
    assert sum_by_cell(np.full(shape, 2.5), ~valid, part, 4)[1].sum() == 0
