"""How far `split` may be from `rk4` over the plant types and climates of the demo.

Aims are three times the numerical noise of ED2 in the year of a forest. (variable, statistic) ->
aim for the median of all patches, bound of the worst patch, and why the worst is beyond the aim.
Every cause is explained in docs/concepts/integrators.md.
"""

from split_comparison import AIMS, ANNUAL_CARBON

NIGHT = "calm nights, in which canopy air may part from the air above"
MELT = "hours of melt: when the last snow goes, albedo jumps"
MELT_WATER = "calm nights; in a dry summer also what melt water left in the soil"
THIN = "soil at the melting point and thin snow"
PLANTS = {
    ("gpp", "rmsd_hourly"): (AIMS["gpp"], 0.08, MELT_WATER),
    ("le", "rmsd_hourly"): (AIMS["le"], 6.0, MELT),
    ("h", "rmsd_hourly"): (AIMS["h"], 9.0, THIN),
    ("t_canopy_air", "rmsd_hourly"): (AIMS["t_canopy_air"], 0.6, NIGHT),
    ("theta_1", "rmsd_hourly"): (AIMS["theta_1"], AIMS["theta_1"], THIN),
    ("gpp", "bias_percent"): (ANNUAL_CARBON, 1.0, NIGHT),
    ("leaf_resp", "bias_percent"): (ANNUAL_CARBON, 1.0, NIGHT),
    ("root_resp", "bias_percent"): (ANNUAL_CARBON, 1.0, THIN),
    # the aim for carbon is just missed
    ("rh", "bias_percent"): (1.2 * ANNUAL_CARBON, 4.0, THIN),
}
# of the year of a forest; heterotrophic respiration falls steeply near saturation of the top layer
YEAR_CARBON = {
    "gpp": ANNUAL_CARBON,
    "leaf_resp": ANNUAL_CARBON,
    "root_resp": ANNUAL_CARBON,
    "rh": 1.5,
}
