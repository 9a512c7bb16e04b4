"""How close a run of edlite has to come to the ED2 run with the same inputs.

JULY, YEAR, SUMMER and WINTER hold for the integrator `rk4`, those with SPLIT_ for `split`.

Rows: variable, statistic, tolerance. `percent` is the bias in per cent of the reference's mean,
`bias` and `rmsd` (hourly) and `daily` (rmsd of daily means) are in the variable's unit;
`melt-out` is the difference in days.
"""

LAYERS_2_TO_4 = (2, 3, 4)
DEEPER = (5, 6, 7, 8, 9)


def _soil(top, middle, deep, warm_top, warm_4, statistic="rmsd"):
    rows = [("theta_1", statistic, top)]
    rows += [(f"theta_{k}", statistic, middle) for k in LAYERS_2_TO_4]
    rows += [(f"theta_{k}", statistic, deep) for k in DEEPER]
    rows += [("soil_temperature_1", statistic, warm_top), ("soil_temperature_4", statistic, warm_4)]
    return rows


JULY = [
    *(("gpp", "percent", 1.0), ("gpp", "rmsd", 0.06)),
    *(("leaf_resp", "percent", 1.0), ("root_resp", "percent", 1.0), ("rh", "percent", 3.0)),
    *(("le", "percent", 2.0), ("le", "rmsd", 6.0)),
    *(("h_surfaces", "bias", 2.0), ("h_surfaces", "rmsd", 6.0)),
    *(("rnet_absorbed", "bias", 1.5), ("rnet_absorbed", "rmsd", 3.0)),
    *(("transpiration", "percent", 3.0), ("e_ground", "percent", 4.0), ("e_film", "percent", 10.0)),
    *(("t_canopy_air", "rmsd", 0.3), ("ustar", "rmsd", 0.02), ("drainage", "percent", 1.0)),
    *_soil(0.003, 0.001, 3e-4, 0.2, 0.05),
]
YEAR = [
    *(("gpp", "percent", 2.0), ("leaf_resp", "percent", 2.0), ("root_resp", "percent", 2.0)),
    *(("rh", "percent", 5.0), ("le", "percent", 2.0), ("h_surfaces", "bias", 1.5)),
    *(("transpiration", "percent", 4.0), ("e_ground", "percent", 4.0), ("e_film", "percent", 10.0)),
    *(("t_canopy_air", "daily", 0.3), ("sfcwater_mass", "melt-out", 3.0)),
    *_soil(0.03, 0.01, 0.01, 0.5, 0.3, "monthly"),
]
SUMMER = [
    *(("rh", "percent", 3.0), ("le", "percent", 1.0), ("le", "rmsd", 4.0)),
    *(("h_surfaces", "bias", 1.0), ("h_surfaces", "rmsd", 4.0)),
    *(("rnet_absorbed", "bias", 1.0), ("rnet_absorbed", "rmsd", 2.0), ("e_ground", "percent", 1.0)),
    *(("t_canopy_air", "rmsd", 0.2), ("ustar", "rmsd", 0.01), ("drainage", "percent", 1.0)),
    *_soil(0.003, 0.002, 0.001, 0.1, 0.05),
]
WINTER = [
    *(("rh", "percent", 15.0), ("e_ground", "percent", 15.0), ("t_canopy_air", "daily", 0.8)),
    *(("runoff", "percent", 10.0), ("drainage", "percent", 1.0), ("sfcwater_mass", "daily", 8.0)),
    *(("h_surfaces", "daily", 4.0), ("sfcwater_mass", "melt-out", 2.0)),
    *_soil(0.03, 0.03, 0.02, 1.0, 0.6, "daily"),
]
SPLIT_JULY = [
    *(("gpp", "percent", 2.0), ("gpp", "rmsd", 0.15)),
    *(("leaf_resp", "percent", 2.0), ("root_resp", "percent", 2.0), ("rh", "percent", 5.0)),
    *(("le", "percent", 3.0), ("le", "rmsd", 12.0)),
    *(("h_surfaces", "bias", 3.0), ("h_surfaces", "rmsd", 12.0)),
    *(("rnet_absorbed", "bias", 1.5), ("rnet_absorbed", "rmsd", 6.0)),
    *(("transpiration", "percent", 5.0), ("e_ground", "percent", 6.0), ("e_film", "percent", 15.0)),
    *(("t_canopy_air", "rmsd", 0.5), ("ustar", "rmsd", 0.03), ("drainage", "percent", 1.0)),
    *_soil(0.006, 0.002, 3e-4, 0.4, 0.1),
]
SPLIT_YEAR = [
    *(("gpp", "percent", 3.0), ("leaf_resp", "percent", 3.0), ("root_resp", "percent", 3.0)),
    *(("rh", "percent", 8.0), ("le", "percent", 3.0), ("h_surfaces", "bias", 3.0)),
    *(("transpiration", "percent", 6.0), ("e_ground", "percent", 6.0), ("e_film", "percent", 15.0)),
    *(("t_canopy_air", "daily", 0.5), ("sfcwater_mass", "melt-out", 3.0)),
    *_soil(0.03, 0.01, 0.01, 0.5, 0.3, "monthly"),
]
SPLIT_SUMMER = [
    *(("rh", "percent", 5.0), ("le", "percent", 2.0), ("le", "rmsd", 10.0)),
    *(("h_surfaces", "bias", 2.0), ("h_surfaces", "rmsd", 8.0)),
    *(("rnet_absorbed", "bias", 1.0), ("rnet_absorbed", "rmsd", 5.0), ("e_ground", "percent", 2.0)),
    *(("t_canopy_air", "rmsd", 0.5), ("ustar", "rmsd", 0.03), ("drainage", "percent", 1.0)),
    *_soil(0.006, 0.002, 0.001, 0.4, 0.2),
]
SPLIT_WINTER = WINTER

