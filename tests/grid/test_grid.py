"""The global grid: numbering, areas, cells of a polygon."""

import numpy as np
import pytest
import shapely
from pyproj import Geod

from edlite.grid import grid
from edlite.grid.regions import read_regions

WGS84 = Geod(ellps="WGS84")


def test_first_last_and_a_known_cell():
    assert grid.cell_id_at(90.0, -180.0) == 0
    assert grid.cell_id_at(-90.0 + 1e-4, 180.0 - 1e-4) == 21600 * 43200 - 1
    # Howland tower: 44.7959 degrees below the pole, 111.2598 east of the antimeridian
    assert grid.cell_id_at(45.2041, -68.7402) == 5375 * 43200 + 13351


def test_centre_and_number_are_inverse():
    cells = np.random.default_rng(1).integers(0, 21600 * 43200, 1000)
    lat, lon = grid.cell_centre(cells)
    np.testing.assert_array_equal(grid.cell_id_at(lat, lon), cells)
    corner_lat, corner_lon = grid.cell_corners(cells)
    np.testing.assert_allclose(corner_lat.mean(1), lat, atol=1e-12)
    np.testing.assert_allclose(np.ptp(corner_lon, axis=1), 1 / 120, atol=1e-12)


def test_point_on_an_edge_belongs_to_the_cell_south_and_east_of_it():
    edge_row, edge_col = 5400, 13300
    lat, lon = 90.0 - edge_row / 120, edge_col / 120 - 180.0
    for jitter in (-1e-12, 0.0, 1e-12):
        assert grid.cell_id_at(lat + jitter, lon + jitter) == grid.cell_id(edge_row, edge_col)


def test_points_off_the_globe_have_no_cell():
    assert (grid.cell_id_at([np.nan, np.inf, 91.0, -90.5], [0.0, 0.0, 0.0, 0.0]) == -1).all()


@pytest.mark.parametrize("lat", [0.001, 31.7, 45.2, -62.3, 89.99])
def test_area_agrees_with_geodesic_polygons(lat):
    cell = grid.cell_id_at(lat, -100.0)
    corner_lat, corner_lon = grid.cell_corners(cell)
    area, _ = WGS84.polygon_area_perimeter(corner_lon[0], corner_lat[0])
    assert grid.cell_area(cell) == pytest.approx(abs(area), rel=2e-7 if lat < 89 else 1e-3)


def test_areas_of_all_rows_sum_to_the_ellipsoid():
    total = grid.cell_area(np.arange(grid.N_ROW) * grid.N_COL).sum() * grid.N_COL
    assert total == pytest.approx(5.10065621724089e14, rel=1e-12)


def test_cells_of_a_rectangle_are_those_whose_centre_is_inside():
    # from a quarter of a cell to 10.4 cells: centres 0.5 ... 9.5 are inside, on both axes
    box = shapely.box(-100 + 0.25 / 120, 40 + 0.25 / 120, -100 + 10.4 / 120, 40 + 10.4 / 120)
    cells = grid.cells_in_polygon(box)
    assert cells.size == 100
    assert (np.diff(cells) > 0).all()
    lat, lon = grid.cell_centre(cells)
    assert lat.min() == pytest.approx(40 + 0.5 / 120)
    assert lon.max() == pytest.approx(-100 + 9.5 / 120)


def test_polygon_that_ends_at_the_antimeridian():
    assert grid.cells_in_polygon(shapely.box(179.99, 10.0, 180.0, 10.0 + 1 / 120)).size == 1


def test_study_regions_have_their_size_and_hold_their_towers(project):
    towers = {
        "Howland": [(45.2041, -68.7402)],
        "Harvard": [(42.5378, -72.1715)],
        "Duke": [(35.9782, -79.0942)],
        "Metolius": [(44.4523, -121.5574)],
        "Tonzi": [(38.4316, -120.966)],
        "Walnut": [(31.7365, -109.9419)],
        "MOISST": [(36.6058, -97.4888), (36.06, -97.22)],
    }
    regions = read_regions(project / "config" / "regions.geojson")
    assert list(regions) == list(towers)
    for name, region in regions.items():
        assert all(region.polygon.contains(shapely.Point(lon, lat)) for lat, lon in towers[name])
        area = abs(WGS84.geometry_area_perimeter(region.polygon)[0])
        assert area == pytest.approx(2.5e9, rel=1e-4)
        cells = grid.cells_in_polygon(region.polygon)
        assert grid.cell_area(cells).sum() == pytest.approx(2.5e9, rel=0.02)
        # farthest corners of a rectangle of 100 km x 25 km
        points = np.array(region.polygon.exterior.coords)
        lon, lat = np.repeat(points[:1], len(points), axis=0).T
        diagonal = WGS84.inv(lon, lat, points[:, 0], points[:, 1])[2].max()
        assert diagonal == pytest.approx(np.hypot(1e5, 2.5e4), rel=1e-3)
