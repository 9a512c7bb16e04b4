"""Response of moisture and fluxes to soil texture at the towers (3 x 3 sand and clay)."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from edlite.figures import style as st

VARIABLES = {
    "theta_rootzone": r"$\theta$ 0-100 cm",
    "gpp": "GPP",
    "reco": r"R$_{eco}$",
    "nee": "NEE",
}


def relative_response(texture: xr.Dataset, name: str) -> xr.DataArray:
    """Response (clay, sand) of a variable relative to the lowest sand and clay, as a ratio.

    NEE changes sign, so that a ratio says nothing: its response is the difference (kgC m-2 yr-1).
    """
    field = texture[name].transpose("clay", "sand").sortby("sand").sortby("clay")
    reference = field.isel(clay=0, sand=0)
    return field - reference if name == "nee" else field / reference


@st.styled
def texture_figure(sites: dict[str, xr.Dataset], *, synthetic: bool) -> Figure:
    """Small maps over sand and clay: a row a site, a column a variable; numbers in the squares.

    sites : site -> dataset (sand, clay in percent) with `theta_rootzone` `gpp` `reco` `nee`
    """
    names = list(VARIABLES)
    figure, axes = st.new_figure(
        st.WIDTH, 0.9 + 1.55 * len(sites), len(sites), len(names), sharex=False, sharey=False
    )
    for row, (site, texture) in enumerate(sites.items()):
        for column, name in enumerate(names):
            axis = axes[row, column]
            field = relative_response(texture, name)
            centre = 0.0 if name == "nee" else 1.0
            values = field.values
            limit = st.symmetric_limit(values - centre, quantile=1.0)
            cmap = "PuOr_r" if name != "theta_rootzone" else "BrBG"
            axis.imshow(
                np.ma.masked_invalid(values),
                origin="lower",
                aspect="auto",
                cmap=cmap,
                vmin=centre - limit,
                vmax=centre + limit,
            )
            axis.set_facecolor("#EEEEEE")
            for (j, i), value in np.ndenumerate(values):
                if np.isfinite(value):
                    strong = abs(value - centre) > 0.62 * limit
                    digits = 3 if limit < 0.1 else 2
                    text = f"{value:+.{digits}f}" if name == "nee" else f"{value:.2f}"
                    axis.text(
                        i,
                        j,
                        st.signed(text),
                        ha="center",
                        va="center",
                        fontsize=7.5,
                        color="white" if strong else "#222222",
                    )
            axis.set_xticks(range(field.sizes["sand"]), [f"{v:g}" for v in field.sand.values])
            axis.set_yticks(range(field.sizes["clay"]), [f"{v:g}" for v in field.clay.values])
            axis.tick_params(length=0)
            for spine in axis.spines.values():
                spine.set_visible(False)
            if row == 0:
                unit = f"change ({st.CARBON_YEAR})" if name == "nee" else "ratio (1)"
                axis.set_title(f"{VARIABLES[name]}, {unit}", loc="left", fontsize=8.5)
            axis.set_xlabel("Sand (%)" if row == len(sites) - 1 else "")
            axis.set_ylabel(f"{site}\nClay (%)" if column == 0 else "")
    st.set_title(
        figure, "Response to soil texture, relative to the lowest sand and clay", synthetic
    )
    return figure