# Tolerances that are missed, why, and what holds instead. Every entry is explained in
# docs/concepts/how-right.md.
UNSTABLE = "ED2's surface layer does not reach its solution in strongly unstable air"
SNOW = "ED2's snow melts with energy that none of its fluxes brings"
KNOWN = {
    **{
        ("summer", variable, statistic): (bound, UNSTABLE)
        for variable, statistic, bound in (
            ("rh", "percent", 5.0),
            ("le", "rmsd", 5.0),
            ("h_surfaces", "rmsd", 5.5),
            ("rnet_absorbed", "rmsd", 2.5),
            ("t_canopy_air", "rmsd", 0.3),
            ("soil_temperature_1", "rmsd", 0.55),
            ("soil_temperature_4", "rmsd", 0.25),
        )
    },
    **{
        ("year", variable, statistic): (bound, SNOW)
        for variable, statistic, bound in (
            ("rh", "percent", 6.0),
            ("le", "percent", 3.5),
            ("e_ground", "percent", 5.0),
            ("t_canopy_air", "daily", 0.6),
        )
    },
    **{
        ("winter", variable, statistic): (bound, SNOW)
        for variable, statistic, bound in (
            ("e_ground", "percent", 50.0),
            ("t_canopy_air", "daily", 1.8),
            ("runoff", "percent", 100.0),
            ("sfcwater_mass", "daily", 17.0),
            ("sfcwater_mass", "melt-out", 9.0),
            ("theta_1", "daily", 0.055),
            ("theta_2", "daily", 0.09),
            ("theta_3", "daily", 0.13),
            ("theta_4", "daily", 0.08),
            ("theta_5", "daily", 0.04),
            ("theta_6", "daily", 0.04),
            ("theta_7", "daily", 0.025),
            ("soil_temperature_1", "daily", 1.9),
            ("soil_temperature_4", "daily", 1.1),
        )
    },
}
SPLIT_KNOWN = {
    # snow of the bare ground is that of `rk4`, and so are the misses
    **{("winter, split", *key[1:]): why for key, why in KNOWN.items() if key[0] == "winter"},
    ("year, split", "t_canopy_air", "daily"): (0.6, SNOW),
    ("year, split", "le", "percent"): (3.5, SNOW),
    ("summer, split", "soil_temperature_1", "rmsd"): (0.65, UNSTABLE),
    ("summer, split", "soil_temperature_4", "rmsd"): (0.25, UNSTABLE),
}
