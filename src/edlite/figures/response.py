"""Response shapes: fluxes to moisture, moisture to texture and to the ways that water leaves."""

from __future__ import annotations

import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edlite.figures import style as st

FLUX_STYLE = {"gpp": ("#117733", "o"), "ra": ("#D55E00", "s"), "rh": ("#0072B2", "^")}
SHADES = ("#C7E9C0", "#74C476", "#31A354", "#006D2C", "#00441B")
VARIANTS = {"as it is": "#000000", "no drainage": "#0072B2", "no plants": "#D55E00"}


@st.styled
def response_figure(
    moisture: pd.DataFrame, texture: xr.Dataset, losses: xr.Dataset, title: str
) -> Figure:
    """Three panels; arguments are the results of `edlite.skill.response` and of `run_textures`."""
    figure, axes = st.new_figure(st.WIDTH, 3.3, 1, 3)
    _fluxes(axes[0, 0], moisture)
    _texture(axes[0, 1], texture)
    _profile(axes[0, 2], losses)
    st.set_title(figure, title, synthetic=True)
    return figure


def _fluxes(axis: Axes, moisture: pd.DataFrame) -> None:
    for name, (colour, marker) in FLUX_STYLE.items():
        axis.plot(
            *(moisture["theta"], moisture[name]),
            color=colour,
            marker=marker,
            ms=4,
            label=st.FLUX_LABELS[name],
        )
    axis.set(xlabel=rf"Prescribed $\theta$ ({st.MOISTURE})", ylabel=f"Flux ({st.CARBON_YEAR})")
    axis.set_title("Carbon fluxes, June-August", loc="left")
    axis.set_ylim(bottom=0.0)
    axis.legend()
    st.grid(axis, "both")


def _texture(axis: Axes, texture: xr.Dataset) -> None:
    for clay, colour in zip(texture["clay"].values, SHADES, strict=False):
        own = texture["theta_rootzone"].sel(clay=clay).dropna("sand")
        axis.plot(own["sand"], own, color=colour, marker="o", ms=4, label=f"clay {clay:g} %")
    axis.set(xlabel="Sand (%)", ylabel=rf"$\theta$, 0-1 m ({st.MOISTURE})")
    axis.set_title("Moisture by texture, year", loc="left")
    axis.legend()
    st.grid(axis, "both")


def _profile(axis: Axes, losses: xr.Dataset) -> None:
    depth = 0.5 * (losses["layer_top"] + losses["layer_bottom"])
    for name, colour in VARIANTS.items():
        theta = losses["theta"].sel(variant=name)
        known = theta.notnull()
        axis.plot(theta[known], depth[known], color=colour, marker="o", ms=4, label=name)
    axis.invert_yaxis()
    axis.set(xlabel=rf"$\theta$ ({st.MOISTURE})", ylabel="Depth (m)")
    axis.set_title("What keeps the soil dry", loc="left")
    axis.legend()
    st.grid(axis, "both")
