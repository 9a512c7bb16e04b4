"""Site runs and texture ensembles with the model, on a few days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml
from click.testing import CliRunner
from site_files import site_content, write_site

from edlite import site
from edlite.cli import group
from edlite.constants import YEAR_S
from edlite.errors import InputError
from edlite.soil.hydraulics import soil_properties


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished `edlite site`."""
    folder = tmp_path_factory.mktemp("site")
    content = site_content() | {"synthetic": True}
    content["time"] = {"start": "2013-07-01", "end": "2013-07-03"}
    path = write_site(folder, content)
    arguments = ["site", str(path), "--out", str(folder / "out"), "--figure", str(folder / "f.png")]
    CliRunner().invoke(group, arguments, catch_exceptions=False)
    return folder


def test_files(folder):
    names = {path.name for path in (folder / "out").iterdir()}
    assert names == {"native.nc", "prescribed.nc", "observed.nc", "summary.csv"}
    assert (folder / "f.png").stat().st_size > 10000
    native = xr.open_dataset(folder / "out" / "native.nc", engine="netcdf4")
    assert native.sizes == {"time": 48, "layer": 9, "day": 2}
    assert native.attrs["region"] == "XX-Tst" and native.attrs["synthetic"] == 1
    np.testing.assert_allclose(
        native["nee"], native["ra"] + native["rh"] - native["gpp"], atol=1e-20
    )
    assert float(native["water_residual_max"].max()) < 1e-9
    assert float(native["energy_residual_max"].max()) < 1e-5
    assert float(native["carbon_residual_max"].max()) < 1e-12


def test_prescribed_moisture_is_followed(folder):
    out = folder / "out"
    prescribed = xr.open_dataset(out / "prescribed.nc", engine="netcdf4")
    observed = xr.open_dataset(out / "observed.nc", engine="netcdf4")
    inner = slice("2013-07-01T02", "2013-07-02T22")
    np.testing.assert_allclose(
        prescribed["theta"].sel(time=inner), observed["theta"].sel(time=inner), atol=1e-6
    )
    native = xr.open_dataset(out / "native.nc", engine="netcdf4")
    assert abs(native["theta"] - prescribed["theta"]).max() > 0.01


def test_patch_level_and_daily_output(tmp_path):
    content = site_content() | {"output": {"step": "day", "level": "patch", "budgets": False}}
    del content["prescribe"], content["observations"]
    content["time"] = {"start": "2013-07-01", "end": "2013-07-03"}
    result = site.run(write_site(tmp_path, content))
    assert dict(result.native.sizes) == {"time": 2, "patch": 2, "layer": 9}
    assert result.prescribed is None and result.summary is None
    hourly = content | {"output": {"step": "hour"}}
    cell = site.run(write_site(tmp_path, hourly)).native
    mean = (result.native["gpp"] * result.native["area"]).sum("patch")
    np.testing.assert_allclose(cell["gpp"].resample(time="1D").mean(), mean, rtol=1e-10)


def test_summary_of_steps_is_that_of_hours(folder, tmp_path):
    content = yaml.safe_load((folder / "run.yaml").read_text()) | {"output": {"step": "step"}}
    del content["prescribe"]
    summary = site.run(write_site(tmp_path, content)).summary.set_index(["variable", "step"])
    hourly = pd.read_csv(folder / "out" / "summary.csv").set_index(["variable", "step"])
    for name in ("native", "r_native", "rmse_native"):
        np.testing.assert_allclose(summary[name], hourly[name], rtol=1e-9, atol=1e-12, err_msg=name)


def test_figure_needs_cells(folder, tmp_path):
    content = yaml.safe_load((folder / "run.yaml").read_text()) | {"output": {"level": "patch"}}
    arguments = ["site", str(write_site(tmp_path, content)), "--out", str(tmp_path / "out")]
    with pytest.raises(InputError, match="output.level is 'patch'"):
        CliRunner().invoke(
            group, [*arguments, "--figure", str(tmp_path / "f.png")], catch_exceptions=False
        )


def test_bedrock_and_depth(tmp_path):
    content = site_content()
    del content["prescribe"], content["observations"]
    content["soil"] |= {"depth": 0.8, "bottom": "bedrock"}
    content["time"] = {"start": "2013-07-01", "end": "2013-07-02"}
    native = site.run(write_site(tmp_path, content)).native
    assert float(native["drainage"].max()) == 0.0
    assert np.isnan(native["theta"][:, 5:]).all() and np.isfinite(native["theta"][:, :5]).all()


def test_texture(folder):
    out = folder / "texture.nc"
    settings = '{"texture": {"sand": [10, 60], "clay": [10, 50]}, "synthetic": true}'
    arguments = ["texture", "--run", str(folder / "run.yaml"), "--params", settings]
    CliRunner().invoke(group, [*arguments, "--out", str(out)], catch_exceptions=False)
    ds = xr.open_dataset(out, engine="netcdf4")
    assert ds["gpp"].dims == ("sand", "clay")
    assert np.isnan(ds["gpp"].sel(sand=60, clay=50)) and ds["gpp"].isnull().sum() == 1
    # a member starts half-way between wilting point and field capacity of its own soil
    soil = soil_properties(0.6, 0.1)
    start = 0.5 * (soil["theta_wp"] + soil["theta_fc"])[0, 0]
    assert float(ds["theta_rootzone"].sel(sand=60, clay=10)) == pytest.approx(start, abs=0.01)
    assert 0.5 < float(ds["gpp"].max()) < 6.0


def test_a_texture_member_is_the_site_run_of_that_soil(folder, tmp_path):
    content = yaml.safe_load((folder / "run.yaml").read_text())
    del content["prescribe"], content["observations"], content["soil"]["theta"]
    content["soil"] |= {"sand": 0.1, "clay": 0.5}
    native = site.run(write_site(tmp_path, content)).native
    from edlite.site.config import read_site_run
    from edlite.site.texture import run_textures

    ds = run_textures(read_site_run(folder / "run.yaml"), [10, 30], [50])
    gpp = float(native["gpp"].mean()) * YEAR_S
    assert float(ds["gpp"].sel(sand=10, clay=50)) == pytest.approx(gpp, rel=1e-12)


def test_bad_texture_and_missing_phenology(folder, tmp_path):
    from edlite.site.config import read_site_run
    from edlite.site.texture import run_textures

    run = read_site_run(folder / "run.yaml")
    for sand in ([50, 10], [10, 120], []):
        with pytest.raises(InputError, match="texture.sand"):
            run_textures(run, sand, [10])
    content = site_content()
    del content["phenology"]
    with pytest.raises(InputError, match="phenology"):
        site.run(write_site(tmp_path, content))
