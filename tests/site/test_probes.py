"""Probes to layers, observations by the hour, comparison with a run."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import quad
from site_files import write_site

from edlite.constants import UMOL_TO_KGC, YEAR_S
from edlite.site.compare import compare
from edlite.site.config import read_site_run
from edlite.site.forcing import read_record
from edlite.site.observed import hourly, observations
from edlite.site.prescribe import prescribed_moisture
from edlite.site.probes import probe_weights, probes_to_layers
from edlite.soil.layers import LAYER_BOTTOM, LAYER_TOP


@pytest.mark.parametrize("depths", [[0.05], [0.05, 0.2, 0.5], [0.02, 0.4, 1.0, 2.5], [0.1, 9.0]])
def test_weights_against_quadrature(depths):
    values = np.linspace(0.1, 0.4, len(depths)) ** 1.5
    expected = [
        quad(lambda z: np.interp(z, depths, values), top, bottom, points=depths, limit=200)[0]
        / (bottom - top)
        for top, bottom in zip(LAYER_TOP, LAYER_BOTTOM, strict=True)
    ]
    np.testing.assert_allclose(probes_to_layers(values, depths), expected, rtol=1e-6)
    np.testing.assert_allclose(probe_weights(depths).sum(axis=0), 1.0)


def test_missing_probe_spoils_only_its_layers():
    layers = probes_to_layers(np.array([[0.2, np.nan]]), [0.05, 0.2])
    assert np.isfinite(layers[0, 0]) and np.isnan(layers[0, 3:]).all()


def test_hours(tmp_path):
    run = read_site_run(write_site(tmp_path))
    record = read_record(run.observations)
    record["h"][::48] = np.nan
    means = hourly(record, run.start, run.end)
    assert means.sizes["time"] == 72
    # local midnight is 05 UTC; half of that hour is missing
    assert np.isnan(means["h"].sel(time="2013-07-01T05:00"))
    pair = record["le"].sel(time=slice("2013-07-01T15:00", "2013-07-01T15:30"))
    assert means["le"].sel(time="2013-07-01T15:00").item() == pytest.approx(pair.mean().item())
    observed = observations(record, run.start, run.end, n_layer=6)
    np.testing.assert_allclose(observed["le_measured"], 0.5)
    np.testing.assert_allclose(observed["nee_measured"], 1.0)
    assert np.isnan(observed["theta"][:, 6:]).all()
    # constant 0.24 below 0.2 m, 0.2 above 0.05 m (before the rain), linear between
    expected = quad(lambda z: np.interp(z, [0.05, 0.2], [0.2, 0.24]), 0, 1, points=[0.05, 0.2])[0]
    assert observed["theta_rootzone"].values[0] == pytest.approx(expected)


def test_prescribed_moisture(tmp_path):
    run = read_site_run(write_site(tmp_path))
    bounds = np.full(9, 0.05), np.full(9, 0.22)
    theta, clipped = prescribed_moisture(run, *bounds, n_patch=2)
    assert theta.dims == ("time", "layer", "patch") and theta.shape == (74, 9, 2)
    assert theta["time"].values[0] == np.datetime64("2013-06-30T23:30")
    assert theta["time"].values[-1] == np.datetime64("2013-07-04T00:30")
    assert float(theta.max()) == 0.22 and clipped > 0.005
    np.testing.assert_allclose(theta[:, 0], 0.2)


def test_compare_by_hand():
    time = np.datetime64("2013-07-01", "ns") + np.arange(48) * np.timedelta64(1, "h")
    signal = np.sin(np.arange(48.0))
    observed = xr.Dataset(
        {
            "le": ("time", 100 + 50 * signal),
            "le_measured": ("time", (np.arange(48) < 24).astype(float)),
            "reco": ("time", np.full(48, 3 * UMOL_TO_KGC)),
            "theta_probe": (("time", "probe"), np.full((48, 1), 0.2)),
        },
        coords={"time": time, "probe_depth": ("probe", [0.30])},
    )
    observed["le"][40:] = np.nan
    theta = np.tile(np.linspace(0.1, 0.5, 9), (48, 1))
    run = xr.Dataset(
        {
            "le": ("time", 110 + 50 * signal),
            "ra": ("time", np.full(48, 1e-8)),
            "rh": ("time", np.full(48, 2e-8)),
            "theta": (("time", "layer"), theta),
        },
        coords={
            "time": time,
            "layer_top": ("layer", LAYER_TOP),
            "layer_bottom": ("layer", LAYER_BOTTOM),
        },
    )
    table = compare({"native": run}, observed).set_index(["variable", "step"])
    hourly_row = table.loc[("le", "hourly")]
    assert hourly_row["n"] == 40
    assert hourly_row["r_native"] == pytest.approx(1.0)
    assert hourly_row["rmse_native"] == pytest.approx(10.0)
    assert table.loc[("le", "daily"), "n"] == 1  # the second day is incomplete
    assert table.loc[("le", "hourly_measured"), "n"] == 24
    assert table.loc[("reco", "annual"), "native"] == pytest.approx(3e-8 * YEAR_S)
    assert table.loc[("reco", "annual"), "observed"] == pytest.approx(3 * UMOL_TO_KGC * YEAR_S)
    # 0.30 m is the centre of layer 3
    assert table.loc[("theta_probe", "annual"), "native"] == pytest.approx(theta[0, 3])
