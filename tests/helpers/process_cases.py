"""What theory says of every process function: bounds of the result, direction of its response."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from edlite.kernels import mathematics, photosynthesis
from helpers.process_values import (
    Values,
    autumn,
    c3_demand,
    c3_supply,
    dry_leaf,
    leaf_angles,
    roughness,
    shared_liquid,
    sign_of,
    soil_colour,
    stand_geometry,
    towards_root,
    two_stream,
)

INF = math.inf


@dataclass(frozen=True)
class Case:
    """Expectations about a process function.

    low, high : bounds of the result, a function of the arguments or one entry for each output
    rises, falls : arguments with which it never falls, never rises
    ranges : ranges of arguments that differ from `process_ranges`
    extra : drawn though no argument, for `derive`
    derive : sets arguments that depend on others
    where : which draws are valid
    """

    low: object = -INF
    high: object = INF
    rises: tuple[str, ...] = ()
    falls: tuple[str, ...] = ()
    ranges: Mapping[str, object] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    derive: Callable[[Values], Values] = dict
    where: Callable[[Values], object] = lambda v: True


def case(low=-INF, high=INF, rises="", falls="", extra="", **more) -> Case:
    """A case with its names in strings."""
    return Case(
        low, high, tuple(rises.split()), tuple(falls.split()), extra=tuple(extra.split()), **more
    )


T, Q = "temperature", "q"
UNIT = {"low": 0.0, "high": 1.0}
# of a cube root
FIRST_GUESS = {
    "x": (1e-300, 1e300, "log"),
    "slope": (-1.0 / 3.0, -1.0 / 3.0),
    "offset": (mathematics._GUESS_3, mathematics._GUESS_3),
}
# carbon of a plant
LEAFY = {
    "status": [-1.0, 0.0, 1.0, 2.0],
    "leaf": (0.0, 3.0),
    "target": [0.0, 0.5, 1.5, 3.0],
    "in_autumn": [0.0, 1.0],
    "green": [0.0, 0.3, 1.0],
    "elongation": [0.0, 0.2, 0.7, 1.0],
    "before": [0.0, 0.5, 1.0],
    "full": (0.5, 3.0),
    "wetness": (-0.2, 1.5),
}
POOLS = {
    **{name: (0.0, 3.0) for name in ("leaf", "root", "sapwood")},
    **{f"{name}_target": (0.0, 3.0) for name in ("leaf", "root", "sapwood")},
    "available": (-1.0, 8.0),
    "need": (0.0, 15.0),
    "storage": (-1.0, 3.0),
}
CASES = {
    "mathematics.where": case(
        rises="a b", ranges={"condition": [0.0, 1.0], "a": (-5.0, 5.0), "b": (-5.0, 5.0)}
    ),
    "mathematics.clip01": case(**UNIT, rises="x", ranges={"x": (-3.0, 3.0)}),
    "mathematics.exp": case(0.0, rises="x", ranges={"x": (-708.0, 709.0)}),
    "mathematics.log": case(rises="x", ranges={"x": (1e-300, 1e300, "log")}),
    **{
        f"mathematics.inverse_root_{n}": case(0.0, falls="x", ranges={"x": (1e-300, 1e300, "log")})
        for n in (3, 4, 10, 12)
    },
    "mathematics._guess": case(0.0, ranges=FIRST_GUESS),
    "mathematics.power": case(0.0, rises="x", ranges={"x": (1e-9, 1e3, "log"), "y": (0.0, 9.0)}),
    "mathematics.atan01": case(0.0, math.pi / 4, rises="x", ranges={"x": (0.0, 1.0)}),
    "mathematics.sine_quarter": case(**UNIT, rises="x", ranges={"x": (0.0, math.pi / 2)}),
    "photosynthesis.arrhenius": case(0.0, rises=f"value_15 {T}"),
    "photosynthesis.q10_response": case(0.0, rises=f"value_15 {T}"),
    "photosynthesis.temperature_limits": case(**UNIT, falls="cold hot"),
    "photosynthesis.rate_response": case(0.0, falls="cold hot"),
    "photosynthesis.compensation_point": case(0.0, 1e-3, rises=T, falls="c4"),
    "photosynthesis.rubisco_constant": case(0.0, rises=T),
    "photosynthesis.demand_function": case((0.0, -1.0, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0)),
    "photosynthesis.smallest_demand": case(0.0, 2.0),
    "photosynthesis.supply_terms": case(-1.0, 1.0, derive=c3_demand),
    "photosynthesis.assimilation_terms": case((-1.0, 0.0, 0.0), derive=c3_supply),
    "photosynthesis.net_assimilation": case(
        high=lambda v: v["capacity"] * (1 + 1e-12), rises="margin", derive=c3_supply
    ),
    "photosynthesis.intercellular_co2": case(
        high=lambda v: v["ca"], rises="ca g_sw", falls="a r_bc"
    ),
    "photosynthesis.dry_conductance": case(lambda v: v["g_bw"], rises="g_bw w_i", falls="w_a d0"),
    "photosynthesis.leuning": case(
        lambda v: v["b"], rises="a m b r_bc", falls="g_dry excess", derive=dry_leaf
    ),
    "photosynthesis.leuning_newton": case(lambda v: v["b"], photosynthesis.G_MAX, derive=c3_supply),
    "photosynthesis.light_threshold": case(
        0.0,
        rises="rd gamma_star",
        falls="ca alpha",
        where=lambda v: v["ca"] > 1.5 * v["gamma_star"],
    ),
    "photosynthesis.open_fraction": case(**UNIT, rises="supply", falls="demand"),
    "plant_carbon.shed_by_calendar": case(
        (0.0, -1.0), lambda v: np.array([v["leaf"], np.full_like(v["leaf"], 2.0)]), ranges=LEAFY
    ),
    "plant_carbon.drought_elongation": case(**UNIT, rises="wetness", ranges=LEAFY),
    "plant_carbon.shed_by_drought": case(
        (0.0, -1.0), lambda v: np.array([v["leaf"], np.full_like(v["leaf"], 2.0)]), ranges=LEAFY
    ),
    "plant_carbon.allocate": case(
        lambda v: np.array(
            [v["leaf"], v["root"], v["sapwood"], np.minimum(v["available"], 0.0) - 1e-14]
        ),
        lambda v: np.array(
            [
                np.maximum(v["leaf"], v["leaf_target"]) * (1 + 1e-12),
                np.maximum(v["root"], v["root_target"]) * (1 + 1e-12),
                np.maximum(v["sapwood"], v["sapwood_target"]) * (1 + 1e-12),
                v["available"],
            ]
        ),
        ranges=POOLS,
    ),
    "plant_carbon.on_allometry": case(**UNIT, rises="leaf root sapwood", ranges=POOLS),
    "plant_carbon.pay": case(
        lambda v: (
            np.array([0 * v["need"], 0 * v["need"], 0 * v["need"], -v["need"]])
            - np.array([0 * v["need"]] * 3 + [np.abs(v["storage"])])
        ),
        lambda v: np.array([v["leaf"], v["root"], v["sapwood"], v["storage"]]) + 1e-12,
        falls="need",
        ranges=POOLS | {"status": [-1.0, 0.0, 1.0, 2.0]},
    ),
    "radiation.leaf_angle_coefficients": case((0.0, -1.0, 0.5), (1.0, 1.0, 1.5)),
    "radiation.projection": case(0.0, 1.0, extra="orient_factor", derive=leaf_angles),
    "radiation.beam_backscatter": case(**UNIT, extra="orient_factor", derive=leaf_angles),
    "radiation.layer_multiple": case(1.0, rises="attenuation thick"),
    "radiation.layer_reflectance": case(**UNIT, falls="attenuation", derive=two_stream),
    "radiation.layer_transmittance": case(**UNIT, rises="attenuation", derive=two_stream),
    "radiation.moved_attenuation": case(**UNIT, rises="direct", falls="shift x"),
    "radiation.beam_extinction": case(
        lambda v: v["psi"], lambda v: v["psi"] * 1.00021, ranges={"psi": (0.2, 40.0, "log")}
    ),
    "radiation.beam_resonance": case(
        **sign_of(lambda v: v["k"] - v["psi"]),
        ranges={"psi": (0.2, 40.0, "log")},
        where=lambda v: abs(v["psi"] / v["k"] - 1.0) > 1e-4,
    ),
    "radiation.beam_up_amplitude": case(ranges={"psi": (0.2, 40.0, "log"), "zeta": (0.005, 0.14)}),
    "radiation.beam_down_amplitude": case(
        **sign_of(lambda v: v["resonance"]),
        ranges={"psi": (0.2, 40.0, "log"), "zeta": (0.005, 0.14)},
    ),
    "radiation.emitted_longwave": case(0.0, rises=T),
    "radiation.soil_albedo": case(0.14, 0.31, rises="theta_s", falls="theta"),
    "radiation.coloured_soil_albedo": case(
        lambda v: v["wet"], lambda v: v["dry"], rises="dry wet", falls="theta", derive=soil_colour
    ),
    "radiation.surface_water_albedo": case(0.13, 0.5, falls="liquid_fraction"),
    "radiation.surface_water_transmission": case(
        **UNIT, falls="depth", ranges={"depth": (0.0, 5.0)}
    ),
    "soil_carbon.temperature_exponential": case(**UNIT, rises=T),
    "soil_carbon.temperature_lloyd_taylor": case(**UNIT, rises=T),
    "soil_carbon.wetness_exponential": case(**UNIT),
    "soil_carbon.temperature_logistic": case(**UNIT),
    "soil_carbon.wetness_logistic": case(**UNIT),
    "soil_carbon.slow_rate": case(0.1, 101.0, falls="option"),
    "soil_carbon.fast_loss": case(0.0, rises="activity fast"),
    "soil_carbon.structural_loss": case(0.0, rises="activity structural"),
    "soil_carbon.slow_loss": case(0.0, rises="activity slow", falls="option"),
    "soil_heat.soil_conductivity": case(0.05, 5.0, rises="theta lambda0 lambda1", falls="theta_s"),
    "soil_heat.heat_flux": case(
        **sign_of(lambda v: v["t_lower"] - v["t_upper"]), rises="t_lower", falls="t_upper"
    ),
    "soil_heat.snow_conductivity": case(
        0.0, 10.0, rises=f"{T} density", ranges={T: (220.0, 285.0)}
    ),
    "soil_heat.frozen_precipitation": case(**UNIT),
    "soil_heat.fresh_snow_density": case(50.0, 189.0, rises=T),
    "soil_water.log_saturation": case(-7.0, 0.0, rises="theta", falls="theta_s"),
    "soil_water.matric_potential": case(
        high=0.0, rises="psi_s log_s", falls="b", ranges={"b": (2.8, 12.0)}
    ),
    "soil_water.conductivity": case(
        0.0, lambda v: v["k_sat"], rises="k_sat log_s", falls="b", ranges={"b": (2.8, 12.0)}
    ),
    "soil_water.ice_impedance": case(**UNIT, rises="liquid_fraction"),
    "soil_water.darcy_flux": case(
        **sign_of(lambda v: v["head_lower"] - v["head_upper"]),
        rises="head_lower",
        falls="head_upper",
    ),
    "soil_water.room_ramp": case(**UNIT, rises="theta_s", falls="theta"),
    "soil_water.supply_ramp": case(**UNIT, rises="theta liquid_fraction", falls="theta_r"),
    "soil_water.available_water": case(
        0.0, rises="theta liquid_fraction mass_per_theta", falls="theta_wp"
    ),
    "soil_water.available_water_potential": case(
        0.0,
        lambda v: v["theta_range"] * v["mass_per_theta"],
        rises="head liquid_fraction theta_range mass_per_theta",
        falls="z_crown psi_wp psi_fc",
    ),
    "soil_water.pore_humidity": case(**UNIT, rises=f"psi {T}"),
    "soil_water.surface_wetness": case(**UNIT, rises="theta", falls="theta_fc theta_r"),
    "soil_water.ground_humidity": case(
        lambda v: v["q_canopy"], rises="q_sat q_canopy alpha beta", ranges={"alpha": (0.0, 1.0)}
    ),
    "soil_water.potential_at": case(
        high=0.0, rises="theta psi_s", falls="theta_s b", ranges={"b": (2.8, 12.0)}
    ),
    "thermodynamics.liquid_energy": case(0.0, rises=T),
    "thermodynamics.ice_energy": case(0.0, rises=T),
    "thermodynamics.water_energy": case(0.0, rises=f"{T} liquid_fraction"),
    "thermodynamics.vapour_enthalpy": case(0.0, rises=T),
    "thermodynamics.latent_heat": case(2.2e6, 2.7e6, falls=T),
    "thermodynamics.air_enthalpy": case(0.0, rises=f"{T} {Q}"),
    "thermodynamics.air_temperature": case(0.0, rises="enthalpy", falls=Q),
    "thermodynamics.air_density": case(0.0, rises="pressure", falls=f"{T} {Q}"),
    "thermodynamics.pool_temperature": case(0.0, rises="energy", falls="water dry_capacity"),
    "thermodynamics.is_outside": case(
        **UNIT, ranges={"coldest": (180.0, 190.0), "hottest": (340.0, 360.0)}
    ),
    "thermodynamics.own_liquid": case(
        0.0,
        lambda v: v["soil_water"],
        extra="liquid_fraction",
        derive=shared_liquid,
    ),
    "thermodynamics.pool_liquid_fraction": case(**UNIT, rises="energy", falls="water dry_capacity"),
    "thermodynamics.saturation_pressure": case(0.0, rises=T),
    "thermodynamics.log_pressure_ice": case(-13.0, 6.5, rises=T, ranges={T: (150.0, 273.16)}),
    "thermodynamics.log_pressure_liquid": case(6.4, 11.1, rises=T, ranges={T: (273.16, 360.0)}),
    "thermodynamics.saturation_humidity": case(1e-8, 1.0, rises=T, falls="pressure"),
    "turbulence.bulk_richardson": case(
        **sign_of(lambda v: v["theta_v_air"] - v["theta_v_canopy"]),
        rises="theta_v_air",
        falls="theta_v_canopy",
    ),
    # F and their rates, which have the sign of zeta
    "turbulence.profiles_stable": case(0.0, ranges={"zeta": (0.0, 10.0)}, derive=roughness),
    "turbulence.profiles_unstable": case(
        (0.0, 0.0, -1.0, -1.0),
        (INF, INF, 0.0, 0.0),
        ranges={"zeta": (-10.0, 0.0)},
        derive=roughness,
    ),
    "turbulence.stability_guess": case(**sign_of(lambda v: v["rib"]), rises="rib"),
    "turbulence.stability_newton": case(
        **sign_of(lambda v: v["rib"]),
        extra="factor ratio ln_ratio",
        derive=towards_root,
        ranges={"factor": (0.1, 10.0, "log")},
    ),
    "turbulence.profile_height": case(lambda v: v["height_above_d"], rises="height_above_d z0"),
    "turbulence.friction_velocity": case(
        lambda v: v["ustar_min"], rises="wind ustar_min", falls="fm"
    ),
    "turbulence.scalar_transfer": case(0.0, falls="fh"),
    "turbulence.canopy_top_wind": case(lambda v: v["wind_min"], rises="ustar fm wind_min"),
    "turbulence.louis_momentum": case(0.0, falls="rib", derive=roughness),
    "turbulence.louis_heat": case(0.0, falls="rib", derive=roughness),
    "turbulence._louis": case(
        0.0,
        rises="unstable_factor",
        falls="rib stable_factor",
        ranges={"unstable_factor": (10.0, 15.0)},
        derive=roughness,
    ),
    "turbulence.louis_conductance": case(0.0, rises="wind", falls="rib", derive=roughness),
    "turbulence.canopy_top_wind_louis": case(
        lambda v: v["wind_min"],
        rises="ustar height_above_d wind_min",
        falls="fm z0",
        where=lambda v: v["z0"] < v["height_above_d"],
    ),
    "turbulence.understorey_conductance_profile": case(
        0.0, rises="ustar", extra="zs", derive=stand_geometry
    ),
    "turbulence.understorey_conductance_stability": case(
        0.0, rises="ustar t_ground", falls="t_canopy veg_height"
    ),
    "turbulence.understorey_conductance": case(
        0.0, rises="wind", falls="zs", derive=stand_geometry
    ),
    "turbulence.ground_conductance": case(
        0.0, lambda v: v["bare"] * (1 + 1e-12), rises="bare vegetated open_fraction snow_fraction"
    ),
    "turbulence.leaf_heat_conductance": case(
        0.0, rises="wind temperature_difference", falls="width"
    ),
    "vegetation.greenness": case(**UNIT),
    "vegetation.leaf_ageing": case(**UNIT, extra="spring_a spring_b", derive=autumn),
    "vegetation._sigmoid": case(
        **UNIT, falls="day a", ranges={"day": (1.0, 366.0), "a": (0.003, 0.02), "b": (0.0, 120.0)}
    ),
    "vegetation.ten_day_mean": case(**UNIT, rises="previous today"),
    "vegetation.frost_mortality": case(
        0.0, lambda v: v["rate"], rises="lowest rate", falls=T, ranges={"lowest": (220.0, 275.0)}
    ),
    "vegetation.maintenance_factor": case(**UNIT, rises=T, falls="evergreen"),
    "vegetation.daily_turnover": case(0.0, rises="rate carbon factor"),
    "vegetation.wet_share": case(
        **UNIT,
        rises="water",
        falls="capacity",
        ranges={"water": (-0.1, 1.0), "capacity": (0.0, 1.0)},
    ),
    "vegetation.leaf_heat_capacity": case(0.0, rises="leaf_carbon c_leaf_dry water_per_dry"),
    "allometry.height": case(0.0, lambda v: v["h_max"], rises="dbh b1Ht h_ref h_max"),
    "allometry.diameter": case(
        0.0,
        rises="h",
        falls="h_ref b1Ht",
        where=lambda v: (v["h"] > v["h_ref"]) & (v["h"] < v["h_ref"] + 0.98 * v["b1Ht"]),
    ),
    "allometry.leaf_carbon_max": case(0.0, rises="dbh dbh_crit b1_leaf"),
    "allometry.structural_carbon": case(0.0, rises="dbh b1_struct"),
    "allometry.crown_area": case(
        0.0, lambda v: v["leaf_area"], rises="dbh dbh_crit b1_crown leaf_area"
    ),
    "allometry.root_depth": case(0.0, rises="h b1_rootdepth"),
    "allometry.crown_base": case(0.05, lambda v: np.maximum(v["h"], 0.05), falls="b1_crownlen"),
    "solar.solar_position": case((-0.41, -0.075), (0.41, 0.075)),
    "solar.hour_angle": case(rises="seconds longitude equation_of_time"),
    "solar.cos_zenith": case(-1.0, 1.0),
    "solar.mean_cos_zenith": case(**UNIT),
    "solar.clear_sky_bands": case(0.0, 1400.0, rises="", ranges={"mu": (0.0175, 1.0)}),
    "solar.split_shortwave": case(
        0.0, lambda v: v["shortwave"] * (1 + 1e-12), ranges={"mu": (-1.0, 1.0)}
    ),
}
