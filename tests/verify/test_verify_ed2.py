"""Site runs with the inputs of public ED2 runs (revision 84), beside the results of those."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from ed2_checks import check
from ed2_comparison import Pair, compare, table
from ed2_energy import reference_energy, unexplained
from ed2_figures import plot_case
from ed2_tolerances import JULY, KNOWN, SUMMER, WINTER, YEAR

from edlite.files import write_table
from edlite.kernels import turbulence as tu
from edlite.site import run
from edlite.site.config import read_site_run
from edlite.site.ed2_case import write_ed2_case
from edlite.site.simulate import write_site

pytestmark = [pytest.mark.verify, pytest.mark.shared]


@pytest.fixture(scope="module")
def case(shared, verify_results):
    """Run a case and compare it: name, reference file -> pairs by variable."""

    def pairs(name: str, reference: str, leaves: str | None = None) -> dict[str, Pair]:
        folder = shared / "reference" / "ed2" / name
        out = Path(verify_results) / "ed2" / name
        path = write_ed2_case(folder, out, leaves=leaves and folder / leaves)
        site = read_site_run(path)
        write_site(run(site), site, out)
        found = compare(out / "native.nc", folder / reference)
        write_table(table(found), out / "comparison.csv")
        plot_case(name, found, out.parent / f"{name}.png")
        return found

    return pairs


def test_forest_in_july(case, summary):
    check(summary, "july", case("harvard_july_static", "hourly_mean.nc"), JULY, KNOWN)


def test_year_of_a_forest(case, summary):
    """With the leaf area and root mass of the reference."""
    pairs = case("harvard_year", "hourly_mean.nc", "daily_cohort.nc")
    check(summary, "year", pairs, YEAR, KNOWN)
    snow = pairs["sfcwater_mass"].daily()
    peak = 100.0 * (snow.model.max() / snow.reference.max() - 1.0)
    summary.row("ED2 year", "sfcwater_mass", "peak", peak, 10.0, "%")
    water = sum(pairs[name].bias for name in ("runoff", "drainage")) * 365.0
    summary.row("ED2 year", "runoff and drainage", "bias", water, 20.0, "mm yr-1")


def test_bare_soil_in_summer(case, summary):
    check(summary, "summer", case("bare_soil_summer", "hourly_mean.nc"), SUMMER, KNOWN)


def test_bare_soil_in_winter(case, summary):
    """Ill-conditioned in ED2 itself: against its run with the smallest tolerance."""
    check(summary, "winter", case("bare_soil_winter", "hourly_mean_tol1e-6.nc"), WINTER, KNOWN)


def test_surface_layer_of_the_reference(shared, summary):
    """The scalar transfer of the reference over bare soil, from its own fluxes and states, against
    the solution of the surface-layer equations: the same in moderately unstable air, well below
    it in strongly unstable air, where ED2's iteration does not reach the solution."""
    folder = shared / "reference" / "ed2" / "bare_soil_summer"
    with xr.open_dataset(folder / "hourly_mean.nc", engine="netcdf4") as ds:
        out = ds.load()
    with xr.open_dataset(folder / "met_600s.nc", engine="netcdf4") as ds:
        met = ds.coarsen(time=6).mean().load()
    kappa = 2.0 / 7.0
    exner_air, exner = (met.air_pressure.values / 1e5) ** kappa, (out.p_canopy_air / 1e5) ** kappa
    theta_air = met.air_temperature.values / exner_air * (1 + 0.61 * met.specific_humidity.values)
    theta_canopy = (out.t_canopy_air / exner * (1 + 0.61 * out.q_canopy_air)).values
    z0, depth = float(out.z0.mean()), 55.0 - float(out.d0.mean())
    wind = np.maximum(met.wind_speed.values, 0.65)
    rib = 19.6133 * (depth - z0) * (theta_air - theta_canopy)
    rib = rib / ((theta_air + theta_canopy) * wind**2)
    difference = met.specific_humidity.values - out.q_canopy_air.values
    seen = out.qstar.values / np.where(np.abs(difference) > 5e-4, difference, np.nan)

    def solved(r):
        # r < 0
        geometry = np.log(depth / z0), z0 / depth
        zeta = tu.stability_guess(r, geometry[0])
        for _ in range(12):
            zeta = tu.stability_newton(zeta, r, *tu.profiles_unstable(zeta, *geometry))
        return 0.4 / (0.74 * tu.profiles_unstable(zeta, *geometry)[1])

    ratio = seen / np.array([solved(min(r, -1e-6)) for r in rib])
    moderate, strong = (rib < -0.05) & (rib > -0.3), rib < -2.0
    scalar = "scalar transfer over its solution"
    value = float(np.nanmedian(ratio[moderate])) - 1.0
    summary.row("ED2 summer", scalar, "Rib -0.3 to -0.05, less 1", value, 0.05, "1")
    value = float(np.nanmedian(ratio[strong]))
    summary.row("ED2 summer", scalar, "Rib below -2", value, 0.8, "1")


@pytest.mark.parametrize(
    ("name", "reflected", "without_snow", "melt"),
    [
        ("harvard_year", 0.015, ("2001-07-05", "2001-11-15"), ("2002-02-17", "2002-03-11")),
        ("bare_soil_winter", 0.02, ("2001-04-05", "2001-04-14"), ("2001-02-17", "2001-03-08")),
    ],
)
def test_energy_of_the_reference(name, reflected, without_snow, melt, shared, summary):
    """What soil and snow of the reference gain, against what its fluxes bring: the same without
    snow, more while snow melts, even if the surface reflected no longwave (the most that could
    come)."""
    folder = shared / "reference" / "ed2" / name
    what, unit = "energy gained by soil and snow beyond supply", "W m-2"
    value = unexplained(reference_energy(folder, reflected), *without_snow)
    summary.row(f"ED2 {name}", what, "without snow", value, 4.0, unit)
    value = unexplained(reference_energy(folder, 0.0), *melt)
    summary.row(f"ED2 {name}", what, "during melt", value, 7.0, unit, at_least=True)
